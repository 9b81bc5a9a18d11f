"""Runs: what every source delivers, and the sources themselves.

The names are loaded on first use, so that the child process that fetches runs starts quickly.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reportgen.runs.cache import cache_folder
    from reportgen.runs.collect import Collected, collect_runs, read_runs
    from reportgen.runs.reading import Reading
    from reportgen.runs.record import RunRecord, Series, Source
    from reportgen.runs.survey import survey_folder, survey_project

__all__ = [
    "Collected",
    "Reading",
    "RunRecord",
    "Series",
    "Source",
    "cache_folder",
    "collect_runs",
    "read_runs",
    "survey_folder",
    "survey_project",
]

_HOMES = {
    "Collected": "collect",
    "Reading": "reading",
    "RunRecord": "record",
    "Series": "record",
    "Source": "record",
    "cache_folder": "cache",
    "collect_runs": "collect",
    "read_runs": "collect",
    "survey_folder": "survey",
    "survey_project": "survey",
}


def __getattr__(name: str) -> object:
    """Load a name from its module (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"reportgen.runs.{_HOMES[name]}"), name)
