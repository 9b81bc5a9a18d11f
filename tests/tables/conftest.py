"""One small table that has everything a table can have."""

import math

import pytest

from reportgen.tables import Cell, Column, Table

HOSTILE = (
    "| pipe | <script>alert(1)</script>",
    "{{ 7*7 }} {: onclick=alert(1) }",
    r"\input{/etc/passwd} $x^2$ 50 % & #1 ~ _a_",
    "=1+1",
    "left\u202eright\u200b\x1b[31m\x00\n\nend",
    "😀 é ß Ж 中 − ± ∞",
)

COLUMNS = (
    Column(key="method", label="Method"),
    Column(key="iqm", label="IQM", kind="interval", decimals=2),
    Column(key="tasks", label="Mean ± sd", kind="spread", decimals=1),
    Column(key="runs", label="Runs", kind="number", decimals=0),
    Column(key="gain", label="Gain | %", kind="number", decimals=3),
)

PLAIN = (
    (
        Cell(text="Dyna-Q", link="methods.html"),
        Cell(value=0.6412345, low=0.5834, high=0.7119, best=True),
        Cell(value=12.0499, sd=0.3333, n=5),
        Cell(value=5.0),
        Cell(value=-0.25),
    ),
    (
        Cell(text="one run", anchor="run-one"),
        Cell(value=-0.5, reason="one run: no interval"),
        Cell(value=-0.04, sd=0.0, n=1),
        Cell(value=1.0, link="runs.html#run-one"),
        Cell(value=-0.0001),
    ),
    (
        Cell(text="withheld"),
        Cell(reason="not normalised"),
        Cell(reason="no run of this method on this task"),
        Cell(value=0.0),
        Cell(),
    ),
    (
        Cell(text="infinite"),
        Cell(value=math.inf, low=-math.inf, high=math.inf),
        Cell(value=-math.inf, sd=math.inf, n=2),
        Cell(value=math.inf),
        Cell(value=1234.5678),
    ),
)
BLANK = (Cell(value=0.1, low=0.0, high=0.2), Cell(value=3.0, sd=1.0, decimals=3), Cell(value=7.0), Cell(value=0.125))


def table_of(rows, columns=COLUMNS, **fields):
    known = {
        "name": "score-aggregates",
        "metric": "score",
        "role": "aggregates",
        "title": "Score: aggregates",
        "caption": "Score over 2 tasks: IQM. In brackets: 95 % intervals.",
        "signature": "IQM · percentile 95 % · n = 5",
        "notes": ("One run, no interval: it takes two.", "Bold: the best estimate; no test has been made."),
    }
    return Table(**{**known, **fields}, columns=tuple(columns), rows=tuple(rows))


@pytest.fixture
def small():
    """A table of plain names, missing, withheld, infinite and vanishing numbers."""
    return table_of(PLAIN)


@pytest.fixture
def hostile():
    """The same with hostile texts wherever a stranger's text can stand."""
    every = " and ".join(HOSTILE)
    return table_of(
        (*PLAIN, *((Cell(text=text, reason=text), *BLANK) for text in HOSTILE)),
        (*COLUMNS[:4], Column(key=HOSTILE[3], label=HOSTILE[0], kind="number", decimals=3)),
        name="hostile",
        caption=every,
        notes=HOSTILE,
    )


@pytest.fixture
def numbers():
    """Make a table of numbers with as many rows and columns as wanted."""

    def _numbers(rows, columns, *, width=10):
        return table_of(
            [
                (Cell(text=f"task {row}"), *(Cell(value=row + column / 7) for column in range(columns)))
                for row in range(rows)
            ],
            [
                Column(key="task", label="Task"),
                *(Column(key=f"c{k}", label=f"{k:0{width}d}", kind="number", decimals=2) for k in range(columns)),
            ],
            notes=(),
        )

    return _numbers
