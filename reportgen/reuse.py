"""Work that is not done twice: files kept by the hash of everything that they depend on.

A key covers the data, the style, the source code of reportgen and the versions of the packages at work, so what is
taken from here is byte for byte what would be made anew. A damaged entry is no entry, and a folder that cannot be
written only costs time.
"""

from __future__ import annotations

import hashlib
import io
import logging
import os
import platform
import tempfile
import zipfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.artifacts import File
from reportgen.resources import shipped

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LOG = logging.getLogger("reportgen.reuse")
FOLDER = ".reportgen"
MOST_BYTES = 2_000_000_000
NOT_CONTENT = {"Line": frozenset({"source"}), "Curve": frozenset({"laid"})}
"""Fields that hold points of runs or a way to read them again; what figures show of them stands in other values."""
_SHA = 64  # characters of a SHA-256 in hexadecimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Store:
    """A folder of kept files.

    Parameters
    ----------
    folder
        None: nothing is kept and nothing found.
    """

    folder: Path | None

    def get(self, kind: str, key: str) -> tuple[File, ...] | None:
        """Return the files kept under a key, or None."""
        if self.folder is None:
            return None
        path = self._path(kind, key)
        try:
            content = path.read_bytes()
            head, body = content[:_SHA], content[_SHA:]
            if hashlib.sha256(body).hexdigest().encode() != head:
                return None
            with suppress(OSError):
                os.utime(path)
            with zipfile.ZipFile(io.BytesIO(body)) as archive:
                return tuple(File(path=name, content=archive.read(name)) for name in archive.namelist())
        except (OSError, zipfile.BadZipFile):
            return None

    def put(self, kind: str, key: str, files: Sequence[File]) -> None:
        """Keep files under a key; if the disk refuses, they are not kept."""
        if self.folder is None:
            return
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
            for file in files:
                archive.writestr(file.path, file.content)
        body = buffer.getvalue()
        path = self._path(kind, key)
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
            with os.fdopen(handle, "wb") as stream:
                stream.write(hashlib.sha256(body).hexdigest().encode() + body)
            Path(name).replace(path)
        except OSError as error:
            LOG.info("%s: not kept: %s", path, error)

    def trim(self, most_bytes: int = MOST_BYTES) -> int:
        """Delete what was not used for longest, until the rest fits; return the number of bytes deleted."""
        kept = sorted(self._entries(), key=lambda entry: entry[1], reverse=True)
        total = freed = 0
        for path, _, size in kept:
            total += size
            if total > most_bytes:
                with suppress(OSError):
                    path.unlink()
                    freed += size
        return freed

    def _entries(self) -> Iterator[tuple[Path, int, int]]:
        for path in self.folder.glob("*/*") if self.folder else ():
            with suppress(OSError):
                status = path.stat()
                yield path, status.st_mtime_ns, status.st_size

    def _path(self, kind: str, key: str) -> Path:
        return (self.folder or Path()) / kind / key


NOTHING = Store(folder=None)


def key_of(*values: Any, packages: Sequence[str] = ()) -> str:
    """Return the key of what follows from some values, the code of reportgen and packages."""
    versions = tuple((name, _version(name)) for name in packages)
    machine = (platform.python_version(), platform.system(), platform.machine())
    return digest((values, code_digest(), machine, versions))


def digest(value: Any) -> str:
    """Return the SHA-256 of a value: of what it holds, whatever objects hold it.

    Parameters
    ----------
    value
        Frozen dataclasses, texts, bytes, numbers, None, tuples, lists, frozensets and mappings; the order of a
        mapping counts.

    Examples
    --------
    >>> digest((1, "a")) == digest((1, "a")), digest((1, "a")) == digest(("1", "a"))
    (True, False)
    """
    found = hashlib.sha256()
    for part in _parts(value):
        found.update(part)
    return found.hexdigest()


def _parts(value: Any) -> Iterator[bytes]:
    """Write a value so that no two values are written alike: each part with its kind and its length."""
    if isinstance(value, str | bytes):
        content = value.encode("utf-8", "surrogatepass") if isinstance(value, str) else value
        yield b"%c%d:" % (b"sb"[isinstance(value, bytes)], len(content))
        yield content
    elif value is None or isinstance(value, bool | int | float):
        yield f"{float(value)!r};".encode() if isinstance(value, float) else f"{value!r};".encode()
    elif isinstance(value, tuple) and value and all(isinstance(item, float) for item in value):
        yield f"f{value!r}".encode()  # curves hold most of a report's values
    else:
        kind, items = _items(value)
        yield f"{kind}{len(items)}:".encode()
        for item in items:
            yield from _parts(item)


def _items(value: Any) -> tuple[str, Sequence[Any]]:
    """Return what a value is made of, and a word for its kind."""
    if isinstance(value, tuple | list):
        return "t", value
    if isinstance(value, Mapping):
        return "m", [part for item in value.items() for part in item]
    if isinstance(value, frozenset):
        return "x", sorted(map(digest, value))
    if is_dataclass(value) and not isinstance(value, type):
        return type(value).__name__, [getattr(value, name) for name in _names(type(value))]
    raise TypeError(f"{type(value).__name__} has no digest")


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    left_out = NOT_CONTENT.get(kind.__name__, frozenset())
    return tuple(field.name for field in fields(kind) if field.name not in left_out)


@cache
def code_digest() -> str:
    """Return the hash of the source code of reportgen and of what is shipped with it to make reports of."""
    folders = (Path(__file__).parent, shipped("templates"), shipped("site_config"))
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if _is_source(path)]
    return digest(tuple((path.name, path.read_bytes()) for path in files))


def _is_source(path: Path) -> bool:
    return path.is_file() and "__pycache__" not in path.parts and "configs" not in path.parts


@cache
def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
