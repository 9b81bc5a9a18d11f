"""Effect sizes of two methods, per task and averaged over tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import gammaln

from reportgen.stats.wins import task_shares

if TYPE_CHECKING:
    from collections.abc import Sequence

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
        Difference of means over the standard deviation of runs, both averaged over tasks (the latter as a variance),
        corrected for small samples; on one task exactly Hedges' g. None where runs do not vary or tasks share no scale.
    wins, ties, losses
        On how many tasks the first method's mean is higher, equal or lower.
    """

    a12: float
    cliffs_delta: float
    hedges_g: float | None
    wins: int
    ties: int
    losses: int


def effects(pair: Pair, *, comparable: bool = True) -> Effects:
    """Compute the effect sizes of a pair.

    Parameters
    ----------
    comparable
        Whether the scores of all tasks lie on one scale.
    """
    a12 = float(task_shares(pair).mean())
    one, other = pair.first, pair.second
    samples = [(one.values[one.tasks == task], other.values[other.tasks == task]) for task in range(one.n_tasks)]
    gains = np.array([_gain(first, second) for first, second in samples])
    return Effects(
        a12=a12,
        cliffs_delta=2 * a12 - 1,
        hedges_g=hedges_g(samples) if comparable else None,
        wins=int((gains > 0).sum()),
        ties=int((gains == 0).sum()),
        losses=int((gains < 0).sum()),
    )


def _gain(first: Floats, second: Floats) -> float:
    """Return by how much the first mean is larger; two infinite means are equal."""
    one, other = float(first.mean()), float(second.mean())
    return 0.0 if one == other else one - other


def hedges_g(samples: Sequence[tuple[Floats, Floats]]) -> float | None:
    """Return Hedges' g of samples per task, with the exact correction for small samples (Hedges, 1981).

    Examples
    --------
    >>> round(hedges_g([(np.array([3.1, 2.9, 3.5]), np.array([2.0, 2.5, 2.2]))]), 4)
    2.6607
    """
    if not all(np.isfinite(sample).all() for both in samples for sample in both):
        return None
    degrees = np.array([len(first) + len(second) - 2 for first, second in samples])
    squares = np.array([sum(float(((s - s.mean()) ** 2).sum()) for s in both) for both in samples])
    seen, df = degrees > 0, float(degrees.sum())
    if df < 2 or not (squares > 0).any():  # noqa: PLR2004 - with one degree of freedom the correction is zero
        return None
    spread = np.sqrt((squares[seen] / degrees[seen]).mean())
    gain = np.mean([first.mean() - second.mean() for first, second in samples])
    shrunk = np.exp(gammaln(df / 2) - gammaln((df - 1) / 2)) / np.sqrt(df / 2)
    return float(shrunk * gain / spread)
