"""A look at the runs of a folder or of a W&B project, before there is a spec."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.data.discover import Discovery, discover, facts, listed_facts
from reportgen.runs.survey import survey_folder, survey_project

if TYPE_CHECKING:
    from collections.abc import Callable

    from reportgen.runs.record import RunRecord

PROJECT = re.compile(r"(?!\.{1,2}/)[^/\\]+/(?!\.{1,2}$)[^/\\]+")
"""ENTITY/PROJECT"""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Looked:
    """What was found, and the runs of a folder with their points; a project is looked at without any point."""

    found: Discovery
    records: tuple[RunRecord, ...] = ()


def look(
    where: str,
    *,
    pattern: str | None = None,
    cache: Path | None = None,
    progress: Callable[[str], object] = lambda _: None,
) -> Looked:
    """Find out what a folder or a W&B project holds; a folder of that name comes first.

    Parameters
    ----------
    where
        A folder, or ``ENTITY/PROJECT``.
    pattern
        Glob on the display name; others are left out.
    cache
        Folder of the run cache; default: see `cache_folder`.
    progress
        Called with what is done now, in words.

    Raises
    ------
    DataError
        When there is no run, or none matches.
    SourceError
        When the server refuses, or cannot be reached.
    """
    if PROJECT.fullmatch(where) and not Path(where).exists():
        progress("asking W&B which runs there are")
        source, runs = survey_project(where, pattern=pattern)
        return Looked(found=discover(source, listed_facts(runs, *where.split("/"))))
    progress("reading the runs")
    source, records = survey_folder(Path(where), pattern=pattern, cache=cache)
    return Looked(found=discover(source, facts(records)), records=records)
