"""Figures of a DataFrame's scores for `StatisticalAnalyzer`: those of a report, from values of the statistics room."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

import numpy as np

from reportgen.figures.distributions import ecdf_figure, violin_figure
from reportgen.figures.forest import forest_figure
from reportgen.figures.heatmap import heatmap_figure
from reportgen.figures.intervals import interval_figure
from reportgen.figures.lines import curve_figure, profile_figure
from reportgen.figures.matrix import matrix_figure
from reportgen.figures.planning import planning_figure
from reportgen.figures.ranks import critical_difference_figure, rank_figure
from reportgen.figures.style import Look, drawing, looks, short
from reportgen.results.compute import task_summaries
from reportgen.results.oriented import Oriented, optional
from reportgen.results.report import (
    Comparison,
    Curve,
    Duel,
    MethodResult,
    MetricResult,
    Omnibus,
    PairPlan,
    Ranks,
    Testing,
)
from reportgen.spec.model import Visualization

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from matplotlib.figure import Figure
    from numpy.typing import NDArray

    from reportgen.data.scores import Method, MetricData
    from reportgen.stats import Band, Effects, Interval, Outlook, Verdict
    from reportgen.stats.ranks import Omnibus as Whole

    Floats = NDArray[np.float64]

WIDTH = 7.4
PLAIN = Visualization()
FrameRole = Literal[
    "intervals",
    "violin",
    "ecdf",
    "heatmap",
    "planning",
    "differences",
    "improvement",
    "matrix",
    "ranks",
    "critical-difference",
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """One pair of methods as it is drawn: its estimand with interval, p, verdict and effect sizes."""

    a: str
    b: str
    interval: Interval
    p: float | None
    verdict: Verdict | None
    effects: Effects | None


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
    plans, strata, smallest
        What more runs would show, by pair of method ids; strata of runs; the smallest difference of interest.
    statistic, estimand, alpha, pairs
        Comparisons: of which statistic, by which estimand, the size of a test, and the pairs.
    shares
        Method id to how often it takes rank 1, 2, ...
    whole
        A test of all methods, in their order.
    """

    data: MetricData
    intervals: Mapping[str, Mapping[str, Interval]] = field(default_factory=dict)
    trim: float = 0.25
    plans: Mapping[tuple[str, str], tuple[Outlook, tuple[Outlook, ...]]] = field(default_factory=dict)
    strata: int = 1
    smallest: float | None = None
    statistic: str | None = None
    estimand: str = "difference"
    alpha: float = 0.05
    pairs: tuple[Paired, ...] = ()
    shares: Mapping[str, tuple[float, ...]] = field(default_factory=dict)
    whole: Whole | None = None


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
            "differences": lambda: forest_figure(metric, shown.estimand, known, WIDTH, paper=False),
            "improvement": lambda: forest_figure(metric, shown.estimand, known, WIDTH, paper=False),
            "matrix": lambda: matrix_figure(metric, known, WIDTH, paper=False),
            "ranks": lambda: rank_figure(metric, known, WIDTH),
            "critical-difference": lambda: critical_difference_figure(metric.omnibus[0], known, WIDTH),
        }
        return drawers[role]()


def performance_profile_figure(bands: Mapping[str, Band], *, label: str, better: str = "above") -> Figure:
    """Draw performance profiles, a line a group; `better` says on which side of a threshold a score is better."""
    with drawing(PLAIN, paper=False):
        return profile_figure(bands, _looks({name: name for name in bands}), short(label), WIDTH, better=better)


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
        primary_aggregate=shown.statistic or (names[0] if names else None),
        methods=tuple(_method(shown, method) for method in shown.data.methods),
        comparisons=tuple(_comparison(shown, pair) for pair in shown.pairs),
        matrix=tuple(_duel(pair) for pair in shown.pairs),
        testing=_testing(shown) if shown.pairs else None,
        ranks=Ranks(of=shown.statistic or "", shares=shown.shares, replicates=0) if shown.shares else None,
        omnibus=(_omnibus(shown.whole, shown.data),) if shown.whole else (),
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


def _comparison(shown: Shown, pair: Paired) -> Comparison:
    one = pair.interval
    return Comparison(
        a=pair.a,
        b=pair.b,
        estimand=shown.estimand,
        of=shown.statistic or "",
        estimate=one.estimate,
        low=one.low,
        high=one.high,
        level=one.level,
        interval=one.method,
        reason=one.reason,
        p=pair.p,
        verdict=pair.verdict,
        effects=pair.effects,
    )


def _duel(pair: Paired) -> Duel:
    own = pair.effects
    wins, ties, losses = (own.wins, own.ties, own.losses) if own else (0, 0, 0)
    return Duel(a=pair.a, b=pair.b, wins=wins, ties=ties, losses=losses, estimate=pair.interval.estimate, p=pair.p)


def _testing(shown: Shown) -> Testing:
    return Testing(
        estimand=shown.estimand,
        of=shown.statistic or "",
        test="",
        correction="",
        paired=False,
        unit="",
        null="",
        alpha=shown.alpha,
        family="",
        family_size=len(shown.pairs),
        smallest_difference=shown.smallest,
    )


def _omnibus(whole: Whole, data: MetricData) -> Omnibus:
    names = [method.id for method in data.methods]
    return Omnibus(
        test=whole.test,
        statistic=whole.statistic,
        p=whole.p,
        average_ranks=dict(zip(names, whole.average_ranks.tolist(), strict=True)),
        critical_difference=whole.critical_difference,
        pairs=(),
        n=whole.n,
        alpha=whole.alpha,
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
