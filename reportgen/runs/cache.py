"""A cache of runs that can be trusted: a damaged, half-written or outdated entry is never used, only made anew.

An entry is `runs/KEY_history-HASH.parquet` and `runs/KEY_metadata.json`. The history is written first, the metadata
last: the metadata is the commit record. `cache_index.json` is derived from the entries and may be lost at any time.
Histories that no metadata names stay for a day, because another process may still be reading or committing them.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.artifacts import safe_name
from reportgen.errors import EnvironmentFault
from reportgen.runs.drafts import PREFIX, Draft, adopt, write_file
from reportgen.runs.entries import SCHEMA, Entry, Fetch, NewerSchemaError
from reportgen.runs.history import HistoryWriter, StoredHistory

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from reportgen.runs.history import WrittenHistory
    from reportgen.runs.raw import RawRun

INDEX = "cache_index.json"
GRACE = 24 * 3600.0
PATIENCE = 600.0


def cache_folder(given: Path | None = None) -> Path:
    """Return where runs are cached: `given`, else ``$REPORTGEN_CACHE_DIR``, else the user's cache folder."""
    named = given or os.environ.get("REPORTGEN_CACHE_DIR")
    if named:
        return Path(named)
    from platformdirs import user_cache_path  # noqa: PLC0415 - rarely needed in tests

    return user_cache_path("reportgen")


class UnwritableCacheError(EnvironmentFault):
    """The cache cannot be written: no space, no permission, no folder."""


