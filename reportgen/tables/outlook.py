"""Tables that look beyond the reported numbers: steps to thresholds, what more runs would show, other choices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reportgen.artifacts import safe_name
from reportgen.results.words import aggregate_name, interval_words
from reportgen.tables.values import Cell, Column, Table
from reportgen.text import visible

if TYPE_CHECKING:
    from reportgen.results.report import Estimate, MetricResult, PairPlan, Reached, Report, Variation

ENOUGH = 0.8
AHEAD = (5, 10, 20)


def steps(metric: MetricResult, report: Report) -> Table:
    """State for each method how many runs reached a threshold and after how many steps."""
    found = [(method, reached) for method in metric.methods for reached in method.reached]
    rows = tuple(
        (
            Cell(text=method.label),
            Cell(value=reached.threshold),
            Cell(text=f"{reached.n_reached} of {reached.n_runs}"),
            _stated(reached.share),
            _stated(reached.steps),
        )
        for method, reached in found
    )
    reasons = {part.reason for _, reached in found for part in (reached.share, reached.steps) if part.reason}
    return Table(
        name=f"{safe_name(metric.id)}-steps",
        metric=metric.id,
        role="steps",
        title=f"{metric.data.label}: steps to a threshold",
        caption=(
            f"How many runs reached a threshold of {metric.data.label}, and the restricted mean of the steps it took: "
            "a run that does not reach it counts with the horizon of its task "
            f"({_horizon([one for _, one in found])}), the last step that all runs have, so that the mean is a lower "
            f"bound. Every task counts the same. In brackets: {interval_words(report)}; Wilson's interval for shares "
            "of runs on a single task."
        ),
        signature=metric.signature,
        columns=(
            Column(key="method", label="Method"),
            Column(key="threshold", label="Threshold", kind="number"),
            Column(key="reached", label="Runs that reached it"),
            Column(key="share", label="Share", kind="interval"),
            Column(key="steps", label="Steps, restricted mean", kind="interval"),
        ),
        rows=rows,
        notes=tuple(f"No interval: {reason}." for reason in sorted(reasons)),
    )


def planning(metric: MetricResult, report: Report) -> Table:
    """State what each compared pair could show now and with other numbers of runs."""
    labels = {method.id: method.label for method in metric.methods}
    first = metric.plans[0]
    name = aggregate_name(first.of, metric.trim)
    rows = tuple(
        (
            Cell(text=labels[plan.a]),
            Cell(text=labels[plan.b]),
            Cell(value=plan.present.se),
            Cell(value=plan.present.detectable, low=plan.present.detectable_low, high=plan.present.detectable_high),
            *(Cell(value=next(one.detectable for one in plan.outlooks if one.n == n)) for n in AHEAD),
            *_powers(plan),
        )
        for plan in metric.plans
    )
    declared = first.smallest is not None
    return Table(
        name=f"{safe_name(metric.id)}-planning",
        metric=metric.id,
        role="planning",
        title=f"{metric.data.label}: what more runs would show",
        caption=(
            f"For each compared pair, from the run-to-run variance of the {name} of {metric.data.label}: the standard "
            "error of the difference, and the smallest true difference that a two-sided t test at "
            f"{100 * first.alpha:.3g} % finds with 80 % power, now and with {', '.join(map(str, AHEAD))} runs "
            f"{'on each task' if first.strata > 1 else 'of each method'}. In brackets: the range that the uncertainty "
            "of the variance leaves (95 %). For one comparison, before correction."
            + (f" Power is for a true difference of {first.smallest:g}." if declared else "")
        ),
        signature=metric.signature,
        columns=(
            Column(key="a", label="A"),
            Column(key="b", label="B"),
            Column(key="se", label="Standard error", kind="number"),
            Column(key="detectable", label="Detectable now", kind="interval"),
            *(Column(key=f"detectable_{n}", label=f"With {n} runs", kind="number") for n in AHEAD),
            *((Column(key="power", label="Power now, %", kind="number"), Column(key="runs", label="Runs for 80 %"))
              if declared else ()),
        ),
        rows=rows,
        notes=_notes(metric, report),
    )  # fmt: skip


def sensitivity(metric: MetricResult, report: Report) -> Table:
    """State the headline's difference again under other choices, one changed at a time."""
    found = metric.sensitivity
    assert found is not None  # noqa: S101 - asked for only where there is one
    a, b = (visible(metric.method(name).label) for name in (found.a, found.b))
    reported, *others = found.variations
    agree = sum(_agrees(one, reported) for one in others)
    return Table(
        name=f"{safe_name(metric.id)}-sensitivity",
        metric=metric.id,
        role="sensitivity",
        title=f"{metric.data.label}: other choices",
        caption=(
            f"The difference {a} − {b} that the headline states, with one choice changed at a time; {agree} of "
            f"{len(others)} give it the same sign. In brackets: {100 * report.level:g} % {report.interval} intervals "
            f"from at most 2,000 draws (the first row: {report.replicates:,}). Aggregates have scales of their own."
        ),
        signature=metric.signature,
        columns=(
            Column(key="choice", label="Choice"),
            Column(key="difference", label="A − B", kind="interval"),
            Column(key="interval_says", label="The interval"),
        ),
        rows=tuple(
            (
                Cell(text=one.label),
                Cell(value=one.estimate, low=one.low, high=one.high, reason=one.reason or ""),
                Cell(text=_says(one)),
            )
            for one in found.variations
        ),
        notes=tuple(dict.fromkeys(f"No number or interval: {one.reason}." for one in found.variations if one.reason)),
    )


def _stated(estimate: Estimate) -> Cell:
    return Cell(value=estimate.estimate, low=estimate.low, high=estimate.high, reason=estimate.reason or "")


def _horizon(found: list[Reached]) -> str:
    low, high = min(one.horizon[0] for one in found), max(one.horizon[1] for one in found)
    return f"{low:,.15g}" if low == high else f"{low:,.15g} to {high:,.15g}"


def _powers(plan: PairPlan) -> tuple[Cell, ...]:
    if plan.present.power is None:
        return ()
    reachable = plan.present.smallest_p <= plan.alpha
    enough = [one.n for one in plan.outlooks if (one.power or 0) >= ENOUGH and one.smallest_p <= plan.alpha]
    most = plan.outlooks[-1].n
    return (
        Cell(value=100 * plan.present.power) if reachable else Cell(value=0.0),
        Cell(text=str(enough[0]) if enough else f"more than {most}"),
    )


def _notes(metric: MetricResult, report: Report) -> tuple[str, ...]:
    barred = [plan for plan in metric.plans if plan.present.smallest_p > plan.alpha]
    notes = []
    if barred:
        first = barred[0]
        n, least = first.present.n, first.present.smallest_p
        notes.append(
            f"With {n} run{'s' if n > 1 else ''} of each method that are drawn whole, the smallest p of a permutation "
            f"test is {least:.2g}: no difference, however large, can be decided at {100 * first.alpha:.3g} %."
        )
    if metric.plans[0].smallest is None:
        notes.append("Declare comparisons.smallest_difference to see the power for the difference that matters to you.")
    if report.unit == "score":
        notes.append(
            "Scores of a run are taken as independent, as the spec asks: too good where runs share their luck."
        )
    return tuple(notes)


def _says(one: Variation) -> str:
    if one.low is None or one.high is None:
        return "is not stated"
    if one.low > 0:
        return "lies above zero"
    return "lies below zero" if one.high < 0 else "holds zero"


def _agrees(one: Variation, reported: Variation) -> bool:
    return one.estimate is not None and reported.estimate is not None and one.estimate * reported.estimate > 0
