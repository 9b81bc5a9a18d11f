"""The interval plot: a panel an aggregate, a row a method, the estimate with its interval."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from reportgen.figures.style import INK, MUTED, Look
from reportgen.results.comparable import lower_is_better
from reportgen.results.words import aggregate_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes

    from reportgen.results.report import Estimate, MetricResult

NARROW = 4.0
INTERVAL_LINE = 2.4


def interval_figure(metric: MetricResult, looks: Mapping[str, Look], width: float) -> Figure:
    """Draw every stated aggregate of a metric."""
    names = [name for name in metric.aggregates if any(_stated(metric, name))]
    columns = min(len(names), 2 if width < NARROW else 4)
    rows = -(-len(names) // columns)
    height = rows * (0.3 * len(metric.methods) + 0.65)
    figure = Figure(figsize=(width, max(height, 1.3)), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False, sharey=True)
    for axes, name in zip(grid.flat, names, strict=False):
        _panel(axes, metric, name, looks)
    for axes in grid.flat[len(names) :]:
        axes.set_axis_off()
    return figure


def _stated(metric: MetricResult, name: str) -> list[bool]:
    return [method.aggregates[name].estimate is not None for method in metric.methods]


def _panel(axes: Axes, metric: MetricResult, name: str, looks: Mapping[str, Look]) -> None:
    for place, method in enumerate(metric.methods):
        _row(axes, place, method.aggregates[name], looks[method.id])
    title = aggregate_name(name, metric.trim)
    axes.set_title(title[:1].upper() + title[1:] + (" ↓" if lower_is_better(metric.data, name) else ""))
    axes.set_yticks(range(len(metric.methods)), [looks[method.id].label for method in metric.methods])
    axes.set_ylim(len(metric.methods) - 0.4, -0.6)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    axes.margins(x=0.12)
    axes.grid(visible=False, axis="y")
    axes.spines["left"].set_visible(False)


def _row(axes: Axes, place: int, estimate: Estimate, look: Look) -> None:
    if estimate.estimate is None:
        axes.text(0.5, place, "withheld", transform=axes.get_yaxis_transform(), color=MUTED, ha="center", va="center",
                  fontsize="small")  # fmt: skip
        return
    stated = estimate.low is not None and estimate.high is not None
    if estimate.low is not None and estimate.high is not None:
        axes.plot([estimate.low, estimate.high], [place, place], color=look.color, linewidth=INTERVAL_LINE, alpha=0.75,
                  solid_capstyle="round")  # fmt: skip
    face = look.color if stated else "none"
    axes.plot([estimate.estimate], [place], marker=look.marker, color=look.color, markerfacecolor=face,
              markeredgecolor=INK if stated else look.color, markeredgewidth=0.4 if stated else 1.2)  # fmt: skip
