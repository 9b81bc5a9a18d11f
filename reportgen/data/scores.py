"""The ragged score structure: method -> task -> runs, with the identity of each run."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from reportgen.data.asked import Asked
    from reportgen.data.lines import Line
    from reportgen.data.owned import Owned

Direction = Literal["maximize", "minimize", "none", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """Something a reader must know about the data or a number.

    Parameters
    ----------
    code
        A fixed word per kind: ``duplicate_points``, ``missing_points``, ``few_seeds``, ``incomplete_seeds``, ...
    text
        One plain sentence, complete in itself, with counts.
    metric, method
        Ids it concerns, or None.
    runs
        Ids of the runs it concerns.
    mend
        The lines of spec that would mend it, or the empty string.
    level
        ``warning``: it may change a conclusion (``--strict`` fails). ``note``: it is said and counted.
    """

    code: str
    text: str
    metric: str | None = None
    method: str | None = None
    runs: tuple[str, ...] = ()
    mend: str = ""
    level: Literal["warning", "note"] = "warning"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exclusion:
    """A run, or a run's part in one metric, that is not used, and why."""

    run: str
    name: str
    reason: str
    metric: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A task: raw id, shown label, suite (for sub-sections) and its bounds in raw units where there are any."""

    id: str
    label: str
    suite: str | None = None
    reference: float | None = None
    optimum: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Method:
    """A method: raw id (seeds, colours, keys, anchors) and shown label."""

    id: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Score:
    """One run on one task, reduced to a number.

    Parameters
    ----------
    raw
        In the metric's own unit.
    value
        Normalised where the metric is, else equal to `raw`; in the metric's own direction (not negated).
    line
        The kept points of the run (missing dropped, steps de-duplicated and increasing), normalised like `value`; for
        cached runs they are read again each time they are wanted.
    missing
        How many logged points of the run had no value.
    """

    method: str
    task: str
    run: str
    seed: str
    raw: float
    value: float
    line: Line
    missing: int = 0

    @property
    def steps(self) -> NDArray[np.float64]:
        """(n,) increasing, or NaN for sources without steps."""
        return self.line.points().steps

    @property
    def curve(self) -> NDArray[np.float64]:
        """(n,) values, normalised like `value`."""
        return self.line.points().values

    @property
    def wall_time(self) -> NDArray[np.float64] | None:
        """(n,) times, or None."""
        return self.line.points().wall_time


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRow:
    """A run as the provenance and run tables show it.

    `why_not` is empty for a run in use; `labels` are (column, value) of the spec's labels and axes for grouping.
    """

    id: str
    name: str
    source: str
    method: str
    tasks: tuple[str, ...]
    seed: str
    points: int
    last_step: float | None
    state: str
    url: str | None
    origin: tuple[str, ...]
    sha256: str
    why_not: str = ""
    updated_at: str | None = None
    labels: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class MetricData:
    """Everything the statistics of one metric need.

    Parameters
    ----------
    role
        ``primary`` (a section with aggregates and comparisons) or ``secondary`` (curves and a summary table).
    direction, direction_source
        The direction and who said so: ``spec``, ``preset`` or ``inferred from its name``.
    unit
        The declared common unit of all tasks, or None.
    normalized
        True when every task has bounds; scores are then comparable across tasks and higher is better.
    has_optimum
        True when every task has a declared optimum (the optimality gap is defined).
    relative
        True when 0 and 1 were computed from the scores of the compared methods; 1 is then no optimum.
    derived
        How it was computed from other metrics, or the empty string.
    score_rule, normalization
        One short text each, for tables and signatures: ``mean_last 5 %``, ``atari57: random -> human``, ``none``.
    tasks
        In display order (natural sort).
    methods
        In display order as far as the data room knows it (spec order, else baseline first, then by label).
    scores
        All scores used, sorted by (method id, task id, run id).
    """

    id: str
    label: str
    role: Literal["primary", "secondary"]
    direction: Direction
    direction_source: str
    unit: str | None
    normalized: bool
    has_optimum: bool
    score_rule: str
    normalization: str
    tasks: tuple[Task, ...]
    methods: tuple[Method, ...]
    scores: tuple[Score, ...]
    relative: bool = False
    derived: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class DataSet:
    """What the data room hands to results: metrics in spec order, and all that was left out or doubtful.

    Parameters
    ----------
    labels
        Run id to the columns that labels and axes for grouping gave it.
    code
        Functions of the spec's owner that were run, their names to the SHA-256 of their file.
    code_from
        Their names to what they stand in: a file below `root`, or a package and its version.
    asked
        What the spec asks to be shown beyond the usual; None for data that no spec speaks of.
    owned
        Statistics and pages that functions of the spec's owner give, likewise.
    """

    metrics: tuple[MetricData, ...]
    exclusions: tuple[Exclusion, ...] = ()
    notices: tuple[Notice, ...] = ()
    methods_ordered_by_spec: bool = False
    baseline: str | None = field(default=None)
    labels: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    code: Mapping[str, str] = field(default_factory=dict)
    code_from: Mapping[str, str] = field(default_factory=dict)
    asked: Asked | None = None
    owned: Owned | None = None
