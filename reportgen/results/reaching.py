"""Steps to a threshold: how many runs reached it, and the restricted mean of the steps it took."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from reportgen.results.oriented import Oriented
from reportgen.results.report import Reached, Withheld
from reportgen.stats import analyse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reportgen.data.scores import MetricData, Score
    from reportgen.results.comparable import Rules
    from reportgen.results.report import Estimate
    from reportgen.stats import Settings


def no_thresholds(data: MetricData, judged: Rules, thresholds: Sequence[float]) -> Withheld | None:
    """Tell why the steps to a threshold, which the spec asks for, cannot be stated; None where they can."""
    if not thresholds:
        return None
    rule = judged.ranking or judged.across_tasks
    if rule:
        return replace(rule, quantity="steps to a threshold")
    lacking = sum(not _has_curve(score) for score in data.scores)
    if lacking:
        return Withheld(
            quantity="steps to a threshold", reason=f"{lacking} of {len(data.scores)} scores come without steps"
        )
    return None


def horizons(data: MetricData) -> dict[str, float]:
    """Return task id to the last step that every run of every method on it has."""
    ends: dict[str, float] = {}
    for score in data.scores:
        if _has_curve(score):
            ends[score.task] = min(ends.get(score.task, np.inf), score.line.ends["step"][1])
    return ends


def reaching(
    data: MetricData,
    scores: Sequence[Score],
    thresholds: Sequence[float],
    settings: Settings,
    *,
    until: Mapping[str, float],
) -> tuple[Reached, ...]:
    """Say for one method how many runs reached each threshold and after how many steps.

    A run reaches a threshold at its first point that is at least as good. Runs that never do are censored at the
    horizon of their task; no mean with infinities is taken.

    Parameters
    ----------
    scores
        Of one method, each with a curve along steps.
    thresholds
        On the scale of the scores as analysed.
    until
        Task id to horizon, see `horizons`.
    """
    sign = Oriented.of(data, ()).sign
    first = [_times(score, thresholds, sign, until[score.task]) for score in scores if thresholds]
    return tuple(
        _reached(data, scores, threshold, times, settings, until)
        for threshold, times in zip(thresholds, zip(*first, strict=True), strict=True)
    )


def _reached(
    data: MetricData,
    scores: Sequence[Score],
    threshold: float,
    times: Sequence[float | None],
    settings: Settings,
    until: Mapping[str, float],
) -> Reached:
    made = [float(time is not None) for time in times]
    steps = [until[score.task] if time is None else time for score, time in zip(scores, times, strict=True)]
    ends = [until[score.task] for score in scores]
    key = f"{data.id}/steps to {threshold!r}"
    return Reached(
        threshold=threshold,
        n_reached=int(sum(made)),
        n_runs=len(scores),
        share=_mean(scores, made, settings, key=key, trials=True),
        steps=_mean(scores, steps, settings, key=key, trials=False),
        horizon=(min(ends), max(ends)),
    )


def _mean(scores: Sequence[Score], values: Sequence[float], settings: Settings, *, key: str, trials: bool) -> Estimate:
    source = tuple(replace(score, value=value) for score, value in zip(scores, values, strict=True))
    plain = Oriented(sign=1.0, source=source)
    found = analyse(
        plain.scores(),
        settings,
        key=(key, scores[0].method),
        statistics=("mean",),
        thresholds=np.empty(0),
        trials=trials,
    )
    return plain.estimate(found.intervals["mean"], "mean")


def _times(score: Score, thresholds: Sequence[float], sign: float, until: float) -> list[float | None]:
    """Return the step of the first point at least as good as each threshold, None where none is up to the horizon."""
    points = score.line.points()
    inside = points.steps <= until
    steps, values = points.steps[inside], sign * points.values[inside]
    good = [np.flatnonzero(values >= sign * threshold) for threshold in thresholds]
    return [float(steps[places[0]]) if places.size else None for places in good]


def _has_curve(score: Score) -> bool:
    return score.line.count > 1 and "step" in score.line.ends
