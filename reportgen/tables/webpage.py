"""A table as HTML for the site: sortable by its numbers, every text escaped."""

from __future__ import annotations

from reportgen.artifacts import safe_name
from reportgen.tables.values import Cell, Column, Table, named, number, places_of, shown
from reportgen.text import LONGEST_LABEL, LONGEST_PROSE, html, visible

LONGEST_TEXT = 400
SITE_ROOT = "@/"
"""Stands before links to pages of the site; a page replaces it by the way to the site's root."""


def write_html(table: Table) -> str:
    """Return the table with caption, head and body; one line per row, no blank line (markdown would end the block)."""
    head = " ".join(_head(column) for column in table.columns)
    body = "\n".join(_row(row, table.columns) for row in table.rows)
    notes = "".join(f"<li>{_prose(note)}</li>" for note in table.notes)
    return "\n".join(
        [
            '<div class="rg-table-box">',
            f'<table class="rg-table" id="{safe_name(table.name)}">',
            f'<caption><span class="rg-caption">{_prose(table.caption)}</span></caption>',
            f"<thead><tr>{head}</tr></thead>",
            f"<tbody>\n{body}\n</tbody>",
            "</table>",
            "</div>",
            *([f'<ul class="rg-notes">{notes}</ul>'] if notes else []),
            *([f'<p class="rg-signature">{_prose(table.signature)}</p>'] if table.signature else []),
        ]
    )


def _head(column: Column) -> str:
    kind = "text" if column.kind == "text" else "number"
    return f'<th scope="col" data-type="{kind}">{html(visible(named(column.label, column.cite)))}</th>'


def _row(row: tuple[Cell, ...], columns: tuple[Column, ...]) -> str:
    anchor = f' id="{row[0].anchor}"' if row[0].anchor else ""
    stub = f'<th scope="row"{_emphasis(row[0])}>{_text(row[0], LONGEST_LABEL)}</th>'
    cells = " ".join(_cell(cell, column) for cell, column in zip(row[1:], columns[1:], strict=True))
    return f"<tr{anchor}>{stub} {cells}</tr>"


def _cell(cell: Cell, column: Column) -> str:
    title = f' title="{_prose(cell.reason)}"' if cell.reason else ""
    best = _emphasis(cell)
    if column.kind == "text":
        return f"<td{best}{title}>{_text(cell)}</td>"
    if cell.value is None:
        return f'<td class="rg-none" data-sort=""{title}>{html(shown(cell, column))}</td>'
    return f'<td{best} data-sort="{cell.value!r}"{title}>{_number(cell, column)}</td>'


def _emphasis(cell: Cell) -> str:
    return ' class="rg-best"' if cell.best else ' class="rg-near"' if cell.near else ""


def _text(cell: Cell, longest: int = LONGEST_TEXT) -> str:
    text = html(visible(named(cell.text, cell.cite), longest=longest))
    return f'<a href="{SITE_ROOT}{cell.link}">{text}</a>' if cell.link else text


def _prose(text: str) -> str:
    return html(visible(text, longest=LONGEST_PROSE))


def _number(cell: Cell, column: Column) -> str:
    if column.kind == "p":
        return html(shown(cell, column))
    value = number(cell.value or 0.0, places_of(cell, column))
    rest = shown(cell, column).removeprefix(value).strip()
    inside = f' <span class="rg-ci">{html(rest)}</span>' if rest else ""
    count = f' <span class="rg-n">n {cell.n}</span>' if cell.n is not None else ""
    text = f"{html(value)}{inside}{count}"
    return f'<a href="{SITE_ROOT}{cell.link}">{text}</a>' if cell.link else text
