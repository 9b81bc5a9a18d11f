"""Which points are the scores of a metric: names, alternatives, globs and tables over the metrics of each run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from reportgen.data.axes import Identity, natural
from reportgen.data.holdings import SinglePoint, held, hidden, names_held, not_a_number
from reportgen.data.lookup import read_table
from reportgen.data.scores import Exclusion, Notice
from reportgen.data.screen import some
from reportgen.errors import DataError, did_you_mean
from reportgen.runs.lookup import glob
from reportgen.spec.model import ByTask, MetricEntry

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from reportgen.runs.record import Series
    from reportgen.spec.model import Spec

ALL = "all"
SHOWN_NAMES = 12


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Wanted:
    """An entry of the spec's metrics, where it stands, and its id."""

    entry: MetricEntry
    role: str
    keys: tuple[str | int, ...]

    @property
    def id(self) -> str:
        """Id of the metric: declared, else its name, or that of the function that computes it."""
        name = self.entry.name
        if self.entry.id or name is None:
            return self.entry.id or str(self.entry.python).rpartition(":")[2]
        return name.column if isinstance(name, ByTask) else name[0]

    @property
    def names(self) -> tuple[str, ...] | ByTask:
        """The names by which runs have it; of a computed metric those of the first one that it is computed from."""
        return self.entry.read[0]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Found:
    """The points of one run on one task (raw id), with its suite where the metric's name holds one."""

    run: Identity
    task: str
    suite: str | None
    series: Series


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Selected:
    """All points of a metric, the metric names they came from, and what must be said."""

    found: tuple[Found, ...]
    names: tuple[str, ...]
    exclusions: tuple[Exclusion, ...]
    notices: tuple[Notice, ...]


def wanted(
    runs: Sequence[Identity], spec: Spec, where: Callable[..., str] | None
) -> tuple[tuple[Wanted, ...], tuple[Notice, ...]]:
    """List the metrics of a report; without `metrics.primary` every value of the file sources.

    Raises
    ------
    DataError
        When there is none, or two have one id.
    """
    names = tuple(dict.fromkeys(name for run in runs for name in names_held(run.record)))
    notices: list[Notice] = []
    listed = [
        Wanted(entry=one, role=role, keys=("metrics", role, index))
        for role, entries in (("primary", spec.metrics.primary), ("secondary", spec.metrics.secondary))
        for index, entry in enumerate(entries)
        for one in _entries(entry, names, spec, notices)
    ]
    if not spec.metrics.primary:
        files = {name for name, entry in zip(spec.handles(), spec.sources, strict=True) if entry.files}
        shown = dict.fromkeys(name for run in runs if run.record.source in files for name in run.record.metrics)
        shown = {name: None for name in shown if not hidden(name, spec.metrics.hide)}
        listed = [Wanted(entry=_entry(name), role="primary", keys=("metrics",)) for name in shown] + listed
    if not any(one.role == "primary" for one in listed):
        raise DataError(f"{_at(where, 'metrics')}no metric is named; write e.g. metrics: {{primary: [reward]}}")
    ids = [one.id for one in listed]
    twice = next((one for one in listed if ids.count(one.id) > 1), None)
    if twice:
        raise DataError(f"{_at(where, *twice.keys)}two metrics have the id {twice.id!r}; give one an `id:` of its own")
    return tuple(listed), tuple(notices)


def _entries(
    entry: str | MetricEntry, names: Sequence[str], spec: Spec, notices: list[Notice]
) -> tuple[MetricEntry, ...]:
    """Return the entry itself, or one entry for each metric of the group that it names."""
    group = spec.metrics.groups.get(entry) if isinstance(entry, str) and entry not in names else None
    if group is None:
        return (_entry(entry),)
    there = [name for name in names if not hidden(name, spec.metrics.hide) and any(glob(one)(name) for one in group)]
    found = dict.fromkeys(sorted([*there, *(name for name in names if name in group)], key=natural))
    if not found:
        text = f"No run has a metric of the group {entry!r} ({some(group)})."
        notices.append(Notice(code="empty_group", text=text, level="note"))
    return tuple(_entry(name) for name in found)


