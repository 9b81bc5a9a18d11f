"""Results are tidy tables that carry their method, size and seed; the frozen values behind them are at hand."""

import re

import numpy as np
import pandas as pd
import pytest

from reportgen import ReportgenWarning, StatisticalAnalyzer
from reportgen.errors import DataError, StatisticsError
from reportgen.spec.model import Score

ASKED = {"metric": "score", "group_by": "algorithm", "stratify_by": "task"}
TABLES = {
    "compute_iqm_with_ci": {},
    "compute_mean_with_ci": {},
    "compute_median": {},
    "compute_aggregates": {},
    "compute_performance_profile": {},
    "compute_optimality_gap": {"optimal_scores": 10},
    "compute_optimality_gap_with_ci": {"optimal_scores": 10},
    "compute_probability_of_improvement": {},
    "compare_methods": {},
    "compute_ranks": {},
    "pairwise_matrix": {},
    "summarize_tasks": {},
    "find_outliers": {},
    "plan_runs": {},
    "sensitivity": {"pair": ("a", "b")},
    "test_all_groups": {},
    "compute_sample_efficiency": {"points": 5},
    "compute_steps_to_threshold": {"thresholds": [1.0]},
}
FIGURES = {
    "create_performance_profile": {},
    "create_intervals": {},
    "create_violin": {},
    "create_ecdf": {},
    "create_heatmap": {},
    "create_sample_efficiency": {"points": 5},
    "create_run_plan": {"smallest_difference": 0.5},
    "create_differences": {"smallest_difference": 0.5, "baseline": "a"},
    "create_probability_of_improvement": {},
    "create_pairwise_matrix": {},
    "create_ranks": {},
    "create_critical_differences": {},
}


@pytest.fixture(scope="module")
def points(report_and_frame):
    return report_and_frame()[1]


@pytest.fixture(scope="module")
def analyzer(points):
    return StatisticalAnalyzer(points, bootstrap_samples=200)


@pytest.fixture
def table():
    """Three algorithms on two tasks, three runs each: a row is a run."""
    random = np.random.default_rng(3)
    return pd.DataFrame(
        {"algorithm": name, "task": task, "score": random.normal(level, 1.0)}
        for level, name in enumerate(["a", "b", "c"])
        for task in ("x", "y")
        for _ in range(3)
    )


def test_every_method_is_tried_here():
    public = {name for name in dir(StatisticalAnalyzer) if not name.startswith("_")}
    frozen = {"analyses", "contests", "summaries", "outlooks", "curves"}
    assert public == set(TABLES) | set(FIGURES) | frozen | {"normalize", "scores"}


@pytest.mark.parametrize("name", TABLES)
def test_a_table_carries_its_method_level_n_replicates_and_seed(analyzer, name):
    found = getattr(analyzer, name)(**ASKED, **TABLES[name])
    assert isinstance(found, pd.DataFrame)
    assert found.columns.is_unique
    known = {"method": "expanded_t", "level": 0.95, "replicates": 200, "seed": 0, "score": "mean_last 5 %"}
    assert known.items() <= found.attrs.items()
    assert found.attrs["n"] == {"a": 12, "b": 12, "c": 12}


@pytest.mark.parametrize("name", FIGURES)
def test_a_figure_is_a_matplotlib_figure_with_the_names_of_the_groups(analyzer, name, tmp_path):
    figure = getattr(analyzer, name)(**ASKED, **FIGURES[name])
    figure.savefig(tmp_path / "figure.png")
    texts = {part.get_text() for part in figure.findobj(lambda part: hasattr(part, "get_text"))}
    words = {word for text in texts for word in re.findall(r"\w+", text)}
    assert {"a", "b", "c"} <= words or name == "create_run_plan"


def test_a_profile_says_on_which_side_a_score_is_better(points):
    for less, side in (([], "above"), (["score"], "below")):
        analyzer = StatisticalAnalyzer(points, bootstrap_samples=200, minimize=less)
        (axes,) = analyzer.create_performance_profile(**ASKED).axes
        assert axes.get_ylabel() == f"share of runs {side} τ"


