"""scipy and statsmodels find the same wherever they have the function; a sample finds what the exact law says."""

import numpy as np
import pytest
from scipy import stats as scipy_stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.nonparametric import rank_compare_2indep

from reportgen.stats import Settings, adjusted, anova, contest, friedman
from reportgen.stats.analysis import analyse, difference
from reportgen.stats.improvement import improvement, improvement_test
from reportgen.stats.pairs import by_seed, generator, pair_of
from reportgen.stats.permutation import by_arrangements, permutation_test
from reportgen.stats.wins import task_shares

KEY = ("score", "a", "b")
SEEDS = {f"t/{k}": str(k) for k in range(20)}


@pytest.fixture
def samples():
    rng = np.random.default_rng(7)
    return rng.normal(size=7), rng.normal(size=6) + 0.8


@pytest.mark.parametrize("correction", ["holm", "bonferroni", "bh", "by"])
def test_corrections_are_those_of_statsmodels(correction):
    values = np.random.default_rng(1).random(20) ** 3
    name = {"bh": "fdr_bh", "by": "fdr_by"}.get(correction, correction)
    assert adjusted(values, correction) == pytest.approx(multipletests(values, method=name)[1])


@pytest.mark.parametrize(
    ("test", "estimand", "oracle"),
    [
        ("welch", "difference", lambda a, b: scipy_stats.ttest_ind(a, b, equal_var=False)),
        ("yuen", "difference", lambda a, b: scipy_stats.ttest_ind(a, b, equal_var=False, trim=0.25)),
        ("mann_whitney", "probability_of_improvement", lambda a, b: scipy_stats.mannwhitneyu(a, b, method="exact")),
        ("brunner_munzel", "probability_of_improvement", scipy_stats.brunnermunzel),
    ],
)
def test_tests_of_two_samples_are_those_of_scipy(of_tasks, samples, test, estimand, oracle):
    a, b = samples
    found = contest(
        of_tasks({"t": a}), of_tasks({"t": b}), Settings(replicates=200),
        key=KEY, statistic="mean", estimand=estimand, test=test,
    )  # fmt: skip
    chosen = found.difference_test if estimand == "difference" else found.improvement_test
    assert chosen.p == pytest.approx(oracle(a, b).pvalue)


def test_brunner_munzels_p_is_that_of_statsmodels(of_tasks, samples):
    a, b = samples
    found = contest(
        of_tasks({"t": a}), of_tasks({"t": b}), Settings(replicates=200),
        key=KEY, statistic=None, estimand="probability_of_improvement", test="brunner_munzel",
    )  # fmt: skip
    oracle = rank_compare_2indep(a, b, use_t=True)
    assert found.improvement_test.p == pytest.approx(oracle.pvalue)
    assert found.improvement.estimate == pytest.approx(oracle.prob1)


def test_mann_whitney_of_large_samples_is_scipys(of_tasks):
    rng = np.random.default_rng(3)
    a, b = rng.integers(0, 9, size=30), rng.integers(1, 10, size=25)
    found = contest(
        of_tasks({"t": a}), of_tasks({"t": b}), Settings(replicates=200),
        key=KEY, statistic=None, estimand="probability_of_improvement", test="mann_whitney",
    )  # fmt: skip
    assert found.improvement_test.p == pytest.approx(scipy_stats.mannwhitneyu(a, b, method="asymptotic").pvalue)


def test_a_whole_runs_sample_is_the_mean_of_each_run(of_runs):
    rng = np.random.default_rng(5)
    a, b = rng.normal(size=(5, 4)), rng.normal(size=(6, 4))
    found = contest(of_runs(a), of_runs(b), Settings(replicates=200), key=KEY, statistic="mean", test="welch")
    expected = scipy_stats.ttest_ind(a.mean(axis=1), b.mean(axis=1), equal_var=False).pvalue
    assert found.difference_test.p == pytest.approx(expected)


