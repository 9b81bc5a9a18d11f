"""Whatever happens to the writers, the disk or the files: the old entry, the new one or none, never a third."""

import contextlib
import errno
import json
import os
import resource
import signal
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from reportgen.errors import EnvironmentFault
from reportgen.runs import drafts
from reportgen.runs.cache import GRACE, Cache, UnwritableCacheError
from reportgen.runs.entries import Entry, Fetch
from reportgen.runs.history import HistoryWriter, WrittenHistory
from reportgen.runs.raw import RawRun
from reportgen.runs.upkeep import verify

RUNS = 20
KEYS = [f"host/e/p/{k}" for k in range(RUNS)]


def raw(k, rows=300):
    """Make a run whose every value tells which run it is."""
    history = {"_step": np.arange(float(rows)), "x": np.full(rows, float(k))}
    return RawRun(entity="e", project="p", run_id=str(k), name=f"run {k}", state="finished", history=history)


def content(cache, keys=KEYS):
    """Return every value that the cache hands out."""
    loaded = {key: cache.load(key) for key in keys}
    return {key: (run.name, run.history["x"].tolist()) for key, run in loaded.items() if run is not None}


def expected(keys=KEYS):
    return {key: (f"run {key.rpartition('/')[2]}", [float(key.rpartition("/")[2])] * 300) for key in keys}


FETCHERS = """
import os, random, signal, sys, time
from pathlib import Path
sys.path.insert(0, sys.argv[2])
import filelock, pyarrow.parquet
from test_the_cache_under_faults import KEYS, content, expected, raw
from reportgen.runs.cache import Cache

cache = Cache(Path(sys.argv[1]))

def fetch():
    "Fetch what is missing, as a build does."
    for k, key in enumerate(KEYS):
        with cache.claimed(key):
            if cache.load(key, {"v": "1"}) is None:
                cache.store(key, {"v": "1"}, raw(k))

def started():
    child = os.fork()
    if child == 0:
        code = 1
        try:
            fetch()
            code = 0
        finally:
            os._exit(code)
    return child

def ended(child):
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
"""


