"""The layouts of score files, each turned into the same blocks of points."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from reportgen.errors import DataError, did_you_mean
from reportgen.runs.readers import as_text, is_missing, is_number, numbers, place, read_json, read_table, require
from reportgen.spec.model import SeedRule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from reportgen.runs.paths import Match
    from reportgen.spec.model import FilesSource

    Floats = NDArray[np.float64]

NUMERIC = ("step", "wall_time")
IDENTITY = ("method", "task", "seed", "run")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Block:
    """Points of one metric from one file.

    Parameters
    ----------
    names
        Axis or config name to (n,) texts; constants and placeholders included.
    metric, column
        The metric and the column its values came from.
    steps, values, wall_time
        (n,) numbers, NaN where missing; `wall_time` None where the source has none.
    match
        The file.
    notes
        What had to be assumed.
    counted
        Seeds are positions within this file: the same seed in another file is another run.
    """

    names: Mapping[str, NDArray[np.object_]]
    metric: str
    column: str
    steps: Floats
    values: Floats
    wall_time: Floats | None
    match: Match
    notes: tuple[str, ...] = ()
    counted: bool = False


def blocks(source: FilesSource, match: Match) -> Iterator[Block]:
    """Read a file in the source's layout."""
    readers = {"long": _long, "wide": _wide, "map": _map, "arrays": _arrays, "marl_eval": _marl_eval}
    yield from readers[source.layout](source, match)


def _fixed(
    source: FilesSource, match: Match, size: int, *, own: tuple[str, ...] = ()
) -> dict[str, NDArray[np.object_]]:
    """Return constants and placeholders as columns; `own` are the axes that the layout itself holds."""
    fixed = {**source.constants, **match.captured}
    for name in dict.fromkeys([*own, *source.columns, *fixed]):
        if name in own and (name in source.columns or name in fixed):
            raise DataError(f"{match.shown}: {name!r} is given twice: layout {source.layout!r} holds it itself")
        if sum(name in given for given in (source.columns, source.constants, match.captured)) > 1:
            raise DataError(
                f"{match.shown}: {name!r} is given twice: as a column, a constant or a placeholder; keep one"
            )
    if source.seed and source.seed.order_within and "seed" in {*source.columns, *fixed}:
        raise DataError(
            f"{match.shown}: the seed is given twice: by `seed: order_within` and as a column, a constant or a "
            "placeholder; keep one"
        )
    return {name: np.full(size, value, dtype=object) for name, value in fixed.items()}


def _long(source: FilesSource, match: Match) -> Iterator[Block]:
    table = read_table(match)
    if table.columns.empty:
        return
    for axis, column in source.columns.items():
        require(match, table, column, axis)
    names = _fixed(source, match, len(table)) | {
        axis: table[column].to_numpy(dtype=object) for axis, column in source.columns.items() if axis not in NUMERIC
    }
    for axis in IDENTITY:
        _refuse_empty(source, match, names.get(axis), axis)
    steps, wall_time = (
        numbers(match, table, source.columns[axis]) if axis in source.columns else None for axis in NUMERIC
    )
    counted = "run" not in names and _is_counted(source.seed, names)
    names, notes = _named_seeds(source.seed, match, table, names) or _with_seeds(
        names, table.get(source.metric), len(table), has_steps=steps is not None
    )
    steps = np.full(len(table), np.nan) if steps is None else steps
    for metric, column, rows in _value_columns(source, match, table):
        yield Block(
            names={name: texts[rows] for name, texts in names.items()},
            metric=metric,
            column=column,
            steps=steps[rows],
            values=numbers(match, table, column)[rows],
            wall_time=None if wall_time is None else wall_time[rows],
            match=match,
            notes=notes,
            counted=counted,
        )


def _is_counted(rule: SeedRule | None, names: Mapping[str, Any]) -> bool:
    if rule is None:
        return "seed" not in names
    return bool(rule.order_within) or "row" in rule.parts


