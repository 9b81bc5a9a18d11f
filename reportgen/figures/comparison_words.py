"""The words of the figures of comparisons: titles, captions and alternative texts."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from reportgen.figures.forest import rows
from reportgen.figures.matrix import in_matrix
from reportgen.figures.ranks import mean_rank, ranked
from reportgen.results.comparable import NAMES
from reportgen.results.telling import CORRECTIONS, POI, TESTS, estimand_words, listed, sign_words
from reportgen.results.words import aggregate_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from reportgen.figures.style import Look
    from reportgen.results.report import Comparison, MetricResult, Omnibus

MOST_SAID = 8
Words = tuple[str, str, str]
ESTIMANDS = {"differences": "difference", "improvement": POI}


def of(role: str, metric: MetricResult, looks: Mapping[str, Look], intervals: str) -> Words:
    """Return title, what the caption says of a figure behind the metric's label, and the alternative text."""
    makers: dict[str, Callable[[], Words]] = {
        "differences": lambda: _forest(metric, "difference", looks, intervals),
        "improvement": lambda: _forest(metric, POI, looks, intervals),
        "matrix": lambda: _matrix(metric, looks),
        "ranks": lambda: _ranks(metric, looks),
        "critical-difference": lambda: _critical(metric, friedman(metric)),
    }
    return makers[role]()


def friedman(metric: MetricResult) -> Omnibus:
    """Return the test of Friedman of a metric that has one."""
    return next(one for one in metric.omnibus if one.test == "friedman")


def _forest(metric: MetricResult, estimand: str, looks: Mapping[str, Look], intervals: str) -> Words:
    shown, left = rows(metric, estimand, looks)
    what = estimand_words(metric, estimand)
    if estimand == POI:
        means, favours = ", the chance that a run of A beats a run of B on the same task, ties one half,", "½"
    else:
        means, favours = f", {sign_words(metric)},", "zero"
    rest = f" {left} further pairs stand in the table." if left else ""
    told = (
        f": {what}{means} with {intervals}; right of {favours} favours A. {_marks(metric, estimand, shown)}"
        f"{_without_interval(shown)}{rest}"
    )
    labels = {method.id: method.label for method in metric.methods}
    said = "; ".join(_said(side, labels) for side in shown[:MOST_SAID])
    more = f"; and {len(shown) - MOST_SAID} more" if len(shown) > MOST_SAID else ""
    title = "probability of improvement" if estimand == POI else "differences"
    return title, told, f"Forest plot of the {what}. {said}{more}."


def _marks(metric: MetricResult, estimand: str, shown: list[Comparison]) -> str:
    """Say what the marks follow; where the estimand does not decide, what does."""
    testing = metric.testing
    if testing is None:
        return ""
    size = max(side.family_size for side in shown)
    family = "1 pair" if size == 1 else f"{size} pairs"
    if testing.estimand == estimand:
        how = f"{TESTS[testing.test]}, {CORRECTIONS[testing.correction]}, family of {family}, size {testing.alpha:.2g}"
        region = testing.smallest_difference
        shaded = f" Shaded: within ± {region:g}, the smallest difference of interest." if region is not None else ""
        return f"Marks give the verdict by the corrected p ({how}), not by the interval.{shaded}"
    deciding = estimand_words(metric, testing.estimand)
    return (
        f"Marks follow the corrected p of this estimand alone (family of {family}, size {testing.alpha:.2g}); the "
        f"verdicts of the report follow from the {deciding}."
    )


def _without_interval(shown: list[Comparison]) -> str:
    """Say of how many pairs no interval is stated, and why."""
    reasons = Counter(side.reason for side in shown if side.estimate is not None and side.low is None)
    return "".join(f" No interval for {count} of {len(shown)} pairs: {reason}." for reason, count in reasons.items())


def _said(side: Comparison, labels: Mapping[str, str]) -> str:
    word = "over" if side.estimand == POI else "against"
    if side.estimate is None:
        return f"{labels[side.a]} {word} {labels[side.b]} withheld"
    ends = f" [{side.low:.3g}, {side.high:.3g}]" if side.low is not None and side.high is not None else ""
    return f"{labels[side.a]} {word} {labels[side.b]} {side.estimate:.3g}{ends}, {side.verdict}"


def _matrix(metric: MetricResult, looks: Mapping[str, Look]) -> Words:
    testing = metric.testing
    deciding = estimand_words(metric, testing.estimand) if testing else "difference"
    shown = in_matrix(metric, looks)
    untested = sum(duel.p is None for duel in metric.matrix if duel.a in shown and duel.b in shown)
    some = f" {untested} pairs were not asked for: estimates only." if untested else ""
    part = f" {len(shown)} of {len(metric.methods)} methods." if len(shown) < len(metric.methods) else ""
    sign = "" if testing and testing.estimand == POI else " (above zero: the row is better)"
    size = f"{testing.alpha if testing else 0.05:.2g}"
    told = (
        f": every method (row) against every other (column) by the {deciding}{sign}; a·b·c: tasks on which the row's "
        f"mean is better, equal, worse. Bold: the pair's own raw p ({_test_of_a_pair(metric)}) is at most {size}; "
        f"hatched: it is not. No correction is made, so that no third method changes a cell.{some}{part}"
    )
    return "pairwise matrix", told, f"Matrix of {len(shown)} methods against each other by the {deciding}."


def _test_of_a_pair(metric: MetricResult) -> str:
    """Name the test of a pair by itself; a test of all methods at once has none."""
    test = metric.testing.test if metric.testing else "permutation"
    return TESTS["permutation" if test in {"friedman", "anova"} else test]


def _ranks(metric: MetricResult, looks: Mapping[str, Look]) -> Words:
    found = metric.ranks
    if found is None:
        return "ranks", "", ""
    names = ranked(metric, looks)
    of_what = aggregate_name(found.of, metric.trim) if found.of in NAMES else found.of
    part = f" {len(names)} of {len(found.shares)} methods, ranked among all." if len(names) < len(found.shares) else ""
    told = (
        f": how often each method takes each rank by the {of_what} in {found.replicates:,} bootstrap draws; 1 is best, "
        f"ties share their ranks; right: mean rank. Ranks test nothing, and another method changes them.{part}"
    )
    labels = {method.id: method.label for method in metric.methods}
    said = "; ".join(f"{labels[name]} {mean_rank(metric, name):.1f}" for name in names[:MOST_SAID])
    return "ranks", told, f"Distribution of ranks. Mean ranks: {said}."


def _critical(metric: MetricResult, whole: Omnibus) -> Words:
    labels = {method.id: method.label for method in metric.methods}
    p = "" if whole.p is None else f"; Friedman p {'< 0.0001' if whole.p < 0.0001 else f'= {whole.p:.2g}'}"  # noqa: PLR2004
    told = (
        f": mean ranks over {whole.n} tasks, 1 is best; a bar joins methods whose mean ranks lie within the critical "
        f"difference {whole.critical_difference:.2f} (Nemenyi, size {whole.alpha:.2g}){p}."
    )
    order = sorted(whole.average_ranks.items(), key=lambda item: item[1])
    said = listed([f"{labels[name]} {rank:.2f}" for name, rank in order], most=MOST_SAID)
    return "critical difference", told, f"Critical-difference diagram. Mean ranks: {said}."
