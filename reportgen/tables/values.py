"""One table value, from which HTML, markdown, LaTeX, CSV and terminal text are all written."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable

MOST_DECIMALS = 6
SIGNIFICANT = 3
SMALLEST_P = 0.0001


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """What stands in a cell: a text, or a number with perhaps an interval or a spread.

    Parameters
    ----------
    text
        Shown where `value` is None; raw, not escaped.
    value, low, high
        Full precision; `low` and `high` None where there is no interval.
    sd
        Standard deviation, shown as ± beside the value.
    n
        Number of runs, shown small where it is given.
    decimals
        Decimals of this cell, where the column's do not serve.
    reason
        Why there is no number or no interval.
    best
        Whether the cell is set in bold.
    near
        Whether it is underlined: not told from the best.
    anchor
        Makes the row addressable: ``#anchor``.
    link
        Page of the site, relative to its root (``runs.html#run-x``), or empty.
    parts
        In a column of kind ``cell``: further numbers that `text` shows, by name.
    cite
        Key of the paper that a row's numbers are from.
    """

    text: str = ""
    value: float | None = None
    low: float | None = None
    high: float | None = None
    sd: float | None = None
    n: int | None = None
    decimals: int | None = None
    reason: str = ""
    best: bool = False
    near: bool = False
    anchor: str = ""
    link: str = ""
    parts: tuple[tuple[str, float | None], ...] = ()
    cite: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column: its key (CSV header), its label, what its cells hold, and the decimals shown.

    The cells of kind ``cell`` show their own text, with a value to sort by; `fields` names their further numbers.
    `cite` is the key of the paper that the numbers are from.
    """

    key: str
    label: str
    kind: Literal["text", "number", "interval", "spread", "p", "cell"] = "text"
    decimals: int = 0
    fields: tuple[str, ...] = ()
    cite: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A table and its words; the first column names the row.

    Parameters
    ----------
    name, metric, role, task
        As in `Artifact`.
    notes
        Sentences under the table: why numbers or intervals are missing, what bold means.
    stub
        How many leading columns name the row (1 or more).
    label
        Label in LaTeX, empty for ``tab:NAME``.
    """

    name: str
    metric: str | None
    role: str
    title: str
    caption: str
    signature: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    task: str | None = None
    stub: int = 1
    label: str = ""


def named(text: str, cite: str) -> str:
    """Name a row or column of numbers from a paper as such, where no bibliography stands.

    Examples
    --------
    >>> named("PPO", ""), named("Rainbow", "hessel2018")
    ('PPO', 'Rainbow† [hessel2018]')
    """
    return f"{text}† [{cite}]" if cite else text


def decimals(cells: Iterable[Cell]) -> int:
    """Return the decimals for cells: two significant digits of the typical half-width or sd, else three in all.

    Examples
    --------
    >>> decimals([Cell(value=0.6412, low=0.58, high=0.71)]), decimals([Cell(value=1234.5), Cell(value=12.0)])
    (3, 0)
    """
    known = [cell for cell in cells if cell.value is not None and math.isfinite(cell.value)]
    halves = [(cell.high - cell.low) / 2 for cell in known if cell.low is not None and cell.high is not None]
    halves += [cell.sd for cell in known if cell.sd is not None]
    halves = sorted(half for half in halves if 0 < half < math.inf)
    if halves:
        return _places(halves[len(halves) // 2], 2)
    largest = max((abs(cell.value) for cell in known if cell.value is not None), default=0.0)
    if largest == 0 or all(float(cell.value or 0).is_integer() for cell in known):
        return 0
    return _places(largest, SIGNIFICANT)


def _places(size: float, digits: int) -> int:
    return max(0, min(MOST_DECIMALS, digits - 1 - math.floor(math.log10(size))))


def number(value: float, places: int, *, minus: str = "−") -> str:
    """Write a number with fixed decimals and without a negative zero.

    Examples
    --------
    >>> number(-0.001, 2), number(-1.5, 1), number(float("inf"), 1)
    ('0.00', '−1.5', '∞')
    """
    if math.isinf(value):
        return "∞" if value > 0 else f"{minus}∞"
    text = f"{value:.{places}f}"
    if float(text) == 0:
        text = text.removeprefix("-")
    return text.replace("-", minus)


def p_value(p: float) -> str:
    """Write a p value.

    Examples
    --------
    >>> p_value(0.0412), p_value(0.00793), p_value(1e-9)
    ('0.041', '0.0079', '< 0.0001')
    """
    if p < SMALLEST_P:
        return f"< {SMALLEST_P:.4f}"
    return f"{p:.3f}" if p >= 0.01 else f"{p:.4f}"  # noqa: PLR2004 - two significant digits


def places_of(cell: Cell, column: Column) -> int:
    """Return the decimals that a cell is shown with."""
    return column.decimals if cell.decimals is None else cell.decimals


def shown(cell: Cell, column: Column, *, minus: str = "−") -> str:
    """Write a cell as plain text: ``0.64 [0.58, 0.71]``, ``12.1 ± 0.3``, its text, or a dash.

    Examples
    --------
    >>> shown(Cell(value=0.641, low=0.58, high=0.71), Column(key="iqm", label="IQM", kind="interval", decimals=2))
    '0.64 [0.58, 0.71]'
    """
    if cell.value is None:
        return named(cell.text, cell.cite) or ("–" if column.kind != "text" else "")
    if column.kind == "cell":
        return cell.text.replace("−", minus)
    if column.kind == "p":
        return p_value(cell.value)
    places = places_of(cell, column)
    text = number(cell.value, places, minus=minus)
    if cell.low is not None and cell.high is not None:
        ends = (number(end, places, minus=minus) for end in (cell.low, cell.high))
        return f"{text} [{', '.join(ends)}]"
    if cell.sd is not None:
        return f"{text} ± {number(cell.sd, places, minus=minus)}"
    return text
