"""What a figure of the spec shows: some methods, some tasks, smoothed lines, and the words that disclose it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reportgen.data.asked import AskedFigure
    from reportgen.results.report import Curve, MethodResult, MetricResult


def narrowed(metric: MetricResult, asked: AskedFigure) -> MetricResult:
    """Return the metric with the methods and tasks that are asked for, in their order, curves smoothed."""
    tasks = {task.id: task for task in metric.data.tasks}
    chosen = asked.tasks or tuple(tasks)
    methods = [metric.method(name) for name in asked.methods] or list(metric.methods)
    places = [list(tasks).index(name) for name in chosen]
    return replace(
        metric,
        data=replace(metric.data, tasks=tuple(tasks[name] for name in chosen)),
        methods=tuple(_narrowed(method, places, asked.smoothing) for method in methods),
    )


def _narrowed(method: MethodResult, places: Sequence[int], points: int) -> MethodResult:
    return replace(
        method,
        n_runs_per_task=tuple(method.n_runs_per_task[place] for place in places),
        curves=method.curves and smoothed(method.curves, points),
        further_curves={x: smoothed(curve, points) for x, curve in method.further_curves.items()},
        task_curves={task: smoothed(curve, points) for task, curve in method.task_curves.items()},
    )


def smoothed(curve: Curve, points: int) -> Curve:
    """Return a curve whose estimate and band are centred running means over grid points.

    Parameters
    ----------
    points
        Odd number of grid points; at the ends as many as there are on both sides. 1 leaves the curve as it is.
    """
    if points == 1:
        return curve
    return replace(
        curve,
        estimate=tuple(_means(curve.estimate, points)),
        low=tuple(None if np.isnan(value) else value for value in _means(curve.low, points)),
        high=tuple(None if np.isnan(value) else value for value in _means(curve.high, points)),
    )


def _means(line: Sequence[float | None], points: int) -> list[float]:
    """Return centred running means; NaN where a value of the window is missing."""
    values = np.array(line, dtype=float)
    halves = np.minimum(points // 2, np.minimum(np.arange(len(values)), np.arange(len(values))[::-1]))
    return [float(values[place - half : place + half + 1].mean()) for place, half in enumerate(halves)]


def disclosed(caption: str, asked: AskedFigure) -> str:
    """Return the caption of a figure: the author's, else the usual one, with what was smoothed or cut off."""
    told = [asked.caption or caption]
    if asked.smoothing > 1:
        told.append(
            f"Lines and bands are smoothed: centred running means over {asked.smoothing} grid points; bands are then "
            "no longer intervals of single points."
        )
    if asked.xlim:
        low, high = (f"{end:g}".replace("-", "−") for end in asked.xlim)
        told.append(f"Shown from {low} to {high}.")
    return " ".join(told)
