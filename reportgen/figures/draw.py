"""Which figures a report has; each is drawn for the screen and for paper, by whatever worker is free."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from reportgen.artifacts import Artifact, File, safe_name
from reportgen.figures import data, saving, words
from reportgen.figures.heatmap import heatmap_figure
from reportgen.figures.intervals import interval_figure
from reportgen.figures.lines import curve_figure, profile_figure, task_curves_figure
from reportgen.figures.style import Look, drawing, looks, paper_width, short
from reportgen.results.comparable import lower_is_better

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from matplotlib.figure import Figure

    from reportgen.parallel import Map
    from reportgen.results.report import MetricResult, Report
    from reportgen.spec.model import Visualization
    from reportgen.stats import Band

SCREEN = 7.4
MOST_IN_COLOR = 8
TASKS_A_FIGURE = 24
Role = Literal["intervals", "profile", "heatmap", "curves", "wall-curves", "task-curves"]
WIDE = {"heatmap", "task-curves"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Job:
    """One figure to draw."""

    role: Role
    name: str
    metric: MetricResult
    looks: Mapping[str, Look]
    protocol: words.Protocol
    visualization: Visualization
    tasks: tuple[int, int] = (0, 0)


def draw(report: Report, visualization: Visualization, *, mapper: Map) -> tuple[Artifact, ...]:
    """Draw every figure of a report that has something to show.

    Parameters
    ----------
    mapper
        Spreads the drawing; no byte depends on it.

    Raises
    ------
    SpecError
        When the palette or the style is not known.
    """
    drawing(visualization, paper=False)
    known = _looks(report, visualization)
    protocol = words.Protocol.of(report)
    jobs = [job for metric in report.metrics for job in _jobs(metric, known, protocol, visualization)]
    return tuple(mapper(_drawn, jobs))


def performance_profile_figure(bands: Mapping[str, Band], *, label: str) -> Figure:
    """Draw performance profiles, a line a group; for `StatisticalAnalyzer`."""
    from reportgen.spec.model import Visualization  # noqa: PLC0415 - pydantic is slow to load

    plain = Visualization()
    names = [(name, name) for name in bands]
    with drawing(plain, paper=False):
        return profile_figure(bands, looks(names, frozenset(bands), plain.color_palette), short(label), SCREEN)


def _looks(report: Report, visualization: Visualization) -> dict[str, Look]:
    methods = {method.id: method.label for metric in report.metrics for method in metric.methods}
    return looks(tuple(methods.items()), _in_color(report, methods), visualization.color_palette)


def _in_color(report: Report, methods: Mapping[str, str]) -> frozenset[str]:
    """With many methods: the best of the first metric, the baseline and the highlighted."""
    if len(methods) <= MOST_IN_COLOR:
        return frozenset(methods)
    first = report.metrics[0]
    ranked = list(methods)
    if first.primary_aggregate:
        sign = 1 if lower_is_better(first.data, first.primary_aggregate) else -1
        estimates = {method.id: method.aggregates[first.primary_aggregate].estimate for method in first.methods}
        stated = {name: sign * value for name, value in estimates.items() if value is not None}
        ranked = sorted(methods, key=lambda name: (name not in stated, stated.get(name, 0.0)))
    kept = set(ranked[:MOST_IN_COLOR])
    return frozenset(
        name for name, label in methods.items() if name in kept or name == report.baseline or label in report.highlight
    )


def _jobs(
    metric: MetricResult, known: Mapping[str, Look], protocol: words.Protocol, visualization: Visualization
) -> Iterator[Job]:
    primary = metric.data.role == "primary"
    base = safe_name(metric.id)
    chosen = {method.id: known[method.id] for method in metric.methods}

    def job(role: Role, number: int = 1, tasks: tuple[int, int] = (0, 0)) -> Job:
        name = f"{base}-{role}" + (f"-{number}" if number > 1 else "")
        shared: dict[str, Any] = {"protocol": protocol, "visualization": visualization}
        return Job(
            role=role,
            name=name,
            metric=metric,
            looks=chosen,
            tasks=tasks,
            **shared,
        )

    if primary and metric.primary_aggregate:
        yield job("intervals")
    if any(method.profile for method in metric.methods):
        yield job("profile")
    if primary:
        yield job("heatmap")
    if data.aggregate_curves(metric, "curves"):
        yield job("curves")
    if data.aggregate_curves(metric, "wall-curves"):
        yield job("wall-curves")
    with_curves = data.tasks_with_curves(metric)
    for number, start in enumerate(range(0, len(with_curves), TASKS_A_FIGURE), start=1):
        yield job("task-curves", number, (start, start + TASKS_A_FIGURE))


def _drawn(job: Job) -> Artifact:
    with drawing(job.visualization, paper=False):
        screen = _figure(job, SCREEN, paper=False)
        light, picture = saving.svg(screen), saving.png(screen)
    width = paper_width(job.visualization, wide=job.role in WIDE)
    with drawing(job.visualization, paper=True):
        paper = saving.pdf(_figure(job, width, paper=True))
    folder = "docs/assets/figures"
    dimmed = any(look.dimmed for look in job.looks.values())
    title, caption, alt = words.of(job.role, job.metric, job.protocol, dimmed=dimmed)
    return Artifact(
        kind="figure",
        name=job.name,
        metric=job.metric.id,
        role=job.role,
        title=title,
        caption=caption,
        alt=alt,
        signature=job.metric.signature,
        files=(
            File(path=f"{folder}/{job.name}.svg", content=light),
            File(path=f"{folder}/{job.name}-dark.svg", content=saving.dark(light)),
            File(path=f"{folder}/{job.name}.png", content=picture),
            File(path=f"{folder}/{job.name}.csv", content=data.of(job.role, job.metric, job.tasks).encode()),
            File(path=f"latex/figures/{job.name}.pdf", content=paper),
        ),
    )


def _figure(job: Job, width: float, *, paper: bool) -> Figure:
    metric, label = job.metric, short(job.metric.data.label)
    if job.role == "intervals":
        return interval_figure(metric, job.looks, width)
    if job.role == "profile":
        profiles = {method.id: method.profile for method in metric.methods if method.profile}
        return profile_figure(profiles, job.looks, label, width)
    if job.role == "heatmap":
        return heatmap_figure(metric, job.looks, width, paper=paper)
    if job.role in data.AGGREGATE_CURVES:
        return curve_figure(
            data.aggregate_curves(metric, job.role), job.looks, f"{words.curve_statistic(metric)} of {label}", width
        )
    return task_curves_figure(data.tasks_with_curves(metric)[slice(*job.tasks)], job.looks, label, width)
