"""Runs of one `wandb:` source: from the server where they are new, from the cache where they are not."""

from __future__ import annotations

from collections import defaultdict
from contextlib import nullcontext
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from reportgen.runs.entries import DELETED
from reportgen.runs.raw import RawRun
from reportgen.runs.reading import Freshness
from reportgen.runs.record import UNREADABLE, RunRecord
from reportgen.runs.selection import selection
from reportgen.runs.wandb_api.cached import cached_place, cached_runs, entries_of
from reportgen.runs.wandb_api.fetching import RUNNING, fetch
from reportgen.runs.wandb_api.ladder import Ladder
from reportgen.runs.wandb_api.listed import Listed, Wanted, same_description
from reportgen.runs.wandb_api.listing import (
    listing,
    placed,
    refuse_listing,
    refuse_login,
    refuse_nothing,
    told_runs,
)
from reportgen.runs.wandb_api.records import in_memory_rows, record_of
from reportgen.runs.wandb_api.remote import Remote

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from reportgen.runs.cache import Cache
    from reportgen.runs.entries import Entry
    from reportgen.runs.lock import LockedRun
    from reportgen.runs.reading import Reading
    from reportgen.runs.wandb_api.faults import Fault
    from reportgen.runs.wandb_api.fetching import Fetched
    from reportgen.runs.wandb_api.words import Place
    from reportgen.spec.identity import Axes
    from reportgen.spec.model import WandbSource

ALIKE = {"preempted": "killed", "preempting": RUNNING, "pending": RUNNING}


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Need:
    """What a report needs of the runs of a source.

    Parameters
    ----------
    states
        States of the runs that count, the others are listed but not fetched; None: every state.
    check
        Looks at the runs before anything is fetched, and raises where they cannot carry the report.
    may_be_none
        Whether it is no error that no run is meant.
    """

    wanted: Wanted
    axes: Axes
    states: tuple[str, ...] | None = None
    check: Callable[[Sequence[Listed]], None] = lambda _runs: None
    may_be_none: bool = False


@dataclass(slots=True, kw_only=True, eq=False)
class _Got:
    """The runs of a source as they were had, by run id; `deleted` are no longer on the server."""

    runs: dict[str, RawRun] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)

    def miss(self, listed: Listed) -> None:
        """Keep a run that could not be had, to be named; why is told of all such runs together."""
        described = {name: getattr(listed, name) for name in ("name", "config", "group", "tags", "created_at")}
        self.runs[listed.run_id] = RawRun(
            entity="", project="", run_id=listed.run_id, state=UNREADABLE, history={}, **described
        )


