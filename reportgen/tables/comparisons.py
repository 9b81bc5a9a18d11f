"""The table of comparisons: both estimands with their intervals, p, verdict and effect size of every pair."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reportgen.artifacts import safe_name
from reportgen.results.telling import CORRECTIONS, POI, STANDINGS, TESTS, relations, sign_words
from reportgen.results.words import aggregate_name, interval_words, span
from reportgen.tables.values import Cell, Column, Table, p_value

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reportgen.data.scores import Task
    from reportgen.results.report import Comparison, MetricResult, Report, Testing
    from reportgen.results.screened import Screen

UNEQUAL = (
    "Numbers of runs differ: p is the larger of the permutation's and that of a Welch t test with each method's own "
    "variance, for exchanged labels mislead where the method with fewer runs also varies more."
)


def comparisons(metric: MetricResult, report: Report) -> Table:
    """Compare every pair that the spec asks for."""
    labels = {method.id: method.label for method in metric.methods}
    name = aggregate_name(metric.primary_aggregate, metric.trim) if metric.primary_aggregate else ""
    decided = metric.testing.estimand if metric.testing else POI
    what = f"difference of the {name}" if decided == "difference" else "probability of improvement"
    what = "mean ranks over tasks" if metric.testing and metric.testing.test == "friedman" else what
    counts = [n for method in metric.methods for n in method.n_runs_per_task if n]
    means = f" Differences of the {name} are {sign_words(metric)}; above zero favours A." if name else ""
    return Table(
        name=f"{safe_name(metric.id)}-comparisons",
        metric=metric.id,
        role="comparisons",
        title=f"{metric.data.label}: comparisons",
        caption=(
            f"Pairs of methods in {metric.data.label}; the verdict on A follows from the {what}."
            f"{means} P(A > B): the probability that a run of A beats a run of B on the same task, ties one half. In "
            f"brackets: {interval_words(report)}, n = {span(counts)} runs per task.{_emphasis(metric)}"
        ),
        signature=metric.signature,
        columns=_columns(name, decided, sign_words(metric).partition(",")[0]),
        rows=tuple(_row(one, metric, labels, both=bool(name)) for one in metric.comparisons),
        notes=tuple(dict.fromkeys(_notes(metric))),
        stub=2,
    )


def relations_of_methods(metric: MetricResult) -> Table:
    """Say of each method which others it is better and worse than, by the verdicts, and what is open."""
    found = relations(metric)
    labels = {
        "better": "Better than",
        "worse": "Worse than",
        "equivalent": "Equivalent to",
        "inconclusive": "Not distinguishable from",
        "cannot be decided": "Cannot be decided against",
        "not compared": "Not compared with",
    }
    used = [word for word in STANDINGS if word in {"better", "worse"} or any(own[word] for own in found.values())]
    rows = tuple(
        (Cell(text=method.label), *(Cell(text=", ".join(found[method.id][word]) or "–") for word in used))
        for method in metric.methods
    )
    return Table(
        name=f"{safe_name(metric.id)}-relations",
        metric=metric.id,
        role="relations",
        title=f"{metric.data.label}: methods against each other",
        caption=(
            f"What the verdicts say of each method in {metric.data.label}. Not distinguishable is no proof of "
            "equality, and what cannot be decided could not have been with so few runs, whatever they show."
        ),
        signature=metric.signature,
        columns=(
            Column(key="method", label="Method"),
            *(Column(key=word.replace(" ", "_"), label=labels[word]) for word in used),
        ),
        rows=rows,
    )


def on_task(metric: MetricResult, task: Task) -> Table | None:
    """Compare the pairs on one task, as a screen; None where there is none."""
    found = [one for one in metric.screen.tasks if one.task == task.id] if metric.screen else []
    if not metric.screen or not found:
        return None
    labels = {method.id: method.label for method in metric.methods}
    sign = sign_words(metric).partition(",")[0]
    numbers = {"difference": f"Means, {sign}", "improvement": "P(A > B)"}
    return Table(
        name=f"{safe_name(metric.id)}-screen-{safe_name(task.id)}",
        metric=metric.id,
        role="task-screen",
        title=f"{metric.data.label}: comparisons on {task.label}",
        caption=(
            f"Pairs of methods in {metric.data.label} on {task.label} alone, a screen: it points at tasks and decides "
            "nothing about the methods. Differences of means in raw units, above zero favours A."
        ),
        signature=metric.signature,
        columns=(
            Column(key="a", label="A"),
            Column(key="b", label="B"),
            *(Column(key=key, label=label, kind="number") for key, label in numbers.items()),
            Column(key="p", label="p", kind="p"),
            Column(key="p_adjusted", label="p, corrected", kind="p"),
            Column(key="stands_out", label="Stands out"),
        ),
        rows=tuple(
            (
                Cell(text=labels[one.a]),
                Cell(text=labels[one.b]),
                Cell(value=one.difference),
                Cell(value=one.improvement),
                Cell(value=one.p),
                Cell(value=one.p_adjusted),
                Cell(text="yes" if one.stands_out else "no"),
            )
            for one in found
        ),
        notes=(_screen_protocol(metric.screen),),
        task=task.id,
    )


def _columns(name: str, decided: str, sign: str) -> tuple[Column, ...]:
    difference = Column(key="difference", label=f"{name}, {sign}", kind="interval")
    beside = Column(key="p_beside", label="p of P(A > B)" if decided == "difference" else f"p of the {name}", kind="p")
    return (
        Column(key="a", label="A"),
        Column(key="b", label="B"),
        *((difference,) if name else ()),
        Column(key="improvement", label="P(A > B)", kind="interval"),
        Column(key="p", label="p", kind="p"),
        Column(key="p_adjusted", label="p, corrected", kind="p"),
        Column(key="verdict", label="Verdict on A"),
        *((beside,) if name else ()),
        Column(key="cliffs_delta", label="Cliff's δ", kind="number"),
        Column(key="hedges_g", label="Hedges' g", kind="number"),
    )


def _row(comparison: Comparison, metric: MetricResult, labels: dict[str, str], *, both: bool) -> tuple[Cell, ...]:
    sides = {side.estimand: side for side in (comparison, comparison.beside) if side}
    beside = comparison.beside
    effects = comparison.effects
    return (
        *(
            Cell(text=labels[name], best=name in metric.best_set[:1], near=name in metric.best_set[1:])
            for name in (comparison.a, comparison.b)
        ),
        *((_interval(sides.get("difference"), comparison),) if both else ()),
        _interval(sides.get(POI), comparison),
        Cell(value=comparison.p, reason=comparison.p_reason or ""),
        Cell(value=comparison.p_adjusted, reason=comparison.p_reason or ""),
        Cell(text=comparison.verdict or "–"),
        *((Cell(value=beside.p if beside else None),) if both else ()),
        Cell(value=effects.cliffs_delta if effects else None),
        Cell(
            value=effects.hedges_g if effects else None,
            reason="runs do not vary, or tasks share no scale" if effects and effects.hedges_g is None else "",
        ),
    )


def _emphasis(metric: MetricResult) -> str:
    """Say what bold and underlining stand for."""
    if not metric.best_set:
        return ""
    near = "; underlined: those that the verdicts do not tell from it" if len(metric.best_set) > 1 else ""
    return f" Bold: the best method{near}."


def _interval(side: Comparison | None, comparison: Comparison) -> Cell:
    if side is None:
        return Cell(reason=comparison.reason or "")
    return Cell(value=side.estimate, low=side.low, high=side.high, reason=side.reason or "")


def _notes(metric: MetricResult) -> Iterator[str]:
    testing = metric.testing
    if testing:
        yield _protocol(testing)
        yield f"Null hypothesis: {testing.null}."
        yield from _attainable(metric, testing)
        if testing.reason:
            yield f"{testing.reason[0].upper()}{testing.reason[1:]}."
        if testing.smallest_difference is not None:
            yield f"Equivalent: the interval lies within ± {testing.smallest_difference:g} of no effect."
    if any(side.p_t is not None for one in metric.comparisons for side in (one, one.beside) if side):
        yield UNEQUAL
    yield from _screened(metric)
    kept = {one.fixed for one in metric.comparisons if one.fixed}
    if kept:
        yield f"Up to {max(kept)} runs of a pair have no counterpart with the same tasks, so they keep their label."
    for one in metric.comparisons:
        for side in (one, one.beside):
            if side and side.reason:
                yield f"– : {side.reason}."


def _screen_protocol(screen: Screen) -> str:
    return (
        f"Test: Mann–Whitney on the runs of the task; correction: {CORRECTIONS[screen.correction]} over a family of "
        f"{screen.family_size} (all tasks and pairs): of those that stand out, up to {100 * screen.alpha:.2g} % are "
        "expected to be false."
    )


def _screened(metric: MetricResult) -> Iterator[str]:
    if metric.screen and metric.screen.reason:
        yield f"No screen of single tasks: {metric.screen.reason}."
    elif metric.screen:
        out = sum(one.stands_out for one in metric.screen.tasks)
        yield (
            f"Task by task, as a screen with its own correction ({CORRECTIONS[metric.screen.correction]}), {out} of "
            f"{metric.screen.family_size} comparisons stand out; they are on the pages of the tasks."
        )


def _protocol(testing: Testing) -> str:
    together = testing.test in {"anova", "friedman"}
    changes = "every p" if together else "neither estimates nor raw p, but corrected p"
    exchanged = f", exchanging {testing.unit}" if testing.test == "permutation" else ""
    pairs = "pair" if testing.family_size == 1 else "pairs"
    return (
        f"Test: {TESTS[testing.test]}, two-sided{exchanged}; correction: {CORRECTIONS[testing.correction]} over a "
        f"family of {testing.family_size} {pairs}; size {testing.alpha:.2g}. Another method changes {changes}."
    )


def _attainable(metric: MetricResult, testing: Testing) -> Iterator[str]:
    """Say how small p can get with so few runs, where that bounds what can be decided or p was sampled."""
    floors = [one.p_smallest for one in metric.comparisons if one.p_smallest is not None]
    adjusted = [one.p_smallest_adjusted for one in metric.comparisons if one.p_smallest_adjusted is not None]
    if not floors or not adjusted:
        return
    pairs = "nothing" if min(adjusted) > testing.alpha else "not every pair"
    bound = f"; above the size of the test, so {pairs} can be decided, whatever the runs show"
    open_ = "" if max(adjusted) <= testing.alpha else bound
    yield f"Smallest p within reach: {p_value(max(floors))}, corrected {p_value(max(adjusted))}{open_}."
