"""Which points are the scores of a metric: names, alternatives, globs and tables over the metrics of each run."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reportgen.data.axes import Identity, glob
from reportgen.data.lookup import read_table
from reportgen.data.scores import Exclusion, Notice
from reportgen.errors import DataError, did_you_mean
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
        """Id of the metric: declared, else its name."""
        name = self.entry.name
        return self.entry.id or (name.column if isinstance(name, ByTask) else name[0])


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


def wanted(runs: Sequence[Identity], spec: Spec, where: Callable[..., str] | None) -> tuple[Wanted, ...]:
    """List the metrics of a report; without `metrics.primary` every value of the file sources.

    Raises
    ------
    DataError
        When there is none, or two have one id.
    """
    listed = [
        Wanted(entry=_entry(entry), role=role, keys=("metrics", role, index))
        for role, entries in (("primary", spec.metrics.primary), ("secondary", spec.metrics.secondary))
        for index, entry in enumerate(entries)
    ]
    if not spec.metrics.primary:
        files = {source.files.name or f"source-{k}" for k, source in enumerate(spec.sources) if source.files}
        names = dict.fromkeys(name for run in runs if run.record.source in files for name in run.record.metrics)
        listed = [Wanted(entry=_entry(name), role="primary", keys=("metrics",)) for name in names] + listed
    if not any(one.role == "primary" for one in listed):
        raise DataError(f"{_at(where, 'metrics')}no metric is named; write e.g. metrics: {{primary: [reward]}}")
    ids = [one.id for one in listed]
    twice = next((one for one in listed if ids.count(one.id) > 1), None)
    if twice:
        raise DataError(f"{_at(where, *twice.keys)}two metrics have the id {twice.id!r}; give one an `id:` of its own")
    return tuple(listed)


def select(one: Wanted, runs: Sequence[Identity], spec: Spec, root: Path, where: Callable[..., str] | None) -> Selected:
    """Find a metric's points in every run.

    Raises
    ------
    DataError
        When no run has the metric, or several metrics of one run claim the same task.
    """
    pattern = spec.axes.task.metric if spec.axes.task else None
    chooser = _by_task(one.entry.name, root) if isinstance(one.entry.name, ByTask) else None
    exact = _plain_names(one.entry.name, pattern)
    found: list[Found] = []
    without: list[Identity] = []
    lost: dict[str, None] = {}
    for run in runs:
        here: dict[str, Found] = {}
        for hits in _alternatives(one.entry.name, run):
            fresh: dict[str, Found] = {}
            for series in hits:
                place = _place(run, series, pattern, exact)
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
            Exclusion(
                run=run.record.id, name=run.record.name, metric=one.id, reason=f"does not have the metric {one.id!r}"
            )
            for run in without
        ),
        notices=_said(one, runs, without, lost),
    )


def _entry(entry: str | MetricEntry) -> MetricEntry:
    return MetricEntry(name=(entry,)) if isinstance(entry, str) else entry


def _alternatives(name: tuple[str, ...] | ByTask, run: Identity) -> Iterator[list[Series]]:
    """Yield the matching series of a run for each alternative, first choice first."""
    if isinstance(name, ByTask):
        yield list(run.record.series)
        return
    for pattern in name:
        matches = glob(pattern)
        yield [series for series in run.record.series if series.metric == pattern or matches(series.metric)]


def _plain_names(name: tuple[str, ...] | ByTask, pattern: str | None) -> frozenset[str]:
    """Return the names written out in full that hold no task: each is a metric of the whole run."""
    names = () if isinstance(name, ByTask) else name
    return frozenset(one for one in names if not set("*?") & set(one) and not re.search(pattern or "", one))


def _place(run: Identity, series: Series, pattern: str | None, exact: frozenset[str]) -> tuple[str, str | None] | None:
    """Return (task, suite) of a series, None where the metric's name should hold a task and does not."""
    if series.task is not None:
        return series.task, None
    if pattern is None:
        return run.task or ALL, None
    if series.metric in exact:
        return run.task or ALL, None
    match = re.search(pattern, series.metric)
    if match is None or not match.groupdict().get("task"):
        return (run.task, None) if run.task else None
    suite = match.groupdict().get("suite")
    return (f"{suite}/{match['task']}" if suite else match["task"]), suite


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
    there = tuple(dict.fromkeys(name for run in runs for name in run.record.metrics))
    if lost:
        return (
            f"{_at(where, 'axes', 'task', 'metric')}no name that {one.id!r} matches holds a task: "
            f"{', '.join(list(lost)[:SHOWN_NAMES])}"
        )
    shown = ", ".join(there[:SHOWN_NAMES]) + (
        f" and {len(there) - SHOWN_NAMES} more" if len(there) > SHOWN_NAMES else ""
    )
    return (
        f"{_at(where, *one.keys)}unknown metric {one.id!r}: none of the {len(runs)} runs has it"
        f"{did_you_mean(one.id, there)}; the runs have {shown or 'no metric at all'}"
    )


def _said(
    one: Wanted, runs: Sequence[Identity], without: Sequence[Identity], lost: dict[str, None]
) -> tuple[Notice, ...]:
    notices = []
    if without:
        text = f"{len(without)} of {len(runs)} runs do not have the metric {one.id!r}."
        ids = tuple(run.record.id for run in without)
        notices.append(Notice(code="metric_missing", text=text, metric=one.id, runs=ids))
    if lost:
        text = f"Names that {one.id!r} matches but that hold no task are left out: {', '.join(lost)}."
        notices.append(Notice(code="no_task_in_name", text=text, metric=one.id, level="note"))
    return tuple(notices)


def _at(where: Callable[..., str] | None, *keys: str | int) -> str:
    return f"{where(*keys)}: " if where else ""
