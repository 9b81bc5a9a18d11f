"""Every layout of a file source gives the same kind of runs: ids, series, axes, config, origin."""

import json

import numpy as np
import pytest

from reportgen.errors import DataError

ROWS = "m,t,s,step,score\nA,x,0,0,1\nA,x,0,10,2\nA,x,1,0,3\nA,y,0,0,4\n"
STEPS = {"method": "m", "task": "t", "seed": "s", "step": "step"}
ARRAYS = {"method": "m", "task": "t", "seed": "s", "step": "xs"}


def points(run):
    return [(one.metric, one.task, one.steps.tolist(), one.values.tolist()) for one in run.series]


def test_a_long_table_holds_a_run_per_method_task_and_seed(folder):
    runs = folder.write(a_csv=ROWS).read("a.csv", columns=STEPS)
    assert [run.id for run in runs] == ["source-0/A/x/0", "source-0/A/x/1", "source-0/A/y/0"]
    assert points(runs[0]) == [("score", None, [0, 10], [1, 2])]
    assert runs[0].axes == {"method": "A", "task": "x", "seed": "0"}
    assert (runs[0].name, runs[0].origin, runs[0].state) == ("A x 0", ("a.csv",), "finished")


@pytest.mark.parametrize(
    ("runs", "meant"),
    [
        ("A x *", ["A/x/0", "A/x/1"]),
        ({"ids": ["source-0/A/y/0"]}, ["A/y/0"]),
        ({"exclude": ["A y *", "source-0/A/x/0"]}, ["A/x/1"]),
    ],
)
def test_runs_are_chosen_by_name_or_id(folder, runs, meant):
    found = folder.write(a_csv=ROWS).read("a.csv", columns=STEPS, runs=runs)
    assert [run.id.removeprefix("source-0/") for run in found] == meant


def test_no_run_that_is_meant_is_told_with_near_names(folder):
    with pytest.raises(DataError, match=r"matches runs: .* there are 3 runs, near: 'A x 1', 'A x 0'"):
        folder.write(a_csv=ROWS).read("a.csv", columns=STEPS, runs="B x *")


def test_rows_keep_the_order_they_were_logged_in(folder):
    (run,) = folder.write(a_csv="step,score\n10,1\n0,2\n10,3\n").read("a.csv", columns={"step": "step"})
    assert points(run) == [("score", None, [10, 0, 10], [1, 2, 3])]


def test_a_run_column_names_runs_that_span_tasks(folder):
    columns = {"run": "r", "method": "m", "task": "t", "step": "step"}
    table = "r,m,t,step,score\nq,A,x,0,1\nq,A,y,0,2\nq,A,x,5,3\n"
    (run,) = folder.write(a_csv=table).read("a.csv", columns=columns)
    assert run.id == "source-0/q"
    assert points(run) == [("score", "x", [0, 5], [1, 3]), ("score", "y", [0], [2])]
    assert run.axes == {"method": "A"}


def test_a_run_placeholder_names_runs_too(folder):
    folder.write(r__p_csv="t,score\nx,1\ny,2\n", r__q_csv="t,score\nx,3\n")
    runs = folder.read("r/{run}.csv", columns={"task": "t"})
    assert [(run.id, [one.task for one in run.series]) for run in runs] == [
        ("source-0/p", ["x", "y"]),
        ("source-0/q", ["x"]),
    ]


def test_a_run_of_two_methods_is_refused(folder):
    folder.write(a_csv="r,m,t,score\nq,A,x,1\nq,B,y,2\n")
    with pytest.raises(DataError, match=r"a\.csv: run 'q' has two values of method: 'A' and 'B'"):
        folder.read("a.csv", columns={"run": "r", "method": "m", "task": "t"})


def test_a_run_of_two_methods_on_one_task_is_refused(folder):
    folder.write(a_csv="r,m,t,score\nq,A,x,1\nq,B,x,2\n")
    with pytest.raises(DataError, match="has two values of method: 'A' and 'B'"):
        folder.read("a.csv", columns={"run": "r", "method": "m", "task": "t"})


