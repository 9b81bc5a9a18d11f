"""An entry is used only when it is whole and belongs to the files as they are now."""

import json
import os
import shutil
import subprocess
import sys

import numpy as np
import pyarrow as pa
import pytest

from reportgen.errors import EnvironmentFault
from reportgen.resources import shipped
from reportgen.runs import read_runs
from reportgen.runs.cache import Cache, cache_folder
from reportgen.runs.history import to_arrow, to_numpy
from reportgen.runs.raw import RawRun
from reportgen.spec import loads


def raw(values=(1.0, 2.0, float("nan"))):
    history = {"_step": np.arange(float(len(values))), "x": np.array(values)}
    return RawRun(entity="e", project="p", run_id="r", name="r", state="finished", history=history, tags=("a",))


def same(a, b):
    assert {**a.history}.keys() == {**b.history}.keys()
    for name in a.history:
        np.testing.assert_array_equal(a.history[name], b.history[name])
    assert (a.name, a.state, a.tags, a.notes) == (b.name, b.state, b.tags, b.notes)


@pytest.fixture
def cache(tmp_path):
    return Cache(tmp_path / "cache")


def files(cache, pattern):
    return sorted(cache.check().glob(f"runs/{pattern}"))


def test_what_is_stored_comes_back(cache):
    cache.store("key", {"file": "hash"}, raw())
    same(cache.load("key", {"file": "hash"}), raw())
    assert cache.index()["key"]["rows"] == 3


def test_another_content_of_the_source_is_another_run(cache):
    cache.store("key", {"file": "hash"}, raw())
    assert cache.load("key", {"file": "other"}) is None
    assert cache.load("other", {"file": "hash"}) is None


def test_a_newer_version_replaces_the_older_and_leaves_no_orphan(cache):
    cache.store("key", {"file": "1"}, raw())
    cache.store("key", {"file": "2"}, raw((5.0,)))
    same(cache.load("key", {"file": "2"}), raw((5.0,)))
    outdated = next(path for path in files(cache, "*.parquet") if path.name != cache.index()["key"]["history"])
    os.utime(outdated, (0, 0))
    cache.sweep()
    assert len(files(cache, "*")) == 2


def test_no_flipped_bit_of_a_history_goes_unnoticed(cache):
    cache.store("key", {}, raw(tuple(np.random.default_rng(1).normal(size=400))))
    (path,) = files(cache, "*.parquet")
    content = path.read_bytes()
    for place in np.random.default_rng(2).integers(0, len(content), 200):
        changed = bytearray(content)
        changed[place] ^= 4
        path.write_bytes(bytes(changed))
        assert cache.load("key", {}) is None
    for length in np.linspace(0, len(content) - 1, 20).astype(int):
        path.write_bytes(content[:length])
        assert cache.load("key", {}) is None


@pytest.mark.parametrize("text", ["", "{", "[]", "null", '{"schema": 2}', "\x00\x01"])
def test_foreign_or_broken_metadata_is_no_entry(cache, text):
    cache.store("key", {}, raw())
    (path,) = files(cache, "*.json")
    path.write_text(text)
    assert cache.load("key", {}) is None
    assert cache.index() == {}
    cache.store("key", {}, raw())
    assert cache.load("key", {}) is not None


def with_schema(cache, schema):
    (path,) = files(cache, "*.json")
    path.write_text(json.dumps({**json.loads(path.read_text()), "schema": schema}))


def test_an_entry_of_an_older_schema_is_read_anew(cache):
    cache.store("key", {}, raw())
    with_schema(cache, 1)
    assert cache.load("key", {}) is None
    assert cache.faults == {}


def test_an_entry_of_a_newer_schema_is_refused_with_its_version_and_never_overwritten(cache):
    cache.store("key", {}, raw())
    with_schema(cache, 99)
    (path,) = files(cache, "*.json")
    for use in (lambda: cache.load("key", {}), lambda: cache.store("key", {}, raw((5.0,)))):
        with pytest.raises(EnvironmentFault, match="newer reportgen: schema 99, this one knows up to 2; update"):
            use()
    assert json.loads(path.read_text())["schema"] == 99


