"""What must hold for every pair of methods."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportgen.stats import Settings, adjusted, contest, shares_of_ranks
from reportgen.stats.arrangements import Arrangements
from reportgen.stats.pairs import pair_of
from reportgen.stats.ranks import average_rank_replicates

QUICK = settings(max_examples=25, deadline=None)
CHOSEN = Settings(replicates=200)
VALUES = st.floats(-100, 100).map(lambda value: round(value, 1))
NAMES = st.lists(st.text("abc", min_size=1, max_size=2), min_size=1, max_size=4, unique=True)


@st.composite
def tables(draw):
    """Draw two methods with runs of one task each, on the same tasks."""
    names = draw(NAMES)
    cells = st.lists(VALUES, min_size=1, max_size=5)
    return tuple({name: draw(cells) for name in names} for _ in range(2))


@st.composite
def matrices(draw):
    """Draw two methods of whole runs over the same tasks."""
    tasks = draw(st.integers(1, 4))
    rows = st.lists(st.lists(VALUES, min_size=tasks, max_size=tasks), min_size=2, max_size=5)
    return draw(rows), draw(rows)


def compare(a, b, names=("a", "b"), **options):
    return contest(a, b, options.pop("chosen", CHOSEN), key=("score", *names), statistic="iqm", **options)


@QUICK
@given(tables())
def test_the_other_side_sees_the_complement_and_the_same_p(of_tasks, pair):
    there = compare(*map(of_tasks, pair))
    back = compare(*map(of_tasks, pair[::-1]), names=("b", "a"))
    assert there.improvement.estimate + back.improvement.estimate == 1
    assert (there.difference_test, there.improvement_test) == (back.difference_test, back.improvement_test)
    assert (there.effects.wins, there.effects.ties) == (back.effects.losses, back.effects.ties)
    if there.improvement.low is not None:
        assert there.improvement.low + back.improvement.high == pytest.approx(1, abs=1e-15)


@QUICK
@given(st.one_of(tables(), matrices()), st.sampled_from(["run", "score"]), st.sampled_from(["runs", "tasks"]))
def test_p_lies_between_its_floor_and_one_and_intervals_hold_their_estimates(of_tasks, of_runs, pair, unit, resample):
    make = of_tasks if isinstance(pair[0], dict) else of_runs
    found = compare(*map(make, pair), chosen=Settings(replicates=200, unit=unit, resample=resample))
    for test in (found.difference_test, found.improvement_test):
        assert test.smallest <= test.p + 1e-12
        assert 0 < test.p <= 1
    ends = found.improvement
    assert 0 <= ends.estimate <= 1
    if ends.low is None:
        assert ends.reason
    else:
        assert 0 <= ends.low <= ends.estimate <= ends.high <= 1


@QUICK
@given(tables())
def test_methods_with_equal_scores_are_never_told_apart(of_tasks, pair):
    found = compare(of_tasks(pair[0]), of_tasks(pair[0]))
    assert found.improvement.estimate == pytest.approx(0.5)
    assert (found.difference_test.p, found.improvement_test.p) == pytest.approx((1, 1))


@QUICK
@given(tables(), st.floats(0.5, 10), st.floats(-50, 50))
def test_a_change_of_units_changes_no_p(of_tasks, pair, scale, shift):
    moved = [
        {task: [round(scale, 2) * v + round(shift, 2) for v in values] for task, values in own.items()} for own in pair
    ]
    first, second = compare(*map(of_tasks, pair)), compare(*map(of_tasks, moved))
    assert first.difference_test.p == pytest.approx(second.difference_test.p)
    assert first.improvement_test.p == second.improvement_test.p
    assert first.improvement == second.improvement


@QUICK
@given(st.lists(st.floats(0, 1), min_size=1, max_size=12), st.sampled_from(["holm", "bonferroni", "bh", "by"]))
def test_a_corrected_p_is_no_smaller_and_keeps_the_order(values, correction):
    found = adjusted(values, correction)
    assert all(after >= before - 1e-12 and after <= 1 for before, after in zip(values, found, strict=True))
    order = np.argsort(values, kind="stable")
    assert (np.diff(np.array(found)[order]) >= -1e-12).all()
    lowered = adjusted([value / 2 for value in values], correction)
    assert all(low <= high + 1e-12 for low, high in zip(lowered, found, strict=True))


@QUICK
@given(st.lists(st.lists(st.integers(0, 3), min_size=6, max_size=6), min_size=2, max_size=5))
def test_ranks_share_out_all_that_there_is(values):
    shares = shares_of_ranks(np.array(values, dtype=float))
    assert shares.sum(axis=0) == pytest.approx(1)
    assert shares.sum(axis=1) == pytest.approx(1)


@pytest.mark.parametrize("paired", [False, True])
def test_sampled_arrangements_keep_sizes_and_reach_everywhere(of_tasks, paired):
    """Too many to look at all of them: each keeps the sizes of strata, each unit is on either side half the time."""
    rng = np.random.default_rng(0)
    pair = pair_of(*(of_tasks({f"t{k}": rng.normal(size=5) for k in range(6)}) for _ in "ab"), CHOSEN)
    coupled = pair_of(pair_scores(of_tasks, rng), pair_scores(of_tasks, rng), CHOSEN, coupled=True)
    ways = Arrangements.of(coupled if paired else pair)
    assert not ways.few
    masks = np.concatenate(list(ways.chunks(4000, rng)), axis=1)
    assert masks.shape == (60, 4000)
    if paired:
        assert (masks[:30] != masks[30:]).all()
    else:
        assert (masks.reshape(6, 10, -1).sum(axis=1) == 5).all()
    assert masks.mean(axis=1) == pytest.approx(0.5, abs=0.05)


def pair_scores(of_tasks, rng):
    return of_tasks({f"t{k}": rng.normal(size=5) for k in range(6)})


def test_large_strata_are_shuffled_without_a_table(of_tasks):
    rng = np.random.default_rng(1)
    pair = pair_of(of_tasks({"t": rng.normal(size=14)}), of_tasks({"t": rng.normal(size=15)}), CHOSEN)
    (masks,) = Arrangements.of(pair).chunks(500, rng)
    assert (masks.sum(axis=0) == 14).all()
    assert masks.mean(axis=1) == pytest.approx(14 / 29, abs=0.12)


def test_runs_without_a_counterpart_keep_their_label(of_runs):
    """One run of a lacks a task: nobody of b covers the same tasks, so it cannot exchange its label."""
    a, b = [[1, 2], [2, 4], [3, None]], [[5, 7], [4, 4], [6, 9]]
    found = compare(of_runs(a), of_runs(b))
    assert found.fixed == 1
    assert (found.difference_test.exact, found.difference_test.arrangements) == (True, 10)


def test_methods_on_different_tasks_are_not_compared(of_tasks):
    found = compare(of_tasks({"t": [1, 2], "u": [1, 2]}), of_tasks({"t": [3, 4]}))
    assert found.improvement.estimate is None
    assert "same tasks" in found.improvement.reason
    assert (found.difference_test.p, found.effects) == (None, None)


@pytest.mark.parametrize(
    ("seeds", "reason"),
    [
        ({"t/0": "1", "t/1": "2"}, "no seed"),
        ({"t/0": "1", "t/1": "1", "t/2": "3"}, "share seed"),
        ({"t/0": "1", "t/1": "2", "t/2": "3"}, "without a partner of the same seed and tasks: seed 3"),
    ],
)
def test_pairs_that_are_no_pairs_are_refused(of_tasks, seeds, reason):
    found = compare(of_tasks({"t": [1, 2, 4]}), of_tasks({"t": [3, 4]}), seeds=seeds)
    assert reason in found.improvement.reason
    assert found.difference.estimate is None
    assert "paired: false" in found.difference.mend


def test_infinite_scores_leave_the_probability_of_improvement(of_tasks):
    found = compare(of_tasks({"t": [1, 2, float("inf")]}), of_tasks({"t": [0, 1, 5]}))
    assert found.improvement.estimate == pytest.approx((1.5 + 2 + 3) / 9)
    assert "infinite" in found.difference_test.reason


def test_tasks_exchange_labels_where_tasks_are_drawn(of_tasks):
    """Ten tasks on which a is always better: only the two extreme exchanges of 1024 are as far out."""
    a = of_tasks({f"t{k}": [k + 1.5] for k in range(10)})
    b = of_tasks({f"t{k}": [k + 1 + 0.01 * k] for k in range(10)})
    found = contest(a, b, Settings(resample="tasks"), key=("score", "a", "b"), statistic="mean")
    assert found.difference_test.arrangements == 1024
    assert found.improvement_test.p == pytest.approx(2 / 1024)
    assert found.difference_test.p == pytest.approx(2 / 1024)


def test_mean_ranks_over_tasks_of_the_data_are_those_of_a_replicate_that_draws_every_run_once(of_tasks):
    """Runs that do not differ make every replicate the data."""
    methods = [of_tasks({"t": [level] * 3, "u": [-level] * 3}) for level in (1.0, 2.0, 3.0)]
    found = average_rank_replicates(methods, CHOSEN, metric="score", ids=("a", "b", "c"))
    assert found.shape == (3, 200)
    assert (found == -2).all()
