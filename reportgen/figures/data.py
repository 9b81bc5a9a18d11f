"""The numbers behind a figure as CSV, one row a mark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reportgen.results.telling import POI, sides
from reportgen.text import csv_cell, csv_text

AGGREGATE_CURVES = ("curves", "wall-curves")
OF_COMPARISONS = ("differences", "improvement", "matrix", "ranks", "critical-difference")

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from reportgen.results.report import Curve, MetricResult, Profile

    Row = Sequence[str | float | int | None]


def of(role: str, metric: MetricResult, tasks: tuple[int, int] = (0, 0)) -> str:
    """Return the CSV of a figure's role (of some tasks' curves); empty cells where nothing is stated."""
    rows: dict[str, Iterable[Row]] = {
        "intervals": _intervals(metric),
        "profile": _lines("threshold", ((m.label, "", m.profile) for m in metric.methods)),
        "heatmap": _heatmap(metric),
        "planning": _plans(metric),
        "missing": _missing(metric),
        "violin": _scores(metric),
        "ecdf": _scores(metric),
        "differences": _pairs(metric, "difference"),
        "improvement": _pairs(metric, POI),
        "matrix": _matrix(metric),
        "ranks": _ranks(metric),
        "critical-difference": _mean_ranks(metric),
        **{role: _aggregate_rows(metric, role) for role in AGGREGATE_CURVES},
        "task-curves": _lines(
            "step",
            (
                (label_of(metric, name), task, curve)
                for task, found in tasks_with_curves(metric)[slice(*tasks)]
                for name, curve in found.items()
            ),
        ),
    }
    return csv_text([_cell(value) for value in row] for row in rows[role])


def aggregate_curves(metric: MetricResult, role: str) -> dict[str, Curve]:
    """Return method id to its aggregate curve along steps (``curves``) or along wall time (``wall-curves``)."""
    found = {m.id: m.curves if role == "curves" else m.further_curves.get("wall_time") for m in metric.methods}
    return {name: curve for name, curve in found.items() if curve}


def _aggregate_rows(metric: MetricResult, role: str) -> Iterator[Row]:
    curves = aggregate_curves(metric, role)
    x = next((curve.x for curve in curves.values()), "step")
    return _lines(x, ((label_of(metric, name), "", curve) for name, curve in curves.items()))


def task_curves(metric: MetricResult) -> list[tuple[str, dict[str, Curve]]]:
    """Return (task label, curves by method id) for every task, in display order."""
    return [
        (task.label, {m.id: m.task_curves[task.id] for m in metric.methods if task.id in m.task_curves})
        for task in metric.data.tasks
    ]


def tasks_with_curves(metric: MetricResult) -> list[tuple[str, dict[str, Curve]]]:
    """Return those of `task_curves` that hold a curve."""
    return [(task, curves) for task, curves in task_curves(metric) if curves]


def label_of(metric: MetricResult, method: str) -> str:
    """Return the label of a method."""
    return metric.method(method).label


def _cell(value: str | float | None) -> str:
    if value is None:
        return ""
    return csv_cell(value) if isinstance(value, str) else repr(value)


def _intervals(metric: MetricResult) -> Iterator[Row]:
    yield ("method", "aggregate", "estimate", "low", "high", "reason")
    for method in metric.methods:
        for name in metric.aggregates:
            found = method.aggregates[name]
            yield (method.label, name, found.estimate, found.low, found.high, found.reason)


def _scores(metric: MetricResult) -> Iterator[Row]:
    yield ("method", "task", "run", "seed", "raw", "value")
    labels = {task.id: task.label for task in metric.data.tasks}
    for score in metric.data.scores:
        method = label_of(metric, score.method)
        yield (method, labels[score.task], score.run, score.seed, score.raw, score.value)


def _plans(metric: MetricResult) -> Iterator[Row]:
    yield ("a", "b", "runs", "se", "df", "detectable", "detectable_low", "detectable_high", "power", "smallest_p")
    for plan in metric.plans:
        a, b = label_of(metric, plan.a), label_of(metric, plan.b)
        for one in plan.outlooks:
            ends = (one.detectable_low, one.detectable_high)
            yield (a, b, one.n, one.se, one.df, one.detectable, *ends, one.power, one.smallest_p)


def _heatmap(metric: MetricResult) -> Iterator[Row]:
    yield ("task", "method", "mean", "normalized", "sd", "n")
    for task in metric.data.tasks:
        for method in metric.methods:
            found = method.tasks.get(task.id)
            numbers = (found.mean, found.normalized, found.sd, found.n) if found else (None, None, None, 0)
            yield (task.label, method.label, *numbers)


def _missing(metric: MetricResult) -> Iterator[Row]:
    yield ("method", "task", "run", "seed", "missing", "kept")
    labels = {task.id: task.label for task in metric.data.tasks}
    for score in metric.data.scores:
        method = label_of(metric, score.method)
        yield (method, labels[score.task], score.run, score.seed, score.missing, score.line.count)


def _pairs(metric: MetricResult, estimand: str) -> Iterator[Row]:
    yield ("a", "b", "estimand", "estimate", "low", "high", "p", "p_adjusted", "verdict", "reason")
    for side in sides(metric, estimand):
        names = (label_of(metric, side.a), label_of(metric, side.b), estimand)
        yield (*names, side.estimate, side.low, side.high, side.p, side.p_adjusted, side.verdict, side.reason)


def _matrix(metric: MetricResult) -> Iterator[Row]:
    yield ("a", "b", "wins", "ties", "losses", "estimate", "p")
    for duel in metric.matrix:
        names = (label_of(metric, duel.a), label_of(metric, duel.b))
        yield (*names, duel.wins, duel.ties, duel.losses, duel.estimate, duel.p)


def _ranks(metric: MetricResult) -> Iterator[Row]:
    yield ("method", "rank", "share")
    for method, shares in metric.ranks.shares.items() if metric.ranks else ():
        for rank, share in enumerate(shares, start=1):
            yield (label_of(metric, method), rank, share)


def _mean_ranks(metric: MetricResult) -> Iterator[Row]:
    yield ("method", "mean_rank", "critical_difference")
    for whole in metric.omnibus:
        for method, rank in whole.average_ranks.items():
            yield (label_of(metric, method), rank, whole.critical_difference)


def _lines(x: str, lines: Iterable[tuple[str, str, Profile | Curve | None]]) -> Iterator[Row]:
    yield ("method", "task", x, "estimate", "low", "high")
    for method, task, line in lines:
        if line is not None:
            places = line.thresholds if hasattr(line, "thresholds") else line.steps
            for place, estimate, low, high in zip(places, line.estimate, line.low, line.high, strict=True):
                yield (method, task, place, estimate, low, high)
