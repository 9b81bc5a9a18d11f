"""What may be said about two methods, from an estimand's corrected p and interval."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Verdict = Literal["better", "worse", "equivalent", "inconclusive", "cannot be decided"]
ROUNDING = 1e-12


def verdict(
    estimate: float | None,
    interval: tuple[float, float] | None,
    *,
    alpha: float,
    neutral: float,
    p_adjusted: float | None,
    smallest_adjusted: float | None,
    smallest_difference: float | None = None,
) -> Verdict | None:
    """Judge the first of two methods.

    Parameters
    ----------
    estimate, interval
        Of the estimand, higher favours the first method; None where they cannot be stated.
    alpha
        Size of the test.
    neutral
        The value of the estimand that favours neither: 0 for a difference, 1/2 for a probability of improvement.
    p_adjusted, smallest_adjusted
        Corrected p, and the smallest corrected p that data of this design could have given (None: no floor).
    smallest_difference
        The smallest difference of interest: an interval within it on both sides of `neutral` is ``equivalent``,
        whatever p says.

    Returns
    -------
    None where the estimand itself cannot be stated.
    """
    if estimate is None:
        return None
    if smallest_difference is not None and interval is not None:
        low, high = interval
        if neutral - smallest_difference < low and high < neutral + smallest_difference:
            return "equivalent"
    if p_adjusted is None or (smallest_adjusted is not None and smallest_adjusted > alpha + ROUNDING):
        return "cannot be decided"
    if p_adjusted > alpha + ROUNDING or estimate == neutral:
        return "inconclusive"
    return "better" if estimate > neutral else "worse"


def turned_verdict(said: Verdict | None) -> Verdict | None:
    """Return the verdict on the second method against the first."""
    if said == "better":
        return "worse"
    return "better" if said == "worse" else said


def best_set(ranked: Sequence[str], judge: Callable[[str, str], Verdict | None]) -> tuple[str, ...] | None:
    """Return the best method and those that cannot be told from it, in the order given.

    Parameters
    ----------
    ranked
        Methods, best estimate first.
    judge
        Returns the verdict on (first, second), None where the two were not compared.

    Returns
    -------
    None where the best was not compared with every other method.
    """
    if not ranked:
        return None
    best, *others = ranked
    found = {other: judge(best, other) for other in others}
    if any(said is None for said in found.values()):
        return None
    return (best, *(other for other in others if found[other] != "better"))
