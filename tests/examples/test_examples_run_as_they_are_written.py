"""The scripts of configs/examples, executed against runs that log what they ask for."""

import contextlib
import io
import json
import subprocess
import sys
import warnings

import nbformat
import pytest
from wandb_server import program_environment

from reportgen import ReportgenWarning
from reportgen.notebooks.cells import from_source, to_bytes
from reportgen.resources import shipped

EXAMPLES = shipped("configs") / "examples"


def run(path):
    """Execute a script in this process; its names and what it printed."""
    names, printed = {"__name__": "__main__"}, io.StringIO()
    with contextlib.redirect_stdout(printed), warnings.catch_warnings():
        warnings.simplefilter("ignore", ReportgenWarning)
        exec(compile(path.read_text(), str(path), "exec"), names)  # noqa: S102 - our own example
    return names, printed.getvalue()


@pytest.fixture(scope="session")
def basic(sky, tmp_path_factory):
    folder = tmp_path_factory.mktemp("basic")  # configs/ is not there: the shipped config is meant
    with contextlib.chdir(folder):
        names, printed = run(EXAMPLES / "basic_usage.py")
    return folder, names, printed


def test_the_basic_usage_ends_in_an_interquartile_mean(basic):
    _, names, printed = basic
    found = names["iqm_results"]
    # a run's score is its last point, 0.2 (or 0.5) + seed / 100 + 0.19; the middle half of three seeds is around seed 2
    assert dict(zip(found["algorithm"], found["iqm"].round(6), strict=True)) == {"dqn": 0.41, "ppo": 0.71}
    assert {"trainer.algorithm", "sim.task", "seed", "algorithm"} <= set(names["df"].columns)
    assert printed.split()[:5] == ["algorithm", "iqm", "ci_low", "ci_high", "n_runs"]


def test_its_notebook_ran_through_and_says_why_there_is_no_gap(basic):
    notebook = nbformat.read(basic[0] / "analysis_results.ipynb", as_version=4)
    outputs = [output for cell in notebook.cells for output in cell.get("outputs", [])]
    assert not [output for output in outputs if output.output_type == "error"]
    said = "".join(output.text for output in outputs if output.output_type == "stream")
    assert "group_by: 'algorithm' (has a usual name of methods)" in said
    assert "stratify_by: 'sim.task'" in said
    assert "Not computed: an optimality gap needs the optimum of each task" in said
    assert said.count("Not computed") == 2


def test_runs_that_were_chosen_and_labelled_come_as_a_table(tmp_path):
    with contextlib.chdir(tmp_path):
        names, printed = run(EXAMPLES / "choose_runs.py")
    assert names["selector"].widget.holds["chosen"] == 15
    assert [method["name"] for method in names["selector"].widget.holds["methods"]] == [
        "On policy",
        "Planning",
        "Tabular",
    ]
    assert names["df"]["run_id"].nunique() == 15
    assert not [name for name in names["df"]["run_name"].unique() if name.startswith("double")]
    assert "label:\n      kind: Planning" in printed


@pytest.mark.parametrize("script", sorted(EXAMPLES.glob("*.py")), ids=lambda path: path.stem)
def test_an_example_notebook_is_its_script(script):
    assert script.with_suffix(".ipynb").read_bytes() == to_bytes(from_source(script.read_text()))


@pytest.fixture(scope="session")
def integrated(sky, tmp_path_factory):
    """Run the example as a program of its own, as the W&B client wants it; the analysis's run on the server."""
    folder = tmp_path_factory.mktemp("integrated")
    command = [sys.executable, "-W", "ignore", EXAMPLES / "wandb_integration.py"]
    environment = program_environment(sky.url, folder) | {"WANDB_MODE": "online"}
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return next(run for run in sky.store.runs() if run.display_name == "sweep_comparison")


def test_results_come_back_to_the_service_as_table_image_artifact_and_report(sky, integrated):
    logged = {key: value["_type"] for row in integrated.history.rows for key, value in row.items() if key[0] in "ip"}
    assert logged == {"iqm_comparison": "table-file", "performance_profile": "image-file"}
    names = [row["iqm_comparison"]["path"] for row in integrated.history.rows if "iqm_comparison" in row]
    table = json.loads(sky.store.blobs[integrated.files[names[0]]])
    assert [row[:1] for row in table["data"]] == [["dqn"], ["ppo"]]
    assert "processed_runs" in sky.store.project("metta-research", "metta-analysis").collections.__repr__()
    assert "Sky Comprehensive Sweep Analysis" in repr(list(sky.store.views.values()))