def select(one: Wanted, runs: Sequence[Identity], spec: Spec, root: Path, where: Callable[..., str] | None) -> Selected:
    """Find a metric's points in every run.

    Raises
    ------
    DataError
        When no run has the metric, or several metrics of one run claim the same task.
    """
    chooser = _by_task(one.names, root) if isinstance(one.names, ByTask) else None
    tasks = {source: _tasks_of(spec, source) for source in dict.fromkeys(run.record.source for run in runs)}
    found: list[Found] = []
    without: list[Identity] = []
    lost: dict[str, None] = {}
    for run in runs:
        here: dict[str, Found] = {}
        patterns = tasks[run.record.source]
        exact = _plain_names(one.names, patterns)
        for hits in _alternatives(one.names, run, spec.metrics.hide):
            fresh: dict[str, Found] = {}
            for series in hits:
                place = _place(run, series, patterns, exact)
                if place is None or (chooser and chooser(place[0]) != series.metric):
                    lost.update(dict.fromkeys([series.metric] if place is None else []))
                    continue
                if place[0] in here:
                    continue
                hit = Found(run=run, task=place[0], suite=place[1], series=series)
                _refuse_two(fresh.get(hit.task), hit, one, where)
                fresh[hit.task] = hit
            here |= fresh
        found += here.values()
        if not here:
            without.append(run)
    if not found:
        raise DataError(_unknown(one, runs, where, lost))
    return Selected(
        found=tuple(found),
        names=tuple(dict.fromkeys(hit.series.metric for hit in found)),
        exclusions=tuple(
            Exclusion(run=run.record.id, name=run.record.name, metric=one.id, reason=_why_without(one, run))
            for run in without
        ),
        notices=(*_said(one, runs, without, lost), *_summaries(one, found)),
    )


def _entry(entry: str | MetricEntry) -> MetricEntry:
    return MetricEntry(name=(entry,)) if isinstance(entry, str) else entry


def _tasks_of(spec: Spec, source: str) -> tuple[str, ...]:
    task = spec.axes_of(source).task
    return task.metric if task else ()


def _alternatives(name: tuple[str, ...] | ByTask, run: Identity, hide: Sequence[str]) -> Iterator[list[Series]]:
    """Yield the matching series of a run for each alternative, first choice first."""
    if isinstance(name, ByTask):
        yield list(run.record.series)
        return
    for pattern in name:
        yield held(run.record, pattern, hide)


def _plain_names(name: tuple[str, ...] | ByTask, patterns: Sequence[str]) -> frozenset[str]:
    """Return the names written out in full that hold no task: each is a metric of the whole run."""
    names = () if isinstance(name, ByTask) else name
    return frozenset(one for one in names if not set("*?") & set(one) and _captured(one, patterns) is None)


def _place(
    run: Identity, series: Series, patterns: Sequence[str], exact: frozenset[str]
) -> tuple[str, str | None] | None:
    """Return (task, suite) of a series, None where the metric's name should hold a task and does not."""
    if series.task is not None:
        return series.task, None
    if not patterns or series.metric in exact:
        return run.task or ALL, None
    captured = _captured(series.metric, patterns)
    if captured is None:
        return (run.task, None) if run.task else None
    return captured


def _captured(name: str, patterns: Sequence[str]) -> tuple[str, str | None] | None:
    """Return the task and suite that a metric's name holds by the first pattern that finds one."""
    for pattern in patterns:
        match = re.search(pattern, name)
        groups = match.groupdict() if match else {}
        if groups.get("task"):
            suite = groups.get("suite")
            return (f"{suite}/{groups['task']}" if suite else groups["task"]), suite
    return None


def _by_task(name: ByTask, root: Path) -> Callable[[str], str | None]:
    table = read_table(name.by_task, root, (name.column,))
    return lambda task: table.cell(task, name.column)


