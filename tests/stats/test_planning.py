"""Predicted standard errors, power and detectable differences against simulation and textbook formulas."""

import numpy as np
import pytest
from scipy import stats as scipy_stats

from reportgen.stats import Settings, analyse, difference
from reportgen.stats.planning import detectable, outlooks, power, present_outlook, smallest_p


def joined(of_tasks, runs, seed=0, tasks=1):
    rng = np.random.default_rng(seed)
    found = [
        analyse(
            of_tasks({f"t{k}": rng.normal(size=runs) for k in range(tasks)}),
            Settings(replicates=2),
            key=("m", name),
            statistics=("mean",),
            thresholds=np.empty(0),
        )
        for name in "ab"
    ]
    return found[0].variances["mean"].joined(found[1].variances["mean"])


def test_at_the_present_n_the_standard_error_is_welchs(of_tasks):
    rng = np.random.default_rng(3)
    a, b = rng.normal(size=6), rng.normal(2, 3, size=6)
    settings = Settings(replicates=2)
    first, second = (
        analyse(of_tasks({"t": values}), settings, key=("m", name), statistics=("mean",), thresholds=np.empty(0))
        for name, values in (("a", a), ("b", b))
    )
    variance = first.variances["mean"].joined(second.variances["mean"])
    (found,) = outlooks(variance, [6], alpha=0.05, strata=1)
    welch = scipy_stats.ttest_ind(a, b, equal_var=False)
    assert found.se == pytest.approx(np.hypot(a.std(ddof=1), b.std(ddof=1)) / np.sqrt(6))
    assert found.df == pytest.approx(welch.df)
    present = present_outlook(variance, alpha=0.05, strata=1)
    assert (present.n, present.se, present.df) == (6, pytest.approx(found.se), pytest.approx(found.df))


def test_the_present_numbers_of_runs_may_differ_between_tasks(of_tasks):
    scores = of_tasks({"t": [1.0, 2, 4], "u": [0.0, 3, 1, 5, 2]})
    settings = Settings(replicates=2)
    found = analyse(scores, settings, key=("m", "a"), statistics=("mean",), thresholds=np.empty(0))
    present = present_outlook(found.variances["mean"], alpha=0.05, strata=2)
    parts = np.array([np.var([1, 2, 4], ddof=1) / 3, np.var([0, 3, 1, 5, 2], ddof=1) / 5]) / 4
    assert present.n == 3
    assert present.se == pytest.approx(np.sqrt(parts.sum()))
    assert present.df == pytest.approx(parts.sum() ** 2 / (parts[0] ** 2 / 2 + parts[1] ** 2 / 4))


def test_power_agrees_with_a_simulated_t_test():
    rng = np.random.default_rng(5)
    a, b = rng.normal(1.0, 1.0, size=(40_000, 8)), rng.normal(size=(40_000, 8))
    simulated = (scipy_stats.ttest_ind(a, b, axis=1).pvalue < 0.05).mean()
    assert power(1.0, np.sqrt(2 / 8), 14, 0.05) == pytest.approx(simulated, abs=0.01)


@pytest.mark.parametrize("df", [1.5, 4, 20, 300])
@pytest.mark.parametrize("shift", [0.0, 1.0, 3.5])
def test_power_is_the_noncentral_t_distribution(df, shift):
    limit = scipy_stats.t.ppf(0.975, df)
    expected = scipy_stats.nct.sf(limit, df, shift) + scipy_stats.nct.cdf(-limit, df, shift)
    assert power(shift, 1.0, df, 0.05) == pytest.approx(expected, abs=1e-4)


def test_the_detectable_difference_has_the_wanted_power():
    found = detectable(0.3, 8, 0.05)
    assert power(found, 0.3, 8, 0.05) == pytest.approx(0.8, abs=1e-9)


def test_more_runs_never_lower_power_nor_raise_what_is_detectable(of_tasks):
    found = outlooks(joined(of_tasks, 4, tasks=3), range(2, 30), alpha=0.05, strata=3, smallest=0.5)
    assert all(np.diff([one.power for one in found]) > 0)
    assert all(np.diff([one.detectable for one in found]) < 0)
    assert all(one.detectable_low < one.detectable < one.detectable_high for one in found)


def test_the_range_covers_what_the_true_variance_would_give(of_tasks):
    """Two groups of 5 standard normal runs: the true standard error is sqrt(2 / 5)."""
    truth = detectable(np.sqrt(2 / 5), 8, 0.05)
    held = 0
    for seed in range(300):
        (found,) = outlooks(joined(of_tasks, 5, seed=seed), [5], alpha=0.05, strata=1)
        held += found.detectable_low <= truth <= found.detectable_high
    assert 0.9 <= held / 300 <= 0.99


def test_runs_that_do_not_vary_have_no_outlook(of_tasks):
    found = analyse(of_tasks({"t": [1, 1]}), Settings(), key=("m", "a"), statistics=("mean",), thresholds=np.empty(0))
    assert outlooks(found.variances["mean"], [3], alpha=0.05, strata=1) == ()


def test_the_smallest_p_of_permuted_runs():
    assert [round(smallest_p(n, 1), 4) for n in (3, 4, 5)] == [0.1, 0.0286, 0.0079]
    assert smallest_p(3, 2) == pytest.approx(2 / 400)


@pytest.mark.slow
@pytest.mark.parametrize("n", [3, 5, 10])
def test_predicted_power_is_near_the_share_of_intervals_that_exclude_zero(n, of_tasks):
    """IQM of 10 tasks, a true difference of 0.2 standard deviations: each pilot's prediction against what happens."""
    rng, tasks, apart = np.random.default_rng(n), 10, 0.2
    predicted, excluded = [], 0
    for trial in range(300):
        pair = [
            analyse(
                of_tasks({f"t{k}": rng.normal(shift, size=n) for k in range(tasks)}),
                Settings(replicates=400),
                key=(str(trial), name),
                statistics=("iqm",),
                thresholds=np.empty(0),
            )
            for name, shift in (("a", apart), ("b", 0.0))
        ]
        variance = pair[0].variances["iqm"].joined(pair[1].variances["iqm"])
        (found,) = outlooks(variance, [n], alpha=0.05, strata=tasks, smallest=apart)
        predicted.append(found.power)
        interval = difference(*pair, "iqm")
        excluded += interval.low > 0 or interval.high < 0
    print(f"n = {n}: predicted {100 * np.mean(predicted):.1f} %, simulated {100 * excluded / 300:.1f} %")
    assert np.mean(predicted) == pytest.approx(excluded / 300, abs=0.09)
