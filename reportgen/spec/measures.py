"""The sections of the spec that say what is measured, and how a run becomes one comparable number."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from reportgen.spec.forms import Function, Pattern
from reportgen.spec.section import Name, Names, Patterns, Section

Direction = Literal["maximize", "minimize", "none"]


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
    """`module:function` of your own, or an entry point in `reportgen.normalizers`, called as `function(task, scores)`
    with the raw scores of all methods on a task; it returns the raw scores that become 0 and 1. It runs only with
    `--allow-code`."""
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

    name: Names | ByTask | None = None
    """Metric name, list of alternatives (per run and task the first present wins), globs, or `by_task`."""
    python: Function | None = None
    """Instead of `name`, a metric computed from others: `module:function` of your own, or an entry point in
    `reportgen.metrics`, called for each run and task as `function(table, run)`; it returns one number a row, or one
    number. It runs only with `--allow-code`."""
    of: dict[Name, Names] = Field(default_factory=dict)
    """`python`: columns of its table, each with the metric that it holds: a name, alternatives, or globs."""
    id: str | None = None
    """Id in report.json and in the seeds of the bootstrap; default: the name, or that of the function."""
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

    @property
    def read(self) -> tuple[Names | ByTask, ...]:
        """What is read of each run: its own name, or those of each metric that it is computed from."""
        return tuple(self.of.values()) if self.name is None else (self.name,)

    @model_validator(mode="after")
    def _named_or_computed(self) -> MetricEntry:
        if (self.name is None) == (self.python is None):
            raise ValueError(
                "a metric has a name, e.g. {name: reward}, or is computed from others, e.g. "
                "{id: speed, python: 'mine:speed', of: {reward: 'eval_*/*'}}"
            )
        if (self.python is None) != (not self.of):
            raise ValueError("python and of go together, e.g. {python: 'mine:speed', of: {reward: 'eval_*/*'}}")
        taken = sorted({"step", "wall_time"} & self.of.keys())
        if taken:
            raise ValueError(f"of: {taken[0]!r} is a column that every table has; call the metric otherwise")
        return self


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
