"""The typed report spec: each option declared once, with its type, default, check and meaning.

The JSON schema, the reference page and the errors all come from these declarations. Unknown keys are errors.
"""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from reportgen.spec.filters import Filters
from reportgen.spec.forms import Function, Pattern, one_or_many
from reportgen.spec.identity import Axes, LabelRule, MethodSelector, Rename
from reportgen.spec.section import Name, Names, Patterns, Section

Direction = Literal["maximize", "minimize", "none"]
State = Literal["finished", "crashed", "failed", "killed", "running"]
Aggregate = Literal["iqm", "mean", "median", "optimality_gap"]


class ReportSection(Section):
    """What the report is called and who wrote it."""

    title: str | None = None
    """Title of the site; default: the spec file's name."""
    authors: tuple[str, ...] = ()
    """Names of the authors, in order."""
    description: str = ""
    """Markdown shown on the overview page; it is sanitised."""
    slug: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,79}$")] | None = None
    """Folder name of the report below the output folder; default: the spec file's stem."""
    anonymous: bool = False
    """Publish nothing that tells whose report it is: no authors, accounts, addresses, paths and hashes; runs are called
    `run-1`, `run-2`, … No number changes."""


class SeedRule(Section):
    """How seeds are named where no column holds them."""

    order_within: Names = ()
    """Columns; the k-th row of the same values is seed k (a file that names no run)."""
    parts: Annotated[Names, Field(alias="from")] = ()
    """Placeholders, columns or `row` whose values together name the seed."""

    @model_validator(mode="after")
    def _exactly_one(self) -> SeedRule:
        if bool(self.order_within) == bool(self.parts):
            raise ValueError("give either order_within or from, e.g. {order_within: [Agent, Iteration]}")
        return self


class FilesSource(Section):
    """Scores in files: csv, tsv, parquet, json or jsonl, each also .gz."""

    path: Name
    """Glob relative to `root`; `{placeholders}` capture axes."""
    name: str | None = None
    """Handle of this source for `methods`."""
    preset: Name | None = None
    """Preset of this source: its defaults and axes; default: that of the spec."""
    axes: Axes = Axes()
    """Axes of this source; where it says nothing, those of the spec."""
    layout: Literal["long", "wide", "map", "arrays", "marl_eval"] = "long"
    """`long`: a row a point. `wide`: a row a run, a column a method (or what `header` says). `map`: one JSON object
    {task: [scores]}. `arrays`: JSON list of runs whose step and value entries are arrays. `marl_eval`: the nested JSON
    of marl-eval, environment / task / algorithm / run / step; several episodes at a step are averaged."""
    header: Literal["method", "task"] = "method"
    """`wide`: what the column heads are."""
    seed: SeedRule | None = None
    """How seeds are named where no column holds them."""
    columns: dict[str, str] = Field(default_factory=dict)
    """Axis to column: `method`, `task`, `seed`, `step`, `wall_time`, `run`; further names become config entries."""
    constants: dict[str, str] = Field(default_factory=dict)
    """Axes fixed for every row of the source."""
    values: dict[str, Names] | tuple[Name, ...] = ()
    """Value columns, or {metric: [columns, the first present in a file wins]}."""
    metric: str | None = None
    """Column that names the metric in a long table holding several."""
    value: str | None = None
    """Column of the value that goes with `metric`."""


class RunChoice(Section):
    """Runs by name or id: those that a glob matches, and those that are listed, without the excluded ones."""

    one_choice: ClassVar[bool] = True

    glob: Names = ()
    """Globs over whole display names: `*` anything, `?` one character, all else itself."""
    ids: Names = ()
    """Run ids."""
    file: str | None = None
    """Text file with a run id on each line, relative to `root`; lines that begin with `#` are left out."""
    exclude: Names = ()
    """Globs over display names, or run ids, of runs that are not wanted."""

    @model_validator(mode="after")
    def _says_which(self) -> RunChoice:
        if not (self.glob or self.ids or self.file or self.exclude):
            raise ValueError("say which runs: {glob: 'sky_*'}, {ids: [...]}, {file: runs.txt} or {exclude: '*_debug'}")
        return self


