"""Files that other groups published hold the runs that their papers count."""

import json
import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from reportgen.resources import shipped
from reportgen.runs import read_runs
from reportgen.spec import load


@pytest.fixture(scope="session")
def runs_of():
    published = os.environ.get("REPORTGEN_PUBLISHED_DATA")
    if not published:
        pytest.skip("the published runs are not here: REPORTGEN_PUBLISHED_DATA is unset")

    def _runs_of(example, folder):
        root = f"root={json.dumps(str(Path(published) / folder))}"
        loaded = load(shipped("configs") / "examples" / f"{example}.yaml", overrides=[root])
        return read_runs(loaded.spec, loaded.root, where=loaded.where)

    return _runs_of


def counted(runs):
    """Return the number of methods, of tasks, and how many runs a method has on a task: {runs: cells}."""
    cells = Counter((run.axes["method"], run.axes["task"]) for run in runs)
    methods, tasks = (len(set(names)) for names in zip(*cells, strict=True))
    return methods, tasks, dict(Counter(cells.values()))


def test_diamond_has_five_scores_on_each_of_26_games(runs_of):
    runs = runs_of("diamond", "atari100k-diamond")
    assert counted(runs) == (1, 26, {5: 26})
    assert all(np.isfinite(run.series[0].values).all() and len(run.series[0].values) == 1 for run in runs)


def test_dreamerv3_and_ppo_have_five_curves_on_each_of_26_games(runs_of):
    runs = runs_of("dreamerv3-atari100k", "dreamerv3")
    assert counted(runs) == (2, 26, {5: 52})
    assert all(len(run.series[0].values) > 1 and np.isfinite(run.series[0].steps).all() for run in runs)


def test_simbav2_has_13_variants_on_57_tasks_and_one_seed_short_of_tasks(runs_of):
    runs = runs_of("simbav2", "simbav2")
    methods, tasks, cells = counted(runs)
    assert (methods, tasks) == (13, 57)
    assert sum(cells.values()) == 13 * 57
    assert (min(cells), max(cells)) == (3, 10)
    assert sum(count * number for count, number in cells.items()) == len(runs) == 3562
