"""Figures of ranks: how often a method takes each rank, and which mean ranks a critical difference keeps apart."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.patches import Patch
from matplotlib.ticker import MultipleLocator

from reportgen.figures.matrix import in_matrix
from reportgen.figures.style import INK, MUTED, PAPER, Look

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

    from reportgen.results.report import MetricResult, Omnibus

BAR = "#0072b2"
OWN_RANKS = 8
STRONGEST, PALEST = 1.0, 0.08
READ_ON_PAPER = 0.75
ROW = 0.34
NARROW = 4.0
MOST_TICKS = 10


def rank_figure(metric: MetricResult, looks: Mapping[str, Look], width: float) -> Figure:
    """Draw the shares of ranks, a stacked bar a method, best mean rank on top."""
    names = ranked(metric, looks)
    parts = _parts(len(metric.ranks.shares) if metric.ranks else 0)
    figure = Figure(figsize=(width, ROW * len(names) + 1.15), layout="constrained")
    axes = figure.subplots()
    for place, name in enumerate(names):
        _bar(axes, place, _merged(_shares(metric, name), parts), parts, width)
        axes.text(1.02, place, f"{mean_rank(metric, name):.1f}", transform=axes.get_yaxis_transform(), va="center",
                  fontsize="small")  # fmt: skip
    axes.text(1.02, -0.75, "mean", transform=axes.get_yaxis_transform(), va="center", fontsize="small", color=MUTED)
    axes.set_yticks(range(len(names)), [looks[name].label for name in names])
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlim(0, 1)
    axes.xaxis.set_major_locator(MultipleLocator(0.25))
    axes.grid(visible=False, axis="y")
    axes.spines["left"].set_visible(False)
    axes.set_xlabel("share of bootstrap draws")
    handles = [
        Patch(facecolor=BAR, alpha=_strength(index, len(parts)), edgecolor=MUTED, linewidth=0.3, label=_label(part))
        for index, part in enumerate(parts)
    ]
    columns = len(handles) if width >= NARROW else 5
    figure.legend(handles=handles, loc="outside lower center", ncols=columns, title="rank", title_fontsize="small",
                  handlelength=1.0, columnspacing=1.0)  # fmt: skip
    return figure


def ranked(metric: MetricResult, looks: Mapping[str, Look]) -> list[str]:
    """Return the ids of the methods drawn, best mean rank first."""
    standing = metric.ranks.shares if metric.ranks else {}
    kept = set(in_matrix(metric, looks))
    return sorted((name for name in standing if name in kept), key=lambda name: mean_rank(metric, name))


def mean_rank(metric: MetricResult, name: str) -> float:
    """Return the mean rank of a method over the draws; 1 is best."""
    return sum(rank * share for rank, share in enumerate(_shares(metric, name), start=1))


def _shares(metric: MetricResult, name: str) -> Sequence[float]:
    return metric.ranks.shares[name] if metric.ranks else ()


def _parts(count: int) -> list[tuple[int, int]]:
    """Return the ranks of each part of a bar; many last ranks share one.

    Examples
    --------
    >>> _parts(3), _parts(13)[-2:]
    ([(1, 1), (2, 2), (3, 3)], [(8, 8), (9, 13)])
    """
    single = [(rank, rank) for rank in range(1, min(count, OWN_RANKS) + 1)]
    return single if count <= OWN_RANKS else [*single, (OWN_RANKS + 1, count)]


def _merged(shares: Sequence[float], parts: Sequence[tuple[int, int]]) -> list[float]:
    return [sum(shares[first - 1 : last]) for first, last in parts]


def _label(part: tuple[int, int]) -> str:
    first, last = part
    return str(first) if first == last else f"{first}–{last}"


def _strength(index: int, count: int) -> float:
    return STRONGEST - (STRONGEST - PALEST) * index / max(1, count - 1)


def _bar(axes: Axes, place: int, shares: Sequence[float], parts: Sequence[tuple[int, int]], width: float) -> None:
    left = 0.0
    for index, share in enumerate(shares):
        if share > 0:
            strength = _strength(index, len(parts))
            axes.barh([place], [share], left=left, height=0.74, color=BAR, alpha=strength, linewidth=0)
            axes.barh([place], [share], left=left, height=0.74, facecolor="none", edgecolor=MUTED, linewidth=0.4)
            label = _label(parts[index])
            if share * width > 0.14 * len(label) + 0.08:
                color = PAPER if strength > READ_ON_PAPER else INK
                axes.text(left + share / 2, place, label, ha="center", va="center", fontsize="small", color=color)
        left += share


def critical_difference_figure(whole: Omnibus, looks: Mapping[str, Look], width: float) -> Figure:
    """Draw mean ranks over tasks on an axis; a bar joins methods that lie within the critical difference."""
    order = sorted(whole.average_ranks, key=lambda name: whole.average_ranks[name])
    count, half = len(order), -(-len(order) // 2)
    bars = groups([whole.average_ranks[name] for name in order], whole.critical_difference or 0.0)
    depth = 0.16 * len(bars) + 0.3
    height = 0.85 + depth + 0.24 * half
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots()
    lowest, highest = math.floor(whole.average_ranks[order[0]]), math.ceil(whole.average_ranks[order[-1]])
    highest = max(highest, math.ceil(lowest + (whole.critical_difference or 0.0)))
    axes.set_xlim(lowest - 0.02 * (highest - lowest), highest + 0.02 * (highest - lowest))
    axes.set_ylim(height - 0.85, -0.68)
    axes.set_axis_off()
    _ruler(axes, (lowest, highest), whole.critical_difference or 0.0)
    for level, (first, last) in enumerate(bars):
        ends = [whole.average_ranks[order[first]], whole.average_ranks[order[last]]]
        axes.plot(ends, [0.2 + 0.16 * level] * 2, color=INK, linewidth=3, solid_capstyle="round", zorder=3)
    for index, name in enumerate(order):
        on_left = index < half
        row = index if on_left else count - 1 - index
        _leader(axes, whole.average_ranks[name], depth + 0.24 * row, looks[name], on_left=on_left)
    return figure


def groups(ranks: Sequence[float], apart: float) -> list[tuple[int, int]]:
    """Return (first, last) of each largest group of sorted ranks that lie within a critical difference.

    Examples
    --------
    >>> groups([1.0, 1.5, 2.5, 4.0], 1.0)
    [(0, 1), (1, 2)]
    """
    found: list[tuple[int, int]] = []
    for first, rank in enumerate(ranks):
        last = max(index for index, other in enumerate(ranks) if other - rank <= apart)
        if last > first and (not found or last > found[-1][1]):
            found.append((first, last))
    return found


def _ruler(axes: Axes, ends: tuple[int, int], apart: float) -> None:
    """Draw the axis of ranks and, above it, the critical difference."""
    first, last = ends
    axes.plot([first, last], [0, 0], color=INK, linewidth=1)
    for rank in range(first, last + 1, 1 + (last - first) // MOST_TICKS):
        axes.plot([rank, rank], [-0.06, 0], color=INK, linewidth=1)
        axes.text(rank, -0.1, str(rank), ha="center", va="bottom", fontsize="small")
    axes.plot([first, first + apart], [-0.42, -0.42], color=INK, linewidth=1)
    for end in (first, first + apart):
        axes.plot([end, end], [-0.46, -0.38], color=INK, linewidth=1)
    axes.text(first, -0.48, f"critical difference {apart:.2f}", ha="left", va="bottom", fontsize="small")


def _leader(axes: Axes, rank: float, depth: float, look: Look, *, on_left: bool) -> None:
    """Lead from a mean rank down and out to the method's name."""
    edge = 0.0 if on_left else 1.0
    low, high = axes.get_xlim()
    x = low + (high - low) * edge
    axes.plot([rank, rank, x], [0, depth, depth], color=look.color, linewidth=mpl.rcParams["lines.linewidth"] * 0.7)
    axes.plot([rank], [0], marker=look.marker, color=look.color, markeredgecolor=INK, markeredgewidth=0.4, zorder=3)
    text = f"{look.label} {rank:.2f}" if on_left else f"{rank:.2f} {look.label}"
    axes.text(x, depth, f"{text} " if on_left else f" {text}", ha="right" if on_left else "left", va="center",
              fontsize="small")  # fmt: skip
