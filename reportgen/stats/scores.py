"""What the statistics room is given: scores that know their task and run, and how to treat them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reportgen.errors import StatisticsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

INTERVALS = ("expanded_t", "percentile")
UNITS = ("run", "score")
RESAMPLES = ("runs", "tasks")
WEIGHTINGS = ("task", "pooled")
COARSE = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """How statistics are computed.

    Parameters
    ----------
    level
        Nominal coverage, between 0.5 and 1.
    replicates
        Bootstrap replicates, at least 2.
    interval
        ``expanded_t`` or ``percentile``.
    unit
        What was repeated independently: ``run``, or ``score`` (the scores of a run are taken as independent).
    resample
        ``runs`` (tasks fixed) or ``tasks`` (an interval over tasks, not over retraining).
    weighting
        ``task``: every task counts the same; ``pooled``: every score counts the same.
    gamma
        Threshold of the optimality gap.
    trim
        Fraction trimmed at each end by the IQM, in [0, 0.5).
    seed
        Non-negative seed of every draw.

    Raises
    ------
    StatisticsError
        When a value is outside its domain.
    """

    level: float = 0.95
    replicates: int = 10_000
    interval: str = "expanded_t"
    unit: str = "run"
    resample: str = "runs"
    weighting: str = "task"
    gamma: float = 1.0
    trim: float = 0.25
    seed: int = 0

    def __post_init__(self) -> None:
        _inside("level", self.level, 0.5, 1.0)
        if not 0 <= self.trim < 0.5:  # noqa: PLR2004
            raise StatisticsError(f"trim must be at least 0 and below 0.5, e.g. 0.25, not {self.trim!r}")
        if self.replicates < 2:  # noqa: PLR2004
            raise StatisticsError(f"replicates must be 2 or more, e.g. 10000, not {self.replicates!r}")
        _choice("interval", self.interval, INTERVALS)
        _choice("unit", self.unit, UNITS)
        _choice("resample", self.resample, RESAMPLES)
        _choice("weighting", self.weighting, WEIGHTINGS)

    def coarse(self) -> Settings:
        """Return the same with at most 2000 replicates: enough for what is drawn or tabulated by the hundred."""
        return replace(self, replicates=min(self.replicates, COARSE))

    @property
    def upper(self) -> float:
        """The upper tail point of a two-sided interval, (1 + level) / 2."""
        return (1 + self.level) / 2


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scores:
    """The scores of one method, oriented so that higher is better.

    Parameters
    ----------
    values
        (n,) one number per score; NaN is refused, infinities are allowed.
    tasks, runs
        (n,) which task and which run each score belongs to, as indexes into `task_ids` and `run_ids`.
    task_ids, run_ids
        Raw ids. Draws depend on them, not on the order in which scores, tasks or runs are handed over.

    Raises
    ------
    StatisticsError
        When there is no score, a value is NaN, or lengths and indexes do not fit.
    """

    values: NDArray[np.float64]
    tasks: NDArray[np.intp]
    runs: NDArray[np.intp]
    task_ids: Sequence[str]
    run_ids: Sequence[str]

    def __post_init__(self) -> None:
        if not len(self.values) == len(self.tasks) == len(self.runs):
            raise StatisticsError("values, tasks and runs must have one entry per score")
        if len(self.values) == 0:
            raise StatisticsError("there is no score")
        if np.isnan(self.values).any():
            raise StatisticsError("a score is NaN; drop missing scores first and count them")
        if self.tasks.max() >= len(self.task_ids) or self.runs.max() >= len(self.run_ids):
            raise StatisticsError("an index of tasks or runs has no id")

    def canonical_order(self) -> NDArray[np.intp]:
        """Return (n,) the positions of the scores sorted by task id, then run id, then as given."""
        return np.lexsort((_ranks(self.run_ids)[self.runs], _ranks(self.task_ids)[self.tasks]))


def _ranks(ids: Sequence[str]) -> NDArray[np.intp]:
    places = {name: place for place, name in enumerate(sorted(set(ids)))}
    return np.array([places[name] for name in ids])


def _inside(name: str, value: float, low: float, high: float) -> None:
    if not low < value < high:
        hint = f"; did you mean {value / 100:g}?" if low < value / 100 < high else ""
        raise StatisticsError(f"{name} must be between {low:g} and {high:g}, not {value!r}{hint}")


def _choice(name: str, value: str, choices: tuple[str, ...]) -> None:
    if value not in choices:
        raise StatisticsError(f"{name} must be one of {', '.join(sorted(choices))}, not {value!r}")
