"""The page that shows a notebook: prose as it is, code folded away, outputs sanitised, images as files.

Prose and code are ours; outputs hold names of strangers, so their text is encoded and of their HTML only the bones
of tables are kept.
"""

from __future__ import annotations

import base64
import re
from dataclasses import dataclass, field
from html import unescape
from typing import TYPE_CHECKING, Any

import nh3
from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexers import PythonLexer

from reportgen.artifacts import File
from reportgen.text import html, visible

if TYPE_CHECKING:
    from nbformat import NotebookNode

TABLE_TAGS = {"table", "thead", "tbody", "tr", "th", "td"}
SPANS = {"th": {"rowspan", "colspan"}, "td": {"rowspan", "colspan"}}
LONGEST_LINE = 400
IMAGES = "assets/notebook"


def page(notebook: NotebookNode, *, slug: str, executed: bool, failure: str) -> tuple[File, ...]:
    """Return ``docs/notebook.md`` and the images it shows.

    Parameters
    ----------
    slug
        Name of the report's archive, which holds the notebook and its data.
    executed
        Whether the cells were run.
    failure
        Why the notebook stopped, or the empty string.
    """
    shown = _Shown()
    body = "\n\n".join(part for cell in notebook.cells if (part := shown.cell(cell)))
    conclusion = _last_words(notebook) if executed and not failure else ""
    lead = _lead(slug, conclusion, executed=executed, failure=failure)
    text = f"---\nsearch:\n  exclude: true\n---\n# Notebook\n\n{lead}\n\n{body}\n"
    return (File(path="docs/notebook.md", content=text.encode()), *shown.images)


def _last_words(notebook: NotebookNode) -> str:
    """Return the first line that the last cell printed: how many numbers agree."""
    return next((str(output.text).split("\n")[0].rstrip(":") for output in notebook.cells[-1].outputs), "")


def _lead(slug: str, conclusion: str, *, executed: bool, failure: str) -> str:
    links = (
        f'<a class="md-button md-button--primary" href="downloads/{slug}.zip" download>Notebook with its data</a> '
        '<a class="md-button" href="downloads/analysis.ipynb" download>Notebook alone</a>'
    )
    parts = [f'<p class="rg-buttons">{links}</p>']
    if conclusion:
        parts.append(f'<p class="rg-headline">{_line(conclusion)}</p>')
    if failure:
        said = f"The notebook stopped: {failure}. What it did before is below, and the error."
        parts.append(f'<div class="rg-notice rg-notice-warning"><p>{_line(said)}</p></div>')
    elif not executed:
        parts.append('<div class="rg-notice rg-notice-note"><p>This build did not run the notebook.</p></div>')
    return "\n\n".join(parts)


@dataclass(slots=True)
class _Shown:
    """Cells as markdown, one after the other; collects their images and remembers under which heading they stand."""

    images: list[File] = field(default_factory=list)
    heading: str = ""

    def cell(self, cell: NotebookNode) -> str:
        if cell.cell_type == "markdown":
            return self._prose(cell.source)
        outputs = "".join(f"\n\n{part}" for part in map(self._output, cell.get("outputs", [])) if part)
        return f"{_code(cell.source)}{outputs}"

    def _prose(self, source: str) -> str:
        headings = re.findall(r"^#+ +(.+)$", source, flags=re.MULTILINE)
        self.heading = headings[-1] if headings else self.heading
        return re.sub(r"^# .*\n*", "", source)  # the page has its own title

    def _output(self, output: NotebookNode) -> str:
        if output.output_type == "stream":
            return _preformatted(output.text, "rg-out")
        if output.output_type == "error":
            return _preformatted("\n".join(output.traceback), "rg-out rg-out-error")
        data: dict[str, Any] = output.data
        if "image/png" in data:
            return self._image(base64.b64decode(data["image/png"]), output.metadata.get("image/png", {}))
        if "text/html" in data:
            return _table(data["text/html"])
        return _preformatted(data.get("text/plain", ""), "rg-out")

    def _image(self, content: bytes, size: dict[str, int]) -> str:
        name = f"figure-{len(self.images) + 1}.png"
        self.images.append(File(path=f"docs/{IMAGES}/{name}", content=content))
        measures = "".join(f' {side}="{int(size[side])}"' for side in ("width", "height") if side in size)
        alt = html(f"Figure of the notebook under “{self.heading}”")
        return f'<p class="rg-out-image"><img src="{IMAGES}/{name}" alt="{alt}"{measures} loading="lazy"></p>'


def _code(source: str) -> str:
    """Return source code, coloured and folded; an empty line would end the block for some markdown parsers."""
    spans = highlight(source, PythonLexer(), HtmlFormatter(nowrap=True)).rstrip("\n")
    lines = source.count("\n") + 1
    counted = f"{lines} line{'' if lines == 1 else 's'}"
    return (
        f'<details class="rg-code"><summary>Code <span>· {counted}</span></summary>'
        f'<div class="highlight"><pre><code>{spans.replace(chr(10), "&#10;")}</code></pre></div></details>'
    )


def _preformatted(text: str, classes: str) -> str:
    lines = "&#10;".join(_line(line) for line in text.rstrip("\n").split("\n"))
    return f'<div class="{classes}"><pre><code>{lines}</code></pre></div>' if text.strip() else ""


def _table(fragment: str) -> str:
    """Keep the bones of a table, and encode its text; what was style or script is gone with its content."""
    kept = nh3.clean(fragment, tags=TABLE_TAGS, attributes=SPANS, link_rel=None)
    parts = (
        part if part.startswith("<") else _line(unescape(part).strip())  # a text's own "<" is "&lt;" here
        for part in re.split(r"(<[^<>]*>)", kept)
    )
    return f'<div class="rg-out rg-out-table" tabindex="0">{"".join(parts)}</div>'


def _line(text: str) -> str:
    return html(visible(text, longest=LONGEST_LINE))
