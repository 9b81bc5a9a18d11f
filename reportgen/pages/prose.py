"""The author's own prose: markdown, made HTML and sanitised."""

from __future__ import annotations

import markdown
import nh3

TAGS = {"p", "em", "strong", "code", "pre", "ul", "ol", "li", "blockquote", "a", "br", "h3", "h4", "hr"}


def prose(text: str) -> str:
    """Return markdown as HTML with harmless tags only and links to https and mail addresses only.

    Examples
    --------
    >>> prose("*fine* <script>alert(1)</script>")
    '<p><em>fine</em> </p>'
    """
    rendered = markdown.markdown(text, output_format="html")
    return nh3.clean(
        rendered, tags=TAGS, attributes={"a": {"href"}}, url_schemes={"https", "mailto"}, link_rel="noopener noreferrer"
    ).strip()
