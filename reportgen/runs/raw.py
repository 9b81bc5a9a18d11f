"""A run as it was logged: metadata and history, before any choice of axes."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from reportgen.runs.history import StoredHistory
from reportgen.runs.record import RunRecord
from reportgen.runs.series import Series, StoredSeries, carried

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from reportgen.spec.identity import Axes

USUAL_STEPS = (
    "trainer/global_step",
    "train/global_step",
    "global_step",
    "metric/agent_step",
    "env_step",
    "agent_steps",
    "timesteps_total",
    "_step",
)
INTERNAL = ("_step", "_timestamp", "_runtime", "_wandb")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RawRun:
    """One run of a W&B project.

    Parameters
    ----------
    history
        Key to (rows,) float64, NaN where a row does not hold the key; ``_step`` among them, increasing. From the cache
        a `StoredHistory`, which reads a column when it is asked for it.
    step_keys
        Metric name or glob to the step key its author declared for it.
    notes
        What was lost or merged while reading, in words.
    """

    entity: str
    project: str
    run_id: str
    name: str
    state: str
    history: Mapping[str, NDArray[np.float64]]
    config: Mapping[str, Any] = field(default_factory=dict)
    summary: Mapping[str, Any] = field(default_factory=dict)
    group: str | None = None
    job_type: str | None = None
    sweep: str | None = None
    tags: tuple[str, ...] = ()
    created_at: str | None = None
    url: str | None = None
    commit: str | None = None
    step_keys: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Number of rows of the history."""
        if isinstance(self.history, StoredHistory):
            return self.history.rows
        return len(next(iter(self.history.values()), ()))

    @property
    def updated_at(self) -> str | None:
        """Time of the newest row, in UTC; None where no row has one."""
        newest = _greatest(self.history, "_timestamp")
        return None if newest is None else datetime.fromtimestamp(newest, UTC).isoformat(timespec="seconds")


def _greatest(history: Mapping[str, NDArray[np.float64]], key: str) -> float | None:
    """Return the largest finite number of a column, None where there is none."""
    if isinstance(history, StoredHistory):
        return history.known[key].greatest if key in history else None
    column = history.get(key, np.empty(0))
    return max(column[np.isfinite(column)].tolist(), default=None)


def to_record(raw: RawRun, axes: Axes, *, source: str, origin: tuple[str, ...], sha256: str) -> RunRecord:
    """Give every metric of a run its steps and wall times.

    Parameters
    ----------
    axes
        Their `step` and `wall_time` say which keys count; see `step_key`.
    origin, sha256
        Where the run was read and the hash of its content.
    """
    keys = [key for key in raw.history if not key.startswith(INTERNAL)]
    wall_key = axes.wall_time.key if axes.wall_time else ()
    wall = next((key for key in wall_key if key in raw.history), None)
    return RunRecord(
        id=f"{raw.entity}/{raw.project}/{raw.run_id}",
        source=source,
        name=raw.name,
        series=tuple(_series(raw, key, step_key(raw, key, axes), wall) for key in keys),
        config=raw.config,
        summary=raw.summary,
        group=raw.group,
        tags=raw.tags,
        job_type=raw.job_type,
        sweep=raw.sweep,
        state=raw.state,
        created_at=raw.created_at,
        commit=raw.commit,
        updated_at=raw.updated_at,
        url=raw.url,
        origin=origin,
        sha256=sha256,
        notes=raw.notes,
    )


def step_key(raw: RawRun, metric: str, axes: Axes) -> str | None:
    """Return the key that counts a metric's steps.

    The spec's `rules`, then its keys, then what the run declared for the metric, then the usual names; the first that
    the run has. None where it has none of them.
    """
    step = axes.step
    ruled = [key for pattern, key in step.rules.items() if re.search(pattern, metric)] if step else []
    declared = [key for name, key in raw.step_keys.items() if _covers(name, metric)]
    wished = (*ruled, *(step.key if step else ()), *declared, *USUAL_STEPS)
    return next((key for key in wished if key in raw.history and key != metric), None)


def _covers(name: str, metric: str) -> bool:
    return metric == name or (name.endswith("*") and metric.startswith(name[:-1]))


def _series(raw: RawRun, key: str, step: str | None, wall: str | None) -> Series:
    if isinstance(raw.history, StoredHistory):
        return StoredSeries(key=key, history=raw.history, step=step, wall=wall)
    values = raw.history[key]
    rows = np.flatnonzero(~np.isnan(values))
    return Series(
        metric=key,
        task=None,
        steps=np.full(len(rows), math.nan) if step is None else carried(raw.history[step])[rows],
        values=values[rows],
        wall_time=None if wall is None else carried(raw.history[wall])[rows],
        column=key,
    )
