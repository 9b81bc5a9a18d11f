"""What a choice of runs holds: seeds per method and task, what is odd about them, and a curve."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reportgen.data.axes import natural
from reportgen.data.grids import resample

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from reportgen.interactive.terms import Row
    from reportgen.runs.record import RunRecord, Series

    Floats = NDArray[np.float64]

POINTS = 40


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Preview:
    """What the chosen runs hold.

    Parameters
    ----------
    chosen, of
        Number of chosen runs, and of all.
    seeds
        (method, task) to the seeds there are, one a run; a seed that nothing names is empty.
    twice
        (method, task, seed) that several runs hold.
    lacking
        (method, task) without any run, where another method has one.
    without
        Names of chosen runs that have no method.
    """

    chosen: int
    of: int
    seeds: Mapping[tuple[str, str], tuple[str, ...]]
    twice: tuple[tuple[str, str, str], ...]
    lacking: tuple[tuple[str, str], ...]
    without: tuple[str, ...]

    @property
    def methods(self) -> tuple[str, ...]:
        """The methods there are, in natural order."""
        return tuple(dict.fromkeys(method for method, _ in self.seeds))

    @property
    def tasks(self) -> tuple[str, ...]:
        """The tasks there are, in natural order."""
        return tuple(sorted({task for _, task in self.seeds}, key=natural))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Line:
    """The median over a method's runs of a metric.

    Parameters
    ----------
    steps, values
        (k,) increasing, and the median over the runs that have points on both sides of each step.
    runs
        Number of runs behind it.
    """

    method: str
    steps: Floats
    values: Floats
    runs: int


def preview_of(rows: Sequence[Row], of: int) -> Preview:
    """Count seeds per method and task."""
    placed = [row for row in rows if row.method]
    found: dict[tuple[str, str], list[str]] = {}
    for row in placed:
        for task in row.tasks:
            found.setdefault((row.method, task), []).append(row.seed)
    cells = sorted(found, key=lambda cell: (natural(cell[0]), natural(cell[1])))
    counts = Counter((*cell, seed) for cell in cells for seed in found[cell] if seed)
    methods, tasks = dict.fromkeys(method for method, _ in cells), {task for _, task in cells}
    return Preview(
        chosen=len(rows),
        of=of,
        seeds={cell: tuple(sorted(found[cell], key=natural)) for cell in cells},
        twice=tuple(key for key, count in counts.items() if count > 1),
        lacking=tuple(
            (method, task) for method in methods for task in sorted(tasks, key=natural) if (method, task) not in found
        ),
        without=tuple(row.name for row in rows if not row.method),
    )


def lines_of(rows: Sequence[Row], records: Sequence[RunRecord], metric: str, task: str | None) -> tuple[Line, ...]:
    """Return a line for each method that has points of a metric, on one task where it is given."""
    methods = {row.id: row.method for row in rows if row.method and (task is None or task in row.tasks)}
    found: dict[str, list[tuple[Floats, Floats]]] = {}
    for record in records:
        for series in record.series:
            if record.id in methods and series.metric == metric and (task is None or series.task in {None, task}):
                points = _points(series)
                found.setdefault(methods[record.id], []).extend([points] if len(points[0]) else [])
    drawn = {method: runs for method, runs in found.items() if runs}
    return tuple(_line(method, drawn[method]) for method in sorted(drawn, key=natural))


def _points(series: Series) -> tuple[Floats, Floats]:
    """Return steps, strictly increasing, and values; without steps rows are counted, and the last of a step wins."""
    read = series.loaded()
    steps = read.steps if np.isfinite(read.steps).any() else np.arange(len(read.values), dtype=float)
    kept = np.isfinite(steps) & np.isfinite(read.values)
    backwards, first = np.unique(steps[kept][::-1], return_index=True)
    return backwards, read.values[kept][::-1][first]


def _line(method: str, runs: Sequence[tuple[Floats, Floats]]) -> Line:
    low, high = min(x[0] for x, _ in runs), max(x[-1] for x, _ in runs)
    grid = np.unique(np.linspace(low, high, POINTS))
    values = np.array([resample(x, y, grid, "linear") for x, y in runs])
    there = ~np.isnan(values).all(axis=0)
    return Line(method=method, steps=grid[there], values=np.nanmedian(values[:, there], axis=0), runs=len(runs))
