"""Scores written as {task: [one score per run]} or as rows of runs over columns of tasks."""

import numpy as np
import pytest

from reportgen.stats import Scores, Settings, analyse


def separate(table):
    """Each score is a run of its own, on one task: the design of Atari tables."""
    rows = [(float(value), task, f"{task}/{k}") for task, values in table.items() for k, value in enumerate(values)]
    return scores_from(rows)


def whole(rows, names=None):
    """Each row is a run that covers every task; None where a run lacks a task."""
    names = names or [f"t{index}" for index in range(len(rows[0]))]
    found = [
        (float(value), task, f"run{k}")
        for k, row in enumerate(rows)
        for task, value in zip(names, row, strict=True)
        if value is not None
    ]
    return scores_from(found)


def scores_from(rows):
    values, tasks, runs = zip(*rows, strict=True)
    task_ids, run_ids = tuple(dict.fromkeys(tasks)), tuple(dict.fromkeys(runs))
    return Scores(
        values=np.array(values),
        tasks=np.array([task_ids.index(task) for task in tasks]),
        runs=np.array([run_ids.index(run) for run in runs]),
        task_ids=task_ids,
        run_ids=run_ids,
    )


def analysed(scores, *, thresholds=(), key=("score", "method"), **settings):
    known = {"replicates": 500, **settings}
    return analyse(scores, Settings(**known), key=key, thresholds=np.array(thresholds, dtype=float))


@pytest.fixture(scope="session")
def of_tasks():
    return separate


@pytest.fixture(scope="session")
def of_runs():
    return whole


@pytest.fixture(scope="session")
def of_rows():
    return scores_from


@pytest.fixture(scope="session")
def analysis():
    return analysed
