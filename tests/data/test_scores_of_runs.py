"""How points become one score per run: score rules, missing points, duplicate steps, normalisation."""

import csv

import numpy as np
import pytest

from reportgen.errors import DataError
from reportgen.resources import shipped

CURVE = [f"a,x,0,{step},{value}" for step, value in [(0, 1), (10, 2), (20, 8), (30, 4), (40, 6)]]
PLAIN = [f"a,x,{seed},1,{seed + 1}" for seed in range(3)] + [f"b,x,{seed},1,{2 * seed}" for seed in range(3)]


def raw(dataset):
    return [score.raw for score in dataset.metrics[0].scores]


def told(dataset, code):
    return " ".join(notice.text for notice in dataset.notices if notice.code == code)


@pytest.mark.parametrize(
    ("rule", "score", "words"),
    [
        ("{reduce: last}", 6, "last"),
        ("{reduce: mean_last, k: 2}", 5, "mean_last 2"),
        ("{reduce: mean_last, fraction: 0.6}", 6, "mean_last 60 %"),
        ("{}", 6, "mean_last 5 %"),
        ("{reduce: best}", 8, "best"),
        ("{reduce: auc}", (1.5 + 5 + 6 + 5) / 4, "auc"),
        ("{reduce: auc, from: 10, to: 25}", (5 * 10 + 7 * 5) / 15, "auc 10 to 25"),
        ("{reduce: at, step: 25}", 8, "at step 25"),
    ],
)
def test_a_score_rule_reduces_a_curve(prepared, rule, score, words):
    dataset = prepared(CURVE, f"score: {rule}")
    assert raw(dataset) == [pytest.approx(score)]
    assert dataset.metrics[0].score_rule == words


def test_best_takes_the_smallest_of_a_minimised_metric(prepared):
    lines = "score: {reduce: best}\nmetrics: {primary: [{name: score, direction: minimize}]}"
    assert raw(prepared(CURVE, lines)) == [1]
    with pytest.raises(DataError, match="score: best needs to know whether more"):
        prepared(CURVE, "score: {reduce: best}\nmetrics: {primary: [{name: score, direction: none}]}")


def test_a_value_at_a_step_must_not_be_older_than_the_usual_gap(prepared):
    rows = [*CURVE, *(f"a,x,1,{step},1" for step in (0, 10, 20))]
    dataset = prepared(rows, "score: {reduce: at, step: 40}")
    assert [score.seed for score in dataset.metrics[0].scores] == ["0"]
    (excluded,) = dataset.exclusions
    assert "no value at step 40 (its steps are 0 to 20)" in excluded.reason


def test_missing_points_are_left_out_and_counted_never_zero(prepared):
    rows = ["a,x,0,1,", "a,x,0,2,4", "a,x,0,3,nan", "a,x,0,4,8", "a,x,1,1,6"]
    dataset = prepared(rows, "score: {reduce: mean_last, k: 2}")
    assert raw(dataset) == [6, 6]
    assert "2 values are missing and left out" in told(dataset, "missing_points")


def test_of_several_values_at_a_step_the_last_counts(prepared):
    dataset = prepared(["a,x,0,2,5", "a,x,0,1,1", "a,x,0,2,7"], "score: {reduce: last}")
    (score,) = dataset.metrics[0].scores
    assert (score.steps.tolist(), score.curve.tolist()) == ([1, 2], [1, 7])
    assert "1 value shares its step" in told(dataset, "duplicates_points")


def test_infinite_values_are_named(prepared):
    dataset = prepared(["a,x,0,1,inf", "a,x,1,1,2"])
    assert "1 value is infinite" in told(dataset, "infinite_points")


def test_nothing_but_missing_values_is_an_error(prepared):
    with pytest.raises(DataError, match="metric 'score': no run has a score: a x 0: x: all its 2 values are missing"):
        prepared(["a,x,0,1,", "a,x,0,2,NaN"])


def test_runs_that_end_too_early_are_excluded_on_request_and_named_else(prepared):
    rows = [*CURVE, "a,x,1,0,1", "a,x,1,10,1"]
    assert "1 of 2 runs end before 95 %" in told(prepared(rows), "ended_early")
    dataset = prepared(rows, "runs: {min_steps: 30}")
    assert len(dataset.metrics[0].scores) == 1
    assert "its last step 10 is below runs.min_steps 30" in dataset.exclusions[0].reason
    with pytest.raises(DataError, match="leaves none of the 2 runs; the longest of them ends at step 40"):
        prepared(rows, "runs: {min_steps: 1000}")


# normalisation


