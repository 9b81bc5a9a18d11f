"""Scores in files: blocks of points grouped into runs."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reportgen.errors import DataError
from reportgen.runs.layouts import blocks
from reportgen.runs.paths import find_files
from reportgen.runs.record import RunRecord, Series

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from reportgen.runs.layouts import Block
    from reportgen.spec.model import FilesSource

AXES = ("method", "task", "seed")


@dataclass(slots=True)
class _Growing:
    """A run while its files are read."""

    names: dict[str, str]
    pieces: dict[tuple[str, str | None], list[tuple[Block, NDArray[np.intp]]]] = field(default_factory=dict)
    origin: dict[str, None] = field(default_factory=dict)
    notes: dict[str, None] = field(default_factory=dict)


class FileSource:
    """Runs from the files of one `files:` source."""

    def __init__(self, source: FilesSource, handle: str, root: Path) -> None:
        self._source = source
        self._handle = handle
        self._root = root

    def read(self) -> tuple[RunRecord, ...]:
        """Return every run, in the order of the files and their rows.

        Raises
        ------
        DataError
            When no file matches, a file cannot be read, or nothing is in it.
        """
        growing: dict[str, _Growing] = {}
        for match in find_files(self._source.path, self._root):
            for block in blocks(self._source, match):
                for key, names, task, rows in self._groups(block):
                    run = growing.setdefault(key, _Growing(names=names))
                    _refuse_change(run, names, key, match.shown)
                    run.pieces.setdefault((block.metric, task), []).append((block, rows))
                    run.origin[match.shown] = None
                    run.notes.update(dict.fromkeys(block.notes))
        if not growing:
            raise DataError(f"the files of {self._source.path!r} hold no row")
        return tuple(self._record(key, run) for key, run in growing.items())

    def _groups(self, block: Block) -> Iterator[tuple[str, dict[str, str], str | None, NDArray[np.intp]]]:
        """Yield (key, names, task within the run, rows) for each run of a block."""
        spanning = "run" in block.names
        axes = [axis for axis in (("run", "task") if spanning else AXES) if axis in block.names]
        if not axes:
            yield block.match.shown, {}, None, np.arange(len(block.values))
            return
        codes = pd.DataFrame({axis: block.names[axis] for axis in axes})
        for rows in codes.groupby(axes, sort=False).indices.values():
            names = {name: str(texts[rows[0]]) for name, texts in block.names.items()}
            task = names.pop("task", None) if spanning else None
            key = names["run"] if spanning else "/".join(names[axis] for axis in axes)
            yield key, names, task, np.asarray(rows)

    def _record(self, key: str, run: _Growing) -> RunRecord:
        series = tuple(_series(metric, task, pieces) for (metric, task), pieces in run.pieces.items())
        axes = {axis: run.names[axis] for axis in AXES if axis in run.names}
        return RunRecord(
            id=f"{self._handle}/{key}",
            source=self._handle,
            name=run.names.get("run") or " ".join(axes.values()) or key,
            series=series,
            axes=axes,
            config=dict(run.names),
            origin=tuple(run.origin),
            sha256=_hash(run.names, series),
            notes=tuple(run.notes),
        )


def _refuse_change(run: _Growing, names: dict[str, str], key: str, shown: str) -> None:
    for axis in ("method", "seed"):
        if axis in names and names[axis] != run.names.get(axis):
            raise DataError(
                f"{shown}: run {key!r} has two values of {axis}: {run.names.get(axis)!r} and {names[axis]!r}"
            )


def _series(metric: str, task: str | None, pieces: list[tuple[Block, NDArray[np.intp]]]) -> Series:
    walls = [block.wall_time[rows] for block, rows in pieces if block.wall_time is not None]
    return Series(
        metric=metric,
        task=task,
        steps=np.concatenate([block.steps[rows] for block, rows in pieces]),
        values=np.concatenate([block.values[rows] for block, rows in pieces]),
        wall_time=np.concatenate(walls) if len(walls) == len(pieces) else None,
        column=pieces[0][0].column,
    )


def _hash(names: dict[str, str], series: tuple[Series, ...]) -> str:
    digest = hashlib.sha256(repr(sorted(names.items())).encode())
    for one in series:
        digest.update(repr((one.metric, one.task, one.column)).encode())
        for array in (one.steps, one.values, one.wall_time):
            digest.update(b"" if array is None else array.astype("<f8").tobytes())
    return digest.hexdigest()