class Cache:
    """Runs on disk, by key, each valid for one fingerprint of its source.

    Keys are ``host/entity/project/run id``, for runs recorded offline ``offline/entity/project/run id``.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.runs = folder / "runs"
        self.faults: dict[str, str] = {}
        """Key to what is wrong with its entry, for each entry that was asked for and found damaged."""
        self._by_fingerprint: dict[frozenset[tuple[str, str]], str] | None = None

    def load(
        self, key: str, fingerprint: Mapping[str, str] | None = None, *, keys: Sequence[str] | None = ()
    ) -> RawRun | None:
        """Return a run whose history is read from the disk on demand, None where there is no such whole entry.

        Parameters
        ----------
        fingerprint
            What the source says of the run now: file name to hash, or the server's state, heartbeat and counts. None
            takes whatever is there.
        keys
            Keys that must have been asked for when the run was read; None: all.

        Raises
        ------
        EnvironmentFault
            When the entry was written by a newer version.
        """
        entry = self.entry(key)
        if entry is None or not entry.fetch.complete or not entry.covers(keys):
            return None
        if fingerprint is not None and dict(entry.fingerprint) != dict(fingerprint):
            return None
        if fault := self.damage(entry):
            self.faults[key] = f"its copy in the cache was damaged ({fault})"
            return None
        return self.thawed(entry)

    def entry(self, key: str) -> Entry | None:
        """Return the metadata of a run without looking at its history, None where there is none that can be used.

        Raises
        ------
        EnvironmentFault
            When it was written by a newer version.
        """
        path = self.metadata(key)
        try:
            entry = Entry.read(path.read_bytes())
        except NewerSchemaError as error:
            raise self._too_new(path, error) from error
        except OSError:
            return None
        except (ValueError, KeyError, TypeError) as error:
            self.faults[key] = f"its copy in the cache was damaged (the metadata: {error})"
            return None
        return entry if entry is not None and entry.key == key else None

    def key_of(self, fingerprint: Mapping[str, str]) -> str | None:
        """Return the key of the entry that was made from exactly these files, None where there is none."""
        if self._by_fingerprint is None:
            self._by_fingerprint = {frozenset(entry.fingerprint.items()): entry.key for entry in self.entries()}
        return self._by_fingerprint.get(frozenset(fingerprint.items()))

    def store(self, key: str, fingerprint: Mapping[str, str], run: RawRun, fetch: Fetch | None = None) -> RawRun:
        """Write an entry so that at every moment the old one, the new one or none is there, never half of one.

        Returns
        -------
        The run as it now lies in the cache; the given one where the cache cannot be written, which is no error: the
        run is then read again next time.
        """
        try:
            with self.writing(key, tuple(run.history)) as writer:
                writer.append(run.history)
                return writer.commit(fingerprint, run, fetch)
        except UnwritableCacheError:
            return run

    def adopt(
        self, key: str, fingerprint: Mapping[str, str], run: RawRun, written: WrittenHistory, fetch: Fetch
    ) -> RawRun:
        """Make an entry of a history that another process has written, best in the folder `drafting` names.

        Returns
        -------
        The run as it now lies in the cache; where the cache cannot be written, which is no error, in memory.

        Raises
        ------
        EnvironmentFault
            When the entry there was written by a newer version.
        """
        self.entry(key)
        name = _history_name(key, written.sha256)
        entry = Entry.of(
            key, fingerprint, run, fetch, columns=written.columns,
            rows=written.rows, history=name, sha256=written.sha256, size=written.size,
        )  # fmt: skip
        try:
            adopt(written.path, self.runs / name)
            written = replace(written, path=self.runs / name)
            write_file(self.metadata(key), entry.written())
        except OSError:
            stored = written.stored()
            return replace(run, history=stored.read(tuple(stored)))
        self.faults.pop(key, None)
        return self.thawed(entry)

    def drafting(self) -> Path | None:
        """Return the folder in which other processes write drafts of histories; None where nothing can be written."""
        with contextlib.suppress(OSError):
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            self.runs.mkdir(exist_ok=True, mode=0o700)
            return self.runs
        return None

    def refresh(
        self, key: str, fingerprint: Mapping[str, str], run: RawRun, fetch: Fetch | None = None
    ) -> RawRun | None:
        """Write new metadata (name, tags, state, ...) beside the history that is there; None where there is none.

        A cache that cannot be written is no error.
        """
        entry = self.entry(key)
        if entry is None or self.damage(entry):
            return None
        changed = entry.renewed(fingerprint, run, fetch or entry.fetch)
        with contextlib.suppress(OSError):
            write_file(self.metadata(key), changed.written())
        return self.thawed(changed)

    @contextlib.contextmanager
    def writing(self, key: str, names: Sequence[str]) -> Iterator[EntryWriter]:
        """Write an entry piece by piece, for histories that memory cannot hold; without `commit` nothing is stored.

        Parameters
        ----------
        names
            Every column of the history.

        Raises
        ------
        UnwritableCacheError
            Here and from the writer, when the cache cannot be written.
        EnvironmentFault
            When the entry there was written by a newer version.
        """
        self.entry(key)
        writer = EntryWriter(self, key, names)
        try:
            yield writer
        finally:
            writer.discard()

    @contextlib.contextmanager
    def claimed(self, key: str, *, patience: float = PATIENCE) -> Iterator[None]:
        """Keep other processes from doing the same work at the same time, as far as the file system can lock.

        It saves double work and nothing else: without locks, or after `patience` seconds, the work is done twice.
        """
        with contextlib.ExitStack() as held:
            with contextlib.suppress(OSError, NotImplementedError):
                held.enter_context(self._lock(key, patience))
            yield

    def entries(self) -> tuple[Entry, ...]:
        """Return the metadata of every entry that can be used, sorted by key."""
        found = []
        for path in sorted(self.runs.glob("*_metadata.json")):
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                entry = Entry.read(path.read_bytes())
                if entry is not None and self.metadata(entry.key) == path:
                    found.append(entry)
        return tuple(sorted(found, key=lambda entry: entry.key))

    def index(self) -> dict[str, Any]:
        """Derive the index from the entries and write it down; entries that cannot be read are not in it."""
        entries = self.entries()
        runs = {
            entry.key: {name: getattr(entry, name) for name in ("state", "rows", "size", "history", "sha256")}
            for entry in entries
        }
        content = json.dumps({"schema": SCHEMA, "runs": runs}, indent=1).encode()
        path = self.folder / INDEX
        with contextlib.suppress(OSError):
            if not path.is_file() or path.read_bytes() != content:
                write_file(path, content)
            self.sweep(entries)
        return runs

    def sweep(self, entries: Sequence[Entry] | None = None) -> None:
        """Delete what killed writers and former versions left, once it is a day old; `entries` are all there are."""
        known = {entry.history for entry in (self.entries() if entries is None else entries)}
        for path in (*self.runs.glob("*_history-*.parquet"), *self.drafts()):
            with contextlib.suppress(OSError):
                if path.name not in known and time.time() - path.stat().st_mtime > GRACE:
                    path.unlink(missing_ok=True)

    def drafts(self) -> list[Path]:
        """List the files that writers have begun and not finished."""
        return [*self.runs.glob(f"{PREFIX}*"), *self.folder.glob(f"{PREFIX}*")]

    def check(self) -> Path:
        """Return the folder.

        Raises
        ------
        EnvironmentFault
            When its path is something else than a folder.
        """
        if self.folder.exists() and not self.folder.is_dir():
            raise EnvironmentFault(f"{self.folder}: the cache must be a folder; give another one by --cache-dir")
        return self.folder

    def metadata(self, key: str) -> Path:
        """Return the place of an entry's commit record."""
        return self.runs / f"{safe_name(key)}_metadata.json"

    def damage(self, entry: Entry) -> str:
        """Say what is wrong with the history of an entry; empty where it is whole."""
        try:
            with (self.runs / entry.history).open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            return f"the history: {error.strerror}"
        return "" if sha256 == entry.sha256 else "the history has another hash"

    def thawed(self, entry: Entry) -> RawRun:
        """Return the run of an entry."""
        return entry.raw_run(StoredHistory(self.runs / entry.history, entry.rows, entry.columns))

    def _too_new(self, path: Path, error: NewerSchemaError) -> EnvironmentFault:
        return EnvironmentFault(f"{path}: {error}; update reportgen, or give another cache by --cache-dir")

    def _lock(self, key: str, patience: float) -> contextlib.AbstractContextManager[Any]:
        from filelock import FileLock  # noqa: PLC0415 - only where runs are fetched

        folder = self.folder / "locks"
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        return FileLock(folder / f"{safe_name(key)}.lock", timeout=patience)


