"""Several reports as one portal: an index page, and ``reports/SLUG/...`` below it."""

from __future__ import annotations

import json
import logging
import os
import tempfile
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reportgen.building import build
from reportgen.errors import EnvironmentFault, ReportgenError, UsageError
from reportgen.redaction import redacted
from reportgen.resources import shipped
from reportgen.spec import load
from reportgen.text import LONGEST_PROSE, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from reportgen.building import Built

LOG = logging.getLogger("reportgen.portal")
SPECS = (".yaml", ".yml")
REPORTS = "reports"
MARK = '<meta name="generator" content="reportgen portal">'
"""Tells an index of ours from anybody else's page."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Attempt:
    """What became of one spec: the built report, or the error that stopped it."""

    spec: Path
    slug: str
    built: Built | None = None
    error: ReportgenError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A report on the index.

    Parameters
    ----------
    state
        ``built`` now; ``kept`` from an earlier build, its spec was not given; ``failed``: `error` says why, and what
        stands there is the former report, if there is one.
    link
        Address of the report relative to the index; empty where there is no report.
    """

    slug: str
    state: str
    title: str
    headline: str = ""
    data_as_of: str | None = None
    methods: int = 0
    tasks: int = 0
    warnings: int = 0
    link: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Portal:
    """A portal: where its index lies, what was tried, and what the index lists."""

    index: Path
    attempts: tuple[Attempt, ...]
    entries: tuple[Entry, ...]

    @property
    def failures(self) -> tuple[Attempt, ...]:
        """The specs that could not be built."""
        return tuple(attempt for attempt in self.attempts if attempt.error)

    @property
    def exit_code(self) -> int:
        """0, or the largest exit code of the specs that failed."""
        return max((attempt.error.exit_code for attempt in self.attempts if attempt.error), default=0)


def specs_of(paths: Sequence[Path]) -> tuple[Path, ...]:
    """Return the specs among files and folders; a folder stands for its YAML files, by name, hidden ones left out.

    Raises
    ------
    UsageError
        When a folder holds none.
    """
    found: list[Path] = []
    for path in paths:
        inside = sorted(one for one in path.iterdir() if _is_spec(one)) if path.is_dir() else [path]
        if not inside:
            raise UsageError(f"{path}: no spec in this folder; a spec is a file that ends in .yaml or .yml")
        found += inside
    return tuple(dict.fromkeys(found))


def _is_spec(path: Path) -> bool:
    return path.suffix in SPECS and path.is_file() and not path.name.startswith(".")


def build_portal(
    specs: Sequence[Path], *, output: Path | None = None, told: Callable[[Attempt], object] | None = None, **how: Any
) -> Portal:
    """Build every spec, and an index of all reports below the output folder.

    Parameters
    ----------
    specs
        See `specs_of`. What a spec says of its output folder is not looked at.
    output
        Folder of the portal; default ``./build``. Reports that an earlier build left there stay on the index.
    told
        Called with each attempt as it ends.
    how
        What `build` takes, for every spec.

    Raises
    ------
    UsageError
        When two specs would be one report, or a foreign page lies where the index goes; nothing was built then.
    EnvironmentFault
        When the index cannot be written.
    """
    folder = (output or Path("build")).resolve()
    index = folder / "index.html"
    slugs = [_slug(spec, how.get("overrides", ())) for spec in specs]
    _refuse_twins(specs, slugs)
    _refuse_foreign(index)
    attempts = []
    for spec, slug in zip(specs, slugs, strict=True):
        attempts.append(_attempt(spec, slug, folder / REPORTS, how))
        if told:
            told(attempts[-1])
    entries = _entries(folder, attempts)
    _write(index, _page(entries))
    return Portal(index=index, attempts=tuple(attempts), entries=entries)


def _slug(spec: Path, overrides: Sequence[str]) -> str:
    """Return the folder name of a report, by the file's name where the spec cannot be read."""
    try:
        return load(spec, overrides=overrides).slug
    except ReportgenError:
        return spec.stem


def _refuse_twins(specs: Sequence[Path], slugs: Sequence[str]) -> None:
    twice = [slug for slug, count in Counter(slugs).items() if count > 1]
    if twice:
        named = ", ".join(str(spec) for spec, slug in zip(specs, slugs, strict=True) if slug == twice[0])
        raise UsageError(f"{named}: would all be the report {twice[0]!r}; give each a `report.slug` of its own")


def _refuse_foreign(index: Path) -> None:
    if index.is_dir() or (index.is_file() and MARK not in index.read_text(encoding="utf-8", errors="replace")):
        raise UsageError(f"{index}: is no index of reportgen, and would be replaced; choose another folder with -o")


def _attempt(spec: Path, slug: str, output: Path, how: dict[str, Any]) -> Attempt:
    try:
        return Attempt(spec=spec, slug=slug, built=build(spec, output=output, **how))
    except ReportgenError as error:
        LOG.info("%s failed", spec, exc_info=True)
        return Attempt(spec=spec, slug=slug, error=error)


def _entries(folder: Path, attempts: Sequence[Attempt]) -> tuple[Entry, ...]:
    """List the specs in their order, then what earlier builds left."""
    tried = {attempt.slug for attempt in attempts}
    there = sorted(path.parent.name for path in (folder / REPORTS).glob("*/report.json"))
    return (
        *(_entry(folder, one.slug, one.spec, "failed" if one.error else "built", one.error) for one in attempts),
        *(_entry(folder, slug, Path(slug), "kept", None) for slug in there if slug not in tried),
    )


def _entry(folder: Path, slug: str, spec: Path, state: str, error: ReportgenError | None) -> Entry:
    said = _said(error, spec) if error else ""
    try:
        found = json.loads((folder / REPORTS / slug / "report.json").read_text(encoding="utf-8"))
        first = next(metric for metric in found["metrics"] if metric["role"] == "primary")
        return Entry(
            slug=slug,
            state=state,
            title=found["report"]["title"],
            headline=found["report"]["headline"],
            data_as_of=found["report"]["data_as_of"],
            methods=len(first["methods"]),
            tasks=len(first["tasks"]),
            warnings=sum(notice["level"] == "warning" for notice in found["warnings"]),
            link=f"{REPORTS}/{slug}/site/index.html",
            error=said,
        )
    except (OSError, ValueError, KeyError, TypeError, StopIteration):
        return Entry(slug=slug, state=state, title=spec.name, error=said)


def _said(error: ReportgenError, spec: Path) -> str:
    """Return the first line of what went wrong, for everybody: without secrets and the folders of this machine."""
    line = next(iter(str(error).splitlines()), type(error).__name__)
    return redacted(line.replace(f"{spec.parent}/", "").replace(f"{spec.resolve().parent}/", ""))


def _page(entries: Sequence[Entry]) -> str:
    environment = Environment(
        loader=FileSystemLoader([shipped("templates") / "portal", shipped("site_config")]),
        undefined=StrictUndefined,
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["shown"] = lambda text: visible(text, longest=LONGEST_PROSE)
    environment.filters["day"] = lambda text: text[:10]
    return environment.get_template("index.html.j2").render(entries=entries, mark=MARK)


def _write(path: Path, text: str) -> None:
    """Put the index in its place in one step, so that a reader never sees half of it."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=".index.", dir=path.parent)
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as stream:
            stream.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except OSError as error:
        raise EnvironmentFault(f"{path}: cannot write the index: {error.strerror or error}") from error
