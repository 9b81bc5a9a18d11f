"""Reports are built from a server, from its cache alone, and from a lock; and runs come to Python the same way."""

import json
import socket
import warnings

import numpy as np
import pytest
from click.testing import CliRunner
from runs_from_a_server.rows import expected, points
from wandb_server import faults

from reportgen import ReportgenWarning, WandBDataCollector
from reportgen.building import build as build_report
from reportgen.cli import main
from reportgen.errors import DataError, UsageError
from reportgen.runs.wandb_api.child import Child

SPEC = """
wandb: {{entity: tester, project: {project}, runs: "sky_*"}}
axes: {{method: {{config: algo}}, seed: {{config: seed}}}}
metrics: {{primary: [{{name: score, direction: maximize, unit: points}}]}}
analysis: {{bootstrap_samples: 100, curves: {{points: 5}}}}
notebooks: {{execute: never}}
"""


@pytest.fixture
def sky(project):
    """A project of six runs, and a spec of a report of them."""
    for k in range(6):
        project.add(f"r{k}", name=f"sky_{k}", group="a" if k < 3 else "b", config={"algo": "ab"[k % 2], "seed": k // 2})
    project.spec = project.folder / "spec.yaml"
    project.spec.write_text(SPEC.format(project=project.name))
    return project


def command(sky, *words):
    cache = ["--cache-dir", str(sky.cache)]
    return CliRunner().invoke(main, [words[0], str(sky.spec), *words[1:], *cache])


def files(folder):
    return {path.relative_to(folder): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


@pytest.mark.slow
def test_a_report_built_offline_is_the_report_built_online(sky, monkeypatch):
    def build(where, **how):
        return build_report(sky.spec, output=sky.folder / where, cache=sky.cache, jobs=1, **how).folder

    online = build("online", lock=True)
    assert list(json.loads((sky.folder / "reportgen.lock").read_text())["runs"]) == [
        f"tester/{sky.name}/r{k}" for k in range(6)
    ]

    def refuse(*_, **__):
        raise AssertionError("somebody was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(Child, "__init__", refuse)
    assert files(build("offline", offline=True)) == files(online)
    assert files(build("locked", offline=True, locked=True)) == files(online)


@pytest.mark.slow
def test_a_stale_report_has_a_banner_and_a_strict_build_replaces_nothing(sky, service, monkeypatch):
    assert command(sky, "fetch").exit_code == 0
    service.faults.add("Runs", faults.html())
    built = command(sky, "build", "-o", str(sky.folder / "out"), "-q")
    assert built.exit_code == 0, built.output
    page = (sky.folder / "out/spec/docs/index.md").read_text()
    before = files(sky.folder / "out")
    assert page.index("rg-notice-warning") < page.index("rg-cards")
    assert "could not be asked" in page.replace("&#32;", " ")
    strict = command(sky, "build", "-o", str(sky.folder / "out"), "-q", "--strict")
    assert strict.exit_code == 4
    assert "error: " in strict.output
    assert "--strict: The W&B server could not be asked" in strict.output
    assert files(sky.folder / "out") == before


def test_fetch_and_check_say_where_runs_come_from(sky):
    fetched = command(sky, "fetch")
    assert fetched.output.splitlines() == [
        "source-0: 0 runs from the cache, 6 from the server (6 new: sky_0, sky_1, sky_2, sky_3, sky_4 and 1 more)",
        "6 runs with 6 metrics are ready",
    ]
    checked = command(sky, "check", "--offline")
    assert "source-0: 6 runs from the cache, 0 from the server" in checked.output
    assert "runs: 6 used, 0 not used" in checked.output


def test_a_collector_fetches_what_a_build_would(sky):
    collector = WandBDataCollector(
        entity="tester", project=sky.name, run_pattern="sky_*", metrics=["loss"], cache_dir=sky.cache,
        config_params=["algo", "**.seed"],
    )  # fmt: skip
    runs = collector.fetch_runs(run_filter={"group": "a"})
    assert [run.name for run in runs] == ["sky_0", "sky_1", "sky_2"]
    assert runs[0].config == {"algo": "a", "seed": 0}
    assert runs[0].sha256 == sky.read("filters: {group: a}").by_id["r0"].sha256
    last = collector.fetch_runs(run_filter={"group": "a"}, last_n_steps=10)
    assert points(last[0]) == {step: value for step, value in expected(_rows()).items() if step >= 30}
    assert {name: len(part) for name, part in runs.by(lambda run: run.config["algo"]).items()} == {"a": 2, "b": 1}


def _rows():
    return [{"_step": k, "loss": float(np.sin(k))} for k in range(40)]


def test_a_collector_fetches_by_ids_and_metric_groups(sky):
    collector = WandBDataCollector("tester", sky.name, cache_dir=sky.cache)
    collector.add_metric_group("curves", ["lo*", "score"])
    with pytest.warns(ReportgenWarning, match="1 of 3 run ids do not exist: r9"):
        runs = collector.fetch_runs_batch(["r1", "r4", "r9"], chunk_size=2, metrics=["curves"])
    assert [(run.name, run.metrics) for run in runs] == [("sky_1", ("loss", "score")), ("sky_4", ("loss", "score"))]


def test_a_collector_may_be_configured_by_a_spec_and_do_without_a_cache(sky):
    runs = WandBDataCollector(config=sky.spec, use_cache=False).fetch_runs()
    assert len(runs) == 6
    assert runs[0].metrics == ("score",)
    assert points(runs[0], "score")[4.0] == 4 / 7
    assert not sky.cache.exists()


def test_what_a_collector_cannot_do_is_told(sky):
    collector = WandBDataCollector("tester", sky.name, cache_dir=sky.cache)
    with pytest.raises(UsageError, match=r"run_filter: `filters` has no key 'grup'; did you mean 'group'\?"):
        collector.fetch_runs(run_filter={"grup": "a"})
    with pytest.raises(UsageError, match="last_n_steps is a number of rows, at least 1, not 0"):
        collector.fetch_runs(last_n_steps=0)
    with pytest.raises(UsageError, match="takes a list of names or globs, not 'loss'"):
        collector.add_metric_group("g", "loss")
    with pytest.raises(
        DataError, match=r"unknown metric 'los': no selected run \(6\) has logged it; did you mean 'loss'"
    ):
        collector.fetch_runs(metrics=["los"])
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        with pytest.raises(ReportgenWarning, match=r"no run has the configuration key 'algorithm'; did you mean"):
            WandBDataCollector("tester", sky.name, config_params=["algorithm"], cache_dir=sky.cache).fetch_runs()
