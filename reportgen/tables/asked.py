"""Tables that a spec asks for: methods on one side, tasks, aggregates and counts on the other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from string import Formatter
from typing import TYPE_CHECKING

from reportgen.artifacts import safe_name
from reportgen.results.comparable import lower_is_better
from reportgen.results.words import interval_words
from reportgen.tables import phrases
from reportgen.tables.details import task_page
from reportgen.tables.values import Cell, Column, Table, decimals, number, shown

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reportgen.data.asked import AskedTable, Published
    from reportgen.data.scores import Task
    from reportgen.results.report import MethodResult, MetricResult, Report

COUNTS = {"n_runs": "Runs", "n_tasks": "Tasks"}
WHOLE = {"n", *COUNTS}
USUAL = {"task": ("mean", "sd"), "aggregate": ("estimate", "low", "high")}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One row or column across the methods: a task, an aggregate or a count, with a cell a method."""

    key: str
    label: str
    kind: str
    cells: tuple[Cell, ...]
    fields: tuple[str, ...]
    link: str = ""


def asked_table(asked: AskedTable, report: Report) -> Table:
    """Make a table of the spec; without a name of its own it has that of the shipped table of its kind."""
    metric = next(one for one in report.metrics if one.id == asked.metric)
    methods = [metric.method(name) for name in asked.methods] or list(metric.methods)
    across = asked.columns if asked.rows == ("methods",) else asked.rows
    lines = [line for part in across for line in _lines(part, asked, metric, methods)]
    published = _papers(asked, report) if "tasks" in across else ()
    lines = [replace(line, cells=(*line.cells, *_beside(line, metric, published))) for line in lines]
    heads = [*((one.label, "") for one in methods), *((one.method, one.cite) for one in published)]
    columns, rows = _laid(asked, metric, heads, lines)
    names = [line.key for line in lines if line.kind == "aggregate"]
    return Table(
        name=asked.name or f"{safe_name(metric.id)}-{asked.kind}",
        metric=metric.id,
        role="asked" if asked.name else asked.kind,
        title=f"{metric.data.label}: {asked.name or asked.kind}",
        caption=asked.caption or _caption(metric, report, lines, names),
        signature=_signature(metric, report, lines, names),
        columns=columns,
        rows=rows,
        notes=(*_notes(metric, names, lines, methods), *phrases.published_note(published)),
        label=asked.label or (f"tab:{asked.name}" if asked.name else ""),
    )


def _papers(asked: AskedTable, report: Report) -> tuple[Published, ...]:
    """Return the papers on a table: those it names, all where it names no method."""
    wanted = set(asked.published)
    every = not wanted and not asked.methods
    there = (one for one in report.asked.published if one.metric == asked.metric)
    return tuple(one for one in there if every or one.method in wanted)


def _beside(line: _Line, metric: MetricResult, published: Sequence[Published]) -> list[Cell]:
    """Return the cells of papers on a line: a bare number where the line is a task that they report."""
    if line.kind != "task":
        return [Cell(reason="not computed from published numbers") for _ in published]
    task = next(task for task in metric.data.tasks if task.label == line.key)
    places = next((cell.decimals for cell in line.cells if cell.decimals is not None), 0)
    bare = not any(cell.text for cell in line.cells)
    cells = []
    for one in published:
        value = one.scores.get(task.id)
        if value is not None and line.fields[0] == "normalized":
            low, high = task.reference, task.optimum
            value = None if low is None or high is None else (value - low) / (high - low)
        text = "" if bare or value is None else number(value, places)
        cells.append(Cell(value=value, text=text, decimals=places, reason="as published, not measured here"))
    return cells


def _lines(part: str, asked: AskedTable, metric: MetricResult, methods: Sequence[MethodResult]) -> list[_Line]:
    if part == "tasks":
        tasks = {task.id: task for task in metric.data.tasks}
        return [_of_task(tasks[name], asked, metric, methods) for name in asked.tasks or tasks]
    if part in COUNTS:
        cells = tuple(Cell(value=float(one.n_runs if part == "n_runs" else one.n_tasks), decimals=0) for one in methods)
        return [_Line(key=part, label=COUNTS[part], kind="count", cells=cells, fields=(part,))]
    names = metric.aggregates if part == "aggregates" else (part,)
    return [_of_aggregate(name, asked, metric, methods) for name in names]


