"""The sections of the spec that say where runs come from: files, a W&B project, folders of offline runs."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from reportgen.spec.filters import Filters
from reportgen.spec.identity import Axes
from reportgen.spec.section import Name, Names, Section


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


class FilesSource(Section):
    """Scores in files: csv, tsv, parquet, json or jsonl, each also .gz."""

    path: Name
    """Glob relative to `root`; `{placeholders}` capture axes."""
    name: str | None = None
    """Handle of this source for `methods`."""
    runs: Name | RunChoice | None = None
    """Which runs, by name or id; a text is one glob. Default: every run."""
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
