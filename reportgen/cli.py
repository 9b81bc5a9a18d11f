"""The command line: commands without logic; it prints errors and sets exit codes.

Heavy rooms are imported inside the command that needs them, so that ``--help`` is quick.
"""

from __future__ import annotations

import json
import sys
import time
import traceback
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import reportgen
from reportgen.errors import ReportgenError, UsageError
from reportgen.resources import shipped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from reportgen.build import Built

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


@click.group(
    cls=Group, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(reportgen.__version__, prog_name="reportgen")
@click.option("--debug", is_flag=True, help="Show the traceback of an error.")
def main(debug: bool) -> None:  # noqa: FBT001 - read by Group.invoke; click passes flags by name
    """Turn runs into a report: honest aggregates, intervals, figures, LaTeX and a static site from one YAML spec."""


set_option = click.option(
    "--set",
    "overrides",
    multiple=True,
    metavar="KEY=VALUE",
    help="Override the spec: --set analysis.seed=1 (repeatable).",
)
spec_argument = click.argument("spec", type=click.Path(path_type=Path))


@main.command()
@spec_argument
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), help="Folder to write below; default: output.dir, else ./build."
)
@set_option
@click.option("--strict", is_flag=True, help="Fail, and replace nothing, if anything is warned about or withheld.")
@click.option("-j", "--jobs", default=-1, show_default="all cores", help="Worker processes; no number depends on it.")
@click.option("-q", "--quiet", is_flag=True, help="Print errors only.")
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def build(
    *, spec: Path, output: Path | None, overrides: tuple[str, ...], strict: bool, jobs: int, quiet: bool, as_json: bool
) -> None:
    """Build the report that SPEC describes: site, figures, LaTeX, report.json."""
    from reportgen.build import build as build_report  # noqa: PLC0415 - heavy

    started = time.monotonic()
    with _progress(shown=not quiet and not as_json) as progress:
        built = build_report(spec, output=output, overrides=overrides, strict=strict, jobs=jobs, progress=progress)
    if as_json:
        click.echo(json.dumps(_summary(built), indent=1))
    elif not quiet:
        _print_summary(built, time.monotonic() - started)


@main.command()
@spec_argument
@set_option
@click.option("--show", is_flag=True, help="Print the effective spec: defaults, SPEC and --set together.")
@click.option("--no-data", is_flag=True, help="Check the spec only, read no run.")
def check(*, spec: Path, overrides: tuple[str, ...], show: bool, no_data: bool) -> None:
    """Check SPEC and the runs it selects, without computing or writing anything."""
    from reportgen.spec import load  # noqa: PLC0415 - heavy

    loaded = load(spec, overrides=overrides)
    if show:
        click.echo(loaded.effective())
        return
    click.echo(f"{spec}: the spec is valid")
    if not no_data:
        _check_data(loaded)


def _check_data(loaded: Any) -> None:
    from reportgen.data import prepare, run_rows  # noqa: PLC0415 - heavy
    from reportgen.runs import read_runs  # noqa: PLC0415 - heavy

    records = read_runs(loaded.spec, loaded.root, where=loaded.where)
    dataset = prepare(records, loaded.spec, root=loaded.root, where=loaded.where)
    rows = run_rows(records, dataset)
    used = sum(not row.why_not for row in rows)
    click.echo(f"runs: {used} used, {len(rows) - used} not used")
    for metric in dataset.metrics:
        click.echo(
            f"{metric.role} metric {metric.id}: {len(metric.methods)} methods, {len(metric.tasks)} tasks, "
            f"{len(metric.scores)} scores; {metric.direction} ({metric.direction_source}); {metric.score_rule}; "
            f"normalisation {metric.normalization}"
        )
    for notice in dataset.notices:
        click.echo(f"{notice.level}: {notice.text}")


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
def init(folder: Path) -> None:
    """Write a first spec and example scores into FOLDER, ready for `reportgen build report.yaml`."""
    example = shipped("configs") / "example"
    names = sorted(path.name for path in example.iterdir() if path.is_file())
    taken = [name for name in names if (folder / name).exists()]
    if taken:
        raise UsageError(f"{folder}: {', '.join(taken)} already there; nothing was written. Give another folder.")
    folder.mkdir(parents=True, exist_ok=True)
    for name in names:
        (folder / name).write_bytes((example / name).read_bytes())
        click.echo(f"wrote {folder / name}")
    click.echo(f"next: reportgen build {folder / 'report.yaml'}")


@contextmanager
def _progress(*, shown: bool) -> Iterator[Any]:
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


def _summary(built: Built) -> dict[str, Any]:
    report = built.report
    used = sum(not run.why_not for run in report.runs)
    warned = sum(notice.level == "warning" for notice in report.warnings)
    return {
        "headline": report.headline,
        "pages": built.pages,
        "figures": sum(artifact.kind == "figure" for artifact in built.artifacts),
        "tables": sum(artifact.kind == "table" for artifact in built.artifacts),
        "runs_used": used,
        "runs_not_used": len(report.runs) - used,
        "warnings": warned,
        "notes": len(report.warnings) - warned,
        "withheld": sum(len(metric.withheld) for metric in report.metrics),
        "folder": str(built.folder),
        "open": str(built.folder / "site" / "index.html"),
    }


def _print_summary(built: Built, seconds: float) -> None:
    from reportgen.tables import headline, terminal  # noqa: PLC0415 - heavy

    summary = _summary(built)
    click.echo(terminal(headline(built.report)))
    click.echo()
    click.echo(summary["headline"])
    click.echo()
    click.echo(f"pages     {summary['pages']}")
    click.echo(f"figures   {summary['figures']}")
    click.echo(f"tables    {summary['tables']}")
    click.echo(f"runs      {summary['runs_used']} used, {summary['runs_not_used']} not used")
    click.echo(f"warnings  {summary['warnings']} ({summary['notes']} notes, {summary['withheld']} numbers withheld)")
    click.echo(f"open      {summary['open']}   ({seconds:.1f} s)")
