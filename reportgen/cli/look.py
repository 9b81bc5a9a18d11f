"""The command that looks at runs before there is a spec."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reportgen.cli.options import cache_option, logging_options, progress_shown
from reportgen.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reportgen.data.discover import Discovery
    from reportgen.data.looking import Looked

SHOWN = 40
EXAMPLES = 4
ACROSS = 8
where_argument = click.argument("where", metavar="FOLDER|ENTITY/PROJECT")
names_option = click.option("--runs", "pattern", metavar="GLOB", help="Look only at runs whose display name matches.")


@click.command()
@where_argument
@names_option
@cache_option
@click.option("--all", "everything", is_flag=True, help=f"List everything, not the first {SHOWN} of a kind.")
@click.option("--json", "as_json", is_flag=True, help="Print what was found as JSON.")
@logging_options
def inspect(*, where: str, pattern: str | None, cache_dir: Path | None, everything: bool, as_json: bool) -> None:
    """Look at the runs in FOLDER or in a W&B project: metrics, config keys that vary, candidates for every axis.

    It ends with a spec to start from; `reportgen init --from` writes it into a file.
    """
    from reportgen.data.proposal import proposal  # noqa: PLC0415 - heavy

    found = look(where, pattern, cache_dir).found
    proposed = proposal(found, where=where, root=where if Path(where).is_dir() else ".")
    if as_json:
        click.echo(json.dumps(_as_json(found) | {"spec": proposed}, indent=1))
        return
    for line in _told(found, None if everything else SHOWN):
        click.echo(line)
    click.echo(proposed, nl=False)


def look(where: str, pattern: str | None, cache_dir: Path | None) -> Looked:
    """Look, with progress on a terminal."""
    from reportgen.data.looking import look as looked  # noqa: PLC0415 - heavy

    with progress_shown(shown=True) as progress:
        return looked(where, pattern=pattern, cache=cache_dir, progress=progress)


def _as_json(found: Discovery) -> dict[str, Any]:
    return {
        "runs": len(found.runs),
        "states": dict(Counter(run.state for run in found.runs)),
        "preset": found.preset,
        "metrics": [asdict(metric) for metric in found.metrics],
        "config": [asdict(key) for key in found.keys],
        "axes": {axis: [asdict(candidate) for candidate in listed] for axis, listed in found.axes.items()},
        "matrix": [{"method": method, "task": task, "runs": n} for (method, task), n in found.matrix.items()],
    }


def _told(found: Discovery, most: int | None) -> Iterator[str]:
    states = ", ".join(f"{count} {state}" for state, count in Counter(run.state for run in found.runs).most_common())
    yield f"{len(found.runs)} runs: {states}"
    if found.preset:
        yield f"the metrics follow the conventions of the preset {found.preset!r}"
    metrics = [(metric.name, metric.runs, metric.points, metric.direction) for metric in found.metrics]
    yield from _table(f"{len(metrics)} metrics", ("metric", "runs", "points", "better"), metrics, most)
    keys = [(key.key, key.values, key.missing, ", ".join(key.examples)) for key in found.keys]
    yield from _table(f"{len(keys)} config keys that vary", ("key", "values", "missing", "e.g."), keys, most)
    for axis, listed in found.axes.items():
        rows = [(_where(one.form), len(one.values), one.why, ", ".join(one.values[:EXAMPLES])) for one in listed]
        yield from _table(f"where the {axis} may stand", ("where", "values", "because", "e.g."), rows, most)
    yield from _matrix(found, most)
    yield ""


def _where(form: Mapping[str, Any]) -> str:
    return ", ".join(f"{name}: {text}" for name, text in form.items()) or "fixed"


def _matrix(found: Discovery, most: int | None) -> Iterator[str]:
    tasks = list(dict.fromkeys(task for _, task in found.matrix))[:ACROSS]
    methods = dict.fromkeys(method for method, _ in found.matrix)
    rows = [(method, *(found.matrix.get((method, task), "-") for task in tasks)) for method in methods]
    more = len({task for _, task in found.matrix}) - len(tasks)
    heading = "runs per method and task" + (f" (the first {ACROSS} tasks; {more} more)" if more else "")
    yield from _table(heading, ("method", *tasks), rows, most)


def _table(heading: str, heads: Sequence[str], rows: Sequence[Sequence[Any]], most: int | None) -> Iterator[str]:
    """Lay rows out under a heading; strangers' names are shown in their display form."""
    from tabulate import tabulate  # noqa: PLC0415 - not needed for --help

    yield ""
    yield heading if rows else f"{heading}: nothing found"
    if not rows:
        return
    shown = [[visible(str(cell)) for cell in row] for row in rows[:most]]
    text = tabulate(shown, headers=[visible(str(head)) for head in heads], tablefmt="simple", disable_numparse=True)
    yield from text.splitlines()
    if most is not None and len(rows) > most:
        yield f"… and {len(rows) - most} more (--all lists them)"
