"""Steps to a threshold: when a run first reached it, and the restricted mean over runs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from reportgen.stats.analysis import analyse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from reportgen.stats.intervals import Interval
    from reportgen.stats.scores import Scores, Settings

    Floats = NDArray[np.float64]


def first_reached(steps: Floats, values: Floats, thresholds: Sequence[float], until: float) -> list[float | None]:
    """Return the step of a run's first point at least as good as each threshold, None where none is up to `until`.

    Parameters
    ----------
    steps, values
        (n,) the points of the run, steps increasing, values oriented so that higher is better.
    thresholds
        Oriented like the values.

    Examples
    --------
    >>> first_reached(np.array([0.0, 10, 20]), np.array([1.0, 5, 2]), [2.0, 6.0], until=20)
    [10.0, None]
    """
    inside = steps <= until
    steps, values = steps[inside], values[inside]
    good = [np.flatnonzero(values >= threshold) for threshold in thresholds]
    return [float(steps[places[0]]) if places.size else None for places in good]


def restricted(
    scores: Scores,
    times: Sequence[float | None],
    ends: Sequence[float],
    settings: Settings,
    *,
    metric: str,
    method: str,
    threshold: float,
) -> tuple[Interval, Interval]:
    """Return the share of runs that reached a threshold and the restricted mean of the steps they took.

    A run that did not reach it counts with the end of its task, so that the mean is finite and a lower bound.

    Parameters
    ----------
    scores
        Which run and task each entry belongs to; its values are not looked at.
    times
        (n,) the step at which each reached the threshold, or None.
    ends
        (n,) the last step that every run of every method on the task has.
    metric, method, threshold
        With the seed they fix the random numbers; the threshold in shown units.
    """
    made = np.array([float(time is not None) for time in times])
    steps = np.array([end if time is None else time for time, end in zip(times, ends, strict=True)], dtype=float)
    key = (f"{metric}/steps to {threshold!r}", method)
    share, mean = (
        analyse(
            replace(scores, values=values),
            settings,
            key=key,
            statistics=("mean",),
            thresholds=np.empty(0),
            trials=trials,
        ).intervals["mean"]
        for values, trials in ((made, True), (steps, False))
    )
    return share, mean
