"""Where methods differ: a screen of single tasks, a family of its own, silent where so few runs can show nothing."""

import numpy as np
import pytest

from reportgen.stats import adjusted

RNG = np.random.default_rng(4)
MIXED = {
    name: {task: (RNG.normal(size=6) + gain).round(3).tolist() for task, gain in zip("xyz", gains, strict=True)}
    for name, gains in {"a": (0, 0, 0), "b": (9, 0, 0), "c": (0, 0, -9)}.items()
}


def test_every_pair_and_task_is_one_family_under_benjamini_and_hochberg(make):
    screen = make(MIXED).screen
    assert (screen.correction, screen.family_size, screen.reason) == ("bh", 9, None)
    assert [one.p_adjusted for one in screen.tasks] == pytest.approx(adjusted([one.p for one in screen.tasks], "bh"))
    out = {(frozenset((one.a, one.b)), one.task) for one in screen.tasks if one.stands_out}
    assert out == {(frozenset(pair), task) for pair, task in (("ab", "x"), ("bc", "x"), ("ac", "z"), ("bc", "z"))}


@pytest.mark.parametrize("direction", ["maximize", "minimize"])
def test_differences_are_raw_and_favour_the_better_method(make, direction):
    result = make(MIXED, direction=direction)
    sign = 1 if direction == "maximize" else -1
    for one in result.screen.tasks:
        means = [np.mean(MIXED[name][one.task]) for name in (one.a, one.b)]
        assert one.difference == pytest.approx(sign * (means[0] - means[1]))
        assert (one.improvement > 0.5) == (one.difference > 0) or not one.stands_out


def test_three_runs_cannot_make_a_task_stand_out(make):
    screen = make({name: {task: [k, k + 1, k + 2] for task in "xy"} for k, name in ((0, "a"), (9, "b"))}).screen
    assert screen.tasks == ()
    assert screen.reason == "so few runs of a task give no corrected p below 0.1, whatever they show"


@pytest.mark.parametrize("lines", ["comparisons: {paired: true}", "analysis: {resample: tasks}"])
def test_pairs_and_drawn_tasks_have_no_screen(make, lines):
    if "analysis" in lines:
        assert make(MIXED, "", aggregates="auto, resample: tasks").screen is None
    else:
        assert make(MIXED, lines).screen is None


def test_one_task_has_no_screen_beside_its_comparison(make):
    assert make({name: {"x": MIXED[name]["x"]} for name in "ab"}).screen is None


def test_a_method_without_a_task_leaves_the_others_screened(make):
    table = {**MIXED, "c": {"x": MIXED["c"]["x"]}}
    assert {frozenset((one.a, one.b)) for one in make(table).screen.tasks} == {frozenset("ab")}
