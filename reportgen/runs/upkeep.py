"""Looking after a cache: is it whole, is it too large, away with it."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from reportgen.artifacts import safe_name
from reportgen.runs.cache import INDEX
from reportgen.runs.entries import Entry, NewerSchemaError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from reportgen.runs.cache import Cache


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """The state of one entry.

    Parameters
    ----------
    name
        Its key; the name of its metadata file where that cannot be read.
    told
        What is wrong, empty for a whole entry.
    """

    name: str
    state: Literal["whole", "damaged", "older", "newer"]
    told: str = ""


def verify(cache: Cache) -> tuple[Verdict, ...]:
    """Read every byte of every entry, change nothing."""
    return tuple(_verdict(cache, path) for path in _metadata(cache))


def prune(cache: Cache, most: int) -> tuple[str, ...]:
    """Delete entries that cannot be used, then the ones fetched longest ago until at most `most` bytes are left.

    Returns
    -------
    The names of what was deleted. Entries of a newer version are not touched and not counted.
    """
    removed = []
    for path in _metadata(cache):
        verdict = _verdict(cache, path)
        if verdict.state in {"damaged", "older"}:
            path.unlink(missing_ok=True)
            removed.append(verdict.name)
    entries = sorted(cache.entries(), key=lambda entry: (entry.fetched_at, entry.key))
    left = sum(entry.size for entry in entries)
    for entry in entries:
        if left <= most:
            break
        _delete(cache, entry)
        left -= entry.size
        removed.append(entry.key)
    cache.index()
    return tuple(removed)


def clear(cache: Cache) -> int:
    """Delete everything that is the cache's own, nothing else that lies in its folder; return the number of bytes."""
    own = (
        *_metadata(cache),
        *cache.runs.glob("*_history-*.parquet"),
        *cache.drafts(),
        *(cache.folder / "locks").glob("*.lock"),
        cache.folder / INDEX,
    )
    freed = _unlink(own)
    for folder in (cache.runs, cache.folder / "locks"):
        with contextlib.suppress(OSError):
            folder.rmdir()
    return freed


def _metadata(cache: Cache) -> list[Path]:
    return sorted(cache.runs.glob("*_metadata.json"))


def _verdict(cache: Cache, path: Path) -> Verdict:
    try:
        entry = Entry.read(path.read_bytes())
    except NewerSchemaError as error:
        return Verdict(name=path.name, state="newer", told=str(error))
    except (OSError, ValueError, KeyError, TypeError) as error:
        return Verdict(name=path.name, state="damaged", told=f"the metadata: {error}")
    if entry is None:
        return Verdict(name=path.name, state="older", told="written by an older reportgen")
    if cache.metadata(entry.key) != path:
        return Verdict(name=path.name, state="damaged", told=f"it is the metadata of {entry.key}")
    fault = cache.damage(entry)
    return Verdict(name=entry.key, state="damaged" if fault else "whole", told=fault)


def _delete(cache: Cache, entry: Entry) -> None:
    """Delete an entry, its commit record first."""
    _unlink([cache.metadata(entry.key), *cache.runs.glob(f"{safe_name(entry.key)}_history-*.parquet")])


def _unlink(paths: Iterable[Path]) -> int:
    freed = 0
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            size = path.stat().st_size
            path.unlink()
            freed += size
    return freed
