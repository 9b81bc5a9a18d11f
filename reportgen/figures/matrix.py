"""The pairwise matrix: every method against every other, coloured by who is ahead, hatched where that is open."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from reportgen.figures.style import GRID, INK, MUTED, Look
from reportgen.results.telling import POI

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from matplotlib.axes import Axes

    from reportgen.results.report import Duel, MetricResult

AHEAD, BEHIND = "#0072b2", "#d55e00"
MOST_METHODS = 16
MOST_COUNTED = 9
PALEST, STRONGEST = 0.08, 0.62
HATCHES = {"open": "///", "untested": "..."}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ink:
    """How the cells of one matrix are coloured and written.

    Parameters
    ----------
    neutral, reach
        The estimate that favours neither, and the farthest from it.
    alpha
        Raw p up to which a pair counts as decided.
    detailed
        Whether there is room for arrows and, where there are several tasks, for their counts.
    """

    neutral: float
    reach: float
    alpha: float
    detailed: bool
    counted: bool

    @classmethod
    def of(cls, metric: MetricResult, duels: Iterable[Duel], count: int) -> Ink:
        """Suit the duels that are drawn of a metric, of `count` methods."""
        testing = metric.testing
        neutral = 0.5 if testing and testing.estimand == POI else 0.0
        detailed = count <= MOST_COUNTED
        return cls(
            neutral=neutral,
            reach=max((abs(duel.estimate - neutral) for duel in duels if duel.estimate is not None), default=0.0),
            alpha=testing.alpha if testing else 0.05,
            detailed=detailed,
            counted=detailed and len(metric.data.tasks) > 1,
        )

    def state(self, duel: Duel) -> str:
        """Return ``decided``, ``open`` or ``untested``, by the raw p of the pair."""
        if duel.p is None:
            return "untested"
        return "decided" if duel.p <= self.alpha else "open"

    def lines(self, duel: Duel) -> list[str]:
        """Return the estimate, with an arrow up where the row is better, and the tasks; or the tasks alone."""
        tasks = f"{duel.wins}·{duel.ties}·{duel.losses}"
        if duel.estimate is None:
            return [tasks]
        gain = duel.estimate - self.neutral
        text = f"{duel.estimate:.2f}" if self.neutral else _signed(gain, self.reach)
        if self.detailed and gain and self.state(duel) == "decided":
            text = f"{'▲' if gain > 0 else '▼'} {text}"
        return [text, tasks] if self.counted else [text]


def matrix_figure(metric: MetricResult, looks: Mapping[str, Look], width: float, *, paper: bool) -> Figure:
    """Draw the row's method against the column's."""
    names = in_matrix(metric, looks)
    count, labels = len(names), [looks[name].label for name in names]
    side = min(0.72, (width - 1.9) / count)
    height = count * max(min(side, 0.5), 0.3) + 1.0 + 0.045 * max(map(len, labels))
    figure = Figure(figsize=(width if paper else min(width, 2.6 + 0.85 * count), height), layout="constrained")
    axes = figure.subplots()
    duels = _both_ways(metric, names)
    ink = Ink.of(metric, duels.values(), count)
    longest = max(len(ink.lines(duel)[0]) for duel in duels.values())
    size = min(float(mpl.rcParams["font.size"]) - 1, 72 * side / (0.78 * longest))
    for place, name in enumerate(names):
        axes.add_patch(_cell((place, place), facecolor=GRID, alpha=0.5))
        for column, other in enumerate(names):
            if name != other:
                _draw(axes, (place, column), duels[name, other], ink)
                _write(axes, (place, column), duels[name, other], ink, size)
    _frame(axes, labels)
    _legend(figure, ink, duels.values())
    return figure


def in_matrix(metric: MetricResult, looks: Mapping[str, Look]) -> list[str]:
    """Return the ids of the methods drawn: all of them up to 16, else those in colour."""
    every = [method.id for method in metric.methods]
    return every if len(every) <= MOST_METHODS else [name for name in every if not looks[name].dimmed]


def _both_ways(metric: MetricResult, names: Sequence[str]) -> dict[tuple[str, str], Duel]:
    neutral = Ink.of(metric, (), len(names)).neutral
    found = {(duel.a, duel.b): duel for duel in metric.matrix}
    found |= {(duel.b, duel.a): turned(duel, neutral) for duel in metric.matrix}
    return {pair: duel for pair, duel in found.items() if pair[0] in names and pair[1] in names}


def turned(duel: Duel, neutral: float) -> Duel:
    """Return a cell from the other method's side."""
    return type(duel)(
        a=duel.b,
        b=duel.a,
        wins=duel.losses,
        ties=duel.ties,
        losses=duel.wins,
        estimate=None if duel.estimate is None else 2 * neutral - duel.estimate,
        p=duel.p,
    )


