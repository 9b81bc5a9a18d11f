"""Exact vectors of tests, corrections, effect sizes and ranks, each small enough to check by hand."""

import numpy as np
import pytest

from reportgen.errors import StatisticsError
from reportgen.stats import Settings, adjusted, contest, friedman, shares_of_ranks, verdict
from reportgen.stats.classical import classical_test
from reportgen.stats.convolution import law_of_improvement, law_of_u, two_sided
from reportgen.stats.effects import hedges_g
from reportgen.stats.pairs import pair_of
from reportgen.stats.ranks import critical_difference

KEY = ("score", "a", "b")
RUNS = ([[1, 5], [2, 5], [3, 7]], [[2, 5], [2, 6], [5, 4], [0, 1]])
SMALL = ((3.1, 2.9, 3.5), (2, 2.5, 2.2))
SEEDS = {f"{task}/{k}": str(k) for task in "tu" for k in range(8)}


@pytest.fixture
def of_two(of_tasks):
    """Compare two samples on one task."""

    def _of_two(a, b, statistic="mean", **options):
        known = Settings(replicates=400, **options.pop("settings", {}))
        return contest(of_tasks({"t": a}), of_tasks({"t": b}), known, key=KEY, statistic=statistic, **options)

    return _of_two


def test_effect_sizes_and_the_probability_of_improvement_per_task(of_runs):
    """A12 is 1/2 and 3/4 on the two tasks, Cliff's delta 0 and 1/2."""
    found = contest(of_runs(RUNS[0]), of_runs(RUNS[1]), Settings(replicates=400), key=KEY, statistic="mean")
    assert found.improvement.estimate == pytest.approx(5 / 8)
    assert (found.effects.a12, found.effects.cliffs_delta) == pytest.approx((5 / 8, 1 / 4))
    assert (found.effects.wins, found.effects.ties, found.effects.losses) == (1, 0, 1)


@pytest.mark.parametrize("statistic", ["mean", "iqm", "median"])
def test_a_permutation_of_three_against_three(of_two, statistic):
    found = of_two(*SMALL, statistic=statistic)
    assert found.difference_test.p == pytest.approx(0.1)
    assert (found.difference_test.smallest, found.difference_test.arrangements) == (pytest.approx(0.1), 20)
    assert found.improvement_test.p == pytest.approx(0.1)


def test_the_same_as_pairs(of_two):
    found = of_two(*SMALL, seeds=SEEDS)
    assert found.difference_test.p == pytest.approx(0.25)
    assert (found.difference_test.exact, found.difference_test.arrangements) == (True, 8)
    assert (found.improvement.estimate, found.improvement_test.p) == (1, pytest.approx(0.25))


def test_the_same_by_welch(of_two):
    """t = 4.0842198 with 3.8585153 degrees of freedom; the density of t integrated numerically."""
    assert of_two(*SMALL, test="welch").difference_test.p == pytest.approx(0.01618163, abs=1e-8)


@pytest.mark.parametrize(("n", "smallest"), [(3, 0.1), (4, 2 / 70), (5, 2 / 252)])
def test_the_smallest_p_of_so_many_runs(of_two, of_runs, n, smallest):
    a, b = np.arange(n), np.arange(n) + 0.5
    found = of_two(a, b, test="mann_whitney", estimand="probability_of_improvement")
    assert found.improvement_test.smallest == pytest.approx(smallest)
    assert found.difference_test.smallest == pytest.approx(smallest)
    whole = contest(
        of_runs([[x, 2 * x] for x in a]), of_runs([[x, 2 * x] for x in b]), Settings(), key=KEY, statistic="mean"
    )
    assert whole.difference_test.smallest == pytest.approx(smallest)
    assert whole.improvement_test.smallest == pytest.approx(smallest)


def test_an_iqm_of_four_runs_cannot_reach_the_smallest_p_of_a_mean(of_two):
    """Exchanging the inner extremes of two samples of four moves neither trimmed mean nor its spread."""
    apart = ([1, 2, 3, 4], [6, 7, 8, 9])
    assert of_two(*apart, statistic="mean").difference_test.p == pytest.approx(2 / 70)
    trimmed = of_two(*apart, statistic="iqm").difference_test
    assert (trimmed.p, trimmed.smallest) == pytest.approx((4 / 70, 4 / 70))


def test_equal_scores_have_the_floor_of_their_design(of_two):
    found = of_two([1, 1, 1], [1, 1, 1])
    assert (found.difference_test.p, found.difference_test.smallest) == pytest.approx((1, 0.1))
    assert (found.improvement_test.p, found.improvement_test.smallest) == pytest.approx((1, 0.1))


def test_the_smallest_p_of_five_pairs_and_of_several_tasks(of_two, of_tasks):
    paired = of_two(range(5), [0.1, 2, 1.3, 4.6, 2.2], seeds=SEEDS)
    assert paired.difference_test.smallest == pytest.approx(0.0625)
    two = contest(
        of_tasks({"t": [0, 1, 2], "u": [0, 1, 2]}),
        of_tasks({"t": [0.5, 1.5, 2.5], "u": [0.5, 1.5, 2.5]}),
        Settings(replicates=400),
        key=KEY,
        statistic="mean",
    )
    assert two.improvement_test.smallest == pytest.approx(2 / 20**2)


