"""Every fault of a server has its outcome: tried again, stale, missing, or refused; never silently wrong."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace

import pytest
from runs_from_a_server.rows import expected, history, points
from wandb_server import faults

from reportgen.errors import DataError, SourceError
from reportgen.runs.cache import Cache
from reportgen.runs.wandb_api.faults import Patience, fault_of
from reportgen.runs.wandb_api.remote import Remote

HASTY = Patience(silence=30, attempts=2, client_retries=1, first_wait=0.01, longest_wait=0.02)
PASSING = {
    "408": faults.status(408),
    "425": faults.status(425),
    "429": faults.status(429, retry_after=0),
    "500": faults.status(500),
    "502": faults.status(502),
    "503": faults.status(503),
    "reset": faults.reset(),
    "truncated": faults.truncated(),
    "a web page": faults.html(),
    "a rate limit in a 200": faults.rate_limited_in_200(),
}
LASTING = {"400": faults.status(400), "404": faults.status(404), "403": faults.status(403), "401": faults.status(401)}


@pytest.mark.parametrize("fault", PASSING.values(), ids=PASSING)
def test_what_may_pass_is_tried_again(project, service, fault):
    project.add("r")
    service.faults.add("RunParquetHistory", fault, times=1)
    got = project.read()
    assert got.told == []
    assert points(got.by_id["r"]) == expected(history())


@pytest.mark.parametrize("fault", LASTING.values(), ids=LASTING)
def test_what_will_not_pass_is_asked_once_and_the_run_is_missing(project, service, fault):
    project.add("r0")
    project.add("r1")
    project.read("runs: {ids: [r1]}")
    service.faults.add("RunParquetHistory", fault)
    got = project.read()
    assert got.requests["RunParquetHistory"] == 1
    assert got.codes == ["missing_runs"]
    assert [record.state for record in got.records] == ["unreadable", "finished"]
    assert got.told[0].text.startswith("1 run could not be fetched and is missing: r0. Cause: ")


@pytest.mark.parametrize("name", ["429", "503", "truncated", "a web page", "a rate limit in a 200"])
def test_a_server_that_stays_broken_leaves_the_cache_with_a_banner(project, service, name):
    project.add("r", name="sky")
    whole = project.read()
    service.faults.add("Runs", PASSING[name])
    once = replace(HASTY, attempts=1)
    got = project.read(patience=once)
    assert got.codes == ["server_unreachable"]
    assert got.told[0].text.startswith("The W&B server could not be asked; 1 run is shown as cached on 20")
    assert [points(record) for record in got.records] == [points(record) for record in whole.records]


def test_without_a_cache_a_server_that_stays_broken_is_an_error(project, service):
    service.faults.add("Runs", faults.status(503))
    with pytest.raises(SourceError, match=r"cannot be asked \(.*503.*\), and the cache .* holds no run of tester/"):
        project.read()


def test_a_run_that_cannot_be_fetched_again_is_stale_and_named(project, service):
    project.add("r0", name="sky_0", state="running")
    project.add("r1", name="sky_1")
    before = project.read()
    service.faults.add("RunParquetHistory", faults.status(500))
    got = project.read()
    assert got.codes == ["stale_runs"]
    assert got.told[0].text.startswith("1 run could not be fetched and is shown as cached, the oldest on 20")
    assert ": sky_0. Cause: " in got.told[0].text
    assert [points(record) for record in got.records] == [points(record) for record in before.records]
    service.faults.clear()
    service.faults.add("RunParquetHistory", faults.status(403))
    with pytest.raises(SourceError, match=r"^--strict: 1 run could not be fetched and is shown as cached"):
        project.read(strict=True)


def test_after_five_failures_in_a_row_nothing_more_is_asked(project, service):
    for k in range(30):
        project.add(f"r{k:02}", rows=2)
    service.faults.add("RunParquetHistory", faults.status(500))
    got = project.read()
    asked = 8 + 4  # as many as are under way at once, and those that four failures made room for
    assert got.requests["RunParquetHistory"] <= asked * 2 * 2  # our attempts, and the client's
    assert got.codes == ["missing_runs", "missing_runs"]
    assert sum(len(told.runs) for told in got.told) == 30
    assert "not asked for, because 5 runs in a row had failed" in got.told[1].text


def test_a_file_that_cannot_be_downloaded_is_a_failure(project, service):
    project.add("r", files=2)
    service.faults.add("*.parquet", faults.status(404))
    got = project.read()
    assert got.codes == ["missing_runs"]
    assert "files of its history failed" in got.told[0].text


@pytest.mark.parametrize("fault", [faults.short_file(), faults.flipped_bit(0.02)], ids=["short", "changed"])
def test_a_damaged_export_is_no_history(project, service, fault):
    project.add("r")
    service.faults.add("*.parquet", fault)
    assert project.read().codes == ["missing_runs"]
    service.faults.clear()
    assert points(project.read().by_id["r"]) == expected(history())


def test_no_row_where_the_server_says_there_are_some_is_no_empty_run(project, service):
    service.add_run("tester", project.name, "r", history=[], last_step=999)
    project.add("s")
    got = project.read()
    assert got.told[0].text == (
        "1 run could not be fetched and is missing: r. Cause: the server says that its last step is 999, and gave no "
        "row of its history."
    )
    assert Cache(project.cache).entry(f"{service.url.partition('://')[2]}/tester/{project.name}/r") is None


def test_a_server_that_does_not_answer_is_given_up_in_time(project, service):
    project.add("r0")
    project.add("r1")
    service.faults.add("RunParquetHistory", faults.hang(), times=1)
    with Remote({"host": None, "entity": None, "project": None}, HASTY) as remote:
        remote.open()
        started = time.monotonic()
        remote._patience = replace(HASTY, silence=2, attempts=1)
        got = project.read(remote=remote)
        assert time.monotonic() - started < 60
    assert [record.state for record in got.records].count("unreadable") == 1
    assert "no sign of life in 2 s" in got.told[0].text


def test_whatever_the_client_says_a_refusal_is_not_asked_twice():
    for status in (400, 401, 403, 404):
        assert not fault_of(f"returned error {status}: no", None).passing
        assert not fault_of("no", status).passing
    for status in (408, 425, 429, 500, 502, 503, 504):
        assert fault_of("no", status).passing


FETCH = """
import sys
from pathlib import Path
from reportgen.runs import Reading, collect_runs
from reportgen.spec import loads
project, cache = sys.argv[1:]
loaded = loads(f"wandb: {{entity: tester, project: {project}}}\\nmetrics: {{primary: [loss]}}\\n", "spec.yaml")
for record in collect_runs(loaded.spec, Path(), reading=Reading(cache=Path(cache))).records:
    print(record.id, record.sha256)
