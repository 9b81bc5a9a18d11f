"""States, lengths and completeness of runs: who counts, and how the others are named."""

import numpy as np
import pytest

from reportgen.errors import DataError, SpecError

METRIC = "metrics: {primary: [{name: score, direction: maximize}]}\nscore: {reduce: last}\n"
BY_TOTAL = "runs: {complete_when: {metric: env/step, at_least: 'config:**.total'}}"


def run(name, end=3, *, state="finished", **fields):
    return (name, {"score": [1, 2], "env/step": [0, end]}, {"state": state, "group": "g", **fields})


def used(dataset):
    return [score.run for score in dataset.metrics[0].scores]


def told(dataset):
    notices = [one for one in dataset.notices if one.code in {"unfinished_runs", "completeness_unknown"}]
    lines = [f"{one.level} {one.code}: {one.text}" + (f"\n    {one.mend}" if one.mend else "") for one in notices]
    lines += [f"excluded {one.run} ({one.name}): {one.reason}" for one in dataset.exclusions]
    return "\n".join(lines) + "\n"


STATES = [
    run("done"),
    run("cut short", state="crashed"),
    run("broken", state="failed"),
    run("stopped", state="killed"),
    run("still going", state="running"),
    run("preempted", state="preempted"),
    ("lost", {}, {"state": "unreadable", "group": "g"}),
    run("odd", state="paused"),
]


def test_unfinished_runs_in_use_are_named_with_their_state(recorded, golden):
    dataset = recorded(STATES, METRIC)
    assert used(dataset) == [f"e/p/{k}" for k in range(6)]
    golden("data/unfinished-runs.txt", told(dataset))


def test_states_that_do_not_count_are_excluded_and_named(recorded, golden):
    dataset = recorded(STATES, METRIC + "runs: {states: [finished, killed]}")
    assert used(dataset) == ["e/p/0", "e/p/3", "e/p/5"]
    golden("data/states-that-do-not-count.txt", told(dataset))


def test_a_run_is_complete_by_what_it_reached_rather_than_by_its_state(recorded, golden):
    config = {"tool": {"total": 100}}
    runs = [
        run("reached", 100, state="crashed", config=config),
        run("short", 99, state="finished", config=config),
        run("in its summary", 7, config=config, summary={"env/step": 100}),
        run("as text", 100, config={"total": "1e2"}),
        run("no total", 50, state="crashed"),
        run("no number", 50, config={"total": "${steps}"}),
        ("no metric", {"score": [1]}, {"config": config, "group": "g"}),
    ]
    dataset = recorded(runs, METRIC + BY_TOTAL)
    assert used(dataset) == ["e/p/0", "e/p/2", "e/p/3", "e/p/4", "e/p/5", "e/p/6"]
    golden("data/complete-when.txt", told(dataset))


def test_a_number_of_ones_own_makes_a_run_complete(recorded):
    dataset = recorded([run("a", 5), run("b", 6)], METRIC + "runs: {complete_when: {metric: env/step, at_least: 6}}")
    assert used(dataset) == ["e/p/1"]


def test_a_metric_that_no_run_has_judges_none_and_near_names_are_told(recorded):
    dataset = recorded([run("a"), run("b")], METRIC + "runs: {complete_when: {metric: step, at_least: 6}}")
    assert used(dataset) == ["e/p/0", "e/p/1"]
    assert "did you mean 'env/step'?" in told(dataset)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("runs: {states: finished}", r"leaves none of the 2 runs: a: its state is crashed; runs.states takes finished"),
        ("runs: {min_steps: 5}", r"the longest of them ends at step 1: a: its last step 1 is below runs.min_steps 5"),
        (BY_TOTAL, r"a: not complete: env/step reached 3 of 9 \(runs.complete_when\)"),
    ],
)
def test_rules_that_leave_no_run_are_an_error_that_names_some(recorded, lines, words):
    runs = [run("a", state="crashed", config={"total": 9}), run("b", state="crashed", config={"total": 9})]
    with pytest.raises(DataError, match=words):
        recorded(runs, METRIC + lines)


@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("runs: {states: [done]}", "not 'done'"),
        ("runs: {complete_when: {metric: x}}", "needs the key 'at_least'"),
        ("runs: {complete_when: {metric: x, at_least: total}}", "at_least"),
        ("runs: {repeated_evaluations: drop}", "collapse, keep, not 'drop'"),
    ],
)
def test_wrong_rules_are_told_in_plain_words(recorded, lines, words):
    with pytest.raises(SpecError, match=words):
        recorded([run("a")], METRIC + lines)


TASKS = "axes: {task: {metric: '^eval/(?P<task>.+)$'}}\nmetrics: {primary: [{name: 'eval/*', direction: maximize}]}\n"


def test_an_evaluation_that_was_logged_again_is_one_evaluation(recorded, golden):
    runs = [("r", {"eval/a": [1, 1, 1, 2, 2, 1], "eval/b": [5, 5, 6, 6, 6, np.nan]}, {"group": "g"})]
    kept = recorded(runs, TASKS + "score: {reduce: last}")
    assert [len(score.curve) for score in kept.metrics[0].scores] == [6, 5]
    dataset = recorded(runs, TASKS + "score: {reduce: mean_last, k: 3}\nruns: {repeated_evaluations: collapse}")
    a, b = dataset.metrics[0].scores
    assert (a.steps.tolist(), a.curve.tolist()) == ([0, 2, 3, 5], [1, 1, 2, 1])
    assert (b.steps.tolist(), b.curve.tolist()) == ([0, 2, 3], [5, 6, 6])
    assert (a.raw, b.raw) == (pytest.approx(4 / 3), pytest.approx(17 / 3))
    golden("data/repeated-evaluations.txt", "".join(f"{n.level} {n.code}: {n.text}\n" for n in dataset.notices))
