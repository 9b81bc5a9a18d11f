"""Reads one file as a table of texts or as JSON: csv, tsv, parquet, json and jsonl, each also .gz."""

from __future__ import annotations

import gzip
import io
import json
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from reportgen.errors import DataError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from reportgen.runs.paths import Match

FORMATS = ("csv", "tsv", "parquet", "json", "jsonl")
MISSING = {"", "na", "nan", "null", "none", "n/a", "<na>"}


def read_table(match: Match) -> pd.DataFrame:
    """Return the rows of a file; every cell a text, so that no id is falsified ('012', '1e5', 'NA').

    Raises
    ------
    DataError
        When the file cannot be read as what its name says; with its place.
    """
    kind = _format(match)
    content = _content(match)
    if kind == "parquet":
        return _as_text(_decoded(match, lambda: pd.read_parquet(io.BytesIO(content))))
    text = _text(match, content)
    if kind in {"csv", "tsv"}:
        return _delimited(match, text, "," if kind == "csv" else "\t")
    rows = _json_lines(match, text) if kind == "jsonl" else _parsed(match, text, exact=True)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise DataError(f"{match.shown}: layout 'long' expects a JSON list of objects, one per row")
    return _as_text(pd.DataFrame(rows, dtype=object))


def read_json(match: Match) -> Any:
    """Return the content of a JSON file with numbers as numbers."""
    if _format(match) != "json":
        raise DataError(f"{match.shown}: the layouts 'map' and 'arrays' are JSON; a table is layout: long")
    return _parsed(match, _text(match, _content(match)), exact=False)


def numbers(match: Match, table: pd.DataFrame, column: str) -> NDArray[np.float64]:
    """Return a column as numbers, missing cells as NaN.

    Raises
    ------
    DataError
        When a cell is neither a number nor missing; with its line.
    """
    texts = table[column].to_numpy(dtype=object)
    try:
        return texts.astype(np.float64)
    except ValueError:
        missing = np.array([text.strip().lower() in MISSING for text in texts], dtype=bool)
    values = np.full(len(texts), np.nan)
    try:
        values[~missing] = texts[~missing].astype(np.float64)
    except ValueError:
        place = next(index for index in np.flatnonzero(~missing) if not _is_number(texts[index]))
        raise DataError(
            f"{match.shown}:{place + 2}: column {column!r} holds {texts[place]!r}, "
            "which is neither a number nor missing"
        ) from None
    return values


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def require(match: Match, table: pd.DataFrame, column: str, what: str) -> None:
    """Refuse a table without a column, naming the near ones."""
    if column not in table.columns:
        there = ", ".join(map(str, table.columns))
        near = did_you_mean(column, map(str, table.columns))
        raise DataError(f"{match.shown}: no column {column!r} ({what}){near}; it has {there}")


def _format(match: Match) -> str:
    name = match.path.name.lower().removesuffix(".gz")
    ending = name.rpartition(".")[2]
    if ending not in FORMATS:
        raise DataError(f"{match.shown}: unknown kind of file; known are {', '.join(FORMATS)}, each also .gz")
    return ending


def _content(match: Match) -> bytes:
    try:
        content = match.path.read_bytes()
        return gzip.decompress(content) if match.path.name.lower().endswith(".gz") else content
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise DataError(f"{match.shown}: damaged gzip file: {error}") from error
    except OSError as error:
        raise DataError(f"{match.shown}: cannot be read: {error.strerror or error}") from error


def _text(match: Match, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise DataError(f"{match.shown}:{line}: not UTF-8: byte 0x{content[error.start]:02x}") from error


def _delimited(match: Match, text: str, separator: str) -> pd.DataFrame:
    if not text.strip():
        raise DataError(f"{match.shown}: the file is empty")
    header = next(iter(pd.read_csv(io.StringIO(text), sep=separator, header=None, nrows=1, dtype=str).to_numpy()))
    twice = [name for name in dict.fromkeys(header) if list(header).count(name) > 1]
    if twice:
        raise DataError(f"{match.shown}:1: the column {twice[0]!r} stands there twice")
    return _decoded(
        match,
        lambda: pd.read_csv(
            io.StringIO(text), sep=separator, dtype=str, keep_default_na=False, na_filter=False, index_col=False
        ),
    )


def _json_lines(match: Match, text: str) -> list[Any]:
    rows = []
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip():
            try:
                rows.append(json.loads(line, parse_float=str, parse_int=str))
            except json.JSONDecodeError as error:
                raise DataError(f"{match.shown}:{number}:{error.colno}: not JSON: {error.msg}") from error
    return rows


def _parsed(match: Match, text: str, *, exact: bool) -> Any:
    """Parse JSON; `exact` keeps numbers as the texts they are written as."""
    try:
        return json.loads(text, parse_float=str, parse_int=str) if exact else json.loads(text)
    except json.JSONDecodeError as error:
        raise DataError(f"{match.shown}:{error.lineno}:{error.colno}: not JSON: {error.msg}") from error


def _decoded(match: Match, read: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    try:
        return read()
    except (ValueError, OSError) as error:  # pandas' and pyarrow's parser errors are ValueErrors
        raise DataError(f"{match.shown}: cannot be read: {str(error).splitlines()[0]}") from error


def _as_text(table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({str(name): [_cell(value) for value in table[name].tolist()] for name in table.columns})


def _cell(value: Any) -> str:
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return value if isinstance(value, str) else str(value)
