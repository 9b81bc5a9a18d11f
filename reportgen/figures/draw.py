"""Which figures a report has; each is drawn for the screen and for paper, by whatever worker is free."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, cast

from reportgen.artifacts import Artifact, File, safe_name
from reportgen.figures import comparison_words, data, saving, words
from reportgen.figures.asked import disclosed, narrowed
from reportgen.figures.distributions import ecdf_figure, task_figure, violin_figure
from reportgen.figures.explore import explorable
from reportgen.figures.forest import forest_figure
from reportgen.figures.heatmap import heatmap_figure, missing_figure
from reportgen.figures.intervals import interval_figure
from reportgen.figures.lines import curve_figure, profile_figure, task_curves_figure
from reportgen.figures.matrix import in_matrix, matrix_figure
from reportgen.figures.planning import planning_figure
from reportgen.figures.ranks import critical_difference_figure, rank_figure
from reportgen.figures.style import Look, drawing, looks, paper_width, short, style_digest
from reportgen.results.comparable import lower_is_better
from reportgen.results.telling import POI, omitted
from reportgen.reuse import NOTHING, Store, digest, key_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from matplotlib.figure import Figure

    from reportgen.data.asked import AskedFigure
    from reportgen.parallel import Map
    from reportgen.results.report import MetricResult, Report
    from reportgen.spec.model import Visualization

LOG = logging.getLogger("reportgen.figures")
KIND = "figures"
SCREEN = 7.4
MOST_IN_COLOR = 8
TASKS_A_FIGURE = 24
PANELS_A_ROW = 4
FEW_IN_A_MATRIX = 5
Role = Literal[
    "intervals",
    "differences",
    "improvement",
    "matrix",
    "ranks",
    "critical-difference",
    "profile",
    "violin",
    "ecdf",
    "heatmap",
    "missing",
    "curves",
    "wall-curves",
    "task-curves",
    "task",
    "planning",
]
WIDE = {"heatmap", "missing", "task-curves", "critical-difference"}
ONE_AT_A_TIME = Lock()
"""The settings of matplotlib are those of the whole process, and a cluster's worker may have several threads."""


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
    asked: AskedFigure | None = None


def draw(report: Report, visualization: Visualization, *, mapper: Map, store: Store = NOTHING) -> tuple[Artifact, ...]:
    """Draw every figure of a report that has something to show.

    Parameters
    ----------
    mapper
        Spreads the drawing; no byte depends on it.
    store
        Keeps what was drawn; a figure that was drawn from the same values before is taken from there.

    Raises
    ------
    SpecError
        When the palette or the style is not known.
    """
    drawing(visualization, paper=False)
    known = _looks(report, visualization)
    protocol = words.Protocol.of(report)
    jobs = [job for metric in report.metrics for job in _jobs(metric, known, protocol, visualization)]
    wanted = [_asked_job(one, report, known, protocol, visualization) for one in report.asked.figures]
    changed = {(one.metric, one.kind) for one in report.asked.figures if not one.name}
    jobs = [*(job for job in jobs if (job.metric.id, job.role) not in changed), *(job for job in wanted if job)]
    keys = _keys(report, jobs)
    kept = {job.name: files for job in jobs if (files := store.get(KIND, keys[job.name])) is not None}
    missing = [job for job in jobs if job.name not in kept]
    LOG.info("%d figures to draw, %d as they were", len(missing), len(kept))
    drawn = {artifact.name: artifact for artifact in mapper(_drawn, missing)}
    for name, artifact in drawn.items():
        store.put(KIND, keys[name], artifact.files)
    return tuple(drawn.get(job.name) or _artifact(job, kept[job.name]) for job in jobs)


