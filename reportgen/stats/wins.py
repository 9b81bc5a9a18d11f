"""Who beats whom: wins of scores over scores, counted in whole numbers so that no sum depends on its order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reportgen.stats.design import Design
    from reportgen.stats.pairs import Pair

    Floats = NDArray[np.float64]
    Indexes = NDArray[np.intp]


def task_shares(pair: Pair) -> Floats:
    """Return (M,) the probability of improvement of the first method on each task."""
    inside = pair.inside()[pair.units]
    shares = np.empty(pair.first.n_tasks)
    for task in range(len(shares)):
        here = pair.tasks == task
        shares[task] = twice_won(pair.values[here & inside], pair.values[here & ~inside]).mean() / 2
    return shares


def twice_won(rows: Floats, columns: Floats) -> Floats:
    """Return (r, c): 2 where the row's score is larger, 1 where both are equal, else 0; whole numbers add exactly."""
    found: Floats = 2.0 * (rows[:, None] > columns) + (rows[:, None] == columns)
    return found


def pair_wins(pair: Pair) -> Floats:
    """Return (n,) 1, 1/2 or 0 for each score of the first method that beats, equals or falls below its partner."""
    found: Floats = (pair.first.values > pair.second.values) + 0.5 * (pair.first.values == pair.second.values)
    return found


def beaten(one: Design, other: Design) -> Floats:
    """Return (n,) the share of the other method's scores on its task that each score beats, ties one half."""
    found = np.empty(len(one.values))
    for task in range(one.n_tasks):
        here = one.tasks == task
        found[here] = twice_won(one.values[here], other.values[other.tasks == task]).mean(axis=1) / 2
    return found


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Block:
    """Tasks alike: G sets of tasks, each covered by the same units, with twice the wins of units over units.

    Parameters
    ----------
    rows, columns
        (G, r) and (G, c) pooled units.
    twice
        (G, r, c) summed over the tasks of a set: whole numbers, so that no sum depends on its order.
    scale
        What one of them adds to the probability of improvement.
    """

    rows: Indexes
    columns: Indexes
    twice: Floats
    scale: float


def blocks_of(pair: Pair, *, split: bool = False) -> list[Block]:
    """Lay out who beats whom.

    Parameters
    ----------
    split
        Rows are the first method's units and columns the second's; else both are all units of a task.
    """
    inside = pair.inside()
    tables: dict[tuple[tuple[int, ...], tuple[int, ...]], Floats] = {}
    for task in range(pair.first.n_tasks):
        here = pair.tasks == task
        units, values = pair.units[here], pair.values[here]
        rows, columns = (inside[units], ~inside[units]) if split else (slice(None), slice(None))
        name = (tuple(units[rows].tolist()), tuple(units[columns].tolist()))
        tables[name] = tables.get(name, 0.0) + twice_won(values[rows], values[columns])
    alike: dict[tuple[int, int, int], list[tuple[tuple[int, ...], tuple[int, ...]]]] = {}
    for name in tables:
        members = inside[list(dict.fromkeys((*name[0], *name[1])))]
        pairs = int(members.sum()) * int((~members).sum())
        alike.setdefault((len(name[0]), len(name[1]), pairs), []).append(name)
    return [
        Block(
            rows=np.array([rows for rows, _ in names]),
            columns=np.array([columns for _, columns in names]),
            twice=np.stack([tables[name] for name in names]),
            scale=1.0 / (2 * pairs * pair.first.n_tasks),
        )
        for (_, _, pairs), names in alike.items()
    ]


def won(blocks: list[Block], left: Floats, right: Floats) -> Floats:
    """Return (B,) the probability of improvement for (U, B) numbers of times that units stand on either side."""
    found = np.zeros(left.shape[1])
    for block in blocks:
        wins = np.matmul(block.twice, right[block.columns])
        wins *= left[block.rows]
        found += block.scale * wins.sum(axis=(0, 1))
    return found
