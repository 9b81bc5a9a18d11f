"""Point estimates of weighted scores, for one sample or for many replicates of it at once.

Every function takes `mass`, (B, n): the weight that each score has in each of B replicates (times drawn, times its
weight), in the order of `values`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reportgen.stats.design import Design

    Floats = NDArray[np.float64]

STATISTICS = ("iqm", "mean", "median", "optimality_gap")
ROUNDING = 1e-12
PROFILE_POINTS = 81


def even_thresholds(values: Floats, *, normalized: bool) -> Floats:
    """Return 81 equal steps over the bulk of all scores, for profiles; none where the scores do not differ.

    Parameters
    ----------
    values
        The scores of all methods; infinite ones are left out.
    normalized
        Whether 0 and 1 mean something and must lie within.
    """
    finite = values[np.isfinite(values)]
    if finite.size == 0 or finite.min() == finite.max():
        return np.empty(0)
    low, high = (float(end) for end in np.quantile(finite, [0.01, 0.98]))
    if normalized:
        low, high = min(low, 0.0), max(high, 1.0)
    return np.linspace(low, high, PROFILE_POINTS)


def dot(mass: Floats, values: Floats) -> Floats:
    """Return (B,) the sums of mass x values; a score without mass counts nothing, even an infinite one."""
    finite = np.isfinite(values)
    if finite.all():
        return np.asarray(np.einsum("bi,i->b", mass, values))
    total = np.asarray(np.einsum("bi,i->b", mass, np.where(finite, values, 0.0)))
    ends = np.where(mass[:, ~finite] > ROUNDING * mass.sum(axis=1, keepdims=True), values[~finite], 0.0)
    return np.asarray(total + ends.sum(axis=1))


def trim_share(n: int, trim: float) -> float:
    """Return the share of the total weight removed at each end: floor(trim n) / n, as `scipy.stats.trim_mean`."""
    return int(trim * n) / n


def iqm(cumulated: Floats, values: Floats, share: float) -> Floats:
    """Return (B,) the interquartile mean: the weighted mean of what remains after cutting `share` at each end.

    Parameters
    ----------
    cumulated
        (B, n) running sums of the mass over scores in ascending order.
    values
        (n,) the scores, ascending.
    share
        See `trim_share`; equal weights give `scipy.stats.trim_mean` exactly.
    """
    total = cumulated[:, -1:]
    low, high = share * total, (1 - share) * total
    kept = np.clip(cumulated, low, high)
    kept[:, 1:] -= kept[:, :-1].copy()
    kept[:, :1] -= low
    return np.asarray(dot(kept, values) / (high - low)[:, 0])


def mean(mass: Floats, values: Floats) -> Floats:
    """Return (B,) the weighted mean; with task weights the mean over tasks of the mean over runs."""
    return np.asarray(dot(mass, values) / mass.sum(axis=1))


def optimality_gap(mass: Floats, values: Floats, gamma: float) -> Floats:
    """Return (B,) the weighted mean of max(0, gamma - value) (Agarwal et al., 2021)."""
    return mean(mass, np.maximum(0.0, gamma - values))


def median_of_task_means(mass: Floats, values: Floats, tasks: NDArray[np.intp]) -> Floats:
    """Return (B,) the median over tasks of the mean over runs; a task drawn k times counts k times.

    Parameters
    ----------
    tasks
        (n,) task of each score, ascending, so that the scores of a task are neighbours.
    """
    starts = np.flatnonzero(np.diff(tasks, prepend=-1))
    shares = np.add.reduceat(mass, starts, axis=1)
    with np.errstate(invalid="ignore"):
        sums = np.add.reduceat(np.where(mass > 0, mass * values, 0.0), starts, axis=1)
    if (shares == shares[0, 0]).all():
        return np.asarray(np.median(sums / shares, axis=1))
    with np.errstate(invalid="ignore"):
        means = sums / shares
    return np.array([_repeated_median(row, share) for row, share in zip(means, shares, strict=True)])


def _repeated_median(means: Floats, shares: Floats) -> float:
    """Return the weighted median of task means, averaging the two middle ones where the half falls between them."""
    drawn = np.flatnonzero(shares > 0)
    order = drawn[np.argsort(means[drawn], kind="stable")]
    running = np.cumsum(shares[order])
    half = running[-1] / 2
    lower = order[np.searchsorted(running, half - ROUNDING * half)]
    upper = order[np.searchsorted(running, half + ROUNDING * half)]
    return float((means[lower] + means[upper]) / 2)


def above(cumulated: Floats, values: Floats, thresholds: Floats) -> Floats:
    """Return (T, B) the share of weight on scores strictly above each threshold.

    Parameters
    ----------
    cumulated, values
        As for `iqm`.
    thresholds
        (T,) any order.
    """
    at_most = np.searchsorted(values, thresholds, side="right")
    shares = np.empty((len(thresholds), len(cumulated)))
    total = cumulated[:, -1]
    for row, count in zip(shares, at_most, strict=True):
        row[:] = 1.0 if count == 0 else 1 - cumulated[:, count - 1] / total
    return shares


def task_means(design: Design) -> Floats:
    """Return (M,) the mean over runs of each task."""
    with np.errstate(invalid="ignore"):
        return np.asarray(np.bincount(design.tasks, weights=design.values) / np.bincount(design.tasks))
