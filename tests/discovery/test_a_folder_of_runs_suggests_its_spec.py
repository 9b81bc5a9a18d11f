"""`reportgen inspect` and `init --from`: what runs hold, and a spec that reads them as it stands."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from reportgen.data.discover import discover, facts
from reportgen.data.proposal import proposal
from reportgen.runs import survey_folder
from reportgen.spec import loads
from reportgen.spec.tree import dump

QUICKSTART = Path(__file__).parents[2] / "configs" / "quickstart" / "wandb"
PUBLISHED = os.environ.get("REPORTGEN_PUBLISHED_DATA")
SETS = {"adastop": 80, "atari100k-diamond": 130, "dopamine": 90, "drqv2": 57, "marl-eval-mock": 18}


def call(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "reportgen", *map(str, arguments)], cwd=cwd, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


def test_the_quickstarts_runs_are_told(cache, golden):
    done = call("inspect", QUICKSTART.relative_to(Path.cwd()), "--cache-dir", cache, cwd=Path.cwd())
    assert done.returncode == 0, done.stderr
    golden("discovery/quickstart.txt", done.stdout)


def test_everything_told_is_there_as_json_too(cache):
    found = json.loads(call("inspect", QUICKSTART, "--json", "--cache-dir", cache).stdout)
    assert found["runs"] == 20
    assert found["states"] == {"finished": 20}
    assert {key["key"]: key["values"] for key in found["config"]} == {"algorithm": 4, "seed": 5}
    assert all(cell["runs"] == 5 for cell in found["matrix"])
    assert len(found["matrix"]) == 24


def test_runs_are_narrowed_by_their_names(cache):
    found = json.loads(call("inspect", QUICKSTART, "--json", "--runs", "sarsa.*", "--cache-dir", cache).stdout)
    assert found["runs"] == 5
    none = call("inspect", QUICKSTART, "--runs", "nobody*", "--cache-dir", cache)
    assert none.returncode == 3
    assert "--runs 'nobody*' matches none of the 20 runs; there are e.g. " in none.stderr


def test_the_spec_that_is_proposed_reads_the_runs(cache, tmp_path):
    done = call("init", tmp_path / "new", "--from", QUICKSTART, "--cache-dir", cache)
    assert done.returncode == 0, done.stderr
    checked = call("check", tmp_path / "new" / "report.yaml")
    assert checked.returncode == 0, checked.stderr
    assert "4 methods, 6 tasks, 120 scores" in checked.stdout


def test_a_spec_that_is_there_is_not_overwritten(cache, tmp_path):
    (tmp_path / "report.yaml").write_text("mine")
    done = call("init", tmp_path, "--from", QUICKSTART, "--cache-dir", cache)
    assert done.returncode == 2
    assert (tmp_path / "report.yaml").read_text() == "mine"


@pytest.mark.skipif(PUBLISHED is None, reason="the published runs are not here: REPORTGEN_PUBLISHED_DATA is unset")
@pytest.mark.parametrize(("name", "runs"), SETS.items())
def test_published_runs_of_every_form_are_read_by_the_spec_proposed_for_them(name, runs):
    source, records = survey_folder(Path(PUBLISHED) / name)
    assert len(records) == runs
    spec = loads(proposal(discover(source, facts(records)), where=name)).spec
    assert spec.sources[0].files == loads(dump({"files": dict(source.fields)})).spec.sources[0].files


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({}, "no run-*.wandb and no csv, tsv, parquet, json, jsonl file lies in it"),
        ({"notes.csv": "who,what\na,b\n"}, "no column of numbers among who, what"),
    ],
)
def test_a_folder_without_scores_says_what_was_looked_for(files, message, tmp_path):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    done = call("inspect", tmp_path)
    assert done.returncode == 3
    assert message in done.stderr


def test_a_folder_that_is_not_there_is_told():
    done = call("inspect", "no/such/folder")
    assert done.returncode == 3
    assert "there is no such folder" in done.stderr
