"""A notebook from its source: a Python file whose cells start with ``# %%``, prose with ``# %% [markdown]``."""

from __future__ import annotations

import hashlib
import re
from typing import TYPE_CHECKING

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

if TYPE_CHECKING:
    from nbformat import NotebookNode

METADATA = {
    "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
    "language_info": {
        "codemirror_mode": {"name": "ipython", "version": 3},
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "pygments_lexer": "ipython3",
    },
}


def from_source(source: str) -> NotebookNode:
    """Return the notebook that a source describes, without outputs; ids of cells follow from place and content."""
    cells: list[NotebookNode] = []
    for kind, text in _parts(source):
        make = new_markdown_cell if kind == "markdown" else new_code_cell
        name = hashlib.sha256(f"{len(cells)}{text}".encode()).hexdigest()[:16]
        cells.append(make(source=text, id=name))
    return new_notebook(cells=cells, metadata=METADATA)


def to_bytes(notebook: NotebookNode) -> bytes:
    """Write a notebook as the file that readers open."""
    text: str = nbformat.writes(notebook)
    return f"{text.rstrip()}\n".encode()


def from_bytes(content: bytes) -> NotebookNode:
    """Read a notebook that `to_bytes` wrote."""
    return nbformat.reads(content.decode(), as_version=4)


def _parts(source: str) -> list[tuple[str, str]]:
    """Split a source at its cell marks into (``markdown`` or ``code``, text)."""
    found = []
    for part in re.split(r"^# %%", source, flags=re.MULTILINE)[1:]:
        head, _, body = part.partition("\n")
        if head.strip() == "[markdown]":
            prose = [line.removeprefix("#").removeprefix(" ") for line in body.strip().splitlines()]
            found.append(("markdown", "\n".join(prose)))
        else:
            found.append(("code", body.strip()))
    return found
