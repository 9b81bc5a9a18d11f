"""Commands that build a report, and the one that looks before building."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

import click

from reportgen.cli.options import (
    cache_option,
    jobs_option,
    offline_option,
    output_option,
    progress_shown,
    quiet_option,
    refresh_option,
    set_option,
    spec_argument,
)
from reportgen.errors import DataError
from reportgen.resources import shipped
from reportgen.text import visible

if TYPE_CHECKING:
    from pathlib import Path

    from reportgen.build import Built


@click.command()
@spec_argument
@output_option
@set_option
@click.option("--strict", is_flag=True, help="Fail, and replace nothing, if anything is warned about or withheld.")
@click.option("--allow-code", is_flag=True, help="Run the functions that SPEC names (module:function): your own code.")
@jobs_option
@cache_option
@offline_option
@refresh_option
@click.option("--lock", is_flag=True, help="Write reportgen.lock beside SPEC: the runs that the report is built from.")
@click.option("--locked", is_flag=True, help="Build from the runs of reportgen.lock, exactly as they were.")
@quiet_option
@click.option("--json", "as_json", is_flag=True, help="Print the summary as JSON.")
def build(*, spec: Path, as_json: bool, quiet: bool, **options: Any) -> None:
    """Build the report that SPEC describes: site, figures, LaTeX, report.json."""
    _build(spec, quiet=quiet, as_json=as_json, **options)


@click.command()
@output_option
@jobs_option
@cache_option
@quiet_option
def demo(*, quiet: bool, **options: Any) -> None:
    """Build the quickstart: four methods on six environments, five seeds, from real W&B runs shipped with the tool."""
    _build(
        shipped("configs") / "quickstart.yaml",
        quiet=quiet,
        as_json=False,
        overrides=(),
        strict=False,
        allow_code=False,
        **options,
    )


def _build(
    spec: Path,
    *,
    output: Path | None,
    overrides: tuple[str, ...],
    strict: bool,
    allow_code: bool,
    jobs: int,
    cache_dir: Path | None,
    quiet: bool,
    as_json: bool,
    **how: bool,
) -> None:
    from reportgen.build import build as build_report  # noqa: PLC0415 - heavy

    started = time.monotonic()
    with progress_shown(shown=not quiet and not as_json) as progress:
        built = build_report(
            spec,
            output=output,
            overrides=overrides,
            strict=strict,
            allow_code=allow_code,
            jobs=jobs,
            cache=cache_dir,
            progress=progress,
            **how,
        )
    if as_json:
        click.echo(json.dumps(_summary(built), indent=1))
    elif not quiet:
        _print_summary(built, time.monotonic() - started)


@click.command()
@spec_argument
@set_option
@click.option("--show", is_flag=True, help="Print the effective spec: defaults, SPEC and --set together.")
@click.option("--no-data", is_flag=True, help="Check the spec only, read no run.")
@cache_option
@offline_option
@refresh_option
def check(*, spec: Path, overrides: tuple[str, ...], show: bool, no_data: bool, **how: Any) -> None:
    """Check SPEC and the runs it selects, without computing or writing anything."""
    from reportgen.spec import load  # noqa: PLC0415 - heavy

    loaded = load(spec, overrides=overrides)
    if show:
        click.echo(loaded.effective())
        return
    click.echo(f"{spec}: the spec is valid")
    if not no_data:
        _check_data(loaded, **how)


def _check_data(loaded: Any, *, cache_dir: Path | None, offline: bool, refresh: bool) -> None:
    from reportgen.data import own_functions, prepare, run_rows, with_told  # noqa: PLC0415 - heavy
    from reportgen.runs import Reading, collect_runs  # noqa: PLC0415 - heavy

    own = own_functions(loaded.spec, loaded.root)
    if own:
        click.echo(f"code: check runs no code of yours; not run, and its labels are missing here: {', '.join(own)}")
    reading = Reading(cache=cache_dir, offline=offline, refresh=refresh)
    collected = collect_runs(loaded.spec, loaded.root, where=loaded.where, reading=reading)
    for source in collected.freshness:
        click.echo(source.words())
    records = collected.records
    try:
        dataset = prepare(records, loaded.spec, root=loaded.root, where=loaded.where, code="skip")
    except DataError as error:
        if not own:
            raise
        click.echo(f"without those labels the runs cannot be checked further: {error}")
        return
    dataset = with_told(dataset, collected.told)
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
