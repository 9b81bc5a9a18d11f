"""What more runs would show: standard errors, power and detectable differences at other numbers of runs."""

from __future__ import annotations

from dataclasses import dataclass
from math import comb, sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy import optimize, special

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from reportgen.stats.intervals import Variance

POWER = 0.8
RANGE = 0.95
RUNS = (2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 25, 30)
LARGEST_NONCENTRALITY = 200.0
POINTS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """What a comparison of two methods would show with `n` runs a stratum (a task, or the whole of whole runs).

    Parameters
    ----------
    se, df
        Standard error of the difference and Satterthwaite's degrees of freedom.
    detectable
        The smallest true difference that a two-sided t test finds with 80 % power.
    detectable_low, detectable_high
        Its range: the 95 % chi-square interval of the run-to-run variance that was estimated.
    power
        Power for the smallest difference of interest, None where none is declared.
    smallest_p
        The smallest two-sided p that a permutation of runs can give with n runs of each method.
    """

    n: int
    se: float
    df: float
    detectable: float
    detectable_low: float
    detectable_high: float
    power: float | None
    smallest_p: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ask:
    """What is asked of every number of runs, and how far the estimated standard deviation may be off."""

    alpha: float
    strata: int
    smallest: float | None
    spread: tuple[float, float]


def outlooks(
    variance: Variance, runs: Sequence[int], *, alpha: float, strata: int, smallest: float | None = None
) -> tuple[Outlook, ...]:
    """Predict a comparison at each of several numbers of runs; none where the runs do not vary.

    Parameters
    ----------
    variance
        Of the difference: the joined run-level influence variances of both methods, unbiased (the bootstrap's own
        variance is low by (n - 1) / n).
    runs
        Runs in every stratum of either method, each at least 2.
    alpha
        Two-sided error of the test.
    strata
        Strata of one method: tasks where each run covers one, 1 where runs cover all tasks.
    smallest
        The smallest difference of interest, above 0.

    Notes
    -----
    An influence total of a run is proportional to 1 / N_h, so that with n runs in each stratum V_h becomes
    V_h N_h / n and its degrees of freedom n - 1.
    """
    if not float(variance.terms.sum()) > 0:
        return ()
    ask = _Ask(alpha=alpha, strata=strata, smallest=smallest, spread=_spread(float(variance.degrees_of_freedom())))
    sizes = _sizes(variance)
    return tuple(_outlook(variance.terms * sizes / n, np.full(len(sizes), n - 1.0), n, ask) for n in runs)


def present_outlook(variance: Variance, *, alpha: float, strata: int, smallest: float | None = None) -> Outlook | None:
    """Return the outlook at the present numbers of runs, which may differ; its `n` is the smallest of them.

    Parameters
    ----------
    variance, alpha, strata, smallest
        As in `outlooks`.
    """
    if not float(variance.terms.sum()) > 0:
        return None
    ask = _Ask(alpha=alpha, strata=strata, smallest=smallest, spread=_spread(float(variance.degrees_of_freedom())))
    return _outlook(variance.terms, variance.degrees, round(float(_sizes(variance).min())), ask)


def power(difference: float, se: float, df: float, alpha: float) -> float:
    """Return the power of a two-sided t test for a true difference, from the noncentral t distribution.

    Examples
    --------
    >>> round(power(0.0, 1.0, 8.0, 0.05), 3)
    0.05
    """
    return _power(abs(difference) / se, _limits(df, alpha))


def detectable(se: float, df: float, alpha: float, wanted: float = POWER) -> float:
    """Return the true difference that a two-sided t test finds with the wanted power, in units of the score."""
    limits = _limits(df, alpha)

    def lacking(shift: float) -> float:
        return _power(shift, limits) - wanted

    if lacking(LARGEST_NONCENTRALITY) < 0:
        return float("inf")
    return se * float(optimize.brentq(lacking, 0.0, LARGEST_NONCENTRALITY))


def smallest_p(n: int, strata: int) -> float:
    """Return the smallest two-sided p of permuting runs: 2 / C(2n, n)^strata.

    Examples
    --------
    >>> smallest_p(3, 1), round(smallest_p(5, 1), 4)
    (0.1, 0.0079)
    """
    return float(2 / comb(2 * n, n) ** strata)


def _limits(df: float, alpha: float) -> NDArray[np.float64]:
    """Return (POINTS,) equally likely values of the critical difference in true standard errors."""
    ranks = (np.arange(POINTS) + 0.5) / POINTS
    return np.asarray(special.stdtrit(df, 1 - alpha / 2) * np.sqrt(special.chdtri(df, ranks) / df))


def _power(shift: float, limits: NDArray[np.float64]) -> float:
    """Average the normal power over the law of the standard error.

    It is the noncentral t distribution, which scipy gives as NaN for large noncentralities.
    """
    return float((special.ndtr(shift - limits) + special.ndtr(-shift - limits)).mean())


def _sizes(variance: Variance) -> NDArray[np.float64]:
    """Return (H,) the number of runs in each stratum."""
    return 1 / (1 - variance.seen)


def _outlook(terms: NDArray[np.float64], degrees: NDArray[np.float64], n: int, ask: _Ask) -> Outlook:
    se = sqrt(float(terms.sum()))
    df = float(terms.sum() ** 2 / np.sum(terms**2 / degrees))
    found = detectable(se, df, ask.alpha)
    return Outlook(
        n=n,
        se=se,
        df=df,
        detectable=found,
        detectable_low=found * ask.spread[0],
        detectable_high=found * ask.spread[1],
        power=None if ask.smallest is None else power(ask.smallest, se, df, ask.alpha),
        smallest_p=smallest_p(n, ask.strata),
    )


def _spread(df: float) -> tuple[float, float]:
    """Return the factors by which a standard deviation known from `df` degrees of freedom may be off."""
    low, high = special.chdtri(df, [(1 - RANGE) / 2, (1 + RANGE) / 2])
    return sqrt(df / float(low)), sqrt(df / float(high))
