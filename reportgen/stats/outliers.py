"""Scores that lie far from the others of their cell, by two common rules."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SMALLEST = 4
MAD_LIMIT = 3.5
MAD_SCALE = 1.4826
IQR_LIMIT = 1.5


def outlying(values: NDArray[np.float64]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return (n,) which scores the MAD rule and (n,) which the IQR rule calls outliers.

    MAD: further from the median than 3.5 times 1.4826 times the median absolute deviation (Iglewicz and Hoaglin, 1993).
    IQR: further than 1.5 interquartile ranges outside the quartiles (Tukey, 1977). Fewer than 4 scores have none.

    Examples
    --------
    >>> mad, iqr = outlying(np.array([1.0, 1.1, 0.9, 1.05, 9.0]))
    >>> mad.tolist(), iqr.tolist()
    ([False, False, False, False, True], [False, False, False, False, True])
    """
    if len(values) < SMALLEST:
        nothing = np.zeros(len(values), dtype=bool)
        return nothing, nothing
    with np.errstate(invalid="ignore"):  # infinite scores: where the median or a quartile is one, nothing lies outside
        middle = np.median(values)
        distance = np.abs(values - middle)
        spread = MAD_SCALE * np.median(distance)
        low, high = np.quantile(values, [0.25, 0.75])
        reach = IQR_LIMIT * (high - low)
        return distance > MAD_LIMIT * spread, (values < low - reach) | (values > high + reach)
