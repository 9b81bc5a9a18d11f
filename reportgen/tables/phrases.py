"""What tables share: who leads, what stands in heads and captions, and why numbers are missing."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, TypeVar

from reportgen.results.comparable import NAMES, lower_is_better
from reportgen.results.words import aggregate_name, span
from reportgen.text import visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reportgen.data.asked import Published
    from reportgen.results.report import MethodResult, MetricResult, TaskSummary

Key = TypeVar("Key", str, int)
BOLD = "Bold: the best estimate"


def leaders(values: Mapping[Key, float], *, falling: bool) -> set[Key]:
    """Return who has the best value, ties included; nobody where all have the same."""
    if not values:
        return set()
    best = min(values.values()) if falling else max(values.values())
    leading = {key for key, value in values.items() if math.isclose(value, best, rel_tol=1e-9)}
    return leading if len(leading) < len(values) else set()


def best(metric: MetricResult, name: str) -> set[str]:
    """Return the methods with the best estimate; none where nothing is ranked."""
    if metric.data.direction not in {"maximize", "minimize"}:
        return set()
    stated = {
        method.id: estimate for method in metric.methods if (estimate := method.aggregates[name].estimate) is not None
    }
    return leaders(stated, falling=lower_is_better(metric.data, name))


def near(metric: MetricResult, method: MethodResult, name: str, best: Mapping[str, set[str]]) -> bool:
    """Tell whether the verdicts leave open if a method is worse than the best by the primary aggregate."""
    return name == metric.primary_aggregate and method.id in metric.best_set and method.id not in best[name]


def emphasis(metric: MetricResult) -> str:
    """Say what bold and underlining stand for, by the verdicts."""
    if not metric.best_set:
        return f"{BOLD}; no test against every other method has been made."
    name = aggregate_name(metric.primary_aggregate or "mean", metric.trim)
    near = "; underlined: not told from the best by the verdicts" if len(metric.best_set) > 1 else ""
    return f"{BOLD}{near}. Only the {name} has been tested."


def reasons(metric: MetricResult, names: Sequence[str]) -> tuple[str, ...]:
    """One sentence for each reason why numbers or intervals are missing, naming what it concerns."""
    concerned: dict[tuple[str, str], list[str]] = {}
    for name in names:
        for method in metric.methods:
            estimate = method.aggregates[name]
            if estimate.reason:
                kind = "withheld" if estimate.estimate is None else "no interval"
                concerned.setdefault((kind, estimate.reason), []).append(f"{visible(method.label)} {NAMES[name]}")
    return tuple(f"{_whose(cells, metric, names)}, {kind}: {reason}." for (kind, reason), cells in concerned.items())


def _whose(cells: Sequence[str], metric: MetricResult, names: Sequence[str]) -> str:
    for name in names:
        if cells == [f"{visible(method.label)} {NAMES[name]}" for method in metric.methods]:
            return NAMES[name][0].upper() + NAMES[name][1:]
    return few(cells)


def few(cells: Sequence[str]) -> str:
    """Name at most four cells and count the rest."""
    return "; ".join(cells[:4]) + (f" and {len(cells) - 4} more" if len(cells) > 4 else "")  # noqa: PLR2004


def published_note(published: Sequence[Published]) -> tuple[str, ...]:
    """Say that numbers are from papers, and from which."""
    if not published:
        return ()
    papers = {one.cite: one.reference for one in published if one.reference}
    told = "".join(f" {cite}: {reference.rstrip('.')}." for cite, reference in papers.items())
    return (f"†: as published, not measured here; no interval, no test, no rank.{told}",)


def titled(name: str, metric: MetricResult) -> str:
    """Return the head of an aggregate's column; an arrow says that less is better."""
    words = aggregate_name(name, metric.trim)
    arrow = " ↓" if lower_is_better(metric.data, name) and metric.data.direction != "none" else ""
    return words[0].upper() + words[1:] + arrow


def listed(names: Sequence[str], metric: MetricResult) -> str:
    """Name aggregates in a sentence."""
    words = [aggregate_name(name, metric.trim) for name in names]
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def n_words(metric: MetricResult) -> str:
    """Return the numbers of runs per task in words."""
    counts = [n for method in metric.methods for n in method.n_runs_per_task if n]
    return span(counts) if counts else "0"


def unit_words(metric: MetricResult) -> str:
    """Return the unit as captions add it."""
    return f" in {metric.data.unit}" if metric.data.unit else (" in raw units" if metric.data.normalized else "")


def counted(count: int, word: str) -> str:
    """Return a count with its word."""
    return f"{count} {word}{'s' if count != 1 else ''}"


def best_means(metric: MetricResult, found: Sequence[TaskSummary | None]) -> set[int]:
    """Return the positions of the best mean; none where nothing is ranked or all are equal."""
    if metric.data.direction not in {"maximize", "minimize"}:
        return set()
    return leaders(
        {index: one.mean for index, one in enumerate(found) if one}, falling=metric.data.direction == "minimize"
    )
