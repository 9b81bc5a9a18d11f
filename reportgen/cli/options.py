"""What commands share: options, the turning of errors into exit codes, and progress."""

from __future__ import annotations

import sys
import traceback
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reportgen.errors import ReportgenError

if TYPE_CHECKING:
    from collections.abc import Iterator

EPILOG = """\b
Exit codes: 0 fine · 1 --strict and something was warned about or withheld
2 usage or spec · 3 data · 4 API or credentials · 5 environment"""


class Group(click.Group):
    """Turns every error that a user can mend into its text and its exit code, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except ReportgenError as error:
            if ctx.params.get("debug"):
                traceback.print_exc()
            click.echo(f"error: {error}", err=True)
            raise click.exceptions.Exit(error.exit_code) from error


set_option = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Override the spec: --set analysis.seed=1 (repeatable).",
)
output_option = click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Folder to write below; default: output.dir, else ./build."
)
jobs_option = click.option(
    "-j", "--jobs", default=-1, show_default="all cores", help="Worker processes; no number depends on it."
)
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
cache_option = click.option(
    "--cache-dir",
    type=click.Path(path_type=Path),
    help="Folder of the run cache; default: $REPORTGEN_CACHE_DIR, else your cache folder.",
)
offline_option = click.option("--offline", is_flag=True, help="Ask no W&B server; use the runs that are cached.")
refresh_option = click.option("--refresh", is_flag=True, help="Fetch every W&B run again, cached or not.")
spec_argument = click.argument("spec", type=click.Path(path_type=Path))


@contextmanager
def progress_shown(*, shown: bool) -> Iterator[Any]:
    """Give a callable that shows the current phase on a terminal, and nothing elsewhere."""
    if not (shown and sys.stderr.isatty()):
        yield lambda _phase: None
        return
    from rich.console import Console  # noqa: PLC0415 - not needed for --help
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("starting", total=None)
        yield lambda phase: bar.update(task, description=phase)
