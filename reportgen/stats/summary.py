"""The summary of one method on one task."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reportgen.errors import StatisticsError
from reportgen.stats.estimates import iqm, trim_share

if TYPE_CHECKING:
    from numpy.typing import NDArray

QUARTER = 0.25
SMALLEST_IQM = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Summary:
    """Mean, sd (ddof 1; None for one score or an infinite one), median, IQM (None under 4 scores), extremes, count."""

    mean: float
    sd: float | None
    median: float
    iqm: float | None
    min: float
    max: float
    n: int


def summarize(values: NDArray[np.float64]) -> Summary:
    """Summarise the (n,) scores of one method on one task.

    Raises
    ------
    StatisticsError
        When there is no score or one is NaN.

    Examples
    --------
    >>> summary = summarize(np.array([1.0, 2, 3, 4, 5, 6, 7, 8]))
    >>> summary.iqm, summary.n
    (4.5, 8)
    """
    if len(values) == 0 or np.isnan(values).any():
        raise StatisticsError("a summary needs at least one score and none that is NaN")
    ascending = np.sort(np.asarray(values, dtype=float))
    n = len(ascending)
    with np.errstate(invalid="ignore"):
        sd = float(np.std(ascending, ddof=1)) if n > 1 and np.isfinite(ascending).all() else None
        middle = (
            float(iqm(np.arange(1.0, n + 1)[None], ascending, trim_share(n, QUARTER))[0]) if n >= SMALLEST_IQM else None
        )
        return Summary(
            mean=float(ascending.mean()),
            sd=sd,
            median=float(np.median(ascending)),
            iqm=middle,
            min=float(ascending[0]),
            max=float(ascending[-1]),
            n=n,
        )
