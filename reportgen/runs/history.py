"""Histories as Parquet: written by row groups with checksums, read column by column when somebody asks.

Columns are float64 without nulls, split by bytes: a third smaller than plain zstd and read four times as fast.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from reportgen.errors import EnvironmentFault

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

ROW_GROUP = 1 << 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What is known of a column without reading it.

    Parameters
    ----------
    finite
        Number of rows that hold a finite number.
    greatest
        The largest finite number, None where there is none.
    digest
        Hash of the numbers, whatever other columns lie beside it.
    last_row
        The last row that holds a number; -1 where there is none.
    rises
        Whether its numbers are finite and never fall.
    """

    name: str
    finite: int = 0
    greatest: float | None = None
    digest: str = ""
    last_row: int = -1
    rises: bool = True

    def grown(self, values: Floats, *, before: int) -> Column:
        """Return the column with the values of more rows, `before` of which stand before them."""
        finite = np.isfinite(values)
        whole = bool(finite.all())
        rows = np.arange(len(values))[-1:] if whole else np.flatnonzero(~np.isnan(values))
        if not rows.size:
            return self
        present = values if whole else values[rows]
        known = values if whole else values[finite]
        lowest = -np.inf if self.greatest is None else self.greatest
        greatest = max(float(known.max(initial=-np.inf)), lowest)
        rises = known.size == present.size and present[0] >= lowest and bool((present[1:] >= present[:-1]).all())
        return Column(
            name=self.name,
            finite=self.finite + known.size,
            greatest=greatest if np.isfinite(greatest) else None,
            last_row=before + int(rows[-1]),
            rises=self.rises and bool(rises),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class WrittenHistory:
    """A history that lies finished in a file which is no part of a cache yet."""

    path: Path
    rows: int
    columns: tuple[Column, ...]
    sha256: str
    size: int

    def stored(self) -> StoredHistory:
        """Return it to read from."""
        return StoredHistory(self.path, self.rows, self.columns)


class StoredHistory(Mapping[str, "Floats"]):
    """A history on disk, as a mapping of key to (rows,) float64 that reads a column each time it is asked for it.

    It keeps no row in memory and no file open, and can be sent to another process.
    """

    def __init__(self, path: Path, rows: int, columns: Sequence[Column]) -> None:
        self._path = path
        self.rows = rows
        self.known = {column.name: column for column in columns}

    @property
    def in_one_group(self) -> bool:
        """Whether a row group could hold all of it."""
        return self.rows <= ROW_GROUP

    def __getitem__(self, name: str) -> Floats:
        if name not in self.known:
            raise KeyError(name)
        return self.read((name,))[name]

    def __contains__(self, name: object) -> bool:
        return name in self.known

    def __iter__(self) -> Iterator[str]:
        return iter(self.known)

    def __len__(self) -> int:
        return len(self.known)

    def only(self, names: Sequence[str]) -> StoredHistory:
        """Return the same history with these columns alone."""
        return StoredHistory(self._path, self.rows, [self.known[name] for name in names])

    def read(self, names: Sequence[str]) -> dict[str, Floats]:
        """Return whole columns, decoding the file once.

        Raises
        ------
        EnvironmentFault
            When the file is gone or damaged since the cache handed it out.
        """
        groups = list(self.groups(names))
        return {name: _joined([group[name] for group in groups]) for name in dict.fromkeys(names)}

    def groups(self, names: Sequence[str]) -> Iterator[dict[str, Floats]]:
        """Yield the columns of one row group after the other, at most `ROW_GROUP` rows each; at least one.

        Raises
        ------
        EnvironmentFault
            When the file is gone or damaged since the cache handed it out.
        """
        wanted = list(dict.fromkeys(names))
        rows = 0
        try:
            with _opened(self._path) as file:
                for index in range(file.num_row_groups):
                    table = file.read_row_group(index, columns=wanted, use_threads=False)
                    rows += table.num_rows
                    yield {name: _floats(table.column(name)) for name in wanted}
        except (OSError, ValueError, KeyError) as error:
            raise self._fault(error) from error
        if rows == 0:
            yield {name: np.empty(0) for name in wanted}
        if rows != self.rows:
            raise self._fault(f"it holds {rows} rows, not {self.rows}")

    def _fault(self, error: object) -> EnvironmentFault:
        return EnvironmentFault(
            f"{self._path}: this file of the cache was lost or damaged while it was in use ({error}); run the command "
            "again, what is damaged is then read anew"
        )


class HistoryWriter:
    """Writes rows as they come; holds less than two row groups in memory.

    Parameters
    ----------
    file
        Open for writing bytes.
    names
        Every column, in order.
    """

    def __init__(self, file: Any, names: Sequence[str]) -> None:
        import pyarrow as pa  # noqa: PLC0415 - slow to load
        from pyarrow import parquet  # noqa: PLC0415

        self._schema = pa.schema([pa.field(name, pa.float64(), nullable=False) for name in names])
        self._writer = parquet.ParquetWriter(
            file, self._schema, compression="zstd", use_dictionary=False, use_byte_stream_split=True,
            write_statistics=False, write_page_checksum=True, store_schema=False,
        )  # fmt: skip
        self._row_group = ROW_GROUP
        self._columns = {name: Column(name=name) for name in names}
        self._hashes = {name: hashlib.sha256() for name in names}
        self._waiting: list[Mapping[str, Floats]] = []
        self._held = 0
        self.rows = 0

    @property
    def columns(self) -> tuple[Column, ...]:
        """What is known of the columns so far."""
        return tuple(replace(known, digest=self._hashes[name].hexdigest()) for name, known in self._columns.items())

    def append(self, rows: Mapping[str, Floats]) -> None:
        """Add rows: key to (n,) numbers; NaN in columns that are not given.

        Raises
        ------
        ValueError
            When a key is no column, or the lengths differ.
        """
        lengths = {len(values) for values in rows.values()}
        unknown = set(rows) - set(self._columns)
        if unknown or len(lengths) > 1:
            raise ValueError(f"columns of {sorted(lengths)} rows" if len(lengths) > 1 else f"no column {unknown}")
        count = max(lengths, default=0)
        if count == 0:
            return
        for name, known in self._columns.items():
            values = np.asarray(rows[name], dtype=np.float64) if name in rows else np.full(count, np.nan)
            self._columns[name] = known.grown(values, before=self.rows)
            self._hashes[name].update(np.ascontiguousarray(values, dtype="<f8").data)
        self._waiting.append(rows)
        self._held += count
        self.rows += count
        if self._held >= self._row_group:
            self._flush(whole=False)
        else:
            self._waiting[-1] = {name: np.array(values, dtype=np.float64) for name, values in rows.items()}

    def close(self) -> None:
        """Write what is held, and the end of the file."""
        self._flush(whole=True)
        self._writer.close()

    def _flush(self, *, whole: bool) -> None:
        """Write row groups; the rest that fills none waits, unless it is the end."""
        import pyarrow as pa  # noqa: PLC0415 - slow to load

        counts = [len(next(iter(rows.values()))) for rows in self._waiting]
        full = self._held if whole else self._held - self._held % self._row_group
        held = {
            name: _joined(
                [
                    np.asarray(rows[name], dtype=np.float64) if name in rows else np.full(count, np.nan)
                    for rows, count in zip(self._waiting, counts, strict=True)
                ]
            )
            for name in self._columns
        }
        if full:
            table = pa.Table.from_arrays([to_arrow(values[:full]) for values in held.values()], schema=self._schema)
            self._writer.write_table(table, row_group_size=self._row_group)
        self._held -= full
        self._waiting = [{name: values[full:].copy() for name, values in held.items()}] if self._held else []


def to_arrow(values: Floats) -> Any:
    """Return numbers as an Arrow array; Arrow's own way loads pandas first, to see whether they are a frame's."""
    import pyarrow as pa  # noqa: PLC0415 - slow to load

    plain = np.ascontiguousarray(values, dtype=np.float64)
    return pa.Array.from_buffers(pa.float64(), len(plain), [None, pa.py_buffer(plain)])


def to_numpy(column: Any) -> Floats:
    """Return an Arrow array of doubles as numbers, NaN where it is null; Arrow's own way loads pandas first."""
    import pyarrow as pa  # noqa: PLC0415 - slow to load

    if not column.null_count:
        return np.asarray(np.from_dlpack(column), dtype=np.float64)
    values = np.frombuffer(column.buffers()[1], dtype=np.float64)[column.offset :][: len(column)]
    return np.where(np.from_dlpack(column.is_valid().cast(pa.int8())), values, np.nan)


def _joined(parts: Sequence[Floats]) -> Floats:
    return parts[0] if len(parts) == 1 else np.concatenate([np.empty(0), *parts])


def _floats(column: Any) -> Floats:
    return _joined([to_numpy(chunk) for chunk in column.chunks])


def _opened(path: Path) -> Any:
    from pyarrow import parquet  # noqa: PLC0415 - slow to load

    return parquet.ParquetFile(path, page_checksum_verification=True, pre_buffer=False)
