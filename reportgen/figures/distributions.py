"""Figures of all scores at once: violins, empirical distributions, and the runs of one task."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from reportgen.figures.lines import NARROW, add_legend, draw_curves, legend_height
from reportgen.figures.style import INK, Look

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes
    from numpy.typing import NDArray

    from reportgen.data.scores import Task
    from reportgen.results.report import MetricResult

BODY = 0.35
ROW = 0.42


def violin_figure(metric: MetricResult, looks: Mapping[str, Look], label: str, width: float) -> Figure:
    """Draw the distribution of each method's run scores, with its quartiles, a row a method."""
    figure = Figure(figsize=(width, ROW * len(metric.methods) + 0.8), layout="constrained")
    axes = figure.subplots()
    for place, method in enumerate(metric.methods):
        values = scores_of(metric, method.id)
        look = looks[method.id]
        parts = axes.violinplot([values], [place], orientation="horizontal", widths=0.8, showextrema=False)
        bodies: Any = parts["bodies"]
        for body in bodies:
            body.set(facecolor=look.color, edgecolor=look.color, alpha=BODY)
        low, middle, high = np.quantile(values, [0.25, 0.5, 0.75])
        axes.plot([low, high], [place, place], color=look.color, linewidth=3, solid_capstyle="butt")
        axes.plot([middle], [place], marker=look.marker, color=look.color, markeredgecolor=INK, markeredgewidth=0.4)
    _method_rows(axes, metric, looks)
    axes.set_xlabel(label)
    return figure


def ecdf_figure(metric: MetricResult, looks: Mapping[str, Look], label: str, width: float) -> Figure:
    """Draw the share of each method's runs at or below a score; every task counts the same."""
    shown = [looks[method.id] for method in metric.methods]
    figure = Figure(figsize=(width, 0.5 * width + 0.3 + legend_height(shown, width)), layout="constrained")
    axes = figure.subplots()
    for method in sorted(metric.methods, key=lambda method: not looks[method.id].dimmed):
        look = looks[method.id]
        values, weights = scores_of(metric, method.id), _weights(metric, method.id)
        axes.ecdf(values, weights.tolist(), color=look.color, linestyle=look.line, zorder=2 if look.dimmed else 3)
    axes.set_xlabel(label)
    axes.set_ylabel("share at or below" if width < NARROW else "share of runs at or below")
    axes.set_ylim(-0.02, 1.02)
    add_legend(figure, shown, width)
    return figure


def task_figure(metric: MetricResult, task: Task, looks: Mapping[str, Look], label: str, width: float) -> Figure:
    """Draw every run of one task as a point beside its method's mean and, where there are curves, the curves."""
    curves = {method.id: method.task_curves[task.id] for method in metric.methods if task.id in method.task_curves}
    rows = [method for method in metric.methods if task.id in method.tasks]
    height = max(2.4 if curves else 1.4, 0.3 * len(metric.methods) + 0.9)
    figure = Figure(figsize=(width, height), layout="constrained")
    panels = figure.subplots(1, 2 if curves else 1, squeeze=False)[0]
    axes = panels[0]
    for place, method in enumerate(metric.methods):
        look = looks[method.id]
        values = [score.raw for score in metric.data.scores if (score.method, score.task) == (method.id, task.id)]
        axes.plot(values, [place] * len(values), linestyle="", marker=look.marker, color=look.color, alpha=BODY + 0.2)
        if method in rows:
            axes.plot([method.tasks[task.id].mean], [place], marker="|", markersize=14, color=INK, linestyle="")
    _method_rows(axes, metric, looks)
    axes.set_xlabel(label)
    if curves:
        draw_curves(panels[1], curves, looks)
        panels[1].set_ylabel(label)
    return figure


def scores_of(metric: MetricResult, method: str) -> NDArray[np.float64]:
    """Return the finite scores of a method, as analysed."""
    values = np.array([score.value for score in metric.data.scores if score.method == method])
    return np.asarray(values[np.isfinite(values)], dtype=np.float64)


def _weights(metric: MetricResult, method: str) -> NDArray[np.float64]:
    scores = [score for score in metric.data.scores if score.method == method and np.isfinite(score.value)]
    counts = Counter(score.task for score in scores)
    return np.array([1 / (len(counts) * counts[score.task]) for score in scores])


def _method_rows(axes: Axes, metric: MetricResult, looks: Mapping[str, Look]) -> None:
    axes.set_yticks(range(len(metric.methods)), [looks[method.id].label for method in metric.methods])
    axes.set_ylim(len(metric.methods) - 0.4, -0.6)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.grid(visible=False, axis="y")
    axes.spines["left"].set_visible(False)
