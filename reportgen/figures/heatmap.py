"""The heatmap of every method on every task; cells without a run are hatched."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from reportgen.figures.style import MUTED, Look, short

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from reportgen.results.report import MetricResult

    Floats = NDArray[np.float64]

MAP = "cividis"
MOST_WRITTEN = 400
TALLEST = {True: 9.2, False: 60.0}
BRIGHT = 0.55


def heatmap_figure(metric: MetricResult, looks: Mapping[str, Look], width: float, *, paper: bool) -> Figure:
    """Draw tasks as rows and methods as columns."""
    values, shares = cells(metric), colors(metric)
    tasks, methods = values.shape
    row = 0.21 if paper else 0.27
    height = min(tasks * row + 1.5, TALLEST[paper])
    figure = Figure(figsize=(min(width, 2.2 + 0.85 * methods) if not paper else width, height), layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(shares, cmap=MAP, vmin=0, vmax=1, aspect="auto", interpolation="nearest")
    size = min(mpl.rcParams["font.size"] - 1, 72 * (height - 1.5) / tasks * 0.8)
    axes.set_yticks(range(tasks), [short(task.label) for task in metric.data.tasks], fontsize=size)
    axes.set_xticks(range(methods), [looks[method.id].label for method in metric.methods], rotation=35, ha="right",
                    rotation_mode="anchor")  # fmt: skip
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    _hatch(axes, values)
    if values.size <= MOST_WRITTEN:
        _write(axes, values, shares, size)
    label = "normalised mean" if metric.data.normalized else "worst to best of the task"
    bar = figure.colorbar(image, ax=axes, shrink=min(1.0, 2.5 / height), pad=0.02, label=label,
                          extend="both" if metric.data.normalized else "neither")  # fmt: skip
    bar.outline.set_visible(False)
    if np.isnan(values).any():
        patch = Patch(facecolor="none", edgecolor=MUTED, hatch="////", label="no run")
        figure.legend(handles=[patch], loc="outside lower center")
    return figure


def cells(metric: MetricResult) -> Floats:
    """Return (tasks, methods) the means shown: normalised where the metric is, else raw; NaN without a run."""
    shown = np.full((len(metric.data.tasks), len(metric.methods)), np.nan)
    for row, task in enumerate(metric.data.tasks):
        for column, method in enumerate(metric.methods):
            summary = method.tasks.get(task.id)
            if summary is not None:
                shown[row, column] = summary.mean if summary.normalized is None else summary.normalized
    return shown


def colors(metric: MetricResult) -> Floats:
    """Return (tasks, methods) positions on the colour scale: the normalised mean, else worst to best of each task."""
    values = cells(metric)
    if metric.data.normalized:
        return np.clip(values, 0, 1)
    finite = np.where(np.isnan(values), np.inf, values).min(axis=1, keepdims=True)
    highest = np.where(np.isnan(values), -np.inf, values).max(axis=1, keepdims=True)
    span = np.where(highest > finite, highest - finite, 1.0)
    shares = np.where(highest > finite, (values - finite) / span, np.where(np.isnan(values), np.nan, 0.5))
    return 1 - shares if metric.data.direction == "minimize" else shares


def _hatch(axes: Axes, values: Floats) -> None:
    for row, column in np.argwhere(np.isnan(values)):
        axes.add_patch(
            Rectangle((column - 0.5, row - 0.5), 1, 1, facecolor="none", edgecolor=MUTED, hatch="////", linewidth=0)
        )


def _write(axes: Axes, values: Floats, shares: Floats, size: float) -> None:
    for (row, column), value in np.ndenumerate(values):
        if not np.isnan(value):
            color = "#20242b" if shares[row, column] > BRIGHT else "#ffffff"
            axes.text(column, row, _brief(float(value)), ha="center", va="center", color=color, fontsize=size)


def _brief(value: float) -> str:
    """Write a value in about three digits.

    Examples
    --------
    >>> [_brief(value) for value in (0.123, -12.34, 1234.5, 2.5e6)]
    ['0.12', '−12.3', '1234', '2.5e+06']
    """
    forms = ((10, ".2f"), (100, ".1f"), (100_000, ".0f"))
    text = format(value, next((form for below, form in forms if abs(value) < below), ".2g"))
    return text.replace("-", "−") if not text.startswith("-0.00") else "0.00"
