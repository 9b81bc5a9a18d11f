"""The command that fetches runs without building anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from reportgen.cli.options import (
    cache_option,
    offline_option,
    progress_shown,
    quiet_option,
    refresh_option,
    set_option,
    spec_argument,
)

if TYPE_CHECKING:
    from pathlib import Path


@click.command()
@spec_argument
@set_option
@click.option("--strict", is_flag=True, help="Fail if a run cannot be had as it is on the server now.")
@cache_option
@offline_option
@refresh_option
@quiet_option
def fetch(
    *,
    spec: Path,
    overrides: tuple[str, ...],
    strict: bool,
    cache_dir: Path | None,
    offline: bool,
    refresh: bool,
    quiet: bool,
) -> None:
    """Fetch the runs that SPEC selects into the cache; nothing is computed or built."""
    from reportgen.runs import Reading, collect_runs  # noqa: PLC0415 - heavy
    from reportgen.spec import load  # noqa: PLC0415 - heavy

    loaded = load(spec, overrides=overrides)
    with progress_shown(shown=not quiet) as progress:
        reading = Reading(cache=cache_dir, offline=offline, refresh=refresh, strict=strict, progress=progress)
        collected = collect_runs(loaded.spec, loaded.root, where=loaded.where, reading=reading)
    if quiet:
        return
    for source in collected.freshness:
        click.echo(source.words())
    for told in collected.told:
        click.echo(f"{told.level}: {told.text}")
    rows = sum(len(record.series) for record in collected.records)
    click.echo(f"{len(collected.records)} runs with {rows} metrics are ready")
