"""For the same runs every number of the analyzer is that of the report, whatever the direction of the metric."""

import numpy as np
import pandas as pd
import pytest

from reportgen import StatisticalAnalyzer

ASKED = {"metric": "score", "group_by": "algorithm", "stratify_by": "task"}


@pytest.fixture(scope="module", params=["maximize", "minimize"])
def both(request, report_and_frame):
    metric, frame = report_and_frame(direction=request.param)
    less = ["score"] if request.param == "minimize" else []
    return metric, StatisticalAnalyzer(frame, bootstrap_samples=400, minimize=less)


def same(row, found, names=("ci_low", "ci_high")):
    expected = [np.nan if value is None else value for value in (found.low, found.high)]
    assert [row[name] for name in names] == pytest.approx(expected, rel=1e-9, nan_ok=True)


def test_aggregates(both):
    metric, analyzer = both
    table = analyzer.compute_aggregates(**ASKED).set_index(["algorithm", "statistic"])
    for method in metric.methods:
        for name in ("iqm", "mean", "median"):
            row = table.loc[(method.id, name)]
            assert row["estimate"] == pytest.approx(method.aggregates[name].estimate, rel=1e-12)
            same(row, method.aggregates[name])


def test_single_aggregates_are_rows_of_all(both):
    _, analyzer = both
    every = analyzer.compute_aggregates(**ASKED)
    for name, method in (
        ("iqm", analyzer.compute_iqm_with_ci),
        ("mean", analyzer.compute_mean_with_ci),
        ("median", analyzer.compute_median),
    ):
        alone = method(**ASKED)
        assert alone[name].tolist() == every.loc[every["statistic"] == name, "estimate"].tolist()
        assert alone["ci_low"].tolist() == pytest.approx(
            every.loc[every["statistic"] == name, "ci_low"].tolist(), nan_ok=True
        )


def test_profiles(both):
    metric, analyzer = both
    table = analyzer.compute_performance_profile(**ASKED)
    for method in metric.methods:
        rows = table[table["algorithm"] == method.id]
        assert rows["threshold"].tolist() == pytest.approx(method.profile.thresholds)
        assert rows["share"].tolist() == pytest.approx(method.profile.estimate)
        assert rows["ci_low"].tolist() == pytest.approx(
            [np.nan if value is None else value for value in method.profile.low], nan_ok=True
        )


def test_tasks(both):
    metric, analyzer = both
    table = analyzer.summarize_tasks(**ASKED).set_index(["algorithm", "task"])
    for method in metric.methods:
        for task, found in method.tasks.items():
            row = table.loc[(method.id, task)]
            assert [row["mean"], row["sd"], row["median"], row["iqm"], row["min"], row["max"], row["n"]] == (
                pytest.approx([found.mean, found.sd, found.median, found.iqm, found.min, found.max, found.n])
            )


def test_comparisons(both):
    metric, analyzer = both
    sides = {"difference": {}, "probability_of_improvement": {}}
    for one in metric.comparisons:
        sides[one.estimand][one.a, one.b] = one
        sides[one.beside.estimand][one.a, one.b] = one.beside
    for estimand, wanted in sides.items():
        smallest = 0.5 if estimand == "difference" else None
        table = analyzer.compare_methods(**ASKED, estimand=estimand, smallest_difference=smallest)
        assert len(table) == len(wanted) == 3
        neutral = 0.0 if estimand == "difference" else 0.5
        for _, row in table.iterrows():
            one = wanted.get((row["a"], row["b"]))
            turned = one is None
            one = one or wanted[row["b"], row["a"]]
            expected = [one.estimate, one.low, one.high]
            if turned:
                expected = [2 * neutral - one.estimate, 2 * neutral - one.high, 2 * neutral - one.low]
            assert [row[estimand], row["ci_low"], row["ci_high"]] == pytest.approx(expected, rel=1e-9)
            assert [row["p"], row["p_adjusted"]] == pytest.approx([one.p, one.p_adjusted], rel=1e-12)
            verdict = {"better": "worse", "worse": "better"}.get(one.verdict, one.verdict) if turned else one.verdict
            assert row["verdict"] == verdict


