"""Commands about the cache of runs. Sizes are given as 500MB, 2GiB, 1.5 GB or a number of bytes."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import click

from reportgen.cli.options import cache_option
from reportgen.errors import EnvironmentFault
from reportgen.text import visible

if TYPE_CHECKING:
    from pathlib import Path

UNITS = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12, "ki": 2**10, "mi": 2**20, "gi": 2**30, "ti": 2**40}


def _bytes(_context: click.Context, _option: click.Parameter, text: str) -> int:
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmgt]?i?)b?", text.strip().casefold())
    if found is None or found[2] not in UNITS:
        raise click.BadParameter(f"{text!r} is no size; write e.g. 500MB or 2GiB")
    return int(float(found[1]) * UNITS[found[2]])


@click.group()
def cache() -> None:
    """Show, check, shrink or empty the cache of runs."""


@cache.command("ls")
@cache_option
def list_entries(*, cache_dir: Path | None) -> None:
    """List the cached runs: key, state, rows, last step, size, when they were fetched."""
    from reportgen.runs.cache import Cache, cache_folder  # noqa: PLC0415 - heavy

    store = Cache(cache_folder(cache_dir))
    store.check()
    entries = store.entries()
    width = max((len(visible(entry.key)) for entry in entries), default=0)
    for entry in entries:
        last = "" if entry.last_step is None else f"step {entry.last_step:.15g}"
        click.echo(
            f"{visible(entry.key):<{width}}  {visible(entry.state):<9} {entry.rows:>10,} rows  {last:<16} "
            f"{shown(entry.size):>9}  {entry.fetched_at}"
        )
    click.echo(f"{len(entries)} runs, {shown(sum(entry.size for entry in entries))} in {store.folder}")


@cache.command()
@cache_option
def verify(*, cache_dir: Path | None) -> None:
    """Read every byte of the cache and name what is damaged; nothing is changed."""
    from reportgen.runs.cache import Cache, cache_folder  # noqa: PLC0415 - heavy
    from reportgen.runs.upkeep import verify as verdicts  # noqa: PLC0415 - heavy

    store = Cache(cache_folder(cache_dir))
    store.check()
    found = verdicts(store)
    for one in found:
        if one.state != "whole":
            click.echo(f"{one.state:<8} {visible(one.name)}: {visible(one.told, longest=200)}")
    damaged = sum(one.state == "damaged" for one in found)
    click.echo(f"{sum(one.state == 'whole' for one in found)} of {len(found)} entries are whole")
    if damaged:
        raise EnvironmentFault(
            f"{damaged} damaged entries; they are never used, and read anew when they are next needed; "
            "`reportgen cache prune` deletes them"
        )


@cache.command()
@click.option(
    "--max-size", callback=_bytes, default="1TB", show_default=True, help="Bytes to keep, e.g. 500MB or 2GiB."
)
@cache_option
def prune(*, max_size: int, cache_dir: Path | None) -> None:
    """Delete entries that cannot be used, then those fetched longest ago, until the cache fits into --max-size."""
    from reportgen.runs.cache import Cache, cache_folder  # noqa: PLC0415 - heavy
    from reportgen.runs.upkeep import prune as pruned  # noqa: PLC0415 - heavy

    store = Cache(cache_folder(cache_dir))
    store.check()
    for name in pruned(store, max_size):
        click.echo(f"deleted {visible(name)}")
    entries = store.entries()
    click.echo(f"{len(entries)} runs, {shown(sum(entry.size for entry in entries))} are left in {store.folder}")


@cache.command()
@click.confirmation_option("--yes", prompt="Runs that are gone from their server cannot be fetched again. Delete all?")
@cache_option
def clear(*, cache_dir: Path | None) -> None:
    """Delete every cached run, and the figures, notebooks and HTML that were kept for reuse."""
    from reportgen.reuse import FOLDER, Store  # noqa: PLC0415 - not needed for --help
    from reportgen.runs.cache import Cache, cache_folder  # noqa: PLC0415 - heavy
    from reportgen.runs.upkeep import clear as cleared  # noqa: PLC0415 - heavy

    store = Cache(cache_folder(cache_dir))
    store.check()
    reused = Store(folder=store.folder / FOLDER).trim(0)
    click.echo(f"{shown(cleared(store) + reused)} freed in {store.folder}")


def shown(size: float) -> str:
    """Write a number of bytes shortly.

    Examples
    --------
    >>> shown(512), shown(1_500_000), shown(999_999_999_999)
    ('512 B', '1.5 MB', '1.0 TB')
    """
    for unit in ("B", "kB", "MB", "GB"):
        if size < 999.95:  # noqa: PLR2004 - what is written as 1000.0 belongs to the next unit
            return f"{size:.0f} {unit}" if unit == "B" else f"{size:.1f} {unit}"
        size /= 1000
    return f"{size:.1f} TB"
