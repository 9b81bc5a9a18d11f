"""Tables of single things: a task, the methods, the runs, what was left out, what lies far out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reportgen.artifacts import safe_name
from reportgen.data import natural
from reportgen.tables.values import Cell, Column, Table, decimals

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reportgen.data.scores import Task
    from reportgen.results.report import MethodResult, MetricResult, Report, TaskSummary


def task_page(task: Task) -> str:
    """Return the page of a task, relative to the site's root."""
    return f"tasks/{safe_name(task.id)}.html"


def one_task(metric: MetricResult, task: Task, report: Report) -> Table:
    """Summarise every method on one task, in raw units."""
    data = metric.data
    rated = any(task.id in method.tasks and method.tasks[task.id].rate for method in metric.methods)
    rows = tuple(
        (
            Cell(text=method.label),
            Cell(value=summary.mean, sd=summary.sd),
            *((_rate(summary),) if rated else ()),
            Cell(value=summary.median),
            Cell(value=summary.iqm, reason="" if summary.iqm is not None else "an IQM needs 4 runs"),
            Cell(value=summary.min),
            Cell(value=summary.max),
            *((Cell(value=summary.normalized),) if data.normalized else ()),
            Cell(value=float(summary.n), link=f"runs.html#run-{safe_name(summary.runs[0])}"),
        )
        for method in metric.methods
        if (summary := method.tasks.get(task.id)) is not None
    )
    numbers = ("median", "IQM", "minimum", "maximum", *(("normalised",) if data.normalized else ()), "runs")
    bounds = f"; normalised, 0 is {_plain(task.reference)} and 1 is {_plain(task.optimum)}" if data.normalized else ""
    return Table(
        name=f"{safe_name(metric.id)}-task-{safe_name(task.id)}",
        metric=metric.id,
        role="task",
        title=f"{data.label}: {task.label}",
        caption=f"{data.label} on {task.label}: mean ± standard deviation over runs, and more, in raw units{bounds}.",
        signature=f"mean ± sd (ddof 1) · score {data.score_rule} · reportgen {report.version}",
        columns=(
            Column(key="method", label="Method"),
            Column(key="mean", label="Mean ± sd", kind="spread"),
            *((Column(key="rate", label=f"Rate, Wilson {100 * report.level:g} %", kind="interval"),) if rated else ()),
            *(Column(key=name.lower(), label=name[:1].upper() + name[1:], kind="number") for name in numbers),
        ),
        rows=rows,
        task=task.id,
    )


def _rate(summary: TaskSummary) -> Cell:
    low, high = summary.rate or (None, None)
    return Cell(value=summary.mean, low=low, high=high)


def _plain(value: float | None) -> str:
    return f"{value:g}".replace("-", "−")


def standings_of_methods(metric: MetricResult) -> Table:
    """Say for each method on how many tasks its mean is best, and where it stands best and worst."""
    rows = tuple(
        (
            Cell(text=method.label),
            Cell(value=float(method.n_runs)),
            Cell(value=float(method.n_tasks)),
            Cell(value=float(won)),
            Cell(text=_few(best) or "–"),
            Cell(text=_few(worst) or "–"),
        )
        for method, won, best, worst in _standings(metric)
    )
    numbers, texts = ("Runs", "Tasks", "Best alone on"), ("Strongest", "Weakest")
    return Table(
        name=f"{safe_name(metric.id)}-methods",
        metric=metric.id,
        role="methods",
        title=f"{metric.data.label}: methods",
        caption=(
            f"Where each method stands in {metric.data.label}: the number of tasks on which its mean alone is the "
            "best, and the tasks on which it ranks best and worst among the methods (–: it ranks alike on all)."
        ),
        signature=metric.signature,
        columns=(
            Column(key="method", label="Method"),
            *(Column(key=label.lower().replace(" ", "_"), label=label, kind="number") for label in numbers),
            *(Column(key=label.lower(), label=label) for label in texts),
        ),
        rows=rows,
    )


def _standings(metric: MetricResult) -> Iterator[tuple[MethodResult, int, list[str], list[str]]]:
    """Yield (method, tasks won, tasks from its best rank on, tasks from its worst rank on)."""
    falling = metric.data.direction == "minimize"
    ranked = metric.data.direction in {"maximize", "minimize"}
    ranks: dict[str, dict[str, float]] = {method.id: {} for method in metric.methods}
    for task in metric.data.tasks if ranked else ():
        means = {m.id: m.tasks[task.id].mean * (1 if falling else -1) for m in metric.methods if task.id in m.tasks}
        for name, value in means.items():
            below = sum(other < value for other in means.values())
            ranks[name][task.label] = (below + sum(other <= value for other in means.values()) - 1) / 2
    for method in metric.methods:
        own = ranks[method.id]
        differ = len(set(own.values())) > 1
        ordered = sorted(own, key=lambda label: (own[label], natural(label))) if differ else []
        yield method, sum(rank == 0 for rank in own.values()), ordered[:2], ordered[::-1][:2]


