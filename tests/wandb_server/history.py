"""What a run logged, as a service holds it: rows in exported Parquet files, rows told live, or both."""

import io
import json
import math
from bisect import bisect_left
from itertools import pairwise

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

STEP = "_step"
SPECIAL = {math.inf: "Infinity", -math.inf: "-Infinity"}


class History:
    """Rows in the order they were logged.

    Give columns (a frame, or a dict of columns: NaN and None mean the row lacks the key) or a list of rows (NaN is a
    value that was logged). `exported` rows, from the first, are in Parquet files; `live` rows, from the last, are told
    live: by default those that were not exported, more make the two overlap.
    """

    def __init__(self, given=(), *, exported=None, live=None, files=1):
        self._rows, self._table = None, None
        if isinstance(given, dict | pd.DataFrame):
            self._table = _table_of_columns(given)
        else:
            self._rows = [_with_step(row, index) for index, row in enumerate(given)]
        self.exported = len(self) if exported is None else exported
        self.live = len(self) - self.exported if live is None else live
        self._file_count = files if self.exported else 0
        self._files = None

    def __len__(self):
        return self._table.num_rows if self._rows is None else len(self._rows)

    @property
    def rows(self):
        """Return every row as a dict of what it holds."""
        if self._rows is None:
            listed = self._table.to_pylist()
            self._rows = [{key: value for key, value in row.items() if value is not None} for row in listed]
        return self._rows

    @property
    def last_step(self):
        if not len(self):
            return -1
        if self._rows is None:
            return int(pc.max(self._table[STEP]).as_py())
        return max(int(row[STEP]) for row in self._rows)

    def write(self, offset, lines):
        """Take JSON lines as the file stream sends them: at an offset, what was there already is replaced."""
        rows = [_with_step(json.loads(line), offset + index) for index, line in enumerate(lines)]
        self.rows[offset:] = rows
        self._table, self._files = None, None
        self.live = len(self) - self.exported

    def export(self):
        """Export every row, as the service does some time after a run has finished."""
        self.exported, self.live, self._files = len(self), 0, None
        self._file_count = max(1, self._file_count) if self.exported else 0

    def between(self, first, last, most):
        """Return rows with first <= step < last, at most so many."""
        steps = [row[STEP] for row in self.rows]
        if all(one <= other for one, other in pairwise(steps)):
            found = self.rows[bisect_left(steps, first) : bisect_left(steps, last)]
        else:
            found = [row for row, step in zip(self.rows, steps, strict=True) if first <= step < last]
        return found[:most] if most else found

    def live_rows(self, keys):
        """Return the live rows that hold all the keys, and of them the keys (all, where none are named)."""
        rows = self.rows[len(self) - self.live :] if self.live else []
        return pick(rows, keys)

    def parquet(self):
        """Return the exported files, as bytes."""
        if self._files is None:
            rows, count = self.exported, self._file_count
            cuts = [rows * part // count for part in range(count + 1)] if count else [0]
            table = self.table()
            self._files = [_parquet(table.slice(cuts[i], cuts[i + 1] - cuts[i])) for i in range(count)]
        return self._files

    def table(self):
        """Return all rows as one Arrow table."""
        if self._table is None:
            self._table = _table_of_rows(self._rows)
        return self._table

    def keys(self):
        """Return what the service tells of the metrics: how often each was logged, with which type."""
        counted = self._counts_of_table() if self._rows is None else _counts_of_rows(self._rows)
        told = {name: {"typeCounts": [{"type": kind, "count": count} for kind, count in kinds.items()]}
                for name, kinds in sorted(counted.items())}  # fmt: skip
        return {"keys": told, "lastStep": self.last_step, "sets": []}

    def _counts_of_table(self):
        counted = {}
        for name in self._table.column_names:
            column = self._table[name]
            present = len(column) - column.null_count
            if present:
                counted[name] = {"string" if pa.types.is_string(column.type) else "number": present}
        return counted


def pick(rows, keys):
    """Return the rows that hold all the keys, cut down to them; all rows whole where no keys are named."""
    if not keys:
        return rows
    return [{key: row[key] for key in keys} for row in rows if all(key in row for key in keys)]


def plain(value):
    """Return a value as JSON can carry it: NaN and infinities as the texts that the service sends."""
    if isinstance(value, dict):
        return {key: plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    if isinstance(value, float) and not math.isfinite(value):
        return SPECIAL.get(value, "NaN")
    return value


def _with_step(row, index):
    return row if STEP in row else {STEP: index, **row}


def _table_of_columns(columns):
    arrays = {name: pa.array(list(columns[name]), from_pandas=True) for name in columns}
    rows = len(next(iter(arrays.values()))) if arrays else 0
    if STEP not in arrays:
        arrays = {STEP: pa.array(range(rows), pa.int64()), **arrays}
    return pa.table(arrays)


def _table_of_rows(rows):
    names = list(dict.fromkeys([STEP, *(key for row in rows for key in row)]))
    return pa.table({name: _column([row.get(name) for row in rows]) for name in names})


def _column(values):
    try:
        return pa.array([SPECIAL_TEXTS.get(value, value) if isinstance(value, str) else value for value in values])
    except (pa.ArrowInvalid, pa.ArrowTypeError):
        return pa.array([None if value is None else json.dumps(value) for value in values])


SPECIAL_TEXTS = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}


def _parquet(table):
    target = io.BytesIO()
    pq.write_table(table, target, compression="zstd")
    return target.getvalue()


def _counts_of_rows(rows):
    counted = {}
    for row in rows:
        for name, value in row.items():
            kinds = counted.setdefault(name, {})
            kind = _type_of(value)
            kinds[kind] = kinds.get(kind, 0) + 1
    return counted


def _type_of(value):
    if isinstance(value, dict):
        return value.get("_type", "map")
    if isinstance(value, list):
        return "list"
    return "string" if isinstance(value, str) and value not in SPECIAL_TEXTS else "number"
