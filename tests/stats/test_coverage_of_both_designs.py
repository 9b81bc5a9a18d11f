"""Nominal 95 % intervals on simulated runs: whole runs hold, scores taken as independent do not."""

import numpy as np
import pytest

from reportgen.stats import Settings, analyse

N, TASKS, TRIALS = 5, 26, 400


def covered(of_runs, seed, *, correlation, unit, interval="expanded_t"):
    """Share of trials whose interval of the mean holds the truth, 0; runs of one method over many tasks."""
    rng = np.random.default_rng(seed)
    names = [f"t{k:02}" for k in range(TASKS)]
    hits = 0
    for trial in range(TRIALS):
        luck = rng.normal(size=(N, 1)) * np.sqrt(correlation)
        rows = luck + rng.normal(size=(N, TASKS)) * np.sqrt(1 - correlation)
        found = analyse(
            of_runs(rows, names),
            Settings(replicates=800, unit=unit, interval=interval),
            key=("score", str(trial)),
            statistics=("mean",),
            thresholds=np.empty(0),
        ).intervals["mean"]
        hits += found.low <= 0 <= found.high
    return hits / TRIALS


@pytest.mark.slow
@pytest.mark.parametrize("correlation", [0.0, 0.2, 0.5])
def test_whole_runs_hold(of_runs, correlation):
    assert 0.90 <= covered(of_runs, 11, correlation=correlation, unit="run") <= 0.985


@pytest.mark.slow
def test_scores_taken_as_independent_fail_where_runs_share_their_luck(of_runs):
    assert covered(of_runs, 12, correlation=0.2, unit="score") < 0.75
    assert covered(of_runs, 12, correlation=0.0, unit="score") > 0.90


@pytest.mark.slow
def test_runs_of_one_task_each_hold_within_tasks(of_tasks):
    rng = np.random.default_rng(13)
    hits = {"expanded_t": 0, "percentile": 0}
    for trial in range(TRIALS):
        scores = of_tasks({f"t{k}": rng.normal(size=3) for k in range(10)})
        for interval in hits:
            found = analyse(
                scores,
                Settings(replicates=800, interval=interval),
                key=("score", str(trial)),
                statistics=("iqm",),
                thresholds=np.empty(0),
            ).intervals["iqm"]
            hits[interval] += found.low <= 0 <= found.high
    assert 0.92 <= hits["expanded_t"] / TRIALS <= 0.99
    assert hits["percentile"] / TRIALS < 0.92