def values(dataset):
    return {(score.method, score.seed): score.value for score in dataset.metrics[0].scores}


def test_bounds_from_a_table_of_ones_own(prepared):
    dataset = prepared(
        PLAIN, "normalization: {table: bounds.csv, reference: low, optimum: high}", bounds="task,low,high\nX,1,3\n"
    )
    metric = dataset.metrics[0]
    assert metric.normalized
    assert metric.normalization == "bounds.csv: low → high"
    assert values(dataset)["a", "2"] == pytest.approx(1.0)
    assert "bounds for 1 of the 1 tasks" in told(dataset, "bounds_matched")


@pytest.mark.parametrize("name", ["Ms-Pacman", "atari_ms_pacman", "ALE/MsPacman-v5", "MsPacmanNoFrameskip-v4"])
def test_the_built_in_table_knows_games_by_any_of_their_names(prepared, name):
    dataset = prepared([f"a,{name},0,1,6951.6"], "normalization: {table: atari57, reference: random, optimum: human}")
    assert values(dataset)["a", "0"] == pytest.approx(1.0)


def test_the_built_in_table_holds_57_games_where_humans_beat_chance():
    with (shipped("configs") / "tables/atari57.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == len({row["task"] for row in rows}) == 57
    assert all(float(row["human"]) > float(row["random"]) for row in rows)


def test_an_optimum_alone_has_reference_zero(prepared):
    dataset = prepared(PLAIN, "optimal_scores: {x: 4}")
    assert values(dataset)["a", "2"] == pytest.approx(3 / 4)
    assert dataset.metrics[0].normalization == "optimal_scores: 0 → optimum"


def test_bounds_by_the_column_a_value_came_from(prepared):
    files = "files: {path: '*.csv', columns: {method: method, seed: seed}, values: {score: [reward, success]}}\n"
    dataset = prepared(
        ["a,0,500"], "normalization: {by_column: {reward: [0, 1000], success: [0, 1]}}",
        head="method,seed,reward", files=files, other="method,seed,success\nb,0,0.25\n",
    )  # fmt: skip
    assert not dataset.metrics[0].normalized  # one task, two columns: no common bounds
    files = files.replace("'*.csv', columns: {", "'{task}.csv', columns: {")
    dataset = prepared(
        ["a,0,500"], "normalization: {by_column: {reward: [0, 1000], success: [0, 1]}}",
        head="method,seed,reward", files=files, other="method,seed,success\nb,0,0.25\n",
    )  # fmt: skip
    assert sorted(values(dataset).values()) == [0.25, 0.5]


def test_tasks_without_bounds_are_named_and_nothing_is_normalised(prepared):
    dataset = prepared([*PLAIN, "a,y,0,1,5"], "optimal_scores: {x: 4, z: 1}")
    assert not dataset.metrics[0].normalized
    assert "1 of 2 tasks of score have no bounds (y)" in told(dataset, "no_bounds")
    assert "optimal_scores names 'z', which is no task" in told(dataset, "unknown_task")
    np.testing.assert_array_equal(raw(dataset), [score.value for score in dataset.metrics[0].scores])


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("normalization: {table: atari75, reference: random, optimum: human}", "there is no table 'atari75'.*atari57"),
        ("normalization: {table: bounds.csv, reference: lo, optimum: high}", "no column 'lo'; did you mean 'low'"),
        ("normalization: {table: bad.csv, reference: low, optimum: high}", "column 'high': 'x' is not a number"),
        ("normalization: {table: twice.csv, reference: low, optimum: high}", "task 'x' stands twice"),
        ("normalization: {reference: low, optimum: 3}", "normalization names no table"),
        ("normalization: {reference: 3, optimum: 3}", "optimum and reference are both 3"),
        (
            "normalization: {reference: 3, optimum: 1}",
            "the optimum 1 is worse than the reference 3",
        ),
        ("optimal_scores: {x: -2}", "an optimum alone \\(-2\\) fixes a scale only for a maximised metric"),
        ("baseline: A", "the baseline 'A' is no method; did you mean 'a'"),
        ("metrics: {primary: [scor]}", "unknown metric 'scor': none of the 6 runs has it; did you mean 'score'"),
        ("metrics: {primary: [score, score]}", "two metrics have the id 'score'"),
    ],
)
def test_what_cannot_be_done_is_told(prepared, lines, words):
    tables = {
        "bounds": "task,low,high\nx,1,3\n",
        "bad": "task,low,high\nx,1,x\n",
        "twice": "task,low,high\nX,1,3\nx,1,2\n",
    }
    with pytest.raises(DataError, match=words):
        prepared(PLAIN, lines, **tables)
