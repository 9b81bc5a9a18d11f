"""What the unmodified wandb client reads from the server of the tests: the proof that it stands in for the service."""

import math

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest
from wandb_server import faults

STEPS = 2500


@pytest.fixture
def download(tmp_path):
    """Return a reading of a run's exported rows, in the order of their steps."""

    def read(run):
        result = run.download_history_exports(tmp_path, require_complete_history=True)
        assert not result.errors
        return pd.concat([pq.read_table(path).to_pandas() for path in result.paths]).sort_values("_step")

    return read


def test_the_user_of_the_key_is_named(wandb_server, api):
    assert api.viewer.username == "tester"


def test_another_key_is_refused(wandb_server, wandb_client_env):
    import wandb  # noqa: PLC0415 - slow to load

    with pytest.raises(wandb.errors.AuthenticationError):
        wandb.Api(api_key="x" * 40)


def test_a_project_that_does_not_exist_is_said_to_be_missing(wandb_server, ids):
    with pytest.raises(ValueError, match="Could not find project"):
        ids("tester/nowhere")


def test_a_listing_tells_all_about_a_run(wandb_server, api):
    wandb_server.add_run(
        "tester", "p", "r1", name="agent 1", config={"lr": 0.1, "env": {"name": "maze"}, "gap": math.nan},
        summary={"score": 3.5}, tags=["a", "b"], group="g", job_type="train", sweep="s1", state="crashed",
        created_at="2026-01-02T03:04:05Z", heartbeat="2026-01-02T04:00:00Z", history={"loss": [1.0, None, 3.0]},
    )  # fmt: skip
    [run] = api.runs("tester/p", lazy=False)
    assert (run.id, run.name, run.state, run.group, run.job_type) == ("r1", "agent 1", "crashed", "g", "train")
    assert run.config == {"lr": 0.1, "env": {"name": "maze"}, "gap": None}
    assert run.summary["score"] == 3.5
    assert run.tags == ["a", "b"]
    assert run.created_at == "2026-01-02T03:04:05Z"
    assert run.heartbeat_at == "2026-01-02T04:00:00Z"
    assert run.sweep_name == "s1"
    assert run.history_keys["lastStep"] == 2
    assert run.history_keys["keys"]["loss"] == {"typeCounts": [{"type": "number", "count": 2}]}


def test_a_thousand_runs_are_listed_in_five_requests(wandb_server, ids):
    for index in range(1000):
        wandb_server.add_run("tester", "p", f"r{index:04d}")
    listed = ids("tester/p", per_page=200)
    assert listed == [f"r{index:04d}" for index in range(1000)]
    assert wandb_server.requests.count("Runs") == 5


