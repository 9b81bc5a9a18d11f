"""Simulated pairs of methods: how often tests at 5 % reject without and with a difference, in both designs."""

import numpy as np
import pytest
from scipy import stats as scipy_stats

from reportgen.stats import Settings
from reportgen.stats.improvement import improvement_test
from reportgen.stats.pairs import pair_of
from reportgen.stats.permutation import permutation_test

TASKS, TRIALS = 10, 400
CHOSEN = Settings(replicates=400)
SHAPES = {
    "normal": lambda rng, size: rng.normal(size=size),
    "lognormal": lambda rng, size: rng.lognormal(size=size) / 2.16,
    "collapse": lambda rng, size: np.where(rng.random(size) < 0.3, -3, 0) + rng.normal(size=size) * 0.5,
}


def rejected(of_tasks, of_runs, seed, shape, *, sizes, shift=0.0, spread=1.0, whole=False, trials=TRIALS):
    """Share of trials in which the difference of the IQM, the improvement, and pooled Mann-Whitney reject."""
    rng = np.random.default_rng(seed)
    draw, hits = SHAPES[shape], np.zeros(3)

    def method(n, by, scale, level):
        if whole:
            luck = np.sqrt(0.2) * draw(rng, (n, 1)) + np.sqrt(0.8) * draw(rng, (n, TASKS))
            rows = level + by + scale * luck
            return of_runs(rows, [f"t{k}" for k in range(TASKS)])
        return of_tasks({f"t{k}": level[k] + by + scale * draw(rng, n) for k in range(TASKS)})

    for _ in range(trials):
        level = rng.normal(size=TASKS)
        a, b = method(sizes[0], shift, 1.0, level), method(sizes[1], 0.0, spread, level)
        pair = pair_of(a, b, CHOSEN)
        found = (permutation_test(pair, "iqm", CHOSEN, rng).p, improvement_test(pair, CHOSEN, rng).p)
        hits += np.array([*found, scipy_stats.mannwhitneyu(a.values, b.values).pvalue]) <= 0.05
    return hits / trials


@pytest.mark.slow
@pytest.mark.parametrize(
    ("shape", "sizes", "whole"),
    [
        ("normal", (3, 3), False),
        ("collapse", (5, 5), False),
        ("lognormal", (3, 6), False),
        ("normal", (5, 5), True),
        ("collapse", (4, 7), True),
    ],
)
def test_methods_alike_are_told_apart_in_about_five_per_cent(of_tasks, of_runs, shape, sizes, whole):
    difference, improvement, pooled = rejected(of_tasks, of_runs, 21, shape, sizes=sizes, whole=whole)
    assert 0.015 <= difference <= 0.085
    assert 0.015 <= improvement <= 0.085
    if whole:
        assert pooled > 0.085


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sizes", "whole", "trials"),
    [((3, 7), True, 1000), ((5, 11), True, 300), ((3, 7), False, 400), ((10, 5), False, 400)],
)
def test_unequal_spreads_and_sizes_reject_at_most_eight_per_cent(of_tasks, of_runs, sizes, whole, trials):
    """The fewer runs vary three times as much; two standard errors of the simulation are allowed."""
    wide = {"spread": 1 / 3} if sizes[0] < sizes[1] else {"spread": 3.0}
    found = rejected(of_tasks, of_runs, 22, "normal", sizes=sizes, whole=whole, trials=trials, **wide)
    assert (found[:2] <= 0.08 + 2 * np.sqrt(0.08 * 0.92 / trials)).all()
    assert (found[:2] >= 0.01).all()


@pytest.mark.slow
@pytest.mark.parametrize(("shape", "shift"), [("normal", 0.4), ("lognormal", 0.3), ("collapse", 0.5)])
def test_power_is_at_least_that_of_pooled_mann_whitney(of_tasks, of_runs, shape, shift):
    difference, improvement, pooled = rejected(of_tasks, of_runs, 23, shape, sizes=(5, 5), shift=shift)
    assert difference >= pooled
    assert improvement >= pooled
