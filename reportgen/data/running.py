"""A score of a run too long for memory: its rows pass by once, in the order in which they were logged."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from reportgen.data.lines import AXES, Line, along
from reportgen.data.points import DEFAULT_FRACTION, DEFECTS, Points, reduce_points, rising, with_steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reportgen.data.scores import Direction
    from reportgen.runs.series import Series
    from reportgen.spec.model import Score as Rule


class Running:
    """What has been seen of one long series.

    Only runs whose steps never go back from one row group into the former can be seen in this way (`told`), and only
    the rules `last`, `best` and `mean_last` be answered (`suffices`); all else needs the points at once.
    """

    def __init__(self, series: Series, rule: Rule, direction: Direction) -> None:
        self.series = series
        self._rule = rule
        self._direction = direction
        self._tail: deque[NDArray[np.float64]] = deque()
        self._best: float | None = None
        self._count = 0
        self._ends: dict[str, tuple[float, float]] = {}
        self._rising = dict.fromkeys(AXES, True)
        self._last_step = -np.inf
        self.defects = dict.fromkeys(DEFECTS, 0)
        self._sound = True
        self.suffices = rule.reduce in {"last", "best", "mean_last"}
        self.first: dict[str, float] = {}

    def take(self, rows: Series) -> None:
        """Look at the next rows."""
        points = with_steps(rows)
        for defect in self.defects:
            self.defects[defect] += getattr(points, defect)
        for defect, step in points.first.items():
            self.first.setdefault(defect, step)
        if not self._sound or not len(points.values):
            return
        self._sound = bool(points.steps[0] > self._last_step)
        self._last_step = float(points.steps[-1])
        self._count += len(points.values)
        if self.suffices:
            self._keep(points.values)
        for axis in AXES:
            self._lay(points, axis)

    def number(self) -> tuple[float | None, str]:
        """Return the score, or None and why there is none, as `reduce_points` does."""
        values = np.concatenate(self._tail) if self._best is None else np.array([self._best])
        if self._rule.reduce == "mean_last":
            values = values[-(self._rule.k or self._share(self._count)) :]
        rule = self._rule.model_copy(update={"k": len(values), "fraction": None})
        return reduce_points(Points(steps=values, values=values, wall_time=None), rule, self._direction)

    def line(self) -> Line:
        """Return the curve, to be read again."""
        return Line(
            source=self.series,
            count=self._count,
            last_step=self._last_step,
            ends=self._ends,
            rising=frozenset(axis for axis, rises in self._rising.items() if rises),
        )

    @property
    def told(self) -> bool:
        """Whether the rows passed by in the order of their steps, and there was one."""
        return self._sound and self._count > 0

    def _share(self, count: int) -> int:
        return max(1, round((self._rule.fraction or DEFAULT_FRACTION) * count))

    def _keep(self, values: NDArray[np.float64]) -> None:
        """Keep what the rule may need of the rows so far."""
        if self._rule.reduce == "best":
            best = values.min() if self._direction == "minimize" else values.max()
            pair = (best, best if self._best is None else self._best)
            self._best = float(min(pair) if self._direction == "minimize" else max(pair))
            return
        needed = 1 if self._rule.reduce == "last" else self._rule.k or self._share(self.series.rows)
        self._tail.append(values)
        while sum(map(len, self._tail)) - len(self._tail[0]) >= needed:
            self._tail.popleft()

    def _lay(self, points: Points, axis: str) -> None:
        places, _ = along(points, axis)
        if places.size:
            first, last = self._ends.get(axis, (places[0], -np.inf))
            self._rising[axis] &= rising(places) and bool(places[0] > last)
            self._ends[axis] = (float(first), float(places[-1]))
