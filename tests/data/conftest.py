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
