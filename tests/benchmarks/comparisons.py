"""Speed of comparisons against plain loops, in one run: python tests/benchmarks/comparisons.py.

Probability of improvement with its interval, 5 runs x 26 tasks on either side: the loop calls
`scipy.stats.mannwhitneyu` for every task of every replicate (fewer replicates, scaled up). Then everything about 10
methods and 45 pairs: intervals of both estimands, studentised permutations, the exact law, effect sizes.
"""

import argparse
import time
from itertools import combinations

import numpy as np
from scipy import stats

from reportgen.parallel import workers
from reportgen.stats import Scores, Settings, contest
from reportgen.stats.improvement import improvement
from reportgen.stats.pairs import pair_of

RUNS, TASKS, METHODS = 5, 26, 10


def scores_of(values):
    return Scores(
        values=values.ravel(),
        tasks=np.tile(np.arange(TASKS), RUNS),
        runs=np.arange(RUNS * TASKS),
        task_ids=[f"task{k:02}" for k in range(TASKS)],
        run_ids=[f"run{k:03}" for k in range(RUNS * TASKS)],
    )


def loop(first, second, replicates):
    rng = np.random.default_rng(0)
    tasks = np.arange(TASKS)
    found = []
    for _ in range(replicates):
        a, b = (values[rng.integers(0, RUNS, size=(RUNS, TASKS)), tasks] for values in (first, second))
        found.append(np.mean([stats.mannwhitneyu(a[:, k], b[:, k]).statistic / RUNS**2 for k in tasks]))
    return tuple(np.quantile(found, [0.025, 0.975]))


def timed(function, *arguments, repeats=1):
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        found = function(*arguments)
        times.append(time.perf_counter() - started)
    return min(times), found


def one(item):
    (a, b), first, second = item
    return contest(first, second, Settings(), key=("score", a, b), statistic="iqm")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replicates", type=int, default=10_000)
    parser.add_argument("--loop", type=int, default=100, help="replicates of the loop")
    parser.add_argument("--jobs", type=int, default=2)
    chosen = parser.parse_args()
    values = np.random.default_rng(1).lognormal(-0.3, 0.6, size=(METHODS, RUNS, TASKS))
    settings = Settings(replicates=chosen.replicates)
    first, second = map(scores_of, values[:2])

    def ours():
        return improvement(pair_of(first, second, settings), settings, key=("score", "a", "b"))

    quick, found = timed(ours, repeats=5)
    slow, ends = timed(loop, *values[:2], chosen.loop)
    slow *= chosen.replicates / chosen.loop
    print(f"probability of improvement, {chosen.replicates:,} replicates of 2 x {RUNS} runs x {TASKS} tasks")
    print(f"reportgen  {quick:8.3f} s   percentile [{found.percentile[0]:.3f}, {found.percentile[1]:.3f}]")
    print(f"loop       {slow:8.1f} s   percentile [{ends[0]:.3f}, {ends[1]:.3f}] ({chosen.loop} replicates, scaled)")
    print(f"ratio      {slow / quick:8.0f} x")
    methods = {f"m{k}": scores_of(values[k]) for k in range(METHODS)}
    items = [((a, b), methods[a], methods[b]) for a, b in combinations(methods, 2)]
    spent, _ = timed(lambda: list(workers(chosen.jobs)(one, items)))
    print(f"{len(items)} pairs of {METHODS} methods, everything, {chosen.jobs} jobs: {spent:.1f} s")


if __name__ == "__main__":
    main()
