"""The page about functions of one's own is one spec and one file: built as it stands, every kind is in the report."""

import hashlib
import json
import re
import shutil

import numpy as np
import pytest
import yaml

from reportgen.resources import shipped

BLOCK = re.compile(r"^```(yaml|python)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
RUNS = """
report: {slug: own}
wandb_offline: {path: wandb}
axes:
  method: {config: algorithm}
  task: {metric: '^(?:eval|length)_(?P<suite>[^/]+)/(?P<task>.+)$'}
  seed: {config: seed}
analysis: {bootstrap_samples: 400}
"""


def merged(first, second):
    both = [key for key in first.keys() & second.keys() if isinstance(first[key], dict)]
    return first | second | {key: merged(first[key], second[key]) for key in both}


@pytest.fixture(scope="module")
def own(tmp_path_factory, reportgen):
    """The report of the page's spec on twelve runs of the quickstart, and the folder of the spec."""
    folder = tmp_path_factory.mktemp("own")
    for run in sorted((shipped("configs") / "quickstart/wandb").iterdir())[:12]:
        shutil.copytree(run, folder / "wandb" / run.name)
    page = (shipped("configs") / "docs/functions.md").read_text()
    spec = yaml.safe_load(RUNS)
    for language, text in BLOCK.findall(page):
        spec = merged(spec, yaml.safe_load(text)) if language == "yaml" else spec
    code = "\n\n".join(text for language, text in BLOCK.findall(page) if language == "python")
    (folder / "lab.py").write_text(code)
    (folder / "report.yaml").write_text(yaml.safe_dump(spec, sort_keys=False))
    built = reportgen("build", "report.yaml", "--allow-code", "-o", "out", "--cache-dir", "cache", cwd=folder)
    assert built.returncode == 0, built.stderr
    return folder


@pytest.fixture(scope="module")
def report(own):
    return json.loads((own / "out/own/report.json").read_text())


def test_a_metric_is_computed_from_the_points_of_others(report):
    returned, derived = report["metrics"]
    assert (derived["id"], derived["derived"]) == (
        "return_per_step", "lab:per_step(reward = eval_*/*, length = length_*/*)",
    )  # fmt: skip
    assert derived["tasks"] == returned["tasks"]
    assert len(derived["scores"]) == len(returned["scores"])
    curve = derived["methods"][0]["task_curves"]["grid/windy"]
    assert len(curve["estimate"]) == 100


def test_a_label_and_a_scale_are_those_of_the_functions(report, own):
    best = {}
    for score in report["metrics"][0]["scores"]:
        best[score["task"]] = max(score["raw"], best.get(score["task"], -np.inf))
    assert report["metrics"][0]["normalization"] == "lab:best_seen, the spec's own function"
    for score in report["metrics"][0]["scores"]:
        assert score["value"] == pytest.approx(score["raw"] / best[score["task"]])
    runs = json.loads((own / "out/own/provenance.json").read_text())["runs"]
    assert {run["labels"]["family"] for run in runs if run["method"] == "sarsa"} <= {"on-policy"}


def test_a_statistic_has_an_interval_and_a_table_and_is_named_where_it_is_not_computed_again(report, own):
    metric = report["metrics"][0]
    assert [one["label"] for one in metric["statistics"]] == ["Worst task"]
    for method in metric["methods"]:
        values = {}
        for score in metric["scores"]:
            if score["method"] == method["id"]:
                values.setdefault(score["task"], []).append(score["value"])
        found = method["statistics"]["worst_task"]
        assert found["estimate"] == pytest.approx(min(np.mean(of_task) for of_task in values.values()))
        assert found["replicates"] == 400
        if method["n_runs"] > 2:
            assert found["low"] < found["estimate"] < found["high"]
    table = (own / "out/own/docs/assets/tables/return-statistics.csv").read_text()
    assert table.splitlines()[0].startswith("method,worst_task")
    notebook = (own / "out/own/notebooks/analysis.ipynb").read_text()
    assert "Not computed again: Worst task of return, by lab:worst_task" in notebook
    assert "rgval" in (own / "out/own/latex/numbers.tex").read_text()
    assert "return/worst_task/sarsa" in (own / "out/own/latex/numbers.tex").read_text()


def test_a_page_stands_in_the_site_with_the_figure_it_names(report, own):
    (page,) = (own / "out/own/site/further").glob("for-the-group-meeting-*.html")
    text = page.read_text()
    assert "<h2>Where each is weakest</h2>" in text
    assert f"<td>{report['metrics'][0]['methods'][0]['label']}</td>" in text
    assert "return-heatmap.svg" in text
    assert page.name in (own / "out/own/site/index.html").read_text()  # in the navigation


def test_every_function_is_in_the_provenance_with_its_file(own):
    provenance = json.loads((own / "out/own/provenance.json").read_text())
    sha256 = hashlib.sha256((own / "lab.py").read_bytes()).hexdigest()
    names = {"per_step", "family", "best_seen", "worst_task", "meeting"}
    assert provenance["code"] == {f"lab:{name}": sha256 for name in names}
    assert set(provenance["code_from"].values()) == {"lab.py"}
    assert sha256 in (own / "out/own/site/provenance.html").read_text()


def test_check_runs_none_of_them(own, reportgen):
    before = (own / "lab.py").read_text()
    (own / "lab.py").write_text("raise SystemExit('ran')\n")
    checked = reportgen("check", "report.yaml", "--cache-dir", "cache", cwd=own)
    (own / "lab.py").write_text(before)
    assert checked.returncode == 0, checked.stderr
    assert "not run, and what it gives is missing here: lab:family, lab:per_step, lab:best_seen" in checked.stdout
    refused = reportgen("build", "report.yaml", "-o", "out2", cwd=own)
    assert refused.returncode == 2
    assert "report.yaml:" in refused.stderr
    assert "runs code of yours; allow it by --allow-code" in refused.stderr
