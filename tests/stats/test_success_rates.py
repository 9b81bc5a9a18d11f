"""Where each run is one success or failure the interval of the mean is Wilson's, and nothing else changes."""

import numpy as np
import pytest
from scipy import stats as scipy_stats

from reportgen.stats import Settings, analyse
from reportgen.stats.proportions import wilson


@pytest.mark.parametrize("trials", [1, 5, 12, 40])
@pytest.mark.parametrize("level", [0.9, 0.95])
def test_wilsons_interval_is_scipys(trials, level):
    for successes in range(trials + 1):
        expected = scipy_stats.binomtest(successes, trials).proportion_ci(level, method="wilson")
        assert wilson(successes, trials, level) == pytest.approx((expected.low, expected.high), abs=1e-12)


def rate(scores, *, trials=True, interval="expanded_t"):
    settings = Settings(replicates=500, interval=interval)
    key = ("solved", "method")
    return analyse(scores, settings, key=key, statistics=("mean",), thresholds=np.empty(0), trials=trials).intervals[
        "mean"
    ]


def test_runs_of_one_trial_have_wilsons_interval_even_where_all_succeed(of_tasks):
    mean = rate(of_tasks({"t": [1, 1, 1, 1, 1]}))
    assert (mean.estimate, mean.method, mean.df, mean.reason) == (1.0, "wilson", None, None)
    assert (mean.low, mean.high) == pytest.approx(wilson(5, 5, 0.95))


def test_failures_counted_as_less_is_better_are_mirrored(of_tasks):
    mean = rate(of_tasks({"t": [0, -1, 0, 0]}))
    low, high = wilson(1, 4, 0.95)
    assert (mean.low, mean.high) == pytest.approx((-high, -low))


def test_zeros_of_a_metric_that_counts_no_trials_are_no_success_rate(of_tasks):
    assert rate(of_tasks({"t": [0, 0, 0]}), trials=False).low is None


def test_rates_over_several_tasks_use_the_variance_between_runs(of_tasks):
    assert rate(of_tasks({"t": [0, 1, 1], "u": [1, 0, 1]})).method == "expanded_t"


def test_the_percentile_interval_stays_what_was_asked_for(of_tasks):
    assert rate(of_tasks({"t": [0, 1, 1, 1]}), interval="percentile").method == "percentile"


def test_wilson_covers_where_the_bootstrap_of_trials_does_not():
    """Exact coverage of nominal 95 % at n = 10 over success rates of 5 to 95 %, from the binomial law."""
    rates = np.linspace(0.05, 0.95, 91)
    weights = scipy_stats.binom.pmf(np.arange(11)[:, None], 10, rates)
    ends = np.array([wilson(k, 10, 0.95) for k in range(11)])
    held = (ends[:, :1] <= rates) & (rates <= ends[:, 1:])
    assert (weights * held).sum(axis=0).mean() == pytest.approx(0.95, abs=0.01)
