"""Which tables a report has, each with the words it needs."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from reportgen.artifacts import Artifact, File, safe_name
from reportgen.results.comparable import NAMES, lower_is_better
from reportgen.results.words import aggregate_name, interval_words, measured_coverage, span
from reportgen.tables import outlook
from reportgen.tables.comparisons import comparisons, on_task, relations_of_methods
from reportgen.tables.details import excluded, one_task, outliers, runs, seeds, standings_of_methods, task_page
from reportgen.tables.latex import write_latex
from reportgen.tables.plain import write_csv, write_markdown
from reportgen.tables.values import Cell, Column, Table, decimals
from reportgen.tables.webpage import write_html
from reportgen.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reportgen.results.report import Estimate, MethodResult, MetricResult, Report, TaskSummary

Key = TypeVar("Key", str, int)
IN_PAPERS = {"aggregates", "common", "comparisons", "tasks", "task", "steps", "planning", "sensitivity"}
SIZES = (Column(key="n_runs", label="Runs", kind="number"), Column(key="n_tasks", label="Tasks", kind="number"))
BOLD = "Bold: the best estimate"


def make(report: Report) -> tuple[Artifact, ...]:
    """Make every table of a report."""
    return tuple(_artifact(_with_decimals(table), report) for table in _tables(report))


def headline(report: Report) -> Table:
    """Return the main table of the first primary metric: its aggregates, or its tasks where none can be stated."""
    metric = next(metric for metric in report.metrics if metric.data.role == "primary")
    return _with_decimals(_aggregates(metric, report) if metric.primary_aggregate else _tasks(metric, report))


def _tables(report: Report) -> Iterator[Table]:
    for metric in report.metrics:
        if metric.data.role == "primary":
            if metric.primary_aggregate:
                yield _aggregates(metric, report)
            if metric.common_tasks:
                yield _common(metric, report)
            if metric.comparisons:
                yield comparisons(metric, report)
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
    best = {name: _best(metric, name) for name in names}
    rows = tuple(
        (
            Cell(text=method.label),
            *(
                _estimate(method.aggregates[name], best=method.id in best[name], near=_near(metric, method, name, best))
                for name in names
            ),
            *_sizes(method),
        )
        for method in metric.methods
    )
    columns = (
        Column(key="method", label="Method"),
        *(Column(key=name, label=_titled(name, metric), kind="interval") for name in names),
        *SIZES,
    )
    return Table(
        name=f"{safe_name(metric.id)}-aggregates",
        metric=metric.id,
        role="aggregates",
        title=f"{metric.data.label}: aggregates",
        caption=(
            f"{metric.data.label} over {_counted(len(metric.data.tasks), 'task')}: {_listed(names, metric)}. "
            f"In brackets: {interval_words(report)}, n = {_n(metric)} runs per task."
            f"{f' {_emphasis(metric)}' if any(best.values()) else ''}"
        ),
        signature=metric.signature,
        columns=columns,
        rows=rows,
        notes=tuple(
            note
            for note in (
                *_reasons(metric, names),
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
            f"{metric.data.label} over the {_counted(len(metric.common_tasks), 'task')} that all methods have: "
            f"{_listed(names, metric)}. In brackets: {interval_words(report)}."
        ),
        signature=metric.signature,
        columns=(
            Column(key="method", label="Method"),
            *(Column(key=name, label=_titled(name, metric), kind="interval") for name in names),
        ),
        rows=tuple(
            (Cell(text=method.label), *(_estimate(method.common[name], best=False) for name in names))
            for method in metric.methods
        ),
    )


def _tasks(metric: MetricResult, report: Report) -> Table:
    data = metric.data
    unequal = len({n for method in metric.methods for n in method.n_runs_per_task}) > 1
    rows = []
    for task in data.tasks:
        found = [method.tasks.get(task.id) for method in metric.methods]
        leading = _best_means(metric, found) if data.role == "primary" else set()
        rows.append(
            (
                Cell(text=task.label, link=task_page(task) if data.role == "primary" else ""),
                *(_summary(summary, best=index in leading, counted=unequal) for index, summary in enumerate(found)),
            )
        )
    bold = any(cell.best for row in rows for cell in row)
    return Table(
        name=f"{safe_name(metric.id)}-tasks",
        metric=metric.id,
        role="tasks",
        title=f"{data.label}: per task",
        caption=(
            f"{data.label} on each task: mean ± standard deviation over runs{_unit(metric)}, n = {_n(metric)}; "
            f"score rule {data.score_rule}."
        ),
        signature=f"mean ± sd (ddof 1) · score {data.score_rule} · raw units · reportgen {report.version}",
        columns=(
            Column(key="task", label="Task"),
            *(Column(key=method.label, label=method.label, kind="spread") for method in metric.methods),
        ),
        rows=tuple(rows),
        notes=(
            *(("Bold: the best mean of the task; no test has been made.",) if bold else ()),
            *(("– : no run of this method on this task.",) if any(cell.reason for row in rows for cell in row) else ()),
        ),
    )


def _summary(summary: TaskSummary | None, *, best: bool, counted: bool) -> Cell:
    if summary is None:
        return Cell(reason="no run of this method on this task")
    return Cell(value=summary.mean, sd=summary.sd, best=best, n=summary.n if counted else None)


def _best_means(metric: MetricResult, found: Sequence[TaskSummary | None]) -> set[int]:
    """Return the positions of the best mean; none where nothing is ranked or all are equal."""
    if metric.data.direction not in {"maximize", "minimize"}:
        return set()
    return _leaders(
        {index: one.mean for index, one in enumerate(found) if one}, falling=metric.data.direction == "minimize"
    )


def _leaders(values: Mapping[Key, float], *, falling: bool) -> set[Key]:
    """Return who has the best value, ties included; nobody where all have the same."""
    if not values:
        return set()
    best = min(values.values()) if falling else max(values.values())
    leading = {key for key, value in values.items() if math.isclose(value, best, rel_tol=1e-9)}
    return leading if len(leading) < len(values) else set()


def _estimate(estimate: Estimate, *, best: bool, near: bool = False) -> Cell:
    return Cell(
        value=estimate.estimate,
        low=estimate.low,
        high=estimate.high,
        reason=estimate.reason or "",
        best=best,
        near=near,
    )


def _near(metric: MetricResult, method: MethodResult, name: str, best: Mapping[str, set[str]]) -> bool:
    """Tell whether the verdicts leave open if a method is worse than the best by the primary aggregate."""
    return name == metric.primary_aggregate and method.id in metric.best_set and method.id not in best[name]


def _emphasis(metric: MetricResult) -> str:
    """Say what bold and underlining stand for, by the verdicts."""
    if not metric.best_set:
        return f"{BOLD}; no test against every other method has been made."
    name = aggregate_name(metric.primary_aggregate or "mean", metric.trim)
    near = "; underlined: not told from the best by the verdicts" if len(metric.best_set) > 1 else ""
    return f"{BOLD}{near}. Only the {name} has been tested."


def _sizes(method: MethodResult) -> tuple[Cell, Cell]:
    return Cell(value=float(method.n_runs)), Cell(value=float(method.n_tasks))


def _best(metric: MetricResult, name: str) -> set[str]:
    """Return the methods with the best estimate; none where nothing is ranked."""
    if metric.data.direction not in {"maximize", "minimize"}:
        return set()
    stated = {
        method.id: estimate for method in metric.methods if (estimate := method.aggregates[name].estimate) is not None
    }
    return _leaders(stated, falling=lower_is_better(metric.data, name))


def _reasons(metric: MetricResult, names: Sequence[str]) -> tuple[str, ...]:
    """One sentence for each reason why numbers or intervals are missing, naming what it concerns."""
    concerned: dict[tuple[str, str], list[str]] = {}
    for name in names:
        for method in metric.methods:
            estimate = method.aggregates[name]
            if estimate.reason:
                kind = "withheld" if estimate.estimate is None else "no interval"
                concerned.setdefault((kind, estimate.reason), []).append(f"{visible(method.label)} {NAMES[name]}")
    return tuple(f"{_whose(cells, metric, names)}, {kind}: {reason}." for (kind, reason), cells in concerned.items())


def _whose(cells: Sequence[str], metric: MetricResult, names: Sequence[str]) -> str:
    for name in names:
        if cells == [f"{visible(method.label)} {NAMES[name]}" for method in metric.methods]:
            return NAMES[name][0].upper() + NAMES[name][1:]
    return "; ".join(cells[:4]) + (f" and {len(cells) - 4} more" if len(cells) > 4 else "")  # noqa: PLR2004


def _titled(name: str, metric: MetricResult) -> str:
    words = aggregate_name(name, metric.trim)
    arrow = " ↓" if lower_is_better(metric.data, name) and metric.data.direction != "none" else ""
    return words[0].upper() + words[1:] + arrow


def _listed(names: Sequence[str], metric: MetricResult) -> str:
    words = [aggregate_name(name, metric.trim) for name in names]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _fewest(metric: MetricResult) -> int:
    return min((n for method in metric.methods for n in method.n_runs_per_task if n), default=0)


def _n(metric: MetricResult) -> str:
    counts = [n for method in metric.methods for n in method.n_runs_per_task if n]
    return span(counts) if counts else "0"


def _unit(metric: MetricResult) -> str:
    return f" in {metric.data.unit}" if metric.data.unit else (" in raw units" if metric.data.normalized else "")


def _counted(count: int, word: str) -> str:
    return f"{count} {word}{'s' if count != 1 else ''}"
