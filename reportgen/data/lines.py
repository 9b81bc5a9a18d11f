"""The curve behind a score: kept in memory, or read again from the cache when it is drawn."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from reportgen.data.points import Points, clean, with_steps
from reportgen.runs.series import Series, pieces

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

AXES = ("step", "wall_time")
NOTHING = Points(steps=np.empty(0), values=np.empty(0), wall_time=None)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Line:
    """The kept points of one run on one task, in the unit of its score, and what is known of them without reading.

    Parameters
    ----------
    source
        The points; or the series that they are read from again; or lines of equal steps whose mean it is.
    count
        Number of points.
    last_step
        Step of the last point, None where there are no steps.
    ends
        ``step`` and ``wall_time`` to the first and last place of a point whose value is finite; without an entry
        where there is none.
    rising
        Axes along which each point lies beyond the one before, in the order in which they were logged.
    bounds
        Reference and optimum of the scale that the values are put on, None for raw units.
    """

    source: Points | Series | tuple[Line, ...]
    count: int
    last_step: float | None = None
    ends: Mapping[str, tuple[float, float]] = field(default_factory=lambda: MappingProxyType({}))
    rising: frozenset[str] = frozenset()
    bounds: tuple[float, float] | None = None

    @classmethod
    def of(cls, points: Points, *, again: Series | None = None) -> Line:
        """Describe points, and keep them unless they can be read `again`."""
        ends = {axis: found for axis in AXES if (found := _ends(*along(points, axis)))}
        last = float(points.steps[-1]) if points.steps.size else np.nan
        return cls(
            source=points if again is None else again,
            count=len(points.values),
            last_step=last if np.isfinite(last) else None,
            ends=ends,
        )

    @classmethod
    def mean(cls, lines: Sequence[Line]) -> Line:
        """Average lines where all have the same steps; empty where they have not."""
        first, *others = (line.points() for line in lines)
        if not all(np.array_equal(points.steps, first.steps, equal_nan=True) for points in others):
            return cls.of(NOTHING)
        mean = np.mean([first.values, *(points.values for points in others)], axis=0)
        again = isinstance(lines[0].source, Series)
        described = cls.of(replace(first, values=mean))
        return replace(described, source=tuple(lines)) if again else described

    @property
    def on_disk(self) -> bool:
        """Whether its points are not kept."""
        return not isinstance(self.source, Points)

    def scaled(self, reference: float, optimum: float) -> Line:
        """Return the line on the scale where the reference is 0 and the optimum 1."""
        return replace(self, bounds=(reference, optimum))

    def points(self) -> Points:
        """Return all points; they are read now unless they are kept."""
        if isinstance(self.source, Points):
            return self.on_scale(self.source)
        if isinstance(self.source, Series):
            return self.on_scale(clean(self.source.loaded()))
        found = [line.points() for line in self.source]
        return self.on_scale(replace(found[0], values=np.mean([points.values for points in found], axis=0)))

    def on_scale(self, points: Points) -> Points:
        """Put raw points on the line's scale."""
        if self.bounds is None:
            return points
        reference, optimum = self.bounds
        return replace(points, values=(points.values - reference) / (optimum - reference))


def drawn(lines: Sequence[Line], axes: Sequence[str]) -> Iterator[tuple[int, Points]]:
    """Yield the points of several lines of one run, decoding its history once, as (place of the line, points).

    Lines too long for memory come in pieces, in order, where the axes along which they are drawn rise; others whole.
    """
    passing = [place for place, line in enumerate(lines) if _streams(line, axes)]
    series = [line.source for line in lines if _streams(line, axes) if isinstance(line.source, Series)]
    for piece in pieces(series) if series else ():
        for place, rows in zip(passing, piece, strict=True):
            yield place, lines[place].on_scale(clean(rows) if series[0].at_once else with_steps(rows))
    for place, line in enumerate(lines):
        if place not in passing:
            yield place, line.points()


def along(points: Points, axis: str) -> tuple[Floats, Floats]:
    """Return places and values of the points whose place is known and whose value is finite; empty without an axis."""
    places = points.steps if axis == "step" else points.wall_time
    if places is None:
        return np.empty(0), np.empty(0)
    kept = np.isfinite(places) & np.isfinite(points.values)
    return (places, points.values) if kept.all() else (places[kept], points.values[kept])


def _streams(line: Line, axes: Sequence[str]) -> bool:
    """Whether pieces of the line, each made clean by itself, are together the clean line."""
    return isinstance(line.source, Series) and (line.source.at_once or set(axes) <= line.rising)


def _ends(places: Floats, _values: Floats) -> tuple[float, float] | None:
    return (float(places[0]), float(places[-1])) if places.size else None
