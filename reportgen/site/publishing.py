"""Replaces a report by renames, and puts right what a killed build left: the old one stays until the new one stands.

Beside the target ``NAME`` a build keeps two hidden folders: ``.NAME.new-…``, where it works, and for the moment of the
swap ``.NAME.old-…``, the former report.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import socket
import tempfile
import zlib
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.errors import EnvironmentFault
from reportgen.site.ownership import (
    MANIFEST,
    check_target,
    files_below,
    is_disposable,
    is_unchanged,
    read_manifest,
    write_manifest,
)

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]  # the one place that asks for it looks first

if TYPE_CHECKING:
    from collections.abc import Iterator


def refuse_foreign(target: Path) -> None:
    """Refuse a target folder that holds anything but an unchanged report of ours.

    What a killed build left beside the target is put right first: a former report that was moved aside comes back.

    Parameters
    ----------
    target
        The folder to be replaced; need not exist.

    Raises
    ------
    UsageError
        When `target` is a file or a link, or holds files that no build wrote or that were edited since.
    EnvironmentFault
        When it cannot be read, or what was left cannot be put right.
    """
    with _said(target), _alone(target.parent):
        _check(target)


@contextmanager
def scratch_beside(target: Path) -> Iterator[Path]:
    """Give a fresh folder on the file system of `target`, so that publishing is a rename; it is gone afterwards.

    Raises
    ------
    EnvironmentFault
        When the disk refuses.
    """
    with _said(target.parent):
        target.parent.mkdir(parents=True, exist_ok=True)
        prefix = f".{target.name}.new-{_host()}-{os.getpid()}-"
        with tempfile.TemporaryDirectory(prefix=prefix, dir=target.parent, ignore_cleanup_errors=True) as name:
            scratch = Path(name) / target.name
            scratch.mkdir()
            yield scratch


def publish(scratch: Path, target: Path) -> None:
    """Put the finished folder `scratch` in the place of `target`.

    The manifest is written last, then two renames swap the folders, then the files of the former report are deleted:
    those of its manifest, if unchanged. A process killed in between leaves the former or the new report whole; what
    it leaves beside them is put right by the next call.

    Parameters
    ----------
    scratch
        On the same file system as `target`; gone afterwards.
    target
        Missing, empty, or a former report of ours.

    Raises
    ------
    UsageError
        When `target` holds files that are not ours; nothing was changed.
    EnvironmentFault
        When the disk refuses.
    """
    with _said(target), _alone(target.parent):
        _check(target)
        write_manifest(scratch)
        _swap(scratch, target)
        _recover(target)


def _check(target: Path) -> None:
    _recover(target)
    check_target(target)


def _swap(scratch: Path, target: Path) -> None:
    if target.exists():
        target.rename(target.with_name(f".{target.name}.old-{secrets.token_hex(4)}"))
    scratch.rename(target)


def _recover(target: Path) -> None:
    """Bring back a report that a killed build had moved aside, and delete what else of ours lies beside the target."""
    aside = _beside(target, "old")
    if aside and not target.exists():
        whole = max(aside, key=lambda folder: (len(read_manifest(folder)), folder.name))
        whole.rename(target)
        aside.remove(whole)
    for folder in aside:
        _delete_ours(folder)
    for folder in _beside(target, "new"):
        if _is_dead(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _beside(target: Path, kind: str) -> list[Path]:
    prefix = f".{target.name}.{kind}-"
    if not target.parent.is_dir():
        return []
    return sorted(path for path in target.parent.iterdir() if path.name.startswith(prefix) and _is_folder(path))


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _delete_ours(folder: Path) -> None:
    """Delete the unchanged files of a former report, its manifest last, and the folders that are empty then."""
    owned = read_manifest(folder)
    for path in files_below(folder):
        name = path.relative_to(folder).as_posix()
        if is_disposable(path, name, owned) or (name in owned and is_unchanged(path, owned[name])):
            path.unlink(missing_ok=True)
    if {path.name for path in files_below(folder)} == {MANIFEST}:
        (folder / MANIFEST).unlink(missing_ok=True)
    for parent, _, _ in os.walk(folder, topdown=False):
        if not any(Path(parent).iterdir()):
            Path(parent).rmdir()


def _is_dead(scratch: Path) -> bool:
    """Tell whether the build that worked in `scratch` ran on this machine and has ended."""
    host, _, rest = scratch.name.rpartition(".new-")[2].partition("-")
    pid = rest.partition("-")[0]
    if host != _host() or not pid.isdecimal() or os.name != "posix":
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except OSError:
        return False
    return False


def _host() -> str:
    return f"{zlib.crc32(socket.gethostname().encode()):08x}"


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Have builds that publish below the same folder wait for each other, where the file system can lock folders.

    Without locks two such builds may fail with a message; neither loses a report.
    """
    with contextlib.ExitStack() as held:
        if fcntl is not None and folder.is_dir():
            handle = os.open(folder, os.O_RDONLY)
            held.callback(os.close, handle)
            with contextlib.suppress(OSError):
                fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextmanager
def _said(place: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise EnvironmentFault(f"{place}: cannot write the report: {error.strerror or error}") from error
