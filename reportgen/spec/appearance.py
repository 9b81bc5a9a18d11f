"""The sections of the spec that say how the report looks and what it shows beyond the usual."""

from __future__ import annotations

import re
from string import Formatter
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, model_validator

from reportgen.errors import did_you_mean
from reportgen.spec.forms import Function, one_or_many
from reportgen.spec.section import Name, Names, Section, Slug

OF_A_TASK = ("mean", "sd", "median", "iqm", "min", "max", "n", "normalized", "low", "high")
OF_AN_AGGREGATE = ("estimate", "low", "high", "n_runs", "n_tasks")
Part = Literal["methods", "tasks", "aggregates", "iqm", "mean", "median", "optimality_gap", "n_runs", "n_tasks"]


def _has_fields(template: str, known: tuple[str, ...]) -> str:
    """Refuse a template with unknown or without any fields."""
    try:
        parts = [part for part in Formatter().parse(template) if part[1] is not None]
    except ValueError as error:
        raise ValueError(f"{template!r} is no template: {error}; a brace that is meant itself stands twice") from error
    for _, field, form, conversion in parts:
        if field in known and (form or conversion):
            raise ValueError(f"{template!r}: a field takes no form; write {{{field}}}, and `digits` beside it")
        if field not in known:
            raise ValueError(
                f"{template!r}: no field {{{field}}}{did_you_mean(str(field), known)}; there are {', '.join(known)}"
            )
    if not parts:
        raise ValueError(f"{template!r} has no field in braces, e.g. {{{known[0]}}}; there are {', '.join(known)}")
    return template


def _of_a_task(template: str) -> str:
    return _has_fields(template, OF_A_TASK)


def _of_an_aggregate(template: str) -> str:
    return _has_fields(template, OF_AN_AGGREGATE)


def _is_a_label(label: str) -> str:
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9:._/+-]*", label):
        raise ValueError(f"a name for LaTeX holds letters, digits and : . _ / + -, e.g. tab:main, not {label!r}")
    return label


Label = Annotated[str, AfterValidator(_is_a_label)]
"""A name that LaTeX can take in \\label and \\cite."""


class TableEntry(Section):
    """A table of your own, or a shipped one changed: without `name` it takes the place of the shipped one of its kind.

    One side holds `methods`, the other tasks, aggregates and counts in any order.
    """

    kind: Literal["aggregates", "tasks"] | None = None
    """What it starts from: `aggregates` (rows methods, columns aggregates and counts) or `tasks` (rows tasks, columns
    methods)."""
    name: Slug | None = None
    """Name of its files; default: that of the shipped table of its kind."""
    metric: Name | None = None
    """Id of the metric; default: the first primary one."""
    rows: Annotated[tuple[Part, ...], one_or_many] = ()
    """What the rows are; `aggregates` stands for every one of the metric; default: by `kind`, else `methods`."""
    columns: Annotated[tuple[Part, ...], one_or_many] = ()
    """What the columns are; default: by `kind`, else the aggregates and counts."""
    methods: Names = ()
    """Shown names or globs of methods, in their order; default: all. Bold is the best of those shown."""
    tasks: Names = ()
    """Shown names or globs of tasks, in their order; default: all. Aggregates are always over all tasks."""
    cell: Annotated[str, AfterValidator(_of_a_task)] | None = None
    """What stands in the cell of a method on a task, with `{mean}`, `{sd}`, `{median}`, `{iqm}`, `{min}`, `{max}`,
    `{n}`, `{normalized}`, and `{low}`, `{high}` for success rates; default: `{mean} ± {sd}`."""
    aggregate_cell: Annotated[str, AfterValidator(_of_an_aggregate)] | None = None
    """What stands in the cell of an aggregate, with `{estimate}`, `{low}`, `{high}`, `{n_runs}`, `{n_tasks}`; default:
    `{estimate} [{low}, {high}]`."""
    digits: Annotated[int, Field(ge=0, le=10)] | None = None
    """Decimals; default: two significant digits of the typical spread or interval."""
    caption: Name | None = None
    """Plain text above the table; default: what it shows, with its intervals."""
    label: Label | None = None
    """Label in LaTeX; default: `tab:NAME`."""

    @property
    def sides(self) -> tuple[tuple[Part, ...], tuple[Part, ...]]:
        """Rows and columns, defaults included."""
        numbers: tuple[Part, ...] = ("aggregates", "n_runs", "n_tasks")
        rows: tuple[Part, ...] = ("tasks",) if self.kind == "tasks" else ("methods",)
        if self.rows or self.columns:
            lone = self.rows or self.columns
            other = (self.columns if self.rows else self.rows) or (
                ("methods",) if lone != ("methods",) else ("tasks",) if self.kind == "tasks" else numbers
            )
            return (lone, other) if self.rows else (other, lone)
        return rows, ("methods",) if self.kind == "tasks" else numbers

    @model_validator(mode="after")
    def _sides_fit(self) -> TableEntry:
        if self.name is None and self.kind is None:
            raise ValueError(
                "a table needs a name of its own, e.g. {name: main}, or the kind that it changes: {kind: tasks}"
            )
        rows, columns = self.sides
        if [rows, columns].count(("methods",)) != 1 or "methods" in {*(rows if columns == ("methods",) else columns)}:
            raise ValueError(
                "one side of a table holds methods alone and the other tasks, aggregates and counts, e.g. "
                "{rows: methods, columns: [iqm, tasks]}"
            )
        if self.tasks and "tasks" not in {*rows, *columns}:
            raise ValueError(
                "tasks are chosen for a table without tasks, and aggregates are over all tasks of their metric; add "
                "tasks to the columns, or give these tasks a metric of their own"
            )
        return self


