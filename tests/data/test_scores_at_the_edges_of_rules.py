"""Score rules where a run has one point, no steps, infinities or less than the rule asks for; duplicate runs."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.data import prepare
from reportgen.data.points import clean, reduce_points
from reportgen.errors import DataError
from reportgen.runs import RunRecord, Series
from reportgen.spec import loads
from reportgen.spec.model import Score

NAN, INF = np.nan, np.inf
FLOATS = st.floats(-1e6, 1e6) | st.just(NAN)


def series(steps, values, wall_time=None):
    wall = None if wall_time is None else np.array(wall_time, dtype=float)
    return Series(
        metric="score", task=None, steps=np.array(steps, dtype=float), values=np.array(values, dtype=float),
        wall_time=wall,
    )  # fmt: skip


def reduced(steps, values, direction="maximize", **rule):
    return reduce_points(clean(series(steps, values)), Score(**rule), direction)


@pytest.mark.parametrize(
    ("steps", "values", "step", "number"),
    [
        ([0, 10, 20], [1, 2, 3], 20, 3),
        ([0, 10, 20], [1, 2, 3], 19, 2),
        ([0, 10, 20], [1, 2, 3], 30, 3),
        ([0, 10, 20], [1, 2, 3], 30.5, None),
        ([5, 10, 20], [1, 2, 3], 4, None),
        ([0, 1, 2, 100], [1, 2, 3, 4], 3, 3),
        ([0, 1, 2, 100], [1, 2, 3, 4], 50, None),
        ([7], [4], 7, 4),
        ([7], [4], 8, None),
        ([7], [4], 6, None),
        ([0, 10, 20], [1, 2, NAN], 20, 2),
    ],
)
def test_a_value_at_a_step_is_the_last_that_is_not_older_than_the_usual_gap(steps, values, step, number):
    found, why = reduced(steps, values, reduce="at", step=step)
    assert found == number
    assert bool(why) == (number is None)


@pytest.mark.parametrize(
    ("start", "to", "number"),
    [(None, None, 2.5), (None, 10, 1), (10, None, 4), (5, 15, (1.5 * 5 + 3 * 5) / 10), (-1, None, None), (0, 21, None)],
)
def test_an_area_lies_between_two_steps_that_the_run_spans(start, to, number):
    found, why = reduced([0, 10, 20], [0, 2, 6], reduce="auc", **{"from": start, "to": to})
    assert found == pytest.approx(number)
    assert ("do not span" in why) == (number is None)


@pytest.mark.parametrize("rule", [{"reduce": "at", "step": 1}, {"reduce": "auc"}])
def test_rules_about_steps_need_steps(rule):
    number, why = reduced([NAN, NAN], [1, 2], **rule)
    assert number is None
    assert "its source has no steps" in why


@pytest.mark.parametrize("rule", [{"reduce": reduce} for reduce in ("last", "mean_last", "best", "auc")])
def test_a_single_point_is_itself(rule):
    assert reduced([3], [4], **rule) == (4, "")


@pytest.mark.parametrize(
    ("points", "fraction", "count"), [(3, 0.05, 1), (30, 0.05, 2), (20, 0.5, 10), (7, 1.0, 7), (9, 0.01, 1)]
)
def test_a_fraction_counts_the_points_that_are_not_missing(points, fraction, count):
    values = [value for number in range(points) for value in (number, NAN)]
    number, _ = reduced(range(len(values)), values, reduce="mean_last", fraction=fraction)
    assert number == pytest.approx(np.mean(range(points - count, points)))


def test_more_last_points_than_there_are_is_all_of_them():
    assert reduced([0, 1], [1, 3], reduce="mean_last", k=10) == (2, "")


@pytest.mark.parametrize(("direction", "number"), [("maximize", 9), ("minimize", -2)])
def test_the_best_point_depends_on_the_direction(direction, number):
    assert reduced([0, 1, 2], [9, -2, 4], direction, reduce="best") == (number, "")


def test_infinities_of_both_signs_have_no_mean():
    number, why = reduced([0, 1], [INF, -INF], reduce="mean_last", k=2)
    assert (number, why) == (None, "its infinite values have no mean")
    assert reduced([0, 1], [1, INF], reduce="mean_last", k=2) == (INF, "")


def test_points_without_a_step_are_counted_where_others_have_one():
    points = clean(series([0, NAN, 2, NAN], [1, 2, NAN, NAN]))
    assert (points.steps.tolist(), points.values.tolist()) == ([0], [1])
    assert (points.missing, points.without_step) == (2, 1)


def test_wall_times_go_with_their_points():
    points = clean(series([2, 1, 2], [5, 6, 7], [0.2, 0.1, 0.4]))
    assert points.wall_time.tolist() == [0.1, 0.4]


@given(st.lists(st.tuples(st.integers(0, 9) | st.just(NAN), FLOATS), min_size=1))
def test_every_point_is_kept_or_counted_once(rows):
    steps, values = zip(*rows, strict=True)
    points = clean(series(steps, values))
    assert len(points.values) + points.missing + points.without_step + points.duplicates + points.rewound == len(rows)
    assert not np.isnan(points.values).any()
    assert not points.has_steps or (np.diff(points.steps) > 0).all()


@given(st.lists(st.floats(-1e6, 1e6), min_size=1), st.sampled_from(["last", "mean_last", "best", "auc"]))
def test_a_score_lies_among_the_values_it_is_made_of(values, rule):
    number, _ = reduced(range(len(values)), values, reduce=rule)
    assert min(values) - 1e-6 <= number <= max(values) + 1e-6


def twins(tmp_path, policy, curves=((1, 2), (3, 6)), lines=""):
    """Prepare two runs of one method, task and seed, the later one first."""
    records = [
        RunRecord(
            id=f"e/p/{name}", source="s", name=name, series=(series(range(len(values)), values),),
            axes={"method": "a", "task": "x", "seed": "0"}, created_at=created,
        )
        for (name, created), values in zip((("p", "2025-02-01"), ("q", "2025-01-01")), curves, strict=True)
    ]  # fmt: skip
    text = (
        "wandb_offline: {path: x}\nmetrics: {primary: [{name: score, direction: maximize}]}\nscore: {reduce: last}\n"
        f"runs: {{duplicates: {policy}}}\n{lines}"
    )
    return prepare(records, loads(text).spec, root=tmp_path)


def test_of_duplicate_runs_the_latest_created_counts(tmp_path):
    dataset = twins(tmp_path, "latest")
    assert [(score.run, score.raw) for score in dataset.metrics[0].scores] == [("e/p/p", 2)]
    assert [one.reason for one in dataset.exclusions] == ["an earlier run of the same method, task and seed"]


def test_duplicate_runs_may_be_averaged_with_their_curves(tmp_path):
    (score,) = twins(tmp_path, "mean").metrics[0].scores
    assert (score.raw, score.value, score.curve.tolist()) == (4, 4, [2, 4])


def test_averaged_runs_of_different_steps_have_a_score_and_no_curve(tmp_path):
    lines = "normalization: {reference: 0, optimum: 10}"
    (score,) = twins(tmp_path, "mean", ((1, 2), (3, 6, 8)), lines).metrics[0].scores
    assert (score.raw, score.value, score.curve.size, score.steps.size) == (5, 0.5, 0, 0)


def test_duplicate_runs_may_be_other_trainings(tmp_path):
    assert [score.raw for score in twins(tmp_path, "keep").metrics[0].scores] == [2, 6]


def test_duplicate_runs_are_an_error_that_names_them(tmp_path):
    with pytest.raises(DataError, match=r"a, x, seed 0: e/p/p, e/p/q; say what they are, e\.g\. runs:"):
        twins(tmp_path, "error")


def test_best_over_unequal_numbers_of_evaluations_is_doubtful(prepared):
    dataset = prepared(["a,x,0,1,1", "a,x,0,2,2", "a,x,1,1,1"], "score: {reduce: best}")
    (notice,) = [one for one in dataset.notices if one.code == "unequal_evaluations"]
    assert "best looks at 1 to 2 evaluations per run" in notice.text
    equal = prepared(["a,x,0,1,1", "a,x,1,1,1"], "score: {reduce: best}")
    assert not [one for one in equal.notices if one.code == "unequal_evaluations"]


def test_a_run_without_a_number_is_left_out_of_its_metric_and_named(prepared):
    dataset = prepared(["a,x,0,1,inf", "a,x,0,2,-inf", "a,x,1,1,3"], "score: {reduce: mean_last, k: 2}")
    assert [score.raw for score in dataset.metrics[0].scores] == [3]
    assert [(one.run, one.reason) for one in dataset.exclusions] == [
        ("source-0/a/x/0", "x: its infinite values have no mean")
    ]
