"""What the cache alone knows of a project, where no server is asked."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from reportgen.errors import SourceError
from reportgen.runs.wandb_api.words import Place, not_named

if TYPE_CHECKING:
    from reportgen.runs.cache import Cache
    from reportgen.runs.entries import Entry
    from reportgen.runs.selection import Selection
    from reportgen.spec.model import WandbSource

DEFAULT_HOST = "https://api.wandb.ai"
OFFLINE = "offline"


def cached_place(cache: Cache, source: WandbSource) -> Place:
    """Return the project that a source means, without asking anybody.

    What neither the spec nor the environment says is taken from the cache where that leaves no choice.

    Raises
    ------
    SourceError
        When no project is named, or the cache holds it of several entities or servers.
    """
    entity = source.entity or os.environ.get("WANDB_ENTITY")
    project = source.project or os.environ.get("WANDB_PROJECT")
    host = os.environ.get("WANDB_BASE_URL", "").rstrip("/")
    if not project:
        raise SourceError(not_named("project"))
    places = {
        (parts[0], parts[1])
        for entry in cache.entries()
        if len(parts := entry.key.split("/")) == 4 and parts[0] != OFFLINE and parts[2] == project  # noqa: PLR2004
        if entity in {None, parts[1]} and (not host or host.partition("://")[2] == parts[0])
    }
    if len(places) > 1:
        told = ", ".join(sorted(f"{one}/{project} at {server}" for server, one in places))
        raise SourceError(f"the cache holds several projects of this name: {told}; name `entity`, or WANDB_BASE_URL")
    found = next(iter(places), None)
    return Place(
        host=host or (found[0] if found else DEFAULT_HOST),
        entity=entity or (found[1] if found else "?"),
        project=project,
    )


def entries_of(cache: Cache, place: Place) -> list[Entry]:
    """Return the entries of a project's runs that are whole."""
    return [entry for entry in cache.entries() if entry.key == place.key + entry.run_id and entry.fetch.complete]


def cached_runs(cache: Cache, place: Place, selection: Selection, *, unreachable: str) -> list[Entry]:
    """Return the entries of the runs that are meant.

    Parameters
    ----------
    unreachable
        Why the server cannot be asked; empty where it was not to be.

    Raises
    ------
    SourceError
        When there is none.
    """
    there = entries_of(cache, place)
    meant = [entry for entry in there if selection.matches(entry.run_id, entry.raw_run({}))]
    if meant:
        return meant
    holds = f"no run of {place.path}"
    if there:
        names = [str(entry.run["name"]) for entry in there]
        holds = f"no run of {place.path} that matches {selection.no_match(names, len(names))}"
    if unreachable:
        raise SourceError(f"{place.host} cannot be asked ({unreachable}), and the cache {cache.folder} holds {holds}")
    raise SourceError(f"--offline: the cache {cache.folder} holds {holds}; `reportgen fetch SPEC` fetches runs")
