"""Runs of one `wandb:` source: from the server where they are new, from the cache where they are not.

What cannot be had is never silent: fresh, else stale from the cache, else missing, each told with the runs' names.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from reportgen.errors import DataError, SourceError
from reportgen.runs.raw import RawRun, to_record
from reportgen.runs.reading import Freshness, Told, some
from reportgen.runs.record import RunRecord, Series
from reportgen.runs.selection import selection
from reportgen.runs.wandb_api import words
from reportgen.runs.wandb_api.cached import cached_place, cached_runs
from reportgen.runs.wandb_api.fetching import Fetched, fetch
from reportgen.runs.wandb_api.listed import Listed, same_description
from reportgen.runs.wandb_api.remote import Remote
from reportgen.runs.wandb_api.want import check_metrics, wanted_keys
from reportgen.runs.wandb_api.words import Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from pathlib import Path

    from reportgen.runs.cache import Cache
    from reportgen.runs.entries import Entry
    from reportgen.runs.lock import LockedRun
    from reportgen.runs.reading import Reading
    from reportgen.runs.wandb_api.faults import Fault
    from reportgen.spec.model import Spec, WandbSource

PAGE = 200
NEAR_NAMES = 1_000
UNREADABLE = "unreadable"
RUNNING = "running"
"""Runs in this state are fetched at every build."""


@dataclass(slots=True, kw_only=True, eq=False)
class _Got:
    """The runs of a source as they were had: those that could be read, and those that could not."""

    runs: dict[str, RawRun] = field(default_factory=dict)
    missing: dict[str, tuple[Listed, str]] = field(default_factory=dict)
    deleted: set[str] = field(default_factory=set)


class ApiSource:
    """Runs of one `wandb:` source.

    Parameters
    ----------
    where
        Gives ``file:line:column`` of a key of the spec, for messages.
    remote
        A connection to use; default: one of its own.
    """

    def __init__(
        self,
        source: WandbSource,
        handle: str,
        root: Path,
        *,
        spec: Spec,
        cache: Cache,
        reading: Reading,
        where: Callable[..., str] | None = None,
        remote: Remote | None = None,
    ) -> None:
        self._source = source
        self._handle = handle
        self._spec = spec
        self._cache = cache
        self._reading = reading
        self._where = where
        self._remote = remote
        self._selection = selection(source.runs, source.filters, root)
        self._wanted = wanted_keys(spec)
        self.told: list[Told] = []
        self.freshness: Freshness | None = None

    def read(self) -> tuple[RunRecord, ...]:
        """Return every selected run, in the order they were made.

        Raises
        ------
        SourceError
            When the server refuses, or cannot be reached and the cache has nothing.
        DataError
            When no run is selected, or no run has a metric.
        """
        got = self._from_cache("") if self._reading.offline else self._from_server()
        for name, (listed, why) in got.missing.items():
            got.runs[name] = RawRun(
                entity="", project="", run_id=name, name=listed.name, state=UNREADABLE, history={}, config=listed.config,
                group=listed.group, tags=listed.tags, created_at=listed.created_at, notes=(why,),
            )  # fmt: skip
        ordered = sorted(got.runs.values(), key=lambda run: (run.created_at or "", run.run_id))
        return tuple(self._record(run, got) for run in ordered)

    def _from_server(self) -> _Got:
        login = {"host": None, "entity": self._source.entity, "project": self._source.project}
        if self._remote is not None:
            return self._asked(self._remote)
        with Remote(login, self._reading.patience) as remote:
            return self._asked(remote)

    def _asked(self, remote: Remote) -> _Got:
        self._reading.progress("asking W&B which runs there are")
        opened = remote.open()
        if opened.fault:
            return self._no_login(opened.fault)
        place = self._placed(opened.done)
        request = {"kind": "list", "entity": place.entity, "project": place.project, "page": PAGE, "light": False}
        answer = remote.ask({**request, "filters": self._selection.query()})
        if answer.fault:
            return self._no_listing(remote, place, answer.fault)
        listed = [Listed.of(told) for part in (*answer.parts, answer.done["rest"]) for told in part]
        chosen = [run for run in listed if self._selection.matches(run)]
        deleted = self._deleted(remote, place, {run.run_id for run in listed})
        if not chosen and not deleted:
            self._refuse_nothing(remote, place)
        chosen = self._locked(place, chosen)
        check_metrics(self._spec, chosen, self._where)
        got = self._had(remote, place, chosen, version=opened.done["wandb"])
        got.deleted |= {run.run_id for run in deleted}
        got.runs |= {run.run_id: run for run in deleted}
        return got

    def _had(self, remote: Remote, place: Place, chosen: Sequence[Listed], *, version: str) -> _Got:
        """Take what the cache has, fetch the rest, and fall back on what the cache had before."""
        got = _Got()
        reasons = self._sorted_out(place, chosen, got)
        if reasons:
            with self._cache.claimed(place.key):  # another build may have fetched them while we waited
                reasons = self._sorted_out(place, [run for run in chosen if run.run_id in reasons], got)
                asked = [(run, self._keys(place, run)) for run in chosen if run.run_id in reasons]
                fetching = fetch(
                    remote, place, asked, self._wanted, self._cache, version=version,
                    in_a_row=self._reading.patience.in_a_row, progress=self._reading.progress,
                )  # fmt: skip
                self._take(place, fetching, got)
            self._cache.index()
        self._note_freshness(chosen, reasons)
        return got

    def _sorted_out(self, place: Place, runs: Sequence[Listed], got: _Got) -> dict[str, str]:
        """Take the runs that the cache has as they are now; return why the others must be fetched, by run id."""
        reasons = {}
        for run in runs:
            if not self._counts(run):
                got.runs[run.run_id] = run.raw(place, {}, ())
                continue
            key = place.key + run.run_id
            reason = self._why(self._cache.entry(key), run, place)
            stored = None if reason else self._cache.load(key, None, keys=())
            if stored is None:
                reasons[run.run_id] = reason or "damaged in the cache"
                continue
            got.runs[run.run_id] = self._described(key, stored, run, place)
        return reasons

    def _counts(self, run: Listed) -> bool:
        """Tell whether the spec lets runs of this state count; what does not is listed, not fetched."""
        alike = {"preempted": "killed", "preempting": RUNNING, "pending": RUNNING}
        states = getattr(self._spec.runs, "states", None)
        return states is None or alike.get(run.state, run.state) in states

    def _why(self, entry: Entry | None, run: Listed, place: Place) -> str:
        """Say why a run must be fetched; empty where the cache has it."""
        lock = self._lock(place, run.run_id)
        if self._reading.refresh:
            return "asked for anew"
        if entry is None or not entry.fetch.complete:
            return "new"
        if not entry.covers(self._wanted_of(run)):
            return "for metrics that were not wanted before"
        if lock is not None and self._as_locked(place, run, lock):
            return ""
        if run.state == RUNNING:
            return "still running"
        return "" if dict(entry.fingerprint) == run.fingerprint else "changed on the server"

    def _as_locked(self, place: Place, run: Listed, lock: LockedRun) -> bool:
        stored = self._cache.load(place.key + run.run_id, None, keys=())
        return stored is not None and self._record(stored, _Got()).sha256 == lock.sha256

    def _described(self, key: str, stored: RawRun, run: Listed, place: Place) -> RawRun:
        """Return a cached run under the name, tags and configuration it has now."""
        entry = self._cache.entry(key)
        if self._lock(place, run.run_id) is not None or entry is None or same_description(stored, run):
            return stored
        renamed = replace(stored, **run.described())
        return self._cache.store(key, entry.fingerprint, renamed, entry.fetch)

    def _take(self, place: Place, fetching: Iterable[Fetched], got: _Got) -> None:
        stale: dict[str, list[tuple[RawRun, str]]] = defaultdict(list)
        lost: dict[str, list[Listed]] = defaultdict(list)
        for fetched in fetching:
            run_id = fetched.listed.run_id
            if fetched.run is not None:
                got.runs[run_id] = fetched.run
                continue
            why = fetched.fault.words() if fetched.fault else ""
            key = place.key + run_id
            former, entry = self._cache.load(key, None, keys=()), self._cache.entry(key)
            if former is not None and entry is not None:
                stale[why].append((former, entry.fetched_at))
                got.runs[run_id] = former
            else:
                lost[why].append(fetched.listed)
                got.missing[run_id] = (fetched.listed, f"could not be fetched: {why}")
        self._tell_stale(stale)
        self._tell_lost(lost)

    def _tell_stale(self, stale: dict[str, list[tuple[RawRun, str]]]) -> None:
        for why, runs in stale.items():
            names = [run.name for run, _ in runs]
            dates = sorted(date[:10] for _, date in runs)
            self._tell(
                "stale_runs",
                f"{_runs(len(runs))} could not be fetched ({why}) and {'is' if len(runs) == 1 else 'are'} shown as "
                f"cached, the oldest on {dates[0]}: {some(names)}.",
                [run.run_id for run, _ in runs],
            )

    def _tell_lost(self, lost: dict[str, list[Listed]]) -> None:
        for why, runs in lost.items():
            text = f"{_runs(len(runs))} could not be fetched and {'is' if len(runs) == 1 else 'are'} missing ({why}): "
            self._tell("missing_runs", text + f"{some([run.name for run in runs])}.", [run.run_id for run in runs])

    def _tell(self, code: str, text: str, runs: Sequence[str] = ()) -> None:
        if self._reading.strict:
            raise SourceError(f"--strict: {text} Nothing was written.")
        self.told.append(Told(code=code, text=text, runs=tuple(runs)))

    def _no_login(self, fault: Fault) -> _Got:
        host = cached_place(self._cache, self._source).host if fault.kind != "server" else ""
        if fault.kind == "key":
            raise SourceError(words.no_key(host))
        if fault.kind in {"refused", "project"}:
            raise SourceError(words.key_refused(host, fault))
        return self._from_cache(fault.words())

    def _no_listing(self, remote: Remote, place: Place, fault: Fault) -> _Got:
        if fault.kind == "refused":
            raise SourceError(words.project_refused(place, self._user(remote), fault))
        if fault.kind == "project":
            answer = remote.ask({"kind": "projects", "entity": place.entity})
            raise SourceError(words.no_project(place, self._user(remote), answer.done.get("names", ())))
        return self._from_cache(fault.words())

    def _user(self, remote: Remote) -> str:
        return str(remote.ask({"kind": "who"}).done.get("user") or "unknown")

    def _from_cache(self, why: str) -> _Got:
        """Take what is cached: asked for by `--offline`, or because the server does not answer."""
        place, cached = cached_runs(self._cache, self._source, self._selection, unreachable=why)
        got = _Got()
        uncovered = []
        for entry in cached:
            if self._reading.locked is not None and self._lock(place, entry.run_id) is None:
                continue
            stored = self._cache.load(entry.key, None, keys=())
            if stored is None:
                lost = Listed(run_id=entry.run_id, name=str(entry.run["name"]), state=entry.state)
                got.missing[entry.run_id] = (lost, "its copy in the cache is damaged, and was not used")
                self._tell_lost({"its copy in the cache is damaged": [lost]})
                continue
            got.runs[entry.run_id] = stored
            uncovered += [] if entry.covers(self._wanted.metrics) else [stored]
        if why:
            dates = sorted(entry.fetched_at[:10] for entry in cached)
            text = f"The W&B server could not be asked ({why}); {_runs(len(cached))} are shown as cached between "
            self._tell("server_unreachable", text + f"{dates[0]} and {dates[-1]}, and newer runs are not seen.")
        if uncovered:
            text = f"{_runs(len(uncovered))} were cached for other metrics, and may lack some of this report's: "
            self._tell("uncovered_runs", text + f"{some([run.name for run in uncovered])}.")
        self.freshness = Freshness(source=self._handle, cached=len(got.runs))
        return got

    def _placed(self, done: dict[str, Any]) -> Place:
        entity, project = self._source.entity or done["entity"], self._source.project or done["project"]
        if not project or not entity:
            raise SourceError(words.not_named("entity" if project else "project"))
        return Place(host=done["host"], entity=entity, project=project)

    def _refuse_nothing(self, remote: Remote, place: Place) -> None:
        request = {"kind": "list", "entity": place.entity, "project": place.project, "filters": {}, "light": True}
        answer = remote.ask({**request, "page": PAGE, "most": NEAR_NAMES})
        if answer.fault:
            raise SourceError(answer.fault.words())
        names = [told["displayName"] for part in (*answer.parts, answer.done["rest"]) for told in part]
        raise DataError(words.no_run(place, self._selection, names, answer.done["count"]))

    def _deleted(self, remote: Remote, place: Place, listed: set[str]) -> list[RawRun]:
        """Return the cached runs that are meant, and that the server no longer has."""
        known = {entry.run_id: entry for entry in self._cache.entries() if entry.key == place.key + entry.run_id}
        gone = [run_id for run_id, entry in known.items() if run_id not in listed and self._means(entry)]
        if not gone:
            return []
        request = {"kind": "list", "entity": place.entity, "project": place.project, "light": True}
        answer = remote.ask({**request, "filters": {"name": {"$in": gone}}, "page": PAGE, "most": len(gone)})
        if answer.fault:
            return []
        there = {told["id"] for part in (*answer.parts, answer.done["rest"]) for told in part}
        stored = [self._cache.load(known[run_id].key, None, keys=()) for run_id in gone if run_id not in there]
        runs = [run for run in stored if run is not None]
        if self._reading.locked is not None:
            runs = [run for run in runs if self._lock(place, run.run_id) is not None]
        if runs:
            text = f"{_runs(len(runs))} were deleted on the server and are kept as cached: "
            self._tell("deleted_runs", f"{text}{some([run.name for run in runs])}.", [run.run_id for run in runs])
        return runs

    def _means(self, entry: Entry) -> bool:
        return entry.fetch.complete and self._selection.matches(entry.raw_run({}))

    def _locked(self, place: Place, chosen: Sequence[Listed]) -> list[Listed]:
        """Return the runs of the lock; the others that the spec would take now are told."""
        if self._reading.locked is None:
            return list(chosen)
        new = [run for run in chosen if self._lock(place, run.run_id) is None]
        if new:
            text = f"--locked: the spec would now also take {_runs(len(new))}: {some([run.name for run in new])}."
            self.told.append(Told(code="unlocked_runs", text=text, level="note"))
        return [run for run in chosen if run not in new]

    def _lock(self, place: Place, run_id: str) -> LockedRun | None:
        return None if self._reading.locked is None else self._reading.locked.get(f"{place.path}/{run_id}")

    def _wanted_of(self, run: Listed) -> tuple[str, ...]:
        exact = [] if run.keys else [name for name in self._wanted.metrics if not set("*?") & set(name)]
        return self._wanted.among([*run.keys, *exact])

    def _keys(self, place: Place, run: Listed) -> tuple[str, ...]:
        """Return the keys to fetch: the wanted ones, and those that other specs had fetched before."""
        entry = self._cache.entry(place.key + run.run_id)
        before = [] if entry is None else [column.name for column in entry.columns if column.name in run.keys]
        return tuple(sorted({*self._wanted_of(run), *before}))

    def _note_freshness(self, chosen: Sequence[Listed], reasons: dict[str, str]) -> None:
        fetched: dict[str, list[str]] = defaultdict(list)
        for run in chosen:
            if run.run_id in reasons:
                fetched[reasons[run.run_id]].append(run.name)
        self.freshness = Freshness(
            source=self._handle,
            cached=len(chosen) - len(reasons),
            fetched={reason: tuple(names) for reason, names in sorted(fetched.items())},
        )

    def _record(self, run: RawRun, got: _Got) -> RunRecord:
        names = [name for name in self._wanted.among(run.history) if name in run.history]
        kept = replace(run, history={name: run.history[name] for name in names})
        record = to_record(kept, self._spec.axes, source=self._handle, origin=(), sha256="")
        extra = tuple(self._from_summary(record))
        whole = replace(record, series=(*record.series, *extra))
        badge = {"state": f"{run.state}, deleted on the server"} if run.run_id in got.deleted else {}
        return replace(whole, sha256=_hash(whole), **badge)

    def _from_summary(self, record: RunRecord) -> Iterable[Series]:
        """Yield the metrics that a run has in its summary alone, one point each."""
        return ()


def _runs(count: int) -> str:
    return "1 run" if count == 1 else f"{count:,} runs"


def _hash(record: RunRecord) -> str:
    """Return the hash of everything in a record that a number or a name may come from."""
    described = (record.id, record.name, record.state, record.group, record.tags, record.config, record.summary)
    digest = hashlib.sha256(json.dumps(described, sort_keys=True, default=str).encode())
    for one in record.series:
        digest.update(one.metric.encode())
        for array in (one.steps, one.values, one.wall_time):
            digest.update(b"" if array is None else array.astype("<f8").tobytes())
    return digest.hexdigest()
