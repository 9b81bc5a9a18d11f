"""Which scores are redrawn together: units in strata, and the bootstrap's draws of them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from math import lcm
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from reportgen.stats.scores import Scores, Settings

CHUNK_ELEMENTS = 1 << 17
LARGEST_WEIGHT = 1 << 40


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Design:
    """The scores of a method in canonical order, the units that are drawn whole, and the strata they are drawn from.

    Parameters
    ----------
    values
        (n,) scores sorted by task id, then run id.
    tasks
        (n,) index of each score's task, 0 to M - 1 in the order of the ids.
    units
        (n,) index of the unit (run, score or task) each score belongs to; units of a stratum are consecutive.
    sizes
        (H,) number of units in each stratum.
    weights
        (n,) weight of each score. Whole numbers wherever possible, so that equal shares are exactly equal.
    """

    values: NDArray[np.float64]
    tasks: NDArray[np.intp]
    units: NDArray[np.intp]
    sizes: NDArray[np.intp]
    weights: NDArray[np.float64]

    @property
    def n_units(self) -> int:
        """How many units there are."""
        return int(self.sizes.sum())

    @property
    def n_tasks(self) -> int:
        """How many tasks there are."""
        return int(self.tasks[-1]) + 1

    @property
    def total(self) -> float:
        """The sum of all weights."""
        return float(self.weights.sum())

    @property
    def strata(self) -> NDArray[np.intp]:
        """(U,) the stratum of each unit."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)


def design(scores: Scores, settings: Settings) -> Design:
    """Find units and strata in the data.

    With ``unit="run"`` strata are the groups of runs that cover the same set of tasks; a drawn run brings all its
    scores. Where each run covers one task this is the stratification by task of Agarwal et al. (2021).
    """
    order = scores.canonical_order()
    task_names = [scores.task_ids[index] for index in scores.tasks[order]]
    run_names = [scores.run_ids[index] for index in scores.runs[order]]
    places = {name: place for place, name in enumerate(dict.fromkeys(task_names))}
    tasks = np.array([places[name] for name in task_names])
    if settings.resample == "tasks":
        units, sizes = tasks, np.array([len(places)])
    elif settings.unit == "score":
        units, sizes = np.arange(len(order)), np.bincount(tasks)
    else:
        units, sizes = _runs_by_their_tasks(run_names, tasks)
    return Design(
        values=np.asarray(scores.values, dtype=np.float64)[order],
        tasks=tasks,
        units=units,
        sizes=sizes,
        weights=_weights(tasks, settings.weighting),
    )


def _runs_by_their_tasks(runs: list[str], tasks: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    covered: dict[str, list[int]] = {}
    for run, task in zip(runs, tasks.tolist(), strict=True):
        covered.setdefault(run, []).append(task)
    groups: dict[tuple[int, ...], list[str]] = {}
    for run in sorted(covered):
        groups.setdefault(tuple(covered[run]), []).append(run)
    strata = [groups[key] for key in sorted(groups)]
    place = {run: index for index, run in enumerate(run for stratum in strata for run in stratum)}
    return np.array([place[run] for run in runs]), np.array([len(stratum) for stratum in strata])


def _weights(tasks: NDArray[np.intp], weighting: str) -> NDArray[np.float64]:
    if weighting == "pooled":
        return np.ones(len(tasks))
    counts = np.bincount(tasks)
    common = lcm(*counts.tolist())
    share = common / counts if common <= LARGEST_WEIGHT else 1 / counts
    return np.asarray(share[tasks], dtype=np.float64)


def generator(settings: Settings, key: tuple[str, str]) -> np.random.Generator:
    """Return the random numbers of one (metric id, method id); draws of tasks are the same for all methods."""
    metric, method = key
    parts = (str(settings.seed), metric, *(() if settings.resample == "tasks" else (method,)))
    digest = hashlib.sha256("\x1f".join(parts).encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(digest)))


def draws(design: Design, replicates: int, rng: np.random.Generator) -> Iterator[NDArray[np.intp]]:
    """Yield (chunk, U) how often each unit is drawn: N_h units with replacement in each stratum h.

    The size of a chunk follows from the number of scores alone; it belongs to the definition of the stream.
    """
    chunk = max(1, CHUNK_ELEMENTS // len(design.values))
    for start in range(0, replicates, chunk):
        yield _counts(design, min(chunk, replicates - start), rng)


def _counts(design: Design, rows: int, rng: np.random.Generator) -> NDArray[np.intp]:
    n_units = design.n_units
    first = np.concatenate(([0], np.cumsum(design.sizes)[:-1]))
    row = np.arange(rows)[:, None, None] * n_units
    drawn = []
    for size in np.unique(design.sizes):
        offsets = first[design.sizes == size]
        kind = np.uint16 if size <= np.iinfo(np.uint16).max else np.int64
        picks = rng.integers(0, size, size=(rows, len(offsets), size), dtype=kind)
        drawn.append((picks + offsets[None, :, None] + row).ravel())
    return np.bincount(np.concatenate(drawn) if len(drawn) > 1 else drawn[0], minlength=rows * n_units).reshape(
        rows, n_units
    )
