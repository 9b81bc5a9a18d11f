"""Which files of a folder are ours: the manifest, and the refusal to touch any other file."""

from __future__ import annotations

import hashlib
import json
import os
import re
from pathlib import Path

from reportgen.errors import EnvironmentFault, UsageError

MANIFEST = ".reportgen-manifest.json"
SCHEMA = 1
NAMED = 5  # files that a refusal names
BY_PRODUCTS = re.compile(r"latex/report\.(aux|log|out|pdf|toc|fls|fdb_latexmk|synctex\.gz)")  # TeX remakes them
DISPOSABLE = frozenset({".DS_Store", "Thumbs.db", "desktop.ini"})  # file managers leave these behind and remake them


def check_target(target: Path) -> None:
    """Refuse a target folder that holds anything but an unchanged report of ours.

    Parameters
    ----------
    target
        The folder to be replaced; need not exist.

    Raises
    ------
    UsageError
        When `target` is a file or a link, or holds files that no build wrote or that were edited since.
    EnvironmentFault
        When it cannot be read.
    """
    if target.is_symlink():
        raise UsageError(f"{target}: is a link; give the folder that it points to as the output")
    if target.exists() and not target.is_dir():
        raise UsageError(f"{target}: is a file; the report needs a folder of its own, choose another output with -o")
    try:
        foreign = foreign_files(target)
    except OSError as error:
        raise EnvironmentFault(f"{target}: cannot be read: {error.strerror or error}") from error
    if foreign:
        listed = "\n".join(f"  - {line}" for line in foreign[:NAMED])
        more = f"\n  … and {len(foreign) - NAMED} more" if len(foreign) > NAMED else ""
        raise UsageError(
            f"{target}: holds {_counted(len(foreign))} that the last build did not write; nothing was changed\n"
            f"{listed}{more}\n"
            "  move them elsewhere, or choose an empty or new folder with -o"
        )


def foreign_files(folder: Path) -> list[str]:
    """List what a build must not delete, sorted: files that are not in the manifest, and ours that were edited."""
    owned = read_manifest(folder)
    foreign = []
    for path in files_below(folder):
        name = path.relative_to(folder).as_posix()
        if is_disposable(path, name, owned):
            continue
        if name == MANIFEST and owned and not path.is_symlink():
            continue
        if name not in owned:
            foreign.append(name)
        elif not is_unchanged(path, owned[name]):
            foreign.append(f"{name} (edited since the last build)")
    return foreign


def is_disposable(path: Path, name: str, owned: dict[str, str]) -> bool:
    """Tell whether a file is remade by itself: by a file manager, or by TeX from a report of ours."""
    by_product = bool(owned) and name not in owned and BY_PRODUCTS.fullmatch(name) is not None
    return (path.name in DISPOSABLE or by_product) and not path.is_symlink()


def write_manifest(folder: Path) -> None:
    """List every file below `folder` with its hash, in ``.reportgen-manifest.json``."""
    files = {path.relative_to(folder).as_posix(): _sha256(path) for path in files_below(folder)}
    text = json.dumps({"schema": SCHEMA, "files": files}, indent=0, ensure_ascii=False)
    with (folder / MANIFEST).open("w", encoding="utf-8") as stream:
        stream.write(text + "\n")
        stream.flush()
        os.fsync(stream.fileno())


def read_manifest(folder: Path) -> dict[str, str]:
    """Return path to hash; nothing where there is no manifest, or none that we wrote."""
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        return {str(path): str(sha256) for path, sha256 in manifest["files"].items()}
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def is_unchanged(path: Path, sha256: str) -> bool:
    """Tell whether a file still is what its manifest says; a link never is."""
    return not path.is_symlink() and _sha256(path) == sha256


def files_below(folder: Path) -> list[Path]:
    """Everything below `folder` that is no plain folder, sorted; links to folders count and are not followed."""

    def fail(error: OSError) -> None:
        raise error

    found = []
    if folder.is_dir():
        for parent, folders, names in os.walk(folder, onerror=fail):
            links = [name for name in folders if (Path(parent) / name).is_symlink()]
            found += [Path(parent) / name for name in (*names, *links)]
    return sorted(found)


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _counted(count: int) -> str:
    return "a file" if count == 1 else f"{count} files"
