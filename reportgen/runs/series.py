"""The points of a metric in a run: in memory, or on the disk until somebody asks for them."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from reportgen.runs.history import StoredHistory

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Series:
    """The points of one metric in one run, in the order they were logged.

    Parameters
    ----------
    metric
        Its name in the source.
    task
        The task these points belong to, when the source says so (a file's task column); None when the task is an
        axis of the run or is captured from the metric's name.
    steps
        (n,) float64, NaN where the source has no step; (n,) positions are never invented here.
    values
        (n,) float64, NaN where the value is missing.
    wall_time
        (n,) float64 in the source's unit, or None.
    column
        The value column a coalesced value came from (``reward``), else the metric's name.
    """

    metric: str
    task: str | None
    steps: NDArray[np.float64]
    values: NDArray[np.float64]
    wall_time: NDArray[np.float64] | None = None
    column: str = ""

    @property
    def rows(self) -> int:
        """Number of rows that its points are among."""
        return len(self.values)

    @property
    def at_once(self) -> bool:
        """Whether its points come in one piece."""
        return True

    @property
    def finite(self) -> int:
        """Number of finite values."""
        return int(np.isfinite(self.values).sum())

    def loaded(self) -> Series:
        """Return the series with its points in memory: itself."""
        return self


class StoredSeries(Series):
    """A metric of a cached run: every access to its points reads them, and none of them is kept.

    Parameters
    ----------
    key
        Column of the values; rows without one are no points.
    step, wall
        Columns of the axes, whose last known value counts where a row lacks one; None where there is no such axis.
    """

    __slots__ = ("history", "step", "wall")

    history: StoredHistory
    step: str | None
    wall: str | None

    def __init__(self, *, key: str, history: StoredHistory, step: str | None, wall: str | None) -> None:
        given = {"metric": key, "task": None, "column": key, "history": history, "step": step, "wall": wall}
        for name, value in given.items():
            object.__setattr__(self, name, value)

    def __reduce__(self) -> tuple[object, ...]:
        return _again, (self.metric, self.history, self.step, self.wall)

    def __repr__(self) -> str:
        return f"StoredSeries({self.metric!r}, {self.history.rows} rows)"

    @property
    def columns(self) -> tuple[str, ...]:
        """The columns that its points are made of."""
        return tuple(name for name in (self.metric, self.step, self.wall) if name is not None)

    @property
    def rows(self) -> int:
        """Number of rows that its points are among."""
        return self.history.rows

    @property
    def at_once(self) -> bool:
        """Whether its points come in one piece."""
        return self.history.in_one_group

    @property
    def finite(self) -> int:
        """Number of finite values, known without reading."""
        return self.history.known[self.metric].finite

    @property
    def steps(self) -> Floats:
        """(n,) steps, read now."""
        return self.loaded().steps

    @property
    def values(self) -> Floats:
        """(n,) values, read now."""
        return self.loaded().values

    @property
    def wall_time(self) -> Floats | None:
        """(n,) wall times, read now; None where there is no such axis."""
        return self.loaded().wall_time

    def loaded(self) -> Series:
        """Return the series with its points in memory, read once."""
        parts = [part for (part,) in pieces([self])]
        if len(parts) == 1:
            return parts[0]
        walls = [part.wall_time for part in parts if part.wall_time is not None]
        return replace(
            parts[0],
            steps=np.concatenate([part.steps for part in parts]),
            values=np.concatenate([part.values for part in parts]),
            wall_time=np.concatenate(walls) if walls else None,
        )

    def reaches_end_of_steps(self) -> bool:
        """Whether its last value stands at the largest step of its axis, known without reading."""
        axis = None if self.step is None else self.history.known[self.step]
        return axis is not None and axis.rises and axis.last_row <= self.history.known[self.metric].last_row

    def of(self, rows: Mapping[str, Floats], carried: _Carried) -> Series:
        """Return the points among some rows of the history."""
        present = ~np.isnan(rows[self.metric])
        kept = slice(None) if present.all() else np.flatnonzero(present)
        values = rows[self.metric][kept]
        return Series(
            metric=self.metric,
            task=self.task,
            steps=np.full(len(values), math.nan) if self.step is None else carried.axis(self.step, rows)[kept],
            values=values,
            wall_time=None if self.wall is None else carried.axis(self.wall, rows)[kept],
            column=self.column,
        )


def pieces(series: Sequence[Series]) -> Iterator[tuple[Series, ...]]:
    """Yield the points of several series of one run piece by piece, decoding the run's history once.

    Parameters
    ----------
    series
        All in memory, which is one piece, or all of one stored history, which is a piece a row group.
    """
    stored = [one for one in series if isinstance(one, StoredSeries)]
    if not stored:
        yield tuple(series)
        return
    carried, history = _Carried(), stored[0].history
    names = tuple(chain.from_iterable(one.columns for one in stored))
    for rows in [history.read(names)] if stored[0].at_once else history.groups(names):
        carried.start()
        yield tuple(one.of(rows, carried) for one in stored)


def last_step(series: Sequence[Series]) -> float | None:
    """Return the largest step of several series, None where they have none; axes that rise need no reading."""
    ends, known = [], {}
    for one in series:
        if isinstance(one, StoredSeries) and one.reaches_end_of_steps() and one.step is not None:
            known[one.step] = one.history.known[one.step].greatest
    ends = [end for end in known.values() if end is not None]
    for one in series:
        if isinstance(one, StoredSeries) and (one.step is None or one.step in known):
            continue
        steps = one.steps
        if np.isfinite(steps).any():
            ends.append(float(np.nanmax(steps)))
    return max(ends, default=None)


class _Carried:
    """Axes carried forward over rows that do not hold them, from one row group into the next."""

    def __init__(self) -> None:
        self._last: dict[str, float] = {}
        self._axes: dict[str, Floats] = {}

    def start(self) -> None:
        """Go on to the next row group."""
        self._last.update({name: float(axis[-1]) for name, axis in self._axes.items() if axis.size})
        self._axes = {}

    def axis(self, name: str, rows: Mapping[str, Floats]) -> Floats:
        """Return an axis of this row group without gaps, NaN before its first value."""
        if name not in self._axes:
            self._axes[name] = carried(rows[name], self._last.get(name, math.nan))
        return self._axes[name]


def carried(axis: Floats, before: float = math.nan) -> Floats:
    """Carry the last known value of an axis forward over rows that do not hold it; `before` stands before the first."""
    known = ~np.isnan(axis)
    if known.all():
        return axis
    last = np.maximum.accumulate(np.where(known, np.arange(len(axis)), -1))
    return np.where(last >= 0, axis[np.maximum(last, 0)], before)


def _again(key: str, history: StoredHistory, step: str | None, wall: str | None) -> StoredSeries:
    return StoredSeries(key=key, history=history, step=step, wall=wall)
