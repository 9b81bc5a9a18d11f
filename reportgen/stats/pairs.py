"""Two methods side by side: which units may exchange their labels, and what each score weighs on either side."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from reportgen.stats.design import Design, design
from reportgen.stats.intervals import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from reportgen.stats.scores import Scores, Settings

    Floats = NDArray[np.float64]
    Indexes = NDArray[np.intp]

COMMON_TASKS = "runs: {missing_tasks: common}"
NOT_PAIRED = "comparisons: {paired: false}"
MOST_NAMED = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Pair:
    """The scores of two methods pooled, ordered by unit; units of a stratum are consecutive, the first method's first.

    Parameters
    ----------
    first, second
        Design of each method.
    coupled
        ``runs`` or ``tasks``: unit k of one method belongs to unit k of the other (a shared seed, or the same task
        where tasks are drawn); pooled units are then all of the first method, then all of the second. Else empty.
    values, tasks, units
        (n,) scores, their task, and their pooled unit, ascending.
    first_units, second_units
        Pooled unit of each unit of either design.
    weight_first, weight_second
        (n,) share of the whole that a score has where it counts for the first, or for the second method.
    sizes_first, sizes_second
        (H,) units of each method in each pooled stratum; a stratum that one method lacks has 0 there.
    """

    first: Design
    second: Design
    coupled: Literal["", "runs", "tasks"]
    values: Floats
    tasks: Indexes
    units: Indexes
    first_units: Indexes
    second_units: Indexes
    weight_first: Floats
    weight_second: Floats
    sizes_first: Indexes
    sizes_second: Indexes

    @property
    def n_units(self) -> int:
        """How many units there are in all."""
        return len(self.first_units) + len(self.second_units)

    @property
    def one_task_units(self) -> bool:
        """Whether every unit covers one task, so that tasks are independent of each other."""
        return len(self.values) == self.n_units

    def inside(self) -> NDArray[np.bool_]:
        """Return (U,) which pooled units are the first method's."""
        member = np.zeros(self.n_units, dtype=bool)
        member[self.first_units] = True
        return member

    def fixed(self) -> int:
        """How many units have no counterpart that covers the same tasks, and so always keep their label."""
        lonely = (self.sizes_first == 0) | (self.sizes_second == 0)
        return int((self.sizes_first + self.sizes_second)[lonely].sum())


def generator(settings: Settings, key: tuple[str, str, str], purpose: str) -> np.random.Generator:
    """Return the random numbers of a pair: metric id and both raw method ids, in the order of the ids."""
    metric, *methods = key
    parts = (str(settings.seed), metric, *sorted(methods), purpose)
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest)))


def mismatch(a: Scores, b: Scores, *, coupled: bool = False) -> Refusal | None:
    """Tell why two methods cannot be compared, None where they can.

    Parameters
    ----------
    coupled
        The runs are named by `by_seed`, and each needs its partner.
    """
    if _names(a.task_ids, a.tasks) != _names(b.task_ids, b.tasks):
        return Refusal(reason="the methods do not cover the same tasks", mend=COMMON_TASKS)
    if not coupled:
        return None
    lonely = sorted(_names(a.run_ids, a.runs) ^ _names(b.run_ids, b.runs))
    if lonely:
        seeds = list(dict.fromkeys(name.split("\x1f")[0] for name in lonely))
        rest = f" and {len(seeds) - MOST_NAMED} more" if len(seeds) > MOST_NAMED else ""
        return Refusal(
            reason=f"runs without a partner of the same seed and tasks: seed {', '.join(seeds[:MOST_NAMED])}{rest}",
            mend=NOT_PAIRED,
        )
    return None