def _named_seeds(
    rule: SeedRule | None, match: Match, table: pd.DataFrame, names: dict[str, NDArray[np.object_]]
) -> tuple[dict[str, NDArray[np.object_]], tuple[str, ...]] | None:
    """Name seeds by the spec's rule, None where it has none."""
    if rule is None:
        return None
    if rule.order_within:
        for column in rule.order_within:
            require(match, table, column, "seed: order_within")
        order = table.groupby(list(rule.order_within), sort=False).cumcount()
        note = f"the run is known by the order of rows within {', '.join(rule.order_within)} only"
        return {**names, "seed": np.array([str(place) for place in order], dtype=object)}, (note,)
    known = {"row": np.array([str(row) for row in range(len(table))], dtype=object), **names}
    known |= {str(column): table[column].to_numpy(dtype=object) for column in table.columns if column not in known}
    for part in rule.parts:
        if part not in known:
            raise DataError(
                f"{match.shown}: seed: from names {part!r}, which is no placeholder, column or `row`"
                f"{did_you_mean(part, known)}"
            )
    seeds = ["-".join(parts) for parts in zip(*(known[part] for part in rule.parts), strict=True)]
    return {**names, "seed": np.array(seeds, dtype=object)}, ()


def _refuse_empty(source: FilesSource, match: Match, texts: NDArray[np.object_] | None, axis: str) -> None:
    if texts is not None and axis in source.columns and (texts == "").any():
        row = int(np.flatnonzero(texts == "")[0])
        raise DataError(f"{place(match, row)}: column {source.columns[axis]!r} ({axis}) is empty")


def _with_seeds(
    names: dict[str, NDArray[np.object_]], metrics: pd.Series[str] | None, size: int, *, has_steps: bool
) -> tuple[dict[str, NDArray[np.object_]], tuple[str, ...]]:
    """Without a seed and a run: a table without steps holds a run per row, one with steps a run per method and task."""
    if "seed" in names or "run" in names:
        return names, ()
    if has_steps and not {"method", "task"} & set(names):
        return names, ("no method, task, seed or run is given: a file is taken for a run",)
    if has_steps:
        note = "no seed and no run is given: all rows of a method and task are taken for one run"
        return {**names, "seed": np.full(size, "0", dtype=object)}, (note,)
    keys = [names[axis] for axis in ("method", "task") if axis in names]
    keys += [] if metrics is None else [metrics.to_numpy(dtype=object)]
    order = (
        pd.DataFrame(dict(enumerate(keys)), index=range(size)).groupby(list(range(len(keys)))).cumcount()
        if keys
        else None
    )
    positions = range(size) if order is None else order
    note = "no seed and no run is given: every row is taken for a run of its own"
    return {**names, "seed": np.array([str(position) for position in positions], dtype=object)}, (note,)


def _value_columns(
    source: FilesSource, match: Match, table: pd.DataFrame
) -> Iterator[tuple[str, str, NDArray[np.intp] | slice]]:
    """Yield (metric, column, rows) for each metric of a long table."""
    if (source.metric is None) != (source.value is None) or (source.metric and source.values):
        raise DataError(
            f"{match.shown}: `metric` and `value` name two columns and go together, without `values`; "
            "e.g. metric: metric, value: value"
        )
    if source.metric is not None and source.value is not None:
        require(match, table, source.metric, "metric")
        require(match, table, source.value, "value")
        empty = np.flatnonzero(table[source.metric].to_numpy(dtype=object) == "")
        if empty.size:
            raise DataError(f"{place(match, int(empty[0]))}: column {source.metric!r} (metric) is empty")
        for metric, rows in table.groupby(source.metric, sort=False).indices.items():
            yield str(metric), source.value, np.asarray(rows)
        return
    declared = source.values or _numeric(source, table)
    if not declared and len(table):
        raise DataError(
            f"{match.shown}: no column holds numbers besides the axes; it has {', '.join(map(str, table.columns))}"
        )
    if not isinstance(declared, dict):
        declared = {column: (column,) for column in declared}
    for metric, columns in declared.items():
        present = [column for column in columns if column in table.columns]
        if not present:
            others = f", else {', '.join(map(repr, columns[1:]))}" if columns[1:] else ""
            require(match, table, columns[0], f"values of {metric}{others}")
        yield metric, present[0], slice(None)


