"""Two readers that know nothing of each other agree: ours of `.wandb` files, and the real `wandb sync`."""

from pathlib import Path

import numpy as np
import pytest

from reportgen.runs.wandb_log import columns, read_wandb_file

RECORDED = Path(__file__).parents[2] / "configs" / "quickstart" / "wandb"


@pytest.fixture(scope="module")
def recorded():
    """Return the quickstart's runs as our own reader reads their files."""
    return {run.run_id: run for run in map(read_wandb_file, sorted(RECORDED.glob("*/*.wandb")))}


@pytest.fixture
def synced(quickstart_server):
    return {run.name: run for run in quickstart_server.runs}


def numbers(rows):
    return columns([{key: float(value) for key, value in row.items()} for row in rows])


def without_internals(mapping):
    """Leave out what the client notes for itself, and the clock, whose end it rounds to seconds in a summary."""
    return {key: value for key, value in mapping.items() if key not in {"_wandb", "_runtime"}}


def test_every_run_is_there(recorded, synced):
    assert sorted(synced) == sorted(recorded)
    assert len(synced) == 20


def test_histories_are_equal_number_by_number(recorded, synced):
    for run_id, run in recorded.items():
        found = numbers(synced[run_id].history.rows)
        assert list(found) == list(run.history)
        for name, values in run.history.items():
            np.testing.assert_array_equal(found[name], values, err_msg=f"{run_id} {name}")


def test_names_groups_tags_states_and_configurations_are_equal(recorded, synced):
    for run_id, run in recorded.items():
        there = synced[run_id]
        assert (there.display_name, there.group, there.job_type) == (run.name, run.group, run.job_type)
        assert (there.state, tuple(there.tags)) == (run.state, run.tags)
        assert (there.project.entity_name, there.project.name) == (run.entity, run.project)
        assert without_internals(there.config) == run.config
        assert without_internals(there.summary) == without_internals(run.summary)


def test_the_exported_files_hold_the_same_numbers(recorded, synced):
    for run_id, run in recorded.items():
        table = synced[run_id].history.table()
        for name, values in run.history.items():
            np.testing.assert_array_equal(table[name].to_numpy().astype(float), values)
