"""Speed of fetching, in one run against a local server: PYTHONPATH=tests python tests/benchmarks/fetching.py.

50 finished runs x 20,000 rows x 10 metrics, each in one exported file. Ours: log in, list, download, check, decode,
store in the cache, and give every metric its steps. Against it

- a loop of `scan_history` over the same runs with the client alone (timed on a few runs, told per run), and
- a bare download of the same files by 8 threads, and their decoding, with no client, no check and no cache.

The server runs in a process of its own. Then a listing of 1,000 runs, by its requests; and the warm and offline read.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pyarrow as pa
import wandb
from pyarrow import parquet

from reportgen.runs import Reading, collect_runs
from reportgen.spec import loads

SERVE = """
import json, sys, threading
import numpy as np
from wandb_server import WandbServer
runs, rows, metrics, many = map(int, sys.argv[1:])
rng = np.random.default_rng(0)
with WandbServer() as server:
    for k in range(runs):
        history = {"_step": np.arange(rows), "_timestamp": 1.7e9 + np.arange(rows), "_runtime": np.arange(rows) * 1.0}
        history |= {f"metric_{m}": rng.normal(size=rows).cumsum() for m in range(metrics)}
        server.add_run("tester", "big", f"run{k}", history=history)
    for k in range(many):
        server.add_run("tester", "many", f"run{k}", history=[{"loss": 1.0}])
    print(server.url, flush=True)
    for line in sys.stdin:
        print(json.dumps(server.requests.names()), flush=True)
        server.requests.clear()
"""


class Served:
    """The server in a process of its own."""

    def __init__(self, *sizes):
        command = [sys.executable, "-c", SERVE, *map(str, sizes)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = self._process.stdout.readline().strip()

    def requests(self):
        """Return how often each operation was asked for since the last time."""
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def stop(self):
        self._process.stdin.close()
        self._process.wait()


def timed(function):
    started = time.perf_counter()
    result = function()
    return time.perf_counter() - started, result


def ours(cache, project="big", metric="metric_*", **how):
    text = f"wandb: {{entity: tester, project: {project}}}\nmetrics: {{primary: ['{metric}']}}\n"
    loaded = loads(text, str(cache / "spec.yaml"))
    return collect_runs(loaded.spec, loaded.root, reading=Reading(cache=cache, **how)).records


def scan_loop(runs):
    found = list(wandb.Api().runs("tester/big", lazy=False))[:runs]
    return timed(lambda: [list(run.scan_history(use_cache=False)) for run in found])[0] / runs


def bare(url, runs):
    def one(k):
        with urllib.request.urlopen(f"{url}/storage/parquet/tester/big/run{k}/0.parquet") as answer:  # noqa: S310
            table = parquet.read_table(pa.BufferReader(answer.read()), use_threads=False)
        return {name: table.column(name).to_numpy() for name in table.column_names}

    with ThreadPoolExecutor(8) as pool:
        return list(pool.map(one, range(runs)))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--runs", type=int, default=50)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--metrics", type=int, default=10)
    parser.add_argument("--scanned", type=int, default=2)
    parser.add_argument("--repeats", type=int, default=3)
    given = parser.parse_args()
    served = Served(given.runs, given.rows, given.metrics, 1_000)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        os.environ |= {"WANDB_BASE_URL": served.url, "WANDB_API_KEY": "k" * 40, "WANDB_SILENT": "true"}
        os.environ |= {"WANDB_DIR": name, "WANDB_CACHE_DIR": name}
        ours(folder / "first")  # the server makes its files when they are first asked for
        fetched = min(timed(lambda k=k: ours(folder / f"cold-{k}"))[0] for k in range(given.repeats))
        served.requests()
        many, _ = timed(lambda: ours(folder / "many", "many", "loss"))
        listing = served.requests()
        plain = min(timed(lambda: bare(served.url, given.runs))[0] for _ in range(given.repeats))
        scanned = scan_loop(given.scanned) * given.runs
        served.requests()
        warm = min(timed(lambda: ours(folder / "cold-0"))[0] for _ in range(given.repeats))
        warm_requests = served.requests()
        offline, records = timed(lambda: ours(folder / "cold-0", offline=True))
        offline_requests = served.requests()
    served.stop()
    size = f"{given.runs} runs x {given.rows:,} rows x {given.metrics} metrics"
    print(f"{size}: {sum(len(record.series) for record in records)} series")
    print(f"ours, cold cache          {fetched:8.2f} s   of which log in, list and read the cache: {warm:.2f} s")
    print(f"scan_history, one by one  {scanned:8.2f} s   {scanned / fetched:6.1f} x ours  (aim: at least 20)")
    print(f"bare download and decode  {plain:8.2f} s   ours is {fetched / plain:.1f} x, without log in and list "
          f"{(fetched - warm) / plain:.1f} x  (aim: at most 2)")  # fmt: skip
    print(f"1,000 tiny runs, cold     {many:8.2f} s")
    print(f"warm cache                {warm:8.2f} s   requests {warm_requests}")
    print(f"offline                   {offline:8.2f} s   requests {offline_requests}")
    print(f"listing 1,000 runs: {listing.get('Runs')} requests (aim: at most 10)")


if __name__ == "__main__":
    main()
