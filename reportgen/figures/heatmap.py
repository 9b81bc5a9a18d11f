"""The heatmap of every method on every task; cells without a run are hatched."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from reportgen.figures.style import MUTED, Look, short

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from reportgen.results.report import MetricResult

    Floats = NDArray[np.float64]

MAP = "cividis"
MOST_WRITTEN = 400
TALLEST = {True: 9.2, False: 60.0}
TALL = 30
BRIGHT = 0.55


def heatmap_figure(metric: MetricResult, looks: Mapping[str, Look], width: float, *, paper: bool) -> Figure:
    """Draw the mean of every method (columns) on every task (rows)."""
    label = "normalised mean" if metric.data.normalized else "worst to best of the task"
    bar = {"label": label, "extend": "both" if metric.data.normalized else "neither"}
    return _table(metric, looks, width, cells(metric), colors(metric), bar, paper=paper)


def missing_figure(metric: MetricResult, looks: Mapping[str, Look], width: float, *, paper: bool) -> Figure:
    """Draw the share of logged values that are missing, in percent."""
    shares = missing(metric)
    finite = shares[np.isfinite(shares)]
    scaled = shares / max(float(finite.max()), 1e-9)
    bar = {"label": f"0 to {finite.max():.3g} % missing", "ticks": []}
    return _table(metric, looks, width, shares, scaled, bar, paper=paper)


def _table(
    metric: MetricResult,
    looks: Mapping[str, Look],
    width: float,
    values: Floats,
    shares: Floats,
    bar_words: Mapping[str, Any],
    *,
    paper: bool,
) -> Figure:
    tasks, methods = values.shape
    row = 0.21 if paper else 0.27
    height = min(tasks * row + 1.5, TALLEST[paper])
    figure = Figure(figsize=(min(width, 2.2 + 0.85 * methods) if not paper else width, height), layout="constrained")
    axes = figure.subplots()
    image = axes.imshow(shares, cmap=MAP, vmin=0, vmax=1, aspect="auto", interpolation="nearest")
    size = min(mpl.rcParams["font.size"] - 1, 72 * (height - 1.5) / tasks * 0.8)
    axes.set_yticks(range(tasks), [short(task.label) for task in metric.data.tasks], fontsize=size)
    names = [looks[method.id].label for method in metric.methods]
    slant = _slant(methods, figure.get_figwidth())
    axes.set_xticks(range(methods), names, ha="right", rotation_mode="anchor", **slant)
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set_visible(False)
    _hatch(axes, values)
    if values.size <= MOST_WRITTEN:
        _write(axes, values, shares, size)
    if tasks > TALL:
        _names_on_top(axes, names, slant)
    place: dict[str, Any] = {"anchor": (0.0, 1.0)} if tasks > TALL else {}
    bar = figure.colorbar(image, ax=axes, shrink=min(1.0, 2.5 / height), pad=0.02, **place, **bar_words)
    bar.outline.set_visible(False)
    if np.isnan(values).any():
        patch = Patch(facecolor="none", edgecolor=MUTED, hatch="////", label="no run")
        figure.legend(handles=[patch], loc="outside lower center")
    return figure


def _slant(methods: int, width: float) -> dict[str, Any]:
    """Return how the methods' names stand: slanted; upright and no larger than a column where columns are narrow."""
    column, size = 72 * (width - 2.2) / methods, mpl.rcParams["font.size"] - 1
    return {"rotation": 35} if column > 2 * size else {"rotation": 90, "va": "center", "fontsize": min(size, column)}


def _names_on_top(axes: Axes, names: Sequence[str], slant: Mapping[str, Any]) -> None:
    """Repeat the names of the methods above rows that do not fit a screen."""
    top = axes.secondary_xaxis("top")
    top.set_xticks(range(len(names)), names, ha="left", rotation_mode="anchor", **slant)
    top.spines["top"].set_visible(False)
    top.tick_params(length=0)


def missing(metric: MetricResult) -> Floats:
    """Return (tasks, methods) the percentage of logged values that are missing; NaN without a run."""
    shown = np.full((len(metric.data.tasks), len(metric.methods)), np.nan)
    rows = {task.id: row for row, task in enumerate(metric.data.tasks)}
    columns = {method.id: column for column, method in enumerate(metric.methods)}
    gone, kept = np.zeros_like(shown), np.zeros_like(shown)
    for score in metric.data.scores:
        place = rows[score.task], columns[score.method]
        gone[place] += score.missing
        kept[place] += score.line.count
    there = gone + kept > 0
    shown[there] = 100 * gone[there] / (gone + kept)[there]
    return shown


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
    finite = np.isfinite(values)
    lowest = np.where(finite, values, np.inf).min(axis=1, keepdims=True)
    highest = np.where(finite, values, -np.inf).max(axis=1, keepdims=True)
    span = np.where(highest > lowest, highest - lowest, 1.0)
    within = np.minimum(np.maximum(values, lowest), highest)  # an infinite mean has the colour of the end it is beyond
    with np.errstate(invalid="ignore"):  # a task without a finite mean
        shares = np.where(highest > lowest, (within - lowest) / span, np.where(np.isnan(values), np.nan, 0.5))
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
