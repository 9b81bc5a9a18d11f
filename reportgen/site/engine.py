"""Writes the gathered files into a fresh folder and has MkDocs make HTML of them."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
import unicodedata
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from reportgen.errors import DataError, EnvironmentFault

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reportgen.artifacts import File

LOG = logging.getLogger("reportgen.site")
INHERITED = ("PATH", "PYTHONPATH", "HOME", "USERPROFILE", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")
TAIL = 15  # lines of MkDocs' output that an error shows
UNWANTED = (
    "sitemap.xml",  # dated, and empty without the address of the site
    "sitemap.xml.gz",  # the same, packed with a time of its own
    "404.html",  # its links start at the root of a host, wrong from a file and below a path
)


def write(files: Sequence[File], folder: Path) -> None:
    """Write files below a fresh folder.

    Parameters
    ----------
    files
        Paths are relative with forward slashes.
    folder
        Exists already.

    Raises
    ------
    DataError
        Before anything is written: when a path leaves the folder, or two are one on a file system that ignores case
        or Unicode form.
    EnvironmentFault
        When the disk refuses.
    """
    _check_paths([file.path for file in files])
    try:
        for file in files:
            path = folder / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.content)
    except OSError as error:
        raise EnvironmentFault(f"{folder}: cannot write the report: {error.strerror or error}") from error


def build_site(folder: Path, *, epoch: int) -> None:
    """Make ``site/`` of ``mkdocs.yml`` and ``docs/`` below `folder`, the same bytes wherever and whenever.

    Parameters
    ----------
    folder
        Holds what `write` wrote; the result is ``folder/site/index.html``.
    epoch
        Seconds since 1970, UTC, for whatever wants a date.

    Raises
    ------
    EnvironmentFault
        When MkDocs fails or warns, with the end of what it said.
    """
    command = [sys.executable, "-P", "-m", "mkdocs", "build", "--strict", "--config-file", "mkdocs.yml"]
    done = subprocess.run(  # noqa: S603 - our own interpreter and fixed arguments
        command,
        cwd=folder,
        env=_environment(epoch),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    LOG.debug("mkdocs ended with %d\n%s", done.returncode, done.stdout.strip())
    index = folder / "site" / "index.html"
    if done.returncode != 0 or not index.is_file():
        said = "\n".join(f"  {line}" for line in done.stdout.strip().splitlines()[-TAIL:])
        raise EnvironmentFault(
            f"mkdocs: the site could not be built (exit status {done.returncode}); the former report is untouched\n"
            f"{said}\n"
            "  a fresh virtual environment with the versions that reportgen-ml requires would have worked"
        )
    for name in UNWANTED:
        (index.parent / name).unlink(missing_ok=True)


def _environment(epoch: int) -> dict[str, str]:
    """Hand the child only what it needs to start, so that its output depends on nothing else."""
    inherited = {name: os.environ[name] for name in INHERITED if name in os.environ}
    return inherited | {
        "LC_ALL": "C.UTF-8",
        "NO_COLOR": "1",
        "NO_MKDOCS_2_WARNING": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONIOENCODING": "utf-8",
        "PYTHONWARNINGS": "ignore",
        "SOURCE_DATE_EPOCH": str(epoch),
        "TZ": "UTC",
    }


def _check_paths(paths: Sequence[str]) -> None:
    taken: dict[str, str] = {}
    for path in paths:
        _check_inside(path)
        folded = _folded(path)
        if folded in taken:
            raise DataError(f"{path}: collides with {taken[folded]}; file names must differ in more than case")
        taken[folded] = path
    for folded, path in taken.items():
        for parent in PurePosixPath(folded).parents:
            if str(parent) in taken:
                raise DataError(f"{path}: {taken[str(parent)]} is a file and a folder at once")


def _check_inside(path: str) -> None:
    parts = path.split("/")
    strange = {"", ".", ".."} & set(parts) or any(character in path for character in "\\:\0")
    if strange or Path(path).is_absolute():
        raise DataError(f"{path!r}: leaves the folder of the report; a relative path with forward slashes would work")


def _folded(path: str) -> str:
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())
