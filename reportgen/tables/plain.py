"""A table as markdown, terminal text and CSV."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tabulate import tabulate

from reportgen.tables.values import Cell, Column, Table, named, shown
from reportgen.text import LONGEST_PROSE, csv_cell, csv_text, html, visible

if TYPE_CHECKING:
    from collections.abc import Callable


def write_markdown(table: Table) -> str:
    """Return a pipe table with its caption, notes and signature below; every text escaped."""
    body = _laid_out(table, "github", html)
    words = [table.caption, *table.notes, table.signature]
    return "\n\n".join([body, *(html(visible(text, longest=LONGEST_PROSE)) for text in words if text)]) + "\n"


def terminal(table: Table) -> str:
    """Return the table for a terminal, with its notes but the one on bold; nothing in it controls the terminal."""
    notes = (f"  {visible(note, longest=LONGEST_PROSE)}" for note in table.notes if not note.startswith("Bold"))
    return "\n".join([_laid_out(table, "simple", str), *notes])


def _laid_out(table: Table, form: str, escape: Callable[[str], str]) -> str:
    rows = [
        [escape(visible(shown(cell, column))) for cell, column in zip(row, table.columns, strict=True)]
        for row in table.rows
    ]
    return tabulate(
        rows,
        headers=[escape(visible(named(column.label, column.cite))) for column in table.columns],
        tablefmt=form,
        colalign=["left" if column.kind == "text" else "right" for column in table.columns] if rows else None,
        disable_numparse=True,
    )


def write_csv(table: Table) -> str:
    """Return the table as CSV with all digits: an interval is three columns, a spread two."""
    header = [name for column in table.columns for name in _names(column)]
    rows = [
        [text for cell, column in zip(row, table.columns, strict=True) for text in _texts(cell, column)]
        for row in table.rows
    ]
    return csv_text([header, *rows])


def _names(column: Column) -> tuple[str, ...]:
    extra = {"interval": ("low", "high"), "spread": ("sd", "n")}.get(column.kind, column.fields)
    key = named(column.key, column.cite)
    return (csv_cell(key), *(csv_cell(f"{key}_{name}") for name in extra))


def _texts(cell: Cell, column: Column) -> tuple[str, ...]:
    if column.kind == "text":
        return (csv_cell(named(cell.text, cell.cite)),)
    numbers: dict[str, tuple[float | None, ...]] = {
        "number": (cell.value,),
        "p": (cell.value,),
        "interval": (cell.value, cell.low, cell.high),
        "spread": (cell.value, cell.sd, cell.n),
        "cell": (cell.value, *(dict(cell.parts).get(name) for name in column.fields)),
    }
    return tuple("" if value is None else repr(value) for value in numbers[column.kind])
