"""Groups against each other: pairs, their families, what more runs would show, and other choices."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from reportgen.analyzer.core import analyses, refuse_gap
from reportgen.data.points import Points, reduce_points, rule_text
from reportgen.data.usual_rules import USUAL_RULES
from reportgen.errors import DataError, StatisticsError, did_you_mean
from reportgen.stats import (
    RUNS,
    Case,
    Claim,
    anova,
    average_rank_replicates,
    contest,
    design,
    difference,
    friedman,
    judged,
    other_aggregates,
    other_weighting,
    outlooks,
    present_outlook,
    run_means,
    shares_of_ranks,
    turned,
    varied,
    without_each_task,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from reportgen.analyzer.core import Curves
    from reportgen.analyzer.frame import Group, Groups
    from reportgen.parallel import Map
    from reportgen.stats import Analysis, Contest, Interval, Judgement, Outlook, Settings, Tested
    from reportgen.stats.ranks import Omnibus

    Floats = NDArray[np.float64]

Pair = tuple[object, object]
TESTS = ("permutation", "mann_whitney", "welch", "yuen", "brunner_munzel", "wilcoxon")
ESTIMANDS = ("difference", "probability_of_improvement")
ALL_GROUPS = ("friedman", "anova")
RANK_TESTS = {"mann_whitney", "brunner_munzel"}
NAMES = {"iqm": "IQM", "mean": "mean", "median": "median", "optimality_gap": "optimality gap"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One pair of groups: the raw contest, which no other group changes, and what follows from its family.

    Parameters
    ----------
    contest
        Raw intervals, tests and effect sizes.
    interval, tested
        Of the estimand that decides.
    judgement
        Corrected p and verdict within the family of all pairs that were asked for.
    """

    contest: Contest
    interval: Interval
    tested: Tested
    judgement: Judgement


def pairs_of(groups: Groups, baseline: object | None) -> list[Pair]:
    """Return all pairs in order of appearance, or every group against the baseline."""
    names = [group.name for group in groups.members]
    if baseline is None:
        return list(combinations(names, 2))
    reference = groups.named(baseline).name
    return [(name, reference) for name in names if name != reference]


def compared(
    groups: Groups,
    settings: Settings,
    mapper: Map,
    *,
    statistic: str,
    estimand: str,
    test: str,
    correction: str,
    baseline: object | None,
    smallest_difference: float | None,
    seeds: Mapping[str, str] | None,
) -> dict[Pair, Compared]:
    """Compare pairs of groups and judge them as one family."""
    _check_test(test, estimand, paired=seeds is not None)
    pairs = pairs_of(groups, baseline)
    known = {group.name: group for group in groups.members}
    whole = analyses(groups, settings, (statistic,), np.empty(0), mapper)
    how = (statistic, estimand, test)
    work = partial(_contest, settings=settings, metric=groups.metric, how=how, seeds=seeds)
    found = list(mapper(work, [(known[a], known[b]) for a, b in pairs]))
    sides = [_side(one, whole[a], whole[b], statistic, estimand) for (a, b), one in zip(pairs, found, strict=True)]
    claims = [
        Claim(estimate=shown.estimate, low=shown.low, high=shown.high, p=tested.p, smallest=tested.smallest)
        for shown, tested in sides
    ]
    neutral = 0.0 if estimand == "difference" else 0.5
    family = judged(
        claims,
        correction=correction,
        alpha=1 - settings.level,
        neutral=neutral,
        smallest_difference=smallest_difference,
    )
    return {
        pair: Compared(contest=one, interval=shown, tested=tested, judgement=said)
        for pair, one, (shown, tested), said in zip(pairs, found, sides, family, strict=True)
    }


def _contest(
    pair: tuple[Group, Group],
    *,
    settings: Settings,
    metric: str,
    how: tuple[str, str, str],
    seeds: Mapping[str, str] | None,
) -> Contest:
    (a, b), (statistic, estimand, test) = pair, how
    key = (metric, a.id, b.id)
    return contest(
        a.scores, b.scores, settings, key=key, statistic=statistic, estimand=estimand, test=test, seeds=seeds
    )


def _side(one: Contest, a: Analysis, b: Analysis, statistic: str, estimand: str) -> tuple[Interval, Tested]:
    if estimand != "difference":
        return one.improvement, one.improvement_test
    assert one.difference_test is not None  # noqa: S101 - a statistic was given
    shown = one.difference or difference(a, b, statistic)
    return (turned(shown) if statistic == "optimality_gap" else shown), one.difference_test


def _check_test(test: str, estimand: str, *, paired: bool) -> None:
    if estimand not in ESTIMANDS:
        near = did_you_mean(estimand, ESTIMANDS)
        raise StatisticsError(f"estimand must be one of {', '.join(ESTIMANDS)}, not {estimand!r}{near}")
    if test not in TESTS:
        more = "; all groups at once are tested by test_all_groups" if test in {"friedman", "anova"} else ""
        near = more or did_you_mean(test, TESTS)
        raise StatisticsError(f"test must be one of {', '.join(sorted(TESTS))}, not {test!r}{near}")
    if test in RANK_TESTS and estimand == "difference":
        raise StatisticsError(f"test {test!r} compares ranks; use it with estimand='probability_of_improvement'")
    if test not in {*RANK_TESTS, "permutation"} and estimand != "difference":
        raise StatisticsError(f"test {test!r} compares means, not the probability of improvement")
    if test == "wilcoxon" and not paired:
        raise StatisticsError("test 'wilcoxon' needs pairs; name the column of the seeds that couple runs by paired=")
    if paired and test not in {"permutation", "wilcoxon"}:
        raise StatisticsError(f"test {test!r} takes no pairs; with paired= use permutation or wilcoxon")


