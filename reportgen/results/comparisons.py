"""Methods against each other: raw contests of pairs, families of tests, verdicts and the best set."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from itertools import combinations
from typing import TYPE_CHECKING

from reportgen.errors import DataError
from reportgen.results.field import POI, Field, null, unit
from reportgen.results.report import Comparison, Testing
from reportgen.results.screens import screen
from reportgen.results.standings import MATRIX_UP_TO, duels, omnibus, ranks
from reportgen.stats import Claim, best_set, contest, difference, judged, turned, turned_verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reportgen.parallel import Map
    from reportgen.results.report import Duel, Omnibus, Ranks
    from reportgen.results.screened import Screen
    from reportgen.stats import Contest, Interval, Judgement, Scores, Settings, Tested

ALL_PAIRS_UP_TO = 6
Names = tuple[str, str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Compared:
    """What comparing the methods of a metric gave."""

    comparisons: tuple[Comparison, ...] = ()
    testing: Testing | None = None
    best_set: tuple[str, ...] = ()
    best_set_reason: str | None = None
    matrix: tuple[Duel, ...] = ()
    screen: Screen | None = None
    ranks: Ranks | None = None
    omnibus: tuple[Omnibus, ...] = ()


def compared(field: Field, *, mapper: Map) -> Compared:
    """Compare the methods of a metric; nothing where its direction is unknown.

    Parameters
    ----------
    mapper
        Applies a function to the pairs; the results do not depend on it.

    Raises
    ------
    DataError
        When the spec declares pairs by seed and the data name no seeds.
    """
    if field.judged.ranking or len(field.methods) < 2:  # noqa: PLR2004 - a comparison takes two
        return Compared()
    seeds = _seeds(field) if field.wanted.paired else None
    pairs = _pairs(field)
    further = list(combinations([method.id for method in field.methods], 2))
    further = further if len(field.methods) <= MATRIX_UP_TO else []
    named = {frozenset(pair) for pair in pairs}
    wanted = [*pairs, *(pair for pair in further if frozenset(pair) not in named)]
    wanted = [pair for pair in wanted if not field.lacks(*pair)]
    items = [(pair, field.scores[pair[0]], field.scores[pair[1]]) for pair in wanted]
    how = (field.leading, field.estimand, field.test)
    work = partial(_contest, settings=field.settings, metric=field.data.id, how=how, seeds=seeds)
    found: dict[Names, Contest] = dict(zip(wanted, mapper(work, items), strict=True))
    whole = omnibus(field)
    raw = {pair: _compare(field, pair, found.get(pair)) for pair in [*pairs, *wanted]}
    said = _judged(field, [raw[pair] for pair in pairs], whole)
    chosen, reason = _best(field, said)
    return Compared(
        comparisons=said,
        testing=_testing(field, said),
        best_set=chosen,
        best_set_reason=reason,
        matrix=duels(field, raw),
        screen=screen(field, [pair for pair in pairs if not field.lacks(*pair)]),
        ranks=ranks(field),
        omnibus=whole,
    )


def _contest(
    item: tuple[Names, Scores, Scores],
    *,
    settings: Settings,
    metric: str,
    how: tuple[str | None, str, str],
    seeds: dict[str, str] | None,
) -> Contest:
    (a, b), one, other = item
    statistic, estimand, test = how
    return contest(
        one, other, settings, key=(metric, a, b), statistic=statistic, estimand=estimand, test=test, seeds=seeds
    )


def _seeds(field: Field) -> dict[str, str]:
    """Map runs to the seeds that couple them."""
    seeds = {score.run: score.seed for score in field.data.scores}
    unnamed = sorted(run for run, seed in seeds.items() if not seed or seed.startswith("#"))
    if unnamed:
        raise DataError(
            f"comparisons.paired says that a seed couples runs, but {len(unnamed)} runs of metric {field.data.id!r} "
            f"have no seed, e.g. {unnamed[0]}; what would have worked:\naxes: {{seed: {{config: seed}}}}   # or, in a "
            "file source:\nfiles: {columns: {seed: seed}}"
        )
    return seeds


def _pairs(field: Field) -> list[Names]:
    """List the pairs that the spec asks for, the one that is looked at first."""
    methods, against = field.methods, field.wanted.against
    reference = next((method for method in methods if field.baseline in {method.id, method.label}), None)
    if against == "auto":
        few = len(methods) <= ALL_PAIRS_UP_TO
        against = "all" if few else ("baseline" if reference else "best")
    if against == "all":
        pairs = list(combinations(methods, 2))
        return [(b.id, a.id) if a is reference else (a.id, b.id) for a, b in pairs]
    if against == "best" or reference is None:
        reference = next(iter(field.ranked()), None)
    return [(method.id, reference.id) for method in methods if reference is not None and method is not reference]


def _compare(field: Field, pair: Names, found: Contest | None) -> Comparison:
    """Return the raw comparison by the deciding estimand, the other one beside it."""
    if found is None:
        refusal = field.judged.lacking.get(pair[0]) or field.judged.lacking[pair[1]]
        return _withheld(field, pair, refusal.reason)
    sides = {POI: _stated(field, pair, POI, found.improvement, found.improvement_test, found)}
    if field.leading and found.difference_test:
        shown = found.difference or difference(field.analyses[pair[0]], field.analyses[pair[1]], field.leading)
        shown = turned(shown) if field.leading == "optimality_gap" else shown
        sides["difference"] = _stated(field, pair, "difference", shown, found.difference_test, found)
    deciding = sides.pop(field.estimand)
    return replace(deciding, beside=next(iter(sides.values()), None))


def _stated(field: Field, pair: Names, estimand: str, shown: Interval, tested: Tested, found: Contest) -> Comparison:
    return Comparison(
        a=pair[0],
        b=pair[1],
        estimand=estimand,
        of=_of(field, estimand),
        estimate=shown.estimate,
        low=shown.low,
        high=shown.high,
        level=shown.level,
        interval=shown.method,
        percentile=shown.percentile,
        df=shown.df,
        replicates=shown.replicates,
        reason=shown.reason,
        p=tested.p,
        p_smallest=tested.smallest,
        p_reason=tested.reason,
        p_t=tested.p_t,
        test=field.test if estimand == field.estimand else "permutation",
        exact=tested.exact,
        arrangements=tested.arrangements,
        fixed=found.fixed,
        effects=found.effects,
    )


def _withheld(field: Field, pair: Names, reason: str) -> Comparison:
    return Comparison(
        a=pair[0],
        b=pair[1],
        estimand=field.estimand,
        of=_of(field, field.estimand),
        estimate=None,
        low=None,
        high=None,
        level=field.settings.level,
        interval=field.settings.interval,
        reason=reason,
        p_reason=reason,
        test=field.test,
    )


def _of(field: Field, estimand: str) -> str:
    return field.leading or "" if estimand == "difference" else "run scores"


def _judged(field: Field, raw: list[Comparison], whole: tuple[Omnibus, ...]) -> tuple[Comparison, ...]:
    """Correct each estimand's p within its own family and judge."""
    own = next((test for test in whole if test.test == field.test), None)
    outer = [_by_omnibus(item, own) for item in raw] if own else raw
    outer = _family(field, outer, corrected=own is not None)
    outer = [_by_rank(item, own) for item in outer] if own and own.average_ranks else outer
    beside = _family(field, [item.beside for item in raw if item.beside], corrected=False)
    by_pair = {(item.a, item.b): item for item in beside}
    return tuple(replace(item, beside=by_pair.get((item.a, item.b))) for item in outer)