def fetchers(folder, script):
    """Run a script in a process that has loaded everything and may fork fetchers of its own."""
    command = [sys.executable, "-c", FETCHERS + script, str(folder), str(Path(__file__).parent)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.split()


HOLD = """
import sys, time
from pathlib import Path
from reportgen.runs.cache import Cache
with Cache(Path(sys.argv[1])).claimed("key"):
    print("held", flush=True)
    time.sleep(60)
"""


def end(child):
    child.wait()
    child.stdout.close()
    return child.returncode


def test_a_fetch_killed_at_any_moment_is_finished_by_the_next_one(tmp_path):
    script = """
moments = random.Random(4)
for _ in range(8):
    goal = len(list(cache.runs.glob("*.json"))) + moments.randint(1, 2)
    child = started()
    while len(list(cache.runs.glob("*.json"))) < min(goal, len(KEYS)):
        time.sleep(0.001)
    time.sleep(moments.uniform(0, 0.005))
    os.kill(child, signal.SIGKILL)
    assert ended(child) in {0, -signal.SIGKILL}
    whole = os.fork()
    if whole == 0:  # looks in a process of its own, so that none that forks has read Parquet
        found = content(cache)
        os._exit(0 if found.items() <= expected().items() else 1)
    assert ended(whole) == 0
    print(len(cache.entries()))
assert ended(started()) == 0
"""
    seen = [int(count) for count in fetchers(tmp_path, script)]
    assert any(0 < count < RUNS for count in seen), "no fetch was killed on its way"
    assert content(Cache(tmp_path)) == expected()


@pytest.mark.parametrize("locks", [True, False])
def test_two_fetches_at_once_leave_what_one_would(tmp_path, locks):
    loosened = "" if locks else "filelock.FileLock.acquire = lambda self, *a, **k: None\n"
    fetchers(tmp_path, loosened + "assert [ended(child) for child in (started(), started())] == [0, 0]")
    assert content(Cache(tmp_path)) == expected()
    assert {one.state for one in verify(Cache(tmp_path))} == {"whole"}
    assert set(Cache(tmp_path).index()) == set(KEYS)


def test_a_lock_whose_holder_was_killed_is_free(tmp_path):
    child = subprocess.Popen([sys.executable, "-c", HOLD, str(tmp_path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout.readline() == "held\n"
    cache = Cache(tmp_path)
    with cache.claimed("key", patience=0.05):
        pass  # the holder lives: after a while the work is done twice
    child.kill()
    end(child)
    with cache.claimed("key"):
        cache.store("key", {}, raw(1))
    assert cache.load("key") is not None


def test_a_claim_lets_only_one_do_the_work(tmp_path):
    fetched = []

    def fetch():
        cache = Cache(tmp_path)
        with cache.claimed("key"):
            if cache.load("key", {}) is None:
                fetched.append(cache.store("key", {}, raw(1)))

    workers = [threading.Thread(target=fetch) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert len(fetched) == 1


def answer(question):
    """Return what a question gives, and the text of the fault that it ends in."""
    try:
        return question(), ""
    except EnvironmentFault as error:
        return None, str(error)


class Failing:
    """Lets the n-th call of every write, fsync and rename fail, counted together."""

    def __init__(self, monkeypatch, n):
        self.left = n
        for owner, name in ((drafts.Draft, "write"), (os, "fsync"), (Path, "replace")):
            monkeypatch.setattr(owner, name, self.wrapped(getattr(owner, name)))

    def wrapped(self, function):
        def call(*arguments):
            self.left -= 1
            if self.left == 0:
                raise OSError(errno.EIO, "the disk is broken")
            return function(*arguments)

        return call


def test_whichever_step_of_writing_fails_the_entry_is_the_old_or_the_new_one(tmp_path):
    outcomes = []
    for n in range(1, 100):
        cache = Cache(tmp_path / str(n))
        cache.store("key", {"v": "old"}, raw(1))
        with pytest.MonkeyPatch.context() as patch:
            failing = Failing(patch, n)
            given = cache.store("key", {"v": "new"}, raw(2))
        assert given.history["x"][0] == 2
        old, new = cache.load("key", {"v": "old"}), cache.load("key", {"v": "new"})
        assert (old is None) != (new is None)
        assert set((old or new).history["x"].tolist()) == ({1.0} if old else {2.0})
        assert cache.drafts() == []
        outcomes.append("old" if old else "new")
        if failing.left > 0:
            break
    assert failing.left > 0
    assert outcomes[-1] == "new"
    assert outcomes.count("old") >= 5


def test_whichever_step_of_adopting_fails_the_run_is_whole_and_the_entry_is_the_old_or_the_new_one(tmp_path):
    outcomes = []
    for n in range(1, 100):
        cache = Cache(tmp_path / str(n))
        cache.store("key", {"v": "old"}, raw(1))
        draft = drafted(cache.drafting(), raw(2).history)
        with pytest.MonkeyPatch.context() as patch:
            failing = Failing(patch, n)
            given = cache.adopt("key", {"v": "new"}, raw(2), draft, Fetch())
        assert set(given.history["x"].tolist()) == {2.0}
        old, new = cache.load("key", {"v": "old"}), cache.load("key", {"v": "new"})
        assert (old is None) != (new is None)
        assert set((old or new).history["x"].tolist()) == ({1.0} if old else {2.0})
        outcomes.append("old" if old else "new")
        if failing.left > 0:
            break
    assert failing.left > 0
    assert outcomes == ["old"] * 4 + ["new"] * 2  # history's name; metadata's content, flush and name; the folder


def drafted(folder, history):
    """Write a history as the process that fetches does."""
    draft = drafts.Draft(folder)
    writer = HistoryWriter(draft, tuple(history))
    writer.append(history)
    writer.close()
    draft.finish()
    about = {"rows": writer.rows, "columns": writer.columns, "sha256": draft.sha256, "size": draft.size}
    return WrittenHistory(path=draft.path, **about)


def test_a_full_disk_costs_the_cache_and_nothing_else(tmp_path):
    cache = Cache(tmp_path)
    cache.store("small", {}, raw(1))
    noise = np.random.default_rng(1).normal(size=200_000)
    large = replace(raw(2), history={"_step": np.arange(200_000.0), "x": noise})
    former, handler = resource.getrlimit(resource.RLIMIT_FSIZE), signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, former[1]))
    try:
        assert cache.store("large", {}, large) is large
        told = r"cannot be written .*; make room, or give another folder"
        with cache.writing("large", ["x"]) as writer, pytest.raises(UnwritableCacheError, match=told):
            writer.append({"x": noise})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, former)
        signal.signal(signal.SIGXFSZ, handler)
    assert cache.load("large") is None
    assert cache.load("small") is not None
    assert cache.drafts() == []


@pytest.mark.parametrize("kind", ["file", "no folder can be made", "read only"])
def test_where_nothing_can_be_written_runs_are_handed_on_uncached(tmp_path, kind, monkeypatch):
    if kind == "file":
        (tmp_path / "cache").write_text("mine")
    elif kind == "no folder can be made":
        monkeypatch.setattr(Path, "mkdir", lambda *_, **__: (_ for _ in ()).throw(PermissionError(errno.EACCES, "no")))
    else:  # the superuser may write anywhere, so the system's answer is given for it
        Cache(tmp_path / "cache").store("there", {}, raw(3))
        refused = lambda *_, **__: (_ for _ in ()).throw(OSError(errno.EROFS, "Read-only file system"))  # noqa: E731
        monkeypatch.setattr(drafts.tempfile, "mkstemp", refused)
    cache, run = Cache(tmp_path / "cache"), raw(1)
    assert cache.store("key", {}, run) is run
    assert cache.load("key") is None
    assert set(cache.index()) == ({"there"} if kind == "read only" else set())
    with cache.claimed("key"):
        pass
    if kind == "file":
        assert (tmp_path / "cache").read_text() == "mine"
    if kind == "read only":
        assert cache.load("there") is not None


def test_no_flipped_bit_of_metadata_goes_unnoticed(tmp_path):
    cache = Cache(tmp_path)
    run = replace(raw(1), config={"lr": 0.125, "name": "straße", "nested": {"a": [1, None, float("inf")]}})
    stored = cache.store("key", {"file": "hash"}, run)
    path = cache.metadata("key")
    whole = path.read_bytes()
    rng = np.random.default_rng(6)
    for place in rng.integers(0, len(whole), 200):
        changed = bytearray(whole)
        changed[place] ^= 1 << int(rng.integers(8))
        path.write_bytes(bytes(changed))
        found, refused = answer(lambda: cache.load("key", {"file": "hash"}))
        assert "newer" in refused if refused else True
        assert found is None or (found.config, found.name, found.rows) == (stored.config, stored.name, stored.rows)


def test_damage_is_told_until_the_run_is_stored_anew(tmp_path):
    cache = Cache(tmp_path)
    cache.store("key", {}, raw(1))
    history = tmp_path / "runs" / cache.entry("key").history
    history.write_bytes(history.read_bytes()[:-9])
    assert cache.load("key") is None
    assert cache.faults == {"key": "its copy in the cache was damaged (the history has another hash)"}
    history.unlink()
    assert cache.load("key") is None
    assert "No such file" in cache.faults["key"]
    cache.store("key", {}, raw(1))
    assert cache.faults == {}


def test_a_history_that_is_damaged_or_lost_while_it_is_used_stops_the_build_with_a_way_on(tmp_path):
    cache = Cache(tmp_path)
    noise = np.random.default_rng(8).normal(size=5000)
    run = cache.store("key", {}, replace(raw(1), history={"x": noise}))
    path = tmp_path / "runs" / cache.entry("key").history
    whole = path.read_bytes()
    silent = 0
    for place in np.linspace(0, len(whole) - 1, 60).astype(int):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 16]) + whole[place + 1 :])
        found, refused = answer(lambda: list(run.history["x"]))
        silent += not refused and found != noise.tolist()
        assert "run the command again" in refused if refused else True
    assert silent == 0
    path.unlink()
    with pytest.raises(EnvironmentFault, match="lost or damaged while it was in use"):
        run.history["x"].sum()