def test_tables_survive_parquet_with_what_they_carry(analyzer, tmp_path):
    found = analyzer.compare_methods(**ASKED)
    found.to_parquet(tmp_path / "found.parquet")
    again = pd.read_parquet(tmp_path / "found.parquet")
    pd.testing.assert_frame_equal(again, found)
    assert again.attrs == found.attrs


def test_frozen_values_are_those_of_the_tables(analyzer):
    frozen = analyzer.analyses(**ASKED)
    table = analyzer.compute_iqm_with_ci(**ASKED)
    assert table["iqm"].tolist() == [frozen[name].intervals["iqm"].estimate for name in table["algorithm"]]
    contests = analyzer.contests(**ASKED)
    pairs = analyzer.compare_methods(**ASKED)
    assert pairs["p"].tolist() == [contests[row.a, row.b].tested.p for row in pairs.itertuples()]
    with pytest.raises(AttributeError):
        next(iter(contests.values())).tested.p = 0.0


def test_the_matrix_is_seen_from_both_sides(analyzer):
    differences = analyzer.pairwise_matrix(**ASKED)
    assert list(differences.index) == list(differences.columns)
    assert (differences + differences.T).abs().max().max() == pytest.approx(0)
    improved = analyzer.pairwise_matrix(**ASKED, values="probability_of_improvement")
    assert np.nanmax(np.abs((improved + improved.T).to_numpy() - 1)) == pytest.approx(0)
    verdicts = analyzer.pairwise_matrix(**ASKED, values="verdict")
    turned = {"better": "worse", "worse": "better"}
    assert all(
        verdicts.loc[b, a] == turned.get(verdicts.loc[a, b], verdicts.loc[a, b]) for a in verdicts for b in verdicts
    )
    wins = analyzer.pairwise_matrix(**ASKED, values="wins")
    assert np.nanmax((wins + wins.T).to_numpy()) <= 3


def test_less_is_better_where_it_is_said(table):
    losses = table.assign(score=-table["score"])
    up = StatisticalAnalyzer(table, bootstrap_samples=300).compare_methods(**ASKED)
    down = StatisticalAnalyzer(losses, bootstrap_samples=300, minimize=["score"]).compare_methods(**ASKED)
    pd.testing.assert_frame_equal(up, down)
    shown = StatisticalAnalyzer(losses, bootstrap_samples=300, minimize=["score"]).compute_mean_with_ci(**ASKED)
    assert shown["mean"].tolist() == pytest.approx(losses.groupby("algorithm")["score"].mean().tolist())
    assert (shown["ci_low"] < shown["ci_high"]).all()


def test_the_best_point_of_a_minimised_metric_is_its_smallest(points):
    analyzer = StatisticalAnalyzer(points, score=Score(reduce="best"), minimize=["score"])
    lowest = points.groupby(["run_id", "task"], sort=False)["score"].min()
    assert analyzer.scores["score"].tolist() == pytest.approx(lowest.tolist())


def test_the_whole_history_counts_only_when_it_is_asked_for(points):
    usual, whole = StatisticalAnalyzer(points), StatisticalAnalyzer(points, score=Score(fraction=1))
    mean = points.groupby(["run_id", "task"], sort=False)["score"].mean()
    assert whole.scores["score"].tolist() == pytest.approx(mean.tolist())
    assert (usual.scores["score"] - mean.to_numpy()).abs().min() > 0.01


def test_points_under_another_name_are_refused(points):
    renamed = points.rename(columns={"run_id": "run"})
    with pytest.raises(DataError, match=r"run .* has several rows of a task with different steps"):
        StatisticalAnalyzer(renamed, run="run").compute_mean_with_ci(**ASKED)