def _by_omnibus(item: Comparison, whole: Omnibus) -> Comparison:
    p = next((p for a, b, p in whole.pairs if {a, b} == {item.a, item.b}), None)
    return replace(
        item, p=p, p_smallest=None, p_reason=whole.reason, p_t=None, exact=False, arrangements=0, test=whole.test
    )


def _by_rank(item: Comparison, whole: Omnibus) -> Comparison:
    """Leave open what the estimate and the mean ranks tell differently."""
    favoured = {"better": item.a, "worse": item.b}.get(item.verdict or "")
    other = item.b if favoured == item.a else item.a
    if favoured and whole.average_ranks[favoured] >= whole.average_ranks[other]:
        return replace(item, verdict="inconclusive")
    return item


def _family(field: Field, items: list[Comparison], *, corrected: bool) -> list[Comparison]:
    """Correct p within a family: one metric, one estimand, all pairs that are asked for and can be tested."""
    if not items:
        return []
    deciding = items[0].estimand == field.estimand
    found = judged(
        [
            Claim(estimate=item.estimate, low=item.low, high=item.high, p=item.p, smallest=item.p_smallest)
            for item in items
        ],
        correction="none" if corrected else field.wanted.correction,
        alpha=field.alpha,
        neutral=items[0].neutral,
        smallest_difference=field.wanted.smallest_difference if deciding else None,
    )
    return [_with(field, item, judgement) for item, judgement in zip(items, found, strict=True)]


def _with(field: Field, item: Comparison, found: Judgement) -> Comparison:
    what = f"difference of {item.of}" if item.estimand == "difference" else "probability of improvement"
    return replace(
        item,
        p_adjusted=found.p_adjusted,
        p_smallest_adjusted=found.smallest_adjusted,
        family=f"{field.data.id} · {what}",
        family_size=found.size,
        verdict=found.verdict,
    )


def _best(field: Field, stated: Sequence[Comparison]) -> tuple[tuple[str, ...], str | None]:
    """Return the best set and, where there is none, why."""
    order = [method.id for method in field.ranked()]
    if field.leading is None:
        order = _by_improvement([method.id for method in field.methods], stated)
    said = {(item.a, item.b): item.verdict for item in stated}
    said |= {(item.b, item.a): turned_verdict(item.verdict) for item in stated}
    found = best_set(order, lambda a, b: said.get((a, b)))
    if found is None:
        return (), "the best method was not compared with every other"
    return found, None


def _by_improvement(methods: list[str], stated: Sequence[Comparison]) -> list[str]:
    """Order methods by their mean probability of improvement over those they were compared with."""
    own: dict[str, list[float]] = {method: [] for method in methods}
    for item in stated:
        if item.estimate is not None:
            own[item.a].append(item.estimate)
            own[item.b].append(1 - item.estimate)
    standing = [method for method in methods if own[method]]
    return sorted(standing, key=lambda method: -sum(own[method]) / len(own[method]))


def _testing(field: Field, stated: Sequence[Comparison]) -> Testing | None:
    if not stated:
        return None
    reason = None
    if field.leading is None:
        reason = "no aggregate can be stated, so the probability of improvement decides"
    return Testing(
        estimand=field.estimand,
        of=_of(field, field.estimand),
        test=field.test,
        correction="none" if field.test in {"anova", "friedman"} else field.wanted.correction,
        paired=field.wanted.paired,
        unit=unit(field),
        null=null(field),
        alpha=field.alpha,
        family=stated[0].family,
        family_size=stated[0].family_size,
        smallest_difference=field.wanted.smallest_difference,
        reason=reason,
    )