class WandbSource(Section):
    """Runs of a W&B project."""

    entity: str | None = None
    """W&B entity (user or team); default: `WANDB_ENTITY`, else your default entity."""
    project: str | None = None
    """W&B project; default: `WANDB_PROJECT`."""
    name: str | None = None
    """Handle of this source for `methods`."""
    runs: Name | RunChoice | None = None
    """Which runs, by name or id; a text is one glob. Default: every run."""
    filters: Filters = Field(default_factory=dict)
    """Conditions that must all hold: `state`, `group`, `tags`, `job_type`, `sweep`, `created_after`, `created_before`,
    `config.KEY`, `summary.KEY`. In a list one value must hold; of `tags` every one."""
    preset: Name | None = None
    """Preset of this source: its defaults and axes; default: that of the spec."""
    axes: Axes = Axes()
    """Axes of this source; where it says nothing, those of the spec."""


class WandbOfflineSource(Section):
    """Runs that the W&B SDK recorded on disk, with or without a server."""

    path: Name
    """Folder that holds `offline-run-*` or `run-*` folders, at any depth; relative to `root`."""
    name: str | None = None
    """Handle of this source for `methods`."""
    runs: Name | RunChoice | None = None
    """Which runs, by name or id; a text is one glob. Default: every run."""
    filters: Filters = Field(default_factory=dict)
    """Conditions that must all hold, as for `wandb`."""
    preset: Name | None = None
    """Preset of this source: its defaults and axes; default: that of the spec."""
    axes: Axes = Axes()
    """Axes of this source; where it says nothing, those of the spec."""


class SourceEntry(Section):
    """One source of runs: exactly one of the forms."""

    files: FilesSource | None = None
    """Scores in files."""
    wandb: WandbSource | None = None
    """Runs of a W&B project."""
    wandb_offline: WandbOfflineSource | None = None
    """Runs that the W&B SDK recorded on disk."""

    @property
    def form(self) -> FilesSource | WandbSource | WandbOfflineSource:
        """The one form that it has."""
        return next(form for form in (self.files, self.wandb, self.wandb_offline) if form is not None)

    @model_validator(mode="after")
    def _exactly_one(self) -> SourceEntry:
        if sum(form is not None for form in (self.files, self.wandb, self.wandb_offline)) != 1:
            raise ValueError("a source is exactly one of 'files:', 'wandb:' or 'wandb_offline:'")
        return self


class ByTask(Section):
    """A table that says which metric is the score of each task."""

    by_task: Name
    """CSV with a column `task`."""
    column: Name
    """Its column that names the metric."""


class Score(Section):
    """How a run's curve becomes one number."""

    one_choice: ClassVar[bool] = True

    reduce: Literal["last", "mean_last", "best", "auc", "at"] = "mean_last"
    """`last` point, mean of the last points (`mean_last`), `best` point, area under the curve divided by its length
    (`auc`), or the value `at` a step."""
    k: Annotated[int, Field(ge=1)] | None = None
    """`mean_last`: number of last points."""
    fraction: Annotated[float, Field(gt=0, le=1)] | None = None
    """`mean_last`: fraction of the run's non-missing points, at least one (default 0.05)."""
    step: float | None = None
    """`at`: the last point at or before this step, not older than the run's median gap between points."""
    start: Annotated[float | None, Field(alias="from")] = None
    """`auc`: first step of the area (default: the run's first)."""
    to: float | None = None
    """`auc`: last step of the area (default: the run's last)."""

    @model_validator(mode="after")
    def _parameters_fit(self) -> Score:
        allowed = {"mean_last": {"k", "fraction"}, "at": {"step"}, "auc": {"start", "to"}}.get(self.reduce, set())
        given = {name for name in ("k", "fraction", "step", "start", "to") if getattr(self, name) is not None}
        if given - allowed:
            extra = ", ".join("from" if name == "start" else name for name in sorted(given - allowed))
            raise ValueError(f"reduce {self.reduce!r} does not take {extra}")
        if self.reduce == "at" and self.step is None:
            raise ValueError("reduce 'at' needs a step, e.g. {reduce: at, step: 1000000}")
        if self.k is not None and self.fraction is not None:
            raise ValueError("give either k or fraction, not both")
        return self


class Normalization(Section):
    """How raw scores become comparable across tasks: u = (s - reference) / (optimum - reference)."""

    one_choice: ClassVar[bool] = True

    method: Literal["bounds", "min_max", "zscore", "none"] = "bounds"
    """`bounds`; `min_max` or `zscore` over the scores of all methods on a task (relative to the compared set: another
    method changes every number, and no optimality gap is stated); or `none`."""
    python: Function | None = None
    """`module:function` of your own, called as `function(task, scores)` with the raw scores of all methods on a task;
    it returns the raw scores that become 0 and 1. It runs only with `--allow-code`."""
    table: str | None = None
    """A built-in table (`atari57`) or a CSV relative to `root` with a column `task`."""
    reference: str | float = "reference"
    """Column of the table that is 0 (`random`), or one number for all tasks."""
    optimum: str | float = "optimum"
    """Column of the table that is 1 (`human`), or one number for all tasks."""
    by_column: dict[str, tuple[float, float]] = Field(default_factory=dict)
    """Bounds per coalesced value column: `{reward: [0, 1000], success: [0, 1]}`."""