def test_metric_and_value_columns_give_a_series_per_metric(folder):
    table = "m,t,s,k,v\nA,x,0,return,1\nA,x,0,success,0.5\nA,x,0,return,2\n"
    (run,) = folder.write(a_csv=table).read("a.csv", metric="k", value="v")
    assert [(one.metric, one.column, one.values.tolist()) for one in run.series] == [
        ("return", "v", [1, 2]),
        ("success", "v", [0.5]),
    ]


def test_the_first_present_of_several_value_columns_wins_in_each_file(folder):
    folder.write(x_csv="s,reward\n0,7\n", y_csv="s,success,reward2\n0,1,9\n")
    runs = folder.read("{task}.csv", columns={"seed": "s"}, values={"score": ("reward", "success")})
    assert [(run.axes["task"], run.series[0].metric, run.series[0].column) for run in runs] == [
        ("x", "score", "reward"),
        ("y", "score", "success"),
    ]


def test_without_values_every_column_of_numbers_that_is_no_axis_is_one(folder):
    table = "m,t,s,note,score,loss,empty\nA,x,0,hi,1,2,nan\n"
    (run,) = folder.write(a_csv=table).read("a.csv")
    assert run.metrics == ("score", "loss")


def test_constants_placeholders_and_further_columns_are_config(folder):
    folder.put("lr3/A.csv", "t,s,width,score\nx,0,64,1\n")
    columns = {"task": "t", "seed": "s", "width": "width"}
    (run,) = folder.read("lr{lr}/{method}.csv", columns=columns, constants={"suite": "atari"})
    assert run.config == {"suite": "atari", "lr": "3", "method": "A", "task": "x", "seed": "0", "width": "64"}
    assert run.axes == {"method": "A", "task": "x", "seed": "0"}
    assert run.metrics == ("score",)


def test_wall_time_is_read_beside_steps(folder):
    columns = {"method": "m", "step": "step", "wall_time": "hour"}
    (run,) = folder.write(a_csv="m,step,hour,score\nA,1,0.5,3\nA,2,,4\n").read("a.csv", columns=columns)
    np.testing.assert_array_equal(run.series[0].wall_time, [0.5, np.nan])


def test_a_table_without_seeds_and_steps_holds_a_run_per_row_and_says_so(folder):
    runs = folder.write(a_csv="m,score\nA,1\nB,2\nA,3\n").read("a.csv", columns={"method": "m"})
    assert [(run.axes["method"], run.axes["seed"]) for run in runs] == [("A", "0"), ("B", "0"), ("A", "1")]
    assert all("every row is taken for a run" in run.notes[0] for run in runs)


def test_a_table_without_any_axis_holds_a_run_per_row(folder):
    runs = folder.write(a_csv="score\n1\n2\n").read("a.csv", columns={})
    assert [run.series[0].values.tolist() for run in runs] == [[1], [2]]


def test_a_table_with_steps_and_no_seeds_holds_a_run_per_method_and_task_and_says_so(folder):
    columns = {"method": "m", "step": "step"}
    (run,) = folder.write(a_csv="m,step,score\nA,0,1\nA,1,2\n").read("a.csv", columns=columns)
    assert points(run) == [("score", None, [0, 1], [1, 2])]
    assert "taken for one run" in run.notes[0]


def test_files_with_steps_and_no_axis_are_a_run_each_and_say_so(folder):
    runs = folder.write(a_csv="step,v\n0,1\n", b_csv="step,v\n0,2\n").read("*.csv", columns={"step": "step"})
    assert [run.id for run in runs] == ["source-0/a.csv", "source-0/b.csv"]
    assert "a file is taken for a run" in runs[0].notes[0]


def test_rows_of_a_named_run_may_stand_in_several_files_and_it_says_so(folder):
    folder.write(a_csv="m,t,s,score\nA,x,0,1\n", b_csv="m,t,s,score\nA,x,0,2\n")
    (run,) = folder.read("*.csv")
    assert run.origin == ("a.csv", "b.csv")
    assert run.series[0].values.tolist() == [1, 2]
    assert run.notes == ("points of 'score' in one run come from several files",)


