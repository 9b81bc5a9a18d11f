"""Figures of a DataFrame's scores for `StatisticalAnalyzer`: those of a report, from values of the statistics room."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from reportgen.figures.distributions import ecdf_figure, violin_figure
from reportgen.figures.heatmap import heatmap_figure
from reportgen.figures.intervals import interval_figure
from reportgen.figures.lines import curve_figure, profile_figure
from reportgen.figures.planning import planning_figure
from reportgen.figures.style import Look, drawing, looks, short
from reportgen.results.compute import task_summaries
from reportgen.results.oriented import Oriented, optional
from reportgen.results.report import Curve, MethodResult, MetricResult, PairPlan
from reportgen.spec.model import Visualization

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from reportgen.data.scores import Method, MetricData
    from reportgen.stats import Band, Interval, Outlook

    Floats = NDArray[np.float64]

WIDTH = 7.4
PLAIN = Visualization()
FrameRole = Literal["intervals", "violin", "ecdf", "heatmap", "planning"]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Shown:
    """What a figure shows of one metric.

    Parameters
    ----------
    data
        Its scores.
    intervals
        Method id to statistic to interval, oriented so that higher is better.
    trim
        Fraction trimmed at each end by the IQM.
    plans
        What more runs would show, by pair of method ids, with the statistic and the smallest difference of interest.
    """

    data: MetricData
    intervals: Mapping[str, Mapping[str, Interval]] = field(default_factory=dict)
    trim: float = 0.25
    plans: Mapping[tuple[str, str], tuple[Outlook, tuple[Outlook, ...]]] = field(default_factory=dict)
    strata: int = 1
    smallest: float | None = None


def frame_figure(role: FrameRole, shown: Shown) -> Figure:
    """Draw one figure of all methods."""
    metric = _metric(shown)
    with drawing(PLAIN, paper=False):
        known = _looks({method.id: method.label for method in metric.methods})
        label = short(shown.data.label)
        drawers: dict[FrameRole, Callable[[], Figure]] = {
            "intervals": lambda: interval_figure(metric, known, WIDTH),
            "violin": lambda: violin_figure(metric, known, label, WIDTH),
            "ecdf": lambda: ecdf_figure(metric, known, label, WIDTH),
            "heatmap": lambda: heatmap_figure(metric, known, WIDTH, paper=False),
            "planning": lambda: planning_figure(metric, known, WIDTH),
        }
        return drawers[role]()


def performance_profile_figure(bands: Mapping[str, Band], *, label: str) -> Figure:
    """Draw performance profiles, a line a group."""
    with drawing(PLAIN, paper=False):
        return profile_figure(bands, _looks({name: name for name in bands}), short(label), WIDTH)


def sample_efficiency_figure(
    lines: Mapping[str, tuple[Floats, tuple[Floats, Floats, Floats]]], *, label: str
) -> Figure:
    """Draw a statistic along the steps, a line a group: (steps, (estimate, low, high)) in shown units."""
    curves = {
        name: Curve(
            x="step",
            steps=tuple(steps.tolist()),
            estimate=tuple(estimate.tolist()),
            low=optional(low),
            high=optional(high),
            n_runs=0,
            statistic="",
        )
        for name, (steps, (estimate, low, high)) in lines.items()
    }
    with drawing(PLAIN, paper=False):
        return curve_figure(curves, _looks({name: name for name in curves}), short(label), WIDTH)


def _looks(labels: Mapping[str, str]) -> dict[str, Look]:
    return looks(tuple(labels.items()), frozenset(labels), PLAIN.color_palette)


def _metric(shown: Shown) -> MetricResult:
    """Lay values out as the figures of a report take them."""
    names = tuple(next(iter(shown.intervals.values()), {}))
    return MetricResult(
        data=shown.data,
        aggregates=names,
        primary_aggregate=names[0] if names else None,
        methods=tuple(_method(shown, method) for method in shown.data.methods),
        comparisons=(),
        withheld=(),
        signature="",
        trim=shown.trim,
        plans=tuple(
            PairPlan(
                a=a, b=b, of="", alpha=0.0, smallest=shown.smallest, strata=shown.strata, present=now, outlooks=others
            )
            for (a, b), (now, others) in shown.plans.items()
        ),
    )


def _method(shown: Shown, method: Method) -> MethodResult:
    data = shown.data
    scores = tuple(score for score in data.scores if score.method == method.id)
    oriented = Oriented.of(data, scores)
    counts = tuple(sum(score.task == task.id for score in scores) for task in data.tasks)
    return MethodResult(
        id=method.id,
        label=method.label,
        n_scores=len(scores),
        n_runs=len({score.run for score in scores}),
        n_runs_per_task=counts,
        n_tasks=int(np.count_nonzero(counts)),
        aggregates={name: oriented.estimate(one, name) for name, one in shown.intervals.get(method.id, {}).items()},
        tasks=task_summaries(data, scores, None),
        profile=None,
        profile_tasks=None,
        curves=None,
        task_curves={},
    )
