"""Runs that the real W&B SDK recorded: read whole, read around damage, never wrong in silence."""

import csv
import shutil
import signal
import subprocess
import sys

import numpy as np
import pytest

from reportgen.errors import DataError
from reportgen.resources import shipped
from reportgen.runs import read_runs
from reportgen.runs.wandb_log import read_wandb_file
from reportgen.spec import load, loads

QUICKSTART = shipped("configs") / "quickstart"


@pytest.fixture(scope="module")
def recorded():
    """One recorded file of the quickstart."""
    return next((QUICKSTART / "wandb").glob("*q-learning-0/run-*.wandb"))


@pytest.fixture
def read(tmp_path):
    """Read a folder of offline runs through the source and the cache."""

    def _read(folder, lines=""):
        loaded = loads(
            f"wandb_offline: {{path: {folder}}}\nmetrics: {{primary: [x]}}\n{lines}", str(tmp_path / "s.yaml")
        )
        return read_runs(loaded.spec, loaded.root, cache=tmp_path / "cache")

    return _read


def record(script, folder):
    """Run the real SDK in a process of its own, in offline mode."""
    head = (
        "import wandb, os, signal\n"
        "quiet = wandb.Settings(x_disable_meta=True, x_disable_stats=True, x_disable_machine_info=True, "
        "disable_git=True, disable_code=True, console='off', silent=True)\n"
        f"def start(**more): return wandb.init(project='p', dir={str(folder)!r}, mode='offline', "
        "settings=quiet, **more)\n"
    )
    command = [sys.executable, "-c", head + script]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_recorded_runs_hold_what_the_training_scripts_wrote():
    loaded = load(shipped("configs") / "quickstart.yaml")
    records = {record.id.rpartition("/")[2]: record for record in read_runs(loaded.spec, loaded.root)}
    assert len(records) == 20
    first = records["q-learning-0"]
    assert (first.name, first.group, first.state, first.tags) == (
        "q_learning.seed0", "q_learning", "finished", ("quickstart", "tabular"),
    )  # fmt: skip
    assert first.config["agent"]["step_size"] == 0.1
    with (shipped("configs") / "example/scores.csv").open() as file:
        rows = list(csv.DictReader(file))
    for run in ("q_learning-0", "dyna_q-4"):
        series = {one.metric: one for one in records[run.replace("_", "-")].series}
        for task in {row["task"] for row in rows}:
            suite, name = task.split("/")
            written = [row for row in rows if (row["run"], row["task"]) == (run, task)]
            one = series[f"eval_{suite}/{name}"]
            np.testing.assert_allclose(one.values, [float(row["return"]) for row in written], atol=5e-7)
            np.testing.assert_array_equal(one.steps, [float(row["step"]) for row in written])
            assert (np.diff(one.wall_time) > 0).all()


def test_nothing_of_the_recording_machine_is_in_the_files(recorded):
    for path in (QUICKSTART / "wandb").rglob("*.wandb"):
        content = path.read_bytes()
        for word in (b"/home/", b"/usr/", b"/tmp/", b"git@", b"https://", b"record.py"):
            assert word not in content, (path.name, word)


def rows_of(run):
    return {
        step: {name: values[place] for name, values in run.history.items() if not np.isnan(values[place])}
        for place, step in enumerate(run.history["_step"])
    } if run.rows else {}  # fmt: skip


@pytest.mark.parametrize("damage", ["cut", "flip"])
def test_a_damaged_file_never_gives_a_wrong_number_in_silence(recorded, tmp_path, damage):
    content, whole = recorded.read_bytes(), read_wandb_file(recorded)
    rng = np.random.default_rng(5)
    places = np.linspace(0, len(content) - 1, 20).astype(int) if damage == "cut" else rng.integers(0, len(content), 50)
    outcomes = []
    for place in places:
        copy = tmp_path / recorded.name
        if damage == "cut":
            copy.write_bytes(content[:place])
        else:
            changed = bytearray(content)
            changed[place] ^= 1 << int(rng.integers(8))
            copy.write_bytes(bytes(changed))
        try:
            found = read_wandb_file(copy)
        except DataError as error:
            outcomes.append(str(error))
            continue
        original, kept = rows_of(whole), rows_of(found)
        assert all(original[step] == row for step, row in kept.items())
        assert (kept == original and found.config == whole.config) or found.notes
        outcomes.append(found.notes)
    assert any(outcomes)


def test_a_damaged_run_is_named_and_the_others_stand(read, recorded, tmp_path):
    other = next((QUICKSTART / "wandb").glob("*sarsa-1/run-*.wandb")).read_bytes()
    for name, content in {"sarsa-1": other[:20_000], "b": b"", "c": b"no such file at all"}.items():
        folder = tmp_path / f"wandb/offline-run-{name}"
        folder.mkdir(parents=True)
        (folder / f"run-{name}.wandb").write_bytes(content)
    shutil.copytree(recorded.parent, tmp_path / "wandb/offline-run-whole")
    notes = {record.name: " ".join(record.notes) for record in read("wandb")}
    assert "empty" in notes["b"]
    assert "not a .wandb file" in notes["c"]
    assert "cannot be read, what was logged last is lost" in notes["sarsa.seed1"]
    assert notes["q_learning.seed0"] == ""


def test_one_run_read_from_two_copies_is_refused(read, recorded, tmp_path):
    for name in ("one", "two"):
        (tmp_path / "wandb" / name).mkdir(parents=True)
        shutil.copyfile(recorded, tmp_path / f"wandb/{name}/run-{name}.wandb")
    with pytest.raises(DataError, match=r"reportgen/quickstart/q-learning-0 is read twice, from .*run-one.wandb and"):
        read("wandb")


def test_a_folder_without_runs_says_so(read, tmp_path):
    with pytest.raises(DataError, match="there is no such folder"):
        read("nowhere")
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match=r"no file run-\*\.wandb lies below it"):
        read("empty")


@pytest.mark.slow
def test_a_killed_training_keeps_its_rows_and_is_called_crashed(read, tmp_path):
    script = (
        "run = start(id='k1', name='killed', config={'lr': 0.1})\n"
        "for step in range(3000): run.log({'x': step / 2, 'global_step': step * 10})\n"
        "import time; time.sleep(1); os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    assert record(script, tmp_path).returncode == -signal.SIGKILL
    (run,) = read("wandb")
    assert run.state == "crashed"
    assert any("no end record" in note for note in run.notes)
    (series,) = (one for one in run.series if one.metric == "x")
    assert len(series.values) > 10
    np.testing.assert_array_equal(series.steps, series.values * 20)


@pytest.mark.slow
def test_a_resumed_run_is_joined_and_its_last_attempt_counts(read, tmp_path):
    script = (
        "run = start(id='r1')\n"
        "for step in range(10): run.log({'x': 1.0}, step=step)\n"
        "run.finish()\n"
        "import time; time.sleep(1.1)\n"
        "run = start(id='r1')\n"
        "for step in range(6, 12): run.log({'x': 2.0, 'late': float('nan')}, step=step)\n"
        "run.finish()\n"
    )
    done = record(script, tmp_path)
    assert done.returncode == 0, done.stderr
    (run,) = read("wandb")
    (series,) = (one for one in run.series if one.metric == "x")
    assert list(series.steps) == list(range(12))
    assert list(series.values) == [1.0] * 6 + [2.0] * 6
    assert any("2 attempts joined, 4 rows replaced" in note for note in run.notes)
    assert len(run.origin) == 2
