"""Logging as a user asks for it, through the real process."""

import json
import logging
import subprocess
import sys

import pytest

from reportgen import logs

SECRET = "hf_" + "abcdefghijklmnopqrstuvwx"


def call(*arguments, cwd):
    command = [sys.executable, "-m", "reportgen", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture
def spec(tmp_path):
    rows = ["method,seed,score", *(f"{name},{seed},{seed / 10}" for name in ("ppo", "dqn") for seed in range(3))]
    (tmp_path / "scores.csv").write_text("\n".join(rows))
    (tmp_path / "report.yaml").write_text(
        "files: {path: scores.csv, columns: {method: method, seed: seed}, values: [score]}\n"
        "metrics: {primary: [{name: score, direction: maximize, unit: points}]}\n"
        "analysis: {bootstrap_samples: 100}\n"
        "notebooks: {execute: never}\n"
    )
    return tmp_path / "report.yaml"


@pytest.fixture
def logged():
    """Take back what a test changes in the logging of its process."""
    yield logging.getLogger("reportgen.somewhere")
    logs.stop()


def test_a_build_in_debug_mode_writes_its_log_beside_the_report_and_times_its_phases(spec):
    done = call("--debug", "build", spec, "-o", "out", "--profile", "--json", cwd=spec.parent)
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert {"reading runs", "computing statistics", "drawing figures", "building the site"} <= set(summary["profile"])
    assert all(seconds >= 0 for seconds in summary["profile"].values())
    log = (spec.parent / "out/report.log").read_text()
    for room in ("building", "runs", "figures", "notebooks", "site"):
        assert f" reportgen.{room}: " in log
    assert not list((spec.parent / "out/report").rglob("*.log"))


def test_nothing_is_logged_unless_asked_for(spec):
    done = call("check", spec, cwd=spec.parent)
    assert done.stderr == ""
    assert {path.name for path in spec.parent.iterdir()} == {"scores.csv", "report.yaml"}


@pytest.mark.parametrize("place", [("-v", "check"), ("check", "-v")], ids=["before the command", "after it"])
def test_verbose_says_what_is_done(spec, place):
    done = call(*place, spec, cwd=spec.parent)
    assert "reportgen.runs: source-0: 6 runs" in done.stderr


def test_a_log_file_gets_every_line_and_errors_keep_their_traceback_there(spec):
    done = call("--log-file", "all.log", "check", spec, "--set", "files.path=none.csv", cwd=spec.parent)
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert "Traceback" in (spec.parent / "all.log").read_text()


def test_debug_shows_the_traceback_of_an_error(spec):
    done = call("check", spec, "--debug", "--set", "files.path=none.csv", cwd=spec.parent)
    assert done.returncode == 3
    assert "Traceback" in done.stderr


def test_a_log_file_that_cannot_be_written_is_said_to_be_so(spec):
    done = call("--log-file", "scores.csv/x.log", "check", spec, cwd=spec.parent)
    assert done.returncode == 5
    assert "cannot write the log" in done.stderr


def test_check_as_json_is_json_only(spec):
    found = json.loads(call("check", spec, "--json", cwd=spec.parent).stdout)
    assert (found["runs_used"], found["runs_not_used"]) == (6, 0)
    assert [(metric["id"], metric["methods"], metric["scores"]) for metric in found["metrics"]] == [("score", 2, 6)]


def test_fetch_as_json_is_json_only(spec):
    assert json.loads(call("fetch", spec, "--json", cwd=spec.parent).stdout)["runs"] == 6


def test_no_line_of_a_log_holds_a_secret_tracebacks_included(logged, tmp_path, capsys):
    logs.show(logging.INFO)
    logs.keep()
    logged.info("run %s", SECRET)
    assert logs.write_to(tmp_path / "here.log")
    logged.error("failed", exc_info=ValueError(f"cannot read {SECRET}"))
    logs.stop()
    written = (tmp_path / "here.log").read_text()
    assert written.count("[redacted]") == 2
    assert SECRET not in written + capsys.readouterr().err


def test_an_error_message_holds_no_secret(spec):
    done = call("check", spec, "--set", f"metrics.primary.0.name={SECRET}", cwd=spec.parent)
    assert done.returncode == 3
    assert SECRET not in done.stderr
    assert "[redacted]" in done.stderr