def test_what_is_not_committed_does_not_exist(tmp_path):
    cache = Cache(tmp_path)
    with contextlib.suppress(ConnectionError), cache.writing("key", ["x"]) as writer:
        writer.append({"x": np.ones(10)})
        raise ConnectionError("the network is gone")
    assert cache.load("key") is None
    assert list((tmp_path / "runs").iterdir()) == []
    cache.store("key", {}, raw(1), Fetch(complete=False))
    assert cache.load("key") is None


def test_a_run_asked_for_more_keys_than_it_was_fetched_with_is_fetched_again(tmp_path):
    cache = Cache(tmp_path)
    cache.store("some", {}, raw(1), Fetch(keys=("x", "absent in this run")))
    cache.store("all", {}, raw(1))
    assert cache.load("some", {}, keys=("x",)) is not None
    assert cache.load("some", {}, keys=("absent in this run",)) is not None
    assert cache.load("some", {}, keys=("x", "one more")) is None
    assert cache.load("some", {}, keys=None) is None
    assert cache.load("all", {}, keys=None) is not None


def test_new_metadata_leave_the_history(tmp_path):
    cache = Cache(tmp_path)
    run = cache.store("key", {"tags": "1"}, raw(1))
    before = cache.entry("key")
    renamed = cache.refresh("key", {"tags": "2"}, replace(run, name="renamed", tags=("new",)))
    assert (renamed.name, renamed.history["x"][0]) == ("renamed", 1)
    assert cache.load("key", {"tags": "1"}) is None
    assert cache.load("key", {"tags": "2"}).tags == ("new",)
    assert cache.entry("key").sha256 == before.sha256
    assert cache.refresh("other", {}, run) is None


