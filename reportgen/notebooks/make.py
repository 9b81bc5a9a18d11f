"""The notebooks of a report: their files, executed, and the page that shows them."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reportgen.artifacts import File
from reportgen.notebooks.cells import from_bytes, from_source, to_bytes
from reportgen.notebooks.execute import execute
from reportgen.notebooks.page import page
from reportgen.resources import template_folders
from reportgen.reuse import NOTHING, Store, key_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

LOG = logging.getLogger("reportgen.notebooks")
NAME = "analysis"
KIND = "notebooks"
PACKAGES = ("numpy", "scipy", "pandas", "matplotlib", "ipykernel", "ipython", "nbclient", "nbformat", "jupyter_client")


@dataclass(frozen=True, slots=True, kw_only=True)
class Notebooks:
    """What a report's notebooks come to.

    Parameters
    ----------
    files
        ``notebooks/*.ipynb``, for the archive.
    shown
        The page ``docs/notebook.md`` and what it shows and links to.
    failure
        Empty, or why a notebook stopped.
    """

    files: tuple[File, ...]
    shown: tuple[File, ...]
    failure: str = ""


def notebooks(
    data: Sequence[File],
    *,
    slug: str,
    run: bool = True,
    timeout: int = 600,
    templates: Path | None = None,
    store: Store = NOTHING,
) -> Notebooks:
    """Make the notebook that computes a report's numbers again.

    Parameters
    ----------
    data
        ``report.json`` and ``data/scores.csv``, which it reads.
    slug
        Name of the report's archive, for the page's links.
    run
        Execute it; else it is shown without outputs.
    timeout
        Seconds that one cell may take.
    templates
        Folder of the user's own templates.
    store
        Keeps what ran through; a notebook that ran on the same data before is taken from there.
    """
    folders = template_folders("notebooks", templates)
    source = next(path for folder in folders if (path := folder / f"{NAME}.py").is_file()).read_text(encoding="utf-8")
    key = key_of(source, tuple((file.path, file.sha256) for file in data), packages=PACKAGES)
    kept = store.get(KIND, key) if run else None
    if kept is not None:
        content, failure = kept[0].content, ""
        notebook = from_bytes(content)
    else:
        notebook = from_source(source)
        failure = execute(notebook, data, timeout=timeout) if run else ""
        content = to_bytes(notebook)
        if run and not failure:
            store.put(KIND, key, [File(path=f"{NAME}.ipynb", content=content)])
    LOG.info("%s: %s", NAME, failure or ("ran through" if run else "not run"))
    return Notebooks(
        files=(File(path=f"notebooks/{NAME}.ipynb", content=content),),
        shown=(
            *page(notebook, slug=slug, executed=run, failure=failure),
            File(path=f"docs/downloads/{NAME}.ipynb", content=content),
        ),
        failure=failure,
    )
