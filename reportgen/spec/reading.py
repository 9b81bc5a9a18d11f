"""Reads the text of a spec or preset file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reportgen.errors import SpecError, did_you_mean
from reportgen.spec.tree import LARGEST, TOO_LARGE

if TYPE_CHECKING:
    from pathlib import Path


def read_text(path: Path) -> str:
    """Return the text of a file.

    Raises
    ------
    SpecError
        When it is a folder, absent, too large, unreadable or not UTF-8.
    """
    try:
        if path.is_dir():
            specs = sorted(file.name for file in path.glob("*.y*ml"))
            raise SpecError(f"{path}: a folder; give a spec file{': ' + ', '.join(specs[:5]) if specs else ''}")
        if not path.exists():
            there = [file.name for file in path.parent.glob("*.y*ml")] if path.parent.is_dir() else []
            raise SpecError(f"{path}: no such file{did_you_mean(path.name, there)}")
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
    except OSError as error:
        raise SpecError(f"{path}: cannot be read: {error.strerror}") from error
    if len(content) > LARGEST:
        raise SpecError(f"{path}: {TOO_LARGE}")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise SpecError(f"{path}:{line}: not UTF-8 at byte {error.start}; save it as UTF-8") from error
