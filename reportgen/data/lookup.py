"""Tables by task, built in or the user's own, matched by names that need not be written the same way."""

from __future__ import annotations

import csv
import io
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reportgen.errors import DataError, did_you_mean
from reportgen.resources import shipped

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """Rows by folded task name."""

    name: str
    rows: Mapping[str, Mapping[str, str]]

    def cell(self, task: str, column: str) -> str | None:
        """Return a cell's text, None where the task is not in the table or the cell is empty."""
        return self.rows.get(fold(task), {}).get(column) or None

    def number(self, task: str, column: str) -> float | None:
        """Return a cell as a number.

        Raises
        ------
        DataError
            When the cell holds something else, or no finite number.
        """
        text = self.cell(task, column)
        try:
            number = None if text is None else float(text)
        except ValueError:
            raise DataError(f"{self.name}: task {task!r}, column {column!r}: {text!r} is not a number") from None
        if number is not None and not math.isfinite(number):
            raise DataError(
                f"{self.name}: task {task!r}, column {column!r}: {text!r} is no bound; leave the cell empty where "
                "there is none"
            )
        return number


def fold(task: str) -> str:
    """Return a task name without the marks that differ between publications.

    Examples
    --------
    >>> fold("ALE/MsPacman-v5") == fold("atari_ms_pacman") == fold("MsPacmanNoFrameskip-v4")
    True
    """
    text = task.casefold().removeprefix("ale/").removeprefix("atari_")
    return re.sub(r"[-_]", "", re.sub(r"(noframeskip-v4|-v5)$", "", text))


def read_table(name: str, root: Path, columns: Sequence[str]) -> Table:
    """Read a built-in table, or a CSV relative to `root`, that has a column ``task`` and the named columns.

    Raises
    ------
    DataError
        When there is no such table or column, it is not UTF-8, or a task stands in it twice or not at all.
    """
    reader = csv.DictReader(io.StringIO(_text(name, _locate(name, root)), newline=""))
    there = tuple(reader.fieldnames or ())
    for column in ("task", *columns):
        if column not in there:
            raise DataError(
                f"{name}: no column {column!r}{did_you_mean(column, there)}; it has {', '.join(there) or 'none'}"
            )
    rows: dict[str, Mapping[str, str]] = {}
    for row in reader:
        place = f"{name}:{reader.line_num}"
        if not row["task"] or None in row:
            what = f"more cells than its header has columns ({', '.join(there)})" if row["task"] else "no task"
            raise DataError(f"{place}: the row has {what}")
        key = fold(row["task"])
        if key in rows:
            raise DataError(f"{place}: task {row['task']!r} stands twice in the table")
        rows[key] = row
    return Table(name=name, rows=rows)


def _text(name: str, path: Path) -> str:
    content = path.read_bytes()
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise DataError(f"{name}:{line}: not UTF-8: byte 0x{content[error.start]:02x}; save it as UTF-8") from error


def _locate(name: str, root: Path) -> Path:
    path = root / name
    if path.is_file():
        return path
    built_in = {file.stem: file for file in sorted((shipped("configs") / "tables").glob("*.csv"))}
    if name in built_in:
        return built_in[name]
    near = did_you_mean(name, [*built_in, *(file.name for file in root.glob("*.csv"))])
    raise DataError(
        f"there is no table {name!r}: neither a file below the root of the spec nor built in "
        f"({', '.join(built_in)}){near}"
    )