def _cell(place: tuple[int, int], **looks: Any) -> Rectangle:
    row, column = place
    return Rectangle((column - 0.5, row - 0.5), 1, 1, linewidth=0, **looks)


def _draw(axes: Axes, place: tuple[int, int], duel: Duel, ink: Ink) -> None:
    if duel.estimate is not None:
        gain = duel.estimate - ink.neutral
        strength = PALEST + (STRONGEST - PALEST) * (abs(gain) / ink.reach if ink.reach else 0.0)
        axes.add_patch(_cell(place, facecolor=AHEAD if gain >= 0 else BEHIND, alpha=strength))
    state = ink.state(duel)
    if state in HATCHES:
        axes.add_patch(_cell(place, facecolor="none", edgecolor=MUTED, hatch=HATCHES[state]))


def _write(axes: Axes, place: tuple[int, int], duel: Duel, ink: Ink, size: float) -> None:
    """Write the estimate and, smaller and below, the tasks won, tied and lost."""
    row, column = place
    first, *below = ink.lines(duel)
    weight = "bold" if ink.state(duel) == "decided" else "normal"
    axes.text(column, row - (0.13 if below else 0.0), first, ha="center", va="center", fontsize=size, color=INK,
              fontweight=weight)  # fmt: skip
    for text in below:
        axes.text(column, row + 0.25, text, ha="center", va="center", fontsize=0.82 * size, color=INK)


def _signed(value: float, reach: float) -> str:
    """Write a difference in decimals that suit the largest one.

    Examples
    --------
    >>> _signed(0.123, 0.3), _signed(-0.0004, 0.05), _signed(-12.34, 200.0)
    ('+0.12', '0.000', '−12')
    """
    places = max(0, min(4, 1 - math.floor(math.log10(reach)))) if reach > 0 else 2
    text = f"{value:+.{places}f}".replace("-", "−")
    return text[1:] if float(text[1:]) == 0 else text


def _frame(axes: Axes, labels: Sequence[str]) -> None:
    count = len(labels)
    axes.set_xlim(-0.5, count - 0.5)
    axes.set_ylim(count - 0.5, -0.5)
    axes.set_yticks(range(count), labels)
    axes.set_xticks(range(count), labels, rotation=35, ha="left", rotation_mode="anchor")
    axes.xaxis.tick_top()
    axes.grid(visible=False)
    for edge in range(1, count):
        axes.axhline(edge - 0.5, color=GRID, linewidth=0.6)
        axes.axvline(edge - 0.5, color=GRID, linewidth=0.6)
    for spine in axes.spines.values():
        spine.set_visible(False)


def _legend(figure: Figure, ink: Ink, duels: Iterable[Duel]) -> None:
    states = {ink.state(duel) for duel in duels}
    words = {"open": f"open: raw p > {ink.alpha:.2g}", "untested": "not tested"}
    handles = [
        Patch(facecolor=AHEAD, alpha=0.5, label="row ahead"),
        Patch(facecolor=BEHIND, alpha=0.5, label="column ahead"),
        *(
            Patch(facecolor="none", edgecolor=MUTED, linewidth=0.4, hatch=HATCHES[state], label=label)
            for state, label in words.items()
            if state in states
        ),
    ]
    columns = len(handles) if figure.get_figwidth() > 4.4 else 2  # noqa: PLR2004 - inches that a row of them takes
    figure.legend(handles=handles, loc="outside lower center", ncols=columns)
