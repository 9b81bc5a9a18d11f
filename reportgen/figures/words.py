"""The words of figures: titles, captions that state the protocol, and alternative texts with the main numbers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reportgen.figures import comparison_words, data
from reportgen.results.comparable import NAMES, lower_is_better
from reportgen.results.words import aggregate_name, drawn_words, interval_words, protocol_line, span

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from reportgen.data.scores import Task
    from reportgen.figures.style import Look
    from reportgen.results.report import Curve, MetricResult, Report
    from reportgen.stats import Settings


GREY = " In colour: the best eight methods, the baseline and highlighted ones; the others grey."

UNDIMMED = {"heatmap", "missing", "matrix", "ranks"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Protocol:
    """What every caption and signature says of the intervals."""

    intervals: str
    settings: Settings

    @classmethod
    def of(cls, report: Report) -> Protocol:
        """Read it off the report."""
        return cls(intervals=interval_words(report), settings=report.settings)


def of(
    role: str, metric: MetricResult, protocol: Protocol, looks: Mapping[str, Look], task: Task | None = None
) -> tuple[str, str, str]:
    """Return title, caption and alternative text of a figure, or of the figure of one task."""
    label, methods = metric.data.label, _methods(metric)
    if role in data.OF_COMPARISONS:
        title, told, alt = comparison_words.of(role, metric, looks, protocol.intervals)
    elif role in {*data.AGGREGATE_CURVES, "task-curves"}:
        title, told, alt = _of_curves(role, metric, protocol)
    else:
        title, told, alt = {
            "intervals": (
                "interval plot",
                f": {_aggregates(metric)}, with {protocol.intervals}. Hollow marks have no interval.",
                f"Interval plot. {_leading(metric)}",
            ),
            "profile": (
                "performance profile",
                (
                    f": performance profile, the share of run scores strictly {better_side(metric)} each threshold; "
                    f"bands are pointwise {protocol.intervals}."
                ),
                f"Performance profiles of {methods}.",
            ),
            "violin": (
                "violins",
                ": distribution of run scores, a violin a method; bar: quartiles, mark: median.",
                f"Violins of the run scores of {methods}.",
            ),
            "ecdf": (
                "empirical distribution",
                ": share of runs at or below each score, every task counting the same.",
                f"Empirical distributions of the run scores of {methods}.",
            ),
            "heatmap": (
                "heatmap",
                f": mean over runs of each method on each task; hatched: no run. {_scale(metric)}",
                f"Heatmap of {methods} on {len(metric.data.tasks)} tasks.",
            ),
            "planning": (
                "what more runs would show",
                (
                    ": the smallest true difference that a two-sided t test finds with 80 % power, along the number of "
                    f"runs, a line for each compared pair{_power(metric)}; in colour the pair of the headline, its "
                    "band the range that the uncertainty of the run-to-run variance leaves. For one comparison, before "
                    "correction."
                ),
                f"Detectable differences of {methods} along the number of runs.",
            ),
            "missing": (
                "missing values",
                ": share of logged values that are missing, per task and method, in percent; hatched: no run.",
                f"Heatmap of missing values of {methods} on {len(metric.data.tasks)} tasks.",
            ),
            "task": (
                "runs of one task",
                (
                    f"{_on(task)}: every run as a point, the mean of a method as a bar{_raw(metric)}; "
                    "bands of curves are pointwise."
                ),
                f"Runs of {methods}{_on(task)}.",
            ),
        }[role]
    caption = f"{label}{told} {_size(metric, task)}."
    dimmed = role not in UNDIMMED and any(look.dimmed for look in looks.values())
    return f"{label}: {title}", caption + (GREY if dimmed else ""), alt


def better_side(metric: MetricResult) -> str:
    """Say on which side of a threshold a score is better."""
    return "below" if lower_is_better(metric.data, "mean") else "above"


def signature(role: str, metric: MetricResult, protocol: Protocol, task: Task | None = None) -> str:
    """Return the one-line protocol of what a figure shows, which is not always the primary aggregate."""
    shown = _shown(role, metric, protocol, task)
    raw = role in {"task", "task-curves"}
    tasks = 1 if task else len(metric.data.tasks)
    return protocol_line(metric.data, shown, _counts(metric, task), tasks, raw=raw) if shown else metric.signature


def _shown(role: str, metric: MetricResult, protocol: Protocol, task: Task | None) -> list[str]:
    """Return what a figure shows and how its bands were drawn; nothing for figures of the aggregates."""
    weighted = f"{protocol.settings.weighting}-weighted"
    if role in data.AGGREGATE_CURVES:
        return [
            curve_statistic(metric),
            weighted,
            *_drawn(protocol, list(data.aggregate_curves(metric, role).values())),
        ]
    if role in {"task", "task-curves"}:
        wanted = [task.id] if task else [task.id for task in metric.data.tasks]
        curves = [
            method.task_curves[name] for method in metric.methods for name in wanted if name in method.task_curves
        ]
        return ["mean over runs", *(_drawn(protocol, curves) if curves else [])]
    leading = aggregate_name(metric.primary_aggregate or "mean", metric.trim)
    plain = {
        "differences": [f"difference of {leading}", weighted, *_drawn(protocol)],
        "improvement": ["probability of improvement", *_drawn(protocol)],
        "critical-difference": ["mean ranks of task means"],
        "profile": ["performance profile", weighted, *_drawn(protocol)],
        "violin": ["run scores"],
        "ecdf": ["run scores", weighted],
        "heatmap": ["mean over runs"],
        "missing": ["share of values missing"],
        "planning": [*_planned(metric), weighted, "noncentral t", f"unit {protocol.settings.unit}"],
    }
    return plain.get(role, [])


def _planned(metric: MetricResult) -> list[str]:
    return [f"difference of {aggregate_name(metric.plans[0].of, metric.trim)}, 80 % power"] if metric.plans else []


def _drawn(protocol: Protocol, curves: Collection[Curve] = ()) -> list[str]:
    replicates = min((curve.replicates for curve in curves), default=protocol.settings.replicates)
    return drawn_words(protocol.settings, replicates)


def _on(task: Task | None) -> str:
    return f" on {task.label}" if task else ""


def _raw(metric: MetricResult) -> str:
    return ", in raw units" if metric.data.normalized else ""


def _of_curves(role: str, metric: MetricResult, protocol: Protocol) -> tuple[str, str, str]:
    alt = f"Learning curves of {_methods(metric)}."
    if role == "task-curves":
        known = min(curve.replicates for method in metric.methods for curve in method.task_curves.values())
        bands = _curve_words(protocol, known)
        told = f" on each task along training: mean over runs{_raw(metric)}; bands are pointwise {bands}."
        return "curves per task", told, alt
    replicates = min(curve.replicates for curve in data.aggregate_curves(metric, role).values())
    along = "wall time" if role == "wall-curves" else "training"
    told = (
        f": {curve_statistic(metric)} along {along}; bands are pointwise {_curve_words(protocol, replicates)}."
        f"{_without(metric, role)}"
    )
    return f"learning curves along {along}", told, alt


def _aggregates(metric: MetricResult) -> str:
    return ", ".join(aggregate_name(name, metric.trim) for name in metric.aggregates)


def _without(metric: MetricResult, role: str) -> str:
    """Name the methods that have no curve, and why."""
    shown = data.aggregate_curves(metric, role)
    names = [method.label for method in metric.methods if method.id not in shown]
    return f" No curve of {', '.join(names)}: the runs share no stretch of the axis, or lack a task." if names else ""


def curve_statistic(metric: MetricResult) -> str:
    """Name what aggregate curves show."""
    name = next(method.curves.statistic for method in metric.methods if method.curves)
    words = aggregate_name(name, metric.trim)
    return words[:1].upper() + words[1:]


def _curve_words(protocol: Protocol, replicates: int) -> str:
    head, _, tail = protocol.intervals.partition(" from ")
    return f"{head} from {replicates:,} {tail.partition(' ')[2]}"


def _power(metric: MetricResult) -> str:
    smallest = metric.plans[0].smallest if metric.plans else None
    return "" if smallest is None else f", and the power for a difference of {smallest:g}"


def _scale(metric: MetricResult) -> str:
    if metric.data.relative:
        return f"Colours run from 0 to 1 of the scale ({metric.data.normalization}) and are clipped beyond."
    if metric.data.normalized:
        return "Colours run from the reference (0) to the optimum (1) and are clipped beyond."
    return "Scores are not normalised: colours run from the worst to the best method of each task."


def _size(metric: MetricResult, task: Task | None = None) -> str:
    counts = _counts(metric, task)
    shown = f"n = {span(counts) if counts else 0} runs"
    tasks = len(metric.data.tasks)
    return f"{shown} a method" if task else f"{shown} per task, {tasks} task{'s' if tasks != 1 else ''}"


def _counts(metric: MetricResult, task: Task | None) -> list[int]:
    if task:
        return [method.tasks[task.id].n for method in metric.methods if task.id in method.tasks]
    return [n for method in metric.methods for n in method.n_runs_per_task if n]


def _methods(metric: MetricResult) -> str:
    names = [method.label for method in metric.methods]
    return ", ".join(names) if len(names) <= 8 else f"{len(names)} methods"  # noqa: PLR2004 - what a sentence can hold


def _leading(metric: MetricResult) -> str:
    name = metric.primary_aggregate or "mean"
    parts = []
    for method in metric.methods[:8]:
        found = method.aggregates[name]
        if found.estimate is not None:
            ends = f" [{found.low:.3g}, {found.high:.3g}]" if found.low is not None and found.high is not None else ""
            parts.append(f"{method.label} {found.estimate:.3g}{ends}")
    return f"{NAMES[name]}: {'; '.join(parts)}."
