"""What the documentation site holds besides configs/docs/: the quickstart's report, the style, the examples.

A hook of MkDocs, named in ``docs.yml``.
"""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from mkdocs.structure.files import File

from reportgen import build

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mkdocs.config.defaults import MkDocsConfig
    from mkdocs.structure.files import Files

LOG = logging.getLogger("mkdocs.hooks.docs")
HERE = Path(__file__).parent
CONFIGS = HERE.parent / "configs"
ASSETS = ("report.css", "docs.css", "iframe-worker.js")
UP = "](../"
"""Begins a link of a page to its neighbours in configs/; on the site they lie below files/."""


def on_files(files: Files, *, config: MkDocsConfig) -> Files:
    """Add what the pages link to and load."""
    for target, path in added(HERE / config.extra["quickstart"]):
        files.append(File.generated(config, target, abs_src_path=str(path)))
    return files


def on_page_markdown(markdown: str, **_: object) -> str:
    """Lead links out of configs/docs/ to the copies that the site holds."""
    return markdown.replace(UP, "](files/")


def added(report: Path) -> Iterator[tuple[str, Path]]:
    """Yield the place on the site and the path of each file that is added."""
    for name in ASSETS:
        yield f"assets/site/{name}", HERE / name
    for path in sorted((CONFIGS / "examples").glob("*.*")):
        yield f"files/examples/{path.name}", path
    if not (report / "site" / "index.html").is_file():
        LOG.info("building the quickstart's report in %s", report)
        build(CONFIGS / "quickstart.yaml", output=report.parent)
    for path in sorted((report / "site").rglob("*")):
        if path.is_file():
            yield f"quickstart/{path.relative_to(report / 'site').as_posix()}", path
