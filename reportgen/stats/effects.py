"""Effect sizes of two methods, per task and averaged over tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln

from reportgen.stats.wins import task_shares

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reportgen.stats.pairs import Pair

    Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Effects:
    """How far two methods lie apart, without a test.

    Parameters
    ----------
    a12
        Vargha and Delaney's A: the share of pairs of runs that the first method wins, ties one half; mean over tasks.
    cliffs_delta
        2 A - 1, between -1 and 1.
    hedges_g
        Difference of means over the pooled standard deviation, corrected for small samples, mean over tasks; None
        where a task has no spread.
    wins, ties, losses
        On how many tasks the first method's mean is higher, equal or lower.
    """

    a12: float
    cliffs_delta: float
    hedges_g: float | None
    wins: int
    ties: int
    losses: int


def effects(pair: Pair) -> Effects:
    """Compute the effect sizes of a pair."""
    a12 = float(task_shares(pair).mean())
    samples = list(_samples(pair))
    means = np.array([[first.mean(), second.mean()] for first, second in samples])
    sizes = [hedges_g(first, second) for first, second in samples]
    known = [size for size in sizes if size is not None]
    return Effects(
        a12=a12,
        cliffs_delta=2 * a12 - 1,
        hedges_g=float(np.mean(known)) if len(known) == len(sizes) else None,
        wins=int((means[:, 0] > means[:, 1]).sum()),
        ties=int((means[:, 0] == means[:, 1]).sum()),
        losses=int((means[:, 0] < means[:, 1]).sum()),
    )


def hedges_g(first: Floats, second: Floats) -> float | None:
    """Return Hedges' g with the exact correction for small samples (Hedges, 1981); None without spread.

    Examples
    --------
    >>> round(hedges_g(np.array([3.1, 2.9, 3.5]), np.array([2.0, 2.5, 2.2])), 4)
    2.6487
    """
    df = len(first) + len(second) - 2
    if df < 1 or not (np.isfinite(first).all() and np.isfinite(second).all()):
        return None
    squares = ((first - first.mean()) ** 2).sum() + ((second - second.mean()) ** 2).sum()
    if squares == 0:
        return None
    shrunk = 0.0 if df == 1 else float(np.exp(gammaln(df / 2) - gammaln((df - 1) / 2)) / np.sqrt(df / 2))
    return float(shrunk * (first.mean() - second.mean()) / np.sqrt(squares / df))


def _samples(pair: Pair) -> list[tuple[Floats, Floats]]:
    one, other = pair.first, pair.second
    return [(one.values[one.tasks == task], other.values[other.tasks == task]) for task in range(one.n_tasks)]
