"""What differs between runs and tasks without being wrong is said in a note, with its counts."""


def told(dataset, code):
    return [notice.text for notice in dataset.notices if notice.code == code]


def curve(method, task, seed, steps):
    return [f"{method},{task},{seed},{step},{step / 10 + seed}" for step in steps]


def test_tasks_of_different_lengths_are_grouped(prepared):
    rows = [line for task, end in (("x", 100), ("y", 102), ("z", 400)) for line in curve("a", task, 0, (0, end))]
    (text,) = told(prepared(rows), "lengths_differ")
    assert text == "score: tasks are trained to different lengths: 102 steps on 2 and 400 steps on 1 of 3 tasks."


def test_many_different_lengths_are_a_range(prepared):
    rows = [line for place in range(8) for line in curve("a", f"t{place}", 0, (0, 2**place * 1000))]
    (text,) = told(prepared(rows), "lengths_differ")
    assert "1,000 to 128,000 steps" in text


def test_runs_of_a_cell_with_a_point_more_are_counted(prepared):
    rows = [
        *curve("a", "x", 0, (0, 1, 2)),
        *curve("a", "x", 1, (0, 1)),
        *curve("b", "x", 0, (0, 1, 2)),
        *curve("b", "x", 1, (0, 1, 2)),
    ]
    (text,) = told(prepared(rows), "points_differ")
    assert "in 1 of 2 pairs of a method and a task the runs hold different numbers of points, 1 point apart" in text


def test_runs_that_start_apart_are_counted(prepared):
    rows = [*curve("a", "x", 0, (0, 1, 2)), *curve("a", "x", 1, (1, 1.5, 2))]
    (text,) = told(prepared(rows), "starts_differ")
    assert "runs start at 2 different steps (0 to 1), also within a task" in text


def test_even_runs_and_single_scores_are_not_talked_about(prepared):
    even = prepared([line for seed in (0, 1) for line in curve("a", "x", seed, (0, 1, 2))])
    single = prepared(["a,x,0,5,1", "a,x,1,7,2", "a,y,0,900,1", "a,y,1,900,2"])
    for code in ("lengths_differ", "points_differ", "starts_differ", "columns_differ"):
        assert told(even, code) == told(single, code) == []


def test_a_metric_from_columns_of_different_names_says_which(prepared):
    files = (
        "files: {path: 'scores*.csv', columns: {method: method, task: task, seed: seed, step: step}, "
        "values: {score: [reward, success]}}\n"
    )
    others = "method,task,seed,step,success\na,y,0,1,1\na,z,0,1,0\n"
    dataset = prepared(["a,x,0,1,5"], head="method,task,seed,step,reward", files=files, scores2=others)
    (text,) = told(dataset, "columns_differ")
    assert text.endswith("columns of different names: success on 2 of 3 tasks and reward on 1 of 3 tasks.")


def test_a_task_written_otherwise_in_the_table_of_bounds_is_said(prepared):
    rows = [f"a,{task},{seed},1,{seed}" for task in ("cup-catch", "run") for seed in range(2)]
    lines = "normalization: {table: bounds.csv, reference: low, optimum: high}"
    dataset = prepared(rows, lines, bounds="task,low,high\ncup_catch,0,4\nrun,0,2\n")
    (text,) = told(dataset, "bounds_matched")
    assert text.endswith("2 of the 2 tasks of score, 1 of them under another spelling (cup-catch as cup_catch).")


def test_a_single_value_a_run_is_not_called_a_mean_of_the_last(prepared):
    assert prepared(["a,x,0,1,1", "a,x,1,1,2"]).metrics[0].score_rule == "single value"
    assert prepared(curve("a", "x", 0, (0, 1))).metrics[0].score_rule == "mean_last 5 %"
    at = prepared(["a,x,0,1000,1", "a,x,1,1000,2"], "score: {reduce: at, step: 1000}")
    assert at.metrics[0].score_rule == "at step 1,000"
