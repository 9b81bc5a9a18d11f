"""Statistics that were computed from the same scores before: written as JSON with every digit, and read back the same.

Only the frozen values of results and statistics are made of what is read; nothing in the file is ever run.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from reportgen import stats
from reportgen.artifacts import File
from reportgen.results import report as values
from reportgen.results import screened
from reportgen.results.compute import compute
from reportgen.results.report import MetricResult
from reportgen.results.treatment import treated
from reportgen.reuse import NOTHING, key_of

if TYPE_CHECKING:
    from reportgen.data.scores import DataSet, MetricData, RunRow
    from reportgen.parallel import Map
    from reportgen.reuse import Store
    from reportgen.spec.model import Spec

LOG = logging.getLogger("reportgen.results")
KIND = "statistics"
NAME = "metrics.json"
NOT_COMPUTED = {"report", "visualization", "tables", "figures", "published", "notebooks", "output", "pages"}
"""Sections of a spec that no statistic depends on."""
KNOWN = {
    name: kind
    for module in (stats, values, screened)
    for name, kind in vars(module).items()
    if isinstance(kind, type) and is_dataclass(kind)
}


def computed(
    dataset: DataSet, spec: Spec, runs: tuple[RunRow, ...], *, mapper: Map, store: Store
) -> tuple[MetricResult, ...]:
    """Return what `compute` returns, from the store where it was computed before.

    Parameters
    ----------
    runs
        Every run that was read; their hashes stand for the points of curves.
    """
    if any(metric.derived for metric in dataset.metrics) or (dataset.owned and dataset.owned.statistics):
        store = NOTHING  # what the functions that compute them import is in no key
    key = key_of(
        spec.model_dump_json(exclude=NOT_COMPUTED),
        (dataset.metrics, dataset.baseline, dataset.methods_ordered_by_spec),
        tuple((run.id, run.sha256) for run in runs),
        packages=("numpy", "scipy"),
    )
    kept = store.get(KIND, key)
    if kept is not None:
        LOG.info("statistics as they were")
        return _read(kept[0].content, dataset.metrics)
    metrics = compute(dataset, spec, mapper=mapper)
    try:
        store.put(KIND, key, [File(path=NAME, content=_written(metrics))])
    except TypeError as error:  # a value that has no exact form in JSON: computed again next time
        LOG.info("statistics not kept: %s", error)
    return metrics


def _written(metrics: tuple[MetricResult, ...]) -> bytes:
    return json.dumps([_plain(metric) for metric in metrics]).encode()


def _read(content: bytes, data: tuple[MetricData, ...]) -> tuple[MetricResult, ...]:
    """Make results of JSON; the data that they are about is that of the present build."""
    found = []
    for plain, one in zip(json.loads(content), data, strict=True):
        known = {name: _frozen(item) for name, item in plain["fields"].items()}
        found.append(MetricResult(data=treated(one, known["outliers"]), **known))
    return tuple(found)


def _plain(value: Any) -> Any:
    """Write a frozen value: lists are tuples, objects say what they are."""
    if type(value) in {str, int, float, bool, type(None)}:
        return value
    if isinstance(value, float):
        return float(value)  # a number of numpy's is written as the same number
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if isinstance(value, Mapping) and all(isinstance(name, str) for name in value):
        return {"mapping": [[name, _plain(item)] for name, item in value.items()]}
    if isinstance(value, np.ndarray):
        return {"array": value.tolist(), "kind": value.dtype.str}
    if KNOWN.get(type(value).__name__) is type(value):
        names = (
            field.name for field in fields(value) if not (isinstance(value, MetricResult) and field.name == "data")
        )
        return {"class": type(value).__name__, "fields": {name: _plain(getattr(value, name)) for name in names}}
    raise TypeError(f"{type(value).__name__} has no form to be kept in")


def _frozen(plain: Any) -> Any:
    if isinstance(plain, list):
        return tuple(_frozen(item) for item in plain)
    if isinstance(plain, dict) and "array" in plain:
        return np.array(plain["array"], dtype=plain["kind"])
    if isinstance(plain, dict) and "mapping" in plain:
        return {name: _frozen(item) for name, item in plain["mapping"]}
    if isinstance(plain, dict):
        return KNOWN[plain["class"]](**{name: _frozen(item) for name, item in plain["fields"].items()})
    return plain