@pytest.mark.parametrize("years", [-1, 1])
def test_a_clock_that_is_a_year_off_changes_nothing(tmp_path, monkeypatch, years):
    cache = Cache(tmp_path)
    cache.store("key", {}, raw(1))
    for path in (tmp_path / "runs").iterdir():
        os.utime(path, times=(path.stat().st_mtime + years * 365 * 86400,) * 2)
    cache.index()
    assert content(cache, ["key"]) == {"key": ("run 1", [1.0] * 300)}
    assert cache.store("key", {"v": "2"}, raw(2)).history["x"][0] == 2
    assert cache.load("key", {}) is None


def test_what_killed_writers_left_goes_after_a_day_and_not_before(tmp_path):
    cache = Cache(tmp_path)
    cache.store("key", {}, raw(1))
    left = [tmp_path / "runs" / name for name in (f"{drafts.PREFIX}x", "key_history-0123456789abcdef.parquet")]
    foreign = tmp_path / "runs" / "notes.txt"
    for path in (*left, foreign):
        path.write_text("x")
    cache.index()
    assert all(path.exists() for path in left)
    for path in (*left, foreign):
        os.utime(path, times=(path.stat().st_mtime - GRACE - 60,) * 2)
    cache.index()
    assert not any(path.exists() for path in left)
    assert foreign.exists()
    assert cache.load("key") is not None


def test_an_entry_under_another_entrys_name_is_none(tmp_path):
    cache = Cache(tmp_path)
    cache.store("one", {}, raw(1))
    cache.metadata("two").write_bytes(cache.metadata("one").read_bytes())
    assert cache.load("two") is None
    assert [entry.key for entry in cache.entries()] == ["one"]


def test_the_metadata_hold_what_a_later_fetch_must_know(tmp_path):
    cache = Cache(tmp_path)
    fetch = Fetch(method="exports", heartbeat="2026-01-02T03:04:05", wandb_version="0.31.0", keys=("x",))
    cache.store("host/e/p/1", {"state": "finished"}, replace(raw(1), state="running"), fetch)
    written = json.loads(cache.metadata("host/e/p/1").read_text())
    known = {
        "schema": 2, "source": "wandb", "entity": "e", "project": "p", "run_id": "1", "state": "running",
        "last_step": 299, "heartbeat": "2026-01-02T03:04:05", "keys": ["x"], "rows": 300, "method": "exports",
        "wandb_version": "0.31.0", "complete": True,
    }  # fmt: skip
    assert {name: written[name] for name in known} == known
    assert {"sha256", "size", "fetched_at"} <= set(written)
    assert Entry.read(cache.metadata("host/e/p/1").read_bytes()).fetch == replace(fetch, last_step=299.0)


def test_a_history_without_rows_or_columns_comes_back(tmp_path):
    cache = Cache(tmp_path)
    for key, history in {"nothing": {}, "no rows": {"x": np.empty(0)}}.items():
        run = cache.store(key, {}, replace(raw(1), history=history))
        assert (run.rows, list(run.history)) == (0, list(history))
        assert [run.history[name].size for name in history] == [0] * len(history)
