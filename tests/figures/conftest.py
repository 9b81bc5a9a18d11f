"""A report of two methods on two tasks, with curves, a missing value and bounds."""

import pytest

from reportgen.data import prepare, run_rows
from reportgen.parallel import serial
from reportgen.results import assemble
from reportgen.runs import read_runs
from reportgen.spec import loads

SPEC = """
files: {path: scores.csv, columns: {method: method, task: task, seed: seed, step: step}, values: [score, loss]}
metrics:
  primary: [{name: score, label: Return, direction: maximize, normalization: {reference: 0, optimum: 10}}]
  secondary: [{name: loss, direction: minimize}]
analysis: {bootstrap_samples: 3000, curves: {points: 3}}
"""


def rows(tasks):
    for method in "ab":
        for task in tasks:
            for seed in range(5):
                for step in (0, 1, 2):
                    lost = (method, task, seed, step) == ("a", "x", 0, 0)
                    yield f"{method},{task},{seed},{step},{'' if lost else step + seed / 5 + (method == 'b')},{seed}"


@pytest.fixture(scope="session")
def report(tmp_path_factory):
    """Assemble the report over the tasks named."""

    def _report(tasks="xy"):
        folder = tmp_path_factory.mktemp("report")
        (folder / "scores.csv").write_text("\n".join(["method,task,seed,step,score,loss", *rows(tasks)]) + "\n")
        loaded = loads(SPEC, str(folder / "spec.yaml"))
        records = read_runs(loaded.spec, loaded.root, where=loaded.where)
        dataset = prepare(records, loaded.spec, root=loaded.root, where=loaded.where)
        return assemble(loaded, dataset, run_rows(records, dataset), mapper=serial), loaded.spec.visualization

    return _report
