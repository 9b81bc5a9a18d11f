"""Every run of a spec, from all its sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reportgen.errors import DataError, SourceError
from reportgen.runs.cache import Cache, cache_folder
from reportgen.runs.files import FileSource
from reportgen.runs.offline import OfflineSource

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from reportgen.runs.record import RunRecord, Source
    from reportgen.spec.model import SourceEntry, Spec


def read_runs(
    spec: Spec, root: Path, *, where: Callable[..., str] | None = None, cache: Path | None = None
) -> tuple[RunRecord, ...]:
    """Read the runs of every source, in the order of the spec.

    Parameters
    ----------
    root
        Folder that paths are relative to.
    where
        Gives ``file:line:column`` of a key of the spec, for messages.
    cache
        Folder of the run cache; default: see `cache_folder`.

    Raises
    ------
    DataError
        When a source holds no run, or two sources have one name.
    SourceError
        When a source cannot be reached.
    """
    handles: dict[str, Source] = {}
    records: list[RunRecord] = []
    for index, entry in enumerate(spec.sources):
        at = f"{where('sources', index)}: " if where else ""
        handle = spec.handles()[index]
        if handle in handles:
            raise DataError(f"{at}two sources are called {handle!r}; give each a `name:` of its own")
        handles[handle] = _source(entry, handle, spec, root, cache, at)
        try:
            records += handles[handle].read()
        except DataError as error:
            raise DataError(f"{at}{error}") from error
    _refuse_twins(records)
    return tuple(records)


def _refuse_twins(records: Sequence[RunRecord]) -> None:
    known: dict[str, RunRecord] = {}
    for record in records:
        first = known.setdefault(record.id, record)
        if first is not record:
            raise DataError(
                f"run {record.id} is read twice, from {', '.join(first.origin)} and {', '.join(record.origin)}; "
                "keep one of them"
            )


def _source(entry: SourceEntry, handle: str, spec: Spec, root: Path, cache: Path | None, at: str) -> Source:
    if entry.files is not None:
        return FileSource(entry.files, handle, root)
    if entry.wandb_offline is not None:
        store = Cache(cache_folder(cache))
        store.check()
        return OfflineSource(entry.wandb_offline, handle, root, axes=spec.axes_of(handle), cache=store)
    raise SourceError(
        f"{at}reading from W&B is not available yet; read the runs' own files by `wandb_offline: {{path: wandb}}`, "
        "or exported scores by `files:`"
    )
