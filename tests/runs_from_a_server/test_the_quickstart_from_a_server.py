"""The quickstart's runs, put on a server by the real `wandb sync`, make the report that their files make."""

import json
import shutil

import pytest
from wandb_server import API_KEY

from reportgen.building import build
from reportgen.resources import shipped

FEWER = ("analysis.bootstrap_samples=200", "notebooks.execute=never")
FILES = "wandb_offline: {path: quickstart/wandb}"
SERVER = "wandb: {entity: reportgen, project: quickstart}"


@pytest.fixture
def specs(tmp_path):
    """The shipped spec beside its files, and the same spec with the project instead of them."""
    configs = shipped("configs")
    shutil.copytree(configs / "quickstart", tmp_path / "quickstart", ignore=shutil.ignore_patterns("__pycache__"))
    text = (configs / "quickstart.yaml").read_text()
    assert FILES in text
    (tmp_path / "files.yaml").write_text(text)
    (tmp_path / "server.yaml").write_text(text.replace(FILES, SERVER))
    return tmp_path


def numbers(folder):
    """Return a report without what names its spec, and what depends on that name."""
    report = json.loads(next(folder.rglob("report.json")).read_text())
    for key in ("id", "spec_sha256"):
        del report["report"][key]
    return report


@pytest.mark.slow
def test_the_report_built_from_the_server_is_the_report_built_from_the_files(specs, quickstart_server, monkeypatch):
    for name, value in {
        "WANDB_BASE_URL": quickstart_server.url,
        "WANDB_API_KEY": API_KEY,
        "HOME": str(specs),
        "NETRC": str(specs / "netrc"),
    }.items():
        monkeypatch.setenv(name, value)
    made = {
        name: build(specs / f"{name}.yaml", output=specs / name, overrides=FEWER, cache=specs / f"{name}-cache", jobs=1)
        for name in ("files", "server")
    }
    files, server = (numbers(made[name].folder) for name in ("files", "server"))
    assert len(files["metrics"][0]["scores"]) == 120
    assert server == files
