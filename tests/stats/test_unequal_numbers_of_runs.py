"""Where numbers of runs differ, p is no smaller than that of a t test with each method's own variance."""

import numpy as np
import pytest
from scipy import stats as scipy_stats

from reportgen.stats import Settings, contest
from reportgen.stats.improvement import improvement_test
from reportgen.stats.intervals import influence_variance
from reportgen.stats.pairs import pair_of
from reportgen.stats.permutation import permutation_test
from reportgen.stats.unequal import jackknifed

CHOSEN = Settings(replicates=300)
WIDE, NARROW = [-9.0, 0.5, 14.0], [0.9, 1.1, 1.0, 1.3, 0.8, 1.2, 1.05]


def permuted(pair, statistic="mean"):
    return permutation_test(pair, statistic, CHOSEN, np.random.default_rng(0))


def test_the_t_is_welchs_for_the_mean_of_one_task(of_tasks):
    found = permuted(pair_of(of_tasks({"t": WIDE}), of_tasks({"t": NARROW}), CHOSEN))
    assert found.p_t == pytest.approx(scipy_stats.ttest_ind(WIDE, NARROW, equal_var=False).pvalue)
    assert found.p >= found.p_t


def test_p_is_the_larger_of_both(of_tasks):
    """Three runs far above seven: the t test is sure, but seldom can 120 arrangements be."""
    apart = [[50.0, 50.1, 49.9], NARROW]
    sure = permuted(pair_of(*(of_tasks({"t": values}) for values in apart), CHOSEN))
    assert sure.p == pytest.approx(1 / 120)
    assert sure.p_t < sure.p
    misled = [[3.0, 8.0, 13.0], NARROW]
    doubtful = permuted(pair_of(*(of_tasks({"t": values}) for values in misled), CHOSEN))
    assert doubtful.p == doubtful.p_t > doubtful.smallest


def test_the_brunner_munzel_t_stands_beside_the_probability_of_improvement(of_tasks):
    """On one task the influence variance is that of Brunner and Munzel (2000), and so are the degrees of freedom."""
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=6) * 2, rng.normal(size=9) + 0.7
    found = improvement_test(pair_of(of_tasks({"t": a}), of_tasks({"t": b}), CHOSEN), CHOSEN, rng)
    assert found.p_t == pytest.approx(scipy_stats.brunnermunzel(a, b).pvalue)
    assert found.p >= found.p_t


@pytest.mark.parametrize("statistic", ["iqm", "mean"])
def test_equal_numbers_of_runs_pairs_and_single_runs_have_no_t(of_tasks, of_runs, statistic):
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(12, 4))
    alike = pair_of(of_runs(rows[:5]), of_runs(rows[5:10]), CHOSEN)
    single = pair_of(of_runs(rows[:1]), of_runs(rows[1:9]), CHOSEN)
    for pair in (alike, single):
        assert permuted(pair, statistic).p_t is None
        assert improvement_test(pair, CHOSEN, rng).p_t is None
    seeds = {f"t/{k}": str(k) for k in range(4)}
    pairs = [of_tasks({"t": values}) for values in rng.normal(size=(2, 4))]
    assert contest(*pairs, CHOSEN, key=("m", "a", "b"), statistic=statistic, seeds=seeds).difference_test.p_t is None


def test_methods_that_do_not_vary_are_left_to_the_permutation(of_tasks):
    pair = pair_of(of_tasks({"t": [1, 1, 1]}), of_tasks({"t": [2, 2, 2, 2]}), CHOSEN)
    found = permuted(pair)
    assert (found.p, found.p_t) == (pytest.approx(1 / 35), None)


@pytest.mark.parametrize("statistic", ["mean", "optimality_gap"])
def test_the_jackknife_of_what_is_linear_is_its_influence(of_tasks, statistic):
    """Ragged, with a stratum of one run: its variance is borrowed in both."""
    rng = np.random.default_rng(5)
    tables = [{f"t{k}": rng.normal(size=size) for k, size in enumerate(sizes)} for sizes in ((3, 1, 4), (2, 5, 2))]
    pair = pair_of(*map(of_tasks, tables), CHOSEN)
    _, found = jackknifed(pair, statistic, CHOSEN)
    sides = [
        influence_variance(plan, plan.values if statistic == "mean" else np.minimum(plan.values, CHOSEN.gamma))
        for plan in (pair.first, pair.second)
    ]
    expected = sides[0].joined(sides[1])
    assert found.terms == pytest.approx(expected.terms)
    assert found.degrees == pytest.approx(expected.degrees)


def test_the_jackknife_of_the_iqm_leaves_out_whole_runs(of_runs):
    """Four tasks a run, so that a quarter of the scores is a whole number with and without a run."""
    rng = np.random.default_rng(8)
    rows = [rng.normal(size=(n, 4)) for n in (3, 6)]
    delta, found = jackknifed(pair_of(*map(of_runs, rows), CHOSEN), "iqm", CHOSEN)
    whole = [scipy_stats.trim_mean(values, 0.25, axis=None) for values in rows]
    assert delta == pytest.approx(whole[0] - whole[1])
    for values, term in zip(rows, found.terms, strict=True):
        n = len(values)
        without = [scipy_stats.trim_mean(np.delete(values, k, axis=0), 0.25, axis=None) for k in range(n)]
        assert term == pytest.approx((n - 1) / n * np.sum((np.array(without) - np.mean(without)) ** 2))


def test_many_runs_are_left_out_in_chunks(of_tasks, monkeypatch):
    rng = np.random.default_rng(2)
    pair = pair_of(*(of_tasks({f"t{k}": rng.normal(size=n) for k in range(3)}) for n in (9, 7)), CHOSEN)
    delta, at_once = jackknifed(pair, "iqm", CHOSEN)
    monkeypatch.setattr("reportgen.stats.unequal.CHUNK_ELEMENTS", 100)
    again, in_chunks = jackknifed(pair, "iqm", CHOSEN)
    assert again == delta
    assert in_chunks.terms == pytest.approx(at_once.terms)
