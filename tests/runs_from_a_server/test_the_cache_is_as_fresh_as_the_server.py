"""Warm reads cost the listing; what changed on the server is seen; the cache alone gives the same runs."""

import socket
import subprocess

import pytest
from runs_from_a_server.rows import expected, history, points

from reportgen.errors import DataError, SourceError
from reportgen.runs.cache import Cache
from reportgen.runs.lock import check_lock, locked_run


def same(a, b):
    assert [record.sha256 for record in a.records] == [record.sha256 for record in b.records]
    assert [points(record) for record in a.records] == [points(record) for record in b.records]


def test_a_warm_read_asks_for_the_listing_alone(project):
    for k in range(3):
        project.add(f"r{k}")
    cold, warm = project.read(), project.read()
    assert warm.requests == {"Runs": 1}
    assert warm.freshness.cached == 3
    same(cold, warm)


def test_offline_asks_nobody(project, monkeypatch):
    for k in range(3):
        project.add(f"r{k}", name=f"sky_{k}")
    online = project.read("runs: 'sky_*'")

    def refuse(*_, **__):
        raise AssertionError("somebody was asked")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(subprocess, "Popen", refuse)
    offline = project.read("runs: 'sky_*'", offline=True, remote=None)
    assert offline.requests == {}
    assert offline.told == []
    same(online, offline)


def test_a_running_run_is_fetched_until_it_has_finished(project, service):
    run = project.add("r", rows=20, exported=10, state="running")
    assert points(project.read().by_id["r"]) == expected(history(20))
    run.log(history(10, start=20))
    again = project.read()
    assert again.freshness.fetched == {"still running": ("r",)}
    assert points(again.by_id["r"]) == expected(history(30))
    run.finish()
    done = project.read()
    assert done.freshness.fetched == {"changed on the server": ("r",)}
    assert done.by_id["r"].state == "finished"
    assert project.read().requests == {"Runs": 1}


def test_a_run_that_is_renamed_or_tagged_costs_no_history(project):
    run = project.add("r", name="old")
    project.read()
    run.display_name, run.tags, run.config = "new", ["t"], {"lr": 1}
    got = project.read()
    assert got.requests == {"Runs": 1}
    record = got.by_id["r"]
    assert (record.name, record.tags, record.config) == ("new", ("t",), {"lr": 1})
    assert points(record) == expected(history())
    assert project.read(offline=True).by_id["r"].name == "new"


def test_a_run_deleted_on_the_server_is_kept_with_a_badge(project):
    project.add("r0")
    project.add("r1")
    project.read()
    project.remove("r1")
    got = project.read()
    assert [record.state for record in got.records] == ["finished", "finished, deleted on the server"]
    assert [told.text for told in got.told] == ["1 run no longer on the server is kept as cached: r1."]
    offline = project.read(offline=True)
    assert [(record.id, record.state, record.sha256) for record in offline.records] == [
        (record.id, record.state, record.sha256) for record in got.records
    ]
    assert [told.text for told in offline.told] == [told.text for told in got.told]


def test_a_run_that_comes_back_on_the_server_loses_its_badge(project):
    project.add("r0")
    project.add("r1")
    project.read()
    project.remove("r1")
    project.read()
    project.add("r1")
    assert [record.state for record in project.read().records] == ["finished", "finished"]
    assert [record.state for record in project.read(offline=True).records] == ["finished", "finished"]


def test_new_names_of_a_run_do_not_make_its_history_younger_or_write_it_again(project):
    run = project.add("r")
    project.read()
    (before,) = Cache(project.cache).entries()
    written = (project.cache / "runs" / before.history).stat()
    run.display_name = "new"
    project.read()
    (after,) = Cache(project.cache).entries()
    assert (after.run["name"], after.fetched_at, after.history) == ("new", before.fetched_at, before.history)
    assert (project.cache / "runs" / after.history).stat().st_mtime_ns == written.st_mtime_ns


