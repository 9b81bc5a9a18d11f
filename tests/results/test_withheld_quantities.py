"""A number that cannot be stated honestly is replaced by its reason; the rest of the report stands."""

import re
from types import SimpleNamespace

import pytest

from reportgen.errors import DataError
from reportgen.results.words import measured_coverage

TWO_TASKS = {"a": {"x": [1, 2, 4, 3], "y": [5, 7, 6, 9]}, "b": {"x": [0, 1, 2, 1], "y": [4, 5, 6, 3]}}


def reasons(result):
    return " ".join(item.reason for item in result.withheld)


def test_an_aggregate_over_tasks_without_a_common_scale_is_withheld_with_its_mend(make):
    result = make(TWO_TASKS, unit=None)
    for method in result.methods:
        iqm = method.aggregates["iqm"]
        assert (iqm.estimate, iqm.low, iqm.high) == (None, None, None)
        assert "not normalised" in iqm.reason
        assert "normalization:" in iqm.mend
        assert method.tasks["x"].n == 4
    assert result.primary_aggregate is None
    (comparison,) = result.comparisons
    assert (comparison.estimand, comparison.beside) == ("probability_of_improvement", None)
    assert "no aggregate can be stated" in result.testing.reason


def test_one_task_needs_no_common_scale(make):
    result = make({"a": {"x": [1, 2, 4, 3]}}, unit=None)
    assert result.methods[0].aggregates["iqm"].estimate == pytest.approx(2.5)


def test_one_run_has_an_estimate_and_no_interval(make):
    (method,) = make({"a": {"x": [3.0]}}).methods
    mean = method.aggregates["mean"]
    assert mean.estimate == pytest.approx(3.0)
    assert (mean.low, mean.high) == (None, None)
    assert "one run" in mean.reason


def test_a_gap_without_an_optimum_says_so(make):
    result = make(TWO_TASKS)
    assert "optimum" in result.methods[0].aggregates["optimality_gap"].reason
    assert "optimality_gap" not in result.aggregates
    assert "optimum" in reasons(result)


def test_an_unknown_direction_withholds_ranking_profiles_gap_and_comparisons(make):
    result = make(TWO_TASKS, direction="unknown")
    assert result.methods[0].aggregates["iqm"].estimate is not None
    assert [method.profile for method in result.methods] == [None, None]
    assert result.comparisons == ()
    assert [method.id for method in result.methods] == ["a", "b"]
    assert "better" in reasons(result)


def test_a_missing_task_withholds_the_aggregates_of_that_method_only(make):
    table = {**TWO_TASKS, "c": {"x": [1, 2, 3, 5]}}
    result = make(table)
    lacking, whole = result.method("c"), result.method("a")
    assert "no run on y" in lacking.aggregates["iqm"].reason
    assert whole.aggregates["iqm"].estimate is not None
    with_c = [item for item in result.comparisons if "c" in {item.a, item.b}]
    assert with_c
    assert all(item.estimate is None and "no run on y" in item.reason for item in with_c)
    assert lacking.tasks["x"].n == 4


def test_the_result_over_common_tasks_stands_beside_a_missing_task(make):
    result = make({**TWO_TASKS, "c": {"x": [1, 2, 3, 5]}})
    assert result.common_tasks == ("x",)
    assert result.method("c").common["mean"].estimate == pytest.approx(11 / 4)
    assert result.method("a").common["mean"].estimate == pytest.approx(10 / 4)


def test_keep_aggregates_each_method_over_its_own_tasks(make):
    result = make({**TWO_TASKS, "c": {"x": [1, 2, 3, 5]}}, "runs: {missing_tasks: keep}")
    assert result.method("c").aggregates["mean"].estimate == pytest.approx(11 / 4)


def test_naming_a_quantity_that_cannot_be_stated_is_an_error(make):
    with pytest.raises(DataError, match="no optimum"):
        make(TWO_TASKS, aggregates="[optimality_gap]")


def test_the_iqm_of_successes_and_failures_gives_way_to_the_mean(make):
    result = make({"a": {"x": [0, 1, 1, 1]}, "b": {"x": [0, 0, 1, 0]}})
    assert result.primary_aggregate == "mean"
    assert "0 or 1" in result.method("a").aggregates["iqm"].reason
    assert result.method("a").aggregates["mean"].estimate == pytest.approx(0.75)
    with pytest.raises(DataError, match="0 or 1"):
        make({"a": {"x": [0, 1, 1, 1]}}, aggregates="[iqm]")


@pytest.mark.parametrize(
    ("tasks", "n", "interval", "words"),
    [
        (26, 3, "expanded_t", "3 runs on each of 10 and more tasks.*94 to 97 %"),
        (26, 2, "percentile", "2 runs on each of 10 and more tasks.*59 to 71 %"),
        (3, 4, "expanded_t", "3 runs on each of 3 tasks.*90 % at worst"),
        (26, 5, "expanded_t", "^$"),
        (26, 1, "expanded_t", "^$"),
    ],
)
def test_under_five_runs_the_measured_coverage_is_said(tasks, n, interval, words):
    report = SimpleNamespace(level=0.95, interval=interval, resample="runs")
    assert re.search(words, measured_coverage(report, tasks, n))
