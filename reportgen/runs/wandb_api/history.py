"""The whole history of one run: bulk exports first, live rows where there are any, as columns of numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

import numpy as np

from reportgen.runs.history import ROW_GROUP, to_numpy

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

Columns = dict[str, "NDArray[np.float64]"]
STEP = "_step"
VALUES_A_PAGE = 200_000
ROWS_A_PAGE = 1_000
BUFFER = 1 << 20
"""Bytes that are read of each column at a time; without it a whole row group is held."""


class BrokenDownload(Exception):  # noqa: N818 - what happened, not an error of ours
    """Files of a run's history could not be downloaded."""


@dataclass(slots=True, kw_only=True, eq=False)
class History:
    """A run's rows, one a step, in the order of steps.

    Parameters
    ----------
    names
        The wanted keys that the run has, ``_step`` among them.
    logged
        Rows that came, before rows of one step were joined.
    last_step
        The greatest step, -1 where there is none.
    method
        ``exports``, ``live`` or ``exports and live rows``.
    texts
        Key to the number of values that are no numbers, and the first of them; of live rows, and of exported ones once
        `chunks` has read them.
    """

    names: tuple[str, ...]
    logged: int
    last_step: float
    method: str
    texts: dict[str, tuple[int, str]]
    _paths: Sequence[Path]
    _wanted: Sequence[str]
    _live: Columns
    _in_order: bool

    def chunks(self) -> Iterator[Columns]:
        """Yield key to (rows,) float64, NaN where a row does not hold the key, so many rows at a time.

        Where rows came out of order, or several of one step, all of them at once.
        """
        parts = chain.from_iterable(_exported(path, self._wanted, self.texts) for path in self._paths)
        whole = chain(parts, [self._live] if len(self._live.get(STEP, ())) else [])
        return whole if self._in_order else iter([_joined(list(whole), self.names)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """The steps of some rows: how many, the first, the greatest, and whether each is above the one before."""

    rows: int = 0
    first: float = math.inf
    last: float = -1.0
    rises: bool = True

    def then(self, steps: NDArray[np.float64]) -> Span:
        """Return the span with more rows at its end."""
        if not len(steps):
            return self
        rises = bool((steps[1:] > steps[:-1]).all()) and (self.rows == 0 or float(steps[0]) > self.last)
        return Span(
            rows=self.rows + len(steps),
            first=min(self.first, float(steps[0])),
            last=max(self.last, float(steps.max())),
            rises=self.rises and rises,
        )


def read_history(
    run: Any, wanted: Sequence[str], folder: Path, *, keys: int, lines: int, sign: Callable[[], None]
) -> History:
    """Find the wanted keys of a run, whole; rows that were exported are read when they are asked for.

    Parameters
    ----------
    run
        The client's run.
    folder
        Scratch folder for downloads; it must stay as long as rows are asked for.
    keys, lines
        How many keys and rows the server says the run has; they set the size of pages.
    sign
        Called after every answer, as a sign of life.
    """
    result = run.download_history_exports(folder, require_complete_history=False)
    sign()
    if result.errors:
        name, why = next(iter(result.errors.items()))
        raise BrokenDownload(f"{len(result.errors)} files of its history failed, the first {name.name}: {why}")
    texts: dict[str, tuple[int, str]] = {}
    names, span = {STEP}, Span()
    for path in result.paths:
        found, span = _looked_at(path, wanted, span)
        names |= found
        sign()
    exported = span.rows
    live: Columns = {}
    if result.contains_live_data or not result.paths:
        live = _live(run, int(span.last) + 1, wanted, texts, keys=keys, lines=max(lines - exported, 1), sign=sign)
        span = span.then(live[STEP])
    rest = span.rows - exported
    return History(
        names=tuple(sorted({*names, *live})),
        logged=span.rows,
        last_step=span.last,
        method="exports and live rows" if exported and rest else ("live" if rest else "exports"),
        texts=texts,
        _paths=result.paths,
        _wanted=wanted,
        _live=live,
        _in_order=span.rises,
    )


def _looked_at(path: Path, wanted: Sequence[str], span: Span) -> tuple[set[str], Span]:
    """Return the wanted keys of an export, and a span with the export's steps at its end."""
    import pyarrow as pa  # noqa: PLC0415 - slow to load
    from pyarrow import parquet  # noqa: PLC0415

    with parquet.ParquetFile(path, buffer_size=BUFFER) as file:
        names = {STEP, *wanted} & set(_flat(pa.Table.from_batches([], file.schema_arrow)).column_names)
        for batch in file.iter_batches(batch_size=ROW_GROUP, columns=[STEP], use_threads=False):
            span = span.then(_numbers(STEP, batch.column(STEP), {}))
    return names, span


def _exported(path: Path, wanted: Sequence[str], texts: dict[str, tuple[int, str]]) -> Iterator[Columns]:
    """Yield an export's rows, as many as a row group of the cache at a time."""
    import pyarrow as pa  # noqa: PLC0415 - slow to load
    from pyarrow import parquet  # noqa: PLC0415

    columns = [STEP, *(key for key in wanted if key != STEP)]
    groups = parquet.read_metadata(path).num_row_groups
    for group in range(groups):  # a reader keeps what it has read, so each group has one of its own
        with parquet.ParquetFile(path, buffer_size=BUFFER) as file:
            batches = file.iter_batches(ROW_GROUP, row_groups=[group], columns=columns, use_threads=False)
            for batch in batches:
                table = _flat(pa.Table.from_batches([batch]))
                names = [name for name in dict.fromkeys(table.column_names) if name in {STEP, *wanted}]
                yield {name: _numbers(name, table.column(name).combine_chunks(), texts) for name in names}


def _flat(table: Any) -> Any:
    """Return a table with the fields of nested columns under dotted names."""
    while any(str(column.type).startswith("struct") for column in table.schema):
        table = table.flatten()
    return table


def _numbers(name: str, column: Any, texts: dict[str, tuple[int, str]]) -> NDArray[np.float64]:
    """Return a column of an export as numbers, NaN where it is null or no number."""
    import pyarrow as pa  # noqa: PLC0415 - slow to load

    kind = column.type
    if pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_null(kind):
        numbers = column.cast(pa.float64())
    elif pa.types.is_boolean(kind):
        numbers = column.cast(pa.int8()).cast(pa.float64())
    else:
        return np.array([number(name, value, texts) for value in column.to_pylist()], dtype=np.float64)
    return to_numpy(numbers)


def number(name: str, value: Any, texts: dict[str, tuple[int, str]]) -> float:
    """Return a logged value as a number, NaN where it is none; what is none is counted.

    Examples
    --------
    >>> number("x", "Infinity", {}), number("x", True, {})
    (inf, 1.0)
    """
    if value is None:
        return math.nan
    if isinstance(value, bool | int | float):
        return float(value)
    try:
        return float(value)
    except (TypeError, ValueError):
        if isinstance(value, str) and value[:1] == value[-1:] == '"':  # exports of mixed columns hold JSON
            return number(name, value[1:-1], texts)
        count, example = texts.get(name, (0, value.get("_type", "a mapping") if isinstance(value, dict) else value))
        texts[name] = (count + 1, str(example))
        return math.nan


def _live(
    run: Any,
    start: int,
    wanted: Sequence[str],
    texts: dict[str, tuple[int, str]],
    *,
    keys: int,
    lines: int,
    sign: Callable[[], None],
) -> Columns:
    """Read the rows from a step on; a page is a range of steps, so its size is set from how far they reach."""
    a_page = min(ROWS_A_PAGE, max(VALUES_A_PAGE // max(keys, 1), 50))
    last = run.lastHistoryStep
    sign()
    span = max(last + 1 - start, 1)
    pages = max(math.ceil(lines / a_page), 1)
    scan = run.scan_history(min_step=start, page_size=math.ceil(span / pages), use_cache=False)
    rows = (row for row in scan)  # the client's own iterator begins anew when it is asked beyond its end
    parts = []
    while some := list(islice(rows, a_page)):
        parts.append(_columns(some, wanted, texts))
        sign()
    names = sorted({STEP, *(name for part in parts for name in part)})
    return {name: _stacked(parts, name) for name in names}


def _columns(rows: Sequence[Mapping[str, Any]], wanted: Sequence[str], texts: dict[str, tuple[int, str]]) -> Columns:
    names = [name for name in (STEP, *wanted) if name == STEP or any(_value(row, name) is not None for row in rows)]
    return {
        name: np.array([number(name, _value(row, name), texts) for row in rows], dtype=np.float64) for name in names
    }


def _value(row: Mapping[str, Any], name: str) -> Any:
    if name in row:
        return row[name]
    here: Any = row
    for part in name.split("."):
        if not isinstance(here, dict) or part not in here:
            return None
        here = here[part]
    return here


def _joined(parts: Sequence[Columns], names: Sequence[str]) -> Columns:
    """Put parts in the order of steps; of rows with one step the last counts."""
    columns = {name: _stacked(parts, name) for name in names}
    order = np.argsort(columns[STEP], kind="stable")
    last = np.append(np.diff(columns[STEP][order]) > 0, True)
    return {name: values[order[last]] for name, values in columns.items()}


def _stacked(parts: Sequence[Columns], name: str) -> NDArray[np.float64]:
    if not parts:
        return np.empty(0)
    return np.concatenate([part.get(name, np.full(len(part[STEP]), np.nan)) for part in parts])
