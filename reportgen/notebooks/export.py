"""A notebook as one HTML file that needs nothing else: no script, no request to anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from nbformat import NotebookNode

PAGE = """
{%- extends 'lab/index.html.j2' -%}
{%- block html_head_js -%}{%- endblock html_head_js -%}
{%- block html_head_js_mathjax -%}{%- endblock html_head_js_mathjax -%}
{%- block html_head_js_mermaidjs -%}{%- endblock html_head_js_mermaidjs -%}
{%- block jupyter_widgets -%}{%- endblock jupyter_widgets -%}
"""


def as_html(notebook: NotebookNode, *, title: str) -> bytes:
    """Return a notebook as nbconvert's page, without the scripts that it would load from elsewhere.

    Styles and figures stand inside; HTML of outputs is sanitised.
    """
    from jinja2 import DictLoader  # noqa: PLC0415 - nbconvert is slow to load
    from nbconvert import HTMLExporter  # noqa: PLC0415 - the same

    exporter = HTMLExporter(  # type: ignore[no-untyped-call]
        extra_loaders=[DictLoader({"self-contained.html.j2": PAGE})],
        template_file="self-contained.html.j2",
        sanitize_html=True,
        exclude_anchor_links=True,
    )
    page, _ = exporter.from_notebook_node(notebook, resources={"metadata": {"name": title}})
    text = "\n".join(line.rstrip() for line in page.splitlines())
    return f"{text}\n".encode()
