"""What the notebook form shows of a `Labelling`, as JSON; strangers' names in their display form."""

from __future__ import annotations

import shlex
from itertools import groupby
from typing import TYPE_CHECKING, Any

from reportgen.data.axes import natural
from reportgen.errors import ReportgenError, UsageError
from reportgen.interactive.shown import oddities
from reportgen.interactive.terms import meant
from reportgen.text import visible

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from reportgen.interactive.model import Labelling
    from reportgen.interactive.preview import Line, Preview
    from reportgen.interactive.terms import Row


def searched(rows: Sequence[Row], text: str) -> tuple[str, ...]:
    """Return the ids of the runs that a search finds: terms as in `meant`, where a plain word is part of a name.

    Raises
    ------
    UsageError
        When a term has an unknown key, or a quote has no partner.
    """
    try:
        words = shlex.split(text)
    except ValueError as error:
        raise UsageError("a text with spaces stands in quotes on both sides") from error
    return meant(rows, [_anywhere(word) for word in words])


def runs_listed(rows: Sequence[Row]) -> list[dict[str, str]]:
    """List what of the runs never changes."""
    return [
        {
            "id": row.id,
            "name": visible(row.name),
            "tasks": visible(", ".join(row.tasks)),
            "seed": visible(row.seed),
            "state": visible(row.state),
        }
        for row in rows
    ]


def marks_of(rows: Sequence[Row], chosen: Collection[str], found: Collection[str]) -> list[dict[str, Any]]:
    """Tell of each run whether it is chosen and found, its method and its labels."""
    return [
        {
            "chosen": row.id in chosen,
            "found": row.id in found,
            "method": visible(row.method),
            "labels": [[visible(column), visible(label)] for column, label in row.labels.items()],
        }
        for row in rows
    ]


def holdings(told: Preview) -> dict[str, Any]:
    """Tell the seeds per method and task, with the search that finds them, and what is odd."""
    most = max(map(len, told.seeds.values()), default=0)
    twice = {(method, task) for method, task, _ in told.twice}

    def cell(where: tuple[str, str]) -> dict[str, Any]:
        seeds = told.seeds.get(where, ())
        odd = "twice" if where in twice else "none" if not seeds else "few" if len(seeds) < most else ""
        return {"runs": len(seeds), "seeds": spans(seeds), "odd": odd}

    return {
        "chosen": told.chosen,
        "of": told.of,
        "tasks": [{"name": visible(task), "find": _term("task", task)} for task in told.tasks],
        "methods": [
            {
                "name": visible(method),
                "find": _term("method", method),
                "cells": [cell((method, task)) for task in told.tasks],
            }
            for method in told.methods
        ],
        "odd": list(oddities(told)),
    }


def spans(seeds: Sequence[str]) -> str:
    """Write seeds down, whole numbers in a row as a span.

    Examples
    --------
    >>> spans(["0", "1", "2", "5", "5", "x"]), spans(["", ""])
    ('0–2, 5, x', '')
    """
    named = sorted({seed for seed in seeds if seed}, key=natural)
    numbers = sorted(int(seed) for seed in named if _whole(seed))
    runs = [
        [number for _, number in run] for _, run in groupby(enumerate(numbers), lambda placed: placed[1] - placed[0])
    ]
    told = [str(run[0]) if len(run) == 1 else f"{run[0]}–{run[-1]}" for run in runs]
    return visible(", ".join([*told, *(seed for seed in named if not _whole(seed))]))


def curve_drawn(labelling: Labelling, metric: str, task: str) -> dict[str, Any]:
    """Draw the curve of what is chosen, without fetching anything, and count what would have to be fetched."""
    drawn = {"metric": metric, "task": task, "lines": [], "unfetched": 0, "told": ""}
    try:
        name = labelling.metric(metric)
        lines = labelling.curve(name, task or None, fetch=False)
        unfetched = len(labelling.unfetched(name))
    except ReportgenError as error:
        return drawn | {"told": str(error)}
    places = _places(labelling.rows)
    return drawn | {
        "metric": name,
        "unfetched": unfetched,
        "lines": [_line_drawn(line, places[line.method]) for line in lines],
    }


def tasks_offered(rows: Sequence[Row]) -> list[str]:
    """Return the tasks that a curve can be narrowed to: those of the runs, unless every run has them all."""
    tasks = {row.tasks for row in rows}
    return sorted({task for some in tasks for task in some}, key=natural) if len(tasks) > 1 else []


def options(names: Iterable[str]) -> list[list[str]]:
    """Return names to pick from, each with its display form."""
    return [[name, visible(name)] for name in names]


def _line_drawn(line: Line, place: int) -> dict[str, Any]:
    return {
        "method": visible(line.method),
        "place": place,
        "runs": line.runs,
        "steps": line.steps.tolist(),
        "values": line.values.tolist(),
    }


def _anywhere(word: str) -> str:
    plain = not set(word) & set("=*?")
    turned, name = ("!", word[1:]) if word.startswith("!") else ("", word)
    return f"{turned}*{name}*" if plain else word


def _term(key: str, value: str) -> str:
    return shlex.quote(f"{key}={value}")


def _whole(seed: str) -> bool:
    return seed.isdecimal() and str(int(seed)) == seed


def _places(rows: Sequence[Row]) -> dict[str, int]:
    """Return the place of every run's method, chosen or not, so that a choice changes no colour."""
    methods = sorted({row.method for row in rows if row.method}, key=natural)
    return {method: place for place, method in enumerate(methods)}
