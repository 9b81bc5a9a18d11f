"""Metrics computed from others: a function of the spec's owner gets the points of a run on a task as a table."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from reportgen.data.code import OwnCode, own_code, refuse
from reportgen.data.points import clean
from reportgen.data.scores import Exclusion, Notice
from reportgen.data.screen import some
from reportgen.data.select import ALL, Found, Selected, Wanted, select
from reportgen.errors import DataError
from reportgen.runs.series import Series
from reportgen.spec.model import MetricEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    import pandas as pd

    from reportgen.data.axes import Identity
    from reportgen.data.code import Code
    from reportgen.data.points import Points
    from reportgen.spec.model import Spec

AXES = ["step", "wall_time"]


def own_metric(one: Wanted, root: Path, where: Callable[..., str] | None, code: Code) -> OwnCode | None:
    """Import the function that computes a metric; None for a metric that the runs have.

    Raises
    ------
    UsageError
        When code of the spec's owner is refused.
    DataError
        When the function cannot be imported.
    """
    if one.entry.python is None:
        return None
    at = f"{where(*one.keys, 'python')}: " if where else ""
    refuse(one.entry.python, code, at=f"{at}the metric ")
    return own_code(one.entry.python, root, "metrics", at=at)


def derive(
    one: Wanted, own: OwnCode, runs: Sequence[Identity], spec: Spec, root: Path, where: Callable[..., str] | None
) -> Selected:
    """Compute a metric of every run that has what it is computed from, on each task that any of that has.

    Raises
    ------
    DataError
        When no run has it all, or the function fails or gives anything but numbers.
    """
    inputs = {column: select(_input(one, column), runs, spec, root, where) for column in one.entry.of}
    held = {column: {(hit.run.record.id, hit.task): hit for hit in chosen.found} for column, chosen in inputs.items()}
    found: list[Found] = []
    exclusions: list[Exclusion] = []
    for run in runs:
        tasks = list(dict.fromkeys(task for hits in held.values() for place, task in hits if place == run.record.id))
        for task in [name for name in tasks if name != ALL] or [ALL]:
            hits = {column: _hit(of, run, task) for column, of in held.items()}
            lacking = [column for column, hit in hits.items() if hit is None]
            if lacking:
                reason = f"does not have {some([' or '.join(one.entry.of[column]) for column in lacking])}"
                reason = reason if task == ALL else f"{task}: {reason}"
                exclusions.append(Exclusion(run=run.record.id, name=run.record.name, metric=one.id, reason=reason))
            else:
                found.append(_computed(one, own, task, {column: hit for column, hit in hits.items() if hit}))
    if not found:
        told = [f"{exclusion.name}: {exclusion.reason}" for exclusion in exclusions]
        raise DataError(f"{own.at}{own.name}: no run has all that it is computed from: {some(told, separator='; ')}")
    notices = [replace(notice, metric=one.id) for chosen in inputs.values() for notice in chosen.notices]
    return Selected(
        found=tuple(found),
        names=(one.id,),
        exclusions=tuple(exclusions),
        notices=tuple(dict.fromkeys(notice for notice in notices if notice.code != "metric_missing"))
        + _missing(one, runs, exclusions),
    )


def in_words(one: Wanted) -> str:
    """Say how a metric is computed, or nothing of one that the runs have."""
    if one.entry.python is None:
        return ""
    parts = (
        column if names == (column,) else f"{column} = {' or '.join(names)}" for column, names in one.entry.of.items()
    )
    return f"{one.entry.python}({', '.join(parts)})"


def table_of(points: Mapping[str, Points]) -> pd.DataFrame:
    """Lay the points of several metrics beside each other.

    Parameters
    ----------
    points
        Column to the points that it holds. Those without steps, such as values of a summary, must be one point, which
        stands in every row; or all have as many.

    Returns
    -------
    pandas.DataFrame
        A row a step that any of them has, in order: ``step`` (NaN where none has steps), ``wall_time`` where it is
        known, and the columns, NaN where a metric has no value at a step.

    Raises
    ------
    ValueError
        When points without steps do not lie beside the others.
    """
    import pandas as pd  # noqa: PLC0415 - slow to load, and few reports compute metrics

    stepped = {column: one for column, one in points.items() if one.has_steps}
    lengths = {len(one.values) for column, one in points.items() if column not in stepped} - {1}
    if len(lengths) > 1 or (lengths and stepped):
        raise ValueError("some of them have points without steps, which do not lie beside those of the others")
    steps = np.unique(np.concatenate([one.steps for one in stepped.values()])) if stepped else np.array([])
    rows = len(steps) if stepped else max(lengths, default=1)
    table = pd.DataFrame({"step": steps if stepped else np.full(rows, np.nan)})
    timed = [one for one in stepped.values() if one.wall_time is not None] or [
        one for one in points.values() if one.wall_time is not None and len(one.values) == rows
    ]
    if timed:
        table["wall_time"] = _placed(timed[0].wall_time, timed[0], steps, rows)
        for one in timed[1:]:
            table["wall_time"] = table["wall_time"].fillna(pd.Series(_placed(one.wall_time, one, steps, rows)))
    for column, one in points.items():
        table[column] = _placed(one.values, one, steps, rows)
    return table


def _placed(values: Any, points: Points, steps: np.ndarray[Any, Any], rows: int) -> np.ndarray[Any, Any]:
    """Put the values of some points in the rows of their steps."""
    if not points.has_steps:
        return np.full(rows, values[0]) if len(values) == 1 else values
    placed = np.full(rows, np.nan)
    placed[np.searchsorted(steps, points.steps)] = values
    return placed


def _input(one: Wanted, column: str) -> Wanted:
    return Wanted(entry=MetricEntry(name=one.entry.of[column]), role=one.role, keys=(*one.keys, "of", column))


def _hit(held: Mapping[tuple[str, str], Found], run: Identity, task: str) -> Found | None:
    """Return a metric's points on a task, else those of the whole run."""
    return held.get((run.record.id, task)) or held.get((run.record.id, ALL))


