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
from reportgen.errors import EnvironmentFault, ReportgenError, UsageError
from reportgen.resources import shipped
from reportgen.text import visible

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
spec_argument = click.argument("spec", type=click.Path(path_type=Path))


@main.command()
@spec_argument
@output_option
@set_option
@click.option("--strict", is_flag=True, help="Fail, and replace nothing, if anything is warned about or withheld.")
@jobs_option
@cache_option
@quiet_option
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def build(*, spec: Path, as_json: bool, quiet: bool, **options: Any) -> None:
    """Build the report that SPEC describes: site, figures, LaTeX, report.json."""
    _build(spec, quiet=quiet, as_json=as_json, **options)


@main.command()
@output_option
@jobs_option
@cache_option
@quiet_option
def demo(*, quiet: bool, **options: Any) -> None:
    """Build the quickstart: four methods on six environments, five seeds, from real W&B runs shipped with the tool."""
    _build(shipped("configs") / "quickstart.yaml", quiet=quiet, as_json=False, overrides=(), strict=False, **options)


def _build(
    spec: Path,
    *,
    output: Path | None,
    overrides: tuple[str, ...],
    strict: bool,
    jobs: int,
    cache_dir: Path | None,
    quiet: bool,
    as_json: bool,
) -> None:
    from reportgen.build import build as build_report  # noqa: PLC0415 - heavy

    started = time.monotonic()
    with _progress(shown=not quiet and not as_json) as progress:
        built = build_report(
            spec, output=output, overrides=overrides, strict=strict, jobs=jobs, cache=cache_dir, progress=progress
        )
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


@main.command()
@click.argument("folder", type=click.Path(path_type=Path), default=Path("build"))
@click.option("--port", default=8000, show_default=True, help="Port to listen on; 0 takes a free one.")
def serve(*, folder: Path, port: int) -> None:
    """Show the report in FOLDER (its own folder, or one that holds a single report) at http://127.0.0.1:PORT."""
    from reportgen.site import serve_site  # noqa: PLC0415 - heavy

    serve_site(folder, port, announce=click.echo)


@main.command()
def schema() -> None:
    """Print the JSON schema of specs, for completion in an editor."""
    from reportgen.spec.reference import json_schema  # noqa: PLC0415 - heavy

    click.echo(json_schema(), nl=False)


@main.command()
@cache_option
def doctor(*, cache_dir: Path | None) -> None:
    """Say what this installation has, what is missing, and what each thing is for."""
    from reportgen.doctor import examine  # noqa: PLC0415 - heavy

    findings = examine(cache_dir)
    for finding in findings:
        click.echo(f"{finding.state:<8} {finding.name:<18} {finding.told}")
    if any(finding.state == "missing" for finding in findings):
        raise EnvironmentFault("something that reportgen needs is missing; the lines above say what mends it")


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
        "notebook_failure": built.notebook_failure,
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
    if built.notebook_failure:
        click.echo(f"warning: the notebook stopped: {visible(built.notebook_failure, longest=400)}", err=True)
