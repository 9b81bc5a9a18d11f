"""`reportgen cache`: what is in it, whether it is whole, and how it gets smaller."""

import json
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest
from click.testing import CliRunner

from reportgen.cli import main
from reportgen.runs import entries
from reportgen.runs.cache import Cache
from reportgen.runs.entries import Entry
from reportgen.runs.raw import RawRun
from reportgen.runs.upkeep import clear, prune, verify


@pytest.fixture
def cache(tmp_path, monkeypatch):
    """A cache of three runs, fetched on three days, `old` first."""
    cache = Cache(tmp_path / "cache")
    for day, name in enumerate(("old", "newer", "newest")):
        moment = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(days=day)
        monkeypatch.setattr(entries, "datetime", type("Clock", (), {"now": staticmethod(lambda _, m=moment: m)}))
        history = {"_step": np.arange(1000.0), "x": np.random.default_rng(day).normal(size=1000)}
        run = RawRun(entity="e", project="p", run_id=name, name=name, state="finished", history=history)
        cache.store(f"host/e/p/{name}", {}, run)
    return cache


def call(cache, *arguments, **more):
    return CliRunner().invoke(main, ["cache", *arguments, "--cache-dir", str(cache.folder)], **more)


def damage(cache, key):
    path = cache.runs / cache.entry(key).history
    path.write_bytes(b"x" + path.read_bytes()[1:])


def rewritten(cache, key, **fields):
    path = cache.metadata(key)
    path.write_text(json.dumps({**json.loads(path.read_text()), **fields}))


def test_runs_are_listed_with_their_size_and_age(cache):
    done = call(cache, "ls")
    lines = done.output.splitlines()
    assert [line.split()[0] for line in lines[:3]] == ["host/e/p/newer", "host/e/p/newest", "host/e/p/old"]
    assert "1,000 rows  step 999" in lines[0]
    assert "2026-01-02" in lines[0]
    assert lines[3].startswith("3 runs, ")
    assert call(Cache(cache.folder / "none"), "ls").output.startswith("0 runs, 0 B")


def test_a_whole_cache_is_called_whole(cache):
    done = call(cache, "verify")
    assert (done.exit_code, done.output) == (0, "3 of 3 entries are whole\n")


def test_what_is_damaged_older_or_newer_is_named(cache):
    damage(cache, "host/e/p/old")
    rewritten(cache, "host/e/p/newer", schema=1)
    rewritten(cache, "host/e/p/newest", schema=99)
    done = call(cache, "verify")
    assert done.exit_code == 5
    assert "damaged  host/e/p/old: the history has another hash" in done.output
    assert {one.state for one in verify(cache)} == {"damaged", "older", "newer"}
    assert "1 damaged entries; they are never used" in done.output


def test_pruning_deletes_what_cannot_be_used_and_then_the_oldest(cache):
    damage(cache, "host/e/p/newest")
    size = cache.entry("host/e/p/newer").size
    assert prune(cache, 10**9) == ("host/e/p/newest",)
    assert prune(cache, size + 10) == ("host/e/p/old",)
    assert [entry.key for entry in cache.entries()] == ["host/e/p/newer"]
    assert list(json.loads((cache.folder / "cache_index.json").read_text())["runs"]) == ["host/e/p/newer"]
    assert cache.load("host/e/p/newer", {}) is not None


def test_pruning_leaves_entries_of_a_newer_version(cache):
    rewritten(cache, "host/e/p/old", schema=99)
    assert prune(cache, 0) == ("host/e/p/newer", "host/e/p/newest")
    assert cache.metadata("host/e/p/old").exists()


@pytest.mark.parametrize(
    ("text", "size"), [("0", 0), ("1kB", 1000), ("2 KiB", 2048), ("1.5MB", 1_500_000), ("1g", 10**9)]
)
def test_sizes_are_written_as_people_write_them(cache, text, size):
    left = [entry.key for entry in cache.entries()] if sum(entry.size for entry in cache.entries()) <= size else None
    done = call(cache, "prune", "--max-size", text)
    assert done.exit_code == 0
    assert left is None or [entry.key for entry in cache.entries()] == left
    assert sum(entry.size for entry in cache.entries()) <= size


def test_a_size_that_is_none_is_told(cache):
    done = call(cache, "prune", "--max-size", "much")
    assert done.exit_code == 2
    assert "'much' is no size; write e.g. 500MB or 2GiB" in done.output


def test_clearing_asks_first_and_deletes_only_what_is_the_caches(cache):
    cache.index()
    (cache.folder / "mine.txt").write_text("mine")
    assert call(cache, "clear", input="n\n").exit_code == 1
    assert len(cache.entries()) == 3
    assert call(cache, "clear", "--yes").exit_code == 0
    assert [path.name for path in cache.folder.iterdir()] == ["mine.txt"]
    assert clear(cache) == 0


def test_a_cache_that_is_a_file_is_told_by_every_command(tmp_path):
    (tmp_path / "cache").write_text("x")
    for command in (["ls"], ["verify"], ["prune"], ["clear", "--yes"]):
        done = call(Cache(tmp_path / "cache"), *command)
        assert done.exit_code == 5
        assert "the cache must be a folder" in done.output


def test_what_was_written_is_what_is_read(cache):
    entry = cache.entry("host/e/p/old")
    again = Entry.read(entry.written())
    assert again.written() == entry.written()
