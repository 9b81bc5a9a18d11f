"""The command that fetches runs without building anything."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from reportgen.cli.options import (
    cache_option,
    json_option,
    logging_options,
    offline_option,
    progress_shown,
    quiet_option,
    refresh_option,
    say,
    set_option,
    spec_argument,
)

if TYPE_CHECKING:
    from pathlib import Path

    from reportgen.runs.collect import Collected


@click.command()
@spec_argument
@set_option
@click.option("--strict", is_flag=True, help="Fail if a run cannot be had as it is on the server now.")
@cache_option
@offline_option
@refresh_option
@quiet_option
@json_option
@logging_options
def fetch(
    *,
    spec: Path,
    overrides: tuple[str, ...],
    strict: bool,
    cache_dir: Path | None,
    offline: bool,
    refresh: bool,
    quiet: bool,
    as_json: bool,
) -> None:
    """Fetch the runs that SPEC selects into the cache; nothing is computed or built."""
    from reportgen.runs import Reading, collect_runs  # noqa: PLC0415 - heavy
    from reportgen.spec import load  # noqa: PLC0415 - heavy

    loaded = load(spec, overrides=overrides)
    with progress_shown(shown=not quiet and not as_json) as progress:
        reading = Reading(cache=cache_dir, offline=offline, refresh=refresh, strict=strict, progress=progress)
        collected = collect_runs(loaded.spec, loaded.root, where=loaded.where, reading=reading)
    if as_json:
        click.echo(json.dumps(_summary(collected), indent=1))
    if quiet or as_json:
        return
    for source in collected.freshness:
        say(source.words())
    for told in collected.told:
        say(f"{told.level}: {told.text}")
    rows = sum(len(record.series) for record in collected.records)
    click.echo(f"{len(collected.records)} runs with {rows} metrics are ready")


def _summary(collected: Collected) -> dict[str, Any]:
    return {
        "runs": len(collected.records),
        "metrics": sum(len(record.series) for record in collected.records),
        "sources": [
            {
                "source": source.source,
                "cached": source.cached,
                "fetched": {why: list(names) for why, names in source.fetched.items()},
            }
            for source in collected.freshness
        ],
        "notices": [asdict(told) | {"runs": list(told.runs)} for told in collected.told],
    }
