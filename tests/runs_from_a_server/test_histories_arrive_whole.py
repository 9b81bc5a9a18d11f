"""Exported, live and mixed histories are read whole through the unmodified client, with the wanted keys alone."""

import math

import numpy as np
import pytest
from runs_from_a_server.rows import expected, history, points

MODES = {
    "exported": {},
    "exported in three files": {"files": 3},
    "live": {"exported": 0},
    "exported and live": {"exported": 25},
    "exported and live, overlapping": {"exported": 25, "live": 30},
}


@pytest.mark.parametrize("how", MODES.values(), ids=MODES)
def test_every_row_arrives_once(project, how):
    project.add("r", rows=40, **how)
    record = project.read(metrics="[loss, score]").by_id["r"]
    for metric in ("loss", "score"):
        assert points(record, metric) == expected(history(40), metric)


def test_steps_may_lie_far_apart(project, service):
    rows = [{"_step": k * 524_288, "loss": float(k)} for k in range(30)]
    service.add_run("tester", project.name, "r", history=rows, exported=10)
    got = project.read()
    assert points(got.by_id["r"]) == expected(rows)
    assert sum(got.requests.values()) < 15


def test_infinities_texts_and_truth_become_numbers_and_the_rest_is_told(project, service):
    rows = [
        {"loss": 1, "flag": True, "n": {"a": 2.5}, "note": "fine"},
        {"loss": math.inf, "flag": False, "n": {"a": 3.5}},
        {"loss": -math.inf},
        {"loss": math.nan},
        {"loss": "later"},
    ]
    rows = [{"_step": k, **row} for k, row in enumerate(rows)]
    for run_id, how in {"live": {"exported": 0}, "exported": {}}.items():
        service.add_run("tester", project.name, run_id, history=rows, **how)
    for record in project.read(metrics="[loss, flag, n.a]").records:
        assert points(record, "loss") == {0.0: 1.0, 1.0: math.inf, 2.0: -math.inf}
        assert points(record, "flag") == {0.0: 1.0, 1.0: 0.0}
        assert points(record, "n.a") == {0.0: 2.5, 1.0: 3.5}
        assert record.notes == ("1 value of 'loss' is no number and left out, e.g. 'later'",)


def test_only_the_wanted_keys_are_kept(project):
    project.add("r")
    assert project.read(metrics="['sc*']").by_id["r"].metrics == ("score",)


def test_system_metrics_that_a_run_logs_come_when_asked_for(project, service):
    service.add_run("tester", project.name, "r", history=[{"monitor/gpu.0.memory": 3.0, "loss": 1.0}])
    assert project.read(metrics="['monitor/*']").by_id["r"].metrics == ("monitor/gpu.0.memory",)


def test_what_the_server_knows_of_a_run_comes_with_it(project):
    project.add("r", name="sky", group="g", sweep="s", tags=["t"], job_type="train", config={"a": {"b": 1}})
    record = project.read().by_id["r"]
    assert record.id == f"tester/{project.name}/r"
    assert (record.name, record.group, record.sweep, record.tags, record.job_type) == ("sky", "g", "s", ("t",), "train")
    assert record.config == {"a": {"b": 1}}
    assert record.url.endswith(f"/tester/{project.name}/runs/r")
    assert record.updated_at == "2023-11-14T22:13:59+00:00"


def test_a_spec_chooses_its_runs_on_the_server(project):
    for k in range(6):
        project.add(
            f"r{k}", name=f"sky_{k}" if k < 4 else f"sea.{k}", group="g" if k % 2 else "h", config={"lr": k / 10}
        )
    chosen = project.read(
        'runs: {glob: ["sky_*", "sea.*"], exclude: sky_1}, filters: {group: g, config.lr: [0.3, 0.5]}'
    )
    assert list(chosen.by_id) == ["r3", "r5"]
    assert list(project.read("runs: {ids: [r0, r9]}").by_id) == ["r0"]


def test_runs_in_states_that_do_not_count_are_listed_and_not_fetched(project):
    project.add("r0")
    project.add("r1", state="failed")
    got = project.read(states=("finished",))
    assert [len(record.series) for record in got.records] == [1, 0]
    assert got.requests["RunParquetHistory"] == 1


def test_a_hundred_runs_are_listed_in_one_request(project):
    for k in range(100):
        project.add(f"r{k:03}", rows=1)
    got = project.read("filters: {created_before: 2027-01-01}", metrics="[loss]")
    assert len(got.records) == 100
    assert got.requests["Runs"] == 1
    np.testing.assert_array_equal([points(record)[0.0] for record in got.records], np.zeros(100))
