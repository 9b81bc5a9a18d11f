"""Runs laid on common grids: each run is read once for all its curves and leaves only its values on the grids."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from reportgen.data.grids import common_grid
from reportgen.data.lines import along, drawn
from reportgen.parallel import serial, threads

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from reportgen.data.lines import Line
    from reportgen.data.scores import MetricData, Score, Task

    Floats = NDArray[np.float64]
    Key = tuple[str, str, str | None, str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Laid:
    """The curves of several runs on one grid.

    Parameters
    ----------
    steps
        (points,) equal steps.
    values
        (runs, points), in the order of the scores.
    """

    steps: Floats
    values: Floats


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Row:
    """One row of a `Laid` that is still empty, and the score that fills it; `bounds` take it back to raw units."""

    score: Score
    axis: str
    grid: Floats
    into: Floats
    bounds: tuple[float, float] | None


def lay(metrics: Sequence[MetricData], points: int, axes: tuple[str, ...]) -> Mapping[Key, Laid]:
    """Lay the runs of every method, and of every method on every task, on grids of their own.

    Parameters
    ----------
    points
        Number of points of a grid.
    axes
        ``step``, ``wall_time``; tasks are laid along the first.

    Returns
    -------
    (metric, method, None or task, axis) to the curves; those of tasks are in raw units. Nothing stands for runs
    without a common stretch.
    """
    laid: dict[Key, Laid] = {}
    by_run: dict[str, list[_Row]] = defaultdict(list)
    for key, scores, task in _bundles(metrics, axes):
        steps = common_grid([score.line.ends.get(key[3]) for score in scores], points)
        if steps is None:
            continue
        laid[key] = Laid(steps=steps, values=np.empty((len(scores), points)))
        bounds = (
            None if task is None or task.optimum is None or task.reference is None else (task.reference, task.optimum)
        )
        for score, into in zip(scores, laid[key].values, strict=True):
            by_run[score.run].append(_Row(score=score, axis=key[3], grid=steps, into=into, bounds=bounds))
    stored = any(score.line.on_disk for metric in metrics for score in metric.scores)
    for _ in (threads if stored else serial)(partial(_fill, axes=axes), by_run.values()):
        pass
    return laid


def _bundles(
    metrics: Sequence[MetricData], axes: tuple[str, ...]
) -> Iterator[tuple[Key, tuple[Score, ...], Task | None]]:
    """Yield what is laid together: key, scores, and the task whose bounds are taken back."""
    for data in metrics:
        cells: dict[tuple[str, str | None], list[Score]] = defaultdict(list)
        for score in data.scores:
            cells[score.method, None].append(score)
            cells[score.method, score.task].append(score)
        tasks = {task.id: task for task in data.tasks}
        for (method, task), scores in cells.items():
            for axis in axes if task is None else axes[:1]:
                back = tasks[task] if task is not None and data.normalized else None
                yield (data.id, method, task, axis), tuple(scores), back


def _fill(rows: Sequence[_Row], axes: tuple[str, ...]) -> None:
    """Fill every row of one run."""
    lines: dict[int, Line] = {id(row.score.line): row.score.line for row in rows}
    layings = {place: [_Laying(row) for row in rows if id(row.score.line) == place] for place in lines}
    for index, points in drawn(tuple(lines.values()), axes):
        for laying in list(layings.values())[index]:
            laying.take(*along(points, laying.row.axis))
    for found in layings.values():
        for laying in found:
            laying.finish()


class _Laying:
    """A row while its run passes by."""

    def __init__(self, row: _Row) -> None:
        self.row = row
        self._done = 0
        self._before: tuple[float, float] | None = None

    def take(self, places: Floats, values: Floats) -> None:
        """Interpolate as far as the points reach; an axis that does not rise is not cut into pieces."""
        if not places.size:
            return
        row = self.row
        if row.bounds is not None:
            values = row.bounds[0] + values * (row.bounds[1] - row.bounds[0])
        if row.axis not in row.score.line.rising:
            row.into[:] = np.interp(row.grid, places, values)
            self._done = len(row.grid)
            return
        if self._before is not None:
            places = np.concatenate(([self._before[0]], places))
            values = np.concatenate(([self._before[1]], values))
        reached = int(np.searchsorted(row.grid, places[-1], side="left"))
        row.into[self._done : reached] = np.interp(row.grid[self._done : reached], places, values)
        self._done = max(self._done, reached)
        self._before = (float(places[-1]), float(values[-1]))

    def finish(self) -> None:
        """Fill what lies at the last point."""
        if self._before is not None:
            self.row.into[self._done :] = self._before[1]