def _computed(one: Wanted, own: OwnCode, task: str, hits: Mapping[str, Found]) -> Found:
    first = next((hit for hit in hits.values() if hit.task == task), next(iter(hits.values())))
    record = first.run.record
    about = f"run {record.name!r}" + ("" if task == ALL else f", task {task!r}")
    points = {column: clean(hit.series.loaded(), ordered=record.ordered) for column, hit in hits.items()}
    try:
        table = table_of(points)
    except ValueError as error:
        raise DataError(f"{own.at}{own.name}: {about}: {error}") from error
    values = _numbers(own.call(about, table.copy(), record), own, about, len(table))
    curve = len(values) == len(table)
    timed = table["wall_time"].to_numpy() if curve and "wall_time" in table else None
    series = Series(
        metric=one.id,
        task=None,
        steps=table["step"].to_numpy() if curve else np.array([np.nan]),
        values=values,
        wall_time=timed,
        column=one.id,
    )
    return replace(first, task=task, series=series)


def _numbers(found: Any, own: OwnCode, about: str, rows: int) -> np.ndarray[Any, Any]:
    """Return what a function gave as one number a row or one number; None is a missing one.

    Raises
    ------
    DataError
        When it gave anything else.
    """
    try:
        values = np.asarray(np.nan if found is None else found, dtype=float)
    except (TypeError, ValueError):
        raise own.fault(f"gave {_short(found)} for {about}; {_must(rows)}") from None
    if isinstance(found, str) or values.ndim > 1 or (values.ndim == 1 and len(values) != rows):
        what = _short(found) if isinstance(found, str) else f"numbers of shape {values.shape}"
        raise own.fault(f"gave {what} for {about}; {_must(rows)}")
    return np.atleast_1d(values)


def _must(rows: int) -> str:
    count = "the one row" if rows == 1 else f"each of the {rows} rows"
    return f"it must give a number for {count} of its table, or one number (NaN or None where there is none)"


def _short(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 40 else f"{text[:39]}…"  # noqa: PLR2004 - a line of a message


def _missing(one: Wanted, runs: Sequence[Identity], exclusions: Sequence[Exclusion]) -> tuple[Notice, ...]:
    """Say for which runs the metric could not be computed."""
    names = {exclusion.run: exclusion.name for exclusion in exclusions}
    if not names:
        return ()
    text = f"{one.id!r} is not computed for {len(names)} of {len(runs)} runs, which lack a part of it: "
    text += f"{some(list(names.values()))}."
    return (Notice(code="metric_missing", text=text, metric=one.id, runs=tuple(names)),)
