"""A run as it was logged: metadata and history, before any choice of axes."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from reportgen.runs.record import RunRecord, Series

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
        Key to (rows,) float64, NaN where a row does not hold the key; ``_step`` among them, increasing.
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
    commit: str | None = None
    step_keys: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()

    @property
    def rows(self) -> int:
        """Number of rows of the history."""
        return len(next(iter(self.history.values()), ()))

    @property
    def updated_at(self) -> str | None:
        """Time of the newest row, in UTC; None where no row has one."""
        times = self.history.get("_timestamp", np.empty(0))
        newest = float(np.nanmax(times)) if np.isfinite(times).any() else None
        return None if newest is None else datetime.fromtimestamp(newest, UTC).isoformat(timespec="seconds")


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
    values = raw.history[key]
    rows = np.flatnonzero(~np.isnan(values))
    return Series(
        metric=key,
        task=None,
        steps=np.full(len(rows), math.nan) if step is None else _carried(raw.history[step])[rows],
        values=values[rows],
        wall_time=None if wall is None else _carried(raw.history[wall])[rows],
        column=key,
    )


def _carried(axis: NDArray[np.float64]) -> NDArray[np.float64]:
    """Carry the last known value of an axis forward over rows that do not hold it; NaN before the first."""
    known = ~np.isnan(axis)
    last = np.maximum.accumulate(np.where(known, np.arange(len(axis)), -1))
    return np.where(last >= 0, axis[np.maximum(last, 0)], math.nan)
