"""Renders the pages of a report from their templates."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from reportgen.artifacts import Artifact, File, safe_name
from reportgen.pages.figures import figure_html
from reportgen.pages.own import parts_of
from reportgen.pages.prose import prose
from reportgen.resources import template_folders
from reportgen.results.provenance import packages
from reportgen.results.telling import omissions, sentences
from reportgen.results.words import aggregate_name, interval_words, span
from reportgen.text import LONGEST_PROSE, html, visible

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reportgen.results import Notice, Task
    from reportgen.results.own_pages import WrittenPage
    from reportgen.results.report import MetricResult, Report

LONGEST = 2000
SITE_ROOT = "@/"
OF_A_TASK = {"task", "task-screen"}


def render(
    report: Report,
    artifacts: Sequence[Artifact],
    *,
    templates: Path | None = None,
    own: Sequence[WrittenPage] = (),
) -> tuple[File, ...]:
    """Return the pages ``docs/*.md`` and what they link to that no artifact brings along.

    Values are escaped wherever a template prints them; only HTML made by the tables and figures is taken as it is.

    Parameters
    ----------
    own
        Pages that functions of the spec's owner wrote; they are sanitised here.

    Raises
    ------
    DataError
        When such a page names a table or figure that the report has not.
    """
    environment = _environment(templates)
    shared = {
        "report": report,
        "primary": [metric for metric in report.metrics if metric.data.role == "primary"],
        "secondary": [metric for metric in report.metrics if metric.data.role == "secondary"],
        "interval": interval_words(report),
        "packages": packages(),
        "artifacts": artifacts,
        "comparison_sentences": sentences,
        "comparison_omissions": omissions,
        "page_of": {metric.id: f"metrics/{safe_name(metric.id)}.md" for metric in report.metrics},
    }
    pages = [
        _page("index.md", "overview", environment, shared, artifacts, metric=shared_first(report)),
        *(
            _page(shared["page_of"][metric.id], "metric", environment, shared, artifacts, metric=metric)  # type: ignore[index] # a dict of str
            for metric in report.metrics
        ),
        _page("tasks/index.md", "tasks", environment, shared, artifacts, metric=None),
        *(
            _page(f"tasks/{safe_name(task.id)}.md", "task", environment, shared, artifacts, metric=None, task=task)
            for task in _tasks(report)
        ),
        _page("methods.md", "methods", environment, shared, artifacts, metric=None),
        *(_own_page(page, environment, shared, artifacts) for page in own),
        *(
            _page(name, name.removesuffix(".md"), environment, shared, artifacts, metric=None)
            for name in ("runs.md", "data-quality.md", "method.md", "provenance.md", "downloads.md")
        ),
    ]
    return (*pages, *_beside(artifacts))


def _tasks(report: Report) -> tuple[Task, ...]:
    """Return every task of a primary metric once."""
    found = {task.id: task for metric in report.metrics if metric.data.role == "primary" for task in metric.data.tasks}
    return tuple(found.values())


def shared_first(report: Report) -> MetricResult:
    """Return the metric that the overview shows: the first primary one."""
    return next(metric for metric in report.metrics if metric.data.role == "primary")


def _environment(templates: Path | None) -> Environment:
    environment = Environment(
        loader=FileSystemLoader(template_folders("pages", templates)),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - `finalize` escapes every value, more strictly than HTML alone needs
        finalize=_escaped,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["code"] = _code
    environment.filters["alike"] = alike
    environment.filters["name"] = lambda name, trim=0.25: aggregate_name(name, trim)
    environment.filters["span"] = span
    environment.filters["thousands"] = lambda count: f"{count:,}"
    environment.filters["sentence"] = lambda text: text[:1].upper() + text[1:]
    return environment


def alike(notices: Sequence[Notice]) -> list[list[Notice]]:
    """Put notices of one kind with one mend together, in the order in which each kind comes first."""
    groups: dict[tuple[str, str], list[Notice]] = {}
    for notice in notices:
        groups.setdefault((notice.code, notice.mend), []).append(notice)
    return list(groups.values())


def _escaped(value: object) -> object:
    return value if isinstance(value, Markup) else html(visible(str(value), longest=LONGEST))


def _code(text: str) -> Markup:
    """Escape code, its lines kept."""
    lines = (visible(line, longest=LONGEST_PROSE) for line in text.split("\n"))
    return Markup(html("\n".join(lines)))  # noqa: S704 - escaped by html()


def _page(
    path: str,
    template: str,
    environment: Environment,
    shared: dict[str, Any],
    artifacts: Sequence[Artifact],
    *,
    metric: MetricResult | None,
    task: Task | None = None,
) -> File:
    root = "../" * path.count("/")

    def show(role: str, of: str | None = None) -> Markup:
        """Return every artifact of a role (of a metric, else of the page's metric, else of the report) as HTML."""
        wanted = of or (metric.id if metric else None)
        about = task.id if task and role in OF_A_TASK else None
        found = [one for one in artifacts if (one.role, one.metric, one.task) == (role, wanted, about)]
        parts = [_block(artifact) for artifact in found]
        return Markup("\n\n".join(parts).replace(f'="{SITE_ROOT}', f'="{root}'))  # noqa: S704 - made by our writers

    text = environment.get_template(f"{template}.md.j2").render(
        **shared, metric=metric, task=task, show=show, root=Markup(root), prose=lambda text: Markup(prose(text))  # noqa: S704 - sanitised
    )  # fmt: skip
    return File(path=f"docs/{path}", content=_tidy(text).encode())


def _own_page(
    page: WrittenPage, environment: Environment, shared: dict[str, Any], artifacts: Sequence[Artifact]
) -> File:
    def block(artifact: Artifact) -> Markup:
        return Markup(_block(artifact).replace(f'="{SITE_ROOT}', '="../'))  # noqa: S704 - made by our writers

    text = environment.get_template("own.md.j2").render(**shared, own=page, parts=parts_of(page, artifacts, block))
    return File(path=f"docs/further/{safe_name(page.title)}.md", content=_tidy(text).encode())


def _block(artifact: Artifact) -> str:
    if artifact.kind == "figure":
        return figure_html(artifact)
    links = f'<p class="rg-links"><a href="{SITE_ROOT}assets/tables/{artifact.name}.csv" download>CSV</a>'
    links += f' · <a href="{SITE_ROOT}assets/tables/{artifact.name}.md.txt" download>Markdown</a>'
    if any(file.path.endswith(".tex") for file in artifact.files):
        links += f' · <a href="{SITE_ROOT}assets/tables/{artifact.name}.tex" download>LaTeX</a>'
    return f'<div class="rg-block">\n{artifact.html}\n{links}</p>\n</div>'


def _beside(artifacts: Sequence[Artifact]) -> tuple[File, ...]:
    """Put each table's LaTeX and each figure's PDF where the site can link to it."""
    folders = {"figure": "docs/assets/figures", "table": "docs/assets/tables"}
    return tuple(
        File(path=f"{folders[artifact.kind]}/{file.path.rsplit('/', 1)[1]}", content=file.content)
        for artifact in artifacts
        for file in artifact.files
        if file.path.startswith("latex/")
    )


def _tidy(text: str) -> str:
    """Remove trailing spaces and runs of empty lines."""
    lines: list[str] = []
    for line in text.splitlines():
        if line.strip() or (lines and lines[-1]):
            lines.append(line.rstrip())
    return "\n".join(lines).rstrip() + "\n"
