"""Statistics that functions of the spec's owner compute, each checked, with intervals like the built-in ones."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from reportgen.errors import DataError, StatisticsError
from reportgen.results.comparable import rules
from reportgen.results.oriented import Oriented, withheld_estimate
from reportgen.results.report import Estimate, StatisticWords
from reportgen.stats import own_interval

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from reportgen.data.owned import OwnStatistic
    from reportgen.results.comparable import Rules
    from reportgen.results.report import MethodResult, MetricResult
    from reportgen.spec.model import Spec
    from reportgen.stats import Interval, Settings


def with_own_statistics(
    metric: MetricResult, statistics: Sequence[OwnStatistic], spec: Spec, settings: Settings
) -> MetricResult:
    """Add the statistics of the spec's owner to a primary metric; what may not be aggregated is withheld here too.

    Raises
    ------
    DataError
        When a function fails, gives anything but one number, or two numbers for the same scores.
    """
    if not statistics or metric.data.role != "primary":
        return metric
    judged = rules(metric.data, spec)
    words = tuple(
        StatisticWords(id=one.id, label=one.label, direction=one.direction, function=one.own.name) for one in statistics
    )
    methods = tuple(
        replace(method, statistics={one.id: _estimate(one, method, metric, judged, settings) for one in statistics})
        for method in metric.methods
    )
    return replace(metric, methods=methods, statistics=words)


def _estimate(
    one: OwnStatistic, method: MethodResult, metric: MetricResult, judged: Rules, settings: Settings
) -> Estimate:
    refusal = judged.across_tasks or judged.lacking.get(method.id)
    if refusal:
        return withheld_estimate(settings, refusal.reason, refusal.mend)
    data = metric.data
    labels = {task.id: task.label for task in data.tasks}
    about = f"{method.label!r} in {data.label!r}"

    def called(scores: Mapping[str, NDArray[np.float64]]) -> float:
        shown = {labels[task]: values for task, values in scores.items()}
        return _number(one, one.own.call(about, shown), about)

    own = tuple(score for score in data.scores if score.method == method.id)
    scores = replace(Oriented.of(data, own).scores(), values=np.array([score.value for score in own], dtype=float))
    try:
        found = own_interval(called, scores, settings, key=(data.id, method.id))
    except StatisticsError as error:
        raise one.own.fault(f"{error} ({about})") from error
    return _frozen(found)


def _number(one: OwnStatistic, found: Any, about: str) -> float:
    """Return what a function gave as a number; None is none."""
    if found is None:
        return float("nan")
    if isinstance(found, str) or np.ndim(found) != 0:
        raise _no_number(one, found, about)
    try:
        return float(found)
    except (TypeError, ValueError):
        raise _no_number(one, found, about) from None


def _no_number(one: OwnStatistic, found: Any, about: str) -> DataError:
    what = f"{np.size(found)} values" if not isinstance(found, str) and np.ndim(found) else repr(found)
    return one.own.fault(f"gave {what} for {about}; a statistic gives one number, or None where there is none")


def _frozen(found: Interval) -> Estimate:
    return Estimate(
        estimate=found.estimate,
        low=found.low,
        high=found.high,
        level=found.level,
        interval=found.method,
        percentile=found.percentile,
        df=found.df,
        replicates=found.replicates,
        reason=found.reason,
        mend=found.mend,
    )
