"""Small data sets for the results room, written as {method: {task: [scores, one per run]}}."""

import numpy as np
import pytest

from reportgen.data.lines import Line
from reportgen.data.points import Points
from reportgen.data.scores import DataSet, Method, MetricData, Score, Task
from reportgen.parallel import serial
from reportgen.results import compute
from reportgen.spec import loads


def metric_of(table, *, shared_runs=False, seeds=True, tasks=None, **fields):
    """Make a metric; `shared_runs` lets run k of a method span all its tasks; without `seeds` runs are numbered."""
    names = tasks or sorted({task for by_task in table.values() for task in by_task})
    scores = [
        Score(
            method=method,
            task=task,
            run=f"{method}/{k}" if shared_runs else f"{method}/{task}/{k}",
            seed=str(k) if seeds else f"#{k}",
            raw=float(value),
            value=float(value),
            line=Line.of(Points(steps=np.empty(0), values=np.array([float(value)]), wall_time=None)),
        )
        for method, by_task in table.items()
        for task, values in by_task.items()
        for k, value in enumerate(values)
    ]
    known = {
        "id": "score",
        "label": "Score",
        "role": "primary",
        "direction": "maximize",
        "direction_source": "spec",
        "unit": "points",
        "normalized": False,
        "has_optimum": False,
        "score_rule": "last",
        "normalization": "none",
    }
    return MetricData(
        **{**known, **fields},
        tasks=tuple(Task(id=name, label=name) for name in names),
        methods=tuple(Method(id=name, label=name.upper()) for name in table),
        scores=tuple(sorted(scores, key=lambda score: (score.method, score.task, score.run))),
    )


@pytest.fixture
def make():
    """Return (metric result for a table, spec lines) as the pipeline computes it."""

    def _make(table, lines="", *, baseline=None, aggregates="auto", **fields):
        analysis = f"analysis: {{bootstrap_samples: 400, aggregates: {aggregates}}}"
        text = f"files: {{path: x.csv, values: [score]}}\n{analysis}\n{lines}\n"
        data = DataSet(metrics=(metric_of(table, **fields),), baseline=baseline)
        return compute(data, loads(text).spec, mapper=serial)[0]

    return _make
