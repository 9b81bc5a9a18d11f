"""Methods, tasks and seeds from wherever the spec says; doubtful runs named and counted, never dropped in silence."""

import pytest

from reportgen.errors import DataError

METRIC = "metrics: {primary: [{name: score, direction: maximize}]}\n"
GRID = [f"{m},{t},{s},1,{s + len(m)}" for m in ("a", "b") for t in ("x", "y") for s in range(3)]


def who(dataset):
    return sorted({(score.method, score.task, score.seed) for score in dataset.metrics[0].scores})


def told(dataset, code):
    return " ".join(notice.text for notice in dataset.notices if notice.code == code)


RUNS = [
    (
        "maze__ppo__1",
        {"score": [1, 2]},
        {"config": {"algo": "PPO", "net": {"seed": 7}}, "group": "g", "tags": ("algo:p",)},
    ),
    (
        "maze__dqn__2",
        {"score": [3, 4]},
        {"config": {"algo": "DQN", "net": {"seed": 8}}, "group": "g", "tags": ("algo:d",)},
    ),
]


@pytest.mark.parametrize(
    ("axis", "methods"),
    [
        ("", ["DQN", "PPO"]),
        ("axes: {method: {name: '^(?P<task>.+?)__(?P<method>.+?)__'}}", ["dqn", "ppo"]),
        ("axes: {method: {tag: 'algo:(.*)'}}", ["d", "p"]),
        ("axes: {method: {config: [nothing, '**.seed']}}", ["7", "8"]),
        ("axes: {method: {config: net.seed}}", ["7", "8"]),
        ("axes: {method: {template: '{config.algo}-{group}'}}", ["DQN-g", "PPO-g"]),
        ("axes: {method: {group: true, config: algo}}", ["g"]),
        ("axes: {method: {config: algo, group: true}}", ["DQN", "PPO"]),
        ("methods: {Ours: {config: {algo: PPO}}, Theirs: {name: '*dqn*'}}", ["Ours", "Theirs"]),
        ("labels: [{config: algo, as: by}]\nmethods: {P: {label: {by: PPO}}, D: {label: {by: DQN}}}", ["D", "P"]),
        ("labels: [{config: algo, as: by}]\nmethods: {P: {label: {by: PPO}}}", ["P"]),
    ],
)
def test_the_method_is_read_where_the_spec_says(recorded, axis, methods):
    assert sorted({method for method, _, _ in who(recorded(RUNS, METRIC + axis))}) == methods


def test_a_run_that_no_form_finds_is_excluded_and_named(recorded):
    dataset = recorded(RUNS, METRIC + "methods: {Ours: {config: {algo: PPO}}}")
    (excluded,) = dataset.exclusions
    assert (excluded.name, excluded.reason) == ("maze__dqn__2", "no entry of `methods` selects it")
    with pytest.raises(DataError, match="none of the 2 runs has a method"):
        recorded(RUNS, METRIC + "axes: {method: {tag: 'nothing:(.*)'}}")


def test_tasks_may_be_metrics_inside_a_run(recorded):
    runs = [
        (
            "r",
            {"eval_nav/maze": [1], "eval_nav/score": [9], "eval_arm/push": [2], "loss": [3]},
            {"config": {"algo": "a"}},
        )
    ]
    lines = (
        "axes: {task: {metric: '^eval_(?P<suite>[^/]+)/(?P<task>(?!score$)[^/]+)$'}}\n"
        "metrics: {primary: [{id: evals, name: 'eval_*/*', direction: maximize}], secondary: [loss]}"
    )
    dataset = recorded(runs, lines)
    assert [(task.id, task.suite) for task in dataset.metrics[0].tasks] == [("arm/push", "arm"), ("nav/maze", "nav")]
    assert "eval_nav/score" in told(dataset, "no_task_in_name")
    assert [task.id for task in dataset.metrics[1].tasks] == ["all"]


def test_of_alternative_names_the_first_present_wins(recorded):
    runs = [("r", {"old": [1], "new": [2]}, {}), ("s", {"old": [3]}, {})]
    dataset = recorded(runs, "metrics: {primary: [{name: [new, old], direction: maximize}]}")
    assert sorted(score.raw for score in dataset.metrics[0].scores) == [2, 3]


def test_several_metrics_for_one_task_are_refused(recorded):
    with pytest.raises(DataError, match="both 'eval/a' and 'eval/b' are 'eval/\\*' on task 'all'"):
        recorded([("r", {"eval/a": [1], "eval/b": [2]}, {})], "metrics: {primary: [{name: 'eval/*'}]}")


def test_runs_without_the_metric_are_named(recorded):
    dataset = recorded([("r", {"score": [1]}, {}), ("s", {"other": [1]}, {})], METRIC)
    assert "1 of 2 runs do not have the metric 'score'" in told(dataset, "metric_missing")
    assert dataset.exclusions[0].name == "s"


