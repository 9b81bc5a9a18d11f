"""The author's own prose: markdown, made HTML and sanitised."""

from __future__ import annotations

import markdown
import nh3

TAGS = {"p", "em", "strong", "code", "pre", "ul", "ol", "li", "blockquote", "a", "br", "h3", "h4", "hr"}
OF_PAGES = {"h2", "table", "thead", "tbody", "tr", "th", "td", "sup", "sub"}


def prose(text: str, *, page: bool = False) -> str:
    """Return markdown as HTML with harmless tags only and links to https and mail addresses only.

    Parameters
    ----------
    page
        Whether it is a page of its own, with sections and tables.

    Examples
    --------
    >>> prose("*fine* <script>alert(1)</script>")
    '<p><em>fine</em> </p>'
    """
    rendered = markdown.markdown(text, output_format="html", extensions=["tables", "fenced_code"] if page else [])
    return nh3.clean(
        rendered,
        tags=TAGS | OF_PAGES if page else TAGS,
        attributes={"a": {"href"}},
        url_schemes={"https", "mailto"},
        link_rel="noopener noreferrer",
    ).strip()
