"""Pages of the spec's owner: sanitised markdown, with tables and figures of the report where it names them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from markupsafe import Markup

from reportgen.errors import DataError, did_you_mean
from reportgen.pages.prose import prose

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reportgen.artifacts import Artifact
    from reportgen.results.own_pages import WrittenPage

SHOWN = re.compile(r"^!\[\]\((?P<name>[^()\s]+)\)[ \t]*$", re.MULTILINE)
"""A line that is an image without words and nothing else: the table or figure of that name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A part of a page: prose, or a table or figure."""

    html: Markup
    artifact: bool


def parts_of(page: WrittenPage, artifacts: Sequence[Artifact], block: Callable[[Artifact], Markup]) -> tuple[Part, ...]:
    """Return the parts of a page in order.

    Parameters
    ----------
    block
        Makes HTML of a table or figure.

    Raises
    ------
    DataError
        When the page names a table or figure that the report has not.
    """
    known = {artifact.name: artifact for artifact in artifacts}
    found = []
    # the pattern has one group: prose and names take turns
    for place, piece in enumerate(SHOWN.split(page.text)):
        if place % 2 == 0:
            html = Markup(prose(piece, page=True))  # noqa: S704 - sanitised
            found += [Part(html=html, artifact=False)] if html else []
        elif piece in known:
            found.append(Part(html=block(known[piece]), artifact=True))
        else:
            near = did_you_mean(piece, known)
            raise DataError(
                f"{page.function}, page {page.title!r}: no table or figure {piece!r} to show{near}; their names are "
                f"those of the files under Downloads, e.g. {next(iter(known))}"
            )
    return tuple(found)
