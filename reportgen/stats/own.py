"""A statistic that is a function of the user's, with an interval like those of the built-in ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from reportgen.errors import StatisticsError
from reportgen.stats.design import Design, design, draws, generator
from reportgen.stats.intervals import Interval, Refusal, ends, refusal, variance_of_totals

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from reportgen.stats.intervals import Variance
    from reportgen.stats.scores import Scores, Settings

    Floats = NDArray[np.float64]
    Statistic = Callable[[Mapping[str, Floats]], float]

NOT_OVER_TASKS = Refusal(
    reason="a statistic of one's own has an interval over runs only", mend="analysis: {resample: runs}"
)


def own_interval(statistic: Statistic, scores: Scores, settings: Settings, *, key: tuple[str, str]) -> Interval:
    """Return a statistic of one method with its bootstrap interval, from at most 2000 draws of whole runs.

    Parameters
    ----------
    statistic
        Called with {task id: (n,) its scores}, tasks and runs in the order of their ids; gives one number, NaN where
        there is none. It must give the same for the same scores.
    scores
        In whatever direction the statistic expects them.
    key
        As in `analyse`: the draws are those of the built-in statistics.

    Raises
    ------
    StatisticsError
        When it gives two numbers for the same scores.

    Notes
    -----
    The stretch of ``expanded_t`` rests on influence values of the positive jackknife: a run counts once more than it
    does, which leaves a run out of no task. Of a mean they are the exact ones.
    """
    settings = settings.coarse()
    plan = design(scores, settings)
    names = [scores.task_ids[index] for index in scores.tasks[scores.canonical_order()]]
    tasks = tuple(dict.fromkeys(names))

    def drawn(counts: NDArray[np.intp]) -> float:
        return statistic(_drawn(plan, tasks, counts))

    once = np.ones(plan.n_units, dtype=np.intp)
    estimate, again = drawn(once), drawn(once)
    if estimate != again and not (np.isnan(estimate) and np.isnan(again)):
        raise StatisticsError(f"gave {estimate:g} and then {again:g} for the same scores; it must not draw at random")
    stop = NOT_OVER_TASKS if settings.resample == "tasks" else refusal(plan, settings)
    if np.isnan(estimate):
        return _stated(None, None, None, 0, plan, settings, Refusal(reason="it gives no number for these scores"))
    if stop:
        return _stated(estimate, None, None, 0, plan, settings, stop)
    chunks = draws(plan, settings.replicates, generator(settings, key))
    replicates = np.array([drawn(counts) for chunk in chunks for counts in chunk])
    lost = int(np.isnan(replicates).sum())
    if lost:
        told = Refusal(reason=f"it gives no number for {lost:,} of {len(replicates):,} bootstrap draws")
        return _stated(estimate, None, None, len(replicates), plan, settings, told)
    variance = variance_of_totals(plan, _influences(drawn, plan))
    found, pair, stop = ends(estimate, replicates, variance, settings)
    return _stated(estimate, found, pair, len(replicates), plan, settings, stop, variance)


def _drawn(plan: Design, tasks: tuple[str, ...], counts: NDArray[np.intp]) -> dict[str, Floats]:
    """Return the scores of each task when every unit is drawn as often as `counts` says."""
    often = counts[plan.units]
    values = np.repeat(plan.values, often)
    ends_of = np.cumsum(np.bincount(plan.tasks, weights=often)).astype(np.intp)
    return dict(zip(tasks, np.split(values, ends_of[:-1]), strict=True))


def _influences(drawn: Callable[[NDArray[np.intp]], float], plan: Design) -> Floats:
    """Return (U,) what each unit adds to the statistic, up to a constant of its stratum."""
    sizes = plan.sizes[plan.strata]
    once_more = 1 + np.eye(plan.n_units, dtype=np.intp)
    return np.asarray((sizes + 1) / sizes * np.array([drawn(counts) for counts in once_more]))


def _stated(
    estimate: float | None,
    found: tuple[float, float] | None,
    pair: tuple[float, float] | None,
    replicates: int,
    plan: Design,
    settings: Settings,
    stop: Refusal | None,
    variance: Variance | None = None,
) -> Interval:
    stretched = found is not None and variance is not None and settings.interval == "expanded_t"
    return Interval(
        estimate=estimate,
        low=found[0] if found else None,
        high=found[1] if found else None,
        level=settings.level,
        method=settings.interval,
        percentile=pair,
        df=float(variance.degrees_of_freedom()) if stretched and variance else None,
        replicates=replicates,
        n_runs=plan.n_units,
        n_scores=len(plan.values),
        reason=stop.reason if stop else None,
        mend=stop.mend if stop else "",
    )
