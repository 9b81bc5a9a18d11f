"""The command that chooses and labels runs."""

from __future__ import annotations

import json
import sys
from functools import partial
from pathlib import Path

import click

from reportgen.cli.look import names_option, where_argument
from reportgen.cli.options import cache_option, json_option, logging_options, progress_shown, say


@click.command()
@where_argument
@names_option
@click.option(
    "-c",
    "--command",
    "commands",
    multiple=True,
    metavar="COMMAND",
    help='Carry this out in place of asking: -c "choose ppo_*" -c show (repeatable; `-c help` lists the commands).',
)
@click.option(
    "--labels",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("labels.yaml"),
    show_default=True,
    help="File of labels; read when it is there, written by `save`.",
)
@click.option(
    "--spec",
    type=click.Path(path_type=Path, dir_okay=False),
    default=Path("report.yaml"),
    show_default=True,
    help="File that `write` writes the spec into.",
)
@click.option("--allow-code", is_flag=True, help="Run the functions that the labels name (module:function).")
@cache_option
@json_option
@logging_options
def label(
    *,
    where: str,
    pattern: str | None,
    commands: tuple[str, ...],
    labels: Path,
    spec: Path,
    allow_code: bool,
    cache_dir: Path | None,
    as_json: bool,
) -> None:
    """Choose and label the runs in FOLDER or in a W&B project, see what the choice holds, and write the spec.

    On a terminal it asks for commands; else it carries out those of -c, or the lines of its input. An error then ends
    it. Ctrl-C loses nothing, and labels that were not saved are kept beside the file of labels.
    """
    from reportgen.interactive import Labelling  # noqa: PLC0415 - heavy
    from reportgen.interactive.shown import settled  # noqa: PLC0415 - heavy
    from reportgen.interactive.terminal import Terminal  # noqa: PLC0415 - heavy

    with progress_shown(shown=True) as progress:
        labelling = Labelling.of(where, pattern=pattern, cache=cache_dir, progress=progress)
    if labels.exists():
        labelling.load(labels, allow_code=allow_code)
    asking = sys.stdin.isatty() and not commands
    terminal = Terminal(labelling, labels=labels, spec=spec, tell=partial(say, err=as_json), strict=not asking)
    if asking:
        terminal.talk()
    else:
        terminal.run(commands or sys.stdin)
    if as_json:
        click.echo(json.dumps(settled(labelling), indent=1))
