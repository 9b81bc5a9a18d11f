"""Sentences about results: the one-line signature and the computed headline."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import reportgen
from reportgen.results.comparable import NAMES, lower_is_better
from reportgen.stats import turned_verdict
from reportgen.text import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reportgen.data.scores import MetricData
    from reportgen.results.report import Comparison, Estimate, MethodResult, MetricResult, Report
    from reportgen.stats import Settings

IQM_TRIM = 0.25
MEASURED_LEVEL = 0.95
MANY_TASKS = 10
MOST_NAMED = 6
_FEW = (2, 3, 4)
_HELD = {
    ("expanded_t", "10 and more tasks", 2): "93 to 98 % (90 % at worst)",
    ("expanded_t", "10 and more tasks", 3): "94 to 97 % (90 % at worst)",
    ("expanded_t", "3 tasks", 3): "94 to 97 % (90 % at worst)",
    ("percentile", "10 and more tasks", 2): "59 to 71 %",
    ("percentile", "10 and more tasks", 3): "78 to 82 %",
    ("percentile", "3 tasks", 3): "78 to 83 %",
}
_DRAWN = {"run": "whole runs", "score": "single scores (scores of a run taken as independent)"}


def span(values: Sequence[int]) -> str:
    """Name one number or the range of several.

    Examples
    --------
    >>> span([5, 5]), span([3, 5, 4])
    ('5', '3–5')
    """
    low, high = min(values), max(values)
    return str(low) if low == high else f"{low}–{high}"


def short_count(count: int) -> str:
    """Write thousands shortly.

    Examples
    --------
    >>> short_count(10_000), short_count(500)
    ('10k', '500')
    """
    return f"{count // 1000}k" if count >= 1000 and count % 1000 == 0 else str(count)  # noqa: PLR2004


def aggregate_name(name: str, trim: float = IQM_TRIM) -> str:
    """Return the shown name of an aggregate; a trim other than 25 % is not an IQM.

    Examples
    --------
    >>> aggregate_name("iqm"), aggregate_name("iqm", 0.1), aggregate_name("optimality_gap")
    ('IQM', 'trimmed mean (10 %)', 'optimality gap')
    """
    return f"trimmed mean ({100 * trim:g} %)" if name == "iqm" and trim != IQM_TRIM else NAMES[name]


def interval_words(report: Report) -> str:
    """Say which intervals a report states, for captions."""
    drawn = "tasks (over these tasks, not over retraining)" if report.resample == "tasks" else _DRAWN[report.unit]
    return f"{100 * report.level:g} % {report.interval} intervals from {report.replicates:,} bootstrap draws of {drawn}"


def measured_coverage(report: Report, tasks: int, n: int) -> str:
    """Say how often intervals of this kind held in simulations with so few runs; empty from 5 runs on.

    Parameters
    ----------
    tasks
        Number of tasks of the metric.
    n
        Smallest number of runs on a task.
    """
    if n not in _FEW or report.level != MEASURED_LEVEL or report.resample == "tasks":
        return ""
    size = "10 and more tasks" if tasks >= MANY_TASKS else "3 tasks"
    runs = 2 if n == 2 and tasks >= MANY_TASKS else 3  # noqa: PLR2004 - the sizes that were simulated
    held = _HELD[report.interval, size, runs]
    return f"In simulations with {runs} runs on each of {size}, nominal 95 % intervals of this kind covered {held}."


def signature(data: MetricData, settings: Settings, leading: str | None, methods: Sequence[MethodResult]) -> str:
    """Return the one-line protocol of a metric's aggregates."""
    counts = [n for method in methods for n in method.n_runs_per_task if n]
    shown = aggregate_name(leading, settings.trim) if leading else "no aggregate"
    drawn = drawn_words(settings, settings.replicates)
    return protocol_line(data, [shown, f"{settings.weighting}-weighted", *drawn], counts, len(data.tasks))


def drawn_words(settings: Settings, replicates: int) -> list[str]:
    """Say how intervals were drawn, as parts of a protocol line."""
    return [
        f"boot {settings.interval} {100 * settings.level:g} % {short_count(replicates)}",
        f"unit {settings.unit}",
        *([] if settings.resample == "runs" else [f"resample {settings.resample}"]),
    ]


def protocol_line(
    data: MetricData, shown: Sequence[str], counts: Sequence[int], tasks: int, *, raw: bool = False
) -> str:
    """Return the one line that stands under a table or figure.

    Parameters
    ----------
    shown
        What is shown and how its intervals were drawn.
    counts
        Numbers of runs of the cells shown, empty cells left out.
    raw
        Whether raw units are shown.
    """
    parts = [
        *shown,
        f"n {span(counts) if counts else 0}",
        f"{tasks} task{'s' if tasks != 1 else ''}",
        f"score {data.score_rule}",
        "raw units" if raw else f"norm {data.normalization}",
        f"reportgen {reportgen.__version__}",
    ]
    return " · ".join(parts)


def headline(metric: MetricResult) -> str:
    """Return the report's first sentence, computed from its first metric: verdict, effect, interval and n."""
    leading = metric.primary_aggregate
    told = _told(metric)
    if leading is None and told is None:
        why = f": {metric.withheld[0].reason}" if metric.withheld else ""
        return f"{visible(metric.data.label)}: no aggregate can be stated{why}."
    size = _size(metric)
    if told is None:
        only = next(method for method in metric.methods if leading and method.aggregates[leading].estimate is not None)
        return (
            f"{visible(only.label)}: {NAMES[leading or 'mean']} {_cell(only.aggregates[leading or 'mean'])} ({size})."
        )
    return f"{_outcome(metric, told)}: {_effect(told)}; {visible(metric.data.label)}, {size}."


