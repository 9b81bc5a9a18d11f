"""A run as every source delivers it."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

_NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Series:
    """The points of one metric in one run, in the order they were logged.

    Parameters
    ----------
    metric
        Its name in the source.
    task
        The task these points belong to, when the source says so (a file's task column); None when the task is an
        axis of the run or is captured from the metric's name.
    steps
        (n,) float64, NaN where the source has no step; (n,) positions are never invented here.
    values
        (n,) float64, NaN where the value is missing.
    wall_time
        (n,) float64 in the source's unit, or None.
    column
        The value column a coalesced value came from (``reward``), else the metric's name.
    """

    metric: str
    task: str | None
    steps: NDArray[np.float64]
    values: NDArray[np.float64]
    wall_time: NDArray[np.float64] | None = None
    column: str = ""


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
    notes: tuple[str, ...] = ()

    @property
    def metrics(self) -> tuple[str, ...]:
        """The names of its metrics, in the order of the source."""
        return tuple(dict.fromkeys(series.metric for series in self.series))


class Source(Protocol):
    """Something that delivers runs."""

    def read(self) -> tuple[RunRecord, ...]:
        """Return every selected run; raise `DataError` or `SourceError` when there is none to be had."""
