"""Wherever scipy or statsmodels has the function, the analyzer's table holds its number."""

from itertools import combinations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.power import TTestIndPower

from reportgen import StatisticalAnalyzer

ASKED = {"metric": "score", "group_by": "algorithm"}
METHODS = ("a", "b", "c")


@pytest.fixture(scope="module")
def samples():
    random = np.random.default_rng(5)
    return {name: random.normal(level, 1.0 + level, 8) for level, name in enumerate(METHODS)}


@pytest.fixture(scope="module")
def analyzer(samples):
    rows = [{"algorithm": name, "score": value} for name, values in samples.items() for value in values]
    return StatisticalAnalyzer(pd.DataFrame(rows), bootstrap_samples=300)


def test_aggregates(analyzer, samples):
    assert analyzer.compute_iqm_with_ci(**ASKED)["iqm"].tolist() == pytest.approx(
        [stats.trim_mean(samples[name], 0.25) for name in METHODS]
    )
    table = analyzer.summarize_tasks(**ASKED)
    assert table["sd"].tolist() == pytest.approx([stats.tstd(samples[name]) for name in METHODS])
    gaps = analyzer.compute_optimality_gap_with_ci(**ASKED, optimal_scores=4)["optimality_gap"]
    assert gaps.tolist() == pytest.approx([np.maximum(0, 1 - samples[name] / 4).mean() for name in METHODS])


def test_profiles_are_survival_functions(analyzer, samples):
    table = analyzer.compute_performance_profile(**ASKED, thresholds=[-1, 0, 1, 2])
    for name in METHODS:
        curve = stats.ecdf(samples[name]).sf
        shares = table.loc[table["algorithm"] == name, "share"]
        assert shares.tolist() == pytest.approx(curve.evaluate([-1, 0, 1, 2]).tolist())


def test_probability_of_improvement_is_mann_whitneys_u_over_the_pairs(analyzer, samples):
    table = analyzer.compute_probability_of_improvement(**ASKED, test="mann_whitney")
    for row in table.itertuples():
        found = stats.mannwhitneyu(samples[row.a], samples[row.b], method="exact")
        assert (row.probability_of_improvement, row.p) == pytest.approx((found.statistic / 64, found.pvalue))


@pytest.mark.parametrize(
    ("test", "options"), [("welch", {"equal_var": False}), ("yuen", {"equal_var": False, "trim": 0.25})]
)
@pytest.mark.parametrize(
    ("correction", "name"), [("holm", "holm"), ("bonferroni", "bonferroni"), ("bh", "fdr_bh"), ("by", "fdr_by")]
)
def test_classical_tests_and_their_corrections(analyzer, samples, test, options, correction, name):
    table = analyzer.compare_methods(**ASKED, statistic="mean", test=test, correction=correction)
    raw = [stats.ttest_ind(samples[a], samples[b], **options).pvalue for a, b in combinations(METHODS, 2)]
    assert table["p"].tolist() == pytest.approx(raw)
    assert table["p_adjusted"].tolist() == pytest.approx(multipletests(raw, method=name)[1].tolist())


def test_wilcoxon_of_coupled_runs(samples):
    rows = [
        {"algorithm": name, "score": value, "seed": seed}
        for name in ("a", "b")
        for seed, value in enumerate(samples[name])
    ]
    table = StatisticalAnalyzer(pd.DataFrame(rows), bootstrap_samples=300).compare_methods(
        **ASKED, test="wilcoxon", statistic="mean", paired="seed"
    )
    assert table["p"].tolist() == pytest.approx([stats.wilcoxon(samples["a"], samples["b"]).pvalue])


def test_anova_with_tukey(analyzer, samples):
    table = analyzer.test_all_groups(**ASKED, test="anova")
    assert table.attrs["p"] == pytest.approx(stats.f_oneway(*samples.values()).pvalue)
    pairs = stats.tukey_hsd(*samples.values()).pvalue
    assert table["p_adjusted"].tolist() == pytest.approx([pairs[0, 1], pairs[0, 2], pairs[1, 2]])


def test_friedman():
    random = np.random.default_rng(8)
    means = random.normal(size=(9, 3)) + np.arange(3)
    rows = [
        {"algorithm": name, "task": str(task), "score": means[task, k]}
        for k, name in enumerate(METHODS)
        for task in range(9)
    ]
    table = StatisticalAnalyzer(pd.DataFrame(rows), bootstrap_samples=300).test_all_groups(**ASKED, stratify_by="task")
    assert table.attrs["p"] == pytest.approx(stats.friedmanchisquare(*means.T).pvalue)


def test_power_is_that_of_a_t_test(samples):
    """Equal spreads, so that Welch's degrees of freedom are those of the pooled test."""
    rows = [
        {"algorithm": name, "score": value + shift}
        for name, shift in (("a", 0.0), ("b", 0.7))
        for value in samples["a"]
    ]
    table = StatisticalAnalyzer(pd.DataFrame(rows), bootstrap_samples=300).plan_runs(
        **ASKED, statistic="mean", smallest_difference=1.0, runs=[4, 8, 20]
    )
    spread = np.std(samples["a"], ddof=1)
    for row in table[~table["present"]].itertuples():
        expected = TTestIndPower().power(effect_size=1.0 / spread, nobs1=row.n, alpha=0.05)
        assert row.power == pytest.approx(expected, abs=2e-3)
        again = TTestIndPower().power(effect_size=row.detectable / spread, nobs1=row.n, alpha=0.05)
        assert again == pytest.approx(0.8, abs=2e-3)
