"""The forest plots of comparisons: a row a pair, its estimate with interval, the verdict told by the mark's form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from reportgen.figures.style import GRID, INK, MUTED, PAPER, Look
from reportgen.results.telling import POI, estimand_words, sides, sign_words
from reportgen.results.words import places

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

    from reportgen.results.report import Comparison, MetricResult

MOST_ROWS = 45
TALLEST = 9.2
AROUND = 1.25
NUMBERED = 6.0
INTERVAL_LINE = 2.0
MARKS = {"better": ">", "worse": "<", "equivalent": "s", "inconclusive": "o", "cannot be decided": "X"}
FILLED = {"better", "worse", "equivalent"}


def forest_figure(
    metric: MetricResult, estimand: str, looks: Mapping[str, Look], width: float, *, paper: bool
) -> Figure:
    """Draw the comparisons of a metric by one estimand."""
    shown, _ = rows(metric, estimand, looks)
    names = _names(shown, looks, width)
    lines = max(name.count("\n") + 1 for name in names)
    height = len(shown) * (0.27 if lines == 1 else 0.36) + AROUND
    height = min(height, TALLEST) if paper else height
    size = min(float(mpl.rcParams["font.size"]) - 1, 72 * (height - AROUND) / len(shown) / (1.25 * lines))
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots()
    _neutral(axes, metric, estimand, shown)
    decimals = _decimals(shown)
    for place, side in enumerate(shown):
        _row(axes, place, side, looks)
        if width >= NUMBERED:
            axes.text(1.02, place, _numbers(side, decimals), transform=axes.get_yaxis_transform(), va="center",
                      fontsize="small", color=INK if side.estimate is not None else MUTED)  # fmt: skip
    axes.set_yticks(range(len(shown)), names, fontsize=size)
    axes.set_ylim(len(shown) - 0.4, -0.6)
    axes.grid(visible=True, axis="y", linewidth=0.35)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    if estimand == POI:
        axes.set_xlim(-0.03, 1.03)
    _directions(axes, metric, estimand, shown, looks)
    _legend(figure, shown)
    return figure


def rows(metric: MetricResult, estimand: str, looks: Mapping[str, Look]) -> tuple[list[Comparison], int]:
    """Return the comparisons drawn, and how many are left to the table because they would not fit.

    Of more than 45 pairs those stay whose methods are both in colour.
    """
    every = list(sides(metric, estimand))
    if len(every) <= MOST_ROWS:
        return every, 0
    chosen = [side for side in every if not (looks[side.a].dimmed or looks[side.b].dimmed)] or every
    return chosen[:MOST_ROWS], len(every) - len(chosen[:MOST_ROWS])


def _common(shown: Sequence[Comparison]) -> str | None:
    """Return the method that all others are compared with, where there is one."""
    others = {side.b for side in shown}
    return next(iter(others)) if len(others) == 1 and len(shown) > 1 else None


def _names(shown: Sequence[Comparison], looks: Mapping[str, Look], width: float) -> list[str]:
    if _common(shown):
        return [looks[side.a].label for side in shown]
    word = ">" if shown[0].estimand == POI else "vs"
    pairs = [(looks[side.a].label, looks[side.b].label) for side in shown]
    size = float(mpl.rcParams["font.size"]) - 1
    room = 0.42 * width * 72 / (0.56 * size)
    between = " " if max(len(a) + len(b) + len(word) + 2 for a, b in pairs) <= room else "\n"
    return [f"{a}{between}{word} {b}" for a, b in pairs]


def _neutral(axes: Axes, metric: MetricResult, estimand: str, shown: Sequence[Comparison]) -> None:
    """Draw the value that favours neither and, where one is declared, the stretch around it that counts as none."""
    neutral = next(side.neutral for side in shown if side.estimand == estimand)
    axes.axvline(neutral, color=INK, linewidth=0.9, linestyle=(0, (4, 2)), zorder=1)
    testing = metric.testing
    if testing and testing.smallest_difference is not None and testing.estimand == estimand:
        within = testing.smallest_difference
        axes.axvspan(neutral - within, neutral + within, color=GRID, alpha=0.6, linewidth=0, zorder=0)


def _row(axes: Axes, place: int, side: Comparison, looks: Mapping[str, Look]) -> None:
    if side.estimate is None:
        axes.text(0.02, place, "withheld", transform=axes.get_yaxis_transform(), color=MUTED, va="center",
                  fontsize="small")  # fmt: skip
        return
    favoured = {"better": side.a, "worse": side.b}.get(side.verdict or "")
    color = looks[favoured].color if favoured else MUTED
    if side.low is not None and side.high is not None:
        axes.plot([side.low, side.high], [place, place], color=color, linewidth=INTERVAL_LINE, alpha=0.75,
                  solid_capstyle="round", zorder=2)  # fmt: skip
    axes.plot([side.estimate], [place], zorder=3, **_mark(side.verdict or "inconclusive", color))


def _mark(verdict: str, color: str) -> dict[str, Any]:
    """Return the looks of a verdict's mark: filled and pointing to the better one where it is decided, else hollow."""
    filled = verdict in FILLED
    return {
        "marker": MARKS[verdict],
        "color": color,
        "markerfacecolor": color if filled else PAPER,
        "markeredgecolor": INK if filled else color,
        "markeredgewidth": 0.5 if filled else 1.3,
        "markersize": float(mpl.rcParams["lines.markersize"]) * (1.2 if filled else 1.0),
        "linestyle": "",
    }


def _decimals(shown: Sequence[Comparison]) -> int:
    """Return the decimals of all numbers of the figure: two significant digits of the typical half-width."""
    known = sorted(
        places(side.low, side.high)
        for side in shown
        if side.low is not None and side.high is not None and side.high > side.low
    )
    return known[len(known) // 2] if known else 3


def _numbers(side: Comparison, decimals: int) -> str:
    if side.estimate is None:
        return ""
    form = f"{'' if side.estimand == POI else '+'}.{decimals}f"
    text = f"{side.estimate:{form}}"
    if side.low is not None and side.high is not None:
        text += f" [{side.low:.{decimals}f}, {side.high:.{decimals}f}]"
    return text.replace("-", "−")


def _directions(
    axes: Axes, metric: MetricResult, estimand: str, shown: Sequence[Comparison], looks: Mapping[str, Look]
) -> None:
    common = _common(shown)
    left, right = ("← worse", "better →") if common else ("← B better", "A better →")
    axes.set_title(left, loc="left", color=MUTED, fontsize="small")
    axes.set_title(right, loc="right", color=MUTED, fontsize="small")
    other = looks[common].label if common else "B"
    if estimand == POI:
        axes.set_xlabel(f"P(A > {other})")
    else:
        words = estimand_words(metric, estimand)
        axes.set_xlabel(f"{words}\nfrom {other}" if common else f"{words}, {sign_words(metric).partition(',')[0]}")


def _legend(figure: Figure, shown: Sequence[Comparison]) -> None:
    present = {side.verdict for side in shown if side.estimate is not None}
    words = {} if _common(shown) else {"better": "A better", "worse": "B better"}
    handles = [
        Line2D([], [], label=words.get(verdict, verdict), **_mark(verdict, MUTED))
        for verdict in MARKS
        if verdict in present
    ]
    if handles:
        columns = len(handles) if figure.get_figwidth() >= NUMBERED else 2
        figure.legend(handles=handles, loc="outside lower center", ncols=columns, handletextpad=0.3)
