"""How long builds take: cold from a warm run cache, again with nothing changed, again with one label changed.

Run by hand: ``python tests/benchmarks/building.py [quickstart|medium|large ...]``. ``medium`` has 10 methods, 26 tasks
and 5 seeds, ``large`` 50, 80 and 3. Everything is on: curves, comparisons, figures, LaTeX, the notebook. The ratios are
against the cold build of the same run, on the same machine.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

CONFIGS = Path(__file__).parents[2] / "configs"
SIZES = {"medium": (10, 26, 5), "large": (50, 80, 3)}
POINTS = 20


def spec_of(size, folder):
    """Write a spec of a size, and return it with the setting that changes one label of it."""
    if size == "quickstart":
        return CONFIGS / "quickstart.yaml", "rename.method.sarsa=Sarsa"
    methods, tasks, seeds = SIZES[size]
    rng = np.random.default_rng(0)
    rows = ["method,task,seed,step,score"]
    for method in range(methods):
        for task in range(tasks):
            for seed in range(seeds):
                curve = 1 - np.exp(-np.linspace(0, 2 + method / methods, POINTS)) + rng.normal(0, 0.05, POINTS)
                rows += [f"m{method:02d},t{task:02d},{seed},{step},{value:.6f}" for step, value in enumerate(curve)]
    (folder / "scores.csv").write_text("\n".join(rows))
    spec = {
        "files": {
            "path": "scores.csv",
            "columns": {"method": "method", "task": "task", "seed": "seed", "step": "step"},
            "values": ["score"],
        },
        "metrics": {"primary": [{"name": "score", "direction": "maximize"}]},
        "normalization": {"reference": 0, "optimum": 1.2},
    }
    (folder / "report.yaml").write_text(json.dumps(spec))
    return folder / "report.yaml", "rename.method.m00=First"


def build(spec, folder, *arguments):
    """Return the seconds of a build, process start included, and of its phases."""
    command = [
        sys.executable,
        "-m",
        "reportgen",
        "build",
        spec,
        "-o",
        folder / "out",
        "--cache-dir",
        folder.parent / "cache",
    ]
    started = time.perf_counter()
    done = subprocess.run(
        [*map(str, command), "--json", "--profile", *arguments],
        cwd=folder, env=os.environ, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return time.perf_counter() - started, json.loads(done.stdout)["profile"]


def measure(size):
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "lab"  # the cache lies beside it, as a cache of one's own does
        folder.mkdir()
        spec, label = spec_of(size, folder)
        command = [
            sys.executable,
            "-m",
            "reportgen",
            "fetch",
            str(spec),
            "--cache-dir",
            str(folder.parent / "cache"),
            "-q",
        ]
        subprocess.run(command, check=True)
        cold, phases = build(spec, folder)
        print(f"\n{size}: {', '.join(f'{phase} {seconds:.1f}' for phase, seconds in phases.items())} s")
        print(f"{'cold':<20} {cold:7.1f} s")
        for told, arguments in (("nothing changed", ()), ("one label changed", ("--set", label))):
            seconds, _ = build(spec, folder, *arguments)
            print(f"{told:<20} {seconds:7.1f} s   {seconds / cold:5.2f} of the cold build")


if __name__ == "__main__":
    for chosen in sys.argv[1:] or ["quickstart", "medium", "large"]:
        measure(chosen)