def by_seed(scores: Scores, seeds: Mapping[str, str]) -> Scores | Refusal:
    """Name each run by its seed and the tasks it covers, so that partners of two methods have the same name.

    Parameters
    ----------
    seeds
        Run id to the name of its seed.
    """
    tasks: dict[int, list[str]] = {}
    for run, task in zip(scores.runs.tolist(), scores.tasks.tolist(), strict=True):
        tasks.setdefault(run, []).append(scores.task_ids[task])
    names = {run: "\x1f".join([seeds.get(scores.run_ids[run], ""), *sorted(tasks[run])]) for run in tasks}
    if not all(seeds.get(scores.run_ids[run]) for run in tasks):
        return Refusal(reason="a run has no seed, so its partner is not known", mend=NOT_PAIRED)
    if len(set(names.values())) < len(names):
        return Refusal(reason="two runs of a method share seed and tasks, so partners are not known", mend=NOT_PAIRED)
    return replace(scores, run_ids=tuple(names.get(run, "") for run in range(len(scores.run_ids))))


def pair_of(a: Scores, b: Scores, settings: Settings, *, coupled: bool = False) -> Pair:
    """Lay two methods side by side; `mismatch` must have found nothing."""
    first, second = design(a, settings), design(b, settings)
    together: Literal["", "runs", "tasks"] = "tasks" if settings.resample == "tasks" else "runs" if coupled else ""
    places, sizes = _coupled(first, second) if together else _by_stratum(first, second)
    units = np.concatenate([places[0][first.units], places[1][second.units]])
    order = np.argsort(units, kind="stable")
    tasks = np.concatenate([first.tasks, second.tasks])
    own = np.concatenate([first.weights / first.total, second.weights / second.total])
    weights = (own, own) if together else (_of_task(first)[tasks], _of_task(second)[tasks])
    return Pair(
        first=first,
        second=second,
        coupled=together,
        values=np.concatenate([first.values, second.values])[order],
        tasks=tasks[order],
        units=units[order],
        first_units=places[0],
        second_units=places[1],
        weight_first=weights[0][order],
        weight_second=weights[1][order],
        sizes_first=sizes[0],
        sizes_second=sizes[1],
    )


def _coupled(first: Design, second: Design) -> tuple[tuple[Indexes, Indexes], tuple[Indexes, Indexes]]:
    count = first.n_units
    return (np.arange(count), count + np.arange(count)), (first.sizes, second.sizes)


def _by_stratum(first: Design, second: Design) -> tuple[tuple[Indexes, Indexes], tuple[Indexes, Indexes]]:
    """Place the units of both methods stratum by stratum, strata with the same tasks together."""
    kinds = (_strata_by_tasks(first), _strata_by_tasks(second))
    keys = sorted({*kinds[0], *kinds[1]})
    places = (np.zeros(first.n_units, dtype=np.intp), np.zeros(second.n_units, dtype=np.intp))
    sizes = np.zeros((2, len(keys)), dtype=np.intp)
    start = 0
    for column, key in enumerate(keys):
        for side, (plan, strata) in enumerate(zip((first, second), kinds, strict=True)):
            here = np.flatnonzero(plan.strata == strata[key]) if key in strata else np.empty(0, dtype=np.intp)
            places[side][here] = start + np.arange(len(here))
            sizes[side, column] = len(here)
            start += len(here)
    return places, (sizes[0], sizes[1])


def _strata_by_tasks(plan: Design) -> dict[tuple[int, ...], int]:
    """Map the tasks that the units of a stratum cover to the stratum."""
    starts = np.concatenate(([0], np.cumsum(plan.sizes)[:-1]))
    covered: dict[int, list[int]] = {int(unit): [] for unit in starts}
    for unit, task in zip(plan.units.tolist(), plan.tasks.tolist(), strict=True):
        if unit in covered:
            covered[unit].append(task)
    return {tuple(covered[int(unit)]): stratum for stratum, unit in enumerate(starts)}


def _of_task(plan: Design) -> Floats:
    """Return (M,) the weight of one score of each task, as a share of the whole."""
    weights = np.zeros(plan.n_tasks)
    weights[plan.tasks] = plan.weights / plan.total
    return weights


def _names(ids: Sequence[str], used: Indexes) -> set[str]:
    return {ids[index] for index in set(used.tolist())}
