"""Reads one file as a table of texts or as JSON: csv, tsv, parquet, json and jsonl, each also .gz."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import warnings
import zlib
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from reportgen.errors import DataError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from reportgen.runs.paths import Match

FORMATS = ("csv", "tsv", "parquet", "json", "jsonl")
HALF_PAIR = re.compile(r"\\u[dD][89a-fA-F]")
MISSING = {"", "na", "nan", "null", "none", "n/a", "<na>"}


def read_table(match: Match) -> pd.DataFrame:
    """Return the rows of a file; every cell a text, so that no id is falsified ('012', '1e5', 'NA').

    An empty file is a table without columns.

    Raises
    ------
    DataError
        When the file cannot be read as what its name says; with its place.
    """
    kind = _format(match)
    content = _content(match)
    if kind == "parquet":
        table = _decoded(match, lambda: pd.read_parquet(io.BytesIO(content)))
        named = [name for name in table.index.names if name is not None]
        _refuse_twins(match.shown, [str(name) for name in [*named, *table.columns]])
        return _as_text(table.reset_index(named) if named else table)
    text = _text(match, content)
    if kind in {"csv", "tsv"}:
        return _delimited(match, text, "," if kind == "csv" else "\t")
    rows = _json_lines(match, text) if kind == "jsonl" else _parsed(match, text, exact=True)
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise DataError(
            f"{match.shown}: layout 'long' expects a JSON list of objects, one per row; "
            "{task: [scores]} is layout: map, objects of lists are layout: arrays"
        )
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
    present = np.array([not is_missing(text) for text in texts], dtype=bool)
    values = np.full(len(texts), np.nan)
    if any(not text.isascii() or "_" in text for text in texts[present]):  # float() reads '1_000' and '１２'
        raise _no_number(match, texts, present, column)
    try:
        values[present] = texts[present].astype(np.float64)
    except ValueError:
        raise _no_number(match, texts, present, column) from None
    return values


def _no_number(match: Match, texts: NDArray[np.object_], present: NDArray[np.bool_], column: str) -> DataError:
    row = next(int(row) for row in np.flatnonzero(present) if not is_number(texts[row]))
    return DataError(
        f"{place(match, row)}: column {column!r} holds {texts[row]!r}, which is neither a number nor missing; "
        "write a number like 0.5 or 1e-3, or leave the cell empty"
    )


def is_missing(text: str) -> bool:
    """Tell whether a cell stands for a missing number."""
    return text.strip().lower() in MISSING


def is_number(text: str) -> bool:
    """Tell whether a text is a number as data files write it: ASCII, no underscores."""
    try:
        float(text)
    except ValueError:
        return False
    return text.isascii() and "_" not in text


def place(match: Match, row: int) -> str:
    """Return where a row of a table stands, for messages: `file:line`, `file: row N` where rows are no lines."""
    kind = _format(match)
    if kind in {"json", "parquet"}:
        return f"{match.shown}: row {row + 1}"
    text = _text(match, _content(match))
    if kind == "jsonl":
        lines = [number for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
        return f"{match.shown}:{lines[row]}"
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t" if kind == "tsv" else ",")
    starts, before = [], 0
    for cells in reader:
        if "".join(cells).strip() or len(cells) > 1:
            starts.append(before + 1)
        before = reader.line_num
    return f"{match.shown}:{starts[row + 1]}"


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
        return pd.DataFrame()

    def read(**options: Any) -> pd.DataFrame:
        return _decoded(
            match, lambda: pd.read_csv(io.StringIO(text), sep=separator, dtype=str, na_filter=False, **options)
        )

    _refuse_twins(f"{match.shown}:1", read(header=None, nrows=1).iloc[0].tolist())
    return read(index_col=False)


def _refuse_twins(where: str, columns: Sequence[str]) -> None:
    twice = [name for name in dict.fromkeys(columns) if list(columns).count(name) > 1]
    if twice:
        raise DataError(f"{where}: the column {twice[0]!r} stands there twice; rename or delete one")


def _json_lines(match: Match, text: str) -> list[Any]:
    rows = []
    for number, line in enumerate(text.split("\n"), start=1):  # other separators may stand within JSON texts
        if line.strip():
            rows.append(_parsed(match, line, exact=True, line=number))
    return rows


def _parsed(match: Match, text: str, *, exact: bool, line: int = 1) -> Any:
    """Parse JSON that begins on a line; `exact` keeps numbers as the texts they are written as."""

    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        content = dict(pairs)
        if len(content) < len(pairs):
            names = [name for name, _ in pairs]
            twin = next(name for name in names if names.count(name) > 1)
            raise DataError(f"{match.shown}: the name {twin!r} stands twice in one JSON object; rename or delete one")
        return content

    number = str if exact else None
    try:
        content = json.loads(text, parse_float=number, parse_int=number or _integer, object_pairs_hook=unique)
        if HALF_PAIR.search(text):
            json.dumps(content, ensure_ascii=False).encode()
    except UnicodeEncodeError as error:
        raise DataError(f"{match.shown}: {error.object[error.start]!r} is half of a character, no text") from error
    except json.JSONDecodeError as error:
        raise DataError(f"{match.shown}:{line + error.lineno - 1}:{error.colno}: not JSON: {error.msg}") from error
    except RecursionError:
        raise DataError(f"{match.shown}:{line}: the JSON is nested too deeply for any layout") from None
    return content


def _integer(text: str) -> int | float:
    """Read an integer of any length; beyond what a float holds it is infinite, as in a table."""
    number = float(text)
    return int(text) if np.isfinite(number) else number


def _decoded(match: Match, read: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", pd.errors.ParserWarning)
            return read()
    except pd.errors.ParserWarning as error:
        raise DataError(
            f"{match.shown}: rows have more cells than the header has columns; quote cells that hold the separator"
        ) from error
    except (ValueError, OSError, NotImplementedError) as error:  # parser errors of pandas and pyarrow are ValueErrors
        raise DataError(f"{match.shown}: cannot be read: {(str(error).splitlines() or ['damaged'])[0]}") from error


def _as_text(table: pd.DataFrame) -> pd.DataFrame:
    return pd.DataFrame({str(name): [as_text(value) for value in table[name].tolist()] for name in table.columns})


def as_text(value: Any) -> str:
    """Return a cell as its text: missing as empty, whole numbers without a fraction."""
    if value is None or value is pd.NA or value is pd.NaT or (isinstance(value, float) and np.isnan(value)):
        return ""
    if isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    return value if isinstance(value, str) else str(value)
