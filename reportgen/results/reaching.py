"""Steps to a threshold: how many runs reached it, and the restricted mean of the steps it took."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from reportgen.results.oriented import Oriented
from reportgen.results.report import Reached, Withheld
from reportgen.stats import first_reached, restricted

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reportgen.data.scores import MetricData, Score
    from reportgen.results.comparable import Rules
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
    oriented = [sign * threshold for threshold in thresholds]
    first = [_times(score, oriented, sign, until[score.task]) for score in scores if thresholds]
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
    plain = Oriented(sign=1.0, source=tuple(scores))
    ends = [until[score.task] for score in scores]
    share, steps = restricted(
        plain.scores(), times, ends, settings, metric=data.id, method=scores[0].method, threshold=threshold
    )
    return Reached(
        threshold=threshold,
        n_reached=sum(time is not None for time in times),
        n_runs=len(scores),
        share=plain.estimate(share, "mean"),
        steps=plain.estimate(steps, "mean"),
        horizon=(min(ends), max(ends)),
        times=tuple(times),
        ends=tuple(ends),
    )


def _times(score: Score, oriented: Sequence[float], sign: float, until: float) -> list[float | None]:
    points = score.line.points()
    return first_reached(points.steps, sign * points.values, oriented, until)


def _has_curve(score: Score) -> bool:
    return score.line.count > 1 and "step" in score.line.ends
