"""What 0 and 1 mean on each task, and which declarations of it are refused."""

import pytest

from reportgen.errors import DataError

ROWS = [f"{m},{t},{s},1,{s + 1}" for m in ("a", "b") for t in ("x", "y") for s in range(2)]
TABLE = "normalization: {table: bounds.csv, reference: low, optimum: high}\n"
MINIMIZED = "metrics: {primary: [{name: score, direction: minimize}]}\n"


def bounds(dataset):
    return [(task.label, task.reference, task.optimum) for task in dataset.metrics[0].tasks]


def told(dataset, code):
    return [(notice.level, notice.text) for notice in dataset.notices if notice.code == code]


def test_numbers_bound_every_task_alike(prepared):
    dataset = prepared(ROWS, "normalization: {reference: 1, optimum: 3}")
    assert bounds(dataset) == [("x", 1, 3), ("y", 1, 3)]
    assert {score.value for score in dataset.metrics[0].scores} == {0, 0.5}
    assert dataset.metrics[0].normalization == "1 → 3"


def test_a_curve_is_normalised_like_its_score(prepared):
    dataset = prepared(["a,x,0,1,10", "a,x,0,2,20", "a,x,1,1,5"], "normalization: {reference: 10, optimum: 20}")
    assert [score.curve.tolist() for score in dataset.metrics[0].scores] == [[0, 1], [-0.5]]
    assert [score.raw for score in dataset.metrics[0].scores] == [20, 5]


def test_a_minimised_metric_has_its_optimum_below_its_reference(prepared):
    dataset = prepared(ROWS, MINIMIZED + TABLE, bounds="task,low,high\nx,4,0\ny,2,1\n")
    assert bounds(dataset) == [("x", 4, 0), ("y", 2, 1)]
    with pytest.raises(DataError, match="the optimum 4 is worse than the reference 0 for a metric to minimize"):
        prepared(ROWS, MINIMIZED + TABLE, bounds="task,low,high\nx,0,4\ny,2,1\n")


def test_optimal_scores_override_the_optimum_of_a_table_and_keep_its_reference(prepared):
    dataset = prepared(ROWS, TABLE + "optimal_scores: {x: 100}", bounds="task,low,high\nx,1,3\ny,0,4\n")
    assert bounds(dataset) == [("x", 1, 100), ("y", 0, 4)]
    expected = "bounds.csv: low → high; optimum of 1 of 2 tasks by optimal_scores"
    assert dataset.metrics[0].normalization == expected


def test_a_number_may_be_the_reference_of_optimal_scores(prepared):
    dataset = prepared(ROWS, MINIMIZED + "normalization: {reference: 10}\noptimal_scores: {x: 0, y: -10}")
    assert bounds(dataset) == [("x", 10, 0), ("y", 10, -10)]
    assert dataset.metrics[0].normalization == "optimal_scores: 10 → optimum"


def test_optimal_scores_are_known_by_shown_names(prepared):
    dataset = prepared(ROWS, "rename: {task: {x: Maze, y: Nav}}\noptimal_scores: {Maze: 4, Nav: 2}")
    assert bounds(dataset) == [("Maze", 0, 4), ("Nav", 0, 2)]


def test_an_optimum_and_a_reference_of_zero_are_refused(prepared):
    with pytest.raises(DataError, match="optimum and reference are both 0"):
        prepared(ROWS, "normalization: {reference: 0}\noptimal_scores: {x: 0, y: 1}")


@pytest.mark.parametrize("lines", [MINIMIZED + "optimal_scores: {x: 1}", "optimal_scores: {x: 0}"])
def test_an_optimum_alone_serves_only_maximised_metrics_above_zero(prepared, lines):
    with pytest.raises(DataError, match=r"x: an optimum alone .* declare the reference too, e\.g\. normalization:"):
        prepared(ROWS, lines)


def test_an_entry_of_a_metric_has_bounds_of_its_own(prepared):
    entry = "{name: score, direction: maximize, normalization: {reference: 0, optimum: 8}}"
    dataset = prepared(ROWS, f"metrics: {{primary: [{entry}]}}\nnormalization: {{reference: 0, optimum: 4}}")
    assert bounds(dataset) == [("x", 0, 8), ("y", 0, 8)]


def test_no_normalisation_can_be_asked_for(prepared):
    dataset = prepared(ROWS, "normalization: {method: none}")
    assert (dataset.metrics[0].normalized, dataset.metrics[0].normalization) == (False, "none")


def test_a_table_that_knows_no_task_is_a_warning(prepared):
    dataset = prepared(ROWS, "normalization: {table: atari57, reference: random, optimum: human}")
    assert not dataset.metrics[0].normalized
    assert told(dataset, "no_bounds") == [
        ("warning", "2 of 2 tasks of score have no bounds (x, y); nothing is normalised.")
    ]


def test_a_task_without_one_of_its_bounds_is_not_normalised(prepared):
    dataset = prepared(ROWS, TABLE, bounds="task,low,high\nx,1,3\ny,0,\n")
    assert not dataset.metrics[0].normalized
    assert bounds(dataset) == [("x", 1, 3), ("y", 0, None)]


def test_scores_beyond_the_optimum_are_counted(prepared):
    dataset = prepared(ROWS, "optimal_scores: {x: 1, y: 4}")
    assert told(dataset, "beyond_optimum")[0][1].startswith("2 of 8 scores of score lie beyond the optimum, on 1 of 2")


def test_an_optimum_of_an_unknown_task_names_the_near_ones(prepared):
    dataset = prepared([row.replace("x", "maze") for row in ROWS], "optimal_scores: {maez: 4}")
    assert "no task of score; did you mean 'maze'?" in told(dataset, "unknown_task")[0][1]


@pytest.mark.parametrize(
    ("table", "words"),
    [
        ("task,low,high\nx,0,nan\ny,0,1\n", "task 'x', column 'high': 'nan' is no bound; leave the cell empty"),
        ("task,low,high\nx,0,1\ny,-inf,1\n", "task 'y', column 'low': '-inf' is no bound"),
        ("task,low,high\nx,0,1e\n", "column 'high': '1e' is not a number"),
        ("task,low,high\nx,0,1\n,0,1\n", r"bounds\.csv:3: the row has no task"),
        ("low,high,task\n0,1\n", r"bounds\.csv:2: the row has no task"),
        ("task,low,high\nx,1,000,2\n", r"bounds\.csv:2: the row has more cells than its header has columns"),
        ("task,low,high\nPong-v5,0,1\nALE/Pong-v5,0,1\n", r"bounds\.csv:3: task 'ALE/Pong-v5' stands twice"),
        ("", "no column 'task'; it has none"),
        ("name,low,high\nx,0,1\n", "no column 'task'; .*it has name, low, high"),
        (b"task,low,high\nx,0,1\n\xe9,0,1\n", r"bounds\.csv:3: not UTF-8: byte 0xe9"),
        ("task,low,high\nx,2,2\n", "task 'x': optimum and reference are both 2"),
    ],
)
def test_a_broken_table_is_told_with_its_place(prepared, tmp_path, table, words):
    (tmp_path / "bounds.csv").write_bytes(table if isinstance(table, bytes) else table.encode())
    with pytest.raises(DataError, match=words):
        prepared(ROWS, TABLE)


@pytest.mark.parametrize("norm", ["{reference: low}", "{optimum: high}", "{reference: 0}", "{}"])
def test_columns_without_a_table_are_refused(prepared, norm):
    with pytest.raises(DataError, match=r"normalization names no table; write e\.g\."):
        prepared(ROWS, f"normalization: {norm}")
