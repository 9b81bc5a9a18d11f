"""Statistics by functions of one's own in a report: what they are given, what is withheld, what they are told."""

import json

import numpy as np
import pytest

from reportgen.data import prepare, run_rows
from reportgen.errors import DataError
from reportgen.parallel import serial
from reportgen.results import assemble, to_json
from reportgen.reuse import Store
from reportgen.runs import read_runs
from reportgen.spec import loads

CODE = """\
import random


def worst(scores):
    return min(of_task.mean() for of_task in scores.values())


def names(scores):
    return len([task for task in scores if task.startswith("Task")])


def pair(scores):
    return [1.0, 2.0]


def word(scores):
    return "3"


def lacking(scores):
    return scores["Task z"].mean()


def chance(scores):
    return random.random()
"""
SPEC = """\
files: {path: scores.csv, columns: {method: method, task: task, seed: seed}, values: [cost]}
metrics: {primary: [{name: cost, direction: minimize%s}]}
rename: {task: {a: Task a, b: Task b}}
analysis: {bootstrap_samples: 200, statistics: [%s]}
"""


@pytest.fixture
def computed(tmp_path):
    def _computed(statistics, unit=", unit: points", store=None):
        rng = np.random.default_rng(3)
        rows = [f"{m},{t},{s},{rng.normal():.6f}" for m in ("x", "y") for t in ("a", "b") for s in range(4)]
        (tmp_path / "scores.csv").write_text("\n".join(["method,task,seed,cost", *rows]) + "\n")
        (tmp_path / "mine.py").write_text(CODE)
        loaded = loads(SPEC % (unit, statistics), str(tmp_path / "spec.yaml"))
        records = read_runs(loaded.spec, loaded.root)
        dataset = prepare(records, loaded.spec, root=loaded.root, where=loaded.where, code="run")
        kept = {} if store is None else {"store": store}
        return assemble(loaded, dataset, run_rows(records, dataset), mapper=serial, **kept)

    return _computed


def test_scores_come_in_shown_units_under_shown_names(computed):
    report = computed("{python: 'mine:worst', direction: minimize}, {python: 'mine:names', id: tasks, label: Tasks}")
    (metric,) = json.loads(to_json(report))["metrics"]
    for method in metric["methods"]:
        means = [method["tasks"][task]["mean"] for task in ("a", "b")]
        assert method["statistics"]["worst"]["estimate"] == pytest.approx(min(means))
        assert method["statistics"]["tasks"]["estimate"] == 2
        assert "all replicates are equal" in method["statistics"]["tasks"]["reason"]
    assert metric["statistics"] == [
        {"id": "worst", "label": "worst", "direction": "minimize", "function": "mine:worst"},
        {"id": "tasks", "label": "Tasks", "direction": "none", "function": "mine:names"},
    ]


def test_what_withholds_aggregates_withholds_them(computed):
    metric = computed("{python: 'mine:worst'}", unit="").metrics[0]
    assert {method.statistics["worst"].estimate for method in metric.methods} == {None}
    assert "not normalised" in metric.methods[0].statistics["worst"].reason


def test_they_are_computed_again_each_time(computed, tmp_path):
    store = Store(folder=tmp_path / "kept")
    computed("{python: 'mine:worst'}", store=store)
    assert not list((tmp_path / "kept").rglob("*.*"))
    assert not (tmp_path / "kept/statistics").exists()


@pytest.mark.parametrize(
    ("statistic", "told"),
    [
        ("pair", "gave 2 values for 'y' in 'cost'; a statistic gives one number, or None where there is none"),
        ("word", "gave '3' for 'y' in 'cost'; a statistic gives one number"),
        ("lacking", r"failed on 'y' in 'cost': KeyError: 'Task z' \(mine.py:21\)"),
        ("chance", r"gave \S+ and then \S+ for the same scores; it must not draw at random \('y' in 'cost'\)"),
        ("absent", "the module has no function 'absent'"),
        ("worst'}, {python: 'mine:worst", "the id 'worst' is given twice; give one another `id:`"),
    ],
)
def test_what_a_function_may_not_give_is_told_with_its_place(computed, statistic, told):
    with pytest.raises(DataError, match=rf"spec.yaml:4:\d+: .*{told}"):
        computed(f"{{python: 'mine:{statistic}'}}")
