"""The published files are read whole by the example specs alone: runs, methods and tasks as their authors describe."""

import json
import os
from pathlib import Path

import pytest

from reportgen.resources import shipped
from reportgen.runs import read_runs
from reportgen.spec import load

COUNTS = {
    "diamond": ("atari100k-diamond", 130, 1, 26),
    "dopamine": ("dopamine", 90, 6, 3),
    "dreamerv3-atari100k": ("dreamerv3", 260, 2, 26),
    "simbav2": ("simbav2", 3562, 13, 57),
    "tdmpc2": ("tdmpc2", 1284, 5, 104),
}


@pytest.mark.parametrize("example", COUNTS)
def test_runs_methods_and_tasks_are_counted_as_published(example):
    published = os.environ.get("REPORTGEN_PUBLISHED_DATA")
    if not published:
        pytest.skip("the published runs are not here: REPORTGEN_PUBLISHED_DATA is unset")
    folder, count, methods, tasks = COUNTS[example]
    root = json.dumps(str(Path(published) / folder))
    loaded = load(shipped("configs") / "examples" / f"{example}.yaml", overrides=[f"root={root}"])
    runs = read_runs(loaded.spec, loaded.root, where=loaded.where)
    assert len({run.id for run in runs}) == len(runs) == count
    assert len({run.axes["method"] for run in runs}) == methods
    assert len({run.axes["task"] for run in runs}) == tasks
    assert all(not Path(origin).is_absolute() for run in runs for origin in run.origin)
