"""Which points of a run are a metric's, which run is whose, and in which order everything stands."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.data.axes import glob, lookup, natural
from reportgen.errors import DataError

TASKS = "axes: {task: {metric: '^eval_(?P<suite>[^/]+)/(?P<task>(?!score$)[^/]+)$'}}\n"
METRIC = "metrics: {primary: [{name: score, direction: maximize}]}\n"
BY_TASK = "metrics: {primary: [{id: score, name: {by_task: kinds.csv, column: metric}, direction: maximize}]}"
LONG = (
    "files: {path: scores.csv, columns: {method: method, task: task, seed: seed, step: step}, metric: kind, "
    "value: score}\n"
)
KINDS = ["a,x,0,1,return,5", "a,x,0,1,success,1", "a,y,0,1,return,7", "a,y,0,1,success,0.5"]
HEAD = "method,task,seed,step,kind,score"


def found(dataset, index=0):
    return [(score.method, score.task, score.seed, score.raw) for score in dataset.metrics[index].scores]


def told(dataset, code):
    return [(notice.level, notice.text) for notice in dataset.notices if notice.code == code]


# metrics


def test_a_table_says_which_metric_is_the_score_of_each_task(prepared):
    dataset = prepared(KINDS, BY_TASK, head=HEAD, files=LONG, kinds="task,metric\nx,return\nY,success\n")
    assert found(dataset) == [("a", "x", "0", 5), ("a", "y", "0", 0.5)]


def test_runs_on_a_task_that_the_table_does_not_name_are_named(prepared):
    dataset = prepared(KINDS, BY_TASK, head=HEAD, files=LONG, kinds="task,metric\nx,return\n")
    assert found(dataset) == [("a", "x", "0", 5)]
    assert told(dataset, "metric_missing") == [("warning", "1 of 2 runs do not have the metric 'score': a y 0.")]


def test_a_table_without_the_column_is_refused(prepared):
    with pytest.raises(DataError, match=r"kinds\.csv: no column 'metric'; did you mean 'metrics'\?"):
        prepared(KINDS, BY_TASK, head=HEAD, files=LONG, kinds="task,metrics\nx,return\n")


def test_every_value_of_the_files_is_a_metric_where_none_is_named(prepared):
    dataset = prepared(KINDS, "metrics: {secondary: []}", head=HEAD, files=LONG)
    assert [(metric.id, metric.role) for metric in dataset.metrics] == [("return", "primary"), ("success", "primary")]


def test_recorded_runs_need_a_metric_that_is_named(recorded):
    with pytest.raises(DataError, match=r"spec\.yaml:.*no metric is named; write e\.g\. metrics: \{primary: "):
        recorded([("r", {"score": [1]}, {})], "")


def test_a_glob_is_one_metric_of_many_tasks(recorded):
    runs = [("r", {"eval_nav/maze": [1], "eval_nav/room": [2], "eval_arm/maze": [3]}, {"group": "g"})]
    dataset = recorded(runs, TASKS + "metrics: {primary: [{name: 'eval_*/*', label: Success, direction: maximize}]}")
    (metric,) = dataset.metrics
    assert (metric.id, metric.label) == ("eval_*/*", "Success")
    assert [score.task for score in metric.scores] == ["arm/maze", "nav/maze", "nav/room"]
    assert {score.run for score in metric.scores} == {"e/p/0"}


def test_the_first_present_name_wins_in_each_run_and_task(recorded):
    runs = [
        ("r", {"eval_nav/maze": [1], "eval_nav/room": [2], "new/eval_nav/maze": [3]}, {"group": "g"}),
        ("s", {"eval_nav/maze": [4]}, {"group": "g"}),
    ]
    lines = TASKS.replace("^eval", "^(?:new/)?eval") + (
        "metrics: {primary: [{id: e, name: ['new/eval_*/*', 'eval_*/*'], direction: maximize}]}"
    )
    assert found(recorded(runs, lines)) == [
        ("g", "nav/maze", "#0", 3), ("g", "nav/maze", "#1", 4), ("g", "nav/room", "#0", 2)
    ]  # fmt: skip


def test_a_later_alternative_that_would_be_ambiguous_does_no_harm(recorded):
    runs = [("r", {"score": [1], "eval/a": [2], "eval/b": [3]}, {"group": "g"})]
    dataset = recorded(runs, "metrics: {primary: [{id: s, name: [score, 'eval/*'], direction: maximize}]}")
    assert found(dataset) == [("g", "all", "#0", 1)]


def test_names_of_which_none_holds_a_task_are_told_with_the_place_of_the_pattern(recorded):
    runs = [("r", {"eval_nav/score": [1]}, {})]
    with pytest.raises(DataError, match=r"spec\.yaml:2:\d+: no name that 'eval_\*/\*' matches holds a task: eval_nav/"):
        recorded(runs, TASKS + "metrics: {primary: ['eval_*/*']}")


def test_an_unknown_metric_names_near_ones_by_ending_too(recorded):
    runs = [("r", {f"trainer/loss{end}": [1] for end in ("", "_2", "_3")}, {})]
    with pytest.raises(DataError, match=r"spec\.yaml:2:\d+: unknown metric 'loss': .* did you mean 'trainer/loss'"):
        recorded(runs, "metrics: {primary: [loss]}")


def test_an_unknown_metric_among_many_shows_some(recorded):
    runs = [("r", {f"metric{k:02}": [1] for k in range(20)}, {})]
    with pytest.raises(DataError, match=r"the runs have metric00, .*, metric11 and 8 more"):
        recorded(runs, "metrics: {primary: [qqq]}")


def test_secondary_metrics_have_no_bounds_of_the_primary_ones(recorded):
    runs = [("r", {"score": [1], "loss": [2]}, {"group": "g"})]
    lines = "metrics: {primary: [score], secondary: [loss]}\noptimal_scores: {all: 4}"
    dataset = recorded(runs, lines)
    assert [(metric.role, metric.normalized) for metric in dataset.metrics] == [("primary", True), ("secondary", False)]


# who a run is


@pytest.mark.parametrize(
    ("axis", "seeds"),
    [
        (r"{name: 'seed(?P<seed>\d+)', config: seed}", ["4", "2"]),
        (r"{config: seed, name: 'seed(?P<seed>\d+)'}", ["1", "2"]),
        ("{config: [nothing, seed]}", ["1", "2"]),
        ("{summary: best.seed, config: seed}", ["1", "9"]),
        ("{tag: 's=(.+)'}", ["5", "#0"]),
        (r"{name: '(?P<method>\w+)\.(?P<seed>seed\d+)?'}", ["seed4", "#0"]),
        ("{template: '{config.seed}-{group}'}", ["1-g", "2-g"]),
        ("{template: '{config.seed}-{config.net}'}", ["#0", "#1"]),
    ],
)
def test_forms_of_an_axis_are_tried_in_the_order_written(recorded, axis, seeds):
    runs = [
        ("ppo.seed4", {"score": [1]}, {"config": {"seed": 1}, "group": "g", "tags": ("x", "s=5")}),
        ("ppo.x", {"score": [2]}, {"config": {"seed": 2}, "group": "g", "summary": {"best": {"seed": 9}}}),
    ]
    dataset = recorded(runs, f"{METRIC}axes: {{method: {{group: true}}, seed: {axis}}}")
    assert [score.seed for score in dataset.metrics[0].scores] == seeds


@pytest.mark.parametrize("value", ["${oc.env:X}", ["ppo"], {"a": 1}, None])
def test_a_config_value_that_is_no_name_gives_way_to_the_next(recorded, value):
    runs = [("r", {"score": [1]}, {"config": {"algo": value, "agent": "dqn"}})]
    assert found(recorded(runs, METRIC + "axes: {method: {config: [algo, agent]}}"))[0][0] == "dqn"


def test_the_task_may_be_in_the_config(recorded):
    runs = [("r", {"score": [1]}, {"config": {"env": {"id": "maze"}}, "group": "g"})]
    assert found(recorded(runs, METRIC + "axes: {task: {config: '**.id'}}")) == [("g", "maze", "#0", 1)]


@pytest.mark.parametrize(
    ("selector", "run"),
    [
        ("{name: ['x*', 'ppo?1']}", "ppo.1"), ("{tags: [t, u]}", "dqn.1"), ("{group: h}", "dqn.1"),
        ("{config: {net.width: 64}}", "ppo.1"), ("{name: 'ppo*', group: g}", "ppo.1"),
    ],
)  # fmt: skip
def test_a_method_selects_its_runs(recorded, selector, run):
    runs = [
        ("ppo.1", {"score": [1]}, {"config": {"net": {"width": 64}}, "group": "g", "tags": ("t",)}),
        ("dqn.1", {"score": [2]}, {"config": {"net": {"width": 32}}, "group": "h", "tags": ("t", "u")}),
    ]
    dataset = recorded(runs, f"{METRIC}methods: {{Mine: {selector}, Other: {{}}}}")
    assert {score.method: score.raw for score in dataset.metrics[0].scores}["Mine"] == (1 if run == "ppo.1" else 2)


def test_methods_select_by_source_and_by_the_method_of_its_axis(recorded):
    runs = [(name, {"score": [1]}, {"axes": {"method": name[0]}, "source": name[1]}) for name in ("ax", "bx", "ay")]
    lines = METRIC + "methods: {Mine: {source: x, method: a}, Theirs: {source: y}}"
    dataset = recorded(runs, lines)
    assert [score.run for score in dataset.metrics[0].scores] == ["e/p/0", "e/p/2"]
    assert [one.name for one in dataset.exclusions] == ["bx"]


def test_methods_stand_in_the_order_of_the_spec_and_an_entry_without_runs_is_named(prepared):
    rows = [f"{method},x,{seed},1,1" for method in "abc" for seed in range(2)]
    dataset = prepared(rows, "methods: {C: {method: c}, Bee: {method: bb}, A: {method: a}}")
    assert [method.id for method in dataset.metrics[0].methods] == ["C", "A"]
    assert dataset.methods_ordered_by_spec
    expected = "No run is left for the entry 'Bee' of `methods`; did you mean 'b'?"
    assert told(dataset, "method_without_runs") == [("warning", expected)]


def test_methods_and_tasks_stand_in_natural_order_with_the_baseline_first(prepared):
    names = ("net10", "net2", "Net1", "zero")
    rows = [f"{name},{task},0,1,1" for name in names for task in ("t10", "t9")]
    dataset = prepared(rows, "baseline: zero")
    assert [method.label for method in dataset.metrics[0].methods] == ["zero", "Net1", "net2", "net10"]
    assert [task.label for task in dataset.metrics[0].tasks] == ["t9", "t10"]
    assert dataset.baseline == "zero"


def test_a_rename_moves_no_number_and_a_merge_of_tasks_does(prepared):
    rows = [f"a,{task},{seed},1,{seed}" for task, seed in (("x", 0), ("x", 1), ("y", 2))]
    plain, renamed = prepared(rows), prepared(rows, "rename: {task: {x: Maze}}")
    assert found(plain) == found(renamed)
    merged = prepared(rows, "rename: {task: {x: Maze, y: Maze}}")
    assert [task for _, task, _, _ in found(merged)] == ["Maze"] * 3
    assert "The tasks x, y are merged into one, Maze" in told(merged, "merged")[0][1]


def test_a_highlighted_method_that_is_none_is_named(prepared):
    dataset = prepared(["ppo,x,0,1,1"], "visualization: {highlight: [pop]}")
    expected = "visualization.highlight names 'pop', which is no method; did you mean 'ppo'?"
    assert told(dataset, "unknown_method") == [("warning", expected)]


def test_what_was_noted_while_reading_is_said_once_with_its_runs(prepared):
    files = "files: {path: scores.csv, columns: {method: method}, values: [score]}\n"
    dataset = prepared(["a,1", "a,2"], head="method,score", files=files)
    assert [text for _, text in told(dataset, "source")] == [
        "no seed and no run is given: every row is taken for a run of its own (2 runs)."
    ]


# helpers


@given(st.text(alphabet="ab.[]()+^$\\|{}/ \n", max_size=8))
def test_a_name_without_wildcards_matches_itself_alone(name):
    assert glob(name)(name)
    assert not glob(name)(name + "x")
    assert glob(f"*{name}*")(f"x{name}y")


@given(st.lists(st.text(max_size=6)))
def test_the_natural_order_is_total(names):
    assert len({natural(name) for name in names}) == len(set(names))
    assert sorted(names, key=natural) == sorted(sorted(names), key=natural)


@pytest.mark.parametrize(
    ("key", "value"),
    [("a.b", 1), ("a", {"b": 1}), ("c.d", 2), ("**.e", 3), ("**.f.e", 3), ("**.b", 1), ("a.x", None), ("a.b.c", None)],
)
def test_a_dotted_key_is_looked_up(key, value):
    assert lookup({"a": {"b": 1}, "c.d": 2, "z": {"f": {"e": 3}}}, key) == value