"""


def fetching(project, cache):
    command = [sys.executable, "-c", FETCH, project.name, str(cache)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def stored(cache):
    return {entry.key: entry.sha256 for entry in Cache(cache).entries()}


@pytest.mark.slow
def test_a_fetch_that_is_killed_goes_on_where_it_was(project, service, tmp_path):
    for k in range(20):
        project.add(f"r{k:02}", files=2)
    undisturbed = {record.id: record.sha256 for record in project.read(cache=tmp_path / "whole").records}
    for least in (1, 8):
        process = fetching(project, tmp_path / "killed")
        while len(stored(tmp_path / "killed")) < least and process.poll() is None:
            time.sleep(0.01)
        os.kill(process.pid, signal.SIGKILL)
        process.communicate()
    there = len(stored(tmp_path / "killed"))
    got = project.read(cache=tmp_path / "killed")
    assert there >= 8
    assert got.freshness.cached >= there
    assert {record.id: record.sha256 for record in got.records} == undisturbed
    assert stored(tmp_path / "killed") == stored(tmp_path / "whole")


@pytest.mark.slow
def test_two_cold_reads_at_once_give_the_same_runs(project, tmp_path):
    for k in range(6):
        project.add(f"r{k}")
    both = [fetching(project, tmp_path / "shared") for _ in range(2)]
    (first, errors), (second, _) = [process.communicate(timeout=120) for process in both]
    assert first == second, errors
    assert len(first.splitlines()) == 6
    assert len(stored(tmp_path / "shared")) == 6


def bad(name, project, service, monkeypatch, tmp_path):
    """Bring about a bad input; return how to read it."""
    if name == "no-key":
        monkeypatch.delenv("WANDB_API_KEY")
        return {"remote": None}
    if name == "key-refused":
        monkeypatch.setenv("WANDB_API_KEY", "x" * 40)
        return {"remote": None}
    if name == "project-refused":
        service.faults.add("Runs", faults.status(403, "permission denied"))
    elif name == "no-run-matches":
        for run in ("sky_small", "sky_large", "sea_small", "sky_tiny"):
            project.add(run)
        return {"lines": "runs: 'sly_*', filters: {state: finished, config.lr: 0.1}"}
    elif name == "unknown-metric":
        project.add("r")
        return {"metrics": "[trainer/loss]"}
    elif name == "not-numeric":
        image = {"_type": "image-file", "path": "media/images/a.png", "sha256": "0", "size": 1}
        service.add_run("tester", project.name, "r", history=[{"view": image, "loss": 1.0}], summary={"view": image})
        return {"metrics": "[view]"}
    return {}


NAMES = ("no-key", "key-refused", "project-refused", "no-run-matches", "empty-project", "unknown-metric", "not-numeric")


@pytest.mark.parametrize("name", NAMES)
def test_bad_inputs_have_golden_messages(project, service, monkeypatch, tmp_path, golden, name):
    how = bad(name, project, service, monkeypatch, tmp_path)
    with pytest.raises((DataError, SourceError)) as error:
        project.read(how.pop("lines", ""), **how)
    assert error.value.exit_code == (3 if isinstance(error.value, DataError) else 4)
    text = str(error.value).replace(service.url, "https://host").replace(project.name, "PROJECT")
    golden(f"wandb/{name}.txt", text.replace(f"{project.folder}/", "") + "\n")


def test_a_project_that_does_not_exist_is_told_with_the_near_ones(project, service, golden):
    for there in ("maze-runs", "cartpole"):
        service.add_project("lab", there)
    source = project.source()
    source._source = source._source.model_copy(update={"entity": "lab", "project": "maze-rnus"})
    with pytest.raises(SourceError) as error:
        source.read()
    golden("wandb/no-such-project.txt", str(error.value).replace(service.url, "https://host") + "\n")


def test_a_run_with_steps_and_without_rows_is_missing_and_never_empty(project, service, golden):
    service.add_run("tester", project.name, "r", history=[], last_step=999)
    with pytest.raises(SourceError) as error:
        project.read(strict=True)
    golden("wandb/rows-lost.txt", f"{error.value}\n")


def test_no_message_holds_the_key(project, service, monkeypatch):
    monkeypatch.setenv("WANDB_API_KEY", "secret" * 7)
    service.faults.add("Viewer", faults.status(400, f"who is {'secret' * 7}?"))
    with pytest.raises(SourceError) as error:
        project.read(remote=None)
    assert "secret" not in json.dumps(str(error.value))