class ApiSource:
    """Runs of one `wandb:` source; `remote` is a connection that others use too, default: one of its own."""

    def __init__(
        self,
        source: WandbSource,
        handle: str,
        root: Path,
        *,
        need: Need,
        cache: Cache,
        reading: Reading,
        remote: Remote | None = None,
    ) -> None:
        self._source = source
        self._handle = handle
        self._need = need
        self._cache = cache
        self._reading = reading
        self._remote = remote
        self._selection = selection(source.runs, source.filters, root)
        self._ladder = Ladder(strict=reading.strict)
        self.told = self._ladder.told
        self.freshness = Freshness(source=handle)

    def read(self, *, last_rows: int | None = None, in_memory: bool = False) -> tuple[RunRecord, ...]:
        """Return every selected run, in the order they were made.

        Parameters
        ----------
        last_rows
            Keep so many last rows of each run; None: every row.
        in_memory
            Whether the points are to be held in memory, because the cache will be gone.

        Raises
        ------
        SourceError
            When the server refuses, or cannot be reached and the cache has nothing.
        DataError
            When no run is selected, or no run has a metric.
        """
        if self._reading.offline:
            got = self._from_cache(None)
        else:
            with self._connected() as remote:
                got = self._from_server(remote)
        ordered = sorted(got.runs.values(), key=lambda run: (run.created_at or "", run.run_id))
        if last_rows is not None or in_memory:
            ordered = [in_memory_rows(run, self._need.wanted, last_rows) for run in ordered]
        return tuple(self._record(run, deleted=run.run_id in got.deleted) for run in ordered)

    def _connected(self) -> AbstractContextManager[Remote]:
        if self._remote is not None:
            return nullcontext(self._remote)
        login = {"host": None, "entity": self._source.entity, "project": self._source.project}
        return Remote(login, self._reading.patience)

    def _from_server(self, remote: Remote) -> _Got:
        self._reading.progress("asking W&B which runs there are")
        opened = remote.open()
        if opened.fault:
            refuse_login(opened.fault, remote.host)
            return self._from_cache(opened.fault)
        place = placed(self._source, opened.done)
        answer = remote.ask(listing(place, self._selection.query()))
        if answer.fault:
            refuse_listing(remote, place, answer.fault)
            return self._from_cache(answer.fault)
        listed = [Listed.of(told) for told in told_runs(answer)]
        meant = [run for run in listed if self._selection.matches(run.run_id, run)]
        deleted = self._deleted(remote, place, {run.run_id for run in listed})
        if not meant and not deleted and not self._need.may_be_none:
            refuse_nothing(remote, place, self._selection)
        chosen = self._locked(place, meant)
        self._need.check([run for run in chosen if self._counts(run)])
        got = self._had(remote, place, chosen, version=opened.done["wandb"])
        got.runs |= {run.run_id: run for run in deleted}
        got.deleted |= {run.run_id for run in deleted}
        return got

    def _had(self, remote: Remote, place: Place, chosen: Sequence[Listed], *, version: str) -> _Got:
        """Take what the cache has, fetch the rest, and fall back on what the cache had before."""
        got = _Got()
        reasons = self._sorted_out(place, chosen, got)
        if reasons:
            with self._cache.claimed(place.key):  # another build may fetch them while we wait
                reasons = self._sorted_out(place, [run for run in chosen if run.run_id in reasons], got)
                asked = [(run, self._keys(place, run)) for run in chosen if run.run_id in reasons]
                fetching = fetch(
                    remote, place, asked, self._need.wanted, self._cache, version=version,
                    in_a_row=self._reading.patience.in_a_row, progress=self._reading.progress,
                )  # fmt: skip
                self._take(place, fetching, got)
            self._cache.index()
        fetched: dict[str, tuple[str, ...]] = {}
        for run in chosen:
            if run.run_id in reasons:
                fetched[reasons[run.run_id]] = (*fetched.get(reasons[run.run_id], ()), run.name)
        self.freshness = Freshness(source=self._handle, cached=len(chosen) - len(reasons), fetched=fetched)
        return got

    def _sorted_out(self, place: Place, runs: Sequence[Listed], got: _Got) -> dict[str, str]:
        """Take the runs that the cache has as they are now; return why the others must be fetched, by run id."""
        reasons = {}
        for run in runs:
            if not self._counts(run):
                got.runs[run.run_id] = run.raw(place, {}, ())
                continue
            reason = self._why(place, run)
            stored = None if reason else self._stored(place, run.run_id)
            if stored is None:
                reasons[run.run_id] = reason or "damaged in the cache"
            else:
                got.runs[run.run_id] = self._described(place, stored, run)
        return reasons

    def _counts(self, run: Listed) -> bool:
        return self._need.states is None or ALIKE.get(run.state, run.state) in self._need.states

    def _why(self, place: Place, run: Listed) -> str:
        """Say why a run must be fetched; empty where the cache has it."""
        entry, lock = self._cache.entry(place.key + run.run_id), self._lock(place, run.run_id)
        if self._reading.refresh:
            return "asked for anew"
        if entry is None or not entry.fetch.complete:
            return "new"
        if not entry.covers(self._wanted_of(run)):
            return "for metrics that were not wanted before"
        if lock is not None and self._is_as_locked(place, run, lock):
            return ""
        if run.state == RUNNING:
            return "still running"
        return "" if dict(entry.fingerprint) == run.fingerprint else "changed on the server"

    def _is_as_locked(self, place: Place, run: Listed, lock: LockedRun) -> bool:
        stored = self._stored(place, run.run_id)
        return stored is not None and self._record(stored).sha256 == lock.sha256

    def _stored(self, place: Place, run_id: str) -> RawRun | None:
        return self._cache.load(place.key + run_id)

    def _described(self, place: Place, stored: RawRun, run: Listed) -> RawRun:
        """Return a cached run under the name, tags and configuration it has now."""
        key = place.key + run.run_id
        entry, locked = self._cache.entry(key), self._lock(place, run.run_id) is not None
        if locked or entry is None or same_description(stored, run):
            return stored
        renamed = replace(stored, **run.described())
        return self._cache.refresh(key, entry.fingerprint, renamed) or renamed

    def _take(self, place: Place, fetching: Iterable[Fetched], got: _Got) -> None:
        stale: dict[str, list[tuple[RawRun, str]]] = defaultdict(list)
        lost: dict[str, list[Listed]] = defaultdict(list)
        for fetched in fetching:
            run_id = fetched.listed.run_id
            if fetched.run is not None:
                got.runs[run_id] = fetched.run
                continue
            why = fetched.fault.words() if fetched.fault else ""
            former, entry = self._stored(place, run_id), self._cache.entry(place.key + run_id)
            if former is not None and entry is not None:
                stale[why].append((former, entry.fetched_at))
                got.runs[run_id] = former
            else:
                lost[why].append(fetched.listed)
                got.miss(fetched.listed)
        self._ladder.stale(stale)
        self._ladder.lost(lost)

    def _from_cache(self, fault: Fault | None) -> _Got:
        """Take what is cached: asked for by `--offline`, or because the server does not answer."""
        why = fault.words() if fault else ""
        place = cached_place(self._cache, self._source)
        entries = cached_runs(self._cache, place, self._selection, unreachable=why)
        if self._reading.locked is not None:
            entries = [entry for entry in entries if self._lock(place, entry.run_id) is not None]
        got, uncovered = _Got(), []
        lost = []
        for entry in entries:
            stored = self._stored(place, entry.run_id)
            if stored is None:
                lost.append(Listed(run_id=entry.run_id, name=str(entry.run["name"]), state=entry.state))
                got.miss(lost[-1])
                continue
            got.runs[entry.run_id] = stored
            got.deleted |= {entry.run_id} if entry.deleted else set()
            uncovered += [] if entry.covers(self._need.wanted.metrics) else [stored]
        if why:
            self._ladder.unreachable(why, [entry.fetched_at for entry in entries])
        self._ladder.lost({"its copy in the cache is damaged": lost} if lost else {})
        self._ladder.deleted([got.runs[run_id] for run_id in got.runs if run_id in got.deleted])
        self._ladder.uncovered(uncovered)
        self.freshness = Freshness(source=self._handle, cached=len(got.runs))
        return got

    def _deleted(self, remote: Remote, place: Place, listed: set[str]) -> list[RawRun]:
        """Return the cached runs that are meant, and that the server no longer has."""
        gone = [entry for entry in entries_of(self._cache, place) if entry.run_id not in listed and self._means(entry)]
        if self._reading.locked is not None:
            gone = [entry for entry in gone if self._lock(place, entry.run_id) is not None]
        if not gone:
            return []
        answer = remote.ask(listing(place, {"name": {"$in": [entry.run_id for entry in gone]}}, names_only=len(gone)))
        there = {told["id"] for told in told_runs(answer)}
        if answer.fault:
            there = {entry.run_id for entry in gone if not entry.deleted}  # nobody can tell
        runs = [run for entry in gone if entry.run_id not in there and (run := self._marked_deleted(place, entry))]
        self._ladder.deleted(runs)
        return runs

    def _marked_deleted(self, place: Place, entry: Entry) -> RawRun | None:
        """Return a cached run, marked as gone so that the cache alone knows it too; None where it is damaged."""
        stored, key = self._stored(place, entry.run_id), place.key + entry.run_id
        if stored is None or entry.deleted:
            return stored
        return self._cache.refresh(key, {**entry.fingerprint, DELETED: "true"}, stored) or stored

    def _means(self, entry: Entry) -> bool:
        return self._selection.matches(entry.run_id, entry.raw_run({}))

    def _locked(self, place: Place, meant: Sequence[Listed]) -> list[Listed]:
        """Return the runs of the lock; the others that the spec would take now are told."""
        chosen = [run for run in meant if self._reading.locked is None or self._lock(place, run.run_id) is not None]
        self._ladder.unlocked([run.name for run in meant if run not in chosen])
        return chosen

    def _lock(self, place: Place, run_id: str) -> LockedRun | None:
        return None if self._reading.locked is None else self._reading.locked.get(f"{place.path}/{run_id}")

    def _wanted_of(self, run: Listed) -> tuple[str, ...]:
        """Return the keys that are wanted of a run; names in full where the server does not list its keys."""
        exact = [] if run.keys else [name for name in self._need.wanted.metrics if not set("*?") & set(name)]
        return self._need.wanted.among([*run.keys, *exact])

    def _keys(self, place: Place, run: Listed) -> tuple[str, ...]:
        """Return the keys to fetch: the wanted ones, and those that other specs had fetched before."""
        entry = self._cache.entry(place.key + run.run_id)
        before = [] if entry is None else [column.name for column in entry.columns if column.name in run.keys]
        return tuple(sorted({*self._wanted_of(run), *before}))

    def _record(self, run: RawRun, *, deleted: bool = False) -> RunRecord:
        return record_of(run, self._need.wanted, self._need.axes, handle=self._handle, deleted=deleted)
