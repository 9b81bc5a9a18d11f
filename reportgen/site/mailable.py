"""The overview as one file to mail: its styles and pictures inside, no script, nothing to be fetched."""

from __future__ import annotations

import base64
import html
from html.parser import HTMLParser
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from reportgen.resources import shipped

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    Attributes = Sequence[tuple[str, str | None]]

NAME = "overview.html"
STYLES = ("report.css", "overview.css")
PICTURES = {".svg": "image/svg+xml", ".png": "image/png"}
DROPPED = frozenset(
    {"script", "noscript", "template", "iframe", "object", "form", "button", "input", "dialog", "style"}
)
VOID = frozenset({"br", "hr", "img", "wbr", "col", "source", "input"})
HELPERS = ("headerlink", "rg-links", "md-content__button")
"""Classes of what is of no use outside the site: links to sections, to other files, to the source."""


def mailable(site: Path) -> bytes:
    """Return the overview of a built site as one HTML file.

    Links to other pages of the site become plain text; those to the web stay. Of each picture the light form is used.
    """
    reader = _Article(site)
    reader.feed((site / "index.html").read_text(encoding="utf-8"))
    reader.close()
    styles = "\n".join((shipped("site_config") / name).read_text(encoding="utf-8") for name in STYLES)
    title = html.escape(" ".join("".join(reader.title).split()))
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{title}</title>\n<style>\n{styles}</style>\n</head>\n"
        '<body data-md-color-scheme="default">\n<main class="md-typeset rg-mailable">\n'
        f"{''.join(reader.written).strip()}\n</main>\n</body>\n</html>\n"
    ).encode()


class _Article(HTMLParser):
    """Copies the article of a page without what does not work alone."""

    def __init__(self, site: Path) -> None:
        super().__init__(convert_charrefs=True)
        self.site = site
        self.written: list[str] = []
        self.title: list[str] = []
        self._within = False
        self._in_title = False
        self._skipped: list[str] = []

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        """Copy, skip or inline what begins."""
        if tag == "title":
            self._in_title = True
        if tag == "article" and not self._within:
            self._within = True
            return
        if not self._within:
            return
        if self._skipped or tag in DROPPED or _is_helper(attrs):
            if tag not in VOID:
                self._skipped.append(tag)
            return
        if tag == "img":
            self.written.append(self._picture(dict(attrs)))
            return
        self.written.append(f"<{tag}{_attributes(tag, attrs)}>")

    def handle_startendtag(self, tag: str, attrs: Attributes) -> None:
        """Treat ``<tag/>`` as what begins and ends."""
        self.handle_starttag(tag, attrs)
        if tag not in VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        """Copy the end of what was copied."""
        if tag == "title":
            self._in_title = False
        if self._skipped:
            if tag in self._skipped:
                while self._skipped.pop() != tag:
                    continue
            return
        if tag == "article":
            self._within = False
        elif self._within and tag not in VOID:
            self.written.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Copy text, escaped anew."""
        if self._in_title:
            self.title.append(data)
        elif self._within and not self._skipped:
            self.written.append(html.escape(data))

    def _picture(self, attributes: dict[str, str | None]) -> str:
        source = urlsplit(attributes.get("src") or "")
        path = self.site / unquote(source.path)
        if "dark" in source.fragment or path.suffix not in PICTURES or source.scheme or not path.is_file():
            return ""
        data = base64.b64encode(path.read_bytes()).decode()
        alt = html.escape(attributes.get("alt") or "")
        return f'<img src="data:{PICTURES[path.suffix]};base64,{data}" alt="{alt}">'


def _is_helper(attrs: Attributes) -> bool:
    classes = next((value or "" for name, value in attrs if name == "class"), "").split()
    return any(helper in classes for helper in HELPERS)


def _attributes(tag: str, attrs: Attributes) -> str:
    kept = (
        (name, value or "")
        for name, value in attrs
        if not name.startswith("on") and name not in {"src", "srcset", "download", "loading"}
        if name != "style" or "url" not in (value or "")
        if name != "href" or (tag == "a" and (value or "").startswith(("https://", "mailto:", "#")))
    )
    return "".join(f' {name}="{html.escape(value)}"' for name, value in kept)
