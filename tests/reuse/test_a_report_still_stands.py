"""A build is left out only where nothing that it read, no setting and no file that it wrote has changed since."""

import json
import os
import shutil
import subprocess
import sys
import threading
import time

import pytest

from reportgen import reuse, standing
from reportgen.resources import shipped
from reportgen.reuse import Store
from reportgen.standing import Said, find, keep, key_of_build, watched

SAID = Said(table="a table", summary={"pages": 3})


@pytest.fixture
def place(tmp_path):
    """A spec, a folder of data, a report made of them, and a cache."""
    for name, text in {"spec.yaml": "a", "data/runs/a.csv": "1", "build/report/site/index.html": "x"}.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    time.sleep(2 * standing.RACY / 1e9)
    return tmp_path


def read_all(place):
    (place / "spec.yaml").read_text()
    for path in (place / "data").rglob("*.csv"):
        reader = threading.Thread(target=path.read_bytes)
        reader.start()
        reader.join()


def receipt(place, options=None):
    """Build for the first time; return what finds whether it stands."""
    target, store = place / "build/report", Store(folder=place / "cache")
    with watched() as inputs:
        read_all(place)
    keep(store, key_of_build(place / "spec.yaml", options or {}), inputs, target, SAID)
    return lambda **changed: find(store, key_of_build(place / "spec.yaml", changed or options or {}))


def test_a_report_stands_while_nothing_changes(place):
    stands = receipt(place)
    assert stands() == SAID
    (place / "elsewhere").write_text("of no concern")
    assert stands() == SAID


CHANGES = {
    "the spec": lambda place: (place / "spec.yaml").write_text("b"),
    "the spec, at its old time": lambda place: rewritten(place / "spec.yaml"),
    "a file that a thread read": lambda place: (place / "data/runs/a.csv").write_text("2"),
    "a file that is gone": lambda place: (place / "data/runs/a.csv").unlink(),
    "a new file in a folder that was looked through": lambda place: (place / "data/runs/b.csv").write_text("1"),
    "a new folder in it": lambda place: (place / "data/more").mkdir(),
    "a page was edited": lambda place: (place / "build/report/site/index.html").write_text("y"),
    "a page is gone": lambda place: (place / "build/report/site/index.html").unlink(),
    "a file of somebody else's in the report": lambda place: (place / "build/report/mine.txt").write_text(""),
    "the report is gone": lambda place: shutil.rmtree(place / "build"),
    "a page became a link": lambda place: linked(place / "build/report/site/index.html"),
}


def rewritten(path):
    before = path.stat()
    path.write_text("b")
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))


def linked(path):
    moved = path.rename(path.parents[2] / "moved.html")
    path.symlink_to(moved)


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_whatever_changed_is_built_again(place, change):
    stands = receipt(place)
    assert stands() == SAID
    change(place)
    assert stands() is None


def test_options_settings_code_and_packages_belong_to_a_build(place, monkeypatch):
    stands = receipt(place, {"strict": False})
    assert stands(strict=True) is None
    monkeypatch.setenv("WANDB_BASE_URL", "http://elsewhere")
    assert stands() is None
    monkeypatch.undo()
    assert stands() == SAID
    monkeypatch.setattr(reuse, "code_digest", lambda: "another")
    assert stands() is None
    monkeypatch.undo()
    (place / "late").mkdir()
    (place / "late/numpy-99.dist-info").mkdir()
    monkeypatch.syspath_prepend(place / "late")
    assert stands() is None


def test_what_changes_while_it_is_read_gives_no_receipt(place):
    target, store = place / "build/report", Store(folder=place / "cache")
    with watched() as inputs:
        read_all(place)
        (place / "spec.yaml").write_text("changed by an editor meanwhile")
    time.sleep(2 * standing.RACY / 1e9)
    keep(store, "key", inputs, target, SAID)
    assert find(store, "key") is None


def test_a_file_that_is_too_young_to_tell_gives_no_receipt(place):
    (place / "spec.yaml").write_text("just written")
    assert receipt(place)() is None


def test_the_command_says_the_same_without_building_again(tmp_path, tmp_path_factory):
    cache = tmp_path_factory.mktemp("cache")  # in the folder of the data it would be new there, after the first build
    runs = sorted((shipped("configs") / "quickstart/wandb").iterdir())
    for run in runs[:2]:
        shutil.copytree(run, tmp_path / "wandb" / run.name)
    (tmp_path / "report.yaml").write_text(
        "wandb_offline: {path: wandb}\n"
        "axes: {method: {config: algorithm}, task: {metric: '^eval_(?P<suite>[^/]+)/(?P<task>.+)$'},"
        " seed: {config: seed}}\n"
        "metrics: {primary: [{id: success, name: 'eval_*/*', direction: maximize}]}\n"
        "analysis: {bootstrap_samples: 100}\nnotebooks: {execute: never}\n"
    )
    command = [
        *(sys.executable, "-m", "reportgen", "build", "report.yaml"),
        *("--cache-dir", str(cache), "--json", "--profile"),
    ]

    def build():
        time.sleep(2 * standing.RACY / 1e9)
        told = json.loads(subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout)
        return list(told.pop("profile")), told

    (first, said), (again, same) = build(), build()
    assert said == same
    assert "reading runs" in first
    assert again == ["finding that nothing has changed"]  # though the first one filled the cache
    shutil.copytree(runs[2], tmp_path / "wandb" / runs[2].name)
    assert "reading runs" in build()[0]
