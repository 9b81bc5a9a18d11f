"""The difference of two methods under other choices: another aggregate, other weights, without each task."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from reportgen.stats.analysis import analyse, difference
from reportgen.stats.intervals import turned

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from reportgen.stats.intervals import Interval
    from reportgen.stats.scores import Scores, Settings


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Case:
    """One way of stating the difference of two methods, or why it cannot be stated so.

    Parameters
    ----------
    kind
        What is varied: ``reported`` (nothing), ``aggregate``, ``weighting``, ``score`` or ``task``.
    label
        The choice in words.
    first, second
        The scores of either method.
    key
        Metric id, id of the first and of the second method.
    statistic
        As in `analyse`.
    """

    kind: str
    label: str
    first: Scores
    second: Scores
    key: tuple[str, str, str]
    statistic: str
    settings: Settings
    reason: str | None = None


def other_aggregates(base: Case, names: Mapping[str, str]) -> Iterator[Case]:
    """Yield the same with each other statistic; `names` says how each is called."""
    for name, shown in names.items():
        if name != base.statistic:
            yield replace(base, kind="aggregate", label=f"aggregate: {shown}", statistic=name)


def other_weighting(base: Case) -> Iterator[Case]:
    """Yield the same with the other weights, where a method has more scores on one task than on another."""
    if _ragged(base.first) or _ragged(base.second):
        other = "pooled" if base.settings.weighting == "task" else "task"
        changed = replace(base.settings, weighting=other)
        yield replace(base, kind="weighting", label=f"weighting: {other}", settings=changed)


def without_each_task(base: Case, tasks: Mapping[str, str]) -> Iterator[Case]:
    """Yield the same without each task, where there are several; `tasks` is id to shown name."""
    for task, shown in tasks.items() if len(tasks) > 1 else ():
        first, second = (_without(scores, task) for scores in (base.first, base.second))
        if len(first.values) and len(second.values):
            yield replace(base, kind="task", label=f"without {shown}", first=first, second=second)


def varied(case: Case) -> Interval | None:
    """Return the difference of a case, positive where the first method is better; None where it has a reason."""
    if case.reason:
        return None
    metric, *methods = case.key
    first, second = (
        analyse(scores, case.settings, key=(metric, name), statistics=(case.statistic,), thresholds=np.empty(0))
        for scores, name in zip((case.first, case.second), methods, strict=True)
    )
    found = difference(first, second, case.statistic)
    return turned(found) if case.statistic == "optimality_gap" else found


def _ragged(scores: Scores) -> bool:
    return len(set(np.unique(scores.tasks, return_counts=True)[1].tolist())) > 1


def _without(scores: Scores, task: str) -> Scores:
    kept: NDArray[np.bool_] = np.array([scores.task_ids[place] != task for place in scores.tasks.tolist()])
    return replace(scores, values=scores.values[kept], tasks=scores.tasks[kept], runs=scores.runs[kept])
