"""Probability of improvement: the chance that a run of one method beats a run of another on the same task."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from reportgen.stats.arrangements import CHUNK_ELEMENTS, Arrangements
from reportgen.stats.convolution import LARGEST_LATTICE, lattice, law_of_improvement, law_of_u, two_sided
from reportgen.stats.design import Design, draws
from reportgen.stats.design import generator as draws_of
from reportgen.stats.intervals import Interval, Variance, ends, influence_variance, refusal, task_variance
from reportgen.stats.permutation import Tested, by_arrangements, settled
from reportgen.stats.unequal import needs_t, no_smaller
from reportgen.stats.wins import beaten, blocks_of, pair_wins, task_shares, twice_won, won

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from reportgen.stats.intervals import Refusal
    from reportgen.stats.pairs import Pair
    from reportgen.stats.scores import Settings

    Floats = NDArray[np.float64]
    Members = NDArray[np.bool_]


def improvement(pair: Pair, settings: Settings, *, key: tuple[str, str, str]) -> Interval:
    """Estimate P(first > second): U / (n m) on each task, ties one half, averaged over tasks; with its interval.

    Replicates redraw the runs of both methods once for all tasks; the ``expanded_t`` interval takes as influence of a
    score the share of the other method's runs on its task that it beats. Paired, pairs are drawn together and the
    estimate is the share of pairs that the first method wins.

    Parameters
    ----------
    key
        Metric id, id of the first and of the second method: the runs of a method are drawn as for its aggregates.
    """
    estimate = _estimate(pair)
    stop = refusal(pair.first, settings) or (None if pair.coupled else refusal(pair.second, settings))
    if stop:
        return _stated(estimate, pair, settings, stop=stop)
    replicates = np.concatenate(list(_replicates(pair, settings, key)))
    variance = _variance(pair, settings)
    found, percentile, stop = ends(estimate, replicates, variance, settings)
    expanded = stop is None and settings.interval == "expanded_t"
    return _stated(
        estimate,
        pair,
        settings,
        found=None if stop or found is None else (max(0.0, found[0]), min(1.0, found[1])),
        percentile=percentile,
        df=float(variance.degrees_of_freedom()) if expanded else None,
        replicates=len(replicates),
        stop=stop,
    )


def complement(found: Interval) -> Interval:
    """Turn P(X > Y) into P(Y > X) = 1 - P(X > Y)."""

    def rest(value: float | None) -> float | None:
        return None if value is None else 1 - value

    pair = found.percentile
    return replace(
        found,
        estimate=rest(found.estimate),
        low=rest(found.high),
        high=rest(found.low),
        percentile=None if pair is None else (1 - pair[1], 1 - pair[0]),
    )


def improvement_test(pair: Pair, settings: Settings, rng: np.random.Generator) -> Tested:
    """Test whether labels matter, by how far the probability of improvement lies from one half.

    Runs of one task each: exact, by convolving the laws of U of the tasks, ties included, unless their lattice has
    more than a million steps. Whole runs and pairs: every arrangement where they are few, else a sample of them. Where
    numbers of runs differ, p is no smaller than that of a t test with each method's own variance (`unequal`).
    """
    found = _labels_exchanged(pair, settings, rng)
    return no_smaller(found, _estimate(pair) - 0.5, _variance(pair, settings)) if needs_t(pair, settings) else found


def _labels_exchanged(pair: Pair, settings: Settings, rng: np.random.Generator) -> Tested:
    if pair.coupled:
        signed = _signed(pair)

        def flipped(members: Members) -> Floats:
            signs = 2.0 * members[: len(signed)] - 1
            return settled(np.einsum("p,pb->b", signed, signs), 1.0)

        return by_arrangements(pair, flipped, settings.replicates, rng)
    if pair.one_task_units:
        sizes = list(zip(pair.sizes_first.tolist(), pair.sizes_second.tolist(), strict=True))
        if lattice(sizes) <= LARGEST_LATTICE:
            return _exact(pair, sizes)
    blocks = blocks_of(pair)

    def exchanged(members: Members) -> Floats:
        return settled(won(blocks, members.astype(np.float64), (~members).astype(np.float64)) - 0.5, 1.0)

    return by_arrangements(pair, exchanged, settings.replicates, rng)


def _estimate(pair: Pair) -> float:
    if pair.coupled == "runs":
        return 0.5 + float(_signed(pair).sum())
    return float(task_shares(pair).mean())


def _signed(pair: Pair) -> Floats:
    """Return (P,) what each pair adds to the probability of improvement less one half; its sign flips with labels."""
    if pair.coupled == "tasks":
        return (task_shares(pair) - 0.5) / pair.first.n_tasks
    wins = _even(pair.first).weights * (pair_wins(pair) - 0.5)
    return np.bincount(pair.first.units, weights=wins).astype(np.float64)


def _even(plan: Design) -> Design:
    """Weigh every task the same and the scores of a task the same, in all 1."""
    counts = np.bincount(plan.tasks)
    return Design(
        values=plan.values,
        tasks=plan.tasks,
        units=plan.units,
        sizes=plan.sizes,
        weights=(1.0 / (counts * len(counts)))[plan.tasks],
    )


def _variance(pair: Pair, settings: Settings) -> Variance:
    if settings.resample == "tasks":
        return task_variance(pair.first.n_tasks)
    if pair.coupled:
        return influence_variance(_even(pair.first), pair_wins(pair))
    sides = ((pair.first, pair.second), (pair.second, pair.first))
    first, second = (influence_variance(_even(one), beaten(one, other)) for one, other in sides)
    return first.joined(second)


def _replicates(pair: Pair, settings: Settings, key: tuple[str, str, str]) -> Iterator[Floats]:
    """Yield (chunk,) the estimate in replicates."""
    metric, first, second = key
    if pair.coupled:
        signed = _signed(pair)
        name = (metric, "\x1f".join(sorted((first, second))))
        for counts in draws(pair.first, settings.replicates, draws_of(settings, name)):
            yield 0.5 + np.einsum("bu,u->b", counts.astype(float), signed)
        return
    blocks = blocks_of(pair, split=True)
    one, other = (
        np.concatenate(list(draws(plan, settings.replicates, draws_of(settings, (metric, name)))))
        for plan, name in ((pair.first, first), (pair.second, second))
    )
    size = max(1, CHUNK_ELEMENTS // pair.n_units)
    for start in range(0, settings.replicates, size):
        drawn = np.zeros((pair.n_units, min(size, settings.replicates - start)), dtype=np.float64)
        drawn[pair.first_units] = one[start : start + size].T
        drawn[pair.second_units] = other[start : start + size].T
        yield won(blocks, drawn, drawn)


def _exact(pair: Pair, sizes: list[tuple[int, int]]) -> Tested:
    """Convolve the laws of the tasks."""
    inside = pair.inside()[pair.units]
    laws, place, common = [], 0, lattice(sizes) // len(sizes)
    for task, (n, m) in enumerate(sizes):
        here = pair.tasks == task
        ties = tuple(count for _, count in sorted(Counter(pair.values[here].tolist()).items()))
        laws.append(law_of_u(ties, n))
        twice = int(twice_won(pair.values[here & inside], pair.values[here & ~inside]).sum())
        place += twice * (common // (2 * n * m))
    p, extreme = two_sided(law_of_improvement(laws), place)
    floor = Arrangements.of(pair).smallest
    return Tested(p=p, smallest=floor if extreme == 1 else max(floor, extreme), exact=True)


def _stated(
    estimate: float,
    pair: Pair,
    settings: Settings,
    *,
    found: tuple[float, float] | None = None,
    percentile: tuple[float, float] | None = None,
    df: float | None = None,
    replicates: int = 0,
    stop: Refusal | None = None,
) -> Interval:
    return Interval(
        estimate=estimate,
        low=None if found is None else found[0],
        high=None if found is None else found[1],
        level=settings.level,
        method=settings.interval,
        percentile=percentile,
        df=df,
        replicates=replicates,
        n_runs=pair.n_units,
        n_scores=len(pair.values),
        reason=stop.reason if stop else None,
        mend=stop.mend if stop else "",
    )