def _of_task(task: Task, asked: AskedTable, metric: MetricResult, methods: Sequence[MethodResult]) -> _Line:
    found = [method.tasks.get(task.id) for method in methods]
    leading = phrases.best_means(metric, found) if metric.data.role == "primary" else set()
    cells = tuple(
        Cell(reason="no run of this method on this task")
        if one is None
        else Cell(value=one.mean, sd=one.sd, best=index in leading)
        for index, one in enumerate(found)
    )
    numbers: list[Mapping[str, float | None]] = [
        {}
        if one is None
        else {
            **{name: getattr(one, name) for name in ("mean", "sd", "median", "iqm", "min", "max", "n", "normalized")},
            **dict(zip(("low", "high"), one.rate or (None, None), strict=True)),
        }
        for one in found
    ]
    written, fields = _written(cells, numbers, asked.cell, "task", asked.digits)
    link = task_page(task) if metric.data.role == "primary" else ""
    return _Line(key=task.label, label=task.label, kind="task", cells=written, fields=fields, link=link)


def _of_aggregate(name: str, asked: AskedTable, metric: MetricResult, methods: Sequence[MethodResult]) -> _Line:
    found = [method.aggregates.get(name) for method in methods]
    stated = {i: one.estimate for i, one in enumerate(found) if one is not None and one.estimate is not None}
    ranked = metric.data.direction in {"maximize", "minimize"}
    leading = phrases.leaders(stated, falling=lower_is_better(metric.data, name)) if ranked else set()
    verdicts = name == metric.primary_aggregate and any(methods[i].id in metric.best_set for i in leading)
    cells = tuple(
        Cell(reason="not stated for this metric; see analysis.aggregates")
        if one is None
        else Cell(
            value=one.estimate,
            low=one.low,
            high=one.high,
            reason=one.reason or "",
            best=index in leading,
            near=verdicts and index not in leading and method.id in metric.best_set,
        )
        for index, (one, method) in enumerate(zip(found, methods, strict=True))
    )
    numbers: list[Mapping[str, float | None]] = [
        {}
        if one is None
        else {"estimate": one.estimate, "low": one.low, "high": one.high, "n_runs": m.n_runs, "n_tasks": m.n_tasks}
        for one, m in zip(found, methods, strict=True)
    ]
    written, fields = _written(cells, numbers, asked.aggregate_cell, "aggregate", asked.digits)
    return _Line(key=name, label=phrases.titled(name, metric), kind="aggregate", cells=written, fields=fields)


def _written(
    cells: Sequence[Cell],
    numbers: Sequence[Mapping[str, float | None]],
    template: str | None,
    kind: str,
    digits: int | None,
) -> tuple[tuple[Cell, ...], tuple[str, ...]]:
    """Write cells by a template, or as usual; returns them and the names of the numbers in them."""
    fields = tuple(dict.fromkeys(f for _, f, _, _ in Formatter().parse(template) if f)) if template else USUAL[kind]
    places = decimals(_as_sized(cells, numbers, fields)) if digits is None else digits
    found = []
    for cell, known in zip(cells, numbers, strict=True):
        value = known.get(fields[0])
        if value is None:
            found.append(replace(cell, value=None, low=None, high=None, sd=None))
            continue
        texts = {name: _number(known.get(name), 0 if name in WHOLE else places) for name in fields}
        usual = shown(replace(cell, decimals=places), Column(key="", label="", kind="number"))
        text = usual if template is None else Formatter().vformat(template, (), texts)
        first = 0 if fields[0] in WHOLE else places
        parts = tuple((name, known.get(name)) for name in fields[1:])
        bare = template == f"{{{fields[0]}}}"
        found.append(replace(cell, value=float(value), low=None, high=None, sd=None, decimals=first,
                             text="" if bare else text, parts=parts))  # fmt: skip
    return tuple(found), fields


