"""Families of comparisons: p corrected for their number, and what may then be said about each pair."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reportgen.stats.corrections import adjusted
from reportgen.stats.verdicts import verdict

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reportgen.stats.verdicts import Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Claim:
    """One comparison before correction: its estimand with interval, its raw p, and the smallest p it could have."""

    estimate: float | None
    low: float | None
    high: float | None
    p: float | None
    smallest: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    """A comparison judged within its family of `size` tests; None where there is no p, or no floor of p."""

    p_adjusted: float | None
    smallest_adjusted: float | None
    verdict: Verdict | None
    size: int


def judged(
    claims: Sequence[Claim],
    *,
    correction: str,
    alpha: float,
    neutral: float,
    smallest_difference: float | None = None,
) -> tuple[Judgement, ...]:
    """Correct the p of a family and judge each of its comparisons.

    Parameters
    ----------
    claims
        Every comparison that is asked for, of one metric and one estimand; those without a p do not count.
    correction
        See `adjusted`.
    alpha, neutral, smallest_difference
        See `verdict`.
    """
    tested = [place for place, claim in enumerate(claims) if claim.p is not None]
    values = adjusted([claims[place].p or 0.0 for place in tested], correction)
    floors = adjusted([claims[place].smallest or 0.0 for place in tested], correction)
    found = dict(zip(tested, zip(values, floors, strict=True), strict=True))
    return tuple(
        _judged(claim, found.get(place, (None, None)), len(tested), alpha, neutral, smallest_difference)
        for place, claim in enumerate(claims)
    )


def _judged(
    claim: Claim,
    corrected: tuple[float | None, float | None],
    size: int,
    alpha: float,
    neutral: float,
    smallest_difference: float | None,
) -> Judgement:
    p, floor = corrected
    return Judgement(
        p_adjusted=p,
        smallest_adjusted=None if claim.smallest is None else floor,
        verdict=verdict(
            claim.estimate,
            None if claim.low is None or claim.high is None else (claim.low, claim.high),
            alpha=alpha,
            neutral=neutral,
            p_adjusted=p,
            smallest_adjusted=floor,
            smallest_difference=smallest_difference,
        ),
        size=size,
    )
