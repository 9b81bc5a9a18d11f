"""The sections of the spec that say which runs count, which statistics are computed and what decides."""

from __future__ import annotations

from typing import Annotated, ClassVar, Literal

from pydantic import Field, model_validator

from reportgen.spec.forms import Function, one_or_many
from reportgen.spec.section import Name, Section, Slug

State = Literal["finished", "crashed", "failed", "killed", "running"]
Aggregate = Literal["iqm", "mean", "median", "optimality_gap"]


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


class Statistic(Section):
    """A statistic of your own over all scores of a method, in a table beside the aggregates."""

    python: Function
    """`module:function` of your own, or an entry point in `reportgen.statistics`, called as `function(scores)` with
    {task: scores of the runs}; it returns one number, or `None`. It runs only with `--allow-code`."""
    id: Slug | None = None
    """Id in report.json; default: the name of the function."""
    label: Name | None = None
    """Shown name; default: the id."""
    direction: Literal["maximize", "minimize", "none"] = "none"
    """Whether more of it is better; the best method is bold unless `none`."""

    @property
    def name(self) -> str:
        """Its id, declared or not."""
        return self.id or self.python.rpartition(":")[2]


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
    statistics: tuple[Statistic, ...] = ()
    """Statistics of your own, for each primary metric."""
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