class MetricEntry(Section):
    """One section of the report: a metric, or a family of metrics that are its tasks."""

    name: Names | ByTask
    """Metric name, list of alternatives (per run and task the first present wins), globs, or `by_task`."""
    id: str | None = None
    """Id in report.json and in the seeds of the bootstrap; default: the name."""
    label: str | None = None
    """Shown name; default: the id."""
    direction: Direction | None = None
    """Whether more is better; default: `directions`, else inferred from the name."""
    unit: str | None = None
    """A unit that all tasks share, so that aggregates need no normalisation."""
    score: Score | None = None
    """Overrides `score` for this metric."""
    normalization: Normalization | None = None
    """Overrides `normalization` for this metric."""
    optimal_scores: dict[str, float] | None = None
    """Overrides `optimal_scores` for this metric."""


class Metrics(Section):
    """What is measured."""

    primary: tuple[Name | MetricEntry, ...] = ()
    """One section each, with aggregates and comparisons; default: every value column of the file sources."""
    secondary: tuple[Name | MetricEntry, ...] = ()
    """Curves and a summary table, no comparisons."""
    groups: dict[str, Names] = Field(default_factory=dict)
    """Names for lists of metrics, globs among them: a group that `primary` or `secondary` names stands for each of its
    metrics that the runs have."""
    hide: Patterns = ()
    """Regular expressions on metric names; what matches is found by its full name only, never by a glob or group."""
    directions: tuple[dict[Direction, Pattern], ...] = ()
    """Ordered rules {direction: regular expression on the metric's name}; the first match wins. Those of a preset
    come after the spec's."""


class CompleteWhen(Section):
    """A run is complete when a metric of it has reached a number."""

    metric: Name
    """Metric or summary key whose largest value is looked at, e.g. `global_step`."""
    at_least: float | Annotated[str, Field(pattern=r"^config:.+")]
    """A number, or `config:` and the config key that holds it, e.g. `config:**.trainer.total_timesteps`."""
    one_choice: ClassVar[bool] = True


class Runs(Section):
    """Which runs count, and what happens to doubtful ones."""

    states: Annotated[tuple[State, ...], one_or_many, Field(min_length=1)] = (
        "finished",
        "crashed",
        "failed",
        "killed",
        "running",
    )
    """States of the runs that count; runs in another state are excluded and named."""
    complete_when: CompleteWhen | None = None
    """Runs that have not reached this are excluded and named; runs that lack the metric or the number are kept, and
    named."""
    repeated_evaluations: Literal["keep", "collapse"] = "keep"
    """`collapse`: consecutive points at which all metrics of an entry are equal are one evaluation, logged again; the
    first counts."""
    min_steps: Annotated[float, Field(ge=0)] = 0
    """Runs whose last step is smaller are excluded and named."""
    duplicates: Literal["error", "latest", "mean", "keep"] = "error"
    """Two runs of the same method, task and seed."""
    incomplete_seeds: Literal["keep", "drop"] = "keep"
    """`drop` removes runs or seeds that lack a task which their method has."""
    missing_tasks: Literal["refuse", "common", "keep"] = "refuse"
    """Methods that lack a task: refuse their aggregates, restrict all to the common tasks, or keep."""


class Curves(Section):
    """Learning curves."""

    points: Annotated[int, Field(ge=2, le=2000)] = 100
    """Number of equal steps of the grid."""
    x: Annotated[tuple[Literal["step", "wall_time"], ...], one_or_many, Field(min_length=1)] = ("step",)
    """The x axis, or several; the first is the main one."""