@pytest.mark.parametrize(
    ("correction", "expected"),
    [
        ("bonferroni", [0.04, 0.16, 0.12, 0.02]),
        ("holm", [0.03, 0.06, 0.06, 0.02]),
        ("bh", [0.02, 0.04, 0.04, 0.02]),
        ("by", [value * 25 / 12 for value in (0.02, 0.04, 0.04, 0.02)]),
        ("none", [0.01, 0.04, 0.03, 0.005]),
    ],
)
def test_corrections_of_four_p_values(correction, expected):
    assert adjusted([0.01, 0.04, 0.03, 0.005], correction) == pytest.approx(expected)
    assert adjusted([], correction) == ()


@pytest.mark.parametrize(("methods", "expected"), [(2, 1.960), (3, 2.344), (4, 2.569), (5, 2.728)])
def test_nemenyis_quantiles(methods, expected):
    scale = np.sqrt(methods * (methods + 1) / 6)
    assert critical_difference(methods, 1, 0.05) / scale == pytest.approx(expected, abs=6e-4)


def test_nemenyis_critical_difference():
    assert critical_difference(5, 30, 0.05) == pytest.approx(1.11361, abs=5e-6)


def test_friedmans_ranks_share_ties():
    found = friedman(np.array([[3.0, 2, 1], [3, 1, 1], [5, 4, 0]]), 0.05)
    assert found.average_ranks == pytest.approx([1, 6.5 / 3, 8.5 / 3])


@pytest.mark.parametrize(
    ("means", "reason"),
    [([[1.0, 2]] * 3, "three methods"), ([[1.0, 2, 3]], "two tasks"), ([[1.0, 1, 1]] * 3, "equal on every task")],
)
def test_friedmans_test_says_why_it_is_not_made(means, reason):
    found = friedman(np.array(means), 0.05)
    assert found.p is None
    assert reason in found.reason


def test_the_law_of_u_with_a_tie_across_the_samples():
    """Scores 1, 1, 2 with one of them chosen: it ties once and loses once, twice, or it beats both."""
    np.testing.assert_allclose(law_of_u((2, 1), 1), [0, 2 / 3, 0, 0, 1 / 3])


def test_the_law_over_tasks_of_unequal_sizes_is_that_of_all_arrangements():
    laws = [law_of_u((1, 1, 1), 1), law_of_u((1, 2, 1), 2)]
    found = law_of_improvement(laws)
    by_hand = np.zeros(2 * 4 * 2 + 1)
    for place, p in enumerate(laws[0]):
        for other, q in enumerate(laws[1]):
            by_hand[round((place / 4 + other / 8) / 2 * 16)] += p * q
    np.testing.assert_allclose(found[:: (len(found) - 1) // 16], by_hand)
    assert found.sum() == pytest.approx(1)
    assert two_sided(found, (len(found) - 1) // 2)[0] == 1


def test_hedges_g_shrinks_cohens_d_by_the_exact_factor():
    """With 4 degrees of freedom the factor is gamma(2) / (sqrt(2) gamma(3/2)) = sqrt(2 / pi)."""
    d = (np.mean(SMALL[0]) - np.mean(SMALL[1])) / np.sqrt((np.var(SMALL[0], ddof=1) + np.var(SMALL[1], ddof=1)) / 2)
    small = tuple(map(np.array, SMALL))
    assert hedges_g([small]) == pytest.approx(d * np.sqrt(2 / np.pi))
    assert hedges_g([(np.ones(3), np.ones(3))]) is None


def test_hedges_g_over_tasks_has_one_spread_for_all():
    """Gains 1 and 3, variances 1 and 7: 2 over the root of 4 is 1, and 4 degrees of freedom."""
    wide = 3 + np.sqrt(7) * np.array([-1.0, 0, 1])
    samples = [(np.array([2.0, 3, 4]), np.array([2.0])), (wide, np.array([0.0]))]
    assert hedges_g(samples) == pytest.approx(np.sqrt(2 / np.pi))


def test_tied_ranks_are_shared():
    found = shares_of_ranks(np.array([[3.0, 1, 2], [1.0, 1, 3], [2.0, 0, 1]]))
    assert found == pytest.approx(np.array([[1.5, 1.5, 0], [1.5, 0.5, 1], [0, 1, 2]]) / 3)


@pytest.mark.parametrize(
    ("p", "floor", "interval", "smallest", "expected"),
    [
        (0.01, 0.001, (0.1, 0.9), None, "better"),
        (0.05, None, (0.1, 0.9), None, "better"),
        (0.06, 0.001, (-0.1, 0.9), None, "inconclusive"),
        (0.10, 0.10, (0.1, 0.9), None, "cannot be decided"),
        (None, None, None, None, "cannot be decided"),
        (0.01, 0.001, (0.1, 0.9), 1.0, "equivalent"),
        (0.10, 0.10, (-0.2, 0.9), 1.0, "equivalent"),
        (0.01, 0.001, (0.1, 1.9), 1.0, "better"),
    ],
)
def test_verdicts(p, floor, interval, smallest, expected):
    def judged(estimate, ends):
        return verdict(
            estimate, ends, alpha=0.05, neutral=0.0, p_adjusted=p, smallest_adjusted=floor, smallest_difference=smallest
        )

    assert judged(0.5, interval) == expected
    turned = None if interval is None else (-interval[1], -interval[0])
    assert judged(-0.5, turned) == ("worse" if expected == "better" else expected)
    assert judged(None, None) is None


def test_unknown_words_are_refused_with_the_near_one(of_tasks):
    with pytest.raises(StatisticsError, match="did you mean 'holm'"):
        adjusted([0.1], "hohm")
    pair = pair_of(of_tasks({"t": [1, 2]}), of_tasks({"t": [1, 3]}), Settings())
    with pytest.raises(StatisticsError, match="did you mean 'welch'"):
        classical_test(pair, "welsh", Settings())
