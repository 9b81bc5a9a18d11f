"""Small reports: one with curves, a missing value and bounds, others of chosen scores; and what figures say."""

import csv
import importlib
import re

import pytest

from reportgen.data import prepare, run_rows
from reportgen.parallel import serial
from reportgen.results import assemble
from reportgen.runs import read_runs
from reportgen.spec import load, loads

SPEC = """
files: {path: scores.csv, columns: {method: method, task: task, seed: seed, step: step}, values: [score, loss]}
metrics:
  primary: [{name: score, label: Return, direction: maximize, normalization: {reference: 0, optimum: 10}}]
  secondary: [{name: loss, direction: minimize}]
analysis: {bootstrap_samples: 3000, curves: {points: 3}}
"""

SCORES_ONLY = """
files: {{path: scores.csv, columns: {{method: method, task: task, seed: seed}}, values: [score]}}
metrics: {{primary: [{{name: score, direction: {direction}{unit}}}]}}
analysis: {{bootstrap_samples: 200}}
{lines}
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


@pytest.fixture
def report_of(tmp_path):
    """Return the report and the visualization of scores {method: {task: [one a seed]}}."""

    def _report_of(table, lines="", *, direction="maximize", unit=", unit: points"):
        with (tmp_path / "scores.csv").open("w", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["method", "task", "seed", "score"])
            for method, tasks in table.items():
                for task, values in tasks.items():
                    writer.writerows([method, task, f"{task}-{seed}", value] for seed, value in enumerate(values))
        path = tmp_path / "report.yaml"
        path.write_text(SCORES_ONLY.format(direction=direction, unit=unit, lines=lines))
        loaded = load(path)
        records = read_runs(loaded.spec, loaded.root, where=loaded.where)
        dataset = prepare(records, loaded.spec, root=loaded.root, where=loaded.where)
        return assemble(loaded, dataset, run_rows(records, dataset), mapper=serial), loaded.spec.visualization

    return _report_of


@pytest.fixture
def drawn():
    """Draw the figures of some roles of a report's first metric, as a build does: {role: artifact}."""
    draw = importlib.import_module("reportgen.figures.draw")
    words = importlib.import_module("reportgen.figures.words")

    def _drawn(report, visualization, *roles):
        known = draw._looks(report, visualization)
        jobs = draw._jobs(report.metrics[0], known, words.Protocol.of(report), visualization)
        return {job.role: draw._drawn(job) for job in jobs if not roles or job.role in roles}

    return _drawn


@pytest.fixture
def said_of():
    """Return title, caption and alternative text of figures of some roles of a report's first metric, a text each."""
    draw = importlib.import_module("reportgen.figures.draw")
    words = importlib.import_module("reportgen.figures.words")

    def _said_of(report, visualization, *roles):
        known, protocol = draw._looks(report, visualization), words.Protocol.of(report)
        return ["\n".join(words.of(role, report.metrics[0], protocol, known)) for role in roles]

    return _said_of


@pytest.fixture
def planned():
    """Return the roles of the figures of comparisons that a build would draw for a report's first metric."""
    draw = importlib.import_module("reportgen.figures.draw")
    of_comparisons = importlib.import_module("reportgen.figures.data").OF_COMPARISONS
    return lambda report: [role for role in draw._whole_figures(report.metrics[0]) if role in of_comparisons]


@pytest.fixture
def texts():
    """Return the texts of a matplotlib figure, ticks and legend included."""

    def _texts(figure):
        figure.draw_without_rendering()
        found = figure.findobj(lambda artist: hasattr(artist, "get_text") and artist.get_visible())
        return [re.sub(r"\s+", " ", artist.get_text()) for artist in found if artist.get_text()]

    return _texts
