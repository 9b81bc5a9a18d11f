"""Memory of fetching one long run, in one run: PYTHONPATH=tests python tests/benchmarks/fetching_long.py.

One finished run of 5,000,000 rows x 10 metrics, exported in one file. The peak of resident memory of every process that
takes part is read while it runs: ours, the child process that downloads and decodes, and the client's own process.
"""

import argparse
import os
import tempfile
import threading
import time
from pathlib import Path

from fetching import Served, ours

MIB = 1024


def descendants(root):
    """Return pid to (name, peak MiB) of a process and everything it started."""
    parents, names = {}, {}
    for folder in Path("/proc").iterdir():
        try:
            lines = (folder / "status").read_text().splitlines() if folder.name.isdigit() else []
        except OSError:
            continue
        known = dict(line.split(":", 1) for line in lines if ":" in line)
        if "VmHWM" in known:
            parents[int(folder.name)] = int(known["PPid"])
            names[int(folder.name)] = (known["Name"].strip(), int(known["VmHWM"].split()[0]) / MIB)
    found, last = {root}, set()
    while found != last:
        last = set(found)
        found |= {pid for pid, parent in parents.items() if parent in found}
    return {pid: names[pid] for pid in found if pid in names}


def watched(function, ignored):
    """Call a function; return the peak of each process that took part."""
    peaks, done = {}, threading.Event()

    def watch():
        while not done.wait(0.1):
            peaks.update({pid: told for pid, told in descendants(os.getpid()).items() if pid not in ignored})

    watcher = threading.Thread(target=watch)
    watcher.start()
    result = function()
    done.set()
    watcher.join()
    return peaks, result


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--metrics", type=int, default=10)
    given = parser.parse_args()
    served = Served(1, given.rows, given.metrics, 0)
    with tempfile.TemporaryDirectory() as name:
        os.environ |= {"WANDB_BASE_URL": served.url, "WANDB_API_KEY": "k" * 40, "WANDB_SILENT": "true"}
        os.environ |= {"WANDB_DIR": name, "WANDB_CACHE_DIR": name}
        before = set(descendants(os.getpid())) - {os.getpid()}
        started = time.perf_counter()
        peaks, records = watched(lambda: ours(Path(name) / "cache"), before)
        seconds = time.perf_counter() - started
    served.stop()
    print(f"1 run x {given.rows:,} rows x {given.metrics} metrics: {len(records[0].series)} series in {seconds:.1f} s")
    for process, peak in sorted(peaks.values()):
        print(f"  {process:<20} {peak:7.0f} MiB at its peak")
    print("aim: at most 500 MiB in each")


if __name__ == "__main__":
    main()