def _keys(report: Report, jobs: Sequence[Job]) -> dict[str, str]:
    """Return the name of each job to the hash of all that its files depend on."""
    metrics = {metric.id: digest(metric) for metric in report.metrics}
    shared = key_of(
        tuple(run.sha256 for run in report.runs),
        [(job.visualization.model_dump_json(), style_digest(job.visualization)) for job in jobs[:1]],
        packages=("matplotlib", "numpy"),
    )
    return {
        job.name: digest(
            (shared, job.role, job.name, job.tasks, job.looks, job.protocol, job.asked, metrics[job.metric.id])
        )
        for job in jobs
    }


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
    base = safe_name(metric.id)
    chosen = {method.id: known[method.id] for method in metric.methods}

    def job(role: Role, suffix: str = "", tasks: tuple[int, int] = (0, 0)) -> Job:
        shared: dict[str, Any] = {"protocol": protocol, "visualization": visualization, "tasks": tasks}
        return Job(role=role, name=f"{base}-{role}{suffix}", metric=metric, looks=chosen, **shared)

    for role in _whole_figures(metric):
        yield job(role)
    if metric.data.role == "primary":
        for index, task in enumerate(metric.data.tasks):
            yield job("task", f"-{safe_name(task.id)}", (index, index + 1))
    if len(metric.data.tasks) > 1 or not data.aggregate_curves(metric, "curves"):
        for number, part in enumerate(_parts(len(data.tasks_with_curves(metric))), start=1):
            yield job("task-curves", f"-{number}" if number > 1 else "", part)


def _asked_job(
    asked: AskedFigure,
    report: Report,
    known: Mapping[str, Look],
    protocol: words.Protocol,
    visualization: Visualization,
) -> Job | None:
    """Return the job of a figure of the spec; None where its kind has nothing to show."""
    whole = next(metric for metric in report.metrics if metric.id == asked.metric)
    metric = narrowed(whole, asked)
    curved = len(data.tasks_with_curves(metric))
    there = curved > 0 if asked.kind == "task-curves" else asked.kind in set(_whole_figures(metric))
    if not there:
        LOG.warning("figures: %s has nothing to show for %s", asked.kind, metric.id)
        return None
    return Job(
        role=cast("Role", asked.kind),
        name=asked.name or f"{safe_name(metric.id)}-{asked.kind}",
        metric=metric,
        looks={method.id: known[method.id] for method in metric.methods},
        protocol=protocol,
        visualization=visualization.model_copy(update={"width": asked.width}) if asked.width else visualization,
        tasks=(0, curved) if asked.kind == "task-curves" else (0, 0),
        asked=asked,
    )


