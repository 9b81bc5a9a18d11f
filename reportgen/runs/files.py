"""Scores in files: blocks of points grouped into runs."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reportgen.errors import DataError
from reportgen.runs.layouts import blocks
from reportgen.runs.paths import find_files
from reportgen.runs.record import RunRecord, Series
from reportgen.runs.selection import selection

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from reportgen.runs.layouts import Block
    from reportgen.runs.paths import Match
    from reportgen.spec.model import FilesSource

AXES = ("method", "task", "seed")
SHOWN = 5


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
            When no file matches, a file cannot be read, nothing is in it, or no run in it is meant.
        """
        growing: dict[tuple[str, ...], _Growing] = {}
        barren: dict[str, None] = {}
        for match in find_files(self._source.path, self._root):
            barren.update(dict.fromkeys(self._grow(growing, match)))
        if not growing:
            raise DataError(f"{'; '.join(list(barren)[:SHOWN])}: there is no run in {self._source.path!r}")
        next(iter(growing.values())).notes.update(barren)
        plain = Counter("/".join(key) for key in growing)
        return self._meant(tuple(self._record(_id(key, plain), run) for key, run in growing.items()))

    def _meant(self, records: tuple[RunRecord, ...]) -> tuple[RunRecord, ...]:
        chosen = selection(self._source.runs, {}, self._root)
        meant = tuple(record for record in records if chosen.matches(record.id, record))
        if not meant:
            told = chosen.no_match([record.name for record in records], len(records))
            raise DataError(f"files: no run in {self._source.path!r} matches {told}")
        return meant

    def _grow(self, growing: dict[tuple[str, ...], _Growing], match: Match) -> Iterator[str]:
        """Add the runs of a file to those of the files before; yield what it should hold and does not."""
        empty = True
        for block in blocks(self._source, match):
            if not len(block.values):
                yield from block.notes
                empty = empty and not block.notes
                continue
            empty = False
            for key, names, task, rows in _groups(block):
                run = growing.setdefault(key, _Growing(names=names))
                _refuse_change(run, names, key, block)
                run.pieces.setdefault((block.metric, task), []).append((block, rows))
                run.origin[match.shown] = None
                run.notes.update(dict.fromkeys(block.notes))
        if empty:
            yield f"{match.shown} holds no row"

    def _record(self, key: str, run: _Growing) -> RunRecord:
        series = tuple(_series(metric, task, pieces) for (metric, task), pieces in run.pieces.items())
        for (metric, _), pieces in run.pieces.items():
            if len({block.match.shown for block, _ in pieces}) > 1:
                run.notes[f"points of {metric!r} in one run come from several files"] = None
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
            ordered=False,
            notes=tuple(run.notes),
        )


def _groups(block: Block) -> Iterator[tuple[tuple[str, ...], dict[str, str], str | None, NDArray[np.intp]]]:
    """Yield (key, names, task within the run, rows) for each run of a block."""
    spanning = "run" in block.names
    axes = [axis for axis in (("run", *AXES) if spanning else AXES) if axis in block.names]
    if axes:
        codes = pd.DataFrame({axis: block.names[axis] for axis in axes})
        found = [np.asarray(rows) for rows in codes.groupby(axes, sort=False).indices.values()]
    else:
        found = [np.arange(len(block.values))]
    for rows in found:
        names = {name: str(texts[rows[0]]) for name, texts in block.names.items()}
        task = names.pop("task", None) if spanning else None
        key = (names["run"],) if spanning else tuple(names[axis] for axis in axes)
        yield key or (block.match.shown,), names, task, rows


def _id(key: tuple[str, ...], plain: Mapping[str, int]) -> str:
    """Join the parts of a key; where two keys would read alike, slashes within parts are escaped."""
    joined = "/".join(key)
    return joined if plain[joined] == 1 else "/".join(part.replace("%", "%25").replace("/", "%2F") for part in key)


def _refuse_change(run: _Growing, names: dict[str, str], key: tuple[str, ...], block: Block) -> None:
    shown = block.match.shown
    for axis in ("method", "seed", *block.match.captured):
        if axis in names and names[axis] != run.names.get(axis):
            raise DataError(
                f"{shown}: run {'/'.join(key)!r} has two values of {axis}: "
                f"{run.names.get(axis)!r} and {names[axis]!r}; map one of `method`, `task`, `seed` or `run` to it"
            )
    if block.counted and set(run.origin) - {shown}:
        raise DataError(
            f"{shown}: run {'/'.join(key)!r} stands in {next(iter(run.origin))} too, and its seed is only a position "
            "in the file; tell the files' runs apart by a placeholder in `path` ({method}, {task}, {seed} or {run}) "
            "or a column"
        )


def _series(metric: str, task: str | None, pieces: list[tuple[Block, NDArray[np.intp]]]) -> Series:
    columns = dict.fromkeys(block.column for block, _ in pieces)
    if len(columns) > 1:
        raise DataError(
            f"{pieces[1][0].match.shown}: the points of {metric!r} in one run stand in the columns "
            f"{' and '.join(map(repr, columns))}; give one metric to each"
        )
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
