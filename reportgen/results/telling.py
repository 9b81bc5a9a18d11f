"""What the comparisons of a metric say in words, and which of their figures have nothing honest to show."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reportgen.results.comparable import lower_is_better
from reportgen.results.words import aggregate_name
from reportgen.stats import turned_verdict

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reportgen.results.report import Comparison, MetricResult

POI = "probability_of_improvement"
TESTS = {
    "permutation": "permutation",
    "mann_whitney": "Mann–Whitney",
    "welch": "Welch's t",
    "yuen": "Yuen's t",
    "brunner_munzel": "Brunner–Munzel",
    "wilcoxon": "Wilcoxon's signed ranks",
    "anova": "one-way ANOVA with Tukey's honest differences",
    "friedman": "Friedman with Nemenyi's pairs",
}
CORRECTIONS = {
    "holm": "Holm",
    "bonferroni": "Bonferroni",
    "bh": "Benjamini–Hochberg",
    "by": "Benjamini–Yekutieli",
    "none": "no further correction",
}
STANDINGS = ("better", "worse", "equivalent", "inconclusive", "cannot be decided", "not compared")
MOST_NAMED = 6
FEWEST_IN_A_MATRIX = 3


def sides(metric: MetricResult, estimand: str) -> tuple[Comparison, ...]:
    """Return every comparison by one estimand, whether it decides or stands beside; those withheld stay."""
    found = []
    for one in metric.comparisons:
        if one.estimand == estimand:
            found.append(one)
        elif one.beside is not None and one.beside.estimand == estimand:
            found.append(one.beside)
        elif one.estimate is None:
            found.append(one)
    return tuple(found)


def estimand_words(metric: MetricResult, estimand: str) -> str:
    """Name an estimand of a metric: ``difference of the IQM``, ``probability of improvement``."""
    if estimand == POI:
        return "probability of improvement"
    return f"difference of the {aggregate_name(metric.primary_aggregate or 'mean', metric.trim)}"


def sign_words(metric: MetricResult) -> str:
    """Say how a difference is taken, so that above zero favours A."""
    falling = bool(metric.primary_aggregate) and lower_is_better(metric.data, metric.primary_aggregate or "")
    return "B − A, as lower is better" if falling else "A − B"


def omitted(metric: MetricResult) -> dict[str, str]:
    """Return the figures of comparisons that are not drawn, by role, and why.

    Where nothing at all is compared, the page itself says why, and every role is here.
    """
    if not metric.comparisons:
        nothing = "nothing is compared"
        return dict.fromkeys(("differences", "improvement", "matrix", "ranks", "critical-difference"), nothing)
    reasons = {
        "differences": _unstated(metric, "difference"),
        "improvement": _unstated(metric, POI),
        "matrix": "two methods make a single pair" if len(metric.methods) < FEWEST_IN_A_MATRIX else None,
        "ranks": None if metric.ranks else _unranked(metric),
        "critical-difference": _no_critical_difference(metric),
    }
    return {role: reason for role, reason in reasons.items() if reason is not None}


def _unstated(metric: MetricResult, estimand: str) -> str | None:
    found = sides(metric, estimand)
    if any(side.estimate is not None for side in found):
        return None
    if metric.primary_aggregate is None and estimand == "difference":
        return "no aggregate can be stated"
    return next((side.reason for side in found if side.reason), "no pair of methods can be compared")


def _unranked(metric: MetricResult) -> str:
    leading = metric.primary_aggregate
    if leading is None:
        return "the methods do not cover the same tasks"
    return next(
        (
            f"{method.label}: {found.reason}"
            for method in metric.methods
            if (found := method.aggregates[leading]).reason
        ),
        "a method has no bootstrap draws",
    )


def _no_critical_difference(metric: MetricResult) -> str | None:
    if metric.testing is None or metric.testing.test != "friedman":
        return "another test decides"
    whole = next((one for one in metric.omnibus if one.test == "friedman"), None)
    if whole is None or whole.critical_difference is None:
        return (whole.reason if whole else None) or "the methods share no task"
    return None


def omissions(metric: MetricResult) -> tuple[str, ...]:
    """Return a sentence for each figure that a reader may miss, with its reason."""
    names = {
        "differences": "difference plot",
        "improvement": "plot of the probability of improvement",
        "ranks": "rank plot",
        "critical-difference": "critical-difference diagram",
    }
    asked = metric.testing is not None and metric.testing.test == "friedman"
    return tuple(
        f"No {names[role]}: {reason}."
        for role, reason in omitted(metric).items()
        if role in names and metric.comparisons and (asked or role != "critical-difference")
    )


def relations(metric: MetricResult) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return, for each method id, its standing by the verdicts against the others: a word of `STANDINGS` to labels."""
    said = {(one.a, one.b): one.verdict for one in metric.comparisons}
    said |= {(one.b, one.a): turned_verdict(one.verdict) for one in metric.comparisons}
    return {
        method.id: {
            standing: tuple(
                other.label
                for other in metric.methods
                if other is not method and (said.get((method.id, other.id)) or "not compared") == standing
            )
            for standing in STANDINGS
        }
        for method in metric.methods
    }


