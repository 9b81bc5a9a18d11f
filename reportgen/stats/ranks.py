"""Ranks of several methods: their bootstrap distribution, and the tests of all methods at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy import optimize, stats

from reportgen.stats.design import design, draws, generator

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from reportgen.stats.scores import Scores, Settings

    Floats = NDArray[np.float64]

MOST_RANKED = 10_000_000
FEWEST_METHODS = 3


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Omnibus:
    """A test of all methods at once, with what follows for each pair.

    Parameters
    ----------
    test
        ``friedman`` (ranks of task means, pairs by Nemenyi) or ``anova`` (means of runs, pairs by Tukey).
    statistic, p
        None where the test cannot be made; `reason` says why.
    average_ranks
        (k,) mean rank over tasks, 1 is best; empty for ``anova``.
    critical_difference
        Mean ranks that lie farther apart differ, family-wise at `alpha`; None for ``anova``.
    pairs
        (k, k) p of each pair, already corrected for the number of pairs.
    n
        Number of tasks (``friedman``) or runs (``anova``).
    """

    test: str
    statistic: float | None
    p: float | None
    average_ranks: Floats
    critical_difference: float | None
    pairs: Floats
    n: int
    alpha: float
    reason: str | None = None


def shares_of_ranks(values: Floats) -> Floats:
    """Return (k, k) how often each method takes rank 1, 2, ... (columns); tied methods share their ranks evenly.

    Parameters
    ----------
    values
        (k, R) replicates of a statistic, higher is better.
    """
    count = len(values)
    shares = np.zeros((count, count))
    for row, own in zip(shares, values, strict=True):
        above, same = (values > own).sum(axis=0), (values == own).sum(axis=0)
        for width in np.unique(same).tolist():
            first = np.bincount(above[same == width], minlength=count)
            for shift in range(width):
                row[shift:] += first[: count - shift] / width
    return np.asarray(shares / values.shape[1])


def average_rank_replicates(
    methods: Sequence[Scores], settings: Settings, *, metric: str, ids: Sequence[str]
) -> Floats:
    """Return (k, R) minus the mean rank over tasks of each method in replicates, so that higher is better.

    All methods cover the same tasks. Runs are drawn as for every other statistic; of many methods and tasks fewer
    replicates are looked at, so that not more than ten million ranks are held.
    """
    plans = [design(scores, settings) for scores in methods]
    tasks = plans[0].n_tasks
    replicates = min(settings.replicates, max(1, MOST_RANKED // (len(plans) * tasks)))
    means = np.empty((len(plans), tasks, replicates))
    for place, (plan, name) in enumerate(zip(plans, ids, strict=True)):
        starts = np.flatnonzero(np.diff(plan.tasks, prepend=-1))
        done = 0
        for counts in draws(plan, settings.replicates, generator(settings, (metric, name))):
            mass = counts[: replicates - done, plan.units].astype(float)
            with np.errstate(invalid="ignore"):
                sums = np.add.reduceat(mass * plan.values, starts, axis=1) / np.add.reduceat(mass, starts, axis=1)
            means[place, :, done : done + len(mass)] = sums.T
            done += len(mass)
            if done == replicates:
                break
    return -np.asarray(stats.rankdata(-means, axis=0).mean(axis=1))


def critical_difference(methods: int, tasks: int, alpha: float) -> float:
    """Return Nemenyi's critical difference of mean ranks (Demsar, 2006), with infinite degrees of freedom.

    Examples
    --------
    >>> round(critical_difference(5, 30, 0.05), 5)
    1.11361
    """
    studentized = optimize.brentq(lambda q: float(_range_sf(np.array([q]), methods)[0]) - alpha, 0.0, 100.0, xtol=1e-12)
    return float(studentized / np.sqrt(2) * _rank_error(methods, tasks))


def _range_sf(q: Floats, methods: int) -> Floats:
    """Return the chance that the range of so many normal deviates exceeds q.

    `scipy.stats.studentized_range` integrates adaptively, a thousand times slower for many pairs, and warns; here the
    integrand is smooth and the trapezoid rule is exact to rounding.
    """
    z = np.linspace(-9, 9, 1201)
    inside = stats.norm.cdf(z) - stats.norm.cdf(z - q[:, None])
    below = methods * np.trapezoid(stats.norm.pdf(z) * inside ** (methods - 1), z, axis=1)
    return np.asarray(np.clip(1 - below, 0, 1))


def friedman(means: Floats, alpha: float) -> Omnibus:
    """Rank the methods on every task and test whether mean ranks differ; pairs by Nemenyi.

    Parameters
    ----------
    means
        (M, k) mean of each method on each task, higher is better.
    """
    tasks, methods = means.shape
    ranks = stats.rankdata(-means, axis=1).mean(axis=0)
    reason = None
    if methods < FEWEST_METHODS:
        reason = "Friedman's test needs three methods"
    elif tasks < 2:  # noqa: PLR2004 - one block is no repetition
        reason = "Friedman's test needs two tasks"
    elif (means == means[:, :1]).all():
        reason = "all methods are equal on every task"
    if reason:
        return _without("friedman", reason, methods, tasks, alpha, ranks)
    statistic, p = stats.friedmanchisquare(*means.T)
    apart = np.abs(ranks[:, None] - ranks) / _rank_error(methods, tasks) * np.sqrt(2)
    upper = np.triu_indices(methods, 1)
    pairs = np.ones((methods, methods))
    pairs[upper] = _range_sf(apart[upper], methods)
    return Omnibus(
        test="friedman",
        statistic=float(statistic),
        p=float(p),
        average_ranks=ranks,
        critical_difference=critical_difference(methods, tasks, alpha),
        pairs=np.minimum(pairs, pairs.T),
        n=tasks,
        alpha=alpha,
    )


def anova(samples: Sequence[Floats], alpha: float, *, pairs: bool = True) -> Omnibus:
    """Test whether the means of runs differ between methods (one way); pairs by Tukey's honest differences.

    Parameters
    ----------
    samples
        The mean of each run, per method.
    pairs
        Whether to compare the pairs too, which takes seconds for dozens of methods.
    """
    runs, methods = sum(map(len, samples)), len(samples)
    reason = None
    if any(len(sample) < 2 for sample in samples):  # noqa: PLR2004 - a sample of one has no spread
        reason = "a method has one run"
    elif not all(np.isfinite(sample).all() for sample in samples):
        reason = "some scores are infinite"
    elif all(np.ptp(sample) == 0 for sample in samples):
        reason = "the runs of each method are all equal"
    if reason:
        return _without("anova", reason, methods, runs, alpha, np.empty(0))
    statistic, p = stats.f_oneway(*samples)
    return Omnibus(
        test="anova",
        statistic=float(statistic),
        p=float(p),
        average_ranks=np.empty(0),
        critical_difference=None,
        pairs=np.clip(stats.tukey_hsd(*samples).pvalue, 0, 1) if pairs else np.full((methods, methods), np.nan),
        n=runs,
        alpha=alpha,
    )


def _without(test: str, reason: str, methods: int, n: int, alpha: float, ranks: Floats) -> Omnibus:
    return Omnibus(
        test=test,
        statistic=None,
        p=None,
        average_ranks=ranks,
        critical_difference=None,
        pairs=np.full((methods, methods), np.nan),
        n=n,
        alpha=alpha,
        reason=reason,
    )


def _rank_error(methods: int, tasks: int) -> float:
    return float(np.sqrt(methods * (methods + 1) / (6 * tasks)))
