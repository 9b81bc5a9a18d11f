"""Every run of a spec, from all its sources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reportgen.errors import DataError, SourceError
from reportgen.runs.files import FileSource

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from reportgen.runs.record import RunRecord, Source
    from reportgen.spec.model import Spec


def read_runs(spec: Spec, root: Path, *, where: Callable[..., str] | None = None) -> tuple[RunRecord, ...]:
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
        When a source holds no run, or two sources have one name.
    SourceError
        When a source cannot be reached.
    """
    handles: dict[str, Source] = {}
    records: list[RunRecord] = []
    for index, entry in enumerate(spec.sources):
        at = f"{where('sources', index)}: " if where else ""
        if entry.files is None:
            raise SourceError(f"{at}reading from W&B is not available yet; export the scores and read them by `files:`")
        handle = entry.files.name or f"source-{index}"
        if handle in handles:
            raise DataError(f"{at}two sources are called {handle!r}; give each a `name:` of its own")
        handles[handle] = FileSource(entry.files, handle, root)
        try:
            records += handles[handle].read()
        except DataError as error:
            raise DataError(f"{at}{error}") from error
    return tuple(records)