def _numeric(source: FilesSource, table: pd.DataFrame) -> tuple[str, ...]:
    taken = set(source.columns.values())
    return tuple(
        column
        for column in table.columns
        if column not in taken and any(is_number(text) and not is_missing(text) for text in table[column])
    )


def _wide(source: FilesSource, match: Match) -> Iterator[Block]:
    table = read_table(match)
    if table.columns.empty:
        return
    shown = [str(column) for column in table.columns if not str(column).startswith("Unnamed:")]
    heads = [column for column in shown if column not in source.columns.values()]
    for axis, column in source.columns.items():
        require(match, table, column, axis)
        if axis in NUMERIC:
            raise DataError(f"{match.shown}: layout 'wide' holds a run a row, without {axis}; curves are layout: long")
        if axis in IDENTITY:
            _refuse_empty(source, match, table[column].to_numpy(dtype=object), axis)
    metric = next(iter(source.values), "score")
    for head in heads:
        names = _fixed(source, match, len(table), own=(source.header,)) | {
            axis: table[column].to_numpy(dtype=object) for axis, column in source.columns.items()
        }
        names[source.header] = np.full(len(table), head, dtype=object)
        rule = source.seed or (None if "seed" in names else SeedRule.model_validate({"from": ("row",)}))
        counted = _is_counted(rule, names)
        names, notes = _named_seeds(rule, match, table, names) or (names, ())
        yield Block(
            names=names,
            metric=metric,
            column=metric,
            steps=np.full(len(table), np.nan),
            values=numbers(match, table, head),
            wall_time=None,
            match=match,
            notes=notes,
            counted=counted,
        )


def _marl_eval(source: FilesSource, match: Match) -> Iterator[Block]:
    """Read environment -> task -> algorithm -> run -> step -> {step_count, metric: [a value an episode]}."""
    content = read_json(match)
    try:
        runs = [
            (f"{environment}/{task}", algorithm, run, steps)
            for environment, tasks in content.items()
            for task, algorithms in tasks.items()
            for algorithm, by_run in algorithms.items()
            for run, steps in by_run.items()
        ]
        points = [(*run[:3], *point) for run in runs for point in _evaluations(run[3])]
    except (AttributeError, TypeError, ValueError) as error:
        raise DataError(
            f"{match.shown}: layout 'marl_eval' expects environment / task / algorithm / run / step"
        ) from error
    there = dict.fromkeys(point[3] for point in points)
    for metric in source.values or there:
        if metric not in there:
            raise DataError(
                f"{match.shown}: no metric {metric!r}{did_you_mean(metric, there)}; it has {', '.join(there)}"
            )
        here = [point for point in points if point[3] == metric]
        columns = {"task": 0, "method": 1, "seed": 2}
        yield Block(
            names=_fixed(source, match, len(here), own=tuple(columns))
            | {axis: np.array([point[place] for point in here], dtype=object) for axis, place in columns.items()},
            metric=metric,
            column=metric,
            steps=np.array([point[4] for point in here]),
            values=np.array([_mean(_floats(match, point[5], metric)) for point in here]),
            wall_time=None,
            match=match,
            notes=("several episodes at a step are averaged",),
        )


def _mean(episodes: Floats) -> float:
    """Average the episodes of an evaluation; no episode is a missing value."""
    return float(np.mean(episodes)) if episodes.size else float("nan")


def _evaluations(steps: Mapping[str, Any]) -> Iterator[tuple[str, float, list[Any]]]:
    """Yield (metric, step, episodes); the final evaluation over more episodes is a metric of its own."""
    for name, entry in steps.items():
        prefix = "" if "step_count" in entry else f"{name}/"
        for metric, episodes in entry.items():
            if metric != "step_count":
                yield f"{prefix}{metric}", float(entry.get("step_count", np.nan)), episodes


