"""What one phase hands to the next: files as bytes, and figures and tables with their words.

Nothing here touches the disk: a build gathers every file first and writes at the end.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file to be written.

    Parameters
    ----------
    path
        Relative to the report's output folder, with forward slashes, never leaving it.
    content
        The bytes, the same on every machine for the same report.
    """

    path: str
    content: bytes

    @property
    def sha256(self) -> str:
        """The hash of the content, in hexadecimal."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Artifact:
    """A figure or a table, ready for pages and papers.

    Parameters
    ----------
    kind
        What it is.
    name
        Unique within a report and fit for a file name, e.g. ``score-intervals``.
    metric
        Id of the metric it shows, or None when it concerns the whole report.
    role
        What it shows, the word by which a page asks for it: ``intervals``, ``profile``, ``heatmap``, ``curves``,
        ``aggregates``, ``tasks``, ...
    title, caption, alt
        Plain text, not escaped. The caption states statistic, interval method, level, replicates and n.
    signature
        The one-line protocol that stands under every table and figure; plain text.
    html
        Trusted, escaped HTML of a table; empty for a figure.
    files
        What the reader can download or embed. Figures: ``docs/assets/figures/NAME.svg`` (light),
        ``NAME-dark.svg``, ``NAME.png``, and ``latex/figures/NAME.pdf``. Tables: ``docs/assets/tables/NAME.csv``,
        ``NAME.md.txt`` and ``latex/tables/NAME.tex``.
    task
        Raw id of the task it is about, where it is about one.
    label
        Label of a figure in LaTeX; empty for ``fig:NAME``.
    """

    kind: Literal["figure", "table"]
    name: str
    metric: str | None
    role: str
    title: str
    caption: str
    alt: str = ""
    signature: str = ""
    html: str = ""
    files: tuple[File, ...] = ()
    task: str | None = None
    label: str = ""


def safe_name(text: str) -> str:
    """Turn any text into a file name: at most 40 characters of slug and 8 of hash, unique per text, casefolded.

    A text that is such a slug already stays itself.

    Examples
    --------
    >>> safe_name("score")
    'score'
    >>> safe_name("../etc/passwd")
    'etc-passwd-7fef78f5'
    """
    folded = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().casefold()
    slug = re.sub(r"[^a-z0-9]+", "-", folded).strip("-")[:40].strip("-")
    if slug == text:
        return slug
    return f"{slug or 'x'}-{hashlib.sha256(text.encode()).hexdigest()[:8]}"