@pytest.mark.parametrize(
    ("files", "source"),
    [
        ({"a_csv": "m,score\nA,1\n", "b_csv": "m,score\nA,2\n"}, {"columns": {"method": "m"}}),
        ({"a_csv": "m,i,v\nA,0,1\n", "b_csv": "m,i,v\nA,0,2\n"}, {"columns": {"method": "m", "step": "i"}}),
        ({"a_json": '{"x": [1]}', "b_json": '{"x": [2]}'}, {"columns": {}, "layout": "map"}),
        (
            {"a_json": '[{"m": "A", "ys": [1]}]', "b_json": '[{"m": "A", "ys": [2]}]'},
            {"columns": {"method": "m"}, "layout": "arrays"},
        ),
        ({"a_csv": "A,B\n1,2\n", "b_csv": "A,B\n3,4\n"}, {"columns": {}, "layout": "wide"}),
        (
            {"a_csv": "m,v\nA,1\n", "b_csv": "m,v\nA,2\n"},
            {"columns": {"method": "m"}, "seed": {"order_within": ("m",)}},
        ),
    ],
    ids=["rows", "curves", "map", "arrays", "wide", "order_within"],
)
def test_runs_known_by_position_are_never_merged_across_files(folder, files, source):
    with pytest.raises(DataError, match=r"(?s)b\.\w+: run .* stands in a\.\w+ too.*placeholder in `path`"):
        folder.write(**files).read("*.*", **source)


def test_a_placeholder_that_differs_within_a_run_is_refused(folder):
    folder.put("lr1/a.csv", "m,t,s,score\nA,x,0,1\n").put("lr2/a.csv", "m,t,s,score\nA,x,0,2\n")
    with pytest.raises(DataError, match=r"run 'A/x/0' has two values of lr: '1' and '2'; map one of"):
        folder.read("lr{lr}/*.csv")


def test_map_positions_are_seeds(folder):
    text = '{"Pong": [1, null, NaN], "Alien": [2.5]}'
    runs = folder.write(a_json=text).read("a.json", layout="map", columns={}, values=("score",))
    assert [run.id for run in runs] == [f"source-0/{end}" for end in ("Pong/0", "Pong/1", "Pong/2", "Alien/0")]
    np.testing.assert_array_equal([run.series[0].values[0] for run in runs], [1, np.nan, np.nan, 2.5])


def test_a_task_without_scores_in_a_map_is_told(folder):
    (run,) = folder.write(a_json='{"Pong": [1], "Alien": []}').read("a.json", layout="map", columns={})
    assert run.notes == ("a.json: task 'Alien' has no score",)


def test_arrays_hold_a_run_per_entry(folder):
    content = [{"m": "A", "t": "x", "s": 1e5, "xs": [0, 1], "ys": [None, 2]}]
    (run,) = folder.write(a_json=json.dumps(content)).read(
        "a.json", layout="arrays", columns=ARRAYS, values={"score": ("ys",)}
    )
    assert run.id == "source-0/A/x/100000"
    np.testing.assert_array_equal(run.series[0].values, [np.nan, 2])
    assert (run.series[0].metric, run.series[0].column) == ("score", "ys")


def test_arrays_without_values_read_every_list_that_is_no_axis(folder):
    content = [{"m": "A", "t": "x", "s": 0, "xs": [0], "ys": [1], "zs": [2], "note": "hi"}]
    (run,) = folder.write(a_json=json.dumps(content)).read("a.json", layout="arrays", columns=ARRAYS)
    assert run.metrics == ("ys", "zs")


def test_an_empty_run_among_arrays_is_told(folder):
    content = [{"m": m, "t": "x", "s": 0, "xs": list(range(n)), "ys": [1] * n} for m, n in (("A", 1), ("B", 0))]
    (run,) = folder.write(a_json=json.dumps(content)).read("a.json", layout="arrays", columns=ARRAYS)
    assert run.notes == ("a.json: run 1 has no point of 'ys'",)


