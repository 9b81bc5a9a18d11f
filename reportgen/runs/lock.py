"""`reportgen.lock`: exactly which runs a report was built from, so that it can be built from them again."""

from __future__ import annotations

import json
import os
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from reportgen.errors import DataError, EnvironmentFault
from reportgen.runs.reading import some

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from reportgen.runs.record import RunRecord

NAME = "reportgen.lock"
SCHEMA = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedRun:
    """What a lock says of a run: state, last step (None where there are no steps), number of points, content hash."""

    state: str
    last_step: float | None
    points: int
    sha256: str


def lock_beside(spec: Path) -> Path:
    """Return where the lock of a spec lies."""
    return spec.parent / NAME


def locked_run(record: RunRecord) -> LockedRun:
    """Return what a lock says of a run."""
    ends = [float(series.steps[series.steps == series.steps].max(initial=-1)) for series in record.series]
    last = max(ends, default=-1.0)
    points = sum(len(series.values) for series in record.series)
    return LockedRun(state=record.state, last_step=last if last >= 0 else None, points=points, sha256=record.sha256)


@contextmanager
def written_lock(path: Path, records: Sequence[RunRecord]) -> Iterator[None]:
    """Write the lock of a report, sorted by run id; it takes its place in one step when the block has ended well.

    What may fail in writing fails before the block begins, so that a report is not published without its lock.

    Raises
    ------
    EnvironmentFault
        When it cannot be written.
    """
    runs = {record.id: asdict(locked_run(record)) for record in sorted(records, key=lambda record: record.id)}
    draft = path.with_name(f".{path.name}-{os.getpid()}")
    try:
        _write(draft, json.dumps({"schema": SCHEMA, "runs": runs}, indent=1) + "\n")
        yield
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def _write(path: Path, text: str) -> None:
    try:
        with path.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise EnvironmentFault(f"{path.parent}: {NAME} cannot be written there: {error.strerror}") from error


def read_lock(path: Path) -> dict[str, LockedRun]:
    """Read a lock.

    Raises
    ------
    DataError
        When there is none, or it is of another form.
    """
    if not path.is_file():
        raise DataError(f"{path}: there is no lock; write one by `reportgen build --lock`")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["schema"] != SCHEMA:
            raise DataError(f"{path}: of schema {content['schema']}, this reportgen reads schema {SCHEMA}")
        return {str(name): LockedRun(**told) for name, told in content["runs"].items()}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise DataError(f"{path}: not a lock of reportgen, or damaged ({error}); write it anew by --lock") from error


def check_lock(records: Sequence[RunRecord], locked: Mapping[str, LockedRun]) -> tuple[RunRecord, ...]:
    """Return the locked runs.

    Raises
    ------
    DataError
        When one is gone or not what it was.
    """
    there = {record.id: record for record in records}
    gone = [name for name in locked if name not in there]
    if gone:
        raise DataError(
            f"--locked: {len(gone)} of {len(locked)} locked runs can no longer be read: {some(gone)}; "
            "build without --locked, or write the lock anew by --lock"
        )
    changed = [f"{name} ({_change(there[name], lock)})" for name, lock in locked.items() if _differs(there[name], lock)]
    if changed:
        raise DataError(
            f"--locked: {len(changed)} of {len(locked)} locked runs are not what they were: {some(changed)}; "
            "build without --locked, or write the lock anew by --lock"
        )
    return tuple(record for record in records if record.id in locked)


def _differs(record: RunRecord, lock: LockedRun) -> bool:
    return record.sha256 != lock.sha256


def _change(record: RunRecord, lock: LockedRun) -> str:
    now = locked_run(record)
    if now.state != lock.state:
        return f"{lock.state} then, {now.state} now"
    if now.last_step != lock.last_step:
        return f"last step {lock.last_step} then, {now.last_step} now"
    if now.points != lock.points:
        return f"{lock.points} points then, {now.points} now"
    return "another content, or other metrics of it are read"
