"""A run as every source delivers it."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from reportgen.runs.series import Series, last_step

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["RunRecord", "Series", "Source"]

UNREADABLE = "unreadable"
"""State of a run of which nothing could be had; its notes say why."""
_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunRecord:
    """One training, identified within the report by `id`, with everything that an axis may be read from.

    Parameters
    ----------
    id
        Unique in the report: ``entity/project/run id`` for W&B, ``source/method/task/seed`` or ``source/run`` for
        files.
    source
        Handle of the source (its ``name``, else ``source-0``).
    name
        The display name.
    axes
        Axes which the source itself fixes (columns, placeholders, constants): ``method``, ``task``, ``seed``, others.
    config, summary
        Nested values as logged; a file run's placeholders, constants and axis columns stand in `config`.
    origin
        Where it was read: file paths relative to the spec's root, or an address; for provenance.
    sha256
        Hash over the content it was read from.
    labels
        Columns that the spec's labels and its axes for grouping add.
    commit
        Git commit of the code that was run, where the source knows it.
    ordered
        Whether points stand in the order they were logged, so that a step that goes back begins a later attempt; the
        rows of a file may stand in any order.
    notes
        Defects met while reading, in words (``"3 rows without a value column"``); they reach the report.
    """

    id: str
    source: str
    name: str
    series: tuple[Series, ...]
    axes: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    config: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    summary: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    group: str | None = None
    tags: tuple[str, ...] = ()
    job_type: str | None = None
    sweep: str | None = None
    state: str = "finished"
    created_at: str | None = None
    updated_at: str | None = None
    url: str | None = None
    origin: tuple[str, ...] = ()
    sha256: str = ""
    labels: Mapping[str, str] = field(default_factory=lambda: _NOTHING)
    commit: str | None = None
    ordered: bool = True
    notes: tuple[str, ...] = ()

    @property
    def metrics(self) -> tuple[str, ...]:
        """The names of its metrics, in the order of the source."""
        return tuple(dict.fromkeys(series.metric for series in self.series))

    @property
    def points(self) -> int:
        """Number of finite values over all its metrics."""
        return sum(series.finite for series in self.series)

    @property
    def last_step(self) -> float | None:
        """The largest step at which any of its metrics has a value; None where it has no steps."""
        return last_step(self.series)


class Source(Protocol):
    """Something that delivers runs."""

    def read(self) -> tuple[RunRecord, ...]:
        """Return every selected run; raise `DataError` or `SourceError` when there is none to be had."""
