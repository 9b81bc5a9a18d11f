"""What more runs would show: the detectable difference and, where one is declared, the power, along runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from reportgen.figures.style import MUTED, Look

if TYPE_CHECKING:
    from collections.abc import Mapping

    from matplotlib.axes import Axes

    from reportgen.results.report import MetricResult, PairPlan

NARROW = 4.0
ENOUGH = 0.8


def planning_figure(metric: MetricResult, looks: Mapping[str, Look], width: float) -> Figure:
    """Draw a line a pair; the headline's pair in colour, with the range that the variance's uncertainty leaves."""
    declared = metric.plans[0].smallest is not None
    columns = 2 if declared and width >= NARROW else 1
    rows = 2 if declared and columns == 1 else 1
    figure = Figure(figsize=(width, rows * min(2.7, 0.62 * width + 0.4)), layout="constrained")
    panels = figure.subplots(rows, columns, squeeze=False).ravel()
    told = told_plan(metric)
    _lines(panels[0], metric, told, looks, "detectable")
    panels[0].set_ylabel("detectable difference")
    panels[0].set_ylim(bottom=0)
    if declared:
        _lines(panels[1], metric, told, looks, "power")
        panels[1].axhline(ENOUGH, color=MUTED, linewidth=0.8, linestyle=":")
        panels[1].set_ylabel(f"power for {metric.plans[0].smallest:g}")
        panels[1].set_ylim(0, 1.02)
    for axes in panels:
        axes.set_xlabel("runs on each task" if metric.plans[0].strata > 1 else "runs of each method")
        axes.xaxis.set_major_locator(MaxNLocator(6, integer=True))
    return figure


def told_plan(metric: MetricResult) -> PairPlan:
    """Return the plan of the pair that the headline tells, else the first."""
    told = {metric.sensitivity.a, metric.sensitivity.b} if metric.sensitivity else set()
    return next((plan for plan in metric.plans if {plan.a, plan.b} == told), metric.plans[0])


def _lines(axes: Axes, metric: MetricResult, told: PairPlan, looks: Mapping[str, Look], name: str) -> None:
    for plan in metric.plans:
        shown = [one for one in plan.outlooks if name == "power" or one.n > 2]  # noqa: PLR2004 - with 2 runs it dwarfs all
        runs = [one.n for one in shown]
        color = looks[plan.a].color if plan is told else MUTED
        width, alpha = (1.8, 1.0) if plan is told else (0.8, 0.6)
        values = [getattr(one, name) for one in shown]
        axes.plot(runs, values, color=color, linewidth=width, alpha=alpha, zorder=3 if plan is told else 2)
        if plan is told and name == "detectable":
            low, high = [one.detectable_low for one in shown], [one.detectable_high for one in shown]
            axes.fill_between(runs, low, high, color=color, alpha=0.2, linewidth=0)
