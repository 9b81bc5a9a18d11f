"""A table as LaTeX: booktabs rules, siunitx columns for plain numbers, long tables across pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reportgen.artifacts import safe_name
from reportgen.tables.values import Cell, Column, Table, number, places_of, shown
from reportgen.text import LONGEST_PROSE, tex, visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

LONGEST_FLOAT = 45
WIDEST = 118
COMFORTABLE = 88
LONGEST_CELL = 60
LONGEST_HEAD = 40


def write_latex(table: Table, comment: str) -> str:
    """Return the table as one or several LaTeX tables (wide ones are cut into parts of columns).

    Parameters
    ----------
    comment
        One line for the head of the file: where the numbers come from.
    """
    parts = list(_parts(table))
    written = [_one(table, columns, index, len(parts)) for index, columns in enumerate(parts, start=1)]
    return f"% {comment}\n" + "\n".join(written)


def _parts(table: Table) -> Iterator[tuple[int, ...]]:
    """Yield the column positions of each part: those that name the row and as many others as fit a page's width."""
    stub = list(range(table.stub))
    chosen = list(stub)
    for index in range(table.stub, len(table.columns)):
        if len(chosen) > table.stub and _width(table, [*chosen, index]) > WIDEST:
            yield tuple(chosen)
            chosen = list(stub)
        chosen.append(index)
    yield tuple(chosen)


def _width(table: Table, columns: Sequence[int]) -> int:
    """Return the width of a part in characters, the space between columns included."""
    return sum(_longest(table, index) + 2 for index in columns)


def _longest(table: Table, index: int) -> int:
    column = table.columns[index]
    texts = (visible(shown(row[index], column), longest=LONGEST_CELL) for row in table.rows)
    return max(len(visible(column.label, longest=LONGEST_HEAD)), *map(len, texts), 0)


def _one(table: Table, columns: tuple[int, ...], part: int, parts: int) -> str:
    chosen = [table.columns[index] for index in columns]
    form = "".join(
        _form(column, [row[index] for row in table.rows]) for column, index in zip(chosen, columns, strict=True)
    )
    head = " & ".join(_head(column) for column in chosen) + r" \\"
    body = [_row(row, table, columns) for row in table.rows]
    of_parts = f" (part {part} of {parts})" if parts > 1 else ""
    caption = rf"\caption{{{_prose(table.caption + of_parts)}}}"
    name = table.label or f"tab:{safe_name(table.name)}"
    label = rf"\label{{{name}{f'-{part}' if part > 1 else ''}}}"
    words = [*table.notes, table.signature]
    notes = [rf"\par\smallskip{{\footnotesize {_prose(note)}\par}}" for note in words if note]
    size = r"\small" if _width(table, columns) <= COMFORTABLE else r"\footnotesize\setlength{\tabcolsep}{3.5pt}"
    if len(table.rows) > LONGEST_FLOAT:
        return "\n".join(_long(size, form, head, body, caption + label, notes))
    return "\n".join(
        [
            r"\begin{table}[htbp]",
            r"\centering" + size,
            caption,
            label,
            rf"\begin{{tabular}}{{@{{}}{form}@{{}}}}",
            r"\toprule",
            head,
            r"\midrule",
            *body,
            r"\bottomrule",
            r"\end{tabular}",
            *notes,
            r"\end{table}",
            "",
        ]
    )


def _long(size: str, form: str, head: str, body: list[str], title: str, notes: list[str]) -> list[str]:
    return [
        r"\begingroup" + size,
        rf"\begin{{longtable}}{{@{{}}{form}@{{}}}}",
        title + r"\\",
        r"\toprule",
        head,
        r"\midrule\endfirsthead",
        r"\toprule",
        head,
        r"\midrule\endhead",
        r"\bottomrule\endfoot",
        *body,
        r"\end{longtable}",
        *notes,
        r"\endgroup",
        "",
    ]


def _row(row: tuple[Cell, ...], table: Table, columns: Sequence[int]) -> str:
    """Write a row; braces keep the row before from taking a first ``[`` or ``*`` for an argument."""
    text = " & ".join(_cell(row[index], table.columns[index]) for index in columns)
    return ("{}" if text.startswith(("[", "*")) else "") + text + r" \\"


def _form(column: Column, cells: list[Cell]) -> str:
    if column.kind != "number":
        return "l" if column.kind == "text" else "r"
    whole = max((len(number(abs(cell.value), 0)) for cell in cells if cell.value is not None), default=1)
    sign = "-" if any(cell.value is not None and cell.value < 0 for cell in cells) else ""
    return f"S[table-format={sign}{whole}.{column.decimals}]"


def _prose(text: str) -> str:
    return tex(visible(text, longest=LONGEST_PROSE))


def _head(column: Column) -> str:
    text = tex(visible(column.label, longest=LONGEST_HEAD)) + _citation(column.cite)
    return f"{{{text}}}" if column.kind == "number" else text


def _citation(cite: str) -> str:
    return rf"\textdagger~\cite{{{cite}}}" if cite else ""


def _cell(cell: Cell, column: Column) -> str:
    if cell.cite:
        return tex(visible(cell.text, longest=LONGEST_CELL)) + _citation(cell.cite)
    if cell.value is None or column.kind == "text":
        text = tex(visible(shown(cell, column), longest=LONGEST_CELL))
        return f"{{{text}}}" if column.kind == "number" else _emphasised(text, cell)
    if column.kind == "number":
        text = number(cell.value, places_of(cell, column), minus="-")
        if "∞" in text or cell.near:
            return f"{{{_emphasised(tex(number(cell.value, places_of(cell, column))), cell)}}}"
        return rf"\bfseries {text}" if cell.best else text
    return _emphasised(tex(shown(cell, column)), cell)


def _emphasised(text: str, cell: Cell) -> str:
    if cell.near:
        return rf"\underline{{{text}}}"
    return rf"\textbf{{{text}}}" if cell.best else text
