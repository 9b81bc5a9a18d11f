"""Every statistic of one method from one set of draws, and differences between two methods."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reportgen.errors import StatisticsError, did_you_mean
from reportgen.stats import estimates
from reportgen.stats.design import Design, design, draws, generator
from reportgen.stats.intervals import (
    Band,
    Interval,
    Refusal,
    Variance,
    bands,
    ends,
    influence_variance,
    refusal,
    task_variance,
    weight_in_singles,
)
from reportgen.stats.proportions import rate_of_trials

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from reportgen.stats.scores import Scores, Settings

    Floats = NDArray[np.float64]

MEDIAN_HAS_NONE = "no interval of a median of task means was found to cover: nominal 95 % covers 54 to 84 %"
LIMITS = {"optimality_gap": (0.0, np.inf)}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Analysis:
    """The statistics of one method.

    Parameters
    ----------
    settings
        How they were computed.
    intervals
        Statistic to its estimate and interval.
    profile
        Performance profile over run scores, with a pointwise band.
    profile_tasks
        Performance profile over task means, without a band.
    tasks
        The ids of its tasks, sorted.
    replicates
        Statistic to its (R,) replicates, for differences.
    variances
        Statistic to its influence variances, for differences.
    plan, influences
        The design, and statistic to the (n,) influence of each score in its order, for differences of coupled runs.
    """

    settings: Settings
    intervals: Mapping[str, Interval]
    profile: Band
    profile_tasks: Band
    tasks: tuple[str, ...]
    replicates: Mapping[str, Floats]
    variances: Mapping[str, Variance]
    plan: Design
    influences: Mapping[str, Floats]


def analyse(
    scores: Scores,
    settings: Settings,
    *,
    key: tuple[str, str],
    statistics: Sequence[str] = estimates.STATISTICS,
    thresholds: Floats,
    trials: bool = False,
) -> Analysis:
    """Compute aggregates and profiles of one method; one draw serves them all.

    Parameters
    ----------
    key
        (metric id, raw method id): with the seed they fix the random numbers, so that neither another method nor a
        rename nor the order of the scores moves a number.
    statistics
        Any of ``iqm``, ``mean``, ``median``, ``optimality_gap``.
    thresholds
        (T,) of the profiles; may be empty.
    trials
        Whether every score of the metric is one success or failure, so that a run on a single task is one trial.

    Raises
    ------
    StatisticsError
        When a statistic is unknown.
    """
    for name in statistics:
        if name not in estimates.STATISTICS:
            known = ", ".join(sorted(estimates.STATISTICS))
            raise StatisticsError(
                f"unknown statistic {name!r}; known are {known}{did_you_mean(name, estimates.STATISTICS)}"
            )
    plan = design(scores, settings)
    sample = _Sample.of(plan, settings, statistics, np.asarray(thresholds, dtype=float))
    found, profile = sample.evaluate(np.ones((1, plan.n_units), dtype=np.intp))
    stop = refusal(plan, settings)
    if stop or not (len(statistics) or len(thresholds)):
        repeated = {name: np.empty(0) for name in statistics}
        repeated_profile = np.empty((len(thresholds), 0))
    else:
        parts = [sample.evaluate(counts) for counts in draws(plan, settings.replicates, generator(settings, key))]
        repeated = {name: np.concatenate([values[name] for values, _ in parts]) for name in statistics}
        repeated_profile = np.concatenate([shares for _, shares in parts], axis=1)
    variances = {name: sample.variance(name) for name in statistics}
    return Analysis(
        settings=settings,
        intervals={
            name: _interval(
                name, float(found[name][0]), repeated[name], variances[name], plan, settings, stop, trials=trials
            )
            for name in statistics
        },
        profile=_profile_band(sample, profile[:, 0], repeated_profile, stop),
        profile_tasks=_task_profile(plan, sample.thresholds),
        tasks=tuple(sorted({scores.task_ids[index] for index in scores.tasks})),
        replicates=repeated,
        variances=variances,
        plan=plan,
        influences={name: sample.influence(name) for name in statistics},
    )


def difference(a: Analysis, b: Analysis, statistic: str, *, coupled: bool = False) -> Interval:
    """Return a - b of one statistic with its interval; the two methods' runs are independent unless `coupled`.

    Replicates are subtracted draw by draw; with ``resample="tasks"`` both methods then have the same tasks in every
    replicate, which needs that they cover the same tasks.

    Parameters
    ----------
    coupled
        Both were analysed with the same key and runs named alike (`by_seed`), so that pairs of runs were drawn.
    """
    first, second = a.intervals[statistic], b.intervals[statistic]
    settings = a.settings
    if first.estimate is None or second.estimate is None:
        return _stated(None, None, None, None, (first, second), settings, Refusal(reason="an estimate is withheld"))
    estimate = first.estimate - second.estimate
    whole = _lost(first) or _lost(second)
    if whole is None and settings.resample == "tasks" and a.tasks != b.tasks:
        whole = Refusal(reason="the methods do not cover the same tasks, so tasks cannot be drawn together")
    if whole:
        return _stated(estimate, None, None, None, (first, second), settings, whole)
    drawn_tasks = settings.resample == "tasks"
    variance = a.variances[statistic] if drawn_tasks else a.variances[statistic].joined(b.variances[statistic])
    if coupled and not drawn_tasks:
        variance = influence_variance(a.plan, a.influences[statistic] - b.influences[statistic])
    replicates = a.replicates[statistic] - b.replicates[statistic]
    found, pair, stop = ends(estimate, replicates, variance, settings)
    stop = Refusal(reason=MEDIAN_HAS_NONE) if statistic == "median" else stop
    df = float(variance.degrees_of_freedom()) if stop is None and settings.interval == "expanded_t" else None
    return _stated(estimate, found, pair, df, (first, second), settings, stop)


def curve(values: Floats, scores: Scores, settings: Settings, *, key: tuple[str, str], statistic: str) -> Band:
    """Return a statistic along a common axis with a pointwise band; one draw of whole runs serves every step.

    Parameters
    ----------
    values
        (n, S) the curve of each score of `scores`, in their order, oriented so that higher is better.
    statistic
        As in `analyse`.

    Returns
    -------
    Band
        Its `thresholds` are the positions 0 to S - 1.
    """
    plan = design(scores, settings)
    rows = np.asarray(values, dtype=float)[scores.canonical_order()]
    stop = refusal(plan, settings)
    once = np.ones((1, plan.n_units), dtype=np.intp)
    chunks = () if stop else draws(plan, settings.replicates, generator(settings, key))
    counts = np.concatenate([once, *chunks])
    samples = [_Sample.of(_at(plan, column), settings, (statistic,), np.empty(0)) for column in rows.T]
    lines = np.array([sample.evaluate(counts)[0][statistic] for sample in samples])
    estimate, replicates = lines[:, 0], lines[:, 1:]
    positions = np.arange(len(samples), dtype=float)
    nothing = np.full(len(samples), np.nan)
    if statistic == "median":
        stop = stop or Refusal(reason=MEDIAN_HAS_NONE)
    if stop:
        return Band(thresholds=positions, estimate=estimate, low=nothing, high=nothing, reason=stop.reason)
    found = [sample.variance(statistic) for sample in samples]
    variance = Variance(
        terms=np.stack([one.terms for one in found], axis=1), degrees=found[0].degrees, seen=found[0].seen
    )
    low, high = bands(estimate, replicates, variance, settings, limits=LIMITS.get(statistic, (-np.inf, np.inf)))
    reason = "all runs are equal at every step" if np.isnan(low).all() else None
    return Band(thresholds=positions, estimate=estimate, low=low, high=high, reason=reason)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Sample:
    """A design with what does not change from replicate to replicate: the order of its scores and what is asked."""

    plan: Design
    settings: Settings
    statistics: tuple[str, ...]
    thresholds: Floats
    order: NDArray[np.intp]
    ascending: Floats

    @classmethod
    def of(cls, plan: Design, settings: Settings, statistics: Sequence[str], thresholds: Floats) -> _Sample:
        order = np.argsort(plan.values, kind="stable")
        return cls(
            plan=plan,
            settings=settings,
            statistics=tuple(statistics),
            thresholds=thresholds,
            order=order,
            ascending=plan.values[order],
        )

    @property
    def share(self) -> float:
        return estimates.trim_share(len(self.ascending), self.settings.trim)

    def evaluate(self, counts: NDArray[np.intp]) -> tuple[dict[str, Floats], Floats]:
        """Return every statistic (B,) and the profile (T, B) for (B, U) numbers of times that units are drawn."""
        plan = self.plan
        found: dict[str, Floats] = {}
        ranked = self._mass(counts, self.order)
        running = "iqm" in self.statistics or len(self.thresholds) > 0
        cumulated = np.cumsum(ranked, axis=1) if running else ranked
        for name in self.statistics:
            if name == "iqm":
                found[name] = estimates.iqm(cumulated, self.ascending, self.share)
            elif name == "mean":
                found[name] = estimates.mean(ranked, self.ascending)
            elif name == "optimality_gap":
                found[name] = estimates.optimality_gap(ranked, self.ascending, self.settings.gamma)
            else:
                mass = self._mass(counts, np.arange(len(plan.values)))
                found[name] = estimates.median_of_task_means(mass, plan.values, plan.tasks)
        profile = estimates.above(cumulated, self.ascending, self.thresholds)
        return found, profile

    def _mass(self, counts: NDArray[np.intp], order: NDArray[np.intp]) -> Floats:
        drawn = counts.astype(np.float64).take(self.plan.units[order], axis=1)
        weights = self.plan.weights[order]
        return drawn if (weights == 1).all() else drawn * weights

    def variance(self, name: str) -> Variance:
        if self.settings.resample == "tasks":
            return task_variance(self.plan.n_tasks)
        return influence_variance(self.plan, self.influence(name))

    def influence(self, name: str) -> Floats:
        """Return (n,) psi of each score."""
        values = self.plan.values
        if name == "iqm":
            low, high = self._trim_points()
            return np.clip(values, low, high) / (1 - 2 * self.share)
        if name == "optimality_gap":
            return np.minimum(values, self.settings.gamma)
        finite = np.isfinite(values)
        return values if finite.all() else np.where(finite, values, 0.0)

    def _trim_points(self) -> tuple[float, float]:
        """Return the smallest and the largest score that keep weight in the IQM."""
        running = np.cumsum(self.plan.weights[self.order])
        cut, total = self.share * running[-1], running[-1]
        first = np.searchsorted(running, cut * (1 + estimates.ROUNDING), side="right")
        last = np.searchsorted(running, (total - cut) * (1 - estimates.ROUNDING), side="left")
        return float(self.ascending[first]), float(self.ascending[last])


def _at(plan: Design, column: Floats) -> Design:
    return Design(values=column, tasks=plan.tasks, units=plan.units, sizes=plan.sizes, weights=plan.weights)


def _interval(
    name: str,
    estimate: float,
    replicates: Floats,
    variance: Variance,
    plan: Design,
    settings: Settings,
    stop: Refusal | None,
    *,
    trials: bool,
) -> Interval:
    found, pair, rate = None, None, None
    if stop is None:
        found, pair, stop = ends(estimate, replicates, variance, settings)
        rate = rate_of_trials(plan, settings) if trials and name == "mean" else None
    if rate:
        found, stop = rate, None
    if name == "median":
        stop = stop or Refusal(reason=MEDIAN_HAS_NONE, mend="analysis: {aggregates: [iqm, mean]}")
    stated = found if stop is None else None
    floor, ceiling = LIMITS.get(name, (-np.inf, np.inf))
    expanded = stated is not None and settings.interval == "expanded_t" and not rate
    return Interval(
        estimate=estimate,
        low=None if stated is None else max(floor, stated[0]),
        high=None if stated is None else min(ceiling, stated[1]),
        level=settings.level,
        method="wilson" if rate else settings.interval,
        percentile=pair,
        df=float(variance.degrees_of_freedom()) if expanded else None,
        replicates=len(replicates),
        n_runs=plan.n_units,
        n_scores=len(plan.values),
        reason=stop.reason if stop else None,
        mend=stop.mend if stop else "",
        note=_weak_spot(plan, settings) if stated else "",
    )


def _weak_spot(plan: Design, settings: Settings) -> str:
    share = 0.0 if settings.resample == "tasks" else weight_in_singles(plan)
    return f"{100 * share:.1f} % of the weight rests on single runs; their variance is borrowed" if share else ""


def _lost(interval: Interval) -> Refusal | None:
    """Return why a method's interval is missing where that also bars a difference: nothing was redrawn."""
    return Refusal(reason=interval.reason or "", mend=interval.mend) if interval.replicates == 0 else None