class EntryWriter:
    """Writes one entry of a cache: rows as they come, then `commit`."""

    def __init__(self, cache: Cache, key: str, names: Sequence[str]) -> None:
        self._cache = cache
        self._key = key
        with self._told():
            cache.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            cache.runs.mkdir(exist_ok=True, mode=0o700)
            self._draft = Draft(cache.runs)
        try:
            with self._told():
                self._writer = HistoryWriter(self._draft, names)
        except BaseException:
            self.discard()
            raise

    def append(self, rows: Mapping[str, NDArray[Any]]) -> None:
        """Add rows: key to (n,) numbers, in the order of steps; NaN in columns that are not given.

        Raises
        ------
        UnwritableCacheError
            When they cannot be written.
        ValueError
            When a key is no column, or the lengths differ.
        """
        with self._told():
            self._writer.append(rows)

    def commit(self, fingerprint: Mapping[str, str], run: RawRun, fetch: Fetch | None = None) -> RawRun:
        """Make the entry count.

        Parameters
        ----------
        run
            Everything but the history, which is what was appended.

        Raises
        ------
        UnwritableCacheError
            When it cannot be written; the former entry then stays.
        """
        with self._told():
            self._writer.close()
            name = _history_name(self._key, self._draft.sha256)
            entry = Entry.of(
                self._key, fingerprint, run, fetch or Fetch(), columns=self._writer.columns,
                rows=self._writer.rows, history=name, sha256=self._draft.sha256, size=self._draft.size,
            )  # fmt: skip
            self._draft.publish(self._cache.runs / name)
            write_file(self._cache.metadata(self._key), entry.written())
        self._cache.faults.pop(self._key, None)
        return self._cache.thawed(entry)

    def discard(self) -> None:
        """Leave nothing behind of what was not committed."""
        with contextlib.suppress(OSError):
            self._draft.discard()

    @contextlib.contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise UnwritableCacheError(
                f"{self._cache.folder}: the cache cannot be written ({error.strerror or error}); make room, or give "
                "another folder by --cache-dir"
            ) from error


def _history_name(key: str, sha256: str) -> str:
    return f"{safe_name(key)}_history-{sha256[:16]}.parquet"
