"""Two small reports: the shipped example, and one whose every name is an attack."""

import contextlib
import io
import json
import os
import shutil
from types import SimpleNamespace

import matplotlib as mpl
import pytest

from reportgen.artifacts import File
from reportgen.building import build
from reportgen.notebooks.cells import from_source
from reportgen.resources import shipped

HOSTILE = [
    "</code></pre><script>alert(1)</script>",
    "[x](javascript:alert(1)) {onclick=alert(1)}",
    "'''\nimport os; os.system('touch owned')\n'''",
    "=HYPERLINK(1) | $\\href{javascript:alert(1)}{x}$",
]


def collected(built):
    folder = built.folder
    read = ("report.json", *sorted(f"data/{path.name}" for path in (folder / "data").glob("*.csv")))
    data = tuple(File(path=name, content=(folder / name).read_bytes()) for name in read)
    return SimpleNamespace(folder=folder, data=data, slug=built.report.slug, failure=built.notebook_failure)


@pytest.fixture(scope="session")
def example(tmp_path_factory):
    """The shipped example, built with few replicates."""
    place = tmp_path_factory.mktemp("notebook")
    shutil.copytree(shipped("configs") / "example", place / "spec")
    fewer = ("analysis.bootstrap_samples=200",)
    return collected(build(place / "spec" / "report.yaml", output=place / "out", overrides=fewer, jobs=1))


@pytest.fixture(scope="session")
def treated(tmp_path_factory):
    """The shipped example with outliers left out and steps to a threshold."""
    place = tmp_path_factory.mktemp("treated")
    shutil.copytree(shipped("configs") / "example", place / "spec")
    asked = ("analysis.bootstrap_samples=100", "analysis.outliers=exclude", "analysis.steps_to_threshold=[0.5]")
    return collected(build(place / "spec" / "report.yaml", output=place / "out", overrides=asked, jobs=1))


@pytest.fixture(scope="session")
def hostile(tmp_path_factory):
    """A report of minimised raw scores whose methods, tasks and runs have hostile names; one cell is missing."""
    place = tmp_path_factory.mktemp("hostile")
    rows = [
        {
            "method": method,
            "task": f"{task} {HOSTILE[0]}",
            "seed": f"{seed} {HOSTILE[1]}",
            "loss": 10 * i + j + 0.1 * seed,
        }
        for i, method in enumerate(HOSTILE)
        for j, task in enumerate(HOSTILE[:3])
        for seed in range(3)
        if (i, j) != (3, 2)
    ]
    (place / "scores.json").write_text(json.dumps(rows))
    spec = {
        "report": {"title": HOSTILE[0]},
        "files": {
            "path": "scores.json",
            "columns": {"method": "method", "task": "task", "seed": "seed"},
            "values": ["loss"],
        },
        "metrics": {"primary": [{"name": "loss", "label": HOSTILE[1], "direction": "minimize", "unit": "nats"}]},
        "analysis": {"bootstrap_samples": 200},
    }
    (place / "hostile.yaml").write_text(json.dumps(spec))
    return collected(build(place / "hostile.yaml", output=place / "out", jobs=1))


@pytest.fixture(scope="session")
def source():
    return (shipped("templates") / "notebooks" / "analysis.py").read_text()


def run_here(source, data, folder, **names):
    """Run a notebook's code on a report's files in this process, and return what it printed."""
    for name in ("notebooks", "data"):
        (folder / name).mkdir(exist_ok=True)
    for file in data:
        (folder / file.path).write_bytes(file.content)
    codes = [cell.source for cell in from_source(source).cells if cell.cell_type == "code"]
    printed, names = io.StringIO(), {"__name__": "__main__", **names}
    quiet = contextlib.redirect_stdout(printed)
    with contextlib.chdir(folder / "notebooks"), quiet, mpl.rc_context({"backend": "agg"}):
        for number, code in enumerate(codes):
            closed = code.replace("plt.show()", 'plt.close("all")')
            exec(compile(closed, f"cell {number}", "exec"), names)  # noqa: S102 - our own notebook
    return printed.getvalue()


def with_report(data, change):
    """Return the files of a report with a changed report.json."""
    report = json.loads(data[0].content)
    change(report)
    return (File(path="report.json", content=json.dumps(report).encode()), *data[1:])


@pytest.fixture
def rerun(source, tmp_path):
    """Run the notebook's code on a changed report.json, in this process, and return what it printed."""

    def run(data, change=dict):
        return run_here(source, with_report(data, change), tmp_path)

    return run


@pytest.fixture(scope="session")
def said_of(source, tmp_path_factory):
    """Tell which numbers of a changed report the notebook says are wrong, going on after each."""
    stops = "    assert same.all(), f"
    assert stops in source
    going_on = source.replace(stops, "    wrong.extend(stated[~same].tolist())\n    assert True, f")

    def say(data, change):
        wrong = []
        run_here(going_on, with_report(data, change), tmp_path_factory.mktemp("altered"), wrong=wrong)
        return wrong

    return say


@pytest.fixture
def plain_environment():
    """The environment of a child that finds nothing of a checkout."""
    return {name: value for name, value in os.environ.items() if name not in {"PYTHONPATH", "IPYTHONDIR"}}
