"""What a figure is drawn from in the reader's browser, where looking closer pays: lines and heatmaps as data.

The picture stays the figure. These numbers are shown on top of it when the reader asks, by ``site_config/explore.js``.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np

from reportgen.figures import data, words
from reportgen.figures.heatmap import colors
from reportgen.figures.style import DARK, ON_DARK, OTHERS, Look, short
from reportgen.text import visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reportgen.data.scores import Task
    from reportgen.results.report import Curve, MetricResult, Profile

DIGITS = 6


def explorable(role: str, name: str, metric: MetricResult, looks: Mapping[str, Look], task: Task) -> bytes | None:
    """Return a script that hands the numbers of a figure to the page, or None for a figure that is a picture only.

    Parameters
    ----------
    name
        Name of the figure, fit for a file name.
    task
        The task of a figure of one task.
    """
    drawn = _drawn(role, metric, looks, task)
    if drawn is None:
        return None
    numbers = json.dumps(drawn, allow_nan=False, separators=(",", ":"))
    return f'reportgenExplore("{name}",{numbers})\n'.encode()


def _drawn(role: str, metric: MetricResult, looks: Mapping[str, Look], task: Task) -> dict[str, Any] | None:
    if role == "heatmap":
        return _cells(metric)
    label = short(metric.data.label)
    if role == "profile":
        profiles = {method.id: method.profile for method in metric.methods if method.profile}
        share = f"share of runs {words.better_side(metric)} τ"
        middle = [profile.thresholds[len(profile.thresholds) // 2] for profile in profiles.values()]
        return _lines(profiles, metric, looks, x=f"{label}, threshold τ", y=share, start=max(middle, default=0))
    if role == "task":
        curves = {method.id: method.task_curves[task.id] for method in metric.methods if task.id in method.task_curves}
        return _curves(curves, metric, looks, "raw units" if metric.data.normalized else label)
    if role in data.AGGREGATE_CURVES:
        named = f"{words.curve_statistic(metric)} of {label}"
        return _curves(data.aggregate_curves(metric, role), metric, looks, named)
    return None


def _curves(
    curves: Mapping[str, Curve], metric: MetricResult, looks: Mapping[str, Look], label: str
) -> dict[str, Any] | None:
    if not curves:
        return None
    along = "steps" if next(iter(curves.values())).x == "step" else "wall time"
    return _lines(curves, metric, looks, x=along, y=label, start=max(curve.steps[-1] for curve in curves.values()))


def _lines(
    lines: Mapping[str, Profile | Curve],
    metric: MetricResult,
    looks: Mapping[str, Look],
    *,
    x: str,
    y: str,
    start: float,
) -> dict[str, Any]:
    """Write lines with their names of the axes; the values at `start` are told before the reader points anywhere."""
    return {
        "kind": "lines",
        "x": x,
        "y": y,
        "start": start,
        "lines": [_line(lines[m.id], m.label, looks[m.id]) for m in metric.methods if m.id in lines],
    }


def _line(line: Profile | Curve, label: str, look: Look) -> dict[str, Any]:
    places = line.steps if hasattr(line, "steps") else line.thresholds
    dashes = () if isinstance(look.line, str) else look.line[1]
    return {
        "label": visible(label),
        "color": look.color,
        "dark": {**ON_DARK, OTHERS: DARK[OTHERS]}.get(look.color, look.color),
        "dash": [round(2 * length) for length in dashes],
        "dimmed": look.dimmed,
        "x": _numbers(places),
        "estimate": _numbers(line.estimate),
        "low": _numbers(line.low),
        "high": _numbers(line.high),
    }


def _cells(metric: MetricResult) -> dict[str, Any]:
    """Write the heatmap as rows of cells: [share of the colour scale, mean, normalised, sd, n], null without a run."""
    shares = colors(metric)
    return {
        "kind": "cells",
        "normalized": metric.data.normalized,
        "methods": [visible(method.label) for method in metric.methods],
        "tasks": [visible(task.label) for task in metric.data.tasks],
        "cells": [
            [
                None if (one := method.tasks.get(task.id)) is None
                else [*_numbers([shares[row, column], one.mean, one.normalized, one.sd]), one.n]
                for column, method in enumerate(metric.methods)
            ]
            for row, task in enumerate(metric.data.tasks)
        ],
    }  # fmt: skip


def _numbers(values: Sequence[float | None]) -> list[float | None]:
    """Round to what a reader can see; null where there is no finite number.

    Examples
    --------
    >>> _numbers([1 / 3, None, float("inf"), 2_000_000.0])
    [0.333333, None, None, 2000000.0]
    """
    return [None if value is None or not np.isfinite(value) else float(f"{value:.{DIGITS}g}") for value in values]
