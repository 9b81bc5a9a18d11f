"""Listing the runs of a project: the request, what comes of it, and the refusals that no cache makes up for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from reportgen.errors import DataError, SourceError
from reportgen.runs.selection import Selection, selection
from reportgen.runs.wandb_api import words
from reportgen.runs.wandb_api.faults import USUAL, Patience
from reportgen.runs.wandb_api.listed import Listed
from reportgen.runs.wandb_api.remote import Remote
from reportgen.runs.wandb_api.words import Place

if TYPE_CHECKING:
    from pathlib import Path

    from reportgen.runs.wandb_api.faults import Fault
    from reportgen.runs.wandb_api.remote import Answer
    from reportgen.spec.model import WandbSource

PAGE = 200
NEAR_NAMES = 1_000


def listed_runs(source: WandbSource, root: Path, patience: Patience = USUAL) -> tuple[Place, tuple[Listed, ...]]:
    """Return the runs that a source means, as the server lists them: no history is fetched, no cache is read.

    Raises
    ------
    SourceError
        When the server refuses or cannot be reached.
    DataError
        When no run is meant.
    """
    meant = selection(source.runs, source.filters, root)
    with Remote({"host": None, "entity": source.entity, "project": source.project}, patience) as remote:
        opened = remote.open()
        if opened.fault:
            refuse_login(opened.fault, remote.host)
            raise SourceError(words.unreachable(remote.host, opened.fault))
        place = placed(source, opened.done)
        answer = remote.ask(listing(place, meant.query()))
        if answer.fault:
            refuse_listing(remote, place, answer.fault)
            raise SourceError(words.unreachable(place.host, answer.fault))
        found = [Listed.of(told) for told in told_runs(answer)]
        runs = tuple(run for run in found if meant.matches(run.run_id, run))
        if not runs:
            refuse_nothing(remote, place, meant)
    return place, runs


def listing(place: Place, filters: dict[str, Any], *, names_only: int = 0) -> dict[str, Any]:
    """Return the request that lists runs; `names_only`: names and ids of so many at most, which costs little."""
    request = {"kind": "list", "entity": place.entity, "project": place.project, "filters": filters, "page": PAGE}
    return {**request, "light": names_only > 0, "most": names_only}


def told_runs(answer: Answer) -> list[dict[str, Any]]:
    """Return the runs of a listing, page after page."""
    return [told for part in (*answer.parts, answer.done.get("rest", ())) for told in part]


def placed(source: WandbSource, done: dict[str, Any]) -> Place:
    """Return the project that a source means, by what the login says of the entity and project in force.

    Raises
    ------
    SourceError
        When neither the spec nor the environment names it.
    """
    entity, project = source.entity or done["entity"], source.project or done["project"]
    if not project or not entity:
        raise SourceError(words.not_named("entity" if project else "project"))
    return Place(host=done["host"], entity=entity, project=project)


def refuse_login(fault: Fault, host: str) -> None:
    """Raise where there is no key, or one that the server does not take."""
    if fault.kind == "key":
        raise SourceError(words.no_key(host))
    if fault.kind in {"refused", "project"}:
        raise SourceError(words.key_refused(host, fault))


def refuse_listing(remote: Remote, place: Place, fault: Fault) -> None:
    """Raise where the user may not read the project, or there is none."""
    if fault.kind == "refused":
        raise SourceError(words.project_refused(place, _user(remote), fault))
    if fault.kind == "project":
        answer = remote.ask({"kind": "projects", "entity": place.entity})
        raise SourceError(words.no_project(place, _user(remote), answer.done.get("names", ())))


def refuse_nothing(remote: Remote, place: Place, meant: Selection) -> None:
    """Raise because no run is meant, with what there is instead."""
    answer = remote.ask(listing(place, {}, names_only=NEAR_NAMES))
    if answer.fault:
        raise SourceError(answer.fault.words())
    names = [told["displayName"] for told in told_runs(answer)]
    raise DataError(words.no_run(place, meant, names, answer.done["count"]))


def _user(remote: Remote) -> str:
    return str(remote.ask({"kind": "who"}).done.get("user") or "unknown")
