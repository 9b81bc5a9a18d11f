"""Files that appear whole or not at all, whatever happens to the process that writes them."""

from __future__ import annotations

import errno
import hashlib
import os
import shutil
import tempfile
from pathlib import Path

PREFIX = ".draft-"


class Draft:
    """A file under a name of its own, hashed while it is written, that takes its place in one step.

    It has what a writer of Parquet asks of a file. Until `publish` nobody sees it; after a crash it stays behind under
    a name that begins with `PREFIX`.

    Parameters
    ----------
    folder
        Where it will lie; renaming works within one file system only.
    """

    mode = "wb"

    def __init__(self, folder: Path) -> None:
        handle, name = tempfile.mkstemp(prefix=PREFIX, dir=folder)
        self.path = Path(name)
        self._file = os.fdopen(handle, "wb", buffering=0)
        self._digest = hashlib.sha256()
        self.size = 0

    @property
    def sha256(self) -> str:
        """Hash of everything written so far."""
        return self._digest.hexdigest()

    @property
    def closed(self) -> bool:
        """Whether it takes no more bytes."""
        return self._file.closed

    def writable(self) -> bool:
        """Whether it takes bytes."""
        return not self.closed

    def write(self, content: bytes) -> int:
        """Add bytes at the end; a draft that is done takes them and does nothing, as Parquet writers end late."""
        if self.closed:
            return len(content)
        rest = memoryview(content).cast("B")
        self._digest.update(rest)
        self.size += len(rest)
        while rest:
            rest = rest[self._file.write(rest) :]
        return len(content)

    def tell(self) -> int:
        """Return the number of bytes written."""
        return self.size

    def flush(self) -> None:
        """Do nothing: nothing is held back."""

    def close(self) -> None:
        """Do nothing: whoever is handed the draft does not end it."""

    def finish(self) -> None:
        """Flush to the disk; it keeps its own name, for another process to `adopt`."""
        os.fsync(self._file.fileno())
        self._file.close()

    def publish(self, path: Path) -> None:
        """Flush to the disk and take the place of `path`, durably."""
        self.finish()
        self.path.replace(path)
        _flush_folder(path.parent)

    def discard(self) -> None:
        """Delete it, unless it was published."""
        try:
            self._file.close()
        finally:
            self.path.unlink(missing_ok=True)


def adopt(draft: Path, path: Path) -> None:
    """Let a finished draft take the place of `path`, durable once another file is written there."""
    try:
        draft.replace(path)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        _copied(draft, path)


def _copied(draft: Path, path: Path) -> None:
    copy = Draft(path.parent)
    try:
        with draft.open("rb") as content:
            shutil.copyfileobj(content, copy)
        copy.publish(path)
    finally:
        copy.discard()
    draft.unlink(missing_ok=True)


def write_file(path: Path, content: bytes) -> None:
    """Write a file in one step: the old content or the new one is there, never a part."""
    draft = Draft(path.parent)
    try:
        draft.write(content)
        draft.publish(path)
    finally:
        draft.discard()


def _flush_folder(folder: Path) -> None:
    """Make a renaming durable; file systems that cannot flush a folder do so by themselves."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
