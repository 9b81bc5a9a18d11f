"""The table of statistics that functions of the spec's owner compute."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reportgen.artifacts import safe_name
from reportgen.results.words import drawn_words, protocol_line
from reportgen.tables import phrases
from reportgen.tables.values import Cell, Column, Table
from reportgen.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reportgen.results.report import Estimate, MetricResult, Report, StatisticWords

ARROWS = {"maximize": "", "minimize": " ↓", "none": ""}
NOT_MEASURED = "How often intervals of these functions hold has not been measured."


def statistics(metric: MetricResult, report: Report) -> Table:
    """State the statistics of the spec's owner for each method."""
    data, own = metric.data, metric.statistics
    best = {one.id: _best(metric, one) for one in own}
    drawn = max((found.replicates for method in metric.methods for found in method.statistics.values()), default=0)
    functions = ", ".join(f"{one.label} ({one.function})" for one in own)
    over = f"{data.label} over {phrases.counted(len(data.tasks), 'task')}"
    caption = [f"{over}, by functions of this report's authors: {functions}."]
    if drawn:
        intervals = f"{100 * report.level:g} % {report.interval} intervals from {drawn:,} bootstrap draws"
        caption.append(f"In brackets: {intervals} of {report.unit}s, n = {phrases.n_words(metric)} runs per task.")
    if any(best.values()):
        caption.append(f"{phrases.BOLD}; no test has been made.")
    return Table(
        name=f"{safe_name(metric.id)}-statistics",
        metric=metric.id,
        role="statistics",
        title=f"{data.label}: statistics of this report's own",
        caption=" ".join(caption),
        signature=_signature(metric, report, drawn),
        columns=(
            Column(key="method", label="Method"),
            *(Column(key=one.id, label=one.label + ARROWS[one.direction], kind="interval") for one in own),
        ),
        rows=tuple(
            (
                Cell(text=method.label),
                *(_cell(method.statistics[one.id], best=method.id in best[one.id]) for one in own),
            )
            for method in metric.methods
        ),
        notes=(*_reasons(metric), *((NOT_MEASURED,) if drawn else ())),
    )


def _cell(found: Estimate, *, best: bool) -> Cell:
    return Cell(value=found.estimate, low=found.low, high=found.high, reason=found.reason or "", best=best)


def _signature(metric: MetricResult, report: Report, drawn: int) -> str:
    shown = [one.label for one in metric.statistics]
    counts = [n for method in metric.methods for n in method.n_runs_per_task if n]
    words = drawn_words(report.settings, drawn) if drawn else []
    return protocol_line(metric.data, [*shown, *words], counts, len(metric.data.tasks))


def _best(metric: MetricResult, one: StatisticWords) -> set[str]:
    found = {method.id: method.statistics[one.id].estimate for method in metric.methods}
    stated = {method: estimate for method, estimate in found.items() if estimate is not None}
    return set() if one.direction == "none" else phrases.leaders(stated, falling=one.direction == "minimize")


def _reasons(metric: MetricResult) -> Iterator[str]:
    """Yield a sentence for each reason why numbers or intervals are missing."""
    concerned: dict[tuple[str, str], list[str]] = {}
    for one in metric.statistics:
        for method in metric.methods:
            found = method.statistics[one.id]
            if found.reason:
                kind = "withheld" if found.estimate is None else "no interval"
                concerned.setdefault((kind, found.reason), []).append(f"{visible(method.label)} {visible(one.label)}")
    for (kind, reason), cells in concerned.items():
        yield f"{phrases.few(cells)}, {kind}: {reason}."
