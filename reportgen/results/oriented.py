"""The bridge between shown units and the statistics room, where higher is always better.

Scores of minimised metrics that are not normalised are negated on the way in and turned back on the way out, so
that estimates, task values and axes appear in original units with low < high.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from reportgen.results.report import Estimate, Profile
from reportgen.stats import Scores

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from reportgen.data.scores import MetricData, Score
    from reportgen.stats import Band, Interval, Settings


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Oriented:
    """The scores of one method with the sign that makes higher better."""

    sign: float
    source: tuple[Score, ...]

    @classmethod
    def of(cls, data: MetricData, scores: tuple[Score, ...]) -> Oriented:
        """Orient the scores of a metric."""
        minimized = data.direction == "minimize" and not data.normalized
        return cls(sign=-1.0 if minimized else 1.0, source=scores)

    def scores(self) -> Scores:
        """Return the scores as the statistics room takes them."""
        tasks = tuple(dict.fromkeys(score.task for score in self.source))
        runs = tuple(dict.fromkeys(score.run for score in self.source))
        return Scores(
            values=self.sign * np.array([score.value for score in self.source], dtype=float),
            tasks=np.array([tasks.index(score.task) for score in self.source]),
            runs=np.array([runs.index(score.run) for score in self.source]),
            task_ids=tasks,
            run_ids=runs,
        )

    def thresholds(self, shown: Sequence[float]) -> NDArray[np.float64]:
        """Turn thresholds in shown units (ascending) into oriented ones (ascending too)."""
        oriented = self.sign * np.asarray(shown, dtype=float)
        return oriented if self.sign > 0 else oriented[::-1]

    def estimate(self, found: Interval, name: str) -> Estimate:
        """Turn an interval of the statistics room back into shown units; a gap is never turned."""
        shown = found if name == "optimality_gap" else self.flip(found, self.sign)
        return Estimate(
            estimate=shown.estimate,
            low=shown.low,
            high=shown.high,
            level=shown.level,
            interval=shown.method,
            percentile=shown.percentile,
            df=shown.df,
            replicates=shown.replicates,
            reason=shown.reason,
            mend=shown.mend,
        )

    @staticmethod
    def flip(found: Interval, sign: float) -> Interval:
        """Negate an interval where the sign says so, keeping low < high."""
        if sign > 0:
            return found
        pair = found.percentile
        return replace(
            found,
            estimate=_negated(found.estimate),
            low=_negated(found.high),
            high=_negated(found.low),
            percentile=None if pair is None else (-pair[1], -pair[0]),
        )

    def profile(self, band: Band, shown: Sequence[float], kind: Literal["runs", "tasks"]) -> Profile:
        """Return the profile at the shown thresholds (for minimised metrics the fraction strictly below)."""
        order = slice(None) if self.sign > 0 else slice(None, None, -1)
        return Profile(
            thresholds=tuple(shown),
            estimate=tuple(float(value) for value in band.estimate[order]),
            low=optional(band.low[order]),
            high=optional(band.high[order]),
            reason=band.reason,
            kind=kind,
        )


def optional(values: NDArray[np.float64]) -> tuple[float | None, ...]:
    """Turn NaN into None."""
    return tuple(None if np.isnan(value) else float(value) for value in values)


def withheld_estimate(settings: Settings, reason: str, mend: str) -> Estimate:
    """Return the estimate that is not stated, with its reason."""
    return Estimate(
        estimate=None,
        low=None,
        high=None,
        level=settings.level,
        interval=settings.interval,
        reason=reason,
        mend=mend,
    )


def _negated(value: float | None) -> float | None:
    return None if value is None else -value
