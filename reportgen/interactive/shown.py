"""What the terminal shows of runs and previews; strangers' names in their display form."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from tabulate import tabulate

from reportgen.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reportgen.interactive.model import Labelling
    from reportgen.interactive.preview import Line, Preview
    from reportgen.interactive.terms import Row

SHOWN = 40
ACROSS = 8
NAMED = 4
BARS = "▁▂▃▄▅▆▇█"


def table(heads: Sequence[str], rows: Sequence[Sequence[Any]], most: int = SHOWN) -> Iterator[str]:
    """Lay rows out; of many the first."""
    shown = [[visible(str(cell)) for cell in row] for row in rows[:most]]
    text = tabulate(shown, headers=[visible(head) for head in heads], tablefmt="simple", disable_numparse=True)
    yield from text.splitlines()
    if len(rows) > most:
        yield f"… and {len(rows) - most} more"


def runs_shown(rows: Sequence[Row], chosen: frozenset[str]) -> Iterator[str]:
    """Tell the runs, a star before the chosen ones, with their labels."""
    columns = tuple(dict.fromkeys(column for row in rows for column in row.labels))
    lines = [
        (
            "*" if row.id in chosen else "",
            row.name,
            row.method,
            ", ".join(row.tasks[:NAMED]) + (f" and {len(row.tasks) - NAMED} more" if len(row.tasks) > NAMED else ""),
            row.seed,
            row.state,
            *(row.labels.get(column, "") for column in columns),
        )
        for row in rows
    ]
    yield from table(("", "run", "method", "task", "seed", "state", *columns), lines)


def preview_shown(told: Preview) -> Iterator[str]:
    """Tell how many runs there are per method and task, and what is odd about them."""
    yield f"{told.chosen} of {told.of} runs chosen"
    tasks = told.tasks[:ACROSS]
    rows = [(method, *(len(told.seeds.get((method, task), ())) or "-" for task in tasks)) for method in told.methods]
    if rows:
        more = len(told.tasks) - len(tasks)
        yield "runs per method and task" + (f" (the first {ACROSS} tasks; {more} more)" if more else "")
        yield from table(("method", *tasks), rows)
    yield from oddities(told)


def oddities(told: Preview) -> Iterator[str]:
    """Tell what is odd about a choice: several runs for one seed, none for a task, runs without a method."""
    odd = [
        ("held by several runs", [" ".join((method, task, f"seed {seed}")) for method, task, seed in told.twice]),
        ("without any run", [" ".join(cell) for cell in told.lacking]),
        ("without a method, so left out", list(told.without)),
    ]
    for what, names in odd:
        if names:
            rest = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
            yield f"{what}: {visible(', '.join(names[:NAMED]))}{rest}"


def curves_shown(lines: Sequence[Line], metric: str) -> Iterator[str]:
    """Draw a bar for each step of each method's curve, all on one scale."""
    low = min((float(line.values.min()) for line in lines), default=0.0)
    high = max((float(line.values.max()) for line in lines), default=0.0)
    yield visible(f"{metric}: median over runs, from {low:.4g} to {high:.4g}") if lines else "no chosen run has points"
    wide = max((len(visible(line.method)) for line in lines), default=0)
    for line in lines:
        scaled = (line.values - low) / (high - low) if high > low else np.zeros(len(line.values))
        bars = "".join(BARS[place] for place in np.rint(scaled * (len(BARS) - 1)).astype(int))
        span = f"steps {line.steps[0]:,.15g} to {line.steps[-1]:,.15g}, last {line.values[-1]:.4g}, {line.runs} runs"
        yield f"{visible(line.method):<{wide}}  {bars}  {span}"


def settled(labelling: Labelling) -> dict[str, Any]:
    """Return what is settled and what the choice holds, as JSON."""
    told = labelling.preview()
    return {
        "chosen": [row.id for row in labelling.chosen],
        "runs": told.of,
        "method": labelling.state.method,
        "labels": {row.id: dict(row.labels) for row in labelling.rows if row.labels},
        "unsaved": labelling.unsaved,
        "matrix": [
            {"method": method, "task": task, "seeds": list(seeds)} for (method, task), seeds in told.seeds.items()
        ],
        "twice": [list(key) for key in told.twice],
        "lacking": [list(cell) for cell in told.lacking],
        "without_method": list(told.without),
    }
