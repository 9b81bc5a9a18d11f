"""How the headline's difference fares under other score rules, aggregates, weights, and without each task."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from reportgen.data.points import reduce_points, rule_text
from reportgen.data.usual_rules import USUAL_RULES
from reportgen.results.comparable import NAMES
from reportgen.results.oriented import Oriented
from reportgen.results.report import Sensitivity, Variation
from reportgen.stats import Case, other_aggregates, other_weighting, varied, without_each_task

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reportgen.data.scores import Direction, MetricData, Score
    from reportgen.parallel import Map
    from reportgen.results.report import Comparison
    from reportgen.spec.model import Score as Rule
    from reportgen.stats import Interval, Settings


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
    first, second = (_own(data, name) for name in (told.a, told.b))
    base = Case(
        kind="reported",
        label="as reported",
        first=first.scores(),
        second=second.scores(),
        key=(data.id, told.a, told.b),
        statistic=told.of,
        settings=settings.coarse(),
    )
    cases = [
        *other_aggregates(base, {name: NAMES[name] for name in aggregates}),
        *other_weighting(base),
        *_by_other_rules(base, data, (first, second)),
        *without_each_task(base, {task.id: task.label for task in data.tasks}),
    ]
    found = zip(cases, mapper(varied, cases), strict=True)
    return Sensitivity(
        a=told.a,
        b=told.b,
        variations=(*_as_told(told), *(_stated(*one) for one in found)),
        scores={
            case.label: tuple((first.sign * np.concatenate([case.first.values, case.second.values])).tolist())
            for case in cases
            if case.kind == "score" and not case.reason
        },
    )


def _own(data: MetricData, method: str) -> Oriented:
    return Oriented.of(data, tuple(score for score in data.scores if score.method == method))


def _as_told(told: Comparison) -> Iterator[Variation]:
    yield Variation(
        kind="reported", label="as reported", estimate=told.estimate, low=told.low, high=told.high, reason=told.reason
    )
    if told.percentile and told.interval != "percentile":
        low, high = told.percentile
        yield Variation(kind="interval", label="interval: percentile", estimate=told.estimate, low=low, high=high)


def _by_other_rules(base: Case, data: MetricData, sides: tuple[Oriented, Oriented]) -> Iterator[Case]:
    """Reduce every run by each other rule, reading it once; its points are on the scale of the scores already."""
    rules = [rule for rule in USUAL_RULES if rule_text(rule) != data.score_rule]
    direction = "maximize" if data.normalized else data.direction
    if not any(score.line.count > 1 for side in sides for score in side.source):
        return
    first, second = ([_reduced(score, rules, direction) for score in side.source] for side in sides)
    for place, rule in enumerate(rules):
        columns = [[values[place] for values in side] for side in (first, second)]
        missing = sum(value is None for column in columns for value in column)
        case = replace(base, kind="score", label=f"score: {rule_text(rule)}")
        if missing:
            yield replace(case, reason=f"{missing} runs have no such score")
            continue
        one, other = (side.sign * np.array(column, dtype=float) for side, column in zip(sides, columns, strict=True))
        yield replace(case, first=replace(base.first, values=one), second=replace(base.second, values=other))


def _reduced(score: Score, rules: Sequence[Rule], direction: Direction) -> list[float | None]:
    points = score.line.points()
    return [reduce_points(points, rule, direction)[0] if len(points.values) else None for rule in rules]


def _stated(case: Case, found: Interval | None) -> Variation:
    if found is None:
        return Variation(kind=case.kind, label=case.label, estimate=None, low=None, high=None, reason=case.reason)
    return Variation(
        kind=case.kind, label=case.label, estimate=found.estimate, low=found.low, high=found.high, reason=found.reason
    )
