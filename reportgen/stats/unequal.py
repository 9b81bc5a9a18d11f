"""What permutations alone do not allow for: numbers of runs that differ, and spreads that differ with them.

Where the method with fewer runs also varies more, arrangements mix its runs with the many of the other method and look
too narrow: a permutation test then errs too often, studentised or not. There p is no smaller than that of a t test
whose variances come from each method alone.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import special

from reportgen.stats import estimates
from reportgen.stats.intervals import refusal, variance_of_totals

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reportgen.stats.design import Design
    from reportgen.stats.intervals import Variance
    from reportgen.stats.pairs import Pair
    from reportgen.stats.permutation import Tested
    from reportgen.stats.scores import Settings

    Floats = NDArray[np.float64]

CHUNK_ELEMENTS = 1 << 18


def needs_t(pair: Pair, settings: Settings) -> bool:
    """Tell whether numbers of runs differ in some stratum and the variation of either method can be seen."""
    if pair.coupled or (pair.sizes_first == pair.sizes_second).all():
        return False
    return refusal(pair.first, settings) is None and refusal(pair.second, settings) is None


def no_smaller(found: Tested, delta: float, variance: Variance) -> Tested:
    """Return the test with the larger of its p and that of Welch's (1947) t with Satterthwaite's degrees of freedom.

    Parameters
    ----------
    delta
        The estimate's distance from what favours neither method.
    variance
        Of both methods, joined. Where nothing varies there is no t, and the test is returned as it is.
    """
    total = float(variance.terms.sum())
    if found.p is None or total <= 0:
        return found
    p_t = 2 * float(special.stdtr(float(variance.degrees_of_freedom()), -abs(delta) / np.sqrt(total)))
    return replace(found, p=max(found.p, p_t), p_t=p_t)


def jackknifed(pair: Pair, statistic: str, settings: Settings) -> tuple[float, Variance]:
    """Return the difference of an aggregate and its variance by the jackknife over runs.

    Trim points that follow the data make influence values too small with three runs; the jackknife moves them with
    each run that is left out, and errs upward if at all (Efron and Stein, 1981). For a mean or a gap both are the same.
    """
    (one, first), (other, second) = (_left_out(plan, statistic, settings) for plan in (pair.first, pair.second))
    return one - other, first.joined(second)


def _left_out(plan: Design, statistic: str, settings: Settings) -> tuple[float, Variance]:
    """Leave out one unit at a time; the others of its stratum share its weight."""
    whole = float(_evaluate(plan, np.ones((1, plan.n_units)), statistic, settings)[0])
    sizes = plan.sizes[plan.strata].astype(float)
    without = np.full(plan.n_units, whole)
    several = np.flatnonzero(sizes > 1)
    size = max(1, CHUNK_ELEMENTS // len(plan.values))
    for start in range(0, len(several), size):
        units = several[start : start + size]
        raised = sizes[units] / (sizes[units] - 1)
        counts = np.where(plan.strata == plan.strata[units][:, None], raised[:, None], 1.0)
        counts[np.arange(len(units)), units] = 0.0
        without[units] = _evaluate(plan, counts, statistic, settings)
    return whole, variance_of_totals(plan, (1 - 1 / sizes) * (whole - without))


def _evaluate(plan: Design, counts: Floats, statistic: str, settings: Settings) -> Floats:
    """Return (B,) the statistic for (B, U) numbers of times that units count."""
    order = np.argsort(plan.values, kind="stable")
    mass, ascending = counts[:, plan.units[order]] * plan.weights[order], plan.values[order]
    if statistic == "iqm":
        share = estimates.trim_share(len(ascending), settings.trim)
        return estimates.iqm(np.cumsum(mass, axis=1), ascending, share)
    if statistic == "optimality_gap":
        return estimates.optimality_gap(mass, ascending, settings.gamma)
    return estimates.mean(mass, ascending)
