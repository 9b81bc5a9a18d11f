"""Runs written as CSV rows, read and prepared as a build does it."""

import numpy as np
import pytest

from reportgen.data import prepare
from reportgen.runs import RunRecord, Series, read_runs
from reportgen.spec import loads

LONG = "files: {path: scores.csv, columns: {method: method, task: task, seed: seed, step: step}, values: [score]}\n"


@pytest.fixture
def prepared(tmp_path):
    """Prepare rows `method,task,seed,step,score` under lines of a spec."""

    def _prepared(rows, lines="", *, head="method,task,seed,step,score", files=LONG, **others):
        (tmp_path / "scores.csv").write_text("\n".join([head, *rows]) + "\n")
        for name, text in others.items():
            (tmp_path / f"{name}.csv").write_text(text)
        metric = "" if "metrics:" in lines else "metrics: {primary: [{name: score, direction: maximize}]}\n"
        loaded = loads(f"{files}{metric}{lines}\n", str(tmp_path / "spec.yaml"))
        records = read_runs(loaded.spec, loaded.root, where=loaded.where)
        return prepare(records, loaded.spec, root=loaded.root, where=loaded.where)

    return _prepared


@pytest.fixture
def recorded(tmp_path):
    """Prepare runs given as (name, {metric: values}, further fields) under lines of a spec."""

    def _recorded(runs, lines, **options):
        records = tuple(
            RunRecord(
                id=f"e/p/{index}",
                source=fields.pop("source", "source-0"),
                name=name,
                series=tuple(
                    Series(
                        metric=metric,
                        task=None,
                        steps=np.arange(float(len(values))),
                        values=np.array(values, dtype=float),
                        column=metric,
                    )
                    for metric, values in metrics.items()
                ),
                **fields,
            )
            for index, (name, metrics, fields) in enumerate((n, m, dict(f)) for n, m, f in runs)
        )
        loaded = loads(f"wandb_offline: {{path: x}}\n{lines}\n", str(tmp_path / "spec.yaml"))
        return prepare(records, loaded.spec, root=tmp_path, where=loaded.where, **options)

    return _recorded


@pytest.fixture(scope="session")
def curves():
    """Make a run of {metric: {step: value}}; wall times, tasks and the fields of a record on request."""

    def _curves(name, metrics, *, wall=None, tasks=None, **fields):
        series = []
        for metric, points in metrics.items():
            rows = list(points.items()) if isinstance(points, dict) else points
            steps = np.array([step for step, _ in rows], dtype=float)
            values = np.array([value for _, value in rows], dtype=float)
            times = None if wall is None else steps * wall
            task = (tasks or {}).get(metric)
            name_of = metric.split("@")[0]
            series.append(
                Series(metric=name_of, task=task, steps=steps, values=values, wall_time=times, column=name_of)
            )
        return RunRecord(id=f"e/p/{name}", source="s", name=name, series=tuple(series), **fields)

    return _curves
