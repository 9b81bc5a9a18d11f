"""Every run of a spec, from all its sources."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reportgen.errors import DataError, SourceError
from reportgen.runs.cache import Cache, cache_folder
from reportgen.runs.files import FileSource
from reportgen.runs.lock import check_lock
from reportgen.runs.offline import OfflineSource
from reportgen.runs.reading import Reading
from reportgen.runs.wandb_api.source import ApiSource
from reportgen.runs.wandb_api.want import need_of
from reportgen.spec.model import WandbSource

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from reportgen.runs.reading import Freshness, Told
    from reportgen.runs.record import RunRecord, Source
    from reportgen.spec.model import SourceEntry, Spec


LOG = logging.getLogger("reportgen.runs")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Collected:
    """The runs of a spec, and how they were had.

    Parameters
    ----------
    told
        What the report must say: runs that are stale, missing, deleted, ...
    freshness
        For each W&B source where its runs came from.
    """

    records: tuple[RunRecord, ...]
    told: tuple[Told, ...] = ()
    freshness: tuple[Freshness, ...] = ()


def read_runs(
    spec: Spec, root: Path, *, where: Callable[..., str] | None = None, cache: Path | None = None
) -> tuple[RunRecord, ...]:
    """Read the runs of every source, in the order of the spec; see `collect_runs`."""
    return collect_runs(spec, root, where=where, reading=Reading(cache=cache)).records


def collect_runs(spec: Spec, root: Path, *, where: Callable[..., str] | None = None, reading: Reading) -> Collected:
    """Read the runs of every source, in the order of the spec.

    Parameters
    ----------
    root
        Folder that paths are relative to.
    where
        Gives ``file:line:column`` of a key of the spec, for messages.

    Raises
    ------
    DataError
        When a source holds no run, two sources have one name, or the runs are not those of the lock.
    SourceError
        When a source cannot be reached, or refuses.
    """
    handles: dict[str, Source] = {}
    records: list[RunRecord] = []
    for index, entry in enumerate(spec.sources):
        at = f"{where('sources', index)}: " if where else ""
        handle = spec.handles()[index]
        if handle in handles:
            raise DataError(f"{at}two sources are called {handle!r}; give each a `name:` of its own")
        try:
            handles[handle] = _source(entry, handle, spec, root, where, reading)
            found = handles[handle].read()
        except (DataError, SourceError) as error:
            raise type(error)(_placed(at, str(error))) from error
        LOG.info("%s: %d runs", handle, len(found))
        records += found
    _refuse_twins(records)
    apis = [source for source in handles.values() if isinstance(source, ApiSource)]
    return Collected(
        records=tuple(records) if reading.locked is None else check_lock(records, reading.locked),
        told=tuple(told for source in apis for told in source.told),
        freshness=tuple(source.freshness for source in apis),
    )


def _placed(at: str, text: str) -> str:
    """Put the place of a source in front of a message that does not name a place in the spec itself."""
    return text if at and text.startswith(at.partition(":")[0] + ":") else f"{at}{text}"


def _refuse_twins(records: Sequence[RunRecord]) -> None:
    known: dict[str, RunRecord] = {}
    for record in records:
        first = known.setdefault(record.id, record)
        if first is not record:
            raise DataError(
                f"run {record.id} is read twice, from {', '.join(first.origin)} and {', '.join(record.origin)}; "
                "keep one of them"
            )


def _source(
    entry: SourceEntry, handle: str, spec: Spec, root: Path, where: Callable[..., str] | None, reading: Reading
) -> Source:
    if entry.files is not None:
        return FileSource(entry.files, handle, root)
    store = Cache(cache_folder(reading.cache))
    store.check()
    if entry.wandb_offline is not None:
        return OfflineSource(entry.wandb_offline, handle, root, axes=spec.axes_of(handle), cache=store)
    need = need_of(spec, handle, where)
    return ApiSource(entry.wandb or WandbSource(), handle, root, need=need, cache=store, reading=reading)