def outlooks_of(
    groups: Groups,
    settings: Settings,
    mapper: Map,
    *,
    statistic: str,
    baseline: object | None,
    smallest_difference: float | None,
    runs: Sequence[int] | None,
) -> dict[Pair, tuple[Outlook | None, tuple[Outlook, ...]]]:
    """Return for each pair the outlook at the present numbers of runs and at others; none where runs do not vary."""
    if statistic == "median" or settings.resample == "tasks":
        what = "the median" if statistic == "median" else "intervals over tasks"
        raise StatisticsError(f"runs cannot be planned for {what}: use statistic='iqm' or 'mean' and resample='runs'")
    if runs is not None and (not runs or min(runs) < 2):  # noqa: PLR2004 - one run has no spread
        raise StatisticsError(f"runs must be numbers of 2 and more, not {list(runs)}")
    found = analyses(groups, settings, (statistic,), np.empty(0), mapper)
    planned = {}
    for a, b in pairs_of(groups, baseline):
        first, second = found[a].variances[statistic], found[b].variances[statistic]
        stated = difference(found[a], found[b], statistic).low is not None
        joined, alpha = first.joined(second), 1 - settings.level
        strata = min(len(first.terms), len(second.terms))
        planned[a, b] = (
            (
                present_outlook(joined, alpha=alpha, strata=strata, smallest=smallest_difference),
                outlooks(joined, runs or RUNS, alpha=alpha, strata=strata, smallest=smallest_difference),
            )
            if stated
            else (None, ())
        )
    return planned


def sensitivity(
    groups: Groups,
    settings: Settings,
    mapper: Map,
    *,
    pair: Pair,
    statistic: str,
    points: Curves | None,
) -> tuple[tuple[Case, Interval | None], ...]:
    """State the difference of a pair as asked, then with one choice changed at a time."""
    first, second = (groups.named(name) for name in pair)
    if first.tasks != second.tasks:
        raise DataError(f"{first.name!r} and {second.name!r} do not cover the same tasks")
    base = Case(
        kind="reported",
        label="as asked",
        first=first.scores,
        second=second.scores,
        key=(groups.metric, first.id, second.id),
        statistic=statistic,
        settings=settings,
    )
    if statistic == "optimality_gap":
        refuse_gap(groups)
    coarse = replace(base, settings=settings.coarse())
    gap = groups.scaled is not None and not groups.scaled.relative
    names = {name: shown for name, shown in NAMES.items() if gap or name != "optimality_gap"}
    cases = [
        base,
        *other_aggregates(coarse, names),
        *other_weighting(coarse),
        *(_by_other_rules(coarse, groups, first, second, points) if points else ()),
        *without_each_task(coarse, {task: task for task in groups.tasks if task in first.tasks}),
    ]
    return tuple(zip(cases, mapper(varied, cases), strict=True))


def _by_other_rules(base: Case, groups: Groups, first: Group, second: Group, points: Curves) -> Iterator[Case]:
    for rule in USUAL_RULES:
        if rule_text(rule) == groups.rule:
            continue
        columns = [
            [
                reduce_points(Points(steps=steps, values=values, wall_time=None), rule, "maximize")[0]
                if values.size
                else None
                for steps, values in points[group.name]
            ]
            for group in (first, second)
        ]
        missing = sum(value is None for column in columns for value in column)
        case = replace(base, kind="score", label=f"score: {rule_text(rule)}")
        if missing:
            yield replace(case, reason=f"{missing} runs have no such score")
            continue
        one, other = (
            replace(group.scores, values=np.array(column, dtype=float))
            for group, column in zip((first, second), columns, strict=True)
        )
        yield replace(case, first=one, second=other)


def all_groups(groups: Groups, settings: Settings, test: str) -> Omnibus:
    """Test all groups at once.

    Raises
    ------
    StatisticsError
        When the test is unknown.
    DataError
        When no task is covered by all groups.
    """
    if test not in ALL_GROUPS:
        near = did_you_mean(test, ALL_GROUPS)
        raise StatisticsError(f"test must be one of {', '.join(sorted(ALL_GROUPS))}, not {test!r}{near}")
    alpha = 1 - settings.level
    if test == "anova":
        return anova([run_means(design(group.scores, settings)) for group in groups.members], alpha)
    shared = [task for task in groups.tasks if all(task in group.tasks for group in groups.members)]
    if not shared:
        raise DataError("no task is covered by all groups")
    return friedman(np.array([[_task_mean(group, task) for group in groups.members] for task in shared]), alpha)


def _task_mean(group: Group, task: str) -> float:
    place = list(group.scores.task_ids).index(task)
    return float(group.scores.values[group.scores.tasks == place].mean())


def ranks(groups: Groups, settings: Settings, mapper: Map, *, statistic: str) -> Floats:
    """Return (k, k) how often each group takes each rank in replicates of a statistic, or of the mean rank over tasks.

    Raises
    ------
    DataError
        When a group has one run, or groups do not cover the same tasks.
    """
    names = [group.id for group in groups.members]
    if len({group.tasks for group in groups.members}) > 1:
        raise DataError("ranks need groups that cover the same tasks")
    if statistic == "mean_rank":
        scores = [group.scores for group in groups.members]
        return shares_of_ranks(average_rank_replicates(scores, settings, metric=groups.metric, ids=names))
    found = analyses(groups, settings, (statistic,), np.empty(0), mapper)
    for name, analysis in found.items():
        if not len(analysis.replicates[statistic]):
            raise DataError(f"ranks of {groups.group_by} {name!r}: {analysis.intervals[statistic].reason}")
    values = np.array([analysis.replicates[statistic] for analysis in found.values()])
    return shares_of_ranks(-values if statistic == "optimality_gap" else values)