def test_a_group_that_lacks_a_task_is_told_and_not_compared(table):
    short = table[(table["algorithm"] != "c") | (table["task"] != "y")]
    analyzer = StatisticalAnalyzer(short, bootstrap_samples=200)
    with pytest.warns(ReportgenWarning, match="algorithm 'c' has no score on y"):
        found = analyzer.compute_mean_with_ci(**ASKED)
    assert found["n_tasks"].tolist() == [2, 2, 1]
    pairs = analyzer.compare_methods(**ASKED)
    with_c = pairs[pairs["b"] == "c"]
    assert with_c["difference"].isna().all()
    assert with_c["reason"].str.contains("same tasks").all()


def test_rows_without_a_group_are_counted(table):
    table.loc[0, "algorithm"] = None
    with pytest.warns(ReportgenWarning, match="1 row has no 'algorithm' or 'task' and is left out"):
        found = StatisticalAnalyzer(table, bootstrap_samples=200).compute_mean_with_ci(**ASKED)
    assert found["n_scores"].sum() == len(table) - 1


def test_success_rates_have_wilsons_interval():
    rows = pd.DataFrame({"algorithm": ["a"] * 6, "score": [1.0, 1, 0, 1, 1, 0]})
    found = StatisticalAnalyzer(rows, bootstrap_samples=200).compute_mean_with_ci(metric="score", group_by="algorithm")
    assert found["interval"].tolist() == ["wilson"]


def test_outliers_are_named_and_kept(table):
    far = pd.concat([table, pd.DataFrame({"algorithm": ["a"] * 3, "task": ["x"] * 3, "score": [0.1, 0.2, 90.0]})])
    analyzer = StatisticalAnalyzer(far, bootstrap_samples=200)
    found = analyzer.find_outliers(**ASKED)
    assert found[["algorithm", "task", "value", "rules"]].iloc[-1].tolist() == ["a", "x", 90.0, "MAD and IQR"]
    assert analyzer.summarize_tasks(**ASKED)["max"].max() == 90


def test_a_function_of_ones_own_scales_each_task(table):
    seen = {}

    def scale(task, scores):
        seen[task] = len(scores)
        return 0.0, 2.0

    analyzer = StatisticalAnalyzer(table, bootstrap_samples=200).normalize("score", stratify_by="task", method=scale)
    assert seen == {"x": 9, "y": 9}
    assert analyzer.scores["score"].tolist() == pytest.approx((table["score"] / 2).tolist())
    with pytest.raises(DataError, match="so that 1 is no optimum"):
        analyzer.compute_optimality_gap_with_ci(**ASKED)


@pytest.mark.parametrize(
    ("how", "words"),
    [
        ({"optimal_scores": {"x": 1.0}}, "no scale .* for y: nothing fixes 0 and 1 there"),
        ({"optimal_scores": {"x": 0, "y": 1}}, r"x: an optimum alone \(0\) .* reference_scores=-10"),
        ({"optimal_scores": -2}, r"an optimum alone \(-2\)"),
        ({"optimal_scores": 9, "reference_scores": 9}, "optimum and reference are both 9"),
        ({"optimal_scores": 1, "reference_scores": 9}, "the optimum 1 is worse than the reference 9"),
        ({}, "'bounds' needs optimal_scores"),
        ({"method": "minmax"}, "method must be bounds, min_max, .*did you mean 'min_max'"),
        ({"method": "zscore", "optimal_scores": 1}, "belong to method 'bounds'"),
        ({"method": lambda *_: "low"}, "it must give two numbers"),
    ],
)
def test_a_scale_that_cannot_be_is_told(table, how, words):
    with pytest.raises((DataError, StatisticsError), match=words):
        StatisticalAnalyzer(table).normalize("score", stratify_by="task", **how)


def test_tasks_without_a_score_need_no_scale_and_equal_scores_have_none(table):
    unscored = pd.concat([table, pd.DataFrame({"algorithm": ["a"], "task": ["z"], "score": [np.nan]})])
    scaled = StatisticalAnalyzer(unscored).normalize("score", stratify_by="task", optimal_scores={"x": 9, "y": 9})
    assert scaled.scores["score"].isna().sum() == 1
    flat = table.assign(score=table["score"].where(table["task"] == "x", 1.0))
    with pytest.raises(DataError, match="for y: 0 and 1 would be the same score there"):
        StatisticalAnalyzer(flat).normalize("score", stratify_by="task", method="min_max")


