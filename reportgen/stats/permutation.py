"""The studentised permutation test of a difference, in the unit that was repeated."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reportgen.stats.arrangements import Arrangements
from reportgen.stats.estimates import ROUNDING, trim_share
from reportgen.stats.unequal import jackknifed, needs_t, no_smaller

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from reportgen.stats.pairs import Pair
    from reportgen.stats.scores import Settings

    Floats = NDArray[np.float64]
    Members = NDArray[np.bool_]

SAME = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Tested:
    """The outcome of a test, two-sided.

    Parameters
    ----------
    p
        None where the test cannot be made; `reason` then says why.
    smallest
        The smallest p that so many runs could have given: that of the farthest arrangement where all were looked at
        (an IQM does not see which extreme is whose, so ties can raise it), else of the design; None for a formula.
    exact
        Whether every arrangement was looked at.
    arrangements
        How many arrangements were looked at; 0 for a formula.
    p_t
        Where numbers of runs differ: p of the t test beside the permutation, `p` being the larger of both; else None.
    """

    p: float | None
    smallest: float | None = None
    exact: bool = False
    arrangements: int = 0
    reason: str | None = None
    p_t: float | None = None


def permutation_test(pair: Pair, statistic: str, settings: Settings, rng: np.random.Generator) -> Tested:
    """Test whether two methods have the same distribution of results on every task, by exchanging labels.

    The statistic is the difference of the aggregate divided by its standard error, both computed again in each
    arrangement (Janssen, 1997; Chung and Romano, 2013): unstudentised, the test errs where spreads and numbers of
    runs differ. The median of task means has no standard error here and is compared as it is. Where numbers of runs
    differ, p is no smaller than that of a t test with each method's own variance (`unequal`); not so for the median.

    Parameters
    ----------
    statistic
        As in `analyse`.
    """
    contrast = _Contrast(pair, statistic, settings)
    if not contrast.finite:
        return Tested(p=None, reason="some scores are infinite")
    found = by_arrangements(pair, contrast, settings.replicates, rng)
    if statistic == "median" or not needs_t(pair, settings):
        return found
    return no_smaller(found, *jackknifed(pair, statistic, settings))


def by_arrangements(
    pair: Pair,
    statistic: Callable[[Members], Floats],
    sampled: int,
    rng: np.random.Generator,
) -> Tested:
    """Count the arrangements in which a statistic is at least as far from 0 as in the data.

    Parameters
    ----------
    statistic
        (U, B) masks to (B,) values.
    sampled
        How many arrangements to draw where there are too many for all; p is then (b + 1) / (R + 1).
    """
    ways = Arrangements.of(pair)
    found = abs(float(statistic(pair.inside()[:, None])[0]))
    sizes = np.concatenate([np.abs(statistic(members)) for members in ways.chunks(sampled, rng)])
    beyond = int((sizes >= found * (1 - SAME)).sum())
    if not ways.few:
        smallest = max(ways.smallest, 1 / (sampled + 1))
        return Tested(p=(beyond + 1) / (sampled + 1), smallest=smallest, arrangements=sampled)
    farthest = sizes.max()
    extreme = int((sizes >= farthest * (1 - SAME)).sum()) if farthest > 0 else 0
    return Tested(
        p=beyond / ways.count,
        smallest=max(ways.smallest, extreme / ways.count),
        exact=True,
        arrangements=ways.count,
    )


def settled(values: Floats, scale: float) -> Floats:
    """Return the values, 0 where they differ from it by rounding only, so that equal arrangements count as equal."""
    return np.where(np.abs(values) > ROUNDING * scale, values, 0.0)


class _Side:
    """What one method brings to an arrangement: the weights of scores and the sizes of strata where they count for it.

    Influence totals are taken from a constant of the stratum, so that no digits are lost where strata lie far apart.
    """

    def __init__(self, pair: Pair, weights: Floats, sizes: NDArray[np.intp], values: Floats) -> None:
        together = pair.sizes_first + pair.sizes_second
        self.sizes = sizes.astype(float)
        self.weights = weights[:, None]
        self.centre, self.held, self.stratum_weight = np.zeros((pair.n_units, 1)), 0.0, self.sizes
        if not pair.coupled:
            starts = _starts(together)
            middles = np.add.reduceat(np.bincount(pair.units, weights=weights * values), starts) / together
            self.centre = np.repeat(middles, together)[:, None]
            self.held = float(middles @ self.sizes)
            self.stratum_weight = np.bincount(pair.units, weights=weights)[starts] * self.sizes


class _Contrast:
    """The difference of a statistic between the two sides, over its standard error, in many arrangements at once."""

    def __init__(self, pair: Pair, statistic: str, settings: Settings) -> None:
        self.pair, self.statistic = pair, statistic
        self.values = np.maximum(0.0, settings.gamma - pair.values) if statistic == "optimality_gap" else pair.values
        self.order = np.argsort(self.values, kind="stable")
        self.ascending = self.values[self.order]
        self.finite = bool(np.isfinite(self.values).all())
        bounded = np.nan_to_num(self.values, posinf=0.0, neginf=0.0)
        self.scale = float(np.abs(bounded).max())
        self.trim = settings.trim
        self.shares = tuple(trim_share(len(plan.values), settings.trim) for plan in (pair.first, pair.second))
        self.sides = (
            _Side(pair, pair.weight_first, pair.sizes_first, bounded),
            _Side(pair, pair.weight_second, pair.sizes_second, bounded),
        )
        self.unit_starts = np.flatnonzero(np.diff(pair.units, prepend=-1))

    def __call__(self, members: Members) -> Floats:
        """Return (B,) the studentised differences for (U, B) masks of the first side's units."""
        if self.statistic == "median":
            return settled(self._median(members) - self._median(~members), self.scale)
        (first, one), (second, other) = (
            self._totals(side, mask, share)
            for side, mask, share in zip(self.sides, (members, ~members), self.shares, strict=True)
        )
        if self.pair.coupled:
            half = len(self.pair.first_units)
            apart = first[:half] + first[half:] - second[:half] - second[half:]
            variance = self._paired_variance(apart)
        else:
            variance = self._variance(self.sides[0], first) + self._variance(self.sides[1], second)
        return self._ratio(one - other, variance)

    def _totals(self, side: _Side, mask: Members, share: float) -> tuple[Floats, Floats]:
        """Return (U, B) influence totals, 0 for units of the other side, and (B,) the statistic."""
        if self.pair.coupled == "tasks":
            return self._totals_of_tasks(side, mask)
        if self.statistic != "iqm":
            unit = self._by_unit(side.weights * self.values[:, None]) - side.centre
            totals = np.where(mask, unit, 0.0)
            return totals, totals.sum(axis=0) + side.held
        low, high = self._trim_points(side, mask, share)
        totals = self._winsorised(side, low, high)
        totals -= side.centre
        totals *= mask
        totals /= 1 - 2 * share
        return totals, totals.sum(axis=0) + (side.held - share * (low + high)) / (1 - 2 * share)

    def _totals_of_tasks(self, side: _Side, mask: Members) -> tuple[Floats, Floats]:
        """Do the same where tasks change sides whole: a side's number of scores and its weight then vary."""
        members = mask[self.pair.units]
        count, weight = members.sum(axis=0), (members * side.weights).sum(axis=0)
        if self.statistic != "iqm":
            totals = mask * self._by_unit(side.weights * self.values[:, None]) / weight
            return totals, totals.sum(axis=0)
        share = np.floor(self.trim * count) / count
        low, high = self._trim_points(side, mask, share)
        totals = mask * self._winsorised(side, low, high) / (weight * (1 - 2 * share))
        return totals, totals.sum(axis=0) - share * (low + high) / (1 - 2 * share)

    def _winsorised(self, side: _Side, low: Floats, high: Floats) -> Floats:
        kept = np.maximum(self.values[:, None], low)
        np.minimum(kept, high, out=kept)
        kept *= side.weights
        return self._by_unit(kept)

    def _trim_points(self, side: _Side, mask: Members, share: float | Floats) -> tuple[Floats, Floats]:
        """Return (B,) the smallest and the largest score of a side that keep weight in the IQM."""
        running = mask[self.pair.units[self.order]] * side.weights[self.order]
        np.cumsum(running, axis=0, out=running)
        total = running[-1]
        first = (running <= share * total * (1 + ROUNDING)).sum(axis=0)
        last = (running < (1 - share) * total * (1 - ROUNDING)).sum(axis=0)
        return self.ascending[first], self.ascending[last]

    def _variance(self, side: _Side, totals: Floats) -> Floats:
        """Return (B,) the sum over strata of N_h s_h^2 of one side; a stratum of one borrows from the others."""
        several, single = side.sizes > 1, side.sizes == 1
        starts, sizes = _starts(self.pair.sizes_first + self.pair.sizes_second), side.sizes[several][:, None]
        sums = np.add.reduceat(totals, starts, axis=0)[several]
        squares = np.add.reduceat(totals * totals, starts, axis=0)[several] - sums * sums / sizes
        terms = (squares * (sizes / (sizes - 1))).sum(axis=0)
        if single.any() and several.any():
            scaled = (squares * (sizes / side.stratum_weight[several][:, None]) ** 2).sum(axis=0)
            terms += (side.stratum_weight[single] ** 2).sum() * scaled / (sizes - 1).sum()
        return np.asarray(terms)

    def _paired_variance(self, apart: Floats) -> Floats:
        sizes = self.pair.sizes_first
        starts = _starts(sizes)
        middles = np.add.reduceat(apart, starts, axis=0) / sizes[:, None]
        squares = np.add.reduceat((apart - np.repeat(middles, sizes, axis=0)) ** 2, starts, axis=0)
        return np.asarray((squares * (sizes / np.maximum(sizes - 1, 1))[:, None]).sum(axis=0))

    def _ratio(self, delta: Floats, variance: Floats) -> Floats:
        """Divide; where no unit was repeated there is no standard error, and the difference itself is returned."""
        delta = settled(delta, self.scale)
        if max(self.pair.sizes_first.max(), self.pair.sizes_second.max()) == 1:
            return delta
        error = np.sqrt(np.maximum(variance, 0.0))
        with np.errstate(divide="ignore", invalid="ignore"):
            ratio = delta / error
        moved = np.where(delta != 0, np.copysign(np.inf, delta), 0.0)
        return np.where(error > ROUNDING * self.scale, ratio, moved)

    def _median(self, members: Members) -> Floats:
        """Return (B,) the median of task means of the units in the mask."""
        order = np.argsort(self.pair.tasks, kind="stable")
        mass = members[self.pair.units[order]].astype(float).T
        starts = np.flatnonzero(np.diff(self.pair.tasks[order], prepend=-1))
        sums = np.add.reduceat(mass * self.pair.values[order], starts, axis=1)
        return np.asarray(np.median(sums / np.add.reduceat(mass, starts, axis=1), axis=1))

    def _by_unit(self, rows: Floats) -> Floats:
        """Sum (n, B) over the scores of each unit."""
        return rows if self.pair.one_task_units else np.add.reduceat(rows, self.unit_starts, axis=0)


def _starts(sizes: NDArray[np.intp]) -> NDArray[np.intp]:
    return np.concatenate(([0], np.cumsum(sizes)[:-1]))
