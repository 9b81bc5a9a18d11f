"""Cached runs as a report takes them: the wanted keys alone, whatever else the cache holds."""

from __future__ import annotations

import hashlib
import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from reportgen.runs.history import StoredHistory
from reportgen.runs.raw import to_record
from reportgen.runs.record import Series

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reportgen.runs.raw import RawRun
    from reportgen.runs.record import RunRecord
    from reportgen.runs.wandb_api.listed import Wanted
    from reportgen.spec.model import Axes


def record_of(run: RawRun, wanted: Wanted, axes: Axes, *, handle: str, deleted: bool = False) -> RunRecord:
    """Return the record of a run; its hash does not depend on further keys that the cache holds."""
    names = wanted.among(run.history)
    history = run.history
    kept = (
        history.only([name for name in names if name in history])
        if isinstance(history, StoredHistory)
        else {name: history[name] for name in names if name in history}
    )
    chosen = replace(run, history=kept)
    record = to_record(chosen, axes, source=handle, origin=(), sha256=digest(chosen))
    series = (*record.series, *_from_summary(chosen, wanted))
    state = f"{run.state}, deleted on the server" if deleted else run.state
    return replace(record, series=series, state=state)


def digest(run: RawRun) -> str:
    """Return the hash of everything in a run that a number or a name of the report may come from."""
    described = (run.entity, run.project, run.run_id, run.name, run.state, run.group, run.tags, run.config, run.summary)
    parts = [json.dumps(described, sort_keys=True)]
    for name in sorted(run.history):
        if isinstance(run.history, StoredHistory):
            parts.append(f"{name} {run.history.known[name].digest}")
        else:
            content = np.ascontiguousarray(run.history[name], dtype="<f8").tobytes()
            parts.append(f"{name} {hashlib.sha256(content).hexdigest()}")
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _from_summary(run: RawRun, wanted: Wanted) -> Iterator[Series]:
    """Yield the metrics, named in full, that a run has in its summary and not in its history: one point each."""
    for name in wanted.metrics:
        value = run.summary.get(name)
        if name not in run.history and isinstance(value, int | float) and not isinstance(value, bool):
            step = run.summary.get("_step")
            at = float(step) if isinstance(step, int | float) else math.nan
            yield Series(metric=name, task=None, steps=np.array([at]), values=np.array([float(value)]), column=name)
