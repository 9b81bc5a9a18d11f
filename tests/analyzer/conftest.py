"""One long table of curves: three algorithms on three tasks, four runs each, as a report and as a DataFrame."""

import warnings

import numpy as np
import pytest

from reportgen import DataProcessor
from reportgen.data import prepare, run_rows
from reportgen.parallel import serial
from reportgen.results import assemble
from reportgen.runs import read_runs
from reportgen.spec import load

SPEC = """
files: {{path: scores.csv, columns: {{method: algorithm, task: task, seed: seed, step: step}}, values: [score]}}
metrics: {{primary: [{{name: score, direction: {direction}, unit: points}}]}}
analysis:
  bootstrap_samples: 400
  curves: {{points: 7}}
  steps_to_threshold: [2.5]
comparisons: {{smallest_difference: 0.5}}
{lines}
"""


def rows_of_curves():
    """Yield algorithm, task, seed, step, score: noisy curves that rise to a level."""
    random = np.random.default_rng(11)
    for level, name in enumerate(["b", "a", "c"]):
        for k, task in enumerate(["t1", "t2", "t3"]):
            for seed in range(4):
                end = 1.0 + 0.7 * level + 0.5 * k + random.normal(0, 0.5)
                for step in range(0, 1100, 100):
                    yield name, task, seed, step, end * step / 1000 + random.normal(0, 0.05)


@pytest.fixture(scope="session")
def report_and_frame(tmp_path_factory):
    """Return (report's metric, rows of points) of the same runs, under further lines of a spec."""

    def _both(lines="", *, direction="maximize", overrides=()):
        folder = tmp_path_factory.mktemp("both")
        rows = [",".join(map(str, row)) for row in rows_of_curves()]
        (folder / "scores.csv").write_text("\n".join(["algorithm,task,seed,step,score", *rows]) + "\n")
        (folder / "report.yaml").write_text(SPEC.format(direction=direction, lines=lines))
        loaded = load(folder / "report.yaml", overrides=overrides)
        records = read_runs(loaded.spec, loaded.root, where=loaded.where, cache=folder / "cache")
        data = prepare(records, loaded.spec, root=loaded.root, where=loaded.where)
        report = assemble(loaded, data, run_rows(records, data), mapper=serial)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            frame = DataProcessor(records, task=loaded.spec.axes.task).to_dataframe()
        names = {score.run: score.method for score in report.metrics[0].data.scores}
        frame = frame.assign(algorithm=frame["run_id"].map(names))
        seeds = {score.run: score.seed for score in report.metrics[0].data.scores}
        return report.metrics[0], frame.assign(seed=frame["run_id"].map(seeds))

    return _both
