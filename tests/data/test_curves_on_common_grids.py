"""Curves on grids, gaps filled and rows thinned out: nothing extrapolated, no integer range, extremes kept."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen import DataProcessor, ReportgenWarning
from reportgen.data.grids import every_nth, filled, logarithmic, min_max, resample
from reportgen.errors import DataError

NAN = np.nan
VALUES = st.floats(-1e6, 1e6)
CURVES = st.dictionaries(st.integers(0, 10**10), VALUES, min_size=1, max_size=20).map(
    lambda one: dict(sorted(one.items()))
)
HOLES = st.lists(VALUES | st.just(NAN), min_size=1, max_size=30).map(np.array)


def test_two_runs_of_three_rows_a_million_steps_apart_give_the_points_asked_for(curves):
    runs = [curves(name, {"m": {0: 0, 2**10: 1, 2**20: 2}}) for name in "ab"]
    df = DataProcessor(runs).align(points=100)
    assert df.groupby("run_name").size().to_dict() == {"a": 100, "b": 100}
    assert (df["step"].min(), df["step"].max()) == (0, 2**20)


def test_values_lie_on_the_line_between_points_or_stay_at_the_previous_one(curves):
    run = curves("r", {"m": {0: 0, 10: 10}, "late": {5: 1, 10: 3}})
    linear = DataProcessor([run]).align(grid=[0, 5, 7, 10, 12])
    assert linear["step"].dtype == "int64"
    np.testing.assert_array_equal(linear["m"], [0, 5, 7, 10, NAN])
    np.testing.assert_allclose(linear["late"], [NAN, 1, 1.8, 3, NAN])
    previous = DataProcessor([run]).align(grid=[-1, 5, 10, 12.5], method="previous")
    assert previous["step"].dtype == "float64"
    np.testing.assert_array_equal(previous["m"], [NAN, 0, 10, NAN])


def test_the_common_grid_is_what_all_runs_have_and_the_run_that_ends_it_is_named(curves):
    runs = [curves("long", {"m": {0: 0, 100: 100}}), curves("short", {"m": {20: 1, 60: 2}})]
    with pytest.warns(ReportgenWarning, match=r"ends at step 60, where short ends; span='all' goes to 100"):
        df = DataProcessor(runs).align(points=3)
    assert df["step"].tolist() == [20, 40, 60] * 2
    everything = DataProcessor(runs).align(points=3, span="all")
    np.testing.assert_array_equal(everything["m"], [0, 50, 100, NAN, 1.75, NAN])


def test_runs_with_nothing_in_common_are_told(curves):
    runs = [curves("first", {"m": {0: 0, 10: 1}}), curves("second", {"m": {20: 1, 60: 2}})]
    with pytest.raises(DataError, match=r"no step in common: second begins at 20, first ends at 10; use span='all'"):
        DataProcessor(runs).align()


def test_curves_are_compared_by_progress_or_by_wall_time(curves):
    runs = [curves("a", {"m": {10: 0, 30: 1}}, wall=1.0), curves("b", {"m": {0: 0, 1000: 1}}, wall=0.03)]
    progress = DataProcessor(runs).align(on="progress", points=3)
    assert progress["progress"].tolist() == [0, 0.5, 1] * 2
    assert progress["m"].tolist() == [0, 0.5, 1] * 2
    timed = DataProcessor(runs).align(on="wall_time", grid=[10, 20, 30])
    assert "step" not in timed
    np.testing.assert_allclose(timed["m"], [0, 0.5, 1, 1 / 3, 2 / 3, 1])


def test_a_run_of_one_step_is_at_its_end(curves):
    np.testing.assert_array_equal(
        DataProcessor([curves("r", {"m": {7: 3}})]).align(on="progress", points=2)["m"], [NAN, 3]
    )


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"on": "wall_time"}, "1 runs have no wall time: r"),
        ({"on": "steps"}, "on must be one of progress, step, wall_time, not 'steps'; did you mean 'step'"),
        ({"method": "cubic"}, "method must be one of linear, previous"),
        ({"span": "both"}, "span must be one of all, common"),
        ({"points": 1}, "a grid has at least 2 points, not 1"),
    ],
)
def test_what_cannot_be_aligned_is_told(curves, asked, words):
    with pytest.raises(DataError, match=words):
        DataProcessor([curves("r", {"m": {0: 1, 1: 2}})]).align(**asked)


@given(CURVES, st.sampled_from(["linear", "previous"]))
def test_at_its_own_points_a_curve_is_itself_and_outside_it_is_nothing(points, method):
    x, y = np.array(list(points), dtype=float), np.array(list(points.values()))
    np.testing.assert_array_equal(resample(x, y, x, method), y)
    assert np.isnan(resample(x, y, np.array([x[0] - 1, x[-1] + 1]), method)).all()


@given(CURVES, st.lists(st.floats(0, 1e10), min_size=1), st.sampled_from(["linear", "previous"]))
def test_no_value_lies_beyond_those_that_were_logged(points, grid, method):
    x, y = np.array(list(points), dtype=float), np.array(list(points.values()))
    found = resample(x, y, np.array(grid), method)
    found = found[~np.isnan(found)]
    assert ((found >= y.min() - 1e-6) & (found <= y.max() + 1e-6)).all()


# gaps


@pytest.mark.parametrize(
    ("method", "limit", "expected"),
    [
        ("none", None, [NAN, 1, NAN, NAN, 4, NAN]),
        ("linear", None, [NAN, 1, 2, 3, 4, NAN]),
        ("linear", 1, [NAN, 1, NAN, NAN, 4, NAN]),
        ("linear", 2, [NAN, 1, 2, 3, 4, NAN]),
        ("previous", None, [NAN, 1, 1, 1, 4, 4]),
        ("previous", 1, [NAN, 1, NAN, NAN, 4, 4]),
        ("nearest", None, [NAN, 1, 1, 4, 4, NAN]),
    ],
)
def test_gaps_between_points_are_filled_as_asked(method, limit, expected):
    y = np.array([NAN, 1, NAN, NAN, 4, NAN])
    np.testing.assert_allclose(filled(np.arange(6.0) * 1e9, y, method, limit), expected)


def test_the_distance_of_steps_counts_when_gaps_are_filled():
    x, y = np.array([0.0, 9, 10]), np.array([0.0, NAN, 10])
    assert filled(x, y, "linear").tolist() == [0, 9, 10]
    assert filled(x, y, "nearest").tolist() == [0, 10, 10]
    assert filled(np.full(3, NAN), y, "nearest").tolist() == [0, 0, 10]


@given(HOLES, st.sampled_from(["linear", "previous", "nearest"]), st.none() | st.integers(1, 5))
def test_what_was_logged_is_never_changed_by_filling(y, method, limit):
    new = filled(np.arange(float(len(y))), y, method, limit)
    known = ~np.isnan(y)
    np.testing.assert_array_equal(new[known], y[known])
    np.testing.assert_array_equal(filled(np.arange(float(len(y))), new, method, limit), new)


def test_filling_evaluations_is_refused_unless_it_is_asked_for(curves):
    dense = {k: k for k in range(10)} | {4: 4}
    del dense[5]
    run = curves("r", {"loss": dense, "lr": dict.fromkeys(range(10), 1), "eval": {0: 1, 9: 4}})
    processor = DataProcessor([run])
    with pytest.raises(DataError, match=r"would invent evaluations: 'eval' has points in 2 of 10 rows of r; name oth"):
        processor.fill("linear")
    assert processor.fill("linear", metrics="loss")["loss"].tolist() == list(range(10))
    assert processor.fill("linear", metrics="loss")["eval"].isna().sum() == 8
    assert processor.fill("linear", metrics=["eval"], sparse=True)["eval"].tolist() == pytest.approx(
        np.linspace(1, 4, 10)
    )
    assert processor.fill("none")["eval"].isna().sum() == 8
    with pytest.raises(DataError, match="there is no metric 'los'; did you mean 'loss'"):
        processor.fill("linear", metrics=["los"])


# fewer rows


def test_rows_are_thinned_and_both_ends_stay(curves):
    values = dict.fromkeys(range(1000), 0.0) | {537: 9.0, 538: -9.0}
    processor = DataProcessor([curves(name, {"m": values}) for name in "ab"])
    nth = processor.downsample("every_nth", n=100)
    assert nth[nth["run_name"] == "a"]["step"].tolist() == [*range(0, 1000, 100), 999]
    late = processor.downsample("logarithmic", points=4)
    assert late[late["run_name"] == "b"]["step"].tolist() == [0, 9, 99, 999]
    spikes = processor.downsample("min_max", points=20)
    assert len(spikes) <= 2 * 22
    assert (spikes["m"].max(), spikes["m"].min()) == (9, -9)


@pytest.mark.parametrize(("how", "given"), [("half", {}), ("every_nth", {"n": 0}), ("min_max", {"points": 1})])
def test_thinning_that_does_not_exist_is_told(curves, how, given):
    with pytest.raises(DataError, match=r"how must be one of|at least 1 and at least 2"):
        DataProcessor([curves("r", {"m": {0: 1}})]).downsample(how, **given)


@given(st.lists(HOLES.filter(len), min_size=1, max_size=3), st.integers(2, 20))
def test_extremes_survive_thinning(columns, points):
    rows = min(map(len, columns))
    columns = [column[:rows] for column in columns]
    kept = min_max(columns, rows, points)
    assert {0, rows - 1} <= set(kept.tolist())
    assert len(kept) <= 2 * max(1, points // 2) * len(columns) + 2
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        for column in columns:
            np.testing.assert_array_equal(np.nanmax(column[kept]), np.nanmax(column))
            np.testing.assert_array_equal(np.nanmin(column[kept]), np.nanmin(column))


@given(st.integers(0, 10**7), st.integers(2, 300))
def test_logarithmic_places_are_few_increasing_and_end_at_the_end(rows, points):
    places = logarithmic(rows, points)
    assert len(places) <= points
    assert (np.diff(places) > 0).all()
    assert not rows or (places[0], places[-1]) == (0, rows - 1)
    assert every_nth(0, 3).size == 0