class Analysis(Section):
    """The statistics."""

    aggregates: Literal["auto"] | tuple[Aggregate, ...] = "auto"
    """Aggregates to show; the first that is not withheld is the primary one."""
    iqm_trim_percentage: Annotated[float, Field(ge=0, lt=0.5)] = 0.25
    """Fraction trimmed at each end; other than 0.25 it is called a trimmed mean."""
    bootstrap_samples: Annotated[int, Field(ge=100, le=1_000_000)] = 10_000
    """Bootstrap replicates."""
    confidence_level: Annotated[float, Field(gt=0.5, lt=1)] = 0.95
    """Nominal coverage, between 0.5 and 1."""
    interval: Literal["expanded_t", "percentile"] = "expanded_t"
    """Interval method."""
    unit: Literal["run", "score"] = "run"
    """What was repeated independently; `score` is the assumption that scores of a run are independent."""
    resample: Literal["runs", "tasks"] = "runs"
    """`tasks` draws tasks and keeps their runs: an interval over tasks, not over retraining."""
    weighting: Literal["task", "pooled"] = "task"
    """`task`: every task counts the same; `pooled`: every score counts the same."""
    gamma: float = 1.0
    """Threshold of the optimality gap on the normalised scale."""
    profile_thresholds: Literal["auto"] | tuple[float, ...] = "auto"
    """Thresholds of performance profiles."""
    curves: Curves = Curves()
    """Learning curves."""
    steps_to_threshold: tuple[float, ...] = ()
    """Thresholds, on the scale of the scores as analysed: the share of runs that reached each, and after how many
    steps."""
    outliers: Literal["keep", "winsorize", "exclude"] = "keep"
    """Scores that both outlier rules name: used, pulled in to the nearest other score of their method and task, or
    left out; counted and named in any case."""
    seed: int = 0
    """Seed of every bootstrap."""


class Comparisons(Section):
    """Which pairs of methods are compared, and what decides."""

    estimand: Literal["difference", "probability_of_improvement"] = "difference"
    """What decides the verdict: the `difference` of the primary aggregate, or the `probability_of_improvement` (a run
    of one method beats a run of the other on the same task). The other one stands beside it with its own p."""
    test: Literal["permutation", "mann_whitney", "welch", "yuen", "brunner_munzel", "wilcoxon", "anova", "friedman"] = (
        "permutation"
    )
    """`permutation` exchanges the labels of runs. `welch`, `yuen`, `wilcoxon` and `anova` (pairs by Tukey) compare the
    means of runs; `mann_whitney` and `brunner_munzel` their ranks, for `probability_of_improvement`; `friedman` the
    ranks of the methods over tasks (pairs by Nemenyi)."""
    correction: Literal["holm", "bonferroni", "bh", "by", "none"] = "holm"
    """For the number of pairs: `holm` and `bonferroni` bound the chance of any false claim, `bh` and `by` the share of
    false claims."""
    against: Literal["auto", "all", "baseline", "best"] = "auto"
    """`auto`: all pairs up to 6 methods; beyond, against the baseline, else against the best."""
    paired: bool = False
    """Whether a seed couples the runs of two methods; pairs are then drawn and exchanged together."""
    smallest_difference: Annotated[float, Field(gt=0)] | None = None
    """Smallest difference of interest, in units of the estimand: an interval inside it on both sides means
    `equivalent`."""

    @model_validator(mode="after")
    def _test_fits_the_estimand(self) -> Comparisons:
        ranks, means = {"mann_whitney", "brunner_munzel"}, {"welch", "yuen", "anova", "wilcoxon"}
        if self.test in ranks and self.estimand == "difference":
            raise ValueError(
                f"test {self.test!r} compares ranks, not a difference of aggregates; add estimand: "
                "probability_of_improvement, or use test: permutation"
            )
        if self.test in means and self.estimand != "difference":
            raise ValueError(
                f"test {self.test!r} compares means, not the probability of improvement; use test: permutation, "
                "mann_whitney or brunner_munzel"
            )
        if self.paired and self.test not in {"permutation", "wilcoxon"}:
            raise ValueError(f"test {self.test!r} takes no pairs; with paired: true use permutation or wilcoxon")
        if self.test == "wilcoxon" and not self.paired:
            raise ValueError("test 'wilcoxon' needs pairs; add paired: true if a seed couples the runs of two methods")
        return self


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
    notebooks: Notebooks = Notebooks()
    """The notebook that computes the report's numbers again."""
    output: Output = Output()
    """Where the report is written."""

    def handles(self) -> tuple[str, ...]:
        """Return the name of each source: its own, else ``source-0`` by its place."""
        return tuple(entry.form.name or f"source-{index}" for index, entry in enumerate(self.sources))

    def axes_of(self, source: str) -> Axes:
        """Return the axes of a source, by its name: its own over those of the spec."""
        own = (entry.form.axes for entry, name in zip(self.sources, self.handles(), strict=True) if name == source)
        return next((axes.over(self.axes) for axes in own), self.axes)
