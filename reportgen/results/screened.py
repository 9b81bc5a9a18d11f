"""What a screen of single tasks found."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskScreen:
    """a against b on one task.

    `difference` of the means in raw units and `improvement` (probability of) favour a above 0 and above ½. `p` is that
    of the exact law of U (no smaller than Brunner and Munzel's where numbers of runs differ), `p_adjusted` corrected
    over all tasks and pairs; `p_smallest` is the smallest in reach (None: no floor). `stands_out`: `p_adjusted` is at
    most the size of the test.
    """

    a: str
    b: str
    task: str
    difference: float
    improvement: float
    p: float
    p_smallest: float | None
    p_adjusted: float = 1.0
    stands_out: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Screen:
    """The compared pairs task by task, a family of its own; no tasks where `reason` says that none can stand out."""

    alpha: float
    correction: str
    family_size: int
    tasks: tuple[TaskScreen, ...] = ()
    reason: str | None = None
