"""What was wrong with the points of a metric: counted, with the runs and the first steps that show it."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from reportgen.data.scores import Notice
from reportgen.data.screen import some

if TYPE_CHECKING:
    from collections.abc import Mapping

# code of the notice, words for one, words for many, level
KINDS: dict[str, tuple[str, str, Literal["warning", "note"]]] = {
    "missing": (
        "value is missing and left out, never averaged as 0",
        "values are missing and left out, never averaged as 0",
        "note",
    ),
    "without_step": ("value has no step and is left out", "values have no step and are left out", "warning"),
    "duplicates": (
        "value shares its step with a later value of the same run; the last counts",
        "values share their step with a later value of the same run; the last counts",
        "warning",
    ),
    "rewound": (
        "value was logged before its run went back to an earlier step; the last attempt counts",
        "values were logged before their run went back to an earlier step; the last attempt counts",
        "warning",
    ),
    "unordered": (
        "time the step goes back in a file; rows are sorted by step",
        "times the step goes back in a file; rows are sorted by step",
        "note",
    ),
    "infinite": ("value is infinite and kept as it is", "values are infinite and kept as they are", "warning"),
    "repeated": (
        "evaluation equals the one before in all its values and is taken for the same, logged again",
        "evaluations equal the one before in all their values and are taken for the same, logged again",
        "note",
    ),
}


@dataclass(slots=True, kw_only=True)
class Defects:
    """Counts defects while the runs of a metric are read, one run at a time."""

    metric: str
    _counts: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(int)))
    _first: dict[tuple[str, str], float] = field(default_factory=dict)

    def add(self, run: str, counts: Mapping[str, int], first: Mapping[str, float]) -> None:
        """Count what is wrong with the points of a run on one task, with the first step of each kind."""
        for kind, count in counts.items():
            if count:
                self._counts[kind][run] += count
        for kind, step in first.items():
            self._first[kind, run] = min(step, self._first.get((kind, run), step))

    def notices(self) -> tuple[Notice, ...]:
        """Return a notice per kind of defect that was met."""
        return tuple(self._notice(kind, dict(self._counts[kind])) for kind in KINDS if self._counts.get(kind))

    def _notice(self, kind: str, runs: dict[str, int]) -> Notice:
        one, many, level = KINDS[kind]
        count = sum(runs.values())
        told = some([self._place(kind, run, number) for run, number in runs.items()])
        return Notice(
            code=f"{kind}_points",
            text=f"{count:,} {one if count == 1 else many} ({self.metric}: {told}).",
            metric=self.metric,
            runs=tuple(runs),
            level=level,
        )

    def _place(self, kind: str, run: str, count: int) -> str:
        """Name a run, and where its defects have a step, the first one and how many there are."""
        step = self._first.get((kind, run))
        if step is None:
            return run if count == 1 else f"{run} {count:,}×"
        return f"{run} at step {step:.15g}" + (f" and {count - 1:,} more" if count > 1 else "")
