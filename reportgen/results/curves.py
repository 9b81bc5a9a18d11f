"""Learning curves: runs laid on one grid, then the aggregate with a pointwise band from one draw of whole runs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from reportgen.results.oriented import Oriented, optional
from reportgen.results.report import Curve
from reportgen.stats import curve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from reportgen.data.scores import MetricData, Score, Task
    from reportgen.stats import Settings

MOST_REPLICATES = 2000
"""Replicates of a curve's band: enough for a pointwise band, and said in its caption."""


def method_curve(
    data: MetricData, scores: Sequence[Score], settings: Settings, *, statistic: str, points: int, x: str
) -> Curve | None:
    """Return the aggregate over all tasks of one method along `x`, None where its runs have no common stretch."""
    return _curve(data, scores, settings, key=(data.id, scores[0].method), statistic=statistic, points=points, x=x)


def task_curve(
    data: MetricData, task: Task, method: str, scores: Sequence[Score], settings: Settings, *, points: int, x: str
) -> Curve | None:
    """Return the mean over one method's runs on one task along `x`, in raw units."""
    here = [_raw(score, task, data) for score in scores if score.task == task.id]
    if not here:
        return None
    raw = replace(data, normalized=False)
    key = (f"{data.id}/{task.id}", method)
    return _curve(raw, here, settings, key=key, statistic="mean", points=points, x=x)


def grid(axes: Sequence[NDArray[np.float64]], points: int) -> NDArray[np.float64] | None:
    """Return `points` equal steps from the latest first step to the earliest last one; None when that is no stretch.

    Parameters
    ----------
    axes
        The increasing steps of each run, without NaN.
    """
    if any(axis.size == 0 for axis in axes):
        return None
    first, last = max(float(axis[0]) for axis in axes), min(float(axis[-1]) for axis in axes)
    return np.linspace(first, last, points) if first < last else None


def _curve(
    data: MetricData,
    scores: Sequence[Score],
    settings: Settings,
    *,
    key: tuple[str, str],
    statistic: str,
    points: int,
    x: str,
) -> Curve | None:
    lines = [_line(score, x) for score in scores]
    steps = grid([axis for axis, _ in lines], points)
    if steps is None:
        return None
    oriented = Oriented.of(data, tuple(scores))
    values = oriented.sign * np.array([np.interp(steps, axis, line) for axis, line in lines])
    fewer = replace(settings, replicates=min(settings.replicates, MOST_REPLICATES))
    band = curve(values, oriented.scores(), fewer, key=key, statistic=statistic)
    turned = oriented.sign < 0 and statistic != "optimality_gap"
    low, high = (-band.high, -band.low) if turned else (band.low, band.high)
    return Curve(
        x=x,
        steps=tuple(float(step) for step in steps),
        estimate=tuple(float(value) for value in (-band.estimate if turned else band.estimate)),
        low=optional(low),
        high=optional(high),
        n_runs=len({score.run for score in scores}),
        statistic=statistic,
        replicates=fewer.replicates,
        reason=band.reason,
    )


def _line(score: Score, x: str) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return x and y of one run, without points whose x is missing; empty where the axis does not exist."""
    axis = score.steps if x == "step" else score.wall_time
    if axis is None:
        return np.empty(0), np.empty(0)
    kept = np.isfinite(axis) & np.isfinite(score.curve)
    return axis[kept], score.curve[kept]


def _raw(score: Score, task: Task, data: MetricData) -> Score:
    if not data.normalized or task.optimum is None or task.reference is None:
        return score
    return replace(score, value=score.raw, curve=task.reference + score.curve * (task.optimum - task.reference))
