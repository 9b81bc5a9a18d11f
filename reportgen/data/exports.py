"""Frames as files: CSV, Parquet, HDF5 and JSON, written piece by piece where the form allows it."""

from __future__ import annotations

import csv
import json
import math
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from reportgen.errors import DataError, EnvironmentFault
from reportgen.text import csv_cell, csv_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

HDF5_KEY = "runs"
MISSING_TEXT = "\ue000missing"  # of the private use area: no text that anybody logs
WIDEST_HDF5 = 60_000  # bytes of column names; the header of a table holds 64 KiB


def write_csv(frames: Iterable[pd.DataFrame], path: Path) -> None:
    """Write UTF-8 CSV: numbers in full precision, missing cells empty, no text a spreadsheet takes for a formula."""
    with path.open("w", encoding="utf-8", newline="") as file:
        for number, frame in enumerate(frames):
            safe = pd.DataFrame({name: _safe(frame[name]) for name in frame.columns})
            if not number:
                file.write(csv_text([[csv_cell(str(name)) for name in frame.columns]]))
            quoting: Literal[0, 2] = csv.QUOTE_NONNUMERIC if _holds_carriage_return(safe) else csv.QUOTE_MINIMAL
            safe.to_csv(file, index=False, header=False, lineterminator="\n", quoting=quoting)


def _holds_carriage_return(frame: pd.DataFrame) -> bool:
    """Say whether a text holds what many readers take for the end of a row, and `to_csv` leaves bare."""
    texts = (frame[name] for name in frame.columns if is_text(frame[name]))
    return any(isinstance(cell, str) and "\r" in cell for column in texts for cell in column)


def _safe(column: pd.Series[Any]) -> pd.Series[Any]:
    if not is_text(column):
        return column
    cells = [csv_cell(cell) if isinstance(cell, str) else cell for cell in column]
    return pd.Series(cells, index=column.index, dtype=object)


def is_text(column: pd.Series[Any]) -> bool:
    """Say whether a column holds text, in whatever form this pandas has for it."""
    return not pd.api.types.is_numeric_dtype(column) and not pd.api.types.is_bool_dtype(column)


def write_parquet(frames: Iterable[pd.DataFrame], path: Path) -> None:
    """Write Parquet, a row group a frame, with checksums of its pages."""
    import pyarrow as pa  # noqa: PLC0415 - slow to load
    from pyarrow import parquet  # noqa: PLC0415 - slow to load

    writer = None
    try:
        for frame in frames:
            table = pa.Table.from_pandas(_texts_as_text(frame), schema=writer and writer.schema, preserve_index=False)
            if writer is None:
                writer = parquet.ParquetWriter(path, table.schema, compression="zstd", write_page_checksum=True)
            writer.write_table(table)
    finally:
        if writer is not None:
            writer.close()


def _texts_as_text(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose text columns have a type even where all of a piece is missing."""
    return frame.astype({name: "string" for name in frame.columns if is_text(frame[name])})


def write_hdf5(frames: Iterable[pd.DataFrame], path: Path) -> None:
    """Write one HDF5 table ``runs`` for `pandas.read_hdf`; truth and whole numbers with gaps become numbers with gaps.

    Raises
    ------
    EnvironmentFault
        When PyTables is not installed.
    DataError
        When the frame has more columns than an HDF5 table holds.
    """
    try:
        import tables  # noqa: F401, PLC0415 - an extra, and slow to load
    except ImportError:
        raise EnvironmentFault(
            'HDF5 needs the package tables: pip install "reportgen-ml[hdf5]"; Parquet needs nothing more'
        ) from None
    frame = pd.concat(list(frames), ignore_index=True)
    if sum(len(str(name).encode()) + 8 for name in frame.columns) > WIDEST_HDF5:
        raise DataError(
            f"the names of {len(frame.columns):,} columns are more than the header of an HDF5 table holds; name the "
            "metrics, e.g. DataProcessor(runs, metrics=['eval_*']), or write Parquet"
        )
    plain = {name: "float64" for name in frame.columns if pd.api.types.is_extension_array_dtype(frame[name])
             and not is_text(frame[name])}  # fmt: skip
    texts = {name: _filled_text(frame[name]) for name in frame.columns if is_text(frame[name])}
    frame.astype(plain).assign(**texts).to_hdf(
        path, key=HDF5_KEY, mode="w", format="table", index=False, nan_rep=MISSING_TEXT, complevel=5, complib="zlib"
    )


def _filled_text(column: pd.Series[Any]) -> pd.Series[Any]:
    """Return text as plain objects; a column without any text is numbers without a value."""
    if column.isna().all():
        return pd.Series(math.nan, index=column.index, dtype="float64")
    return column.astype(object).where(column.notna(), None)


def write_json(frames: Iterable[pd.DataFrame], path: Path) -> None:
    """Write ``{"columns": [...], "data": [[...], ...]}``, a row a line; missing is null, infinities are ±1e999.

    1e999 is a number to every JSON reader and too large for a float, which is how infinities survive strict JSON.
    """
    with path.open("w", encoding="utf-8", newline="\n") as file:
        for number, frame in enumerate(frames):
            if not number:
                columns = json.dumps([str(name) for name in frame.columns], ensure_ascii=False)
                file.write(f'{{"columns": {columns},\n"data": [')
            for place, row in enumerate(_rows(frame)):
                file.write((",\n" if number or place else "\n") + row)
        file.write("\n]}\n")


def _rows(frame: pd.DataFrame) -> Iterator[str]:
    lists = [[_json(cell) for cell in frame[name].astype(object)] for name in frame.columns]
    return (f"[{', '.join(row)}]" for row in zip(*lists, strict=True))


def _json(cell: Any) -> str:
    if pd.isna(cell):
        return "null"
    if isinstance(cell, float) and math.isinf(cell):
        return "1e999" if cell > 0 else "-1e999"
    return json.dumps(cell.item() if hasattr(cell, "item") else cell, ensure_ascii=False)
