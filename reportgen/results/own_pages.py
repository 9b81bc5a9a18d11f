"""Pages that functions of the spec's owner write from the numbers of the report."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reportgen.redaction import Redactor
from reportgen.results.jsonform import to_json

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reportgen.data.owned import OwnPage
    from reportgen.results.report import Report

LONGEST = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenPage:
    """A page that a function wrote: its title and its markdown, without secrets, not yet sanitised."""

    title: str
    text: str
    function: str


def written_pages(pages: Sequence[OwnPage], report: Report) -> tuple[WrittenPage, ...]:
    """Call each function with what stands in `report.json`.

    Raises
    ------
    DataError
        When a function fails or gives anything but text.
    """
    hashes = {report.spec_sha256, *report.code.values(), *(run.sha256 for run in report.runs)}
    redactor = Redactor(known=frozenset(hashes - {""}))
    found = []
    for page in pages:
        text = page.own.call(f"the page {page.title!r}", json.loads(to_json(report)))
        if not isinstance(text, str) or len(text) > LONGEST:
            what = f"{len(text):,} characters" if isinstance(text, str) else f"a {type(text).__name__}"
            raise page.own.fault(
                f"gave {what} for the page {page.title!r}; it must give its text in markdown, at most {LONGEST:,} "
                "characters"
            )
        title = redactor.of(page.title, personal=False)
        found.append(WrittenPage(title=title, text=redactor.of(text, personal=False), function=page.own.name))
    return tuple(found)
