"""Figures made of lines: performance profiles and learning curves, with pointwise bands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator

from reportgen.figures.style import OTHERS, Look, short

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

    from reportgen.results.report import Curve, Profile
    from reportgen.stats import Band

BAND = 0.16
UNITS = ((1e9, "B"), (1e6, "M"), (1e3, "k"))
ROW_HEIGHT = 1.5
NARROW = 4.0
POINTS = 72.0


def profile_figure(
    profiles: Mapping[str, Profile | Band],
    looks: Mapping[str, Look],
    label: str,
    width: float,
    *,
    better: str = "above",
) -> Figure:
    """Draw the share of runs above each threshold (below, where less is better), a line a method."""
    figure = Figure(figsize=(width, _height(width, [looks[name] for name in profiles])), layout="constrained")
    axes = figure.subplots()
    for name, look in _dimmed_first(looks, profiles):
        profile = profiles[name]
        _line(axes, profile.thresholds, profile, look, every=_marks(len(profile.thresholds)))
    axes.set_xlabel(f"{label}, threshold τ")
    axes.set_ylabel(f"share {better} τ" if width < NARROW else f"share of runs {better} τ")
    axes.set_ylim(-0.02, 1.02)
    add_legend(figure, [looks[name] for name in profiles], width)
    return figure


def curve_figure(curves: Mapping[str, Curve], looks: Mapping[str, Look], label: str, width: float) -> Figure:
    """Draw the aggregate along the steps, a line a method."""
    figure = Figure(figsize=(width, _height(width, [looks[name] for name in curves])), layout="constrained")
    axes = figure.subplots()
    for name, look in _dimmed_first(looks, curves):
        _line(axes, curves[name].steps, curves[name], look, every=_marks(len(curves[name].steps)))
    axes.set_ylabel(label)
    _step_axis(axes, next(iter(curves.values())).x)
    add_legend(figure, [looks[name] for name in curves], width)
    return figure


def draw_curves(axes: Axes, curves: Mapping[str, Curve], looks: Mapping[str, Look]) -> None:
    """Draw the curves of one task into a panel."""
    for name, look in _dimmed_first(looks, curves):
        _line(axes, curves[name].steps, curves[name], look, every=None)
    axes.xaxis.set_major_locator(MaxNLocator(4))
    _step_axis(axes, next(iter(curves.values())).x)


def task_curves_figure(
    tasks: Sequence[tuple[str, Mapping[str, Curve]]],
    looks: Mapping[str, Look],
    label: str,
    width: float,
    *,
    columns: int | None = None,
) -> Figure:
    """Draw small multiples, a panel a task (label and curves by method)."""
    columns = min(len(tasks), columns or (4 if width > 6 else (3 if width > 4 else 2)))  # noqa: PLR2004 - inches a panel needs
    rows = -(-len(tasks) // columns)
    present = {name for _, curves in tasks for name in curves}
    shown = [look for name, look in looks.items() if name in present]
    height = ROW_HEIGHT * rows * (width / columns / 1.75) + 0.3 + legend_height(shown, width)
    figure = Figure(figsize=(width, height), layout="constrained")
    grid = figure.subplots(rows, columns, squeeze=False)
    for axes, (task, curves) in zip(grid.flat, tasks, strict=False):
        for name, look in _dimmed_first(looks, curves):
            _line(axes, curves[name].steps, curves[name], look, every=None)
        axes.set_title(short(task))
        axes.xaxis.set_major_locator(MaxNLocator(3))
        axes.yaxis.set_major_locator(MaxNLocator(4))
        axes.xaxis.set_major_formatter(FuncFormatter(_step_text))
    for axes in grid.flat[len(tasks) :]:
        axes.set_axis_off()
    figure.supylabel(label, fontsize="medium")
    x = next(curve.x for _, curves in tasks for curve in curves.values())
    for axes in grid.flat[max(0, len(tasks) - columns) : len(tasks)]:
        axes.set_xlabel(_x_words(x))
    add_legend(figure, shown, width)
    return figure


def _height(width: float, shown: Sequence[Look]) -> float:
    """Return the height of a figure whose plot keeps its form however many rows its legend has."""
    return 0.58 * width + (0.4 if width < NARROW else 0.1) + legend_height(shown, width)


def legend_height(shown: Sequence[Look], width: float) -> float:
    """Return the inches that the legend below a figure takes."""
    labels = _entries(shown)
    rows = -(-len(labels) // _columns(labels, width))
    return 1.45 * rows * (float(mpl.rcParams["font.size"]) - 1) / POINTS


def _entries(shown: Sequence[Look]) -> list[str]:
    """Return the labels of a legend: the methods in colour, and the rest as one."""
    dimmed = sum(look.dimmed for look in shown)
    return [look.label for look in shown if not look.dimmed] + ([f"{dimmed} others"] if dimmed else [])


def _columns(labels: Sequence[str], width: float) -> int:
    longest = max(len(label) for label in labels)
    return max(1, min(len(labels), int(width / _entry_width(longest))))


def _line(axes: Axes, x: Any, line: Profile | Band | Curve, look: Look, *, every: int | None) -> None:
    steps, estimate = np.asarray(x, dtype=float), np.asarray(line.estimate, dtype=float)
    low, high = np.asarray(line.low, dtype=float), np.asarray(line.high, dtype=float)
    layer = 2 if look.dimmed else 3
    style: dict[str, Any] = {"color": look.color, "linestyle": look.line, "zorder": layer}
    if every and not look.dimmed:
        style |= {"marker": look.marker, "markevery": (every // 2, every), "markersize": 4}
    axes.plot(steps, estimate, **style)
    stated = ~np.isnan(low)
    if stated.any() and not look.dimmed:
        axes.fill_between(steps, low, high, where=stated.tolist(), color=look.color, alpha=BAND, linewidth=0, zorder=1)


def _marks(points: int) -> int:
    return max(1, points // 7)


def _dimmed_first(looks: Mapping[str, Look], present: Mapping[str, Any]) -> list[tuple[str, Look]]:
    return sorted(
        ((name, look) for name, look in looks.items() if name in present), key=lambda item: not item[1].dimmed
    )


def add_legend(figure: Figure, shown: Sequence[Look], width: float) -> None:
    """Put the legend of several methods below the figure."""
    handles = [
        Line2D([], [], color=look.color, linestyle=look.line, marker=look.marker, markersize=4, label=look.label)
        for look in shown
        if not look.dimmed
    ]
    if any(look.dimmed for look in shown):
        handles.append(Line2D([], [], color=OTHERS, label=f"{sum(look.dimmed for look in shown)} others"))
    if len(handles) > 1:
        columns = _columns(_entries(shown), width)
        figure.legend(handles=handles, loc="outside lower center", ncols=columns, handlelength=2.2)


def _entry_width(characters: int) -> float:
    """Return the inches that a legend's entry takes, its line and the space behind it included."""
    size = float(mpl.rcParams["font.size"]) - 1
    return (4.5 + 0.58 * characters) * size / POINTS


def _step_axis(axes: Axes, x: str) -> None:
    axes.xaxis.set_major_formatter(FuncFormatter(_step_text))
    axes.set_xlabel(_x_words(x))


def _x_words(x: str) -> str:
    return "steps" if x == "step" else "wall time"


def _step_text(value: float, _place: int | None = None) -> str:
    """Write a number of steps shortly.

    Examples
    --------
    >>> [_step_text(value) for value in (0, 2_500_000, 40_000, 120)]
    ['0', '2.5M', '40k', '120']
    """
    for size, unit in UNITS:
        if abs(value) >= size:
            return f"{value / size:g}{unit}"
    return f"{value:g}"