def test_a_cached_run_that_no_longer_matches_is_not_taken_for_deleted(project):
    run = project.add("r0", name="sky_0")
    project.add("r1", name="sky_1")
    project.read("runs: 'sky_*'")
    run.display_name = "sea_0"
    got = project.read("runs: 'sky_*'")
    assert (list(got.by_id), got.told) == (["r1"], [])


def test_one_metric_more_is_fetched_and_the_former_stay(project):
    project.add("r")
    project.read(metrics="[loss]")
    more = project.read(metrics="[score]")
    assert more.freshness.fetched == {"for metrics that were not wanted before": ("r",)}
    assert more.by_id["r"].metrics == ("score",)
    back = project.read(metrics="[loss]")
    assert back.requests == {"Runs": 1}
    assert back.by_id["r"].metrics == ("loss",)


def test_the_hash_of_a_run_does_not_depend_on_what_else_is_cached(project):
    project.add("r")
    before = project.read(metrics="[loss]").by_id["r"].sha256
    project.read(metrics="[score]")
    assert project.read(metrics="[loss]").by_id["r"].sha256 == before


def test_refresh_fetches_everything_again(project):
    project.add("r")
    project.read()
    assert project.read(refresh=True).freshness.fetched == {"asked for anew": ("r",)}


def test_a_damaged_copy_is_fetched_again_and_offline_it_is_left_out_and_named(project):
    project.add("r0")
    project.add("r1")
    whole = project.read()
    (damaged,) = (project.cache / "runs").glob("*r0*.parquet")
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(bytes(content))
    offline = project.read(offline=True)
    assert [told.text for told in offline.told] == [
        "1 run could not be fetched and is missing: r0. Cause: its copy in the cache is damaged."
    ]
    assert [record.state for record in offline.records] == ["unreadable", "finished"]
    again = project.read()
    assert again.freshness.fetched == {"damaged in the cache": ("r0",)}
    same(whole, again)


def test_offline_without_the_runs_says_what_the_cache_has(project):
    with pytest.raises(
        SourceError, match=r"--offline: the cache .* holds no run of tester/project-\d+; `reportgen fetch"
    ):
        project.read(offline=True)
    project.add("r", name="sky")
    project.read()
    with pytest.raises(SourceError, match=r"that matches runs: skies; there are 1 runs, near: 'sky'"):
        project.read("runs: skies", offline=True)


def test_offline_tells_of_metrics_that_were_not_fetched(project):
    project.add("r")
    project.read(metrics="[loss]")
    got = project.read(metrics="[loss, score]", offline=True)
    assert [told.text for told in got.told] == [
        "1 run was cached for other metrics, and may lack some of this report's: r."
    ]


def test_locked_runs_are_those_of_the_lock_and_new_ones_are_named(project):
    project.add("r0", name="sky_0")
    run = project.add("r1", name="sky_1", state="running", exported=10)
    first = project.read("runs: 'sky_*'")
    lock = {record.id: locked_run(record) for record in first.records}
    project.add("r2", name="sky_2")
    run.log(history(5, start=40))
    again = project.read("runs: 'sky_*'", locked=lock)
    assert [told.text for told in again.told] == ["--locked: the spec would now also take 1 run: sky_2."]
    same(first, again)
    assert check_lock(again.records, lock) == again.records
    changed = project.read("runs: 'sky_*'", locked=lock, refresh=True)
    with pytest.raises(
        DataError, match=r"1 of 2 locked runs are not what they were: .*/r1 \(last step 39.0 then, 44.0 now"
    ):
        check_lock(changed.records, lock)
    with pytest.raises(DataError, match=r"1 of 2 locked runs can no longer be read: .*/r0;"):
        check_lock(changed.records[1:], lock)


def test_an_entry_holds_what_is_needed_to_judge_it(project):
    project.add("r", heartbeat="2026-01-02T00:00:00")
    project.read()
    (entry,) = Cache(project.cache).entries()
    assert entry.fingerprint == {"state": "finished", "heartbeatAt": "2026-01-02T00:00:00", "historyLineCount": "40"}
    assert entry.key.endswith(f"/tester/{project.name}/r")
    assert (entry.fetch.source, entry.fetch.method, entry.rows) == ("wandb", "exports", 40)
