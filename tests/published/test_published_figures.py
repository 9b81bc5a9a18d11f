"""Published runs, read by specs alone, give the figures that their authors printed."""

import json
import os
from pathlib import Path

import pytest

from reportgen.data import prepare, run_rows
from reportgen.parallel import serial
from reportgen.resources import shipped
from reportgen.results import assemble, to_json
from reportgen.runs import read_runs
from reportgen.spec import load

FOLDERS = {"diamond": "atari100k-diamond", "dreamerv3-atari100k": "dreamerv3", "simbav2": "simbav2"}


@pytest.fixture(scope="session")
def published():
    folder = os.environ.get("REPORTGEN_PUBLISHED_DATA")
    if not folder:
        pytest.skip("the published runs are not here: REPORTGEN_PUBLISHED_DATA is unset")
    return Path(folder)


def report_of(example, published, *settings):
    root = published / FOLDERS[example]
    quick = ["analysis.bootstrap_samples=200", "analysis.curves.points=5"]
    overrides = [f"root={json.dumps(str(root))}", *quick, *settings]
    loaded = load(shipped("configs") / "examples" / f"{example}.yaml", overrides=overrides)
    records = read_runs(loaded.spec, loaded.root, where=loaded.where)
    dataset = prepare(records, loaded.spec, root=loaded.root, where=loaded.where)
    return json.loads(to_json(assemble(loaded, dataset, run_rows(records, dataset), mapper=serial)))


def estimates(report, method):
    (metric,) = report["metrics"]
    found = next(entry for entry in metric["methods"] if entry["id"] == method)
    return {name: value["estimate"] for name, value in found["aggregates"].items()}


def test_diamond_has_the_printed_aggregates(published):
    report = report_of("diamond", published)
    found = estimates(report, "DIAMOND")
    assert found["mean"] == pytest.approx(1.459, abs=1e-4)
    assert found["iqm"] == pytest.approx(0.6408, abs=1e-4)
    assert found["optimality_gap"] == pytest.approx(0.4802, abs=1e-4)
    assert found["median"] == pytest.approx(0.3734, abs=1e-4)
    tasks = report["metrics"][0]["methods"][0]["tasks"]
    assert sum(task["normalized"] > 1 for task in tasks.values()) == 11


@pytest.mark.parametrize(
    ("settings", "mean", "iqm"),
    [(["score={reduce: last}"], 1.2823, 0.5406), (["score={reduce: mean_last, fraction: 0.05}"], 1.2029, 0.4685)],
    ids=["last", "mean_last"],
)
def test_dreamerv3_depends_on_what_final_score_means(published, settings, mean, iqm):
    report = report_of("dreamerv3-atari100k", published, *settings)
    found = estimates(report, "dreamerv3")
    assert (found["mean"], found["iqm"]) == (pytest.approx(mean, abs=5e-5), pytest.approx(iqm, abs=5e-5))
    assert report["metrics"][0]["score"].startswith(settings[0].split("reduce: ")[1].split(",")[0].rstrip("}"))


@pytest.mark.parametrize(
    ("policy", "method", "mean"),
    [
        ("keep", "k_scaler_scale_1", 0.8874437118630142),
        ("keep", "a_no_input_norm", 0.8101633417074201),
        ("drop", "a_no_input_norm", 0.8090277395573439),
    ],
)
def test_simbav2_with_and_without_the_incomplete_seed(published, policy, method, mean):
    report = report_of(
        "simbav2", published, f"sources.0.files.path=design_study/{method}.csv.gz", f"baseline={method}",
        f"runs.incomplete_seeds={policy}",
    )  # fmt: skip
    assert estimates(report, method)["mean"] == pytest.approx(mean, abs=1e-12)
    if method == "a_no_input_norm":
        told = " ".join(notice["text"] for notice in report["warnings"])
        assert "lack" in told
