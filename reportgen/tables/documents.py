"""Whole files made of tables: the LaTeX document."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reportgen.artifacts import File
from reportgen.resources import template_folders
from reportgen.results.words import interval_words, span
from reportgen.tables.numbers import numbers_tex
from reportgen.text import LONGEST_PROSE, tex, visible

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reportgen.artifacts import Artifact
    from reportgen.results.report import MetricResult, Report


def latex_document(report: Report, artifacts: Sequence[Artifact], *, templates: Path | None = None) -> tuple[File, ...]:
    """Return ``latex/report.tex``, a complete document of all tables and figures, and the preamble it needs."""
    environment = Environment(
        loader=FileSystemLoader(template_folders("latex", templates)),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - LaTeX, escaped by the filter `tex`
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<<",
        variable_end_string=">>",
        comment_start_string="<#",
        comment_end_string="#>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["tex"] = lambda text: tex(visible(text, longest=LONGEST_PROSE))
    environment.tests["long"] = _breaks_over_pages
    environment.filters["runs_per_task"] = _runs_per_task
    papers = {one.cite: one.reference or f"{one.method}, as published." for one in report.asked.published}
    context = {
        "report": report,
        "interval": interval_words(report),
        "papers": papers,
        "sections": [
            (metric, [one for one in artifacts if one.metric == metric.id and _in_paper(one)])
            for metric in report.metrics
        ],
    }
    written = tuple(
        File(path=f"latex/{name}", content=environment.get_template(f"{name}.j2").render(context).encode())
        for name in ("report.tex", "preamble.tex", "methods.tex")
    )
    bibliography = "\n".join(f"@misc{{{cite},\n  note = {{{_plain(words)}}}\n}}\n" for cite, words in papers.items())
    return (
        *written,
        File(path="latex/numbers.tex", content=numbers_tex(report).encode()),
        *((File(path="latex/references.bib", content=bibliography.encode()),) if papers else ()),
    )


def _plain(text: str) -> str:
    return tex(visible(text, longest=LONGEST_PROSE))


def _runs_per_task(metric: MetricResult) -> str:
    counts = [n for method in metric.methods for n in method.n_runs_per_task if n]
    return span(counts) if counts else "0"


def _in_paper(artifact: Artifact) -> bool:
    return artifact.task is None and any(file.path.startswith("latex/") for file in artifact.files)


def _breaks_over_pages(artifact: Artifact) -> bool:
    return any(rb"\begin{longtable}" in file.content for file in artifact.files)
