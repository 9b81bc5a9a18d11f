"""The whole history of one run: bulk exports first, live rows where there are any, as columns of numbers."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

Columns = dict[str, "NDArray[np.float64]"]
STEP = "_step"
VALUES_A_PAGE = 200_000
ROWS_A_PAGE = 1_000


class BrokenDownload(Exception):  # noqa: N818 - what happened, not an error of ours
    """Files of a run's history could not be downloaded."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class History:
    """Columns of a run, one row a step.

    Parameters
    ----------
    columns
        Key to (rows,) float64, NaN where a row does not hold the key; ``_step`` among them, increasing.
    logged
        Rows that came, before rows of one step were joined.
    method
        ``exports``, ``live`` or ``exports and live rows``.
    texts
        Key to the number of values that are no numbers, and the first of them.
    """

    columns: Columns
    logged: int
    method: str
    texts: Mapping[str, tuple[int, str]] = field(default_factory=dict)


def read_history(
    run: Any, wanted: Sequence[str], folder: Path, *, keys: int, lines: int, sign: Callable[[], None]
) -> History:
    """Read the wanted keys of a run, whole.

    Parameters
    ----------
    run
        The client's run.
    folder
        Scratch folder for downloads.
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
    parts = [_exported(path, wanted, texts) for path in result.paths]
    exported = sum(len(part[STEP]) for part in parts)
    if result.contains_live_data or not result.paths:
        start = max((int(part[STEP].max()) + 1 for part in parts if len(part[STEP])), default=0)
        rows = _live(run, start, keys=keys, lines=max(lines - exported, 1), sign=sign)
        parts.append(_columns(rows, wanted, texts))
    live = sum(len(part[STEP]) for part in parts) - exported
    method = "exports and live rows" if exported and live else ("live" if live else "exports")
    return History(columns=_joined(parts), logged=exported + live, method=method, texts=texts)


def _exported(path: Path, wanted: Sequence[str], texts: dict[str, tuple[int, str]]) -> Columns:
    from pyarrow import parquet  # noqa: PLC0415 - slow to load

    with parquet.ParquetFile(path) as file:
        table = file.read(columns=[STEP, *(key for key in wanted if key != STEP)], use_threads=False)
    while any(str(column.type).startswith("struct") for column in table.schema):
        table = table.flatten()
    names = [name for name in dict.fromkeys(table.column_names) if name in {STEP, *wanted}]
    return {name: _numbers(name, table.column(name), texts) for name in names}


def _numbers(name: str, column: Any, texts: dict[str, tuple[int, str]]) -> NDArray[np.float64]:
    """Return a column of an export as numbers, NaN where it is null or no number."""
    import pyarrow as pa  # noqa: PLC0415 - slow to load

    kind = column.type
    if pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_null(kind):
        column = column.cast(pa.float64())
    elif pa.types.is_boolean(kind):
        column = column.cast(pa.int8()).cast(pa.float64())
    else:
        return np.array([number(name, value, texts) for value in column.to_pylist()], dtype=np.float64)
    return np.asarray(column.to_numpy(), dtype=np.float64)


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


def _live(run: Any, start: int, *, keys: int, lines: int, sign: Callable[[], None]) -> list[dict[str, Any]]:
    """Read the rows from a step on; a page is a range of steps, so its size is set from how far they reach."""
    a_page = min(ROWS_A_PAGE, max(VALUES_A_PAGE // max(keys, 1), 50))
    last = run.lastHistoryStep
    sign()
    span = max(last + 1 - start, 1)
    pages = max(math.ceil(lines / a_page), 1)
    rows = []
    for place, row in enumerate(run.scan_history(min_step=start, page_size=math.ceil(span / pages), use_cache=False)):
        rows.append(row)
        if place % a_page == 0:
            sign()
    return rows


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


def _joined(parts: Sequence[Columns]) -> Columns:
    """Put parts one after the other and in the order of steps; of rows with one step the last counts."""
    filled = [part for part in parts if len(part[STEP])]
    names = sorted({STEP, *(name for part in parts for name in part)})
    columns = {name: _stacked(filled, name) for name in names}
    steps = columns[STEP]
    if (np.diff(steps) > 0).all():
        return columns
    order = np.argsort(steps, kind="stable")
    last = np.append(np.diff(steps[order]) > 0, [True] * bool(len(steps)))
    return {name: values[order[last.astype(bool)]] for name, values in columns.items()}


def _stacked(parts: Sequence[Columns], name: str) -> NDArray[np.float64]:
    if not parts:
        return np.empty(0)
    return np.concatenate([part.get(name, np.full(len(part[STEP]), np.nan)) for part in parts])