def test_an_optimum_for_an_unknown_task_is_warned_of_and_scores_beyond_one_are_counted(table):
    analyzer = StatisticalAnalyzer(table, bootstrap_samples=200)
    with pytest.warns(ReportgenWarning, match="names 'z', which is no task"):
        analyzer.normalize("score", stratify_by="task", optimal_scores={"x": 9, "y": 9, "z": 1})
    found = analyzer.compute_optimality_gap_with_ci(**ASKED, optimal_scores=0.1)
    assert found.attrs["beyond_optimum"] == (table["score"] > 0.1).sum() > 0


@pytest.mark.parametrize(
    ("method", "how", "words"),
    [
        ("compare_methods", {"test": "t"}, "test must be one of"),
        ("compare_methods", {"test": "friedman"}, "all groups at once are tested by test_all_groups"),
        ("compare_methods", {"test": "mann_whitney"}, "compares ranks; use it with estimand="),
        ("compare_methods", {"test": "wilcoxon"}, "needs pairs; name the column of the seeds"),
        ("compare_methods", {"test": "welch", "paired": "task"}, "takes no pairs"),
        ("compute_probability_of_improvement", {"test": "welch"}, "compares means"),
        ("compare_methods", {"estimand": "diff"}, "did you mean 'difference'"),
        ("compare_methods", {"correction": "holms"}, "did you mean 'holm'"),
        ("compare_methods", {"baseline": "d"}, "there is no algorithm 'd'"),
        ("compare_methods", {"paired": "sead"}, "there is no column 'sead'"),
        ("compute_aggregates", {"statistics": ["iqmm"]}, "did you mean 'iqm'"),
        ("compute_optimality_gap", {}, "needs the optimum of each task"),
        ("pairwise_matrix", {"values": "verdicts"}, "did you mean 'verdict'"),
        ("sensitivity", {}, "name the pair of algorithms"),
        ("plan_runs", {"statistic": "median"}, "cannot be planned for the median"),
        ("plan_runs", {"runs": [1]}, "numbers of 2 and more"),
        ("test_all_groups", {"test": "friedmann"}, "did you mean 'friedman'"),
        ("compute_sample_efficiency", {}, "there are no curves: .*DataProcessor.to_dataframe"),
        ("compute_steps_to_threshold", {"thresholds": [1]}, "there are no curves"),
    ],
)
def test_what_does_not_fit_is_told_with_what_would(table, method, how, words):
    with pytest.raises((DataError, StatisticsError), match=words):
        getattr(StatisticalAnalyzer(table, bootstrap_samples=200), method)(**ASKED, **how)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"confidence_level": 95}, "level must be between 0.5 and 1, not 95; did you mean 0.95"),
        ({"iqm_trim_percentage": 0.5}, "trim must be at least 0 and below 0.5"),
        ({"bootstrap_samples": 0}, "replicates must be 2 or more"),
        ({"interval": "bca"}, "interval must be one of expanded_t, percentile"),
        ({"minimize": ["scroe"]}, "no column 'scroe'; did you mean 'score'"),
        ({"run": "runs"}, "no column 'runs'"),
    ],
)
def test_settings_outside_their_domain_are_told(table, settings, words):
    with pytest.raises((DataError, StatisticsError), match=words):
        StatisticalAnalyzer(table, **settings)


def test_one_group_is_compared_with_nothing(table):
    with pytest.raises(DataError, match="a comparison takes two groups; 'algorithm' has one: 'a'"):
        StatisticalAnalyzer(table[table["algorithm"] == "a"]).compare_methods(**ASKED)


def test_a_column_called_like_one_of_ours_is_told(table):
    with pytest.raises(DataError, match="column 'level' is called like a column of the result"):
        StatisticalAnalyzer(table.assign(level=table["algorithm"]), bootstrap_samples=200).compute_iqm_with_ci(
            metric="score", group_by="level"
        )
