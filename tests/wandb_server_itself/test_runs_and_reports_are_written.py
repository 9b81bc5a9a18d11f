"""What the real client writes while a program runs: rows, media, tables, files, artifacts, and reports."""

import json
import math
import subprocess
import sys
from pathlib import Path

import pytest
from wandb_server import WandbServer, program_environment

PROGRAMS = Path(__file__).with_name("user_programs.py")


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Return the server after the users' programs have run against it."""
    folder = tmp_path_factory.mktemp("written")
    with WandbServer() as server:
        environment = program_environment(server.url, folder)
        command = [sys.executable, PROGRAMS, "log_everything", "use_it", "report"]
        done = subprocess.run(command, env=environment, cwd=folder, capture_output=True, text=True, check=False,
                              timeout=120)  # fmt: skip
        assert done.returncode == 0, done.stderr
        assert server.mistakes == []
        yield server


@pytest.fixture
def first(written):
    return written.store.run("tester", "p", "first")


@pytest.fixture
def second(written):
    return written.store.run("tester", "p", "second")


def test_rows_arrive_with_their_steps(first):
    assert [row.get("loss") for row in first.history.rows] == [1, 1 / 2, 1 / 3, 1 / 4, 1 / 5, None]
    assert [row["_step"] for row in first.history.rows] == list(range(6))
    assert all(math.isnan(row["gap"]) for row in first.history.rows[:5])


def test_media_are_told_by_their_types_and_their_files_are_kept(written, first):
    last = first.history.rows[-1]
    assert (last["table"]["_type"], last["picture"]["_type"]) == ("table-file", "image-file")
    picture = written.store.blobs[first.files[last["picture"]["path"]]]
    assert picture.startswith(b"\x89PNG")
    table = json.loads(written.store.blobs[first.files[last["table"]["path"]]])
    assert table["data"] == [[1, "x"], [2, "y"]]


def test_a_run_is_described_and_ends_as_its_program_ended(first, second):
    assert (first.display_name, first.group, first.job_type, first.tags) == ("n", "g", "analysis", ["t"])
    assert first.config["env"] == {"name": "maze"}
    assert first.summary["best"] == 0.5
    assert (first.state, second.state) == ("finished", "failed")
    assert first.history.live == 0


def test_an_artifact_is_committed_found_by_its_alias_and_used(first, second):
    artifact = next(one for one in first.logged if one.sequence.name == "scores")
    assert artifact.state == "COMMITTED"
    assert sorted(artifact.alias_names) == ["final", "latest"]
    assert json.loads(artifact.given["metadata"]) == {"cells": 4}
    assert second.used == [artifact]
    assert second.history.rows[0]["length"] == len("method,score\n")


def test_a_report_is_saved_in_its_project(written):
    [view] = written.store.views.values()
    assert (view["displayName"], view["project"].name) == ("Told", "q")
    kinds = [block["type"] for block in json.loads(view["spec"])["blocks"]]
    assert "heading" in kinds
    assert "panel-grid" in kinds
