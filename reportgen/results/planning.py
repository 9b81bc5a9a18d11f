"""What more runs would show, for each pair of methods that is compared."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reportgen.results.report import PairPlan
from reportgen.results.words import difference_side
from reportgen.stats import RUNS, outlooks, present_outlook

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reportgen.results.report import Comparison
    from reportgen.stats import Analysis, Settings


def plans(
    comparisons: Sequence[Comparison],
    analyses: Mapping[str, Analysis],
    leading: str | None,
    settings: Settings,
    *,
    smallest: float | None,
) -> tuple[PairPlan, ...]:
    """Plan every stated comparison of the primary aggregate.

    None where tasks are drawn (more runs do not narrow an interval over tasks), for the median, which has no
    standard error here, and where no run was repeated.
    """
    if leading in {None, "median"} or settings.resample == "tasks":
        return ()
    assert leading is not None  # noqa: S101 - for the type checker
    sides = (difference_side(comparison) for comparison in comparisons)
    found = (
        _plan(one, analyses[one.a], analyses[one.b], leading, settings, smallest)
        for one in sides
        if one is not None and one.low is not None
    )
    return tuple(plan for plan in found if plan)


def _plan(
    comparison: Comparison, a: Analysis, b: Analysis, leading: str, settings: Settings, smallest: float | None
) -> PairPlan | None:
    first, second = a.variances[leading], b.variances[leading]
    joined, alpha = first.joined(second), 1 - settings.level
    strata = min(len(first.terms), len(second.terms))
    present = present_outlook(joined, alpha=alpha, strata=strata, smallest=smallest)
    if present is None:
        return None
    return PairPlan(
        a=comparison.a,
        b=comparison.b,
        of=leading,
        alpha=alpha,
        smallest=smallest,
        strata=strata,
        present=present,
        outlooks=outlooks(joined, RUNS, alpha=alpha, strata=strata, smallest=smallest),
    )
