"""A score that is infinite stands in the report as it is; no number is made of it that does not exist."""

import re

import numpy as np
import pytest

from reportgen import figures, tables
from reportgen.data import prepare, run_rows
from reportgen.figures.heatmap import colors
from reportgen.parallel import serial
from reportgen.results import assemble
from reportgen.runs import read_runs
from reportgen.spec import loads
from reportgen.stats.outliers import outlying

SPEC = """
files: {path: scores.csv, columns: {method: method, task: task, seed: seed, step: step}, values: [score]}
metrics: {primary: [{name: score, direction: maximize}]}
analysis: {bootstrap_samples: 200}
"""


@pytest.fixture(scope="module")
def infinite(tmp_path_factory):
    """One method is infinite in one of its five runs on one of two tasks."""
    folder = tmp_path_factory.mktemp("infinite")
    cells = {(method, task): float(task == "x") for method in "abc" for task in "xy"}
    rows = [
        f"{method},{task},{seed},1,{'inf' if (method, task, seed) == ('a', 'x', 0) else base + seed + ord(method)}"
        for (method, task), base in cells.items()
        for seed in range(5)
    ]
    (folder / "scores.csv").write_text("\n".join(["method,task,seed,step,score", *rows]) + "\n")
    loaded = loads(SPEC, str(folder / "spec.yaml"))
    records = read_runs(loaded.spec, loaded.root, where=loaded.where)
    dataset = prepare(records, loaded.spec, root=loaded.root, where=loaded.where)
    return assemble(loaded, dataset, run_rows(records, dataset), mapper=serial), loaded.spec.visualization


def test_every_figure_and_table_is_made(infinite):
    report, visualization = infinite
    made = (*tables.make(report), *figures.draw(report, visualization, mapper=serial))
    said = [one.html for one in made]
    said += [file.content.decode() for one in made for file in one.files if file.path.endswith(".tex")]
    assert any("&#8734;" in text for text in said)
    assert [text for text in said if re.search(r"\bnan\b", text)] == []


def test_an_infinite_mean_has_the_colour_of_the_end_it_is_beyond(infinite):
    (metric,) = infinite[0].metrics
    shares = dict(zip([method.id for method in metric.methods], colors(metric)[0], strict=True))
    assert shares == pytest.approx({"a": 1, "b": 0, "c": 1})


def test_among_infinite_scores_nothing_is_an_outlier():
    for flags in outlying(np.array([1.0, 2, np.inf, np.inf, np.inf])):
        assert not flags[2:].any()
