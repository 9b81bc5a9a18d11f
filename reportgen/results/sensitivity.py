"""How the headline's difference fares under other score rules, aggregates, weights, and without each task."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reportgen.data.lines import NOTHING, Line
from reportgen.data.points import reduce_points, rule_text
from reportgen.results.comparable import NAMES
from reportgen.results.oriented import Oriented
from reportgen.results.report import Sensitivity, Variation
from reportgen.spec.model import Score as Rule
from reportgen.stats import analyse, difference, turned

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reportgen.data.scores import Direction, MetricData, Score
    from reportgen.parallel import Map
    from reportgen.results.report import Comparison
    from reportgen.stats import Analysis, Settings

MOST_REPLICATES = 2000
RULES = (
    Rule(reduce="last"),
    Rule(reduce="mean_last", fraction=0.01),
    Rule(reduce="mean_last", fraction=0.05),
    Rule(reduce="mean_last", fraction=0.1),
    Rule(reduce="mean_last", fraction=0.25),
    Rule(reduce="best"),
    Rule(reduce="auc"),
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Case:
    """One variation to compute, or why it cannot be."""

    kind: str
    label: str
    data: MetricData
    pair: tuple[str, str]
    statistic: str
    settings: Settings
    reason: str | None = None


def sensitivity(
    data: MetricData, told: Comparison, aggregates: Sequence[str], settings: Settings, *, mapper: Map
) -> Sensitivity:
    """Vary one choice at a time and state the difference of the two methods again.

    Parameters
    ----------
    told
        The comparison that the headline states.
    aggregates
        The aggregates that stand for both methods.
    """
    scores = tuple(score for score in data.scores if score.method in {told.a, told.b})
    fewer = replace(settings, replicates=min(settings.replicates, MOST_REPLICATES))
    base = _Case(
        kind="reported",
        label="as reported",
        data=replace(data, scores=scores),
        pair=(told.a, told.b),
        statistic=told.of,
        settings=fewer,
    )
    cases = [_without_curves(case) for case in _cases(base, aggregates)]
    return Sensitivity(a=told.a, b=told.b, variations=(*_as_told(told), *mapper(_varied, cases)))


def _as_told(told: Comparison) -> Iterator[Variation]:
    yield Variation(
        kind="reported", label="as reported", estimate=told.estimate, low=told.low, high=told.high, reason=told.reason
    )
    if told.percentile and told.interval != "percentile":
        low, high = told.percentile
        yield Variation(kind="interval", label="interval: percentile", estimate=told.estimate, low=low, high=high)


def _cases(base: _Case, aggregates: Sequence[str]) -> Iterator[_Case]:
    for name in aggregates:
        if name != base.statistic:
            yield replace(base, kind="aggregate", label=f"aggregate: {NAMES[name]}", statistic=name)
    if _ragged(base.data.scores):
        other = "pooled" if base.settings.weighting == "task" else "task"
        changed = replace(base.settings, weighting=other)
        yield replace(base, kind="weighting", label=f"weighting: {other}", settings=changed)
    if any(score.line.count > 1 for score in base.data.scores):
        yield from _by_other_rules(base)
    for task in base.data.tasks if len(base.data.tasks) > 1 else ():
        kept = tuple(score for score in base.data.scores if score.task != task.id)
        tasks = tuple(other for other in base.data.tasks if other.id != task.id)
        yield replace(
            base, kind="task", label=f"without {task.label}", data=replace(base.data, tasks=tasks, scores=kept)
        )


def _ragged(scores: Sequence[Score]) -> bool:
    """Tell whether a method has more runs on one task than on another, so that weights matter."""
    counts: dict[tuple[str, str], int] = {}
    for score in scores:
        counts[score.method, score.task] = counts.get((score.method, score.task), 0) + 1
    return any(len({n for (method, _), n in counts.items() if method == one}) > 1 for one, _ in counts)


def _by_other_rules(base: _Case) -> Iterator[_Case]:
    """Reduce every run by each other rule, reading it once; its points are on the scale of the scores already."""
    rules = [rule for rule in RULES if rule_text(rule) != base.data.score_rule]
    direction = "maximize" if base.data.normalized else base.data.direction
    reduced = [_reduced(score, rules, direction) for score in base.data.scores]
    for rule, values in zip(rules, zip(*reduced, strict=True), strict=True):
        missing = sum(value is None for value in values)
        scores = tuple(
            replace(score, value=score.value if value is None else value)
            for score, value in zip(base.data.scores, values, strict=True)
        )
        yield replace(
            base,
            kind="score",
            label=f"score: {rule_text(rule)}",
            data=replace(base.data, scores=scores),
            reason=f"{missing} runs have no such score" if missing else None,
        )


def _reduced(score: Score, rules: Sequence[Rule], direction: Direction) -> list[float | None]:
    points = score.line.points()
    return [reduce_points(points, rule, direction)[0] if len(points.values) else None for rule in rules]


def _without_curves(case: _Case) -> _Case:
    """Drop what no statistic looks at, so that little travels to a worker."""
    bare = tuple(replace(score, line=Line.of(NOTHING)) for score in case.data.scores)
    return replace(case, data=replace(case.data, scores=bare))


def _varied(case: _Case) -> Variation:
    if case.reason:
        return Variation(kind=case.kind, label=case.label, estimate=None, low=None, high=None, reason=case.reason)
    first, second = (_analysed(case, method) for method in case.pair)
    found = difference(first, second, case.statistic)
    shown = turned(found) if case.statistic == "optimality_gap" else found
    return Variation(
        kind=case.kind, label=case.label, estimate=shown.estimate, low=shown.low, high=shown.high, reason=shown.reason
    )


def _analysed(case: _Case, method: str) -> Analysis:
    oriented = Oriented.of(case.data, tuple(score for score in case.data.scores if score.method == method))
    return analyse(
        oriented.scores(),
        case.settings,
        key=(case.data.id, method),
        statistics=(case.statistic,),
        thresholds=np.empty(0),
    )
