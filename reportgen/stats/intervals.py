"""Intervals from bootstrap replicates, and the reasons for which there is none."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reportgen.stats.design import Design
    from reportgen.stats.scores import Settings

    Floats = NDArray[np.float64]

MOST_WEIGHT_IN_SINGLES = 0.1
DROP_INCOMPLETE = "runs: {incomplete_seeds: drop}"
OVER_TASKS = "analysis: {resample: tasks}   # an interval over these tasks, not over retraining"


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """An estimate with its confidence interval.

    Parameters
    ----------
    estimate
        None where it cannot be stated.
    low, high
        None where no honest interval exists; `reason` then says why and `mend` what would change it.
    level, method
        Nominal coverage; ``expanded_t``, ``percentile``, or ``wilson`` for a success rate of runs that are one trial.
    percentile
        The plain percentile pair, or None.
    df
        Satterthwaite's degrees of freedom of ``expanded_t``.
    replicates, n_runs, n_scores
        Size of the bootstrap and of the data (`n_runs` counts the units that were drawn).
    note
        What weakens an interval that is stated, or the empty string.
    """

    estimate: float | None
    low: float | None
    high: float | None
    level: float
    method: str
    percentile: tuple[float, float] | None
    df: float | None
    replicates: int
    n_runs: int
    n_scores: int
    reason: str | None = None
    mend: str = ""
    note: str = ""


def turned(found: Interval) -> Interval:
    """Return the interval of the negated estimate."""
    pair = found.percentile
    return replace(
        found,
        estimate=_negated(found.estimate),
        low=_negated(found.high),
        high=_negated(found.low),
        percentile=None if pair is None else (-pair[1], -pair[0]),
    )


def _negated(value: float | None) -> float | None:
    return None if value is None else -value


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Band:
    """A line of estimates with pointwise intervals.

    Parameters
    ----------
    thresholds
        (T,) where the line is evaluated (thresholds of a profile, or positions of a curve).
    estimate
        (T,)
    low, high
        (T,) NaN where there is no interval.
    reason
        Why there is no interval at all, or None.
    """

    thresholds: NDArray[np.float64]
    estimate: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why there is no interval, and the lines of spec that would change it."""

    reason: str
    mend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Variance:
    """Run-level influence variances of a statistic, one entry per stratum (and per threshold, where there are many).

    Parameters
    ----------
    terms
        (H, ...) V_h, the contribution of each stratum to the variance of the estimate.
    degrees
        (H,) degrees of freedom behind each term.
    seen
        (H,) share of each term that the bootstrap itself shows: (N_h - 1) / N_h, 0 for a stratum of one.
    """

    terms: Floats
    degrees: Floats
    seen: Floats

    def joined(self, other: Variance) -> Variance:
        """Return the variance of a difference between two independent estimates."""
        return Variance(
            terms=np.concatenate([self.terms, other.terms]),
            degrees=np.concatenate([self.degrees, other.degrees]),
            seen=np.concatenate([self.seen, other.seen]),
        )

    def degrees_of_freedom(self) -> Floats:
        """Return Satterthwaite's approximation (...), NaN where nothing varies."""
        total = self.terms.sum(axis=0)
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.asarray(total**2 / np.einsum("h...,h->...", self.terms**2, 1 / self.degrees))

    def stretch(self, upper: float) -> Floats:
        """Return s t(q; df) / z(q) (...), by which percentile distances are multiplied; NaN where nothing varies."""
        with np.errstate(divide="ignore", invalid="ignore"):
            seen = np.einsum("h...,h->...", self.terms, self.seen)
            factor = np.sqrt(self.terms.sum(axis=0) / seen) * special.stdtrit(self.degrees_of_freedom(), upper)
        return np.asarray(factor / special.ndtri(upper))


def influence_variance(design: Design, influence: Floats) -> Variance:
    """Return V_h = N_h s_h^2(I) of the units' influence totals.

    Parameters
    ----------
    influence
        (n,) or (n, T): psi of each score. Its weighted sum over a unit's scores is the unit's influence total.

    Notes
    -----
    A stratum of one unit borrows the pooled variance of the others, scaled to its own weight.
    """
    share = design.weights / design.total
    columns = influence.reshape(len(share), -1)
    totals = np.zeros((design.n_units, columns.shape[1]))
    np.add.at(totals, design.units, share[:, None] * columns)
    return variance_of_totals(design, totals.reshape(design.n_units, *influence.shape[1:]))