def _as_sized(
    cells: Sequence[Cell], numbers: Sequence[Mapping[str, float | None]], fields: Sequence[str]
) -> list[Cell]:
    """Return cells whose digits fit what is shown: normalised means are of another size than raw ones."""
    if fields[0] in {"mean", "estimate"}:
        return list(cells)
    return [Cell(value=known.get(fields[0])) for known in numbers]


def _number(value: float | None, places: int) -> str:
    return "–" if value is None else number(value, places)


def _laid(
    asked: AskedTable, metric: MetricResult, heads: Sequence[tuple[str, str]], lines: Sequence[_Line]
) -> tuple[tuple[Column, ...], tuple[tuple[Cell, ...], ...]]:
    """Lay the lines out as columns (a row a method) or as rows (a column a method)."""
    if asked.rows == ("methods",):
        columns = (Column(key="method", label="Method"), *(_column(one.key, one.label, [one]) for one in lines))
        rows = tuple(
            (Cell(text=label, cite=cite), *(line.cells[index] for line in lines))
            for index, (label, cite) in enumerate(heads)
        )
        return columns, rows
    head = "Task" if {line.kind for line in lines} == {"task"} else metric.data.label
    columns = (
        Column(key=head.lower(), label=head),
        *(replace(_column(label, label, lines), cite=cite) for label, cite in heads),
    )
    return columns, tuple((Cell(text=line.label, link=line.link), *line.cells) for line in lines)


def _column(key: str, label: str, lines: Sequence[_Line]) -> Column:
    fields = tuple(dict.fromkeys(name for line in lines for name in line.fields[1:]))
    cells = [cell for line in lines for cell in line.cells]
    plain = not fields and not any(cell.text for cell in cells)
    places = max((cell.decimals for cell in cells if cell.decimals is not None), default=0)
    return Column(key=key, label=label, kind="number" if plain else "cell", decimals=places, fields=fields)


def _caption(metric: MetricResult, report: Report, lines: Sequence[_Line], names: Sequence[str]) -> str:
    said = []
    if any(line.kind == "task" for line in lines):
        said.append(f"on each task, over runs{phrases.unit_words(metric)}, n = {phrases.n_words(metric)}")
    if names:
        over = phrases.counted(len(metric.data.tasks), "task")
        said.append(f"{phrases.listed(names, metric)} over {over}, in brackets {interval_words(report)}")
    return f"{metric.data.label}{' ' if said and said[0].startswith('on') else ': '}{'; '.join(said)}."


def _signature(metric: MetricResult, report: Report, lines: Sequence[_Line], names: Sequence[str]) -> str:
    of_tasks = f"per task: score {metric.data.score_rule}, sd with ddof 1 · reportgen {report.version}"
    if not names:
        return of_tasks
    return f"{metric.signature} · {of_tasks}" if any(line.kind == "task" for line in lines) else metric.signature


def _notes(
    metric: MetricResult, names: Sequence[str], lines: Sequence[_Line], methods: Sequence[MethodResult]
) -> tuple[str, ...]:
    cells = [cell for line in lines for cell in line.cells]
    among = "" if len(methods) == len(metric.methods) else f" of the {len(methods)} methods shown"
    bold = f"Bold: the best{among}"
    near = "; underlined: not told from the best by the verdicts" if any(cell.near for cell in cells) else ""
    tested = metric.testing and metric.primary_aggregate in names
    basis = "; only the primary aggregate has been tested" if tested else "; no test has been made"
    stated = [name for name in names if name in metric.aggregates]
    missing = any(cell.value is None for line in lines if line.kind == "task" for cell in line.cells[: len(methods)])
    return (
        *((f"{bold}{near}{basis}.",) if any(cell.best for cell in cells) else ()),
        *phrases.reasons(metric, stated),
        *(("– : no run of this method on this task.",) if missing else ()),
    )