def test_wilcoxon_of_pairs_is_scipys(of_tasks):
    rng = np.random.default_rng(8)
    a, b = rng.normal(size=9), rng.normal(size=9) + 0.4
    found = contest(
        of_tasks({"t": a}), of_tasks({"t": b}), Settings(replicates=200),
        key=KEY, statistic="mean", test="wilcoxon", seeds=SEEDS,
    )  # fmt: skip
    assert found.difference_test.p == pytest.approx(scipy_stats.wilcoxon(a - b, method="exact").pvalue)


def test_anova_and_friedman_are_scipys():
    rng = np.random.default_rng(2)
    table = rng.normal(size=(8, 4)) + np.arange(4) * 0.5
    ranked, means = friedman(table, 0.05), anova(list(table.T), 0.05)
    assert (ranked.statistic, ranked.p) == pytest.approx(tuple(scipy_stats.friedmanchisquare(*table.T)))
    assert (means.statistic, means.p) == pytest.approx(tuple(scipy_stats.f_oneway(*table.T)))
    assert means.pairs == pytest.approx(scipy_stats.tukey_hsd(*table.T).pvalue)


@pytest.mark.parametrize("methods", [3, 5, 12])
def test_nemenyis_pairs_are_those_of_scipys_studentized_range(methods):
    means = np.random.default_rng(methods).normal(size=(9, methods)) + np.linspace(0, 1.5, methods)
    found = friedman(means, 0.05)
    apart = np.abs(np.subtract.outer(found.average_ranks, found.average_ranks))
    statistic = apart * np.sqrt(2) / np.sqrt(methods * (methods + 1) / (6 * 9))
    for i, j in ((0, 1), (0, methods - 1), (1, 2)):
        expected = scipy_stats.studentized_range.sf(statistic[i, j], methods, np.inf)
        assert found.pairs[i, j] == pytest.approx(expected, abs=1e-8)
    quantile = scipy_stats.studentized_range.ppf(0.95, methods, np.inf) / np.sqrt(2)
    scale = np.sqrt(methods * (methods + 1) / (6 * 9))
    assert found.critical_difference == pytest.approx(quantile * scale, rel=1e-6)


def test_two_methods_of_nemenyi_are_a_normal_test_of_ranks():
    """With two methods the studentised range is sqrt(2) times a normal deviate."""
    from reportgen.stats.ranks import critical_difference  # noqa: PLC0415

    assert critical_difference(2, 12, 0.05) == pytest.approx(scipy_stats.norm.ppf(0.975) / np.sqrt(12))


def test_a_permutation_of_one_task_is_scipys_with_the_same_statistic(of_tasks):
    rng = np.random.default_rng(4)
    a, b = rng.normal(size=6), rng.normal(size=6) * 2 + 1

    def studentised(x, y, axis):
        return (x.mean(axis) - y.mean(axis)) / np.sqrt(
            x.var(axis, ddof=1) / x.shape[axis] + y.var(axis, ddof=1) / y.shape[axis]
        )

    pair = pair_of(of_tasks({"t": a}), of_tasks({"t": b}), Settings())
    found = permutation_test(pair, "mean", Settings(), np.random.default_rng(0))
    absolute = scipy_stats.permutation_test(
        (a, b), lambda x, y, axis: np.abs(studentised(x, y, axis)), n_resamples=np.inf, alternative="greater"
    )
    assert found.exact
    assert found.p == pytest.approx(absolute.pvalue)