def _parts(tasks: int) -> list[tuple[int, int]]:
    """Cut many tasks into figures of about the same size, in whole rows.

    Examples
    --------
    >>> _parts(26), _parts(6), _parts(0)
    ([(0, 16), (16, 26)], [(0, 6)], [])
    """
    figures = max(1, -(-tasks // TASKS_A_FIGURE))
    size = -(-tasks // figures // PANELS_A_ROW) * PANELS_A_ROW or 1
    return [(start, min(start + size, tasks)) for start in range(0, tasks, size)]


def _whole_figures(metric: MetricResult) -> Iterator[Role]:
    """Yield the figures of a whole metric that have something to show."""
    primary = metric.data.role == "primary"
    comparable = primary and metric.primary_aggregate is not None
    without = omitted(metric)
    there: dict[Role, bool] = {
        "intervals": comparable,
        "differences": "differences" not in without,
        "improvement": "improvement" not in without,
        "matrix": "matrix" not in without,
        "ranks": "ranks" not in without,
        "critical-difference": "critical-difference" not in without,
        "profile": any(method.profile for method in metric.methods),
        "violin": comparable,
        "ecdf": comparable,
        "heatmap": primary,
        "missing": any(score.missing for score in metric.data.scores),
        "curves": bool(data.aggregate_curves(metric, "curves")),
        "wall-curves": bool(data.aggregate_curves(metric, "wall-curves")),
        "planning": bool(metric.plans),
    }
    yield from (role for role, shown in there.items() if shown)


def _drawn(job: Job) -> Artifact:
    with ONE_AT_A_TIME:
        return _artifact(job, _files(job))


def _files(job: Job) -> tuple[File, ...]:
    with drawing(job.visualization, paper=False):
        screen = _figure(job, SCREEN, paper=False)
        light = saving.svg(screen)
        picture = b"" if job.role == "task" else saving.png(screen)
    folder = "docs/assets/figures"
    closer = explorable(job.role, job.name, job.metric, job.looks, job.metric.data.tasks[job.tasks[0]])
    return (
        File(path=f"{folder}/{job.name}.svg", content=light),
        File(path=f"{folder}/{job.name}-dark.svg", content=saving.dark(light)),
        *(() if closer is None else (File(path=f"{folder}/{job.name}.js", content=closer),)),
        *(() if job.role == "task" else _further_forms(job, picture)),
    )


def _artifact(job: Job, files: tuple[File, ...]) -> Artifact:
    task = job.metric.data.tasks[job.tasks[0]] if job.role == "task" else None
    title, caption, alt = words.of(job.role, job.metric, job.protocol, job.looks, task)
    return Artifact(
        kind="figure",
        name=job.name,
        metric=job.metric.id,
        role="asked" if job.asked and job.asked.name else job.role,
        title=f"{title}: {task.label}" if task else title,
        caption=disclosed(caption, job.asked) if job.asked else caption,
        label=(job.asked and job.asked.label) or "",
        alt=alt,
        signature=words.signature(job.role, job.metric, job.protocol, task),
        files=files,
        task=task.id if task else None,
    )


def _further_forms(job: Job, picture: bytes) -> tuple[File, ...]:
    """Return what figures have that go into papers: PNG, data and PDF."""
    width = paper_width(job.visualization, wide=_wide(job))
    with drawing(job.visualization, paper=True):
        paper = saving.pdf(_figure(job, width, paper=True))
    folder = "docs/assets/figures"
    return (
        File(path=f"{folder}/{job.name}.png", content=picture),
        File(path=f"{folder}/{job.name}.csv", content=data.of(job.role, job.metric, job.tasks).encode()),
        File(path=f"latex/figures/{job.name}.pdf", content=paper),
    )


def _wide(job: Job) -> bool:
    """Tell whether a figure needs the width of a page."""
    return job.role in WIDE or (job.role == "matrix" and len(in_matrix(job.metric, job.looks)) > FEW_IN_A_MATRIX)


def _figure(job: Job, width: float, *, paper: bool) -> Figure:
    metric, looks, label = job.metric, job.looks, short(job.metric.data.label)
    raw = "raw units" if metric.data.normalized else label
    profiles = {method.id: method.profile for method in metric.methods if method.profile}
    better = words.better_side(metric)
    start, end = job.tasks
    ncols = job.asked.ncols if job.asked else None

    def curves() -> Figure:
        statistic = words.curve_statistic(metric)
        return curve_figure(data.aggregate_curves(metric, job.role), looks, f"{statistic} of {label}", width)

    drawers: dict[Role, Callable[[], Figure]] = {
        "intervals": lambda: interval_figure(metric, looks, width),
        "differences": lambda: forest_figure(metric, "difference", looks, width, paper=paper),
        "improvement": lambda: forest_figure(metric, POI, looks, width, paper=paper),
        "matrix": lambda: matrix_figure(metric, looks, width, paper=paper),
        "ranks": lambda: rank_figure(metric, looks, width),
        "critical-difference": lambda: critical_difference_figure(comparison_words.friedman(metric), looks, width),
        "profile": lambda: profile_figure(profiles, looks, label, width, better=better),
        "violin": lambda: violin_figure(metric, looks, label, width),
        "ecdf": lambda: ecdf_figure(metric, looks, label, width),
        "heatmap": lambda: heatmap_figure(metric, looks, width, paper=paper),
        "planning": lambda: planning_figure(metric, looks, width),
        "missing": lambda: missing_figure(metric, looks, width, paper=paper),
        "curves": curves,
        "wall-curves": curves,
        "task": lambda: task_figure(metric, metric.data.tasks[start], looks, raw, width),
        "task-curves": lambda: task_curves_figure(
            data.tasks_with_curves(metric)[start:end], looks, raw, width, columns=ncols
        ),
    }
    figure = drawers[job.role]()
    if job.asked and job.asked.xlim:
        for axes in figure.axes:
            axes.set_xlim(*job.asked.xlim)
    return figure
