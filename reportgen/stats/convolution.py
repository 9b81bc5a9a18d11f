"""The exact distribution of the probability of improvement when labels are exchanged within each task."""

from __future__ import annotations

from functools import lru_cache
from math import comb, lcm
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

LARGEST_LATTICE = 1_000_000


@lru_cache(maxsize=4096)
def law_of_u(ties: tuple[int, ...], chosen: int) -> Floats:
    """Return the law of 2U, where U is the Mann-Whitney statistic of `chosen` of the scores against the others.

    Parameters
    ----------
    ties
        How many scores share each value, ascending by value; all 1 where there are no ties.
    chosen
        How many scores belong to the first sample; every choice is as likely.

    Returns
    -------
    (2 n m + 1,)
        Probability of 2U = 0, 1, ..., 2 n m; a tie counts one half in U.

    Examples
    --------
    >>> law_of_u((1, 1, 1, 1), 2) * 6
    array([1., 0., 1., 0., 2., 0., 1., 0., 1.])
    """
    total = sum(ties)
    others = total - chosen
    ways = np.zeros((chosen + 1, 2 * chosen * others + 1))
    ways[0, 0] = 1.0
    before = 0
    for size in ties:
        after = np.zeros_like(ways)
        for had in range(max(0, before - others), min(chosen, before) + 1):
            below = before - had
            for now in range(min(size, chosen - had) + 1):
                shift = now * (2 * below + size - now)
                if below + size - now <= others:
                    after[had + now, shift:] += comb(size, now) * ways[had, : ways.shape[1] - shift]
        ways, before = after, before + size
    return np.asarray(ways[chosen] / ways[chosen].sum())


def lattice(sizes: Sequence[tuple[int, int]]) -> int:
    """Return the number of steps between 0 and 1 on which the mean over tasks of U / (n m) lies."""
    return 2 * lcm(*(n * m for n, m in sizes)) * len(sizes)


def law_of_improvement(laws: Sequence[Floats]) -> Floats:
    """Return the law of the mean over tasks of U / (n m) on its lattice, by convolving the laws of 2U.

    Parameters
    ----------
    laws
        One for each task, from `law_of_u`; tasks are independent.

    Returns
    -------
    (L + 1,)
        Probability of 0, 1/L, ..., 1; L from `lattice`.
    """
    common = lcm(*(len(law) - 1 for law in laws))
    found = np.ones(1)
    for law in sorted(laws, key=len, reverse=True):
        step = common // (len(law) - 1)
        grown = np.zeros(len(found) + common)
        for place in np.flatnonzero(law).tolist():
            grown[place * step : place * step + len(found)] += law[place] * found
        found = grown
    return found


def two_sided(law: Floats, place: int) -> tuple[float, float]:
    """Return the probability of a place at least as far from the middle, and that of the farthest possible place."""
    far = np.abs(2 * np.arange(len(law)) - (len(law) - 1))
    beyond, extreme = (law[far >= least].sum() for least in (abs(2 * place - (len(law) - 1)), far[law > 0].max()))
    return min(1.0, float(beyond)), min(1.0, float(extreme))