def _outcome(metric: MetricResult, told: Comparison) -> str:
    """Say who is better, or that nobody is told from the other, by the verdict."""
    labels = {method.id: visible(method.label) for method in metric.methods}
    a, b = labels[told.a], labels[told.b]
    falling = metric.primary_aggregate is not None and lower_is_better(metric.data, metric.primary_aggregate)
    difference = f"{b} − {a}" if falling else f"{a} − {b}"
    several = len(metric.methods) > 2 and len(metric.best_set) > 1  # noqa: PLR2004 - of two methods there is no set
    if told.verdict in {"better", "worse"}:
        return f"{a} > {b}" if told.verdict == "better" else f"{b} > {a}"
    if told.verdict == "equivalent" and not several:
        within = metric.testing.smallest_difference if metric.testing else None
        return f"{a} ≈ {b}, equivalent within {within:g}"
    why = f"cannot be decided at n = {_n(metric)}" if told.verdict == "cannot be decided" else "inconclusive"
    if several:
        names = [labels[method] for method in metric.best_set]
        listed = ", ".join(names[:MOST_NAMED]) + (f" and {len(names) - MOST_NAMED} more" if names[MOST_NAMED:] else "")
        ending = why if told.verdict == "cannot be decided" else "not distinguishable"
        return f"Best set: {listed} ({ending}). {difference}"
    return f"{difference}, {why}"


def _effect(told: Comparison) -> str:
    """Write a comparison by both estimands: ``IQM +0.20 [0.14, 0.26], P(improvement) 0.93``."""
    sides = {side.estimand: side for side in (told, told.beside) if side is not None and side.estimate is not None}
    words = []
    if "difference" in sides:
        words.append(f"{NAMES[sides['difference'].of]} {_signed(sides['difference'])}")
    if "probability_of_improvement" in sides:
        side = sides["probability_of_improvement"]
        ends = "" if words or side.low is None or side.high is None else f" [{side.low:.2f}, {side.high:.2f}]"
        words.append(f"P(improvement) {side.estimate:.2f}{ends}")
    return ", ".join(words)


def told_difference(metric: MetricResult) -> Comparison | None:
    """Return the difference of aggregates of the pair that the headline tells, None where none is stated."""
    told = _told(metric)
    return difference_side(told) if told else None


def difference_side(comparison: Comparison) -> Comparison | None:
    """Return the side of a comparison that is a stated difference of aggregates."""
    for side in (comparison, comparison.beside):
        if side is not None and side.estimand == "difference" and side.estimate is not None:
            return side
    return None


def _told(metric: MetricResult) -> Comparison | None:
    """Return the comparison of the best method with the runner-up (or with the baseline), the better one first."""
    stated = [comparison for comparison in metric.comparisons if comparison.estimate is not None]
    if not stated:
        return None
    order = list(metric.best_set) if len(metric.best_set) > 1 or not metric.primary_aggregate else _standing(metric)
    for other in order[1:]:
        for comparison in stated:
            if {comparison.a, comparison.b} == {order[0], other}:
                return _turned(comparison) if comparison.a == other else comparison
    first = stated[0]
    return _turned(first) if (first.estimate or 0.0) < first.neutral else first


def _standing(metric: MetricResult) -> list[str]:
    leading = metric.primary_aggregate or ""
    falling = lower_is_better(metric.data, leading)
    ranked = sorted(
        (estimate if falling else -estimate, place, method.id)
        for place, method in enumerate(metric.methods)
        if (estimate := method.aggregates[leading].estimate) is not None
    )
    return [name for *_, name in ranked]


def _turned(comparison: Comparison) -> Comparison:
    """Return a comparison from the other method's side, without its effect sizes."""

    def rest(value: float | None) -> float | None:
        return None if value is None else 2 * comparison.neutral - value

    return replace(
        comparison,
        a=comparison.b,
        b=comparison.a,
        estimate=rest(comparison.estimate),
        low=rest(comparison.high),
        high=rest(comparison.low),
        percentile=None,
        effects=None,
        verdict=turned_verdict(comparison.verdict),
        beside=_turned(comparison.beside) if comparison.beside else None,
    )


def _size(metric: MetricResult) -> str:
    tasks, runs = len(metric.data.tasks), _n(metric)
    return f"{tasks} task{'s' if tasks != 1 else ''} × {runs} run{'s' if runs != '1' else ''}"


def _n(metric: MetricResult) -> str:
    """Name the number of runs per task, or its range."""
    return span([n for method in metric.methods for n in method.n_runs_per_task if n])


def _cell(estimate: Estimate) -> str:
    if estimate.low is None or estimate.high is None:
        return f"{estimate.estimate:.3g} (no interval: {estimate.reason})"
    digits = places(estimate.low, estimate.high)
    return f"{estimate.estimate:.{digits}f} [{estimate.low:.{digits}f}, {estimate.high:.{digits}f}]"


def _signed(comparison: Comparison) -> str:
    if comparison.low is None or comparison.high is None:
        return f"{comparison.estimate:+.3g} (no interval: {comparison.reason})"
    digits = places(comparison.low, comparison.high)
    text = f"{comparison.estimate:+.{digits}f} [{comparison.low:.{digits}f}, {comparison.high:.{digits}f}]"
    return text.replace("-", "−")


def places(low: float, high: float) -> int:
    """Decimals that show two significant digits of the interval's half-width."""
    half = (high - low) / 2
    return max(0, 1 - math.floor(math.log10(half))) if half > 0 else 3
