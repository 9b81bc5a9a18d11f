"""The frozen values of a whole report; `report.json` is this, written out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from reportgen.stats import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reportgen.data.scores import Exclusion, MetricData, Notice, RunRow

SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """An aggregate of one method with its interval, in original units (low < high).

    `estimate` None: the estimate is withheld; `low` and `high` None: the interval is; `reason` says why, `mend`
    names the lines of spec that would change it. `percentile` is the plain percentile pair beside it.
    `spread` is (min, max) over runs of each run's own mean, shown beside the interval, never instead of it.
    """

    estimate: float | None
    low: float | None
    high: float | None
    level: float
    interval: str
    percentile: tuple[float, float] | None = None
    df: float | None = None
    replicates: int = 0
    reason: str | None = None
    mend: str = ""
    spread: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSummary:
    """One method on one task, raw units: mean, sd (ddof 1), median, IQM (n >= 4), extremes, n; None where undefined.

    `normalized` is the normalised mean, None where the metric is not normalised. `runs` are the run ids.
    """

    mean: float
    sd: float | None
    median: float
    iqm: float | None
    min: float
    max: float
    n: int
    normalized: float | None
    runs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """Performance profile: fraction of scores strictly better than each threshold, with a pointwise band.

    For minimised metrics in original units it is the fraction strictly *below*. Band entries are None where there
    is no interval. `kind` ``runs``: over run scores; ``tasks``: over task means (no band).
    """

    thresholds: tuple[float, ...]
    estimate: tuple[float, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    reason: str | None = None
    kind: Literal["runs", "tasks"] = "runs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Curve:
    """The primary aggregate along the step axis (or on one task, the mean over its runs), with a pointwise band."""

    x: str
    steps: tuple[float, ...]
    estimate: tuple[float, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    n_runs: int
    statistic: str
    replicates: int = 0
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodResult:
    """Everything said about one method in one metric. `n_runs_per_task` is in the order of the metric's tasks.

    `common` holds the aggregates over the tasks that all methods have, where a method lacks a task; else it is empty.
    `further_curves` are `curves` along other x axes than the first.
    """

    id: str
    label: str
    n_scores: int
    n_runs: int
    n_runs_per_task: tuple[int, ...]
    n_tasks: int
    aggregates: Mapping[str, Estimate]
    tasks: Mapping[str, TaskSummary]
    profile: Profile | None
    profile_tasks: Profile | None
    curves: Curve | None
    task_curves: Mapping[str, Curve]
    common: Mapping[str, Estimate] = field(default_factory=dict)
    further_curves: Mapping[str, Curve] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """a - b of the metric's primary aggregate, oriented so that > 0 favours a; no test yet: p and verdict are None."""

    a: str
    b: str
    estimand: str
    of: str
    estimate: float | None
    low: float | None
    high: float | None
    level: float
    interval: str
    percentile: tuple[float, float] | None = None
    df: float | None = None
    replicates: int = 0
    reason: str | None = None
    p: float | None = None
    p_adjusted: float | None = None
    family: str = ""
    verdict: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlier:
    """A score far from the others of its method and task, by the rules named; raw units. It is used all the same."""

    run: str
    method: str
    task: str
    value: float
    median: float
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Withheld:
    """A quantity of a metric that cannot be stated honestly, why, and the lines of spec that would mend it."""

    quantity: str
    reason: str
    mend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MetricResult:
    """One metric: its data (tasks, scores, bounds) and all statistics.

    `methods` are in display order: the spec's order, else baseline first, then primary aggregate, best first.
    `signature` is the one-line protocol for tables and figures of aggregates. `common_tasks` are the tasks of
    `MethodResult.common`.
    """

    data: MetricData
    aggregates: tuple[str, ...]
    primary_aggregate: str | None
    methods: tuple[MethodResult, ...]
    comparisons: tuple[Comparison, ...]
    withheld: tuple[Withheld, ...]
    signature: str
    common_tasks: tuple[str, ...] = ()
    trim: float = 0.25
    outliers: tuple[Outlier, ...] = ()

    @property
    def id(self) -> str:
        """Id of the metric."""
        return self.data.id

    def method(self, method_id: str) -> MethodResult:
        """Return the results of one method by raw id."""
        return next(method for method in self.methods if method.id == method_id)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Report:
    """A whole report: frozen values only, everything pages, tables, figures, LaTeX and JSON are made from.

    `code` are the functions of the spec's owner that were run, ``module:function`` to the SHA-256 of their file.
    """

    id: str
    slug: str
    title: str
    authors: tuple[str, ...]
    description: str
    data_as_of: str | None
    metrics: tuple[MetricResult, ...]
    runs: tuple[RunRow, ...]
    excluded: tuple[Exclusion, ...]
    warnings: tuple[Notice, ...]
    headline: str
    version: str
    seed: int
    level: float
    replicates: int
    interval: str
    spec_text: str
    spec_sha256: str
    baseline: str | None
    highlight: tuple[str, ...]
    unit: str = "run"
    resample: str = "runs"
    settings: Settings = field(default_factory=Settings)
    code: Mapping[str, str] = field(default_factory=dict)
    schema: int = SCHEMA
