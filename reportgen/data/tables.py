"""The rows of one run on one task: its metrics joined on their steps."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reportgen.data.points import Points, clean
from reportgen.errors import DataError
from reportgen.runs.series import pieces

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from reportgen.data.frame_columns import Columns
    from reportgen.runs.record import RunRecord
    from reportgen.runs.series import Series

    Floats = NDArray[np.float64]


NOTHING = Points(steps=np.empty(0), values=np.empty(0), wall_time=None)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunTable:
    """All points of one run on one task.

    Parameters
    ----------
    run
        Place of the run among all runs.
    steps
        (n,) increasing; NaN for the last rows where metrics have no steps.
    wall_time
        (n,) NaN where unknown, or None.
    values
        Column to (n,), NaN where the metric has no point at a step.
    counts
        Column to the counts of what was left out of it; of a run that was split, they stand with its first task.
    """

    run: int
    task: str
    steps: Floats
    wall_time: Floats | None
    values: Mapping[str, Floats]
    counts: Mapping[str, Points]

    def take(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> RunTable:
        """Return some of the rows."""
        return replace(
            self,
            steps=self.steps[rows],
            wall_time=None if self.wall_time is None else self.wall_time[rows],
            values={name: column[rows] for name, column in self.values.items()},
        )


def run_tables(run: int, record: RunRecord, columns: Columns) -> Iterator[RunTable]:
    """Yield the rows of a run, one task after the other; split further where a `task_metric` changes.

    Raises
    ------
    DataError
        When two series of the run claim the same task and column.
    """
    found: dict[str, dict[str, Points]] = defaultdict(dict)
    wanted = [(place, series) for series in record.series if (place := columns.place(record, series))]
    for (task, column), series in zip(
        [place for place, _ in wanted], _loaded([series for _, series in wanted]), strict=True
    ):
        if column in found[task]:
            raise DataError(f"run {record.name!r} ({record.id}) has the metric {column!r} twice on task {task!r}")
        found[task][column] = clean(series, ordered=record.ordered)
    switch = _switch(record, columns.options.task_metric)
    for task, points in found.items():
        table = joined(run, task, points)
        yield from (table,) if switch is None else _split(table, switch)


def _loaded(series: Sequence[Series]) -> Iterator[Series]:
    """Yield series in memory; a run that comes in one piece is decoded once, a longer one metric by metric."""
    if all(one.at_once for one in series):
        for piece in pieces(series):
            yield from piece
    else:
        yield from (one.loaded() for one in series)


def joined(run: int, task: str, points: Mapping[str, Points]) -> RunTable:
    """Join metrics on their steps: a row for every step at which any of them has a point."""
    stepped = [one.steps for one in points.values() if one.has_steps]
    steps = np.unique(np.concatenate(stepped)) if stepped else np.empty(0)
    plain = max((len(one.values) for one in points.values() if not one.has_steps), default=0)
    rows = len(steps) + plain
    wall_time = np.full(rows, np.nan)
    values = {}
    for name, one in points.items():
        places = np.searchsorted(steps, one.steps) if one.has_steps else len(steps) + np.arange(len(one.values))
        values[name] = np.full(rows, np.nan)
        values[name][places] = one.values
        if one.wall_time is not None:
            known = wall_time[places]
            wall_time[places] = np.where(np.isnan(known), one.wall_time, known)
    return RunTable(
        run=run,
        task=task,
        steps=np.concatenate([steps, np.full(plain, np.nan)]),
        wall_time=None if np.isnan(wall_time).all() else wall_time,
        values=values,
        counts={
            name: replace(one, steps=np.empty(0), values=np.empty(0), wall_time=None) for name, one in points.items()
        },
    )


def _switch(record: RunRecord, metric: str | None) -> Points | None:
    series = next((one for one in record.series if one.metric == metric), None)
    points = None if series is None else clean(series.loaded(), ordered=record.ordered)
    return points if points is not None and points.has_steps else None


def _split(table: RunTable, switch: Points) -> Iterator[RunTable]:
    """Split rows by the task that the run was at: the last value of the task metric at or before each row."""
    places = np.searchsorted(switch.steps, table.steps, side="right") - 1
    places[np.isnan(table.steps)] = -1
    current = np.where(places >= 0, switch.values[np.maximum(places, 0)], np.nan)
    before = np.isnan(current)
    counts = table.counts
    if before.any():
        yield replace(table.take(before), counts=counts)
        counts = dict.fromkeys(counts, NOTHING)
    for value in dict.fromkeys(current[~before].tolist()):
        yield replace(table.take(current == value), task=f"{value:.15g}", counts=counts)
        # what was left out of a run is counted once, with its first task
        counts = dict.fromkeys(counts, NOTHING)
