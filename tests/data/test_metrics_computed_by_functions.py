"""Metrics that a function of the spec's owner computes from others: what it is given, and what it may give."""

import hashlib
from importlib import metadata

import numpy as np
import pytest

from reportgen.data.code import own_code
from reportgen.data.derived import table_of
from reportgen.data.points import Points
from reportgen.errors import DataError, UsageError
from reportgen.runs.wandb_api.want import wanted_keys
from reportgen.spec import loads

CODE = """\
def doubled(table, run):
    return table["reward"] * run.config["factor"]


def peak(table, run):
    return table["reward"].max()


def ratio(table, run):
    return table["reward"] / table["length"]


def nothing(table, run):
    return None


def columns(table, run):
    return [3.0]


def words(table, run):
    return "many"


def broken(table, run):
    part = run.config
    return part["absent"]
"""
LINES = "metrics: {primary: [{id: made, python: 'mine:%s', of: {%s}, direction: maximize}]}"
TASKS = "axes: {method: {config: algo}, task: {metric: '^[a-z]+_(?P<task>.+)$'}}"


@pytest.fixture
def made(recorded, tmp_path):
    """Prepare two runs, the second without lengths, under a metric that a function of mine.py computes."""
    (tmp_path / "mine.py").write_text(CODE)
    runs = [
        ("a", {"eval_x": [1, 2, 4], "eval_y": [3, 5, 7], "length_x": [2, 2, 2], "length_y": [1, 1, 1], "size": [8]},
         {"config": {"algo": "ppo", "factor": 2}}),
        ("b", {"eval_x": [1, 2, 6], "size": [4]}, {"config": {"algo": "ppo", "factor": 10}}),
    ]  # fmt: skip

    def _made(function, of="reward: 'eval_*'", code="run"):
        return recorded(runs, f"{LINES % (function, of)}\n{TASKS}\nscore: {{reduce: last}}", code=code)

    return _made


def scores(dataset):
    return {(score.run[-1], score.task): score.raw for score in dataset.metrics[0].scores}


def test_a_function_gets_the_points_of_a_run_on_a_task_and_the_run(made):
    dataset = made("doubled")
    assert scores(dataset) == {("0", "x"): 8, ("0", "y"): 14, ("1", "x"): 60}
    assert dataset.metrics[0].scores[0].curve.tolist() == [2, 4, 8]
    assert dataset.metrics[0].derived == "mine:doubled(reward = eval_*)"
    assert dataset.code == {"mine:doubled": hashlib.sha256(CODE.encode()).hexdigest()}
    assert dataset.code_from == {"mine:doubled": "mine.py"}


def test_it_may_give_one_number_a_run(made):
    assert scores(made("peak")) == {("0", "x"): 4, ("0", "y"): 7, ("1", "x"): 6}


def test_runs_that_lack_a_part_are_named(made):
    dataset = made("ratio", "reward: 'eval_*', length: 'length_*'")
    assert scores(dataset) == {("0", "x"): 2, ("0", "y"): 7}
    assert [(one.name, one.reason) for one in dataset.exclusions] == [("b", "x: does not have length_*")]
    assert any("not computed for 1 of 2 runs" in notice.text for notice in dataset.notices)


def test_a_metric_of_the_whole_run_stands_beside_that_of_each_task(made):
    dataset = made("ratio", "reward: 'eval_*', length: size")
    assert scores(dataset) == {("0", "x"): 1 / 8, ("0", "y"): 3 / 8, ("1", "x"): 1 / 4}  # `size` has a first step only


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (
            "columns",
            r"gave numbers of shape \(1,\) for run 'a', task 'x'; it must give a number for each of the 3 rows",
        ),
        ("words", "gave 'many' for run 'a', task 'x'"),
        ("broken", r"failed on run 'a', task 'x': KeyError: 'absent' \(mine.py:27\)"),
        ("nothing", "metric 'made': no run has a score"),
        ("ration", "the module has no function 'ration'; did you mean 'ratio'"),
    ],
)
def test_what_it_may_not_give_is_told_with_its_place(made, function, told):
    with pytest.raises(DataError, match=told) as caught:
        made(function)
    assert function == "nothing" or "spec.yaml:2:" in str(caught.value)


def test_it_runs_with_leave_only(made):
    with pytest.raises(
        UsageError, match=r"spec.yaml:2:\d+: the metric mine:peak runs code of yours; allow it by --all"
    ):
        made("peak", code="refuse")
    assert made("absent", code="skip").metrics == ()


def test_of_a_server_the_metrics_that_it_is_computed_from_are_fetched():
    spec = loads("wandb: {entity: e, project: p}\n" + LINES % ("ratio", "reward: 'eval_*', length: [length, len]")).spec
    assert wanted_keys(spec, spec.axes).metrics == ("eval_*", "length", "len")


def points(steps, values, wall=None):
    return Points(steps=np.array(steps, float), values=np.array(values, float),
                  wall_time=None if wall is None else np.array(wall, float))  # fmt: skip


def test_points_are_laid_beside_each_other_by_step():
    table = table_of({"a": points([1, 3], [10, 30], [5, 9]), "b": points([1, 2], [7, 8], [5, 6])})
    assert table.columns.tolist() == ["step", "wall_time", "a", "b"]
    assert table["step"].tolist() == [1, 2, 3]
    assert table["wall_time"].tolist() == [5, 6, 9]
    np.testing.assert_equal(table["a"].to_numpy(), [10, np.nan, 30])
    single = table_of({"a": points([1, 3], [10, 30]), "total": points([np.nan], [4])})
    assert single["total"].tolist() == [4, 4]
    with pytest.raises(ValueError, match="points without steps"):
        table_of({"a": points([1, 3], [10, 30]), "b": points([np.nan] * 3, [4, 5, 6])})


def test_a_package_may_declare_functions_by_name(tmp_path, monkeypatch):
    (tmp_path / "mylab_functions.py").write_text(CODE)
    described = tmp_path / "mylab-1.2.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: mylab\nVersion: 1.2\n")
    (described / "entry_points.txt").write_text("[reportgen.metrics]\npeak = mylab_functions:peak\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert "mylab" in {one.name for one in metadata.distributions()}
    own = own_code("peak", tmp_path / "elsewhere", "metrics")
    assert own.origin == "mylab 1.2, mylab_functions:peak"
    assert own.sha256 == hashlib.sha256(CODE.encode()).hexdigest()
    with pytest.raises(DataError, match=r"no entry point 'peek' in the group reportgen.metrics; did you mean 'peak'"):
        own_code("peek", tmp_path, "metrics")
    with pytest.raises(DataError, match="no installed package declares any"):
        own_code("peak", tmp_path, "statistics")
