"""Histories from the server into the cache: fetched at once, looked at, stored run by run."""

from __future__ import annotations

import math
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.runs.entries import Fetch
from reportgen.runs.history import Column, WrittenHistory
from reportgen.runs.wandb_api.faults import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from reportgen.runs.cache import Cache
    from reportgen.runs.raw import RawRun
    from reportgen.runs.wandb_api.listed import Listed, Wanted
    from reportgen.runs.wandb_api.remote import Remote
    from reportgen.runs.wandb_api.words import Place

RUNNING = "running"
"""Runs in this state are fetched at every build."""
UNFINISHED = (RUNNING, "pending", "preempting")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Fetched:
    """What became of a run that was asked for: the run as it now lies in the cache, or why it could not be had."""

    listed: Listed
    run: RawRun | None = None
    fault: Fault | None = None


def fetch(
    remote: Remote,
    place: Place,
    runs: Sequence[tuple[Listed, tuple[str, ...]]],
    wanted: Wanted,
    cache: Cache,
    *,
    version: str,
    in_a_row: int,
    progress: Callable[[str], None],
) -> Iterator[Fetched]:
    """Fetch runs, each with the keys it is wanted for, and store each as soon as it is whole.

    Parameters
    ----------
    version
        Version of the client, for the cache's records.
    in_a_row
        After so many failures in a row the rest is not asked for.
    """
    by_id = {listed.run_id: (listed, keys) for listed, keys in runs}
    requests = [_request(place, listed, keys, cache.drafting()) for listed, keys in runs]

    def check(request: dict[str, Any], done: dict[str, Any]) -> Fault | None:
        fault = _shortfall(by_id[request["run"]][0], done)
        if fault:
            Path(done["written"]["path"]).unlink(missing_ok=True)
        return fault

    for count, answer in enumerate(remote.each(requests, check=check, in_a_row=in_a_row), 1):
        listed, keys = by_id[answer.request["run"]]
        progress(f"fetching runs: {count} of {len(requests)}")
        if answer.fault:
            yield Fetched(listed=listed, fault=answer.fault)
            continue
        written = _written(answer.done["written"])
        run = listed.raw(place, written.stored(), _notes(listed, answer.done))
        asked = tuple(sorted({*wanted.asked, *keys}))
        fetched = Fetch(
            source="wandb",
            method=answer.done["method"],
            heartbeat=listed.heartbeat,
            last_step=listed.last_step,
            wandb_version=version,
            keys=asked,
        )
        stored = cache.adopt(place.key + listed.run_id, listed.fingerprint, run, written, fetched)
        shutil.rmtree(answer.done["folder"], ignore_errors=True)
        yield Fetched(listed=listed, run=stored)


def _written(told: Mapping[str, Any]) -> WrittenHistory:
    columns = tuple(Column(**column) for column in told["columns"])
    return WrittenHistory(**{**told, "path": Path(told["path"]), "columns": columns})


def _request(place: Place, listed: Listed, keys: Sequence[str], into: Path | None) -> dict[str, Any]:
    return {
        "kind": "history",
        "entity": place.entity,
        "project": place.project,
        "run": listed.run_id,
        "wanted": list(keys),
        "keys": len(listed.keys),
        "lines": listed.lines or 1,
        "into": None if into is None else str(into.resolve()),
    }


def _shortfall(listed: Listed, done: Mapping[str, Any]) -> Fault | None:
    """Say what is missing of a history that came: rows at its end, or everything."""
    rows, last = done["logged"], done["last_step"]
    if rows == 0 and ((listed.last_step or 0) > 0 or (listed.lines or 0) > 0):
        text = f"the server says that its last step is {listed.last_step}, and gave no row of its history"
        return Fault(kind="incomplete", text=text)
    fewer = listed.state not in UNFINISHED and listed.lines is not None and rows < listed.lines
    if fewer and last < (listed.last_step if listed.last_step is not None else math.inf):
        text = f"the server says {listed.lines:,} rows up to step {listed.last_step}, and gave {rows:,} up to {last:g}"
        return Fault(kind="incomplete", text=text)
    return None


def _notes(listed: Listed, done: Mapping[str, Any]) -> tuple[str, ...]:
    notes = []
    rows = done["logged"]
    if listed.state not in UNFINISHED and listed.lines is not None and rows < listed.lines:
        notes.append(f"the server counts {listed.lines:,} rows in its history and gave {rows:,}")
    for name, (count, example) in sorted(done["texts"].items()):
        words = "1 value of {} is no number" if count == 1 else f"{count:,} values of {{}} are no numbers"
        notes.append(f"{words.format(repr(name))} and left out, e.g. {example!r}")
    return tuple(notes)
