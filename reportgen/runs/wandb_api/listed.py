"""A run as the server's listing describes it, and which keys of its history a report needs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from reportgen.runs.lookup import any_glob
from reportgen.runs.raw import USUAL_STEPS, RawRun
from reportgen.runs.record import RunRecord

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    import numpy as np
    from numpy.typing import NDArray

    from reportgen.runs.wandb_api.words import Place

ALWAYS = ("_step", "_timestamp", "_runtime")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Listed:
    """One run of a listing.

    Parameters
    ----------
    keys
        Key of the history to the number of values by their type: ``{"loss": {"number": 100}}``.
    lines
        How many rows the server says the history has; None where it does not say.
    """

    run_id: str
    name: str
    state: str
    group: str | None = None
    job_type: str | None = None
    sweep: str | None = None
    tags: tuple[str, ...] = ()
    created_at: str | None = None
    heartbeat: str | None = None
    lines: int | None = None
    last_step: int | None = None
    url: str | None = None
    commit: str | None = None
    config: Mapping[str, Any] = field(default_factory=dict)
    summary: Mapping[str, Any] = field(default_factory=dict)
    keys: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Listed:
        """Return the run that the child process told of."""
        return cls(
            run_id=told["id"],
            name=told["displayName"] or told["id"],
            state=told["state"] or "unknown",
            group=told["group"],
            job_type=told["jobType"],
            sweep=told["sweepName"],
            tags=tuple(told["tags"] or ()),
            created_at=told["createdAt"],
            heartbeat=told["heartbeatAt"],
            lines=told["historyLineCount"],
            last_step=told["lastStep"],
            url=told["url"],
            commit=told["commit"],
            config=told["config"],
            summary={key: value for key, value in told["summary"].items() if key != "_wandb"},
            keys=told["keys"],
        )

    @property
    def fingerprint(self) -> dict[str, str]:
        """What changes when the history does."""
        return {"state": self.state, "heartbeatAt": str(self.heartbeat), "historyLineCount": str(self.lines)}

    def raw(self, place: Place, history: Mapping[str, NDArray[np.float64]], notes: Sequence[str]) -> RawRun:
        """Return the run with a history."""
        return RawRun(
            entity=place.entity,
            project=place.project,
            run_id=self.run_id,
            name=self.name,
            state=self.state,
            history=history,
            config=self.config,
            summary=self.summary,
            group=self.group,
            job_type=self.job_type,
            sweep=self.sweep,
            tags=self.tags,
            created_at=self.created_at,
            url=self.url,
            commit=self.commit,
            notes=tuple(notes),
        )

    def record(self, entity: str, project: str) -> RunRecord:
        """Return the run without a history, for looking at what it is."""
        return RunRecord(
            id=f"{entity}/{project}/{self.run_id}",
            source="source-0",
            name=self.name,
            series=(),
            config=self.config,
            summary=self.summary,
            group=self.group,
            tags=self.tags,
            job_type=self.job_type,
            sweep=self.sweep,
            state=self.state,
            created_at=self.created_at,
            url=self.url,
        )

    def described(self) -> dict[str, Any]:
        """Return what can change without the history: names, tags, configuration."""
        names = ("name", "group", "job_type", "sweep", "tags", "config", "summary", "url", "commit")
        return {name: getattr(self, name) for name in names}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """The keys of histories that a report needs.

    Parameters
    ----------
    metrics
        Names or globs.
    axes
        Keys that may count steps or time.
    """

    metrics: tuple[str, ...]
    axes: tuple[str, ...] = USUAL_STEPS

    @property
    def asked(self) -> tuple[str, ...]:
        """Everything that is asked for, names and globs, whether a run has it or not."""
        return tuple(sorted({*self.metrics, *self.axes, *ALWAYS}))

    def among(self, keys: Iterable[str]) -> tuple[str, ...]:
        """Return the keys that are wanted, sorted."""
        wanted, there = any_glob(self.metrics), {*keys, *ALWAYS}
        plain = {*ALWAYS, *self.axes}
        inside = {name for name in self.metrics if parent_of(name, there)}
        return tuple(sorted({*inside, *(key for key in there if key in plain or wanted(key))}))


def parent_of(name: str, keys: Collection[str]) -> str | None:
    """Return the key that is a mapping with `name` inside, None where there is none.

    Examples
    --------
    >>> parent_of("losses.policy", {"losses"}), parent_of("losses", {"losses"})
    ('losses', None)
    """
    parts = name.split(".")
    above = (".".join(parts[:count]) for count in range(len(parts) - 1, 0, -1))
    return next((key for key in above if key in keys), None)


def same_description(run: RawRun, listed: Listed) -> bool:
    """Tell whether nothing but the history could have changed since a run was stored."""
    now = listed.described()
    return all(_plain(getattr(run, name)) == _plain(value) for name, value in now.items())


def _plain(value: Any) -> str:
    return json.dumps(value, sort_keys=True)
