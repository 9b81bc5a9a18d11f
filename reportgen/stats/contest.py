"""Everything about one pair of methods that no third method changes: intervals, raw p values, effect sizes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reportgen.stats.analysis import analyse, difference
from reportgen.stats.classical import CLASSICAL, classical_test
from reportgen.stats.effects import Effects, effects
from reportgen.stats.improvement import complement, improvement, improvement_test
from reportgen.stats.intervals import Interval, Refusal, turned
from reportgen.stats.pairs import by_seed, generator, mismatch, pair_of
from reportgen.stats.permutation import Tested, permutation_test

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reportgen.stats.pairs import Pair
    from reportgen.stats.scores import Scores, Settings

ESTIMANDS = ("difference", "probability_of_improvement")
TESTS = ("permutation", *CLASSICAL, "anova", "friedman")


@dataclass(frozen=True, slots=True, kw_only=True)
class Contest:
    """The raw comparison of a first with a second method.

    Parameters
    ----------
    difference
        Of the statistic, with its interval where runs are coupled; None where it follows from the two analyses.
    improvement
        Probability that a run of the first beats one of the second on the same task.
    difference_test, improvement_test
        The test that belongs to either; None for the difference where no statistic is given.
    effects
        Effect sizes, None where the methods cannot be compared.
    fixed
        How many runs have no counterpart with the same tasks, and keep their label in every arrangement.
    """

    difference: Interval | None
    improvement: Interval
    difference_test: Tested | None
    improvement_test: Tested
    effects: Effects | None
    fixed: int = 0

    def turned(self) -> Contest:
        """Return the same from the second method's side."""
        own = self.effects
        return replace(
            self,
            difference=None if self.difference is None else turned(self.difference),
            improvement=complement(self.improvement),
            effects=None
            if own is None
            else replace(
                own,
                a12=1 - own.a12,
                cliffs_delta=-own.cliffs_delta,
                hedges_g=None if own.hedges_g is None else -own.hedges_g,
                wins=own.losses,
                losses=own.wins,
            ),
        )


def contest(
    a: Scores,
    b: Scores,
    settings: Settings,
    *,
    key: tuple[str, str, str],
    statistic: str | None,
    estimand: str = "difference",
    test: str = "permutation",
    seeds: Mapping[str, str] | None = None,
) -> Contest:
    """Compare two methods; nothing here depends on the order in which they are named or on any other method.

    Parameters
    ----------
    key
        Metric id and the raw ids of both methods: with the seed they fix the random numbers.
    statistic
        Whose difference is tested, as in `analyse`; None where no aggregate can be stated.
    estimand, test
        The test of this estimand; the other estimand is tested by permutation.
    seeds
        Run id to seed, where a seed couples the runs of the two methods.
    """
    metric, first, second = key
    if second < first:
        return contest(
            b, a, settings, key=(metric, second, first), statistic=statistic, estimand=estimand, test=test, seeds=seeds
        ).turned()
    coupled = seeds is not None
    if seeds is not None:
        one, other = by_seed(a, seeds), by_seed(b, seeds)
        if isinstance(one, Refusal):
            return _refused(one, a, b, settings)
        if isinstance(other, Refusal):
            return _refused(other, a, b, settings)
        a, b = one, other
    stop = mismatch(a, b, coupled=coupled and settings.resample == "runs")
    if stop:
        return _refused(stop, a, b, settings)
    pair = pair_of(a, b, settings, coupled=coupled)
    return Contest(
        difference=_together(a, b, settings, key, statistic) if pair.coupled == "runs" and statistic else None,
        improvement=improvement(pair, settings, key=key),
        difference_test=_test(pair, settings, key, "difference", statistic, test if estimand == "difference" else "")
        if statistic
        else None,
        improvement_test=_test(pair, settings, key, "improvement", None, test if estimand != "difference" else ""),
        effects=effects(pair, comparable=statistic is not None),
        fixed=0 if pair.coupled else pair.fixed(),
    )


def _test(
    pair: Pair, settings: Settings, key: tuple[str, str, str], purpose: str, statistic: str | None, test: str
) -> Tested:
    if test in CLASSICAL:
        return classical_test(pair, test, settings)
    rng = generator(settings, key, purpose)
    if statistic is None:
        return improvement_test(pair, settings, rng)
    return permutation_test(pair, statistic, settings, rng)


def _together(a: Scores, b: Scores, settings: Settings, key: tuple[str, str, str], statistic: str) -> Interval:
    """Return the difference with its interval from pairs drawn together."""
    metric, *methods = key
    shared = (metric, "\x1f".join(methods))
    first, second = (
        analyse(scores, settings, key=shared, statistics=(statistic,), thresholds=np.empty(0)) for scores in (a, b)
    )
    return difference(first, second, statistic, coupled=True)


def _refused(stop: Refusal, a: Scores, b: Scores, settings: Settings) -> Contest:
    nothing = Interval(
        estimate=None,
        low=None,
        high=None,
        level=settings.level,
        method=settings.interval,
        percentile=None,
        df=None,
        replicates=0,
        n_runs=len(set(a.runs.tolist())) + len(set(b.runs.tolist())),
        n_scores=len(a.values) + len(b.values),
        reason=stop.reason,
        mend=stop.mend,
    )
    untested = Tested(p=None, reason=stop.reason)
    return Contest(
        difference=nothing,
        improvement=nothing,
        difference_test=untested,
        improvement_test=untested,
        effects=None,
    )
