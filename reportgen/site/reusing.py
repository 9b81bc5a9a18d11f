"""HTML that MkDocs made of the same pages before: only what it adds to the copied files is kept."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from reportgen.artifacts import File
from reportgen.reuse import key_of
from reportgen.site.engine import build_site, write
from reportgen.site.ownership import files_below

if TYPE_CHECKING:
    from pathlib import Path

    from reportgen.reuse import Store

KIND = "site"
COPIED = "copied.json"
"""Paths of the site's files that are files of ``docs``, unchanged."""
PACKAGES = ("mkdocs", "mkdocs-material", "markdown", "jinja2", "pymdown-extensions", "pygments", "markupsafe", "lunr")


def make_site(folder: Path, *, epoch: int, store: Store) -> None:
    """Make ``site/`` as `build_site` does, or take it as it was made of the same pages before."""
    docs = {file.path: file for file in _below(folder / "docs")}
    inputs = (*docs.values(), *_below(folder / "overrides"), File(path="mkdocs.yml", content=_config(folder)))
    key = key_of(tuple((file.path, file.sha256) for file in inputs), epoch, packages=PACKAGES)
    kept = store.get(KIND, key)
    if kept is not None:
        copied = json.loads(next(file.content for file in kept if file.path == COPIED))
        whole = [*(file for file in kept if file.path != COPIED), *(docs[name] for name in copied)]
        write([File(path=f"site/{file.path}", content=file.content) for file in whole], folder)
        return
    build_site(folder, epoch=epoch)
    site = _below(folder / "site")
    copied = [file.path for file in site if docs.get(file.path) == file]
    listed = File(path=COPIED, content=json.dumps(copied).encode())
    store.put(KIND, key, [*(file for file in site if docs.get(file.path) != file), listed])


def _config(folder: Path) -> bytes:
    return (folder / "mkdocs.yml").read_bytes()


def _below(folder: Path) -> tuple[File, ...]:
    return tuple(
        File(path=path.relative_to(folder).as_posix(), content=path.read_bytes())
        for path in sorted(files_below(folder))
    )