def _stated(
    estimate: float | None,
    found: tuple[float, float] | None,
    pair: tuple[float, float] | None,
    df: float | None,
    parts: tuple[Interval, Interval],
    settings: Settings,
    stop: Refusal | None,
) -> Interval:
    first, second = parts
    found = found if stop is None else None
    return Interval(
        estimate=estimate,
        low=None if found is None else found[0],
        high=None if found is None else found[1],
        level=settings.level,
        method=settings.interval,
        percentile=pair,
        df=df,
        replicates=min(first.replicates, second.replicates),
        n_runs=first.n_runs + second.n_runs,
        n_scores=first.n_scores + second.n_scores,
        reason=stop.reason if stop else None,
        mend=stop.mend if stop else "",
        note="; ".join(dict.fromkeys(part.note for part in parts if part.note)),
    )


def _profile_band(sample: _Sample, estimate: Floats, replicates: Floats, stop: Refusal | None) -> Band:
    thresholds = sample.thresholds
    nothing = np.full(len(thresholds), np.nan)
    if stop or len(thresholds) == 0:
        return Band(
            thresholds=thresholds, estimate=estimate, low=nothing, high=nothing, reason=stop.reason if stop else None
        )
    if sample.settings.resample == "tasks":
        variance = task_variance(sample.plan.n_tasks)
    else:
        variance = influence_variance(sample.plan, (sample.plan.values[:, None] > thresholds).astype(float))
    low, high = bands(estimate, replicates, variance, sample.settings, limits=(0.0, 1.0))
    reason = "all replicates are equal at every threshold" if np.isnan(low).all() else None
    return Band(thresholds=thresholds, estimate=estimate, low=low, high=high, reason=reason)


def _task_profile(plan: Design, thresholds: Floats) -> Band:
    shares = (estimates.task_means(plan)[:, None] > thresholds).mean(axis=0)
    nothing = np.full(len(thresholds), np.nan)
    reason = "the profile over task means has no interval"
    return Band(thresholds=thresholds, estimate=shares, low=nothing, high=nothing, reason=reason)