def variance_of_totals(design: Design, influence_totals: Floats) -> Variance:
    """Return V_h = N_h s_h^2(I) from influence totals, (U,) or (U, T); a stratum of one unit borrows."""
    totals = influence_totals.reshape(design.n_units, -1)
    sizes = design.sizes.astype(float)
    starts = np.concatenate(([0], np.cumsum(design.sizes)[:-1]))
    centred = totals - np.repeat(np.add.reduceat(totals, starts) / sizes[:, None], design.sizes, axis=0)
    squares = np.add.reduceat(centred**2, starts)
    several = design.sizes > 1
    degrees = np.where(several, sizes - 1, max(1.0, float((sizes - 1).sum())))
    terms = squares * (sizes / np.maximum(sizes - 1, 1))[:, None]
    if not several.all():
        share = design.weights / design.total
        weight = np.bincount(design.strata[design.units], weights=share, minlength=len(sizes))
        scaled = squares[several] * (sizes[several] / weight[several])[:, None] ** 2
        pooled = scaled.sum(axis=0) / max(1.0, float((sizes - 1).sum()))
        terms[~several] = weight[~several][:, None] ** 2 * pooled
    shape = (len(sizes), *influence_totals.shape[1:])
    return Variance(terms=terms.reshape(shape), degrees=degrees, seen=(sizes - 1) / sizes)


def task_variance(n_tasks: int) -> Variance:
    """Return the variance that stands for drawing tasks: its stretch is sqrt(M / (M - 1)) t(M - 1) / z."""
    return Variance(terms=np.ones(1), degrees=np.array([float(n_tasks - 1)]), seen=np.array([(n_tasks - 1) / n_tasks]))


def refusal(design: Design, settings: Settings) -> Refusal | None:
    """Tell why the design of the data allows no interval, None where it does."""
    if settings.resample == "tasks":
        return Refusal(reason="one task: nothing was repeated over tasks") if design.n_tasks == 1 else None
    if design.n_units == 1:
        return Refusal(reason="one run: nothing can be said about retraining", mend="")
    if (design.sizes == 1).all():
        kind = "one run per task" if len(design.sizes) == design.n_tasks else "one run of each set of tasks"
        return Refusal(reason=f"{kind}: nothing can be said about retraining", mend=OVER_TASKS)
    share = weight_in_singles(design)
    if share > MOST_WEIGHT_IN_SINGLES:
        return Refusal(
            reason=f"{100 * share:.0f} % of the weight rests on single runs whose variation cannot be seen",
            mend=DROP_INCOMPLETE,
        )
    return None


def weight_in_singles(design: Design) -> float:
    """Return the share of the weight in strata of one unit."""
    single = design.sizes[design.strata[design.units]] == 1
    return float(design.weights[single].sum() / design.total)


def ends(
    estimate: float, replicates: Floats, variance: Variance, settings: Settings
) -> tuple[tuple[float, float] | None, tuple[float, float] | None, Refusal | None]:
    """Return the interval, the percentile pair and, where there is no interval, the reason.

    Parameters
    ----------
    replicates
        (R,) the statistic in each replicate.
    """
    if not (np.isfinite(estimate) and np.isfinite(replicates).all()):
        return None, None, Refusal(reason="some scores are infinite")
    lowest, highest = float(replicates.min()), float(replicates.max())
    if _same(lowest, highest):
        return None, None, Refusal(reason="all replicates are equal: the runs do not differ in what it measures")
    low, high = (float(value) for value in np.quantile(replicates, [1 - settings.upper, settings.upper]))
    found = (low, high)
    if settings.interval == "expanded_t":
        stretch = float(variance.stretch(settings.upper))
        found = (estimate - stretch * max(0.0, estimate - low), estimate + stretch * max(0.0, high - estimate))
    if not np.isfinite(found).all():
        return None, (low, high), Refusal(reason="most scores are equal: their run-to-run variance is zero")
    if _same(*found):
        return None, (low, high), Refusal(reason="most scores are equal: the percentile interval has no width")
    return found, (low, high), None


def bands(
    estimate: Floats, replicates: Floats, variance: Variance, settings: Settings, *, limits: tuple[float, float]
) -> tuple[Floats, Floats]:
    """Return (T,) lower and (T,) upper ends, pointwise; NaN where replicates do not vary.

    Parameters
    ----------
    estimate
        (T,)
    replicates
        (T, R)
    variance
        Its terms are (H, T).
    limits
        The statistic's range; ends are clipped to it.
    """
    low, high = np.quantile(replicates, [1 - settings.upper, settings.upper], axis=1)
    varies = np.ptp(replicates, axis=1) > 0
    if settings.interval == "expanded_t":
        stretch = np.broadcast_to(variance.stretch(settings.upper), estimate.shape)
        varies &= np.isfinite(stretch)
        with np.errstate(invalid="ignore"):
            low = estimate - stretch * np.maximum(0.0, estimate - low)
            high = estimate + stretch * np.maximum(0.0, high - estimate)
    varies &= high > low
    return np.where(varies, np.maximum(low, limits[0]), np.nan), np.where(varies, np.minimum(high, limits[1]), np.nan)


def _same(low: float, high: float) -> bool:
    """Tell whether two numbers differ by rounding only."""
    return bool(high - low <= 8 * np.spacing(max(abs(low), abs(high))))
