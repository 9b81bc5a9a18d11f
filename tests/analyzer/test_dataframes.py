"""`StatisticalAnalyzer` on DataFrames: the numbers of the pipeline, missing scores counted, profiles that save."""

import numpy as np
import pandas as pd
import pytest

from reportgen import StatisticalAnalyzer
from reportgen.data import prepare, run_rows
from reportgen.errors import DataError
from reportgen.parallel import serial
from reportgen.results import assemble
from reportgen.runs import read_runs
from reportgen.spec import load

SPEC = """
files: {path: scores.csv, columns: {method: algorithm, task: task, seed: seed}, values: [score]}
metrics: {primary: [{name: score, direction: maximize, unit: points}]}
analysis: {bootstrap_samples: 2000, aggregates: [iqm]}
"""


@pytest.fixture
def table():
    """Three algorithms on four tasks, six runs each; a run is a row."""
    random = np.random.default_rng(7)
    return pd.DataFrame(
        {"algorithm": name, "task": task, "seed": f"{name}-{task}-{seed}", "score": random.normal(level + k, 1.0)}
        for level, name in enumerate(["b", "a", "c"])
        for k, task in enumerate(["t1", "t2", "t3", "t4"])
        for seed in range(6)
    )


def test_the_scores_of_a_report_give_its_numbers_again(table, tmp_path):
    table.to_csv(tmp_path / "scores.csv", index=False)
    (tmp_path / "report.yaml").write_text(SPEC)
    loaded = load(tmp_path / "report.yaml")
    records = read_runs(loaded.spec, loaded.root, where=loaded.where, cache=tmp_path / "cache")
    data = prepare(records, loaded.spec, root=loaded.root, where=loaded.where)
    report = assemble(loaded, data, run_rows(records, data), mapper=serial)
    wanted = {method.id: method.aggregates["iqm"] for method in report.metrics[0].methods}
    scores = pd.DataFrame(
        {"algorithm": one.method, "task": one.task, "run": one.run, "score": one.value}
        for one in report.metrics[0].data.scores
    )
    analyzer = StatisticalAnalyzer(scores, run="run", bootstrap_samples=2000)
    found = analyzer.compute_iqm_with_ci(metric="score", group_by="algorithm", stratify_by="task")
    assert len(found) == len(wanted) == 3
    for row in found.itertuples():
        one = wanted[row.algorithm]
        assert (row.iqm, row.ci_low, row.ci_high) == pytest.approx((one.estimate, one.low, one.high), rel=1e-9)
        assert (row.n_runs, row.n_scores, row.n_missing, row.reason) == (24, 24, 0, "")


def test_groups_come_in_their_order_and_again_the_same(table):
    found = [StatisticalAnalyzer(table, bootstrap_samples=200) for _ in range(2)]
    first, again = (one.compute_iqm_with_ci(metric="score", group_by="algorithm") for one in found)
    assert list(first["algorithm"]) == ["b", "a", "c"]
    pd.testing.assert_frame_equal(first, again)


def test_missing_scores_are_counted_and_left_out(table):
    holes = table.copy()
    holes.loc[[0, 1, 30], "score"] = np.nan
    found = StatisticalAnalyzer(holes, bootstrap_samples=200).compute_iqm_with_ci(
        metric="score", group_by="algorithm", stratify_by="task"
    )
    assert list(found["n_missing"]) == [2, 1, 0]
    assert list(found["n_scores"]) == [22, 23, 24]


def test_the_callers_table_is_not_changed(table):
    before = table.copy()
    StatisticalAnalyzer(table, bootstrap_samples=200).compute_iqm_with_ci(metric="score", group_by="algorithm")
    pd.testing.assert_frame_equal(table, before)


def test_any_index_will_do(table):
    plain = StatisticalAnalyzer(table, bootstrap_samples=200)
    labelled = table.set_axis([f"row {k % 5}" for k in range(len(table))], axis=0)
    again = StatisticalAnalyzer(labelled, bootstrap_samples=200)
    pd.testing.assert_frame_equal(
        plain.compute_iqm_with_ci(metric="score", group_by="algorithm", stratify_by="task"),
        again.compute_iqm_with_ci(metric="score", group_by="algorithm", stratify_by="task"),
    )


def test_one_run_has_no_interval_but_a_reason(table):
    found = StatisticalAnalyzer(table[table["seed"].str.endswith("-0")], bootstrap_samples=200).compute_iqm_with_ci(
        metric="score", group_by="algorithm", stratify_by="task"
    )
    assert found["ci_low"].isna().all()
    assert found["reason"].str.len().min() > 10


def test_runs_that_span_tasks_are_drawn_whole(table):
    spanning = table.assign(seed=table["algorithm"] + table["seed"].str[-1])
    spanning["score"] += spanning["seed"].str[-1].astype(int)  # a run's luck, the same on all its tasks
    each = StatisticalAnalyzer(spanning, bootstrap_samples=2000)
    whole = StatisticalAnalyzer(spanning, run="seed", bootstrap_samples=2000)
    widths = [
        (found["ci_high"] - found["ci_low"]).min()
        for found in (
            one.compute_iqm_with_ci(metric="score", group_by="algorithm", stratify_by="task") for one in (each, whole)
        )
    ]
    assert widths[1] > 1.3 * widths[0]


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"metric": "scores"}, "there is no column 'scores'.*score"),
        ({"group_by": "algoritm"}, "there is no column 'algoritm'.*algorithm"),
        ({"stratify_by": "taks"}, "there is no column 'taks'.*task"),
    ],
)
def test_an_unknown_column_is_told_with_a_near_name(table, wrong, message):
    asked = {"metric": "score", "group_by": "algorithm", "stratify_by": "task", **wrong}
    with pytest.raises(DataError, match=message):
        StatisticalAnalyzer(table).compute_iqm_with_ci(**asked)
    with pytest.raises(DataError, match=message):
        StatisticalAnalyzer(table).create_performance_profile(**asked)


def test_a_group_without_a_score_is_told(table):
    table.loc[table["algorithm"] == "c", "score"] = np.nan
    with pytest.raises(DataError, match="algorithm 'c' has no score in column 'score'"):
        StatisticalAnalyzer(table).compute_iqm_with_ci(metric="score", group_by="algorithm")


@pytest.mark.parametrize("column", ["algorithm", "task"])
def test_a_metric_that_is_no_number_is_told(table, column):
    with pytest.raises(DataError, match=f"column '{column}'"):
        StatisticalAnalyzer(table).compute_iqm_with_ci(metric=column, group_by="algorithm")
    with pytest.raises(DataError, match=f"column '{column}'"):
        StatisticalAnalyzer(table).create_performance_profile(metric=column, group_by="algorithm")


@pytest.mark.parametrize(("form", "head"), [("pdf", b"%PDF-"), ("png", b"\x89PNG")])
def test_a_profile_saves_as_paper_and_screen_figure(table, tmp_path, form, head):
    figure = StatisticalAnalyzer(table, bootstrap_samples=200).create_performance_profile(
        metric="score", group_by="algorithm", stratify_by="task"
    )
    figure.savefig(tmp_path / f"profile.{form}")
    assert (tmp_path / f"profile.{form}").read_bytes().startswith(head)
    shown = {text.get_text() for text in figure.findobj(lambda part: hasattr(part, "get_text"))}
    assert {"a", "b", "c"} <= shown
