"""Values of a run on other x values than it logged: common grids, gaps filled, rows thinned out. Arrays in and out."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, Literal

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

Method = Literal["linear", "previous"]
Fill = Literal["none", "linear", "previous", "nearest"]


def resample(x: Floats, y: Floats, grid: Floats, method: Method) -> Floats:
    """Return y on a grid; NaN outside of the x values there are: nothing is extrapolated.

    Parameters
    ----------
    x
        (n,) strictly increasing.
    y
        (n,) without NaN.
    method
        ``linear`` between neighbours, or the value of the ``previous`` point.
    """
    if not len(x):
        return np.full(len(grid), np.nan)
    if method == "linear":
        return np.interp(grid, x, y, left=np.nan, right=np.nan)
    places = np.searchsorted(x, grid, side="right") - 1
    return np.where((places >= 0) & (grid <= x[-1]), y[np.maximum(places, 0)], np.nan)


def common_grid(ends: Sequence[tuple[float, float] | None], points: int) -> Floats | None:
    """Return `points` equal steps from the latest first place to the earliest last one; None when that is no stretch.

    Parameters
    ----------
    ends
        First and last place of each run, None for a run without any.
    """
    known = [pair for pair in ends if pair is not None]
    if len(known) < len(ends):
        return None
    first, last = max(pair[0] for pair in known), min(pair[1] for pair in known)
    return np.linspace(first, last, points) if first < last else None


def filled(x: Floats, y: Floats, method: Fill, limit: int | None = None) -> Floats:
    """Return y with its gaps filled.

    Parameters
    ----------
    x
        (n,) increasing; without any finite one, rows count.
    method
        ``linear`` and ``nearest`` fill between two points, ``previous`` also after the last; ties go to the earlier.
    limit
        Gaps of more rows than this stay as they are.
    """
    known = np.flatnonzero(~np.isnan(y))
    if method == "none" or not known.size or known.size == len(y):
        return y
    place = np.where(np.isfinite(x), x, np.nan) if np.isfinite(x).all() else np.arange(len(y), dtype=np.float64)
    rows = np.arange(len(y))
    before = np.searchsorted(known, rows, side="right") - 1
    after = np.minimum(before + 1, known.size - 1)
    left, right = known[np.maximum(before, 0)], known[after]
    inside = (before >= 0) & (rows < known[-1])
    gap = np.where(inside, right - left - 1, len(y) - 1 - known[-1])
    wanted = np.isnan(y) & (inside | ((before >= 0) & (method == "previous")))
    if limit is not None:
        wanted &= gap <= limit
    if method == "linear":
        new = np.interp(place, place[known], y[known])
    elif method == "previous":
        new = y[left]
    else:
        new = np.where(place - place[left] <= place[right] - place, y[left], y[right])
    return np.where(wanted, new, y)


def every_nth(rows: int, n: int) -> NDArray[np.intp]:
    """Return the places of every n-th row and of the last.

    Examples
    --------
    >>> every_nth(6, 2).tolist()
    [0, 2, 4, 5]
    """
    return np.unique(np.append(np.arange(0, rows, n), rows - 1)) if rows else np.empty(0, dtype=np.intp)


def logarithmic(rows: int, points: int) -> NDArray[np.intp]:
    """Return at most `points` places, the first and the last among them, ever further apart.

    Examples
    --------
    >>> logarithmic(1000, 4).tolist()
    [0, 9, 99, 999]
    """
    if not rows:
        return np.empty(0, dtype=np.intp)
    return np.unique(np.rint(np.geomspace(1, rows, min(points, rows))).astype(np.intp) - 1)


def min_max(columns: Sequence[Floats], rows: int, points: int) -> NDArray[np.intp]:
    """Return the places of the smallest and largest value of each column in each of `points / 2` equal pieces.

    The first and the last row are kept too. Every extreme of every column stays, so a line drawn through the rows
    covers the range that all rows cover.
    """
    pieces = np.linspace(0, rows, max(1, points // 2) + 1).astype(np.intp)
    kept = {0, rows - 1} if rows else set()
    for column in columns:
        known = ~np.isnan(column)
        for start, end in itertools.pairwise(pieces):
            there = start + np.flatnonzero(known[start:end])
            if there.size:
                kept |= {int(there[np.argmin(column[there])]), int(there[np.argmax(column[there])])}
    return np.array(sorted(kept), dtype=np.intp)
