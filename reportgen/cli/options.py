"""What commands share: options, the turning of errors into exit codes, and progress."""

from __future__ import annotations

import logging
import sys
import traceback
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reportgen import logs
from reportgen.errors import ReportgenError
from reportgen.redaction import redacted
from reportgen.text import LONGEST_PROSE, visible

if TYPE_CHECKING:
    from collections.abc import Iterator

EPILOG = """\b
Exit codes: 0 fine · 1 --strict and something was warned about or withheld
2 usage or spec · 3 data · 4 API or credentials · 5 environment"""


DEBUG = "reportgen.debug"
LOG_FILE = "reportgen.log_file"
LOG = logging.getLogger("reportgen.cli")


def say(text: str, *, err: bool = False) -> None:
    """Print lines that may quote strangers' names; what would control the terminal is written out."""
    click.echo("\n".join(visible(line, longest=LONGEST_PROSE) for line in text.split("\n")), err=err)


class Group(click.Group):
    """Turns every error that a user can mend into its text and its exit code, without a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command."""
        try:
            if LOG_FILE in ctx.meta:
                logs.keep()
                logs.write_to(ctx.meta[LOG_FILE])
            return super().invoke(ctx)
        except ReportgenError as error:
            LOG.debug("ended by an error", exc_info=True)
            if ctx.meta.get(DEBUG):
                click.echo(redacted(traceback.format_exc()), err=True, nl=False)
            say(f"error: {redacted(str(error))}", err=True)
            raise click.exceptions.Exit(error.exit_code) from error
        except Exception:
            LOG.exception("ended by a fault of reportgen")
            raise
        finally:
            logs.stop()


def _verbose(_context: click.Context, _option: click.Parameter, count: int) -> None:
    if count:
        logs.show(logging.INFO if count == 1 else logging.DEBUG)


def _debug(context: click.Context, _option: click.Parameter, given: bool) -> None:  # noqa: FBT001 - click hands it over
    if given and not context.meta.get(DEBUG):
        context.meta[DEBUG] = True
        logs.keep()


def _log_file(context: click.Context, _option: click.Parameter, path: Path | None) -> None:
    """Open the file; of an option before the command's name, once errors are caught."""
    if path is not None and context.parent is None:
        context.meta[LOG_FILE] = path
    elif path is not None:
        logs.keep()
        logs.write_to(path)


def debugging() -> bool:
    """Tell whether ``--debug`` was given."""
    context = click.get_current_context(silent=True)
    return bool(context and context.meta.get(DEBUG))


def logging_options(command: Any) -> Any:
    """Add ``-v``, ``--debug`` and ``--log-file``; they may stand before or after the name of the command."""
    for option in (
        click.option(
            "--log-file",
            type=click.Path(path_type=Path, dir_okay=False),
            expose_value=False,
            callback=_log_file,
            help="Write every line of the log into this file.",
        ),
        click.option(
            "--debug",
            is_flag=True,
            expose_value=False,
            callback=_debug,
            help="Show the traceback of an error; a build writes its log into SLUG.log beside the report.",
        ),
        click.option(
            "-v",
            "--verbose",
            count=True,
            expose_value=False,
            callback=_verbose,
            help="Say what is done as it is done; -vv says more.",
        ),
    ):
        command = option(command)
    return command


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
profile_option = click.option("--profile", is_flag=True, help="Say how long each phase took.")
quiet_option = click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
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
