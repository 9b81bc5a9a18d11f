"""Task by task: where two methods differ, as a screen under its own correction."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reportgen.results.screened import Screen, TaskScreen
from reportgen.stats import adjusted, screened

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reportgen.results.field import Field

CORRECTION = "bh"
ROUNDING = 1e-12


def screen(field: Field, pairs: Sequence[tuple[str, str]]) -> Screen | None:
    """Test every pair that is compared on every task; a family of its own, under Benjamini and Hochberg.

    None where there is one task (the comparison itself says it), or where labels are not those of single runs: pairs
    of runs by seed, and tasks that are drawn.
    """
    if len(field.data.tasks) < 2 or field.wanted.paired or field.settings.resample == "tasks":  # noqa: PLR2004
        return None
    raw = [row for pair in pairs for row in _of_pair(field, pair)]
    if not raw:
        return None
    floors = [row.p_smallest or 0.0 for row in raw]
    smallest = min(adjusted(floors, CORRECTION))
    if smallest > field.alpha + ROUNDING:
        reason = f"so few runs of a task give no corrected p below {smallest:.2g}, whatever they show"
        return Screen(alpha=field.alpha, correction=CORRECTION, family_size=len(raw), reason=reason)
    corrected = adjusted([row.p for row in raw], CORRECTION)
    return Screen(
        alpha=field.alpha,
        correction=CORRECTION,
        family_size=len(raw),
        tasks=tuple(
            replace(row, p_adjusted=p, stands_out=p <= field.alpha + ROUNDING)
            for row, p in zip(raw, corrected, strict=True)
        ),
    )


def _of_pair(field: Field, pair: tuple[str, str]) -> list[TaskScreen]:
    a, b = (next(method for method in field.methods if method.id == name) for name in pair)
    sign = -1 if field.data.direction == "minimize" else 1
    found = screened(field.scores[a.id], field.scores[b.id])
    return [
        TaskScreen(
            a=a.id,
            b=b.id,
            task=task.id,
            difference=sign * (a.tasks[task.id].mean - b.tasks[task.id].mean),
            improvement=found[task.id][0],
            p=found[task.id][1].p or 0.0,
            p_smallest=found[task.id][1].smallest,
        )
        for task in field.data.tasks
        if task.id in found
    ]
