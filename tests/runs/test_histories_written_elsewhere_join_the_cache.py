"""The process that fetches writes a history; the cache takes the file over, or hands the run on without it."""

import errno
from pathlib import Path

import numpy as np
import pytest

from reportgen.runs.cache import Cache
from reportgen.runs.drafts import Draft
from reportgen.runs.entries import Fetch
from reportgen.runs.history import HistoryWriter, StoredHistory, WrittenHistory
from reportgen.runs.raw import RawRun

HISTORY = {"_step": np.arange(5.0), "loss": np.array([1.0, np.nan, 3.0, np.inf, 5.0])}
RUN = RawRun(entity="e", project="p", run_id="r", name="r", state="finished", history={})


def written(folder):
    draft = Draft(folder)
    writer = HistoryWriter(draft, tuple(HISTORY))
    writer.append(HISTORY)
    writer.close()
    draft.finish()
    return WrittenHistory(
        path=draft.path, rows=writer.rows, columns=writer.columns, sha256=draft.sha256, size=draft.size
    )


def same(run):
    return all(np.array_equal(run.history[name], values, equal_nan=True) for name, values in HISTORY.items())


def test_a_history_written_beside_the_cache_becomes_its_entry(tmp_path):
    cache = Cache(tmp_path / "cache")
    run = cache.adopt("key", {"a": "1"}, RUN, written(cache.drafting()), Fetch())
    assert isinstance(run.history, StoredHistory)
    assert same(run)
    assert same(Cache(tmp_path / "cache").load("key", {"a": "1"}))
    assert cache.drafts() == []
    stored = Cache(tmp_path / "other").store("key", {"a": "1"}, RawRun(**{**_fields(RUN), "history": HISTORY}))
    assert stored.history.known == run.history.known  # digests and extents are those of a history stored at once


def _fields(run):
    return {name: getattr(run, name) for name in run.__dataclass_fields__}


def test_a_history_on_another_file_system_is_copied(tmp_path, monkeypatch):
    cache, draft = Cache(tmp_path / "cache"), written(tmp_path)
    cache.drafting()
    plain = Path.replace

    def replace(path, target):
        if path == draft.path:
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return plain(path, target)

    monkeypatch.setattr(Path, "replace", replace)
    cache.adopt("key", {}, RUN, draft, Fetch())
    assert same(Cache(tmp_path / "cache").load("key"))
    assert not draft.path.exists()
    assert cache.drafts() == []


@pytest.mark.parametrize("missing", ["runs", "metadata"])
def test_a_cache_that_cannot_be_written_costs_the_cache_and_not_the_run(tmp_path, monkeypatch, missing):
    cache, draft = Cache(tmp_path / "cache"), written(tmp_path)
    if missing == "metadata":
        cache.drafting()

        def full(*_):
            raise OSError(errno.ENOSPC, "No space left on device")

        monkeypatch.setattr("reportgen.runs.cache.write_file", full)
    run = cache.adopt("key", {}, RUN, draft, Fetch())
    assert isinstance(run.history, dict)
    assert same(run)
    assert cache.load("key") is None


def test_where_the_cache_is_a_file_no_folder_takes_drafts(tmp_path):
    (tmp_path / "cache").write_text("")
    assert Cache(tmp_path / "cache").drafting() is None