@pytest.mark.parametrize(
    ("values", "kind"),
    [([1, None, 3], pa.float64()), ([9, None, 3], pa.int64()), ([None] * 2, pa.null()), ([], pa.float64())],
)
def test_arrow_columns_become_the_numbers_that_arrow_itself_makes_of_them(values, kind):
    column = pa.array([0, *values], kind).slice(1) if kind != pa.null() else pa.array(values, kind)
    doubles = column.cast(pa.float64())
    numbers = doubles.to_numpy(zero_copy_only=False)
    assert np.array_equal(to_numpy(doubles), numbers, equal_nan=True)
    assert np.array_equal(to_arrow(numbers).to_numpy(), numbers, equal_nan=True)


def test_a_lost_or_lying_index_does_not_matter(cache):
    cache.store("key", {}, raw())
    (cache.check() / "cache_index.json").write_text('{"runs": {"other": {}}}')
    assert list(cache.index()) == ["key"]
    (cache.check() / "cache_index.json").unlink()
    assert cache.load("key", {}) is not None


def test_a_cache_that_is_a_file_is_told(tmp_path):
    (tmp_path / "cache").write_text("x")
    with pytest.raises(EnvironmentFault, match="must be a folder; give another one by --cache-dir"):
        Cache(tmp_path / "cache").check()


def test_the_folder_is_given_or_from_the_environment(tmp_path, monkeypatch):
    monkeypatch.setenv("REPORTGEN_CACHE_DIR", str(tmp_path / "env"))
    assert cache_folder() == tmp_path / "env"
    assert cache_folder(tmp_path / "given") == tmp_path / "given"


def test_a_warm_cache_gives_the_same_runs_as_a_cold_one_and_is_private(tmp_path):
    source = next((shipped("configs") / "quickstart/wandb").glob("*dyna-q-0"))
    shutil.copytree(source, tmp_path / "wandb" / source.name)
    loaded = loads("wandb_offline: {path: wandb}\nmetrics: {primary: [x]}\n", str(tmp_path / "s.yaml"))
    cold, warm = (read_runs(loaded.spec, loaded.root, cache=tmp_path / "cache") for _ in range(2))
    assert oct((tmp_path / "cache/runs").stat().st_mode)[-3:] == "700"
    assert len(json.loads((tmp_path / "cache/cache_index.json").read_text())["runs"]) == 1
    assert [one.metric for one in cold[0].series] == [one.metric for one in warm[0].series]
    for a, b in zip(cold[0].series, warm[0].series, strict=True):
        np.testing.assert_array_equal(a.values, b.values)
        np.testing.assert_array_equal(a.steps, b.steps)


@pytest.mark.slow
def test_killed_writers_leave_whole_entries_only(tmp_path):
    """Processes that write one entry over and over are killed at random; what is loaded is always whole."""
    script = (
        "import sys, numpy as np\n"
        "from pathlib import Path\n"
        "from reportgen.runs.cache import Cache\n"
        "from reportgen.runs.raw import RawRun\n"
        "cache = Cache(Path(sys.argv[1]))\n"
        "for k in range(10**6):\n"
        "    history = {'_step': np.arange(2000.0), 'x': np.full(2000, float(k))}\n"
        "    run = RawRun(entity='e', project='p', run_id='r', name='r', state='finished', history=history)\n"
        "    cache.store('key', {}, run)\n"
        "    if k == 0:\n"
        "        print('ready', flush=True)\n"
    )
    rng = np.random.default_rng(3)
    loaded = 0
    for _ in range(8):
        child = subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path)], stdout=subprocess.PIPE, env={**os.environ}, text=True
        )
        child.stdout.readline()
        with pytest.raises(subprocess.TimeoutExpired):
            child.wait(timeout=float(rng.uniform(0.05, 0.4)))
        child.kill()
        child.wait()
        child.stdout.close()
        run = Cache(tmp_path).load("key", {})
        if run is not None:
            loaded += 1
            assert len(set(run.history["x"].tolist())) == 1
    assert loaded
