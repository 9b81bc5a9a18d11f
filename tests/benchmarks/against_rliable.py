"""Speed against rliable 1.2.0, ratios of processor time in one run: python tests/benchmarks/against_rliable.py.

Makes an environment of its own in a temporary folder (`pip install rliable==1.2.0 'pandas<3' 'arch<8'`) and times the
same replicates on both sides: four aggregates and an 81-point performance profile of 5 runs x 26 tasks, and the
probability of improvement of two methods. Shows that our cost is linear in replicates and in methods.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
import venv
from pathlib import Path

import numpy as np

from reportgen.stats import Scores, Settings, analyse
from reportgen.stats.improvement import improvement
from reportgen.stats.pairs import pair_of

RUNS, TASKS, THRESHOLDS = 5, 26, np.linspace(0, 2, 81)
NEEDS = ("rliable==1.2.0", "pandas<3", "arch<8")
THEIRS = """
import json, sys, time
import numpy as np
from rliable import library, metrics
x, y = (np.array(v) for v in json.load(open(sys.argv[1])))
reps = int(sys.argv[2])
out = {}
started = time.process_time()
four = lambda s: np.array([metrics.aggregate_iqm(s), metrics.aggregate_mean(s), metrics.aggregate_median(s),
                           metrics.aggregate_optimality_gap(s)])
_, ends = library.get_interval_estimates({"a": x}, four, reps=reps)
out["aggregates"] = time.process_time() - started
out["iqm"] = [float(v) for v in ends["a"][:, 0]]
started = time.process_time()
library.create_performance_profile({"a": x}, np.linspace(0, 2, 81), reps=reps)
out["profile"] = time.process_time() - started
started = time.process_time()
fewer = max(2, reps // int(sys.argv[3]))
library.get_interval_estimates({"a,b": (x, y)}, metrics.probability_of_improvement, reps=fewer)
out["improvement"] = (time.process_time() - started) * reps / fewer
print(json.dumps(out))
"""


def scores_of(values):
    runs, tasks = values.shape
    return Scores(
        values=values.ravel(),
        tasks=np.tile(np.arange(tasks), runs),
        runs=np.arange(runs * tasks),
        task_ids=[f"task{k:02}" for k in range(tasks)],
        run_ids=[f"run{k:04}" for k in range(runs * tasks)],
    )


def everything(values, replicates, name="a"):
    return analyse(scores_of(values), Settings(replicates=replicates), key=("score", name), thresholds=THRESHOLDS)


def compared(first, second, replicates):
    settings = Settings(replicates=replicates)
    pair = pair_of(scores_of(first), scores_of(second), settings)
    return improvement(pair, settings, key=("score", "a", "b"))


def timed(function, *arguments, repeats=3):
    times = []
    for _ in range(repeats):
        started = time.process_time()
        function(*arguments)
        times.append(time.process_time() - started)
    return min(times)


def their_python(folder):
    venv.create(folder, with_pip=True)
    python = folder / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-q", "--disable-pip-version-check", *NEEDS], check=True)
    return python


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--replicates", type=int, default=50_000)
    parser.add_argument("--python", type=Path, help="an interpreter that has rliable, instead of a new environment")
    parser.add_argument("--improvement-part", type=int, default=50, help="rliable's PoI runs on 1/N of the replicates")
    asked = parser.parse_args()
    rng = np.random.default_rng(1)
    first, second = (rng.lognormal(shift, 0.6, size=(RUNS, TASKS)) for shift in (-0.3, -0.2))
    with tempfile.TemporaryDirectory() as folder:
        python = asked.python or their_python(Path(folder) / "rliable")
        data = Path(folder) / "scores.json"
        data.write_text(json.dumps([first.tolist(), second.tolist()]))
        command = [python, "-c", THEIRS, data, str(asked.replicates), str(asked.improvement_part)]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    theirs = json.loads(done.stdout.splitlines()[-1])
    quick = timed(everything, first, asked.replicates)
    low, high = everything(first, asked.replicates).intervals["iqm"].percentile
    slow = theirs["aggregates"] + theirs["profile"]
    print(f"{asked.replicates:,} replicates, {RUNS} runs x {TASKS} tasks; {sys.version.split()[0]}")
    print(f"four aggregates and {len(THRESHOLDS)} thresholds: rliable {slow:.2f} s, reportgen {quick:.3f} s")
    print(f"  ratio {slow / quick:.0f} x   IQM [{low:.4f}, {high:.4f}], rliable {np.round(theirs['iqm'], 4)}")
    of_pair = timed(compared, first, second, asked.replicates)
    print(f"probability of improvement with interval: rliable {theirs['improvement']:.1f} s "
          f"(1/{asked.improvement_part} of the replicates, scaled), reportgen {of_pair:.4f} s")  # fmt: skip
    print(f"  ratio {theirs['improvement'] / of_pair:.0f} x")
    print("linear in replicates:")
    for part in (5, 2, 1):
        took = timed(everything, first, asked.replicates // part)
        print(
            f"  {asked.replicates // part:>8,}  {took:7.3f} s  {1e6 * took / (asked.replicates // part):6.2f} us each"
        )
    print("linear in methods:")
    for methods in (1, 4, 16):
        started = time.process_time()
        for index in range(methods):
            everything(first, asked.replicates // 10, name=str(index))
        took = time.process_time() - started
        print(f"  {methods:>8}  {took:7.3f} s  {1e3 * took / methods:6.1f} ms each")


if __name__ == "__main__":
    main()
