"""A figure as HTML: both colour schemes, caption, signature and links to every form of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from reportgen.text import LONGEST_PROSE, html, visible

if TYPE_CHECKING:
    from reportgen.artifacts import Artifact

CSS_PIXELS_PER_POINT = 4 / 3
FORMS = (("svg", "SVG"), ("pdf", "PDF"), ("png", "PNG"), ("csv", "CSV"))


def figure_html(artifact: Artifact) -> str:
    """Return the figure; ``@/`` stands for the way to the site's root."""
    base = f"@/assets/figures/{artifact.name}"
    alt = _prose(artifact.alt or artifact.title)
    images = "".join(
        f'<img src="{base}{suffix}.svg#only-{scheme}" alt="{alt}"{_size(artifact)} loading="lazy">'
        for suffix, scheme in (("", "light"), ("-dark", "dark"))
    )
    there = {file.path.rsplit(".", 1)[1] for file in artifact.files}
    links = " · ".join(f'<a href="{base}.{form}" download>{label}</a>' for form, label in FORMS if form in there)
    closer = f' data-explore="{base}.js"' if "js" in there else ""
    return "\n".join(
        [
            f'<figure class="rg-figure" id="{artifact.name}"{closer}>',
            f'<div class="rg-picture">{images}</div>',
            f"<figcaption>{_prose(artifact.caption)}</figcaption>",
            f'<p class="rg-signature">{_prose(artifact.signature)}</p>',
            f'<p class="rg-links">{links}</p>',
            "</figure>",
        ]
    )


def _size(artifact: Artifact) -> str:
    """Return the picture's size in CSS pixels, so that the page keeps its place before the picture is there."""
    picture = next(file.content for file in artifact.files if file.path.endswith(f"/{artifact.name}.svg"))
    size = re.search(rb'<svg[^>]* width="([\d.]+)pt" height="([\d.]+)pt"', picture)
    if size is None:
        return ""
    width, height = (round(float(points) * CSS_PIXELS_PER_POINT) for points in size.groups())
    return f' width="{width}" height="{height}"'


def _prose(text: str) -> str:
    return html(visible(text, longest=LONGEST_PROSE))