def test_wide_heads_are_methods_and_rows_are_seeds(folder):
    source = {"layout": "wide", "columns": {}, "constants": {"task": "Walker"}, "values": ("score",)}
    runs = folder.write(a_csv="A,B\n1,2\n3,4\n").read("a.csv", **source)
    found = [(run.axes["method"], run.axes["seed"], run.series[0].values[0]) for run in runs]
    assert found == [("A", "0", 1), ("A", "1", 3), ("B", "0", 2), ("B", "1", 4)]


def test_wide_seeds_may_be_named_by_placeholder_and_row(folder):
    source = {"layout": "wide", "columns": {}, "seed": {"from": ("batch", "row")}}
    runs = folder.write(w1_csv="A\n1\n", w2_csv="A\n2\n").read("w{batch}.csv", **source)
    assert [run.axes["seed"] for run in runs] == ["1-0", "2-0"]


def test_order_within_columns_names_seeds(folder):
    table = "m,i,v\nA,0,1\nA,0,2\nA,1,3\nA,1,4\n"
    source = {"columns": {"method": "m", "step": "i"}, "seed": {"order_within": ("m", "i")}, "values": ("v",)}
    runs = folder.write(a_csv=table).read("a.csv", **source)
    assert [points(run) for run in runs] == [[("v", None, [0, 1], [1, 3])], [("v", None, [0, 1], [2, 4])]]


def test_wide_seeds_may_be_named_by_a_column_and_the_row(folder):
    source = {"layout": "wide", "columns": {"seed": "s"}, "seed": {"from": ("seed", "row")}}
    runs = folder.write(a_csv="s,A\n7,1\n7,2\n").read("a.csv", **source)
    assert [run.axes["seed"] for run in runs] == ["7-0", "7-1"]


def test_rows_of_several_metrics_without_seeds_are_counted_within_each(folder):
    table = "m,k,v\nA,win,1\nA,len,9\nA,win,0\nA,len,8\n"
    runs = folder.write(a_csv=table).read("a.csv", columns={"method": "m"}, metric="k", value="v")
    assert [[(one.metric, one.values.tolist()) for one in run.series] for run in runs] == [
        [("win", [1]), ("len", [9])],
        [("win", [0]), ("len", [8])],
    ]


def test_an_evaluation_without_episodes_is_missing(folder):
    content = json.dumps({"e": {"t": {"m": {"r": {"0": {"step_count": 1, "win": []}}}}}})
    (run,) = folder.write(a_json=content).read("a.json", layout="marl_eval", columns={})
    np.testing.assert_array_equal(run.series[0].values, [np.nan])


def test_marl_eval_averages_the_episodes_of_a_step(folder):
    runs = {"s0": {"step_0": {"step_count": 10, "win": [0, 1]}, "absolute": {"win": [1, 1]}}}
    content = json.dumps({"smax": {"3s": {"qmix": runs}}})
    (run,) = folder.write(a_json=content).read("a.json", layout="marl_eval", columns={})
    assert run.id == "source-0/qmix/smax/3s/s0"
    found = {one.metric: (one.steps.tolist(), one.values.tolist()) for one in run.series}
    assert found["win"] == ([10], [0.5])
    assert found["absolute/win"][1] == [1]


def test_ids_that_slashes_would_make_alike_stay_apart(folder):
    runs = folder.write(a_csv="m,t,s,score\nA/x,y,0,1\nA,x/y,0,2\nB,x/y,0,3\n").read("a.csv")
    assert [run.id for run in runs] == ["source-0/A%2Fx/y/0", "source-0/A/x%2Fy/0", "source-0/B/x/y/0"]


def test_the_hash_of_a_run_changes_with_its_own_content_alone(folder):
    before = folder.write(a_csv=ROWS).read("a.csv", columns=STEPS)
    after = folder.write(a_csv=ROWS.replace("x,1,0,3", "x,1,0,3.5")).read("a.csv", columns=STEPS)
    same = [one.sha256 == other.sha256 for one, other in zip(before, after, strict=True)]
    assert same == [True, False, True]
    assert all(len(run.sha256) == 64 for run in before)
