"""The pairwise matrix: every method against every other, coloured by who is ahead, hatched where that is open."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.patches import Patch, Rectangle

from reportgen.figures.style import GRID, INK, OTHERS, Look
from reportgen.results.telling import POI

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from matplotlib.axes import Axes

    from reportgen.results.report import Duel, MetricResult

AHEAD, BEHIND = "#0072b2", "#d55e00"
MOST_METHODS = 16
MOST_COUNTED = 9
PALEST, STRONGEST = 0.08, 0.62
HATCHES = {"open": "////", "untested": "...."}


def matrix_figure(metric: MetricResult, looks: Mapping[str, Look], width: float, *, paper: bool) -> Figure:
    """Draw the row's method against the column's."""
    names = in_matrix(metric, looks)
    count = len(names)
    side = min(0.72, (width - 1.9) / count)
    labels = max(len(looks[name].label) for name in names)
    height = count * max(min(side, 0.5), 0.3) + 1.0 + 0.045 * labels
    figure = Figure(figsize=(width if paper else min(width, 2.6 + 0.85 * count), height), layout="constrained")
    axes = figure.subplots()
    duels = _both_ways(metric, names)
    alpha = metric.testing.alpha if metric.testing else 0.05
    reach = max((abs(gain) for duel in duels.values() if (gain := _gain(metric, duel)) is not None), default=0.0)
    longest = max(len(_text(metric, duel, reach, decided=count <= MOST_COUNTED)) for duel in duels.values())
    size = min(float(mpl.rcParams["font.size"]) - 1, 72 * side / (0.78 * longest))
    for row, a in enumerate(names):
        axes.add_patch(_cell(row, row, facecolor=GRID, alpha=0.5))
        for column, b in enumerate(names):
            if a != b:
                _draw(axes, (row, column), duels[a, b], metric, reach, alpha)
                decided = _state(duels[a, b], alpha) == "decided"
                arrow = decided and count <= MOST_COUNTED
                texts = [_text(metric, duels[a, b], reach, decided=arrow)]
                texts += [_tasks(duels[a, b])] if count <= MOST_COUNTED and len(metric.data.tasks) > 1 else []
                _write(axes, (row, column), texts, size, bold=decided)
    _frame(axes, [looks[name].label for name in names])
    _legend(figure, metric, [duels[a, b] for a in names for b in names if a != b], alpha)
    return figure


def in_matrix(metric: MetricResult, looks: Mapping[str, Look]) -> list[str]:
    """Return the ids of the methods drawn: all of them up to 16, else those in colour."""
    every = [method.id for method in metric.methods]
    return every if len(every) <= MOST_METHODS else [name for name in every if not looks[name].dimmed]


def _both_ways(metric: MetricResult, names: Sequence[str]) -> dict[tuple[str, str], Duel]:
    found = {(duel.a, duel.b): duel for duel in metric.matrix}
    found |= {(duel.b, duel.a): turned(duel, _neutral(metric)) for duel in metric.matrix}
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


def _neutral(metric: MetricResult) -> float:
    return 0.5 if metric.testing and metric.testing.estimand == POI else 0.0


def _gain(metric: MetricResult, duel: Duel) -> float | None:
    return None if duel.estimate is None else duel.estimate - _neutral(metric)


def _cell(row: int, column: int, **looks: object) -> Rectangle:
    return Rectangle((column - 0.5, row - 0.5), 1, 1, linewidth=0, **looks)  # type: ignore[arg-type] # looks of a patch


def _state(duel: Duel, alpha: float) -> str:
    """Return ``decided``, ``open`` or ``untested``, by the raw p of the pair."""
    if duel.p is None:
        return "untested"
    return "decided" if duel.p <= alpha else "open"


def _draw(axes: Axes, place: tuple[int, int], duel: Duel, metric: MetricResult, reach: float, alpha: float) -> None:
    gain = _gain(metric, duel)
    if gain is not None:
        strength = PALEST + (STRONGEST - PALEST) * (abs(gain) / reach if reach else 0.0)
        axes.add_patch(_cell(*place, facecolor=AHEAD if gain >= 0 else BEHIND, alpha=strength))
    state = _state(duel, alpha)
    if state in HATCHES:
        axes.add_patch(_cell(*place, facecolor="none", edgecolor=OTHERS, hatch=HATCHES[state]))


def _write(axes: Axes, place: tuple[int, int], texts: Sequence[str], size: float, *, bold: bool) -> None:
    """Write the estimate and, smaller and below, the tasks won, tied and lost."""
    row, column = place
    shift = 0.13 if texts[1:] else 0.0
    axes.text(column, row - shift, texts[0], ha="center", va="center", fontsize=size, color=INK,
              fontweight="bold" if bold else "normal")  # fmt: skip
    for text in texts[1:]:
        axes.text(column, row + 0.25, text, ha="center", va="center", fontsize=0.82 * size, color=INK)


def _text(metric: MetricResult, duel: Duel, reach: float, *, decided: bool) -> str:
    """Write the estimate, where it is decided with an arrow that points up for the row; else the tasks."""
    gain = _gain(metric, duel)
    if gain is None:
        return _tasks(duel)
    text = f"{duel.estimate:.2f}" if _neutral(metric) else _signed(gain, reach)
    return f"{'▲' if gain > 0 else '▼'} {text}" if decided and gain else text


def _tasks(duel: Duel) -> str:
    return f"{duel.wins}·{duel.ties}·{duel.losses}"


def _signed(value: float, reach: float) -> str:
    """Write a difference in decimals that suit the largest one.

    Examples
    --------
    >>> _signed(0.123, 0.3), _signed(-0.0004, 0.05), _signed(-12.34, 20.0)
    ('+0.12', '0.000', '−12.3')
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


def _legend(figure: Figure, metric: MetricResult, duels: Sequence[Duel], alpha: float) -> None:
    states = {_state(duel, alpha) for duel in duels}
    handles = [
        Patch(facecolor=AHEAD, alpha=0.5, label="row ahead"),
        Patch(facecolor=BEHIND, alpha=0.5, label="column ahead"),
    ]
    words = {"open": f"open: raw p > {alpha:.2g}", "untested": "not tested"}
    handles += [
        Patch(facecolor="none", edgecolor=OTHERS, linewidth=0.4, hatch=HATCHES[state], label=label)
        for state, label in words.items()
        if state in states
    ]
    if any(_gain(metric, duel) is not None for duel in duels):
        columns = len(handles) if figure.get_figwidth() > 4.4 else 2  # noqa: PLR2004 - inches that a row of them takes
        figure.legend(handles=handles, loc="outside lower center", ncols=columns)
