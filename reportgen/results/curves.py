"""Learning curves: the aggregate of runs on one grid, with a pointwise band from one draw of whole runs."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reportgen.results.oriented import Oriented, optional
from reportgen.results.report import Curve
from reportgen.stats import curve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reportgen.data.scores import MetricData, Score, Task
    from reportgen.results.laying import Laid
    from reportgen.stats import Settings


def method_curve(
    data: MetricData, scores: Sequence[Score], laid: Laid | None, settings: Settings, *, statistic: str, x: str
) -> Curve | None:
    """Return the aggregate over all tasks of one method along `x`, None where its runs have no common stretch."""
    return _curve(data, scores, laid, settings, key=(data.id, scores[0].method), statistic=statistic, x=x)


def task_curve(
    data: MetricData, task: Task, scores: Sequence[Score], laid: Laid | None, settings: Settings, *, x: str
) -> Curve | None:
    """Return the mean over one method's runs on one task along `x`, in raw units; None without a common stretch."""
    here = [replace(score, value=score.raw) for score in scores if score.task == task.id]
    if not here:
        return None
    raw = replace(data, normalized=False)
    return _curve(raw, here, laid, settings, key=(f"{data.id}/{task.id}", here[0].method), statistic="mean", x=x)


def _curve(
    data: MetricData,
    scores: Sequence[Score],
    laid: Laid | None,
    settings: Settings,
    *,
    key: tuple[str, str],
    statistic: str,
    x: str,
) -> Curve | None:
    if laid is None:
        return None
    oriented = Oriented.of(data, tuple(scores))
    values = oriented.sign * laid.values
    fewer = settings.coarse()
    band = curve(values, oriented.scores(), fewer, key=key, statistic=statistic)
    turned = oriented.sign < 0 and statistic != "optimality_gap"
    low, high = (-band.high, -band.low) if turned else (band.low, band.high)
    return Curve(
        x=x,
        steps=tuple(float(step) for step in laid.steps),
        estimate=tuple(float(value) for value in (-band.estimate if turned else band.estimate)),
        low=optional(low),
        high=optional(high),
        n_runs=len({score.run for score in scores}),
        statistic=statistic,
        replicates=fewer.replicates,
        reason=band.reason,
        laid=laid.values,
    )
