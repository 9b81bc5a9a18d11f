"""The data that readers download: the numbers that every statistic of a report was computed from."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from reportgen.artifacts import File
from reportgen.text import csv_cell, csv_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reportgen.data.scores import Score
    from reportgen.results.report import Curve, MethodResult, MetricResult, Report

    Numbered = Sequence[tuple[int, Score]]

MOST_POINTS = 200_000
NAMES = ["metric", "method", "task", "run"]


def data_files(report: Report) -> tuple[File, ...]:
    """Return the scores as CSV, and what else numbers were computed from where the report has such numbers.

    ``data/scores.csv`` has every score used, raw and as analysed, with the run it comes from. ``curves.csv`` has the
    runs' curves on the common grids, ``reached.csv`` the steps to thresholds, ``rules.csv`` the scores by other score
    rules, ``outliers.csv`` the scores that were treated, as they were logged. A column `score` counts the rows of
    ``scores.csv`` from 1.
    """
    scores: list[list[str]] = []
    further: dict[str, list[list[str]]] = {"curves": [], "reached": [], "rules": [], "outliers": []}
    numbers = count(1)
    for metric in report.metrics:
        numbered = [(number, score) for score, number in zip(metric.data.scores, numbers, strict=False)]
        scores += [[*_names(metric, one), csv_cell(one.seed), repr(one.raw), repr(one.value)] for _, one in numbered]
        further["curves"] += _curves(metric, numbered, MOST_POINTS - len(further["curves"]))
        further["reached"] += _reached(metric, numbered)
        further["rules"] += _rules(metric, numbered)
        further["outliers"] += _outliers(metric)
    heads = {
        "curves": ["score", *NAMES, "x", "step", "raw", "value"],
        "reached": ["score", *NAMES, "threshold", "step", "horizon"],
        "rules": ["score", *NAMES, "rule", "value"],
        "outliers": [*NAMES, "raw"],
    }
    return (
        _file("scores", [*NAMES, "seed", "raw", "value"], scores),
        *(_file(name, heads[name], rows) for name, rows in further.items() if rows),
    )


def _file(name: str, head: list[str], rows: list[list[str]]) -> File:
    return File(path=f"data/{name}.csv", content=csv_text([head, *rows]).encode())


def _names(metric: MetricResult, score: Score) -> list[str]:
    method = metric.method(score.method).label
    task = next(task.label for task in metric.data.tasks if task.id == score.task)
    return [csv_cell(name) for name in (metric.id, method, task, score.run)]


def _curves(metric: MetricResult, numbered: Numbered, most: int) -> list[list[str]]:
    """Return the points of a metric's curves, method by method; a method whose points exceed `most` has none."""
    rows: list[list[str]] = []
    for method in metric.methods:
        own = [(number, score) for number, score in numbered if score.method == method.id]
        found = list(_points(metric, method, own))
        rows += found if len(rows) + len(found) <= most else []
    return rows


def _points(metric: MetricResult, method: MethodResult, own: Numbered) -> Iterator[list[str]]:
    yield from _along(metric, own, method.curves, method.task_curves)
    for curve in method.further_curves.values():
        yield from _along(metric, own, curve, {})


def _along(
    metric: MetricResult, own: Numbered, whole: Curve | None, of_tasks: Mapping[str, Curve]
) -> Iterator[list[str]]:
    """Yield each run's points along one axis: raw on the grid of its task, as analysed on the grid of all tasks."""
    seen: dict[str, int] = {}
    for place, (number, score) in enumerate(own):
        task = of_tasks.get(score.task)
        analysed, raw = _line(whole, place), _line(task, seen.get(score.task, 0))
        seen[score.task] = seen.get(score.task, 0) + 1
        axis = whole or task
        head = [str(number), *_names(metric, score), axis.x if axis else ""]
        for step in sorted({*analysed, *raw}):
            yield [*head, repr(step), raw.get(step, ""), analysed.get(step, "")]


def _line(curve: Curve | None, place: int) -> dict[float, str]:
    """Return step to value of one run."""
    if curve is None or curve.laid is None:
        return {}
    return dict(zip(curve.steps, map(repr, curve.laid[place].tolist()), strict=True))


def _reached(metric: MetricResult, numbered: Numbered) -> Iterator[list[str]]:
    for method in metric.methods:
        own = [(number, score) for number, score in numbered if score.method == method.id]
        for found in method.reached:
            for (number, score), step, end in zip(own, found.times, found.ends, strict=True):
                reached = "" if step is None else repr(step)
                yield [str(number), *_names(metric, score), repr(found.threshold), reached, repr(end)]


def _rules(metric: MetricResult, numbered: Numbered) -> Iterator[list[str]]:
    told = metric.sensitivity
    if told is None:
        return
    own = [(number, score) for method in (told.a, told.b) for number, score in numbered if score.method == method]
    for label, values in told.scores.items():
        for (number, score), value in zip(own, values, strict=True):
            yield [str(number), *_names(metric, score), csv_cell(label), repr(value)]


def _outliers(metric: MetricResult) -> Iterator[list[str]]:
    labels = {task.id: task.label for task in metric.data.tasks}
    for item in metric.outliers:
        if item.use != "used":
            names = (metric.id, metric.method(item.method).label, labels[item.task], item.run)
            yield [*map(csv_cell, names), repr(item.value)]