def outliers(metric: MetricResult, report: Report) -> Table:
    """List the scores that a rule calls outliers, each with its run."""
    labels = {method.id: method.label for method in metric.methods}
    tasks = {task.id: task.label for task in metric.data.tasks}
    names = {run.id: run.name for run in report.runs}
    kept = all(item.use == "used" for item in metric.outliers)
    used = "all are used" if kept else "the last column says what became of them"
    rows = tuple(
        (
            Cell(text=names[item.run], link=f"runs.html#run-{safe_name(item.run)}"),
            Cell(text=labels[item.method]),
            Cell(text=tasks[item.task]),
            *_alike(item.value, item.median),
            Cell(text=" and ".join(item.rules)),
            Cell(text=item.use if item.used_as is None else f"{item.use} to {item.used_as:.6g}"),
        )
        for item in metric.outliers
    )
    return Table(
        name=f"{safe_name(metric.id)}-outliers",
        metric=metric.id,
        role="outliers",
        title=f"{metric.data.label}: outliers",
        caption=(
            f"Scores of {metric.data.label} far from the other runs of their method and task, in raw units; "
            f"{used}. MAD: beyond 3.5 scaled median absolute deviations. IQR: beyond 1.5 interquartile ranges outside "
            "the quartiles."
        ),
        signature="",
        columns=(
            Column(key="run", label="Run"),
            Column(key="method", label="Method"),
            Column(key="task", label="Task"),
            Column(key="value", label="Score", kind="number"),
            Column(key="median", label="Median of its cell", kind="number"),
            Column(key="rules", label="Rules"),
            Column(key="use", label="Use"),
        ),
        rows=rows,
    )


def _alike(*values: float) -> tuple[Cell, ...]:
    """Return numbers of one scale with the same decimals; other rows are tasks on other scales."""
    places = decimals(Cell(value=value) for value in values)
    return tuple(Cell(value=value, decimals=places) for value in values)


def runs(report: Report) -> Table:
    """List every run that was read, used or not, with an anchor each."""
    rows = tuple(
        (
            Cell(text=run.name, anchor=f"run-{safe_name(run.id)}"),
            Cell(text=run.method),
            Cell(text=run.seed),
            Cell(text=_few(run.tasks)),
            Cell(value=float(run.points)),
            Cell(value=run.last_step),
            Cell(text=f"not used: {run.why_not}" if run.why_not else "used"),
            Cell(text=run.state),
            Cell(text=run.sha256[:12]),
        )
        for run in report.runs
    )
    labels = ("Run", "Method", "Seed", "Tasks", "Points", "Last step", "Use", "State", "SHA-256")
    columns = tuple(
        Column(
            key=label.lower().replace(" ", "_"),
            label=label,
            kind="number" if label in {"Points", "Last step"} else "text",
        )
        for label in labels
    )
    return Table(
        name="runs",
        metric=None,
        role="runs",
        title="Runs",
        caption=f"All {len(report.runs):,} runs that were read, used or not; the hash is over a run's content.",
        signature="",
        columns=columns,
        rows=rows,
    )


def _few(names: Sequence[str]) -> str:
    return ", ".join(names) if len(names) <= 2 else f"{names[0]} and {len(names) - 1} more"  # noqa: PLR2004 - fits a cell


def excluded(report: Report) -> Table:
    """List what was left out, and why."""
    rows = tuple(
        (
            Cell(text=item.name),
            Cell(text=item.metric or "the whole report"),
            Cell(text=item.reason),
            Cell(text=item.run),
        )
        for item in report.excluded
    )
    labels = {"run": "Run", "metric": "Left out of", "reason": "Reason", "id": "Id"}
    return Table(
        name="excluded",
        metric=None,
        role="excluded",
        title="What was left out",
        caption="Runs that are not used, or not for a metric or task, and why.",
        signature="",
        columns=tuple(Column(key=key, label=label) for key, label in labels.items()),
        rows=rows,
    )


def seeds(metric: MetricResult) -> Table:
    """Count the runs of every method on every task."""
    rows = tuple(
        (Cell(text=method.label), *(Cell(value=float(count)) for count in method.n_runs_per_task))
        for method in metric.methods
    )
    return Table(
        name=f"{safe_name(metric.id)}-seeds",
        metric=metric.id,
        role="seeds",
        title=f"{metric.data.label}: runs per cell",
        caption=f"Number of runs used for {metric.data.label}, per method and task.",
        signature="",
        columns=(
            Column(key="method", label="Method"),
            *(Column(key=task.label, label=task.label, kind="number") for task in metric.data.tasks),
        ),
        rows=rows,
    )
