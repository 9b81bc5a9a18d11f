"""The typed report spec: each option declared once, with its type, default, check and meaning.

The JSON schema, the reference page and the errors all come from these declarations. Unknown keys are errors. The
sections stand in modules by what they are about; their names are public here.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from reportgen.spec.appearance import FigureEntry, PageEntry, PublishedEntry, TableEntry, Visualization
from reportgen.spec.identity import Axes, LabelRule, MethodSelector, Rename
from reportgen.spec.measures import ByTask, Direction, MetricEntry, Metrics, Normalization, Score
from reportgen.spec.methodology import Aggregate, Analysis, Comparisons, CompleteWhen, Curves, Runs, State, Statistic
from reportgen.spec.publishing import Publish
from reportgen.spec.section import Name, Section, Slug
from reportgen.spec.sources import FilesSource, RunChoice, SeedRule, SourceEntry, WandbOfflineSource, WandbSource

__all__ = [
    "Aggregate",
    "Analysis",
    "ByTask",
    "Comparisons",
    "CompleteWhen",
    "Curves",
    "Direction",
    "FigureEntry",
    "FilesSource",
    "MetricEntry",
    "Metrics",
    "Normalization",
    "Notebooks",
    "Output",
    "PageEntry",
    "PublishedEntry",
    "ReportSection",
    "RunChoice",
    "Runs",
    "Score",
    "SeedRule",
    "SourceEntry",
    "Spec",
    "State",
    "Statistic",
    "TableEntry",
    "Visualization",
    "WandbOfflineSource",
    "WandbSource",
]


class ReportSection(Section):
    """What the report is called and who wrote it."""

    title: str | None = None
    """Title of the site; default: the spec file's name."""
    authors: tuple[str, ...] = ()
    """Names of the authors, in order."""
    description: str = ""
    """Markdown shown on the overview page; it is sanitised."""
    slug: Slug | None = None
    """Folder name of the report below the output folder; default: the spec file's stem."""
    anonymous: bool = False
    """Publish nothing that tells whose report it is: no authors, accounts, addresses, paths and hashes; runs are called
    `run-1`, `run-2`, … No number changes."""


class Notebooks(Section):
    """The notebook that computes the report's numbers again."""

    execute: Literal["auto", "never"] = "auto"
    """`auto` runs it at every build and shows its outputs; `never` shows and ships it without outputs."""
    timeout: Annotated[int, Field(ge=1)] = 600
    """Seconds that one cell may take; a notebook that takes longer is kept as far as it ran, with a warning."""


class Output(Section):
    """Where the report is written."""

    dir: str | None = None
    """Folder, relative to the spec file; default: `./build` of the current folder."""
    templates: str | None = None
    """Folder of your own templates, relative to `root`; a file `pages/NAME.md.j2`, `latex/NAME.tex.j2` or
    `notebooks/analysis.py` in it takes the place of the shipped one of that name."""


class Spec(Section):
    """A whole report spec."""

    root: str = "."
    """Where relative paths start, itself relative to the spec file."""
    report: ReportSection = ReportSection()
    """Title, authors, description."""
    preset: Name | None = None
    """Name of a preset (`metta`, `cleanrl`, `sb3`, `lightning`, `hf`) or a YAML file of your own, relative to `root`:
    a partial spec under this one."""
    sources: tuple[SourceEntry, ...] = ()
    """Where runs come from; one form at the top level (`files:`, `wandb:`, `wandb_offline:`) is a list of one."""
    axes: Axes = Axes()
    """What identifies a score."""
    methods: dict[str, MethodSelector] | None = None
    """Ordered map of shown method to the runs it has, instead of `axes.method`."""
    labels: tuple[LabelRule, ...] = ()
    """Rules that label runs, in order, later win; they add columns, which `{label: column}` of an axis reads."""
    rename: Rename = Rename()
    """Shown names."""
    baseline: str | None = None
    """The method that others are compared with."""
    metrics: Metrics = Metrics()
    """What is measured."""
    score: Score = Score()
    """How a run becomes one number."""
    normalization: Normalization | None = None
    """Bounds of the scores; default: none, or `optimal_scores` with reference 0."""
    optimal_scores: dict[str, float] = Field(default_factory=dict)
    """Optimum per task, by shown name."""
    runs: Runs = Runs()
    """Which runs count."""
    analysis: Analysis = Analysis()
    """The statistics."""
    comparisons: Comparisons = Comparisons()
    """Which pairs are compared."""
    visualization: Visualization = Visualization()
    """How figures look."""
    tables: tuple[TableEntry, ...] = ()
    """Tables of your own, and shipped ones changed."""
    figures: tuple[FigureEntry, ...] = ()
    """Figures of your own, and shipped ones changed."""
    published: tuple[PublishedEntry, ...] = ()
    """Numbers of papers, shown as such on tables of tasks."""
    pages: tuple[PageEntry, ...] = ()
    """Pages of your own."""
    notebooks: Notebooks = Notebooks()
    """The notebook that computes the report's numbers again."""
    output: Output = Output()
    """Where the report is written."""
    publish: Publish = Publish()
    """Where `reportgen publish` puts the report; a build publishes nothing."""

    def handles(self) -> tuple[str, ...]:
        """Return the name of each source: its own, else ``source-0`` by its place."""
        return tuple(entry.form.name or f"source-{index}" for index, entry in enumerate(self.sources))

    def axes_of(self, source: str) -> Axes:
        """Return the axes of a source, by its name: its own over those of the spec."""
        own = (entry.form.axes for entry, name in zip(self.sources, self.handles(), strict=True) if name == source)
        return next((axes.over(self.axes) for axes in own), self.axes)
