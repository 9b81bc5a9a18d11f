"""Time and memory of reducing cached runs to scores and curves: python tests/benchmarks/reducing.py.

1,000 cached runs x 20,000 rows x 10 metrics become scores (mean of the last 5 %) and curves of 200 points, for every
method and for every method on every task, the way a build does it: whole-file hash, page checksums, last-known steps,
interpolation. Then a tenth of the runs, to see whether memory grows with them, and one run of 5,000,000 rows. Each
measurement is a process of its own, so that its peak memory is its own; memory includes the interpreter and libraries.

DuckDB reads the same files in the same run: one query for scores, one for the means of 200 bins. It does less: no hash,
no checksum, no step carried forward, no interpolation. Kept: pyarrow and numpy. DuckDB takes half the processor time
and a little more memory; but score rules, steps logged twice and interpolation on a common stretch would have to be
written a second time, in SQL, and agree with runs in memory to the last bit, and it would be one more heavy dependency.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import numpy as np

from reportgen.runs.cache import Cache
from reportgen.runs.history import ROW_GROUP
from reportgen.runs.raw import RawRun, to_record

METHODS, TASKS, POINTS = 10, 10, 200
SPEC = """
wandb_offline: {path: wandb}
axes: {method: {config: method}, task: {config: task}, seed: {config: seed}}
metrics: {primary: [NAMES]}
score: {reduce: RULE}
"""


def generate(folder, runs, rows, metrics):
    """Store runs in a cache, each piece by piece."""
    cache = Cache(folder)
    rng = np.random.default_rng(1)
    names = [f"eval/return-{k}" for k in range(metrics)]
    for run in range(runs):
        key = f"host/e/p/run-{run}"
        config = {"method": f"m{run % METHODS}", "task": f"t{run // METHODS % TASKS}", "seed": run}
        with cache.writing(key, ["_step", "_timestamp", *names]) as writer:
            for first in range(0, rows, ROW_GROUP):
                steps = np.arange(first, min(rows, first + ROW_GROUP), dtype=float)
                noise = rng.normal(size=(metrics, len(steps))).astype(np.float32).astype(float)
                curves = dict(zip(names, np.log1p(steps) + noise, strict=True))
                writer.append({"_step": steps, "_timestamp": 1.7e9 + steps, **curves})
            raw = RawRun(entity="e", project="p", run_id=f"run-{run}", name=key, state="finished", history={})
            writer.commit({}, replace(raw, config=config))


def ours(folder, runs, metrics, rule):
    """Load, reduce and lay out, as `reportgen build` does."""
    from pyarrow import parquet  # noqa: F401, PLC0415 - loading libraries is not timed

    from reportgen.data import prepare, run_rows  # noqa: PLC0415
    from reportgen.results.laying import lay  # noqa: PLC0415
    from reportgen.spec import loads  # noqa: PLC0415

    yield
    names = ", ".join(f"{{name: eval/return-{k}, direction: maximize}}" for k in range(metrics))
    spec = loads(SPEC.replace("NAMES", names).replace("RULE", rule)).spec
    cache = Cache(folder)
    loaded = [cache.load(f"host/e/p/run-{run}", {}) for run in range(runs)]
    records = [to_record(run, spec.axes, source="s", origin=(), sha256="") for run in loaded]
    dataset = prepare(records, spec, root=folder)
    laid = lay(dataset.metrics, POINTS, ("step",))
    rows = run_rows(records, dataset)
    assert len(rows) == runs
    assert len(laid) >= metrics
    yield float(np.mean([score.raw for score in dataset.metrics[0].scores]))


def duck(folder, runs, metrics, rule):
    """Scores and binned curves by two queries over all files."""
    import duckdb  # noqa: PLC0415

    yield
    entries = {entry.key: entry for entry in Cache(folder).entries()}
    chosen = [entries[f"host/e/p/run-{run}"] for run in range(runs)]
    files = [str(folder / "runs" / entry.history) for entry in chosen]
    rows = chosen[0].rows
    names = [f'"eval/return-{k}"' for k in range(metrics)]
    database = duckdb.connect(config={"threads": 2})
    late = rows - max(1, round(0.05 * rows))
    means = ", ".join(f"avg({name})" for name in names)
    table = f"read_parquet({files!r}, filename = true)"
    scores = database.execute(f"select filename, {means} from {table} where _step >= {late} group by 1").fetchall()  # noqa: S608
    bins = database.execute(
        f"select filename, floor(_step * {POINTS} / {rows}) as bin, {means} from {table} group by 1, 2"  # noqa: S608
    ).fetchnumpy()
    assert len(bins["bin"]) == runs * POINTS
    yield float(np.mean([row[1] for row in scores]))


def measured(engine, folder, runs, metrics, rule="mean_last"):
    """Run an engine in a process of its own; return what it says of itself."""
    command = [sys.executable, __file__, "--engine", engine, "--folder", folder, "--runs", runs, "--metrics", metrics]
    done = subprocess.run([*map(str, command), "--rule", rule], capture_output=True, text=True, check=True)
    return json.loads(done.stdout)


def child(chosen):
    work = {"ours": ours, "duckdb": duck}[chosen.engine](chosen.folder, chosen.runs, chosen.metrics, chosen.rule)
    next(work)
    idle = peak()
    started, worked = time.perf_counter(), time.process_time()
    score = next(work)
    print(
        json.dumps(
            {
                "seconds": time.perf_counter() - started,
                "cpu": time.process_time() - worked,
                "mib": peak(),
                "idle": idle,
                "score": score,
            }
        )
    )


def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def line(name, found):
    print(
        f"{name:<44} {found['seconds']:7.2f} s {found['cpu']:7.2f} s of CPU {found['mib']:5.0f} MiB "
        f"({found['idle']:.0f} before the first row)   mean score {found['score']:.6f}",
        flush=True,
    )


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=1000)
    parser.add_argument("--rows", type=int, default=20_000)
    parser.add_argument("--metrics", type=int, default=10)
    parser.add_argument("--long", type=int, default=5_000_000, help="rows of the one long run")
    parser.add_argument(
        "--folder", type=Path, help="where the caches lie or are made; default: a folder that is deleted"
    )
    parser.add_argument("--engine", choices=["ours", "duckdb"], help=argparse.SUPPRESS)
    parser.add_argument("--rule", default="mean_last", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.engine:
        child(chosen)
        return
    with tempfile.TemporaryDirectory() as scratch:
        report(chosen, chosen.folder or Path(scratch))


def report(chosen, folder):
    many, long = folder / "many", folder / "long"
    for place, runs, rows in ((many, chosen.runs, chosen.rows), (long, 1, chosen.long)):
        if not place.exists():
            generate(place, runs, rows, chosen.metrics)
    size = f"{chosen.rows:,} rows x {chosen.metrics} metrics"
    full = measured("ours", many, chosen.runs, chosen.metrics)
    tenth = measured("ours", many, chosen.runs // 10, chosen.metrics)
    duckdb = measured("duckdb", many, chosen.runs, chosen.metrics)
    line(f"reportgen {chosen.runs:,} runs x {size}", full)
    line(f"reportgen {chosen.runs // 10:,} runs", tenth)
    line(f"duckdb    {chosen.runs:,} runs", duckdb)
    print(f"time, reportgen / duckdb     {full['seconds'] / duckdb['seconds']:6.2f}")
    print(f"CPU, reportgen / duckdb      {full['cpu'] / duckdb['cpu']:6.2f}")
    print(f"memory, reportgen / duckdb   {full['mib'] / duckdb['mib']:6.2f}")
    print(f"memory, all runs / a tenth   {full['mib'] / tenth['mib']:6.2f}")
    for rule in ("mean_last", "auc"):
        line(f"reportgen 1 run x {chosen.long:,} rows, {rule}", measured("ours", long, 1, chosen.metrics, rule))
    line("duckdb    the same, mean_last", measured("duckdb", long, 1, chosen.metrics))


if __name__ == "__main__":
    main()
