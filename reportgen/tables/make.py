"""Which tables a report has, each with the words it needs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reportgen.artifacts import Artifact, File, safe_name
from reportgen.results.words import interval_words, measured_coverage
from reportgen.tables import outlook, phrases
from reportgen.tables.asked import asked_table
from reportgen.tables.comparisons import comparisons, on_task, relations_of_methods
from reportgen.tables.details import excluded, one_task, outliers, runs, seeds, standings_of_methods, task_page
from reportgen.tables.latex import write_latex
from reportgen.tables.own import statistics
from reportgen.tables.plain import write_csv, write_markdown
from reportgen.tables.values import Cell, Column, Table, decimals
from reportgen.tables.webpage import write_html

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reportgen.results.report import Estimate, MethodResult, MetricResult, Report, TaskSummary

IN_PAPERS = {
    *("aggregates", "asked", "common", "comparisons", "tasks", "task", "statistics", "steps", "planning"),
    "sensitivity",
}
NO_RUN, AS_PUBLISHED = "no run of this method on this task", "as published, not measured here"
SIZES = (Column(key="n_runs", label="Runs", kind="number"), Column(key="n_tasks", label="Tasks", kind="number"))


def make(report: Report) -> tuple[Artifact, ...]:
    """Make every table of a report."""
    wanted = [asked_table(one, report) for one in report.asked.tables]
    changed = {table.name for table in wanted}
    shipped = [_with_decimals(table) for table in _tables(report) if table.name not in changed]
    return tuple(_artifact(table, report) for table in (*shipped, *wanted))


def headline(report: Report) -> Table:
    """Return the main table of the first primary metric: its aggregates, or its tasks where none can be stated."""
    metric = next(metric for metric in report.metrics if metric.data.role == "primary")
    return _with_decimals(_aggregates(metric, report) if metric.primary_aggregate else _tasks(metric, report))


def _tables(report: Report) -> Iterator[Table]:
    for metric in report.metrics:
        if metric.data.role == "primary":
            yield from _over_tasks(metric, report)
        yield _tasks(metric, report)
        yield seeds(metric)
        if metric.data.role == "primary":
            yield from (one_task(metric, task, report) for task in metric.data.tasks)
            yield from (table for task in metric.data.tasks if (table := on_task(metric, task)))
            yield standings_of_methods(metric)
            if metric.comparisons:
                yield relations_of_methods(metric)
            yield from _beyond(metric, report)
        if metric.outliers:
            yield outliers(metric, report)
    yield runs(report)
    if report.excluded:
        yield excluded(report)


def _over_tasks(metric: MetricResult, report: Report) -> Iterator[Table]:
    if metric.primary_aggregate:
        yield _aggregates(metric, report)
    if metric.statistics:
        yield statistics(metric, report)
    if metric.common_tasks:
        yield _common(metric, report)
    if metric.comparisons:
        yield comparisons(metric, report)


def _beyond(metric: MetricResult, report: Report) -> Iterator[Table]:
    if any(method.reached for method in metric.methods):
        yield outlook.steps(metric, report)
    if metric.plans:
        yield outlook.planning(metric, report)
    if metric.sensitivity and len(metric.sensitivity.variations) > 1:
        yield outlook.sensitivity(metric, report)


def _artifact(table: Table, report: Report) -> Artifact:
    comment = f"report {report.id}, spec {report.spec_sha256[:12]}, reportgen {report.version}: {table.name}"
    written = {
        f"docs/assets/tables/{table.name}.csv": write_csv(table),
        f"docs/assets/tables/{table.name}.md.txt": write_markdown(table),
    }
    if table.role in IN_PAPERS:
        written[f"latex/tables/{table.name}.tex"] = write_latex(table, comment)
    return Artifact(
        kind="table",
        name=table.name,
        metric=table.metric,
        role=table.role,
        title=table.title,
        caption=table.caption,
        signature=table.signature,
        html=write_html(table),
        task=table.task,
        files=tuple(File(path=path, content=text.encode()) for path, text in written.items()),
    )


def _with_decimals(table: Table) -> Table:
    """Choose decimals: a column's own, but a row's own where rows are on different scales (tasks in raw units)."""
    columns = tuple(
        column if column.kind == "text" else replace(column, decimals=decimals(row[index] for row in table.rows))
        for index, column in enumerate(table.columns)
    )
    rows = tuple(
        tuple(
            replace(cell, decimals=decimals(row[1:])) if column.kind == "spread" else cell
            for cell, column in zip(row, columns, strict=True)
        )
        for row in table.rows
    )
    return replace(table, columns=columns, rows=rows)


def _aggregates(metric: MetricResult, report: Report) -> Table:
    names = metric.aggregates
    best = {name: phrases.best(metric, name) for name in names}
    rows = tuple(
        (
            Cell(text=method.label),
            *(
                _estimate(
                    method.aggregates[name], best=method.id in best[name], near=phrases.near(metric, method, name, best)
                )
                for name in names
            ),
            *_sizes(method),
        )
        for method in metric.methods
    )
    columns = (
        Column(key="method", label="Method"),
        *(Column(key=name, label=phrases.titled(name, metric), kind="interval") for name in names),
        *SIZES,
    )
    return Table(
        name=f"{safe_name(metric.id)}-aggregates",
        metric=metric.id,
        role="aggregates",
        title=f"{metric.data.label}: aggregates",
        caption=(
            f"{metric.data.label} over {phrases.counted(len(metric.data.tasks), 'task')}: "
            f"{phrases.listed(names, metric)}. "
            f"In brackets: {interval_words(report)}, n = {phrases.n_words(metric)} runs per task."
            f"{f' {phrases.emphasis(metric)}' if any(best.values()) else ''}"
        ),
        signature=metric.signature,
        columns=columns,
        rows=rows,
        notes=tuple(
            note
            for note in (
                *phrases.reasons(metric, names),
                measured_coverage(report, len(metric.data.tasks), _fewest(metric)),
            )
            if note
        ),
    )


def _common(metric: MetricResult, report: Report) -> Table:
    names = [name for name in metric.aggregates if any(name in method.common for method in metric.methods)]
    return Table(
        name=f"{safe_name(metric.id)}-common",
        metric=metric.id,
        role="common",
        title=f"{metric.data.label}: over common tasks",
        caption=(
            f"{metric.data.label} over the {phrases.counted(len(metric.common_tasks), 'task')} that all methods have: "
            f"{phrases.listed(names, metric)}. "
            f"In brackets: {interval_words(report)}."
        ),
        signature=metric.signature,
        columns=(
            Column(key="method", label="Method"),
            *(Column(key=name, label=phrases.titled(name, metric), kind="interval") for name in names),
        ),
        rows=tuple(
            (Cell(text=method.label), *(_estimate(method.common[name], best=False) for name in names))
            for method in metric.methods
        ),
    )


def _tasks(metric: MetricResult, report: Report) -> Table:
    data = metric.data
    unequal = len({n for method in metric.methods for n in method.n_runs_per_task}) > 1
    published = [one for one in report.asked.published if one.metric == metric.id]
    rows = []
    for task in data.tasks:
        found = [method.tasks.get(task.id) for method in metric.methods]
        leading = phrases.best_means(metric, found) if data.role == "primary" else set()
        rows.append(
            (
                Cell(text=task.label, link=task_page(task) if data.role == "primary" else ""),
                *(_summary(summary, best=index in leading, counted=unequal) for index, summary in enumerate(found)),
                *(Cell(value=one.scores.get(task.id), reason=AS_PUBLISHED) for one in published),
            )
        )
    bold = any(cell.best for row in rows for cell in row)
    lacking = any(cell.reason == NO_RUN for row in rows for cell in row)
    return Table(
        name=f"{safe_name(metric.id)}-tasks",
        metric=metric.id,
        role="tasks",
        title=f"{data.label}: per task",
        caption=(
            f"{data.label} on each task: mean ± standard deviation over runs{phrases.unit_words(metric)}, "
            f"n = {phrases.n_words(metric)}; score rule {data.score_rule}."
        ),
        signature=f"mean ± sd (ddof 1) · score {data.score_rule} · raw units · reportgen {report.version}",
        columns=(
            Column(key="task", label="Task"),
            *(Column(key=method.label, label=method.label, kind="spread") for method in metric.methods),
            *(Column(key=one.method, label=one.method, kind="spread", cite=one.cite) for one in published),
        ),
        rows=tuple(rows),
        notes=(
            *(("Bold: the best mean of the task; no test has been made.",) if bold else ()),
            *(("– : no run of this method on this task.",) if lacking else ()),
            *phrases.published_note(published),
        ),
    )


def _summary(summary: TaskSummary | None, *, best: bool, counted: bool) -> Cell:
    if summary is None:
        return Cell(reason=NO_RUN)
    return Cell(value=summary.mean, sd=summary.sd, best=best, n=summary.n if counted else None)


def _estimate(estimate: Estimate, *, best: bool, near: bool = False) -> Cell:
    return Cell(
        value=estimate.estimate,
        low=estimate.low,
        high=estimate.high,
        reason=estimate.reason or "",
        best=best,
        near=near,
    )


def _sizes(method: MethodResult) -> tuple[Cell, Cell]:
    return Cell(value=float(method.n_runs)), Cell(value=float(method.n_tasks))


def _fewest(metric: MetricResult) -> int:
    return min((n for method in metric.methods for n in method.n_runs_per_task if n), default=0)
