"""Scales that are computed: from the scores of all methods, or by a function of the spec's owner."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from reportgen.data.code import OwnCode, own_code, refuse
from reportgen.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    from reportgen.data.code import Code
    from reportgen.data.scores import Direction, Score, Task

    Floats = NDArray[np.float64]

WORDS = {"min_max": "min-max", "zscore": "z-score"}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scale:
    """How a task's scores become 0 and 1.

    Parameters
    ----------
    constants
        (task's shown name, (n,) raw scores of all methods) to the raw scores that are 0 and 1, or None.
    text
        The scale in words.
    code
        The function of the spec's owner that is run, if one is.
    """

    constants: Callable[[str, Floats], tuple[float, float] | None]
    text: str
    code: tuple[OwnCode, ...] = ()


def built_in(method: str, direction: Direction) -> Scale:
    """Return min-max or z-score over all scores of a task; of a minimised metric the smaller score is the higher."""
    falling = direction == "minimize"

    def min_max(_task: str, raw: Floats) -> tuple[float, float]:
        low, high = float(raw.min()), float(raw.max())
        return (high, low) if falling else (low, high)

    def zscore(_task: str, raw: Floats) -> tuple[float, float]:
        centre, spread = float(raw.mean()), float(raw.std(ddof=1)) if len(raw) > 1 else 0.0
        return centre, centre - spread if falling else centre + spread

    chosen = min_max if method == "min_max" else zscore
    return Scale(constants=chosen, text=f"{WORDS[method]}, relative to the compared set")


def of_owner(name: str, root: Path, code: Code, at: str = "") -> Scale | None:
    """Return the scale of ``module:function``, called as ``function(task, scores)``; None where code is left out.

    Parameters
    ----------
    at
        ``file:line:column: `` of its name in the spec.

    Raises
    ------
    UsageError
        When code of the spec's owner is refused.
    DataError
        When the function cannot be imported.
    """
    at = f"{at}normalization: "
    refuse(name, code, at=at)
    if code == "skip":
        return None
    own = own_code(name, root, "normalizers", at=at)

    def called(task: str, raw: Floats) -> tuple[float, float] | None:
        return two_numbers(own.call(f"task {task!r}", task, raw.copy()), f"{at}{name}", task)

    return Scale(constants=called, text=f"{name}, the spec's own function", code=(own,))


def rescaled(tasks: Sequence[Task], scores: Sequence[Score], scale: Scale) -> tuple[Task, ...]:
    """Give each task the raw scores that become 0 and 1; none where its scores do not differ or are infinite."""
    return tuple(_rescaled(task, scores, scale) for task in tasks)


def _rescaled(task: Task, scores: Sequence[Score], scale: Scale) -> Task:
    raw = np.array([score.raw for score in scores if score.task == task.id])
    raw = raw[np.isfinite(raw)]
    pair = scale.constants(task.label, raw) if raw.size else None
    if pair is None or pair[0] == pair[1]:
        return task
    return replace(task, reference=pair[0], optimum=pair[1])


def two_numbers(found: Any, name: str, task: str) -> tuple[float, float] | None:
    """Return what a function gave as the raw scores that become 0 and 1, or None.

    Raises
    ------
    DataError
        When it is anything else than two finite numbers or None.
    """
    if found is None:
        return None
    try:
        low, high = (float(value) for value in found)
    except (TypeError, ValueError):
        low, high = np.nan, np.nan
    if not np.isfinite([low, high]).all():
        raise DataError(
            f"{name} gave {found!r} for task {task!r}; it must give two numbers, the raw scores that "
            "become 0 and 1, or None"
        )
    return low, high
