"""Runs from the folders that the W&B SDK writes beside a training: `wandb/offline-run-*/run-*.wandb`."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from reportgen.errors import DataError
from reportgen.runs.entries import Fetch
from reportgen.runs.raw import RawRun, to_record
from reportgen.runs.record import UNREADABLE, RunRecord
from reportgen.runs.selection import selection
from reportgen.runs.wandb_log import read_wandb_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reportgen.runs.cache import Cache
    from reportgen.spec.identity import Axes
    from reportgen.spec.model import WandbOfflineSource


class OfflineSource:
    """Runs of one `wandb_offline:` source; several folders with one run id are one resumed run."""

    def __init__(self, source: WandbOfflineSource, handle: str, root: Path, *, axes: Axes, cache: Cache) -> None:
        self._source = source
        self._handle = handle
        self._root = root
        self._axes = axes
        self._cache = cache

    def read(self) -> tuple[RunRecord, ...]:
        """Return every run, sorted by when it started.

        Raises
        ------
        DataError
            When the folder holds no run at all, or none that is meant.
        """
        folder = self._root / self._source.path
        files = sorted(folder.rglob("run-*.wandb"))
        if not files:
            there = "there is no such folder" if not folder.is_dir() else "no file run-*.wandb lies below it"
            raise DataError(f"wandb_offline: {self._source.path}: {there}; give the folder `wandb` of a training")
        attempts: dict[str, list[Path]] = defaultdict(list)
        for path in files:
            attempts[path.stem.removeprefix("run-")].append(path)
        records = {run_id: self._record(run_id, paths) for run_id, paths in attempts.items()}
        self._cache.index()
        return self._meant(records)

    def _meant(self, records: dict[str, RunRecord]) -> tuple[RunRecord, ...]:
        """Return the runs that the spec chooses, and those of which nothing could be read, to be named."""
        chosen = selection(self._source.runs, self._source.filters, self._root)
        readable = {run_id: record for run_id, record in records.items() if record.state != UNREADABLE}
        meant = {run_id for run_id, record in readable.items() if chosen.matches(run_id, record)}
        if readable and not meant:
            names = [record.name for record in readable.values()]
            told = chosen.no_match(names, len(names))
            raise DataError(f"wandb_offline: no run below {self._source.path} matches {told}")
        return tuple(
            record for run_id, record in records.items() if run_id not in readable or chosen.matches(run_id, record)
        )

    def _record(self, run_id: str, paths: Sequence[Path]) -> RunRecord:
        origin = tuple(_shown(path, self._root) for path in paths)
        below = self._root / self._source.path
        fingerprint = {path.relative_to(below).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
                       for path in paths}  # fmt: skip
        sha256 = hashlib.sha256("".join(fingerprint.values()).encode()).hexdigest()
        key = self._cache.key_of(fingerprint)
        run = None if key is None else self._cache.load(key, fingerprint)
        if run is None:
            read, unreadable = _read_all(paths)
            if not read:
                return self._unreadable(run_id, origin, sha256, unreadable)
            run = self._remembered(merged(read), fingerprint, unreadable)
        return to_record(run, self._axes, source=self._handle, origin=origin, sha256=sha256)

    def _remembered(self, run: RawRun, fingerprint: dict[str, str], notes: tuple[str, ...]) -> RawRun:
        """Store a run; say of it, this once, that its copy in the cache was damaged."""
        key = f"offline/{run.entity}/{run.project}/{run.run_id}"
        self._cache.entry(key)
        fault = self._cache.faults.get(key)
        kept = self._cache.store(
            key, fingerprint, replace(run, notes=(*run.notes, *notes)), Fetch(source="offline", method="file")
        )
        return replace(kept, notes=(*kept.notes, f"{fault}: it was read anew")) if fault else kept

    def _unreadable(self, run_id: str, origin: tuple[str, ...], sha256: str, notes: tuple[str, ...]) -> RunRecord:
        """Return a run of which nothing could be read, so that the report names it."""
        return RunRecord(
            id=f"{self._handle}/{run_id}",
            source=self._handle,
            name=run_id,
            series=(),
            state=UNREADABLE,
            origin=origin,
            sha256=sha256,
            notes=notes,
        )


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.name


def _read_all(paths: Sequence[Path]) -> tuple[list[RawRun], tuple[str, ...]]:
    read, unreadable = [], []
    for path in paths:
        try:
            read.append(read_wandb_file(path))
        except DataError as error:
            unreadable.append(f"cannot be read: {error}")
    return read, tuple(unreadable)


def merged(attempts: Sequence[RawRun]) -> RawRun:
    """Join the attempts of a resumed run in the order they started; from its first step on the later one counts."""
    ordered = sorted(attempts, key=lambda run: run.created_at or "")
    if len(ordered) == 1:
        return ordered[0]
    joined, replaced = ordered[0], 0
    for later in ordered[1:]:
        first = float(later.history["_step"].min()) if later.rows else np.inf
        kept = joined.history["_step"] < first if joined.rows else np.empty(0, dtype=bool)
        replaced += int((~kept).sum())
        names = sorted({*joined.history, *later.history})
        history = {name: np.concatenate([_column(joined, name)[kept], _column(later, name)]) for name in names}
        joined = replace(
            later,
            history=history,
            config={**joined.config, **later.config},
            summary={**joined.summary, **later.summary},
            created_at=joined.created_at,
            step_keys={**joined.step_keys, **later.step_keys},
            notes=tuple(dict.fromkeys((*_lasting(joined.notes), *later.notes))),
        )
    note = f"resumed: {len(ordered)} attempts joined, {replaced} rows replaced by later ones"
    return replace(joined, notes=(*joined.notes, note))


def _lasting(notes: Sequence[str]) -> tuple[str, ...]:
    """Drop what a later attempt makes untrue: that the run has no end."""
    return tuple(note for note in notes if not note.startswith("it has no end record"))


def _column(run: RawRun, name: str) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    return np.asarray(run.history.get(name, np.full(run.rows, np.nan)))
