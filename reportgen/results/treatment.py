"""Outlying scores: named, and kept, pulled in or left out as the spec asks; every one is counted."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from reportgen.data.scores import Exclusion, Notice
from reportgen.results.report import Outlier
from reportgen.stats import outlying

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reportgen.data.scores import MetricData, RunRow, Score
    from reportgen.results.report import MetricResult

USES = {"keep": "used", "winsorize": "winsorized", "exclude": "excluded"}


def outliers(data: MetricData, policy: str) -> tuple[Outlier, ...]:
    """Name the scores that a rule calls outliers among the runs of their method and task.

    A score that both rules name is treated as `policy` says (``keep``, ``winsorize``, ``exclude``); one that a single
    rule names is used in any case, for with few runs a single rule often names a score that is none.
    """
    cells: dict[tuple[str, str], list[Score]] = {}
    for score in data.scores:
        cells.setdefault((score.method, score.task), []).append(score)
    return tuple(found for scores in cells.values() for found in _of_cell(scores, policy))


def treated(data: MetricData, found: Sequence[Outlier]) -> MetricData:
    """Return the data without excluded scores and with winsorized ones pulled in; curves stay as they were logged."""
    known = {(item.run, item.method, item.task): item for item in found if item.use != "used"}
    scores = []
    for score in data.scores:
        item = known.get((score.run, score.method, score.task))
        if item is None:
            scores.append(score)
        elif item.used_as is not None:
            scores.append(_moved(data, score, item.used_as))
    return replace(data, scores=tuple(scores))


def notices(metrics: Sequence[MetricResult]) -> tuple[Notice, ...]:
    """Count what was treated, one warning a metric."""
    told = []
    for metric in metrics:
        found = [item for item in metric.outliers if item.use != "used"]
        if found:
            count = f"{len(found)} outlying score{'s' if len(found) > 1 else ''} of {metric.data.label}"
            done = "left out" if found[0].use == "excluded" else "pulled in to the nearest other score of their cell"
            verb = "were" if len(found) > 1 else "was"
            text = f"{count}, named by both rules, {verb} {done}; intervals take no account of it."
            runs = tuple(dict.fromkeys(item.run for item in found))
            told.append(Notice(code="outliers", text=text, metric=metric.id, runs=runs))
    return tuple(told)


def exclusions(metrics: Sequence[MetricResult], runs: Sequence[RunRow]) -> tuple[Exclusion, ...]:
    """Name every score that was left out."""
    names = {run.id: run.name for run in runs}
    return tuple(
        Exclusion(
            run=item.run,
            name=names.get(item.run, item.run),
            metric=metric.id,
            reason=f"{item.task}: {item.value:.6g} is an outlier by both rules (analysis.outliers: exclude)",
        )
        for metric in metrics
        for item in metric.outliers
        if item.use == "excluded"
    )


def _of_cell(scores: Sequence[Score], policy: str) -> list[Outlier]:
    values = np.array([score.raw for score in scores])
    by_rule = dict(zip(("MAD", "IQR"), outlying(values), strict=True))
    both = by_rule["MAD"] & by_rule["IQR"]
    low, high = (float(values[~both].min()), float(values[~both].max())) if not both.all() else (0.0, 0.0)
    found = []
    for place, score in enumerate(scores):
        rules = tuple(name for name, mask in by_rule.items() if mask[place])
        if rules:
            use = USES[policy] if both[place] else "used"
            found.append(
                Outlier(
                    run=score.run,
                    method=score.method,
                    task=score.task,
                    value=score.raw,
                    median=float(np.median(values)),
                    rules=rules,
                    use=use,
                    used_as=min(max(score.raw, low), high) if use == "winsorized" else None,
                )
            )
    return found


def _moved(data: MetricData, score: Score, raw: float) -> Score:
    task = next(task for task in data.tasks if task.id == score.task)
    if not data.normalized or task.reference is None or task.optimum is None:
        return replace(score, raw=raw, value=raw)
    return replace(score, raw=raw, value=(raw - task.reference) / (task.optimum - task.reference))
