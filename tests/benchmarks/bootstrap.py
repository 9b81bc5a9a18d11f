"""Speed of the bootstrap against a plain loop, in one run: python tests/benchmarks/bootstrap.py.

50,000 replicates of 5 runs x 26 tasks: IQM, mean, median of task means, optimality gap and an 81-point profile. The
loop draws vectorised and calls `scipy.stats.trim_mean`, mean, median and gap once per replicate, without a profile.
"""

import argparse
import time

import numpy as np
from scipy import stats

from reportgen.stats import Scores, Settings, analyse

RUNS, TASKS, THRESHOLDS = 5, 26, 81


def ours(values, replicates):
    scores = Scores(
        values=values.ravel(),
        tasks=np.tile(np.arange(TASKS), RUNS),
        runs=np.arange(RUNS * TASKS),
        task_ids=[f"task{k}" for k in range(TASKS)],
        run_ids=[f"run{k}" for k in range(RUNS * TASKS)],
    )
    thresholds = np.linspace(0, 2, THRESHOLDS)
    found = analyse(scores, Settings(replicates=replicates), key=("score", "method"), thresholds=thresholds)
    return found.intervals["iqm"].percentile


def loop(values, replicates):
    rng = np.random.default_rng(0)
    found = np.empty((replicates, 4))
    places = rng.integers(0, RUNS, size=(replicates, RUNS, TASKS))
    resamples = values[places, np.arange(TASKS)]
    for index, drawn in enumerate(resamples):
        found[index] = (
            stats.trim_mean(drawn, 0.25, axis=None),
            drawn.mean(),
            np.median(drawn.mean(axis=0)),
            np.maximum(0, 1 - drawn).mean(),
        )
    return tuple(np.quantile(found[:, 0], [0.025, 0.975]))


def best_time(function, values, replicates, repeats):
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        ends = function(values, replicates)
        times.append(time.perf_counter() - started)
    return min(times), ends


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replicates", type=int, default=50_000)
    replicates = parser.parse_args().replicates
    values = np.random.default_rng(1).lognormal(-0.3, 0.6, size=(RUNS, TASKS))
    quick, (low, high) = best_time(ours, values, replicates, repeats=5)
    slow, (slow_low, slow_high) = best_time(loop, values, replicates, repeats=1)
    print(f"{replicates:,} replicates of {RUNS} runs x {TASKS} tasks")
    print(f"reportgen  {quick:7.3f} s  4 aggregates, {THRESHOLDS} thresholds   IQM percentile [{low:.4f}, {high:.4f}]")
    print(f"loop       {slow:7.3f} s  4 aggregates                  IQM percentile [{slow_low:.4f}, {slow_high:.4f}]")
    print(f"ratio      {slow / quick:7.1f} x")


if __name__ == "__main__":
    main()
