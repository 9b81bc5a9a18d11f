"""What did not change is taken from the cache, byte for byte as it would be made anew; a damaged entry is none."""

import dataclasses
import hashlib
import math
import os
import subprocess
import sys
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.artifacts import File
from reportgen.data import prepare
from reportgen.parallel import serial
from reportgen.resources import shipped
from reportgen.results import compute, keeping
from reportgen.reuse import FOLDER, NOTHING, Store, digest
from reportgen.runs import read_runs
from reportgen.spec import load

FILES = (File(path="a/b.svg", content=b"<svg/>"), File(path="c.csv", content=b"1,2\n"))
plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3).map(tuple) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@dataclasses.dataclass(frozen=True)
class Pair:
    left: object
    right: object


@pytest.fixture
def store(tmp_path):
    return Store(folder=tmp_path / "kept")


def test_what_was_kept_is_found_and_nothing_else(store):
    store.put("figures", "k", FILES)
    assert store.get("figures", "k") == FILES
    assert store.get("figures", "other") is None
    assert store.get("site", "k") is None


@pytest.mark.parametrize("place", [0, 40, 70, 120, -1])
def test_a_damaged_entry_is_no_entry(store, place):
    store.put("figures", "k", FILES)
    path = store.folder / "figures/k"
    content = bytearray(path.read_bytes())
    content[place] ^= 1
    path.write_bytes(content)
    assert store.get("figures", "k") is None
    path.write_bytes(b"")
    assert store.get("figures", "k") is None


def test_a_folder_that_cannot_be_written_only_costs_time(tmp_path):
    (tmp_path / "file").write_text("")
    store = Store(folder=tmp_path / "file" / "kept")
    store.put("figures", "k", FILES)
    assert store.get("figures", "k") is None


def test_without_a_folder_nothing_is_kept():
    NOTHING.put("figures", "k", FILES)
    assert NOTHING.get("figures", "k") is None
    assert NOTHING.trim() == 0


def test_what_was_not_used_for_longest_goes_first(store):
    for age, key in enumerate(("newest", "older", "oldest")):
        store.put("figures", key, FILES)
        moment = time.time() - 1000 * age
        os.utime(store.folder / "figures" / key, (moment, moment))
    size = (store.folder / "figures/newest").stat().st_size
    assert store.trim(2 * size) == size
    assert [store.get("figures", key) is not None for key in ("newest", "older", "oldest")] == [True, True, False]


@given(plain, plain)
def test_a_digest_tells_values_apart(first, second):
    assert (digest(first) == digest(second)) == (repr(first) == repr(second))


def test_a_digest_knows_dataclasses_by_what_they_hold():
    assert digest(Pair(1, "a")) == digest(Pair(1, "a"))
    assert digest(Pair(1, "a")) != digest(Pair("a", 1))
    assert digest((math.nan, 1.0)) == digest((math.nan, 1.0))
    with pytest.raises(TypeError, match="object has no digest"):
        digest(Pair(object(), 1))


def test_statistics_read_back_exactly():
    """The shipped example: every kind of value that a report holds."""
    loaded = load(shipped("configs") / "example/report.yaml", overrides=["analysis.bootstrap_samples=100"])
    records = read_runs(loaded.spec, loaded.root)
    dataset = prepare(records, loaded.spec, root=loaded.root, where=loaded.where)
    metrics = compute(dataset, loaded.spec, mapper=serial)
    read = keeping._read(keeping._written(metrics), dataset.metrics)
    assert digest(read) == digest(metrics)


def build(folder, out, *arguments, **environment):
    command = [sys.executable, "-m", "reportgen", "build", "report.yaml", "-o", out, "--cache-dir", "cache", *arguments]
    done = subprocess.run(
        [*command, "-vv"], cwd=folder, env=os.environ | environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stderr


def fingerprint(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A spec, built once into an empty cache."""
    folder = tmp_path_factory.mktemp("reuse")
    rows = ["method,seed,step,score"]
    rows += [f"{name},{seed},{step},{seed + step / 7}" for name in ("a", "b") for seed in range(3) for step in range(3)]
    (folder / "scores.csv").write_text("\n".join(rows))
    (folder / "report.yaml").write_text(
        "files: {path: scores.csv, columns: {method: method, seed: seed, step: step}, values: [score]}\n"
        "metrics: {primary: [{name: score, direction: maximize, unit: points}]}\n"
        "analysis: {bootstrap_samples: 100, curves: {points: 5}}\n"
    )
    said = build(folder, "cold", "-j", "1")
    assert " 0 as they were" in said
    return folder


def test_a_build_that_reuses_everything_gives_the_bytes_of_one_that_makes_everything(project):
    said = build(project, "warm", "-j", "1", PYTHONHASHSEED="3", TZ="Asia/Tokyo")
    assert " 0 figures to draw" in said
    assert "statistics as they were" in said
    assert "mkdocs ended" not in said
    assert fingerprint(project / "warm/report") == fingerprint(project / "cold/report")


def test_what_changed_is_made_anew_and_everything_then_agrees_with_a_cold_build(project):
    change = ("--set", "rename.method.a=Another", "-j", "1")
    assert " 0 as they were" in build(project, "renamed", *change)
    assert "mkdocs ended" in build(project, "renamed-cold", *change, "--no-reuse")
    assert fingerprint(project / "renamed/report") == fingerprint(project / "renamed-cold/report")


def test_a_new_title_draws_no_figure(project):
    assert " 0 figures to draw" in build(project, "titled", "--set", "report.title=New", "-j", "1")


def test_no_reuse_makes_everything_and_a_damaged_cache_harms_nothing(project):
    for path in (project / "cache" / FOLDER).glob("*/*"):
        path.write_bytes(path.read_bytes()[:-1])
    assert " 0 as they were" in build(project, "damaged", "-j", "1")
    assert fingerprint(project / "damaged/report") == fingerprint(project / "cold/report")
