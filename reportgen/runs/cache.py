"""A cache of runs that can be trusted: a damaged, half-written or outdated entry is never used, only made anew.

An entry is `runs/KEY_history-HASH.parquet` and `runs/KEY_metadata.json`. The history is written first, the metadata
last: the metadata is the commit record. `cache_index.json` is derived from the entries and may be lost at any time.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from reportgen.artifacts import safe_name
from reportgen.errors import EnvironmentFault
from reportgen.runs.raw import RawRun

if TYPE_CHECKING:
    from collections.abc import Mapping

SCHEMA = 1
INDEX = "cache_index.json"


def cache_folder(given: Path | None = None) -> Path:
    """Return where runs are cached: `given`, else ``$REPORTGEN_CACHE_DIR``, else the user's cache folder."""
    named = given or os.environ.get("REPORTGEN_CACHE_DIR")
    if named:
        return Path(named)
    from platformdirs import user_cache_path  # noqa: PLC0415 - rarely needed in tests

    return user_cache_path("reportgen")


class Cache:
    """Runs on disk, by key, each valid for one fingerprint of its source."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._runs = folder / "runs"

    def load(self, key: str, fingerprint: Mapping[str, str]) -> RawRun | None:
        """Return a run, None when there is no whole entry of this schema and fingerprint.

        Parameters
        ----------
        fingerprint
            File name to SHA-256 of what the run is read from.
        """
        try:
            entry = json.loads(self._metadata(key).read_text(encoding="utf-8"))
            if (entry["schema"], entry["key"], entry["fingerprint"]) != (SCHEMA, key, dict(fingerprint)):
                return None
            content = (self._runs / entry["history"]).read_bytes()
            if hashlib.sha256(content).hexdigest() != entry["sha256"] or len(content) != entry["size"]:
                return None
            return _thawed(entry["run"], content)
        except (OSError, ValueError, KeyError, TypeError):
            return None

    def store(self, key: str, fingerprint: Mapping[str, str], run: RawRun) -> None:
        """Write an entry so that at every moment the old one, the new one or none is there, never half of one.

        A cache that cannot be written is no error: the run is read again next time.
        """
        content = _frozen_history(run)
        sha256 = hashlib.sha256(content).hexdigest()
        history = f"{safe_name(key)}_history-{sha256[:16]}.parquet"
        entry = {
            "schema": SCHEMA,
            "key": key,
            "source": "offline",
            "entity": run.entity,
            "project": run.project,
            "run_id": run.run_id,
            "state": run.state,
            "rows": run.rows,
            "keys": sorted(run.history),
            "fingerprint": dict(fingerprint),
            "history": history,
            "sha256": sha256,
            "size": len(content),
            "run": {name: value for name, value in asdict(run).items() if name != "history"},
        }
        with contextlib.suppress(OSError):
            self._runs.mkdir(parents=True, exist_ok=True, mode=0o700)
            _write(self._runs / history, content)
            _write(self._metadata(key), json.dumps(entry, indent=1, allow_nan=True).encode())
            self._sweep(key, keep=history)

    def index(self) -> dict[str, Any]:
        """Derive the index from the entries and write it down; entries that cannot be read are not in it."""
        found: dict[str, Any] = {}
        for path in sorted(self._runs.glob("*_metadata.json")):
            with contextlib.suppress(OSError, ValueError, KeyError, TypeError):
                entry = json.loads(path.read_text(encoding="utf-8"))
                found[entry["key"]] = {name: entry[name] for name in ("state", "rows", "size", "history", "sha256")}
        with contextlib.suppress(OSError):
            _write(self._folder / INDEX, json.dumps({"schema": SCHEMA, "runs": found}, indent=1).encode())
        return found

    def check(self) -> Path:
        """Return the folder.

        Raises
        ------
        EnvironmentFault
            When its path is something else than a folder.
        """
        if self._folder.exists() and not self._folder.is_dir():
            raise EnvironmentFault(f"{self._folder}: the cache must be a folder; give another one by --cache-dir")
        return self._folder

    def _metadata(self, key: str) -> Path:
        return self._runs / f"{safe_name(key)}_metadata.json"

    def _sweep(self, key: str, *, keep: str) -> None:
        """Delete histories of former versions of an entry."""
        for path in self._runs.glob(f"{safe_name(key)}_history-*.parquet"):
            if path.name != keep:
                path.unlink(missing_ok=True)


def _write(path: Path, content: bytes) -> None:
    """Write a file under a name of its own, flush it to the disk, and rename it."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _frozen_history(run: RawRun) -> bytes:
    import pyarrow as pa  # noqa: PLC0415 - slow to load
    from pyarrow import parquet  # noqa: PLC0415

    buffer = io.BytesIO()
    table = pa.table({name: pa.array(values) for name, values in run.history.items()})
    parquet.write_table(table, buffer, compression="zstd", write_page_checksum=True)
    return buffer.getvalue()


def _thawed(fields: Mapping[str, Any], content: bytes) -> RawRun:
    from pyarrow import parquet  # noqa: PLC0415 - slow to load

    table = parquet.read_table(io.BytesIO(content), page_checksum_verification=True)
    history = {name: np.asarray(table.column(name).to_numpy(), dtype=np.float64) for name in table.column_names}
    lists = {name: tuple(fields[name]) for name in ("tags", "notes")}
    return RawRun(**{**fields, **lists, "history": history})