def _refuse_two(first: Found | None, second: Found, one: Wanted, where: Callable[..., str] | None) -> None:
    if first is None:
        return
    raise DataError(
        f"{_at(where, *one.keys)}in run {second.run.record.name!r} both {first.series.metric!r} and "
        f"{second.series.metric!r} are {one.id!r} on task {second.task!r}; tell the tasks apart, e.g.\n"
        "axes: {task: {metric: '^eval_(?P<suite>[^/]+)/(?P<task>.+)$'}}"
    )


def _unknown(one: Wanted, runs: Sequence[Identity], where: Callable[..., str] | None, lost: dict[str, None]) -> str:
    there = tuple(dict.fromkeys(name for run in runs for name in names_held(run.record)))
    other = [(run.record.name, what) for run in runs if (what := _other(one, run))]
    if other:
        rest = f" and {len(other) - 1} more" if len(other) > 1 else ""
        return (
            f"{_at(where, *one.keys)}the metric {one.id!r} is no number: it holds {other[0][1]} "
            f"(run {other[0][0]}{rest}); give a metric that was logged as numbers"
        )
    if lost:
        return (
            f"{_at(where, 'axes', 'task', 'metric')}no name that {one.id!r} matches holds a task: "
            f"{', '.join(list(lost)[:SHOWN_NAMES])}"
        )
    shown = ", ".join(there[:SHOWN_NAMES]) + (
        f" and {len(there) - SHOWN_NAMES} more" if len(there) > SHOWN_NAMES else ""
    )
    near = did_you_mean(one.id, there)
    return (
        f"{_at(where, *one.keys)}unknown metric {one.id!r}: none of the {len(runs)} runs has it"
        f"{near}{' The' if near else '; the'} runs have {shown or 'no metric at all'}"
    )


def _other(one: Wanted, run: Identity) -> str:
    """Say what a run holds under the metric's names that is no number; empty where nothing."""
    names = () if isinstance(one.names, ByTask) else one.names
    return next((what for name in names if (what := not_a_number(run.record, name))), "")


def _why_without(one: Wanted, run: Identity) -> str:
    what = _other(one, run)
    return f"its {one.id!r} is no number but {what}" if what else f"does not have the metric {one.id!r}"


def _summaries(one: Wanted, found: Sequence[Found]) -> tuple[Notice, ...]:
    """Say which runs hold the metric in their summary only; a doubt where others hold its history."""
    alone = [hit.run.record for hit in found if isinstance(hit.series, SinglePoint)]
    if not alone:
        return ()
    runs = tuple(dict.fromkeys(record.id for record in alone))
    every = len({hit.run.record.id for hit in found})
    who = "All" if len(runs) == every else f"{len(runs)} of"
    which = "" if len(runs) == every else f" ({some([record.name for record in alone])})"
    text = f"{who} {every} runs hold {one.id!r} in their summary only{which}: one value a run, without a step."
    level: Literal["warning", "note"] = "note" if len(runs) == every else "warning"
    return (Notice(code="summary_only", text=text, metric=one.id, runs=runs, level=level),)


def _said(
    one: Wanted, runs: Sequence[Identity], without: Sequence[Identity], lost: dict[str, None]
) -> tuple[Notice, ...]:
    notices = []
    if without:
        other = next((what for run in without if (what := _other(one, run))), "")
        but = f"; where it is no number it is {other}" if other else ""
        names = some([run.record.name for run in without])
        text = f"{len(without)} of {len(runs)} runs do not have the metric {one.id!r}: {names}{but}."
        ids = tuple(run.record.id for run in without)
        notices.append(Notice(code="metric_missing", text=text, metric=one.id, runs=ids))
    if lost:
        text = f"Names that {one.id!r} matches but that hold no task are left out: {', '.join(lost)}."
        notices.append(Notice(code="no_task_in_name", text=text, metric=one.id, level="note"))
    return tuple(notices)


def _at(where: Callable[..., str] | None, *keys: str | int) -> str:
    return f"{where(*keys)}: " if where else ""