def _map(source: FilesSource, match: Match) -> Iterator[Block]:
    content = read_json(match)
    if not isinstance(content, dict) or not all(isinstance(scores, list) for scores in content.values()):
        raise DataError(f"{match.shown}: layout 'map' expects one JSON object {{task: [scores]}}")
    rows = [(task, str(seed)) for task, scores in content.items() for seed in range(len(scores))]
    names = _fixed(source, match, len(rows), own=("task", "seed", *source.columns)) | {
        "task": np.array([task for task, _ in rows], dtype=object),
        "seed": np.array([seed for _, seed in rows], dtype=object),
    }
    metric = next(iter(source.values), "score")
    yield Block(
        names=names,
        metric=metric,
        column=metric,
        steps=np.full(len(rows), np.nan),
        values=np.concatenate(
            [np.empty(0), *(_floats(match, content[task], f"scores of {task!r}") for task in content)]
        ),
        wall_time=None,
        match=match,
        notes=tuple(f"{match.shown}: task {task!r} has no score" for task, scores in content.items() if not scores),
        counted=True,
    )


def _arrays(source: FilesSource, match: Match) -> Iterator[Block]:
    content = read_json(match)
    if not isinstance(content, list) or not all(isinstance(run, dict) for run in content):
        raise DataError(f"{match.shown}: layout 'arrays' expects a JSON list of runs")
    order: dict[tuple[str, ...], int] = {}
    counted = not {"seed", "run"} & {*source.columns, *source.constants, *match.captured}
    for number, run in enumerate(content):
        where = f"{match.shown}: run {number}"
        axes = {axis: _entry(run, key, where) for axis, key in source.columns.items()}
        texts = {axis: as_text(value) for axis, value in axes.items() if axis not in NUMERIC}
        for axis, text in texts.items():
            if isinstance(axes[axis], list | dict):
                raise DataError(f"{where}: entry {source.columns[axis]!r} ({axis}) is no name: {text}")
            if axis in IDENTITY and not text:
                raise DataError(f"{where}: entry {source.columns[axis]!r} ({axis}) is empty")
        if counted:
            group = tuple(texts.values())
            texts["seed"] = str(order.setdefault(group, 0))
            order[group] += 1
        for metric, keys in _array_values(source, run, where).items():
            key = next((key for key in keys if key in run), keys[0])
            points = _floats(match, _entry(run, key, where), f"run {number}, {key!r}")
            steps, wall_time = (
                _floats(match, axes[axis], f"run {number}, {axis}") if axis in axes else None for axis in NUMERIC
            )
            for name, other in (("step", steps), ("wall_time", wall_time)):
                if other is not None and len(other) != len(points):
                    raise DataError(f"{where}: {len(other)} entries of {name} and {len(points)} of {key!r}")
            names = _fixed(source, match, len(points))
            yield Block(
                names=names | {axis: np.full(len(points), text, dtype=object) for axis, text in texts.items()},
                metric=metric,
                column=key,
                steps=np.full(len(points), np.nan) if steps is None else steps,
                values=points,
                wall_time=wall_time,
                match=match,
                notes=() if len(points) else (f"{where} has no point of {metric!r}",),
                counted=counted,
            )


def _array_values(source: FilesSource, run: Mapping[str, Any], where: str) -> Mapping[str, tuple[str, ...]]:
    """Return the value entries as declared, else every list that is no axis."""
    if isinstance(source.values, dict):
        return source.values
    taken = set(source.columns.values())
    names = source.values or tuple(key for key, value in run.items() if isinstance(value, list) and key not in taken)
    if not names:
        raise DataError(f"{where}: no entry holds an array of values; it has {', '.join(run)}")
    return {name: (name,) for name in names}


def _entry(run: Mapping[str, Any], key: str, where: str) -> Any:
    if key not in run:
        raise DataError(f"{where}: no entry {key!r}{did_you_mean(key, run)}; it has {', '.join(run)}")
    return run[key]


def _floats(match: Match, values: Any, what: str) -> Floats:
    if not isinstance(values, list):
        raise DataError(f"{match.shown}: {what}: a list of numbers is expected, not {values!r}")
    for position, value in enumerate(values):
        if not (value is None or (isinstance(value, int | float) and not isinstance(value, bool))):
            raise DataError(
                f"{match.shown}: {what}, entry {position}: {value!r} is neither a number nor missing (null)"
            )
    return np.array([np.nan if value is None else value for value in values], dtype=np.float64)