def test_ranks(both):
    metric, analyzer = both
    table = analyzer.compute_ranks(**ASKED).set_index("algorithm")
    for name, shares in metric.ranks.shares.items():
        assert table.loc[name, ["rank_1", "rank_2", "rank_3"]].tolist() == pytest.approx(shares)


def test_tests_of_all_groups(both):
    metric, analyzer = both
    for found in metric.omnibus:
        table = analyzer.test_all_groups(**ASKED, test=found.test)
        wanted = {frozenset(pair): p for *pair, p in found.pairs}
        assert [table.attrs["p"], table.attrs["statistic"]] == pytest.approx([found.p, found.statistic])
        for row in table.itertuples():
            assert row.p_adjusted == pytest.approx(wanted[frozenset((row.a, row.b))])
        assert table.attrs["average_ranks"] == pytest.approx(dict(found.average_ranks))


def test_plans(both):
    metric, analyzer = both
    table = analyzer.plan_runs(**ASKED, smallest_difference=0.5)
    for plan in metric.plans:
        rows = table[(table[["a", "b"]].apply(frozenset, axis=1)) == frozenset((plan.a, plan.b))]
        for row, one in zip(rows.itertuples(), (plan.present, *plan.outlooks), strict=True):
            expected = [one.n, one.se, one.detectable, one.power]
            assert [row.n, row.se, row.detectable, row.power] == pytest.approx(expected)


def test_sensitivity(both):
    metric, analyzer = both
    found = metric.sensitivity
    table = analyzer.sensitivity(**ASKED, pair=(found.a, found.b))
    wanted = {one.label: one for one in found.variations if one.kind not in {"reported", "interval"}}
    rows = {row["choice"]: row for _, row in table.iterrows() if row["kind"] != "reported"}
    assert set(rows) == set(wanted)
    assert {one.kind for one in wanted.values()} == {"aggregate", "score", "task"}
    for label, one in wanted.items():
        assert rows[label]["difference"] == pytest.approx(one.estimate, rel=1e-9), label
        same(rows[label], one)


def test_curves(both):
    metric, analyzer = both
    table = analyzer.compute_sample_efficiency(**ASKED, points=7)
    for method in metric.methods:
        rows = table[table["algorithm"] == method.id]
        assert rows["step"].tolist() == pytest.approx(method.curves.steps)
        assert rows["iqm"].tolist() == pytest.approx(method.curves.estimate)
        assert rows["ci_low"].tolist() == pytest.approx(method.curves.low)
        assert rows["ci_high"].tolist() == pytest.approx(method.curves.high)


def test_steps_to_a_threshold(both):
    metric, analyzer = both
    table = analyzer.compute_steps_to_threshold(**ASKED, thresholds=[2.5]).set_index("algorithm")
    for method in metric.methods:
        (found,) = method.reached
        row = table.loc[method.id]
        assert (row["n_reached"], row["n_runs"]) == (found.n_reached, found.n_runs)
        assert [row["share"], row["steps"]] == pytest.approx([found.share.estimate, found.steps.estimate])
        same(row, found.steps, ("steps_low", "steps_high"))


