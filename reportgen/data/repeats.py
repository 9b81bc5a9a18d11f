"""Evaluations that were logged again and again: equal in everything that was evaluated, they are one evaluation."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from reportgen.data.points import Points


def collapse(vector: Sequence[Points]) -> tuple[tuple[Points, ...], int]:
    """Keep the first of consecutive steps at which the whole evaluation vector of a run is equal.

    Parameters
    ----------
    vector
        The points of one run, one entry a task. A task that is missing at a step equals only a missing one.

    Returns
    -------
    (points, count)
        The vector without repetitions, and how many of its steps were repetitions. Points without steps are kept.
    """
    if not vector or not all(points.has_steps for points in vector):
        return tuple(vector), 0
    steps = np.unique(np.concatenate([points.steps for points in vector]))
    repeated = np.ones(len(steps), dtype=bool)
    repeated[0] = False
    # one task at a time: the whole matrix of a long run with many tasks need not be held
    for points in vector:
        column = np.full(len(steps), np.nan)
        column[np.searchsorted(steps, points.steps)] = points.values
        repeated[1:] &= (column[1:] == column[:-1]) | (np.isnan(column[1:]) & np.isnan(column[:-1]))
    fresh = steps[~repeated]
    return tuple(_at(points, np.isin(points.steps, fresh)) for points in vector), int(repeated.sum())


def _at(points: Points, kept: NDArray[np.bool_]) -> Points:
    wall_time = None if points.wall_time is None else points.wall_time[kept]
    return replace(points, steps=points.steps[kept], values=points.values[kept], wall_time=wall_time)