def test_the_trimmed_statistic_is_that_of_the_estimates_in_every_arrangement(of_tasks):
    """Hand each arrangement to `analyse` and `difference` as if it were data."""
    rng = np.random.default_rng(6)
    table = {"t": rng.normal(size=6), "u": rng.lognormal(size=5)}
    split = {"t": 3, "u": 2}
    chosen = Settings(replicates=2)
    one = of_tasks({task: values[: split[task]] for task, values in table.items()})
    other = of_tasks({task: values[split[task] :] for task, values in table.items()})
    pair = pair_of(one, other, chosen)
    seen = []
    by_arrangements(
        pair, lambda members: seen.append(members) or np.zeros(members.shape[1]), 10, generator(chosen, KEY, "x")
    )
    masks = np.concatenate(seen[1:], axis=1)
    assert masks.shape[1] == 20 * 10
    assert len({tuple(column) for column in masks.T}) == 200
    from reportgen.stats.permutation import _Contrast  # noqa: PLC0415

    ratios = _Contrast(pair, "iqm", chosen)(masks)
    for place in (0, 17, 101, 199):
        inside = masks[pair.units, place]
        sides = []
        for mask in (inside, ~inside):
            own = {name: pair.values[mask & (pair.tasks == index)] for index, name in enumerate("tu")}
            sides.append(analyse(of_tasks(own), chosen, key=("m", "x"), statistics=("iqm",), thresholds=np.empty(0)))
        error = np.sqrt(sides[0].variances["iqm"].joined(sides[1].variances["iqm"]).terms.sum())
        assert ratios[place] == pytest.approx(difference(*sides, "iqm").estimate / error)


def test_the_exact_law_of_26_tasks_agrees_with_100000_sampled_permutations(of_tasks):
    rng = np.random.default_rng(9)
    one, other = (of_tasks({f"t{k:02}": np.round(rng.normal(size=5) + s, 1) for k in range(26)}) for s in (0, 0.25))
    pair = pair_of(one, other, Settings())
    exact = improvement_test(pair, Settings(), rng)
    assert exact.exact
    inside = pair.inside()
    observed = abs(task_shares(pair).mean() - 0.5)
    keys = rng.random((100_000, 26, 10)).argsort(axis=2) < 5
    hits = np.zeros(100_000)
    for task in range(26):
        values = pair.values[pair.tasks == task]
        mask = keys[:, task]
        chosen, rest = (np.sort(np.where(m, values, np.inf), axis=1)[:, :5] for m in (mask, ~mask))
        hits += ((chosen[:, :, None] > rest[:, None]) + 0.5 * (chosen[:, :, None] == rest[:, None])).mean(axis=(1, 2))
    sampled = (np.abs(hits / 26 - 0.5) >= observed - 1e-12).mean()
    assert inside.sum() == 130
    assert exact.p == pytest.approx(sampled, abs=4 * np.sqrt(sampled * (1 - sampled) / 100_000))


def test_a_replicate_of_the_probability_of_improvement_is_that_of_the_resample(of_runs):
    """One draw of whole runs serves all tasks: doing it by hand with the same counts gives the same end points."""
    from reportgen.stats.design import draws  # noqa: PLC0415
    from reportgen.stats.design import generator as stream  # noqa: PLC0415

    rng = np.random.default_rng(10)
    a, b, chosen = rng.normal(size=(5, 3)), rng.normal(size=(4, 3)), Settings(replicates=300)
    pair = pair_of(of_runs(a), of_runs(b), chosen)
    counts = [
        np.concatenate(list(draws(plan, 300, stream(chosen, ("score", name)))))
        for plan, name in ((pair.first, "a"), (pair.second, "b"))
    ]
    by_hand = []
    for one, other in zip(*counts, strict=True):
        x, y = np.repeat(a, one, axis=0), np.repeat(b, other, axis=0)
        by_hand.append((x[:, None] > y).mean(axis=(0, 1)).mean())
    found = improvement(pair, chosen, key=KEY)
    assert found.percentile == pytest.approx(tuple(np.quantile(by_hand, [0.025, 0.975])))


def test_pairs_drawn_together_give_the_bootstrap_of_their_differences(of_tasks):
    rng = np.random.default_rng(11)
    a = rng.normal(size=8)
    b = a + rng.normal(size=8) * 0.1 - 0.3
    chosen = Settings(replicates=2000)
    paired = contest(of_tasks({"t": a}), of_tasks({"t": b}), chosen, key=KEY, statistic="mean", seeds=SEEDS)
    alone = by_seed(of_tasks({"t": a - b}), SEEDS)
    expected = analyse(alone, chosen, key=("score", "a\x1fb"), thresholds=np.empty(0)).intervals["mean"]
    assert (paired.difference.low, paired.difference.high) == pytest.approx((expected.low, expected.high))