@pytest.mark.parametrize(
    ("lines", "how"),
    [
        ("optimal_scores: {t1: 4, t2: 5, t3: 4.5}", {"optimal_scores": {"t1": 4, "t2": 5, "t3": 4.5}}),
        ("normalization: {reference: -1, optimum: 6}", {"optimal_scores": 6, "reference_scores": -1}),
        ("normalization: {method: min_max}", {"method": "min_max"}),
        ("normalization: {method: zscore}", {"method": "zscore"}),
    ],
)
def test_normalised_scores(report_and_frame, lines, how):
    metric, frame = report_and_frame(lines)
    analyzer = StatisticalAnalyzer(frame, bootstrap_samples=400).normalize("score", stratify_by="task", **how)
    table = analyzer.compute_mean_with_ci(**ASKED).set_index("algorithm")
    curves = analyzer.compute_sample_efficiency(**ASKED, points=7)
    for method in metric.methods:
        assert table.loc[method.id, "mean"] == pytest.approx(method.aggregates["mean"].estimate)
        same(table.loc[method.id], method.aggregates["mean"])
        rows = curves[curves["algorithm"] == method.id]
        assert rows["iqm"].tolist() == pytest.approx(method.curves.estimate)
    if "optimal_scores" in how:
        gaps = analyzer.compute_optimality_gap_with_ci(**ASKED).set_index("algorithm")
        for method in metric.methods:
            gap = method.aggregates["optimality_gap"]
            assert gaps.loc[method.id, "optimality_gap"] == pytest.approx(gap.estimate)
            same(gaps.loc[method.id], gap)


def compared(found):
    return [found.estimate, found.low, found.high, found.p]


@pytest.mark.parametrize(
    ("overrides", "how"),
    [
        (["comparisons.paired=true"], {"paired": "seed"}),
        (["comparisons.test=welch", "comparisons.correction=bh"], {"test": "welch", "correction": "bh"}),
        (["analysis.unit=score", "analysis.interval=percentile"], {}),
        (["analysis.resample=tasks"], {}),
        (["analysis.weighting=pooled", "analysis.seed=3", "analysis.iqm_trim_percentage=0.1"], {}),
    ],
)
def test_further_choices(report_and_frame, overrides, how):
    metric, frame = report_and_frame(overrides=overrides)
    settings = dict(one.removeprefix("analysis.").split("=") for one in overrides if one.startswith("analysis."))
    settings |= {name: float(settings[name]) for name in ("iqm_trim_percentage",) if name in settings}
    settings |= {name: int(settings[name]) for name in ("seed",) if name in settings}
    analyzer = StatisticalAnalyzer(frame, bootstrap_samples=400, **settings)
    table = analyzer.compare_methods(**ASKED, **how)
    wanted = {frozenset((one.a, one.b)): one for one in metric.comparisons}
    assert len(table) == len(wanted)
    for row in table.itertuples():
        one = wanted[frozenset((row.a, row.b))]
        sign = 1 if row.a == one.a else -1
        ends = sorted([sign * row.ci_low, sign * row.ci_high])
        assert [sign * row.difference, *ends, row.p] == pytest.approx(compared(one), rel=1e-9)
        assert row.p_adjusted == pytest.approx(one.p_adjusted)


def test_more_workers_change_nothing(both):
    _, analyzer = both
    frame, less = analyzer._table.points, analyzer._table.minimized
    several = StatisticalAnalyzer(frame, bootstrap_samples=400, minimize=less, jobs=2)
    for name in ("compare_methods", "compute_aggregates", "compute_sample_efficiency"):
        pd.testing.assert_frame_equal(getattr(several, name)(**ASKED), getattr(analyzer, name)(**ASKED))


def test_another_group_changes_nothing_raw(both):
    _, analyzer = both
    points, less = analyzer._table.points, analyzer._table.minimized
    fewer = StatisticalAnalyzer(points[points["algorithm"] != "c"], bootstrap_samples=400, minimize=less)
    every, some = analyzer.compare_methods(**ASKED), fewer.compare_methods(**ASKED)
    raw = ["a", "b", "difference", "ci_low", "ci_high", "p", "p_smallest", "a12", "hedges_g"]
    pd.testing.assert_frame_equal(every.loc[every["b"] != "c", raw].reset_index(drop=True), some[raw])
    aggregates = analyzer.compute_aggregates(**ASKED)
    kept = aggregates[aggregates["algorithm"] != "c"].reset_index(drop=True)
    pd.testing.assert_frame_equal(kept, fewer.compute_aggregates(**ASKED))
