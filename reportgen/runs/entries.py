"""What the cache knows of a run beside its history: the metadata file, which is the commit record of an entry."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, fields, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from reportgen.runs.history import Column
from reportgen.runs.raw import RawRun

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

SCHEMA = 2
COLUMN = tuple(one.name for one in fields(Column))
DELETED = "deleted"
"""Joins the fingerprint of a run that its server has no more."""


class NewerSchemaError(ValueError):
    """An entry was written by a version of reportgen that this one does not understand."""

    def __init__(self, schema: int) -> None:
        super().__init__(f"written by a newer reportgen: schema {schema}, this one knows up to {SCHEMA}")
        self.schema = schema


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetch:
    """How a run was got.

    Parameters
    ----------
    source
        ``wandb`` or ``offline``.
    method
        ``exports``, ``scan``, ``file``, ...
    heartbeat
        Time of the server's last sign of life of the run.
    last_step
        The server's last step; None: the greatest ``_step`` of the history.
    keys
        The keys that were asked for, whether the run has them or not; None: all.
    complete
        False for what must not be taken for the whole run; such an entry is never handed out.
    """

    source: str = "wandb"
    method: str = ""
    heartbeat: str | None = None
    last_step: float | None = None
    wandb_version: str = ""
    keys: tuple[str, ...] | None = None
    complete: bool = True


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Entry:
    """The metadata of a cached run.

    Parameters
    ----------
    fingerprint
        What the source said of the run when it was read; another one means that it must be read again.
    history, sha256, size
        File name, hash and bytes of the history.
    fetched_at
        In UTC.
    run
        The fields of `RawRun` without its history.
    """

    key: str
    entity: str
    project: str
    run_id: str
    state: str
    fingerprint: Mapping[str, str]
    fetch: Fetch
    rows: int
    columns: tuple[Column, ...]
    history: str
    sha256: str
    size: int
    fetched_at: str
    run: Mapping[str, Any]

    @classmethod
    def of(
        cls,
        key: str,
        fingerprint: Mapping[str, str],
        run: RawRun,
        fetch: Fetch,
        *,
        columns: Sequence[Column],
        **stored: Any,
    ) -> Entry:
        """Describe a run whose history has been written; `stored` are rows, history, sha256 and size."""
        return cls(
            key=key,
            entity=run.entity,
            project=run.project,
            run_id=run.run_id,
            state=run.state,
            fingerprint=dict(fingerprint),
            fetch=fetch,
            columns=tuple(columns),
            fetched_at=datetime.now(UTC).isoformat(timespec="seconds"),
            run={one.name: getattr(run, one.name) for one in fields(run) if one.name != "history"},
            **stored,
        )

    def renewed(self, fingerprint: Mapping[str, str], run: RawRun, fetch: Fetch) -> Entry:
        """Return the entry with other metadata for the same history, which is as old as it was."""
        other = Entry.of(
            self.key, fingerprint, run, fetch, columns=self.columns,
            rows=self.rows, history=self.history, sha256=self.sha256, size=self.size,
        )  # fmt: skip
        return replace(other, fetched_at=self.fetched_at)

    @property
    def deleted(self) -> bool:
        """Whether the server no longer had the run when it was last asked."""
        return DELETED in self.fingerprint

    @property
    def last_step(self) -> float | None:
        """The last step: the server's word, else the greatest ``_step``."""
        counted = next((column.greatest for column in self.columns if column.name == "_step"), None)
        return counted if self.fetch.last_step is None else self.fetch.last_step

    def covers(self, keys: Sequence[str] | None) -> bool:
        """Whether everything that is asked for was asked for when the run was read; None asks for all keys."""
        if self.fetch.keys is None:
            return True
        return keys is not None and set(keys) <= set(self.fetch.keys)

    def written(self) -> bytes:
        """Return the content of the metadata file."""
        body = {
            "schema": SCHEMA,
            "key": self.key,
            "source": self.fetch.source,
            "entity": self.entity,
            "project": self.project,
            "run_id": self.run_id,
            "state": self.state,
            "last_step": self.last_step,
            "heartbeat": self.fetch.heartbeat,
            "keys": self.fetch.keys,
            "rows": self.rows,
            "history": self.history,
            "sha256": self.sha256,
            "size": self.size,
            "fetched_at": self.fetched_at,
            "method": self.fetch.method,
            "wandb_version": self.fetch.wandb_version,
            "complete": self.fetch.complete,
            "fingerprint": dict(self.fingerprint),
            "columns": [{name: getattr(column, name) for name in COLUMN} for column in self.columns],
            "run": dict(self.run),
        }
        plain = json.loads(json.dumps(body))
        lines = [f"{json.dumps(name)}: {json.dumps(value)}" for name, value in plain.items()]
        return ("{\n" + ",\n".join([*lines, f'"digest": "{_digest(plain)}"']) + "\n}").encode()

    @classmethod
    def read(cls, content: bytes) -> Entry | None:
        """Understand a metadata file, None where it is of an older schema.

        Raises
        ------
        NewerSchemaError
            When it is of a newer one.
        ValueError, KeyError, TypeError
            When it is damaged or something else.
        """
        body = dict(json.loads(content))
        digest, schema = body.pop("digest", None), int(body["schema"])
        if schema > SCHEMA:
            raise NewerSchemaError(schema)
        if schema < SCHEMA:
            return None
        if digest != _digest(body):
            raise ValueError("its digest does not agree with its content")
        keys = body["keys"]
        fetch = Fetch(
            last_step=body["last_step"],
            keys=None if keys is None else tuple(keys),
            **{name: body[name] for name in ("source", "method", "heartbeat", "wandb_version", "complete")},
        )
        same = ("key", "entity", "project", "run_id", "state", "fingerprint", "rows", "history", "sha256", "size")
        return cls(
            fetch=fetch,
            columns=tuple(Column(**column) for column in body["columns"]),
            fetched_at=body["fetched_at"],
            run=body["run"],
            **{name: body[name] for name in same},
        )

    def raw_run(self, history: Mapping[str, Any]) -> RawRun:
        """Return the run, with a history given."""
        lists = {name: tuple(self.run[name]) for name in ("tags", "notes")}
        return RawRun(**{**self.run, **lists, "history": history})


def _digest(body: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()
