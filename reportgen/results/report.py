"""The frozen values of a whole report; `report.json` is this, written out."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from reportgen.data.asked import Asked
from reportgen.stats import Effects, Outlook, Settings, Verdict

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from reportgen.data.scores import Exclusion, MetricData, Notice, RunRow
    from reportgen.results.screened import Screen

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
class StatisticWords:
    """A statistic of the spec's owner: how it is called, whether more is better, and the function it comes from."""

    id: str
    label: str
    direction: Literal["maximize", "minimize", "none"]
    function: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskSummary:
    """One method on one task, raw units: mean, sd (ddof 1), median, IQM (n >= 4), extremes, n; None where undefined.

    `normalized` is the normalised mean, None where the metric is not normalised. `runs` are the run ids. `rate` is
    Wilson's interval of the mean where each run is one success or failure; no other mean of a task gets an interval
    beside its sd, because none that was measured holds for so few runs whatever the shape.
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
    rate: tuple[float, float] | None = None


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
    """The primary aggregate along the step axis (or on one task, the mean over its runs), with a pointwise band.

    `laid` are the curves of the runs that it was computed from, (scores, steps) in the order of the metric's scores.
    """

    x: str
    steps: tuple[float, ...]
    estimate: tuple[float, ...]
    low: tuple[float | None, ...]
    high: tuple[float | None, ...]
    n_runs: int
    statistic: str
    replicates: int = 0
    reason: str | None = None
    laid: NDArray[np.float64] | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How many runs of a method reached a threshold, and after how many steps.

    Parameters
    ----------
    threshold
        On the scale of the scores as analysed.
    n_reached, n_runs
        Runs on tasks that reached it up to the horizon, of all.
    share
        Their share, every task counting the same.
    steps
        Restricted mean of the steps: a run that does not reach it counts with the horizon, so the mean is finite and
        a lower bound of the true one.
    horizon
        (smallest, largest) over tasks: the last step that every run of every method on the task has.
    times, ends
        For each score of the method: the step at which its run reached the threshold, or None; and its horizon.
    """

    threshold: float
    n_reached: int
    n_runs: int
    share: Estimate
    steps: Estimate
    horizon: tuple[float, float]
    times: tuple[float | None, ...] = ()
    ends: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MethodResult:
    """Everything said about one method in one metric. `n_runs_per_task` is in the order of the metric's tasks.

    `common` holds the aggregates over the tasks that all methods have, where a method lacks a task; else it is empty.
    `further_curves` are `curves` along other x axes than the first. `statistics` are those of the spec's owner.
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
    reached: tuple[Reached, ...] = ()
    statistics: Mapping[str, Estimate] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """a against b by one estimand: a difference of an aggregate (> 0 favours a) or a probability of improvement (> ½).

    `p` is raw, `p_adjusted` corrected within the family; `p_smallest` and `p_smallest_adjusted` are the smallest that
    data of this design could have given (None: no floor), `p_reason` says why there is no p. `exact`: every arrangement
    of labels was looked at (`arrangements` of them). `fixed` counts runs without a counterpart that covers the same
    tasks. `p_t`: that of the t test beside a permutation where numbers of runs differ; `p` is no smaller. `beside` is
    the other estimand, with a family of its own; the verdict of a report is that of the outer one.
    """

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
    p_smallest: float | None = None
    p_smallest_adjusted: float | None = None
    p_reason: str | None = None
    p_t: float | None = None
    test: str = "permutation"
    exact: bool = False
    arrangements: int = 0
    fixed: int = 0
    family: str = ""
    family_size: int = 0
    verdict: Verdict | None = None
    effects: Effects | None = None
    beside: Comparison | None = None

    @property
    def neutral(self) -> float:
        """The value that favours neither method."""
        return 0.0 if self.estimand == "difference" else 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Testing:
    """How verdicts came about: the estimand and test that decide, what a family is, and in whose name.

    `unit` says in words what was exchanged, `null` what is tested; `reason` why the declared estimand did not decide.
    """

    estimand: str
    of: str
    test: str
    correction: str
    paired: bool
    unit: str
    null: str
    alpha: float
    family: str
    family_size: int
    smallest_difference: float | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Duel:
    """One cell of the pairwise matrix, a against b: raw, so no third method changes it; p None where not tested.

    `wins`, `ties`, `losses` count the tasks on which a's mean is better, equal, worse. `estimate`: of the deciding
    estimand.
    """

    a: str
    b: str
    wins: int
    ties: int
    losses: int
    estimate: float | None
    p: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranks:
    """How often each method takes rank 1, 2, ... over bootstrap replicates; another method changes them.

    `of` names what is ranked: an aggregate, or ``mean rank over tasks`` where no aggregate can be stated.
    """

    of: str
    shares: Mapping[str, tuple[float, ...]]
    replicates: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Omnibus:
    """A test of all methods at once: ``friedman`` (ranks of task means; pairs by Nemenyi) or ``anova`` (Tukey).

    `average_ranks` by method (1 is best) and `critical_difference` make a critical-difference diagram; `pairs` holds
    (a, b, p), corrected already. `n`: tasks for ``friedman``, runs for ``anova``.
    """

    test: str
    statistic: float | None
    p: float | None
    average_ranks: Mapping[str, float]
    critical_difference: float | None
    pairs: tuple[tuple[str, str, float | None], ...]
    n: int
    alpha: float
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlier:
    """A score far from the others of its method and task, by the rules named; raw units.

    `use` says what became of it: ``used``, ``winsorized`` (then `used_as` is the value it was given) or ``excluded``.
    """

    run: str
    method: str
    task: str
    value: float
    median: float
    rules: tuple[str, ...]
    use: str = "used"
    used_as: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PairPlan:
    """What a comparison of two methods would show at other numbers of runs.

    Parameters
    ----------
    alpha
        Two-sided error of one comparison, uncorrected.
    smallest
        The declared smallest difference of interest, or None.
    strata
        Strata of runs of a method: its tasks where each run covers one, 1 where runs cover all.
    present
        At the numbers of runs that there are.
    outlooks
        At other numbers of runs in every stratum of both methods.
    """

    a: str
    b: str
    of: str
    alpha: float
    smallest: float | None
    strata: int
    present: Outlook
    outlooks: tuple[Outlook, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Variation:
    """The headline's difference under another choice.

    `kind` is ``reported``, ``interval``, ``aggregate``, ``weighting``, ``score`` or ``task``.
    """

    kind: str
    label: str
    estimate: float | None
    low: float | None
    high: float | None
    reason: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sensitivity:
    """How the headline's difference a - b fares under other choices; the first variation is the one reported.

    `scores`: label of another score rule to the scores by it, of a, then of b, in the order of the metric's scores.
    """

    a: str
    b: str
    variations: tuple[Variation, ...]
    scores: Mapping[str, tuple[float, ...]] = field(default_factory=dict)


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
    `MethodResult.common`. `best_set` is the best method and those that the verdicts do not tell from it; where it is
    empty, `best_set_reason` says why. `statistics` tells those of the spec's owner.
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
    testing: Testing | None = None
    best_set: tuple[str, ...] = ()
    best_set_reason: str | None = None
    matrix: tuple[Duel, ...] = ()
    screen: Screen | None = None
    ranks: Ranks | None = None
    omnibus: tuple[Omnibus, ...] = ()
    plans: tuple[PairPlan, ...] = ()
    sensitivity: Sensitivity | None = None
    statistics: tuple[StatisticWords, ...] = ()

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

    `code` are the functions of the spec's owner that were run, their names to the SHA-256 of their file; `code_from`
    says what they stand in.
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
    code_from: Mapping[str, str] = field(default_factory=dict)
    asked: Asked = field(default_factory=Asked)
    schema: int = SCHEMA