@pytest.mark.parametrize("files", [1, 3])
def test_exported_rows_arrive_whole_from_parquet_files(wandb_server, api, download, files):
    wandb_server.add_run("tester", "p", "r", history={"loss": np.arange(STEPS) / 3, "odd": [None, 1.0] * (STEPS // 2)},
                         files=files)  # fmt: skip
    frame = download(api.run("tester/p/r"))
    np.testing.assert_array_equal(frame["_step"], np.arange(STEPS))
    np.testing.assert_array_equal(frame["loss"], np.arange(STEPS) / 3)
    assert frame["odd"].count() == STEPS // 2
    assert wandb_server.requests.count("*.parquet") == files


def test_rows_that_were_not_exported_are_told_before_a_download(wandb_server, api, download):
    from wandb.apis.public import runhistory  # noqa: PLC0415 - slow to load

    wandb_server.add_run("tester", "p", "r", history={"loss": np.arange(10.0)}, exported=6, state="running")
    with pytest.raises(runhistory.IncompleteRunHistoryError):
        download(api.run("tester/p/r"))


@pytest.mark.parametrize(("exported", "live"), [(STEPS, None), (0, None), (1500, None), (1500, 1200)])
def test_a_scan_finds_every_row_and_some_of_them_twice(wandb_server, api, exported, live):
    wandb_server.add_run("tester", "p", "r", history={"loss": np.arange(STEPS) / 3}, exported=exported, live=live)
    rows = list(api.run("tester/p/r").scan_history(use_cache=False))
    found = {row["_step"]: row["loss"] for row in rows}
    assert found == {step: pytest.approx(step / 3) for step in range(STEPS)}
    assert (len(rows) > STEPS) == (0 < exported < STEPS)


def test_a_scan_of_exported_rows_by_key_reads_ranges_of_the_file(wandb_server, api):
    wandb_server.add_run("tester", "p", "r", history={"loss": np.arange(50.0), "other": np.arange(50.0)})
    rows = list(api.run("tester/p/r").scan_history(keys=["loss"], use_cache=False))
    assert [row["loss"] for row in rows] == list(range(50))
    assert any(request.headers.get("Range") for request in wandb_server.requests)


def test_a_live_scan_by_keys_gives_rows_that_hold_all_of_them_only(wandb_server, api):
    rows = [{"loss": 1.0, "score": 5.0}, {"loss": 2.0}, {"score": 7.0}, {"loss": 4.0, "score": 8.0}]
    wandb_server.add_run("tester", "p", "r", history=rows, exported=0, state="running")
    run = api.run("tester/p/r")
    both = list(run.scan_history(keys=["loss", "score"], use_cache=False))
    assert [(row["loss"], row["score"]) for row in both] == [(1, 5), (4, 8)]
    assert [row["loss"] for row in run.scan_history(keys=["loss"], use_cache=False)] == [1, 2, 4]
    assert list(run.scan_history(keys=["unknown"], use_cache=False)) == []


def test_the_types_of_what_was_logged_are_told_and_counted(wandb_server, api):
    rows = [{"x": 1.0}, {"x": math.nan}, {"x": "text"}, {"x": {"_type": "image-file"}}, {"x": [1]}]
    wandb_server.add_run("tester", "p", "r", history=rows)
    told = api.run("tester/p/r").history_keys["keys"]["x"]["typeCounts"]
    assert {one["type"]: one["count"] for one in told} == {"number": 2, "string": 1, "image-file": 1, "list": 1}


def test_a_server_may_claim_steps_that_it_does_not_have(wandb_server, api):
    wandb_server.add_run("tester", "p", "r", last_step=99)
    [run] = api.runs("tester/p", lazy=False)
    assert run.history_keys["lastStep"] == 99
    assert list(run.scan_history(use_cache=False)) == []


def test_values_that_are_no_finite_numbers_arrive_as_texts_when_live(wandb_server, api):
    rows = [{"loss": math.nan}, {"loss": math.inf}, {"loss": -math.inf}, {"media": {"_type": "image-file"}}]
    wandb_server.add_run("tester", "p", "r", history=rows, exported=0, state="running")
    read = list(api.run("tester/p/r").scan_history(use_cache=False))
    assert [row.get("loss") for row in read] == ["NaN", "Infinity", "-Infinity", None]
    assert read[3]["media"] == {"_type": "image-file"}


def test_a_run_that_goes_on_shows_its_new_rows_and_then_its_end(wandb_server, api):
    run = wandb_server.add_run("tester", "p", "r", history=[{"loss": 1.0}], exported=0, state="running")
    assert [row["loss"] for row in api.run("tester/p/r").scan_history(use_cache=False)] == [1]
    run.log([{"loss": 2.0}])
    run.finish()
    api.flush()
    again = api.run("tester/p/r")
    assert again.state == "finished"
    assert [row["loss"] for row in again.scan_history(use_cache=False)] == [1, 2]


def test_runs_that_were_removed_are_gone(wandb_server, api, ids):
    for name in "ab":
        wandb_server.add_run("tester", "p", name)
    wandb_server.remove_run("tester", "p", "a")
    assert ids("tester/p") == ["b"]


def test_sweeps_are_found(wandb_server, api):
    wandb_server.add_run("tester", "p", "r", sweep="s1")
    sweep = api.sweep("tester/p/s1")
    assert sweep.config["method"] == "grid"
    assert [run.id for run in sweep.runs] == ["r"]


def test_projects_are_listed(wandb_server, api):
    for name in ("one", "two"):
        wandb_server.add_project("tester", name)
    assert [project.name for project in api.projects("tester")] == ["one", "two"]


FILE_FAULTS = {
    "missing": (faults.missing(), "404"),
    "refused": (faults.status(403), "403"),
    "busy": (faults.status(503), "503"),
    "cut off": (faults.truncated(), "unexpected EOF"),
    "reset": (faults.reset(), "connection reset"),
}


@pytest.fixture
def faulty_download(wandb_server, api, tmp_path):
    """Download a run of two files, one with a fault; return (names of what arrived, what is told of the rest)."""

    def read(fault):
        wandb_server.add_run("tester", "p", "r", history={"loss": np.arange(20.0)}, files=2)
        wandb_server.faults.add("*/0.parquet", fault)
        result = api.run("tester/p/r").download_history_exports(tmp_path, require_complete_history=True)
        return sorted(path.name for path in result.paths), result.errors

    return read


@pytest.mark.parametrize("name", FILE_FAULTS)
def test_a_file_that_fails_is_told_beside_the_others_and_raises_nothing(faulty_download, name):
    fault, words = FILE_FAULTS[name]
    arrived, errors = faulty_download(fault)
    assert arrived == ["tester_p_r_1.runhistory.parquet"]
    [(path, told)] = errors.items()
    assert path.name == "tester_p_r_0.runhistory.parquet"
    assert words in told


@pytest.mark.parametrize("fault", [faults.short_file(), faults.flipped_bit(), faults.html()])
def test_a_file_that_is_damaged_where_it_is_stored_passes_for_whole(faulty_download, fault):
    arrived, errors = faulty_download(fault)
    assert len(arrived) == 2
    assert errors == {}


API_FAULTS = {
    "unauthorized": (faults.status(401), 1),
    "forbidden": (faults.status(403), 1),
    "not found": (faults.status(404), 1),
    "too many requests": (faults.status(429, retry_after=0), 2),
    "broken": (faults.status(500), 2),
    "reset": (faults.reset(), 2),
    "cut off": (faults.truncated(), 1),
    "a page": (faults.html(), 1),
    "an error in a 200": (faults.graphql_error("boom"), 1),
    "a rate limit in a 200": (faults.rate_limited_in_200(), 1),
}


@pytest.mark.parametrize("name", API_FAULTS)
def test_a_listing_that_fails_is_one_kind_of_error_and_only_some_are_asked_for_again(wandb_server, api, ids, name):
    from wandb.sdk.lib.service.service_connection import WandbApiFailedError  # noqa: PLC0415 - slow to load

    fault, requests = API_FAULTS[name]
    wandb_server.add_run("tester", "p", "r")
    wandb_server.faults.add("Runs", fault)
    with pytest.raises(WandbApiFailedError):
        ids("tester/p")
    assert wandb_server.requests.count("Runs") == requests


def test_the_client_comes_again_when_the_server_was_busy(wandb_server, api, ids):
    wandb_server.add_run("tester", "p", "r")
    wandb_server.faults.add("Runs", faults.status(503), times=1)
    assert ids("tester/p") == ["r"]
    assert wandb_server.requests.count("Runs") == 2