class FigureEntry(Section):
    """A figure of your own, or the shipped one of its kind changed, where it has no `name`."""

    kind: Literal["intervals", "profile", "violin", "ecdf", "heatmap", "curves", "wall-curves", "task-curves"]
    """What is drawn."""
    name: Slug | None = None
    """Name of its files; without one the figure takes the place of the shipped one of its kind."""
    metric: Name | None = None
    """Id of the metric; default: the first primary one."""
    methods: Names = ()
    """Shown names or globs of methods, in their order; default: all."""
    tasks: Names = ()
    """`heatmap`, `task-curves`: shown names or globs of tasks, in their order; default: all."""
    ncols: Annotated[int, Field(ge=1, le=12)] | None = None
    """`task-curves`: panels in a row; default: as many as the width holds."""
    xlim: tuple[float, float] | None = None
    """`curves`, `wall-curves`, `task-curves`, `profile`: ends of the x axis, e.g. [0, 1000000]; told in the caption."""
    smoothing: Annotated[int, Field(ge=1)] = 1
    """Curves: odd number of grid points of a centred running mean; told in the caption."""
    width: Literal["icml", "neurips", "full"] | float | None = None
    """Width of the paper figure; default: `visualization.width`."""
    caption: Name | None = None
    """Plain text; smoothing and limits are added to it. Default: what it shows, with its intervals."""
    label: Label | None = None
    """Label in LaTeX; default: `fig:NAME`."""

    @model_validator(mode="after")
    def _fits_its_kind(self) -> FigureEntry:
        curves = self.kind.endswith("curves")
        kinds = {
            "tasks": self.kind in {"heatmap", "task-curves"} or not self.tasks,
            "ncols": self.kind == "task-curves" or self.ncols is None,
            "xlim": curves or self.kind == "profile" or self.xlim is None,
            "smoothing": curves or self.smoothing == 1,
        }
        wrong = [name for name, fits in kinds.items() if not fits]
        if wrong:
            raise ValueError(f"a figure of kind {self.kind!r} does not take {', '.join(wrong)}")
        if self.smoothing % 2 == 0:
            raise ValueError(f"smoothing is an odd number of points, e.g. {self.smoothing + 1}, not {self.smoothing}")
        if self.xlim and self.xlim[0] >= self.xlim[1]:
            raise ValueError("xlim is the lower end and then the upper one, e.g. [0, 1000000]")
        return self


class PublishedEntry(Section):
    """Numbers of a paper: shown beside the measured ones and marked as published, without interval, test or rank."""

    method: Name
    """Name of the method in tables."""
    cite: Label
    """Key of the paper, for `\\cite` in LaTeX; shown in brackets elsewhere."""
    scores: Annotated[dict[str, float], Field(min_length=1)]
    """Score per task, by shown name, in raw units as published."""
    metric: Name | None = None
    """Id of the metric; default: the first primary one."""
    reference: str = ""
    """The paper in words, for the bibliography of the LaTeX document and under tables."""


class PageEntry(Section):
    """A page of your own in the site."""

    title: Name
    """Heading of the page, and its name in the navigation."""
    python: Function
    """`module:function` of your own, or an entry point in `reportgen.pages`, called as `function(report)` with the
    content of `report.json`; it returns markdown. It runs only with `--allow-code`."""


class Visualization(Section):
    """How figures look."""

    style: str = "seaborn"
    """Look of the axes: `seaborn` (white grid) or any matplotlib style name."""
    color_palette: str = "okabe-ito"
    """`okabe-ito`, `tol-bright` or any matplotlib qualitative palette (`Set2` is hard on colour-blind readers)."""
    width: Literal["icml", "neurips", "full"] | float = "icml"
    """Width of paper figures: icml 3.25 in, neurips 5.5 in, full 6.75 in, or inches."""
    highlight: tuple[str, ...] = ()
    """Methods that figures always show in colour."""
