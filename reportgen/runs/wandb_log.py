"""Reads `.wandb` files, the record a W&B run leaves on disk, up to and around whatever is damaged.

The container is the log format of LevelDB with CRC-32 checksums over blocks of 32 KiB, behind a header of seven
bytes; the records are the SDK's own protocol buffers.
"""

from __future__ import annotations

import json
import struct
import zlib
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from reportgen.errors import DataError
from reportgen.runs.raw import RawRun

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

MAGIC = b":W&B\xe1\xbe\x00"
BLOCK = 1 << 15
CHUNK_HEADER = struct.Struct("<IHB")
FULL, FIRST, MIDDLE, LAST = 1, 2, 3, 4


@dataclass(slots=True)
class Loss:
    """What could not be read of a file."""

    damaged_blocks: int = 0
    lost_end: bool = False
    unreadable: int = 0

    def words(self) -> tuple[str, ...]:
        """Say what was lost, one sentence a kind."""
        told = []
        if self.damaged_blocks:
            told.append(f"{self.damaged_blocks} damaged parts of its .wandb file were left out, rows may be missing")
        if self.lost_end:
            told.append("the end of its .wandb file cannot be read, what was logged last is lost")
        if self.unreadable:
            told.append(f"{self.unreadable} records of its .wandb file could not be understood, rows may be missing")
        return tuple(told)


@dataclass(slots=True)
class _Gathered:
    """The records of one file, put together."""

    run: Any = None
    config: dict[str, Any] = field(default_factory=dict)
    summary: dict[str, Any] = field(default_factory=dict)
    step_keys: dict[str, str] = field(default_factory=dict)
    rows: list[dict[str, float]] = field(default_factory=list)
    exit_code: int | None = None


def read_wandb_file(path: Path) -> RawRun:
    """Read one `.wandb` file.

    Raises
    ------
    DataError
        When it is no such file, or the record that names the run is lost.
    """
    content = path.read_bytes()
    if content[: len(MAGIC)] != MAGIC:
        what = "empty" if not content else "too short" if len(content) < len(MAGIC) else "not a .wandb file"
        raise DataError(f"{path.name}: {what}")
    loss = Loss()
    gathered = _gather(payloads(content, loss), loss)
    if gathered.run is None:
        raise DataError(f"{path.name}: the record that names the run is lost")
    return _raw_run(gathered, loss)


def payloads(content: bytes, loss: Loss) -> Iterator[bytes]:
    """Yield the payload of every whole record; what fails its checksum is skipped to the next block and counted."""
    position, pending = len(MAGIC), bytearray()
    inside = False
    while position < len(content):
        room = BLOCK - position % BLOCK
        if room < CHUNK_HEADER.size:
            position += room
            continue
        chunk = _chunk(content, position)
        if chunk is None:
            _count_damage(content[position : position + room], last=position + room >= len(content), loss=loss)
            inside = False
            position += room
            continue
        kind, payload = chunk
        position += CHUNK_HEADER.size + len(payload)
        if kind in {FULL, FIRST}:
            loss.damaged_blocks += inside
            pending, inside = bytearray(payload), kind == FIRST
        elif inside:
            pending += payload
            inside = kind == MIDDLE
        else:
            continue
        if kind in {FULL, LAST}:
            yield bytes(pending)
    loss.lost_end |= inside


def _chunk(content: bytes, position: int) -> tuple[int, bytes] | None:
    """Return kind and payload of the chunk at a position, None when it does not check out."""
    if position + CHUNK_HEADER.size > len(content):
        return None
    checksum, length, kind = CHUNK_HEADER.unpack_from(content, position)
    start = position + CHUNK_HEADER.size
    payload = content[start : start + length]
    whole = len(payload) == length and length <= BLOCK - position % BLOCK - CHUNK_HEADER.size
    good = whole and kind in {FULL, FIRST, MIDDLE, LAST} and zlib.crc32(bytes([kind]) + payload) == checksum
    return (kind, payload) if good else None


def _count_damage(rest: bytes, *, last: bool, loss: Loss) -> None:
    """Count a block's rest that does not check out; zeros are space that was reserved and never used."""
    if any(rest):
        loss.lost_end |= last
        loss.damaged_blocks += not last


def _gather(records: Iterable[bytes], loss: Loss) -> _Gathered:
    from google.protobuf.message import DecodeError  # noqa: PLC0415 - slow to load
    from wandb.proto import wandb_internal_pb2  # noqa: PLC0415 - slow to load

    messages: Any = wandb_internal_pb2  # its classes are made when it is imported
    gathered = _Gathered()
    for payload in records:
        record = messages.Record()
        try:
            record.ParseFromString(payload)
            _take(record, gathered)
        except (DecodeError, ValueError):
            loss.unreadable += 1
    return gathered


def _take(record: Any, gathered: _Gathered) -> None:
    kind = record.WhichOneof("record_type")
    if kind == "run":
        gathered.run = record.run
        _update(gathered.config, record.run.config.update)
        _update(gathered.summary, record.run.summary.update)
    elif kind == "config":
        _update(gathered.config, record.config.update)
    elif kind == "summary":
        _update(gathered.summary, record.summary.update)
    elif kind == "history":
        gathered.rows.append(_row(record.history))
    elif kind == "metric" and record.metric.step_metric:
        gathered.step_keys[record.metric.glob_name or record.metric.name] = record.metric.step_metric
    elif kind == "exit":
        gathered.exit_code = record.exit.exit_code


def _update(target: dict[str, Any], items: Iterable[Any]) -> None:
    for item in items:
        *parents, last = item.nested_key or [item.key]
        here = target
        for key in parents:
            if not isinstance(here.get(key), dict):
                here[key] = {}
            here = here[key]
        here[last] = json.loads(item.value_json)


def _row(history: Any) -> dict[str, float]:
    """Return the numbers of a row; nested values under dotted keys, texts and media left out."""
    row: dict[str, float] = {"_step": float(history.step.num)}
    for item in history.item:
        value = json.loads(item.value_json)
        if isinstance(value, bool | int | float):
            row[".".join(item.nested_key) or item.key] = float(value)
    return row


def _raw_run(gathered: _Gathered, loss: Loss) -> RawRun:
    run = gathered.run
    started = run.start_time.ToSeconds() if run.HasField("start_time") else None
    states = {None: "crashed", 0: "finished"}
    state = states.get(gathered.exit_code, "failed")
    unfinished = ("it has no end record: it crashed, or still runs",) if state == "crashed" else ()
    gathered.config.pop("_wandb", None)
    return RawRun(
        entity=run.entity or "local",
        project=run.project or "uncategorized",
        run_id=run.run_id,
        name=run.display_name or run.run_id,
        state=state,
        history=columns(gathered.rows),
        config=gathered.config,
        summary=gathered.summary,
        group=run.run_group or None,
        job_type=run.job_type or None,
        sweep=run.sweep_id or None,
        tags=tuple(run.tags),
        created_at=None if started is None else datetime.fromtimestamp(started, UTC).isoformat(timespec="seconds"),
        commit=run.git.commit or None,
        step_keys=gathered.step_keys,
        notes=(*loss.words(), *unfinished),
    )


def columns(rows: list[dict[str, float]]) -> dict[str, NDArray[np.float64]]:
    """Turn rows into columns, sorted by name, NaN where a row lacks a key."""
    names = sorted({key for row in rows for key in row})
    return {name: np.array([row.get(name, np.nan) for row in rows], dtype=np.float64) for name in names}