def sentences(metric: MetricResult) -> tuple[str, ...]:
    """Say in plain words what the comparisons decide, what they leave open, and where the two estimands part."""
    if not metric.comparisons:
        return ()
    return tuple(_sentences(metric))


def _sentences(metric: MetricResult) -> Iterator[str]:
    labels = {method.id: method.label for method in metric.methods}
    if len(metric.best_set) == 1:
        yield f"{labels[metric.best_set[0]]} is better than every other method."
    elif metric.best_set:
        best, *others = (labels[method] for method in metric.best_set)
        yield f"{best} leads; the verdicts do not tell {listed(others)} from it."
    elif metric.best_set_reason:
        yield f"No best set: {metric.best_set_reason}."
    yield from _counts(metric)
    yield from _parting(metric, labels)


def _counts(metric: MetricResult) -> Iterator[str]:
    verdicts = [one.verdict for one in metric.comparisons]
    decided = sum(verdict in {"better", "worse"} for verdict in verdicts)
    words = {
        "equivalent": "equivalent",
        "inconclusive": "inconclusive",
        "cannot be decided": "beyond what so few runs can decide",
        None: "withheld",
    }
    rest = [f"{count} {words[kind]}" for kind in words if (count := sum(verdict == kind for verdict in verdicts))]
    pairs = "1 pair" if len(verdicts) == 1 else f"{len(verdicts)} pairs"
    yield f"Of {pairs} compared, {decided} {'is' if decided == 1 else 'are'} decided{_tail(rest)}."


def _tail(rest: Sequence[str]) -> str:
    return f", {listed(rest)}" if rest else ""


def _parting(metric: MetricResult, labels: dict[str, str]) -> Iterator[str]:
    """Name the pairs of which one estimand favours the other method than the other estimand does."""
    parted = [
        f"{labels[one.a]} and {labels[one.b]}"
        for one in metric.comparisons
        if one.beside is not None
        and one.estimate is not None
        and one.beside.estimate is not None
        and (one.estimate - one.neutral) * (one.beside.estimate - one.beside.neutral) < 0
    ]
    if parted:
        deciding = estimand_words(metric, metric.comparisons[0].estimand)
        other = estimand_words(metric, next(one.beside.estimand for one in metric.comparisons if one.beside))
        yield f"The {deciding} and the {other} favour different methods of {listed(parted, between='; ')}."


def listed(names: Sequence[str], *, most: int = MOST_NAMED, between: str = ", ") -> str:
    """Name several things in a sentence, at most `most` of them.

    Examples
    --------
    >>> listed(["a"]), listed(["a", "b", "c"]), listed(["a", "b", "c"], most=1)
    ('a', 'a, b and c', 'a and 2 more')
    """
    if len(names) > most:
        return f"{between.join(names[:most])} and {len(names) - most} more"
    return names[0] if len(names) == 1 else f"{between.join(names[:-1])} and {names[-1]}"
