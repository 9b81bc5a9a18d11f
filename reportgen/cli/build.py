"""Commands that build a report, and the one that looks before building."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reportgen.cli.options import (
    cache_option,
    debugging,
    jobs_option,
    json_option,
    logging_options,
    offline_option,
    output_option,
    profile_option,
    progress_shown,
    quiet_option,
    refresh_option,
    say,
    set_option,
    spec_argument,
)
from reportgen.errors import DataError, UsageError
from reportgen.redaction import redacted
from reportgen.resources import shipped
from reportgen.reuse import FOLDER, NOTHING, Store
from reportgen.standing import Said, find, keep, key_of_build
from reportgen.text import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from reportgen.building import Built
    from reportgen.data.scores import MetricData
    from reportgen.portal import Attempt


@click.command()
@click.argument("specs", metavar="SPEC...", type=click.Path(path_type=Path), nargs=-1, required=True)
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
@click.option("--no-reuse", is_flag=True, help="Draw, run and build everything anew, also what did not change.")
@profile_option
@quiet_option
@json_option
@logging_options
def build(*, specs: tuple[Path, ...], no_reuse: bool, **options: Any) -> None:
    """Build the report that SPEC describes: site, figures, LaTeX, report.json.

    Several specs, or a folder of them, become one portal: an index, and a report below reports/ for each.
    """
    options["reuse"] = not no_reuse
    if len(specs) == 1 and not specs[0].is_dir():
        _build(specs[0], **options)
    else:
        _build_portal(specs, **options)


def _build_portal(
    paths: tuple[Path, ...],
    *,
    output: Path | None,
    quiet: bool,
    as_json: bool,
    profile: bool,
    cache_dir: Path | None,
    **how: Any,
) -> None:
    from reportgen.portal import build_portal, specs_of  # noqa: PLC0415 - heavy

    if how["lock"] or how["locked"]:
        raise UsageError("--lock and --locked are for one spec: the specs of a folder would share one reportgen.lock")

    def told(attempt: Attempt) -> None:
        if attempt.error:
            say(f"error: {attempt.spec}: {redacted(str(attempt.error))}", err=True)
        elif attempt.built and not (quiet or as_json):
            say(f"built  {attempt.slug}: {attempt.built.report.headline}")
            if profile:
                _print_profile(attempt.built.profile)

    with progress_shown(shown=not quiet and not as_json) as progress:
        portal = build_portal(specs_of(paths), output=output, told=told, cache=cache_dir, progress=progress, **how)
    if as_json:
        reports = {one.slug: _summary(one.built) | _timed(one.built, profile) for one in portal.attempts if one.built}
        failed = {one.slug: redacted(str(one.error)) for one in portal.failures}
        click.echo(json.dumps({"reports": reports, "failed": failed, "open": str(portal.index)}, indent=1))
    elif not quiet:
        click.echo(f"open   {portal.index}   ({len(portal.entries)} reports, {len(portal.failures)} failed)")
    if portal.exit_code:
        raise click.exceptions.Exit(portal.exit_code)


@click.command()
@output_option
@jobs_option
@cache_option
@profile_option
@quiet_option
@logging_options
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
    profile: bool,
    **how: bool,
) -> None:
    started = time.monotonic()
    how |= {"strict": strict, "allow_code": allow_code}
    store, key = _receipts(spec, output, overrides, cache_dir, how)
    said = find(store, key)
    if said is None:
        from reportgen.building import build as build_report  # noqa: PLC0415 - heavy

        with progress_shown(shown=not quiet and not as_json) as progress:
            built = build_report(
                spec, output=output, overrides=overrides, jobs=jobs, cache=cache_dir, progress=progress, **how
            )
        said, timed = _said(built), dict(built.profile)
        keep(store, key, built.read, built.folder, said)
    else:
        timed = {"finding that nothing has changed": time.monotonic() - started}
    if as_json:
        click.echo(json.dumps({**said.summary, **({"profile": timed} if profile else {})}, indent=1))
        return
    if not quiet:
        _print_summary(said, time.monotonic() - started)
    if profile:
        _print_profile(timed)


def _receipts(
    spec: Path, output: Path | None, overrides: tuple[str, ...], cache_dir: Path | None, how: Mapping[str, bool]
) -> tuple[Store, str]:
    """Return where the receipt of this build is kept, and its key; nowhere where it must be made in any case."""
    from reportgen.runs import cache_folder  # noqa: PLC0415 - heavy

    anew = not how.get("reuse", True) or how.get("refresh") or how.get("lock") or debugging()
    folder = cache_folder(cache_dir)
    store = NOTHING if anew else Store(folder=folder / FOLDER)
    return store, key_of_build(spec, {"output": output, "overrides": overrides, "cache": folder.absolute(), **how})


@click.command()
@spec_argument
@set_option
@click.option("--show", is_flag=True, help="Print the effective spec: defaults, SPEC and --set together.")
@click.option("--no-data", is_flag=True, help="Check the spec only, read no run.")
@cache_option
@offline_option
@refresh_option
@json_option
@logging_options
def check(*, spec: Path, overrides: tuple[str, ...], show: bool, no_data: bool, as_json: bool, **how: Any) -> None:
    """Check SPEC and the runs it selects, without computing or writing anything."""
    from reportgen.spec import load  # noqa: PLC0415 - heavy

    loaded = load(spec, overrides=overrides)
    if show:
        click.echo(loaded.effective())
        return
    found: dict[str, Any] = {"spec": str(spec), "valid": True}
    if not as_json:
        click.echo(f"{spec}: the spec is valid")
    if not no_data:
        found |= _checked(loaded, **how)
    if as_json:
        click.echo(json.dumps(found, indent=1))
        return
    for line in _check_words(found):
        say(line)


def _checked(loaded: Any, *, cache_dir: Path | None, offline: bool, refresh: bool) -> dict[str, Any]:
    """Read and prepare the runs of a spec, and return what was found as plain values."""
    from reportgen.data import own_functions, prepare, run_rows, with_told  # noqa: PLC0415 - heavy
    from reportgen.runs import Reading, collect_runs  # noqa: PLC0415 - heavy

    own = own_functions(loaded.spec, loaded.root)
    reading = Reading(cache=cache_dir, offline=offline, refresh=refresh)
    collected = collect_runs(loaded.spec, loaded.root, where=loaded.where, reading=reading)
    found: dict[str, Any] = {"code_not_run": list(own), "sources": [one.words() for one in collected.freshness]}
    try:
        dataset = prepare(collected.records, loaded.spec, root=loaded.root, where=loaded.where, code="skip")
    except DataError as error:
        if not own:
            raise
        return found | {"unchecked": str(error)}
    dataset = with_told(dataset, collected.told)
    rows = run_rows(collected.records, dataset)
    used = sum(not row.why_not for row in rows)
    return found | {
        "runs_used": used,
        "runs_not_used": len(rows) - used,
        "metrics": [_checked_metric(metric) for metric in dataset.metrics],
        "notices": [
            {"level": notice.level, "code": notice.code, "text": notice.text, "mend": notice.mend}
            for notice in dataset.notices
        ],
    }


def _checked_metric(metric: MetricData) -> dict[str, Any]:
    return {
        "id": metric.id,
        "role": metric.role,
        "methods": len(metric.methods),
        "tasks": len(metric.tasks),
        "scores": len(metric.scores),
        "direction": metric.direction,
        "direction_source": metric.direction_source,
        "score": metric.score_rule,
        "normalization": metric.normalization,
    }


def _check_words(found: Mapping[str, Any]) -> Iterator[str]:
    if found.get("code_not_run"):
        own = ", ".join(found["code_not_run"])
        yield f"code: check runs no code of yours; not run, and what it gives is missing here: {own}"
    yield from found.get("sources", ())
    if "unchecked" in found:
        yield f"without it the runs cannot be checked further: {found['unchecked']}"
    if "runs_used" in found:
        yield f"runs: {found['runs_used']} used, {found['runs_not_used']} not used"
    for metric in found.get("metrics", ()):
        yield (
            f"{metric['role']} metric {metric['id']}: {_counted(metric['methods'], 'method')}, "
            f"{_counted(metric['tasks'], 'task')}, {_counted(metric['scores'], 'score')}; {metric['direction']} "
            f"({metric['direction_source']}); {metric['score']}; normalisation {metric['normalization']}"
        )
    for notice in found.get("notices", ()):
        yield f"{notice['level']}: {notice['text']}"
        if notice["mend"]:
            yield f"    {notice['mend']}"


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


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


def _timed(built: Built, profile: bool) -> dict[str, Any]:  # noqa: FBT001 - an option of the command
    return {"profile": dict(built.profile)} if profile else {}


def _said(built: Built) -> Said:
    from reportgen.tables import headline, terminal  # noqa: PLC0415 - heavy

    return Said(table=terminal(headline(built.report)), summary=_summary(built))


def _print_summary(said: Said, seconds: float) -> None:
    summary = said.summary
    click.echo(said.table)
    click.echo()
    say(summary["headline"])
    click.echo()
    click.echo(f"pages     {summary['pages']}")
    click.echo(f"figures   {summary['figures']}")
    click.echo(f"tables    {summary['tables']}")
    click.echo(f"runs      {summary['runs_used']} used, {summary['runs_not_used']} not used")
    click.echo(f"warnings  {summary['warnings']} ({summary['notes']} notes, {summary['withheld']} numbers withheld)")
    click.echo(f"open      {summary['open']}   ({seconds:.1f} s)")
    if summary["notebook_failure"]:
        click.echo(f"warning: the notebook stopped: {visible(summary['notebook_failure'], longest=400)}", err=True)


def _print_profile(taken: Mapping[str, float]) -> None:
    longest = max(map(len, taken))
    for name, seconds in taken.items():
        click.echo(f"{name:<{longest}}  {seconds:7.2f} s")
