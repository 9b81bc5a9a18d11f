"""Normalisation of a table: what 0 and 1 mean on each task."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from reportgen.analyzer.frame import MOST_NAMED, ONE_TASK, Scaled, numbers_of
from reportgen.data.bounds import refuse_scale
from reportgen.data.relative import built_in, two_numbers
from reportgen.errors import DataError, ReportgenWarning, StatisticsError, did_you_mean

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray

    from reportgen.analyzer.frame import Table
    from reportgen.data.scores import Direction

    Floats = NDArray[np.float64]
    Constants = Mapping[str, tuple[float, float]]

METHODS = ("bounds", "min_max", "zscore")
Bounds = Mapping[Any, float] | float
Scaler = Callable[[str, Any], Any]


def normalized(
    table: Table,
    metric: str,
    stratify_by: str | None,
    method: str | Scaler,
    optimal_scores: Bounds | None,
    reference_scores: Bounds | None,
) -> Table:
    """Return the table with a metric on the scale where the reference of each task is 0 and its optimum 1.

    Raises
    ------
    DataError
        When a task has no scale.
    StatisticsError
        When the method is unknown or bounds are given to a method that takes none.
    """
    direction: Direction = "minimize" if metric in table.minimized else "maximize"
    if metric in table.scales:
        raise DataError(f"{metric!r} is normalised already: {table.scales[metric].text}")
    _check(method, optimal_scores, reference_scores)
    tasks, raw = table.tasks(table.scores, stratify_by), numbers_of(table.scores, metric)
    scored = raw.dropna()
    by_task = {str(task): np.asarray(part) for task, part in scored.groupby(tasks[scored.index], sort=False)}
    if callable(method):
        name = getattr(method, "__name__", "your function")
        found = {task: two_numbers(method(task, scores.copy()), name, task) for task, scores in by_task.items()}
        scaled = Scaled(text=f"{name}, a function of yours", relative=True)
    elif method == "bounds":
        found = _declared(list(by_task), optimal_scores, reference_scores, direction, named=stratify_by is not None)
        scaled = Scaled(text="reference → optimum of each task", relative=False)
    else:
        scale = built_in(method, direction)
        found = {
            task: scale.constants(task, scores[np.isfinite(scores)]) if np.isfinite(scores).any() else None
            for task, scores in by_task.items()
        }
        scaled = Scaled(text=scale.text, relative=True)
    constants = _complete(found, scaled.text)
    if not scaled.relative:
        scaled = replace(scaled, beyond=_beyond(by_task, constants))
    return replace(
        table,
        scores=_moved(table, table.scores, metric, stratify_by, constants),
        points=None if table.points is None else _moved(table, table.points, metric, stratify_by, constants),
        scales={**table.scales, metric: scaled},
    )


def _check(method: str | Scaler, optimal_scores: Bounds | None, reference_scores: Bounds | None) -> None:
    if not callable(method) and method not in METHODS:
        known = f"{', '.join(METHODS)} or a function (task, scores) -> (zero, one)"
        raise StatisticsError(f"method must be {known}, not {method!r}{did_you_mean(str(method), METHODS)}")
    if method != "bounds" and not (optimal_scores is None and reference_scores is None):
        raise StatisticsError(f"optimal_scores and reference_scores belong to method 'bounds', not to {method!r}")
    if method == "bounds" and optimal_scores is None:
        raise StatisticsError("method 'bounds' needs optimal_scores, e.g. {'maze': 1.0}, or one number for all tasks")


def _declared(
    tasks: list[str], optimal: Bounds | None, reference: Bounds | None, direction: Direction, *, named: bool
) -> dict[str, tuple[float, float] | None]:
    best, low = _by_task(optimal, tasks, "optimal_scores"), _by_task(reference, tasks, "reference_scores")
    found: dict[str, tuple[float, float] | None] = {}
    for task in tasks:
        if task not in best:
            found[task] = None
            continue
        shown = task if named else ONE_TASK
        if task not in low and (direction == "minimize" or best[task] <= 0):
            raise DataError(
                f"optimal_scores: {shown}: an optimum alone ({best[task]:g}) fixes a scale only for a maximised metric "
                "with an optimum above 0; give reference_scores too, e.g. reference_scores=-10"
            )
        found[task] = (low.get(task, 0.0), best[task])
        refuse_scale(shown, low.get(task, 0.0), best[task], direction)
    return found


def _by_task(given: Bounds | None, tasks: list[str], what: str) -> dict[str, float]:
    if given is None:
        return {}
    if not isinstance(given, Mapping):
        return dict.fromkeys(tasks, float(given))
    bounds = {str(task): float(value) for task, value in given.items()}
    for name in bounds:
        if name not in tasks:
            text = f"{what} names {name!r}, which is no task{did_you_mean(name, tasks)}"
            warnings.warn(text, ReportgenWarning, stacklevel=6)
    return bounds


def _complete(found: Mapping[str, tuple[float, float] | None], text: str) -> Constants:
    lacking = [task for task, pair in found.items() if pair is None or pair[0] == pair[1]]
    if lacking:
        rest = f" and {len(lacking) - MOST_NAMED} more" if len(lacking) > MOST_NAMED else ""
        why = "0 and 1 would be the same score" if all(found[task] for task in lacking) else "nothing fixes 0 and 1"
        raise DataError(f"no scale ({text}) for {', '.join(lacking[:MOST_NAMED])}{rest}: {why} there")
    return {task: pair for task, pair in found.items() if pair is not None}


def _beyond(by_task: Mapping[str, Floats], constants: Constants) -> int:
    """Count the scores beyond the optimum of their task; an optimality gap counts each as 0."""
    return sum(
        int(((scores - constants[task][0]) / (constants[task][1] - constants[task][0]) > 1).sum())
        for task, scores in by_task.items()
    )


def _moved(table: Table, df: pd.DataFrame, metric: str, stratify_by: str | None, constants: Constants) -> pd.DataFrame:
    tasks = table.tasks(df, stratify_by)
    low = tasks.map({task: pair[0] for task, pair in constants.items()}).astype(float)
    high = tasks.map({task: pair[1] for task, pair in constants.items()}).astype(float)
    return df.assign(**{metric: (numbers_of(df, metric) - low) / (high - low)})
