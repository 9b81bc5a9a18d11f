"""Cached runs as a report takes them: the wanted keys alone, whatever else the cache holds."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from reportgen.runs.history import StoredHistory
from reportgen.runs.raw import to_record
from reportgen.runs.series import carried

if TYPE_CHECKING:
    from reportgen.runs.raw import RawRun
    from reportgen.runs.record import RunRecord
    from reportgen.runs.wandb_api.listed import Wanted
    from reportgen.spec.identity import Axes


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
    return replace(record, state=f"{run.state}, deleted on the server") if deleted else record


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


def in_memory_rows(run: RawRun, wanted: Wanted, last: int | None) -> RawRun:
    """Return a run with its last rows in memory; axes keep the last value they had before these rows."""
    history = {name: run.history[name] for name in wanted.among(run.history) if name in run.history}
    axes = {*wanted.axes, "_timestamp", "_runtime"}
    filled = {name: carried(values) if name in axes else values for name, values in history.items()}
    return replace(run, history={name: values[-last if last else 0 :] for name, values in filled.items()})