def test_runs_without_a_seed_are_numbered_and_that_is_said(recorded):
    dataset = recorded([("r", {"score": [1]}, {"group": "g"}), ("s", {"score": [2]}, {"group": "g"})], METRIC)
    assert [seed for _, _, seed in who(dataset)] == ["#0", "#1"]
    assert "2 runs without a seed" in told(dataset, "seeds_by_order")


def test_a_rename_changes_labels_and_a_merge_changes_ids(prepared):
    dataset = prepared(GRID, "rename: {method: {a: Ours}, task: {x: Maze}}\nbaseline: Ours")
    metric = dataset.metrics[0]
    assert [(method.id, method.label) for method in metric.methods] == [("a", "Ours"), ("b", "b")]
    assert [(task.id, task.label) for task in metric.tasks] == [("x", "Maze"), ("y", "y")]
    merged = prepared(GRID, "rename: {method: {a: Both, b: Both}}\nruns: {duplicates: keep}")
    assert [method.id for method in merged.metrics[0].methods] == ["Both"]
    assert "The methods a, b are merged into one, Both" in told(merged, "merged")


@pytest.mark.parametrize(("policy", "count", "first"), [("keep", 12, 2), ("latest", 6, 2), ("mean", 6, 2)])
def test_duplicates_follow_the_policy(prepared, policy, count, first):
    rename = "rename: {method: {a: Both, b: Both}}\n"
    with pytest.raises(DataError, match=r"several runs have the same method, task and seed.*duplicates: latest"):
        prepared(GRID, rename)
    dataset = prepared(GRID, f"{rename}runs: {{duplicates: {policy}}}")
    assert len(dataset.metrics[0].scores) == count
    assert f"policy `{policy}`" in told(dataset, "duplicates")
    assert len(dataset.exclusions) == 12 - count


def test_seeds_that_lack_a_task_are_named_and_dropped_on_request(prepared):
    rows = [*GRID, "a,x,9,1,5"]
    kept = prepared(rows)
    assert "a: 1 of 4 seeds lack some of the 2 tasks that their method has (seed 9 lacks 1); they are kept" in told(
        kept, "incomplete_seeds"
    )
    dropped = prepared(rows, "runs: {incomplete_seeds: drop}")
    assert len(dropped.metrics[0].scores) == len(kept.metrics[0].scores) - 1
    assert dropped.exclusions[0].reason == "its seed lacks tasks which its method has"
    with pytest.raises(DataError, match="leaves no run of a: every seed lacks some task"):
        prepared(["a,x,0,1,1", "a,y,1,1,1"], "runs: {incomplete_seeds: drop}")


def test_methods_that_lack_a_task(prepared):
    rows = [*GRID, "c,x,0,1,1", "c,x,1,1,2"]
    words = "c has no run on 1 of 2 tasks of score (y); its aggregates are withheld"
    assert words in told(prepared(rows), "missing_tasks")
    assert "over its own tasks" in told(prepared(rows, "runs: {missing_tasks: keep}"), "missing_tasks")
    common = prepared(rows, "runs: {missing_tasks: common}")
    assert [task.id for task in common.metrics[0].tasks] == ["x"]
    assert "left out: y" in told(common, "common_tasks")
    with pytest.raises(DataError, match="no task of score is shared by all methods"):
        prepared(["a,x,0,1,1", "b,y,0,1,1"], "runs: {missing_tasks: common}")


def test_numbers_of_runs_are_said_where_they_matter(prepared):
    assert "a has a single run per task" in told(prepared(["a,x,0,1,1", "a,y,0,1,2"]), "single_run")
    assert "a has 3 runs per task; with under 5" in told(prepared(GRID), "few_runs")
    rows = [f"a,x,{seed},1,{seed}" for seed in range(6)] + [f"a,y,{seed},1,{seed}" for seed in range(7)]
    assert "a has 6 to 7 runs per task" in told(prepared(rows), "unequal_runs")


def test_a_method_for_every_run_is_doubtful(recorded):
    runs = [(f"run{k}", {"score": [k]}, {}) for k in range(5)]
    assert "Every one of the 5 runs is a method of its own" in told(recorded(runs, METRIC), "method_per_run")


def test_a_direction_that_was_inferred_is_said_with_the_line_that_pins_it(recorded):
    runs = [("r", {"reward": [1], "x": [2]}, {"group": "g"})]
    dataset = recorded(runs, "metrics: {primary: [reward, x]}")
    assert "Direction of reward inferred from its name: maximize" in told(dataset, "inferred_direction")
    (unknown,) = [notice for notice in dataset.notices if notice.code == "unknown_direction"]
    assert unknown.mend == "metrics: {primary: [{name: x, direction: maximize}]}"
