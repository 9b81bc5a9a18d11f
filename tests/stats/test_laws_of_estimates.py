"""What must hold for all scores."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats as scipy_stats

from reportgen.stats import Settings, analyse, curve, difference
from reportgen.stats.design import design, draws, generator
from reportgen.stats.estimates import iqm, trim_share

FINITE = st.floats(-1000, 1000, allow_nan=False).map(lambda value: round(value, 3))
MATRICES = st.integers(2, 5).flatmap(
    lambda tasks: st.lists(st.lists(FINITE, min_size=tasks, max_size=tasks), min_size=2, max_size=6)
)
TABLES = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=3), st.lists(FINITE, min_size=2, max_size=6), min_size=1, max_size=5
)
QUICK = settings(max_examples=40, deadline=None)


def close(value):
    return pytest.approx(value, rel=1e-9, abs=1e-8)


@QUICK
@given(TABLES, st.floats(-10, 10), st.floats(0.1, 10))
def test_shift_and_scale_carry_estimates_and_intervals_along(of_tasks, analysis, table, shift, scale):
    moved = {task: [scale * value + shift for value in values] for task, values in table.items()}
    first, second = analysis(of_tasks(table)), analysis(of_tasks(moved))
    for name in ("iqm", "mean", "median"):
        a, b = first.intervals[name], second.intervals[name]
        assert b.estimate == close(scale * a.estimate + shift)
        if a.low is not None and b.low is not None:
            assert (b.low, b.high) == close((scale * a.low + shift, scale * a.high + shift))


@QUICK
@given(TABLES)
def test_turning_scores_round_turns_the_iqm_round(of_tasks, analysis, table):
    turned = {task: [-value for value in values] for task, values in table.items()}
    a, b = analysis(of_tasks(table)).intervals["iqm"], analysis(of_tasks(turned)).intervals["iqm"]
    assert b.estimate == close(-a.estimate)


@QUICK
@given(MATRICES, st.randoms(use_true_random=False))
def test_the_order_of_scores_runs_and_tasks_moves_nothing(of_rows, analysis, rows, random):
    names = [(value, f"t{t}", f"r{r}") for r, row in enumerate(rows) for t, value in enumerate(row)]
    shuffled = list(names)
    random.shuffle(shuffled)
    first, second = analysis(of_rows(names), thresholds=[0.0]), analysis(of_rows(shuffled), thresholds=[0.0])
    assert first.intervals == second.intervals
    np.testing.assert_array_equal(first.profile.low, second.profile.low)


@QUICK
@given(TABLES)
def test_the_profile_falls_from_one_to_zero_and_the_gap_is_the_area_above_it(of_tasks, analysis, table):
    values = sorted({value for scores in table.values() for value in scores})
    thresholds = [values[0] - 1, *values]
    found = analysis(of_tasks(table), thresholds=thresholds, gamma=values[-1])
    profile = found.profile.estimate
    assert profile[0] == 1
    assert profile[-1] == pytest.approx(0, abs=1e-12)
    assert (np.diff(profile) <= 1e-12).all()
    area = sum((1 - share) * (b - a) for share, a, b in zip(profile, thresholds, thresholds[1:], strict=False))
    assert found.intervals["optimality_gap"].estimate == close(area)


@QUICK
@given(TABLES, st.sampled_from(["run", "score"]), st.sampled_from(["runs", "tasks"]))
def test_an_interval_contains_its_estimate(of_tasks, analysis, table, unit, resample):
    found = analysis(of_tasks(table), thresholds=[-1.0, 0, 1], unit=unit, resample=resample)
    for interval in found.intervals.values():
        if interval.low is not None:
            assert interval.low <= interval.estimate <= interval.high
            assert interval.low < interval.high
        else:
            assert interval.reason
    band = found.profile
    stated = ~np.isnan(band.low)
    assert (band.low[stated] <= band.estimate[stated]).all()
    assert (band.estimate[stated] <= band.high[stated]).all()


@QUICK
@given(MATRICES)
def test_duplicating_every_task_leaves_the_mean_and_its_interval_of_whole_runs(of_runs, analysis, rows):
    once, twice = of_runs(rows), of_runs([[*row, *row] for row in rows])
    a, b = analysis(once).intervals["mean"], analysis(twice).intervals["mean"]
    assert b.estimate == close(a.estimate)
    assert (a.low is None) == (b.low is None)
    if a.low is not None:
        assert (b.low, b.high) == close((a.low, a.high))


def test_a_bootstrap_replicate_is_the_trimmed_mean_of_the_resample(of_runs):
    rng = np.random.default_rng(3)
    scores = of_runs(rng.lognormal(size=(5, 26)))
    plan = design(scores, Settings())
    order = np.argsort(plan.values, kind="stable")
    counts = next(draws(plan, 200, generator(Settings(), ("m", "a"))))
    mass = counts[:, plan.units[order]].astype(float)
    found = iqm(np.cumsum(mass, axis=1), plan.values[order], trim_share(130, 0.25))
    expected = [scipy_stats.trim_mean(np.repeat(plan.values[order], row.astype(int)), 0.25) for row in mass]
    np.testing.assert_allclose(found, expected, rtol=0, atol=2e-14)


def test_infinities_that_the_trim_cuts_off_do_no_harm(of_tasks, analysis):
    found = analysis(of_tasks({"t": [1, 2, 3, 4, 5, 6, 7, float("inf")]})).intervals
    assert found["iqm"].estimate == pytest.approx(4.5)
    assert found["mean"].estimate == float("inf")
    assert "infinite" in found["mean"].reason


def test_one_huge_outlier_costs_no_digit(of_tasks, analysis):
    values = [*np.linspace(0, 1, 129), 1e12]
    assert analysis(of_tasks({"t": values})).intervals["iqm"].estimate == pytest.approx(
        scipy_stats.trim_mean(values, 0.25), rel=1e-14
    )


def test_another_method_or_a_rename_moves_no_number(of_tasks, analysis):
    """Draws are keyed by the raw ids: another key is another stream, the same key the same one."""
    scores = of_tasks({"t": [1, 4, 2, 8, 5], "u": [7, 1, 3]})
    first, again, other = (analysis(scores, key=("score", name)).intervals["iqm"] for name in ("a", "a", "b"))
    assert first == again
    assert (first.estimate, other.estimate) == (other.estimate, first.estimate)
    assert first.low != other.low


def test_a_difference_is_that_of_the_estimates_and_turns_round(of_tasks, analysis):
    a = analysis(of_tasks({"t": [1, 4, 2, 8], "u": [7, 1, 3, 3]}), key=("score", "a"))
    b = analysis(of_tasks({"t": [0, 2, 2, 3], "u": [5, 1, 2, 4]}), key=("score", "b"))
    for name in ("iqm", "mean", "optimality_gap"):
        there, back = difference(a, b, name), difference(b, a, name)
        assert there.estimate == close(a.intervals[name].estimate - b.intervals[name].estimate)
        if there.low is None:
            assert there.reason == back.reason
        else:
            assert (there.low, there.high) == close((-back.high, -back.low))
            assert there.low < there.estimate < there.high


def test_tasks_drawn_together_cancel_in_a_difference(of_tasks, analysis):
    """Two methods a constant apart on very different tasks: drawn together, the difference does not vary."""
    table = {f"t{k}": [10.0 * k, 10.0 * k + 1] for k in range(8)}
    shifted = {task: [value + 2 for value in values] for task, values in table.items()}
    a = analysis(of_tasks(shifted), key=("s", "a"), resample="tasks")
    b = analysis(of_tasks(table), key=("s", "b"), resample="tasks")
    found = difference(a, b, "mean")
    assert found.estimate == pytest.approx(2)
    assert found.low is None
    assert "equal" in found.reason
    assert a.intervals["mean"].high - a.intervals["mean"].low > 10


@pytest.mark.parametrize("statistic", ["iqm", "mean"])
def test_a_curve_is_the_aggregate_at_each_step_from_one_draw(of_runs, statistic):
    rng = np.random.default_rng(1)
    rows = rng.normal(size=(5, 4))
    scores, chosen = of_runs(rows), Settings(replicates=300)
    steps = np.stack([scores.values, 2 * scores.values, scores.values + 1], axis=1)
    band = curve(steps, scores, chosen, key=("m", "a"), statistic=statistic)
    alone = analyse(scores, chosen, key=("m", "a"), thresholds=np.empty(0)).intervals[statistic]
    assert (band.estimate[0], band.low[0], band.high[0]) == close((alone.estimate, alone.low, alone.high))
    assert (band.low[1], band.high[2]) == close((2 * alone.low, alone.high + 1))


def test_a_curve_follows_its_scores_in_whatever_order_they_come(of_rows):
    rows = [(float(7 * r + t), f"t{t}", f"r{r}") for r in range(4) for t in range(3)]
    chosen = Settings(replicates=200)
    bands = []
    for order in (rows, rows[::-1]):
        scores = of_rows(order)
        values = np.stack([scores.values, scores.values**2], axis=1)
        bands.append(curve(values, scores, chosen, key=("m", "a"), statistic="iqm"))
    np.testing.assert_array_equal(bands[0].low, bands[1].low)
    np.testing.assert_array_equal(bands[0].estimate, bands[1].estimate)
