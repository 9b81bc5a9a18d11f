"""Corrections of p values for the number of comparisons in a family."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import numpy as np
from scipy import stats

from reportgen.errors import StatisticsError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Sequence

CORRECTIONS = ("holm", "bonferroni", "bh", "by", "none")


def adjusted(p: Sequence[float], correction: str = "holm") -> tuple[float, ...]:
    """Return the p values of a family corrected for its size.

    Parameters
    ----------
    p
        The raw p values of the family, in any order; may be empty.
    correction
        ``holm`` (Holm, 1979) and ``bonferroni`` bound the chance of any false claim; ``bh`` (Benjamini and Hochberg,
        1995) and ``by`` (Benjamini and Yekutieli, 2001) the share of false claims; ``none``.

    Raises
    ------
    StatisticsError
        When the correction is unknown.

    Examples
    --------
    >>> adjusted([0.01, 0.04, 0.03, 0.005])
    (0.03, 0.06, 0.06, 0.02)
    """
    if correction not in CORRECTIONS:
        known = ", ".join(sorted(CORRECTIONS))
        raise StatisticsError(
            f"correction must be one of {known}, not {correction!r}{did_you_mean(correction, CORRECTIONS)}"
        )
    values = np.asarray(p, dtype=float)
    if correction == "none" or len(values) == 0:
        return tuple(values.tolist())
    if correction in {"bh", "by"}:
        method: Literal["bh", "by"] = "bh" if correction == "bh" else "by"
        return tuple(stats.false_discovery_control(values, method=method).tolist())
    if correction == "bonferroni":
        return tuple(np.minimum(1.0, values * len(values)).tolist())
    order = np.argsort(values, kind="stable")
    stepped = np.maximum.accumulate(values[order] * np.arange(len(values), 0, -1))
    found = np.empty(len(values))
    found[order] = np.minimum(1.0, stepped)
    return tuple(found.tolist())
