"""What runs hold and what a spec could make of it: metrics, keys that vary, candidates for every axis."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from reportgen.data.axes import natural
from reportgen.data.conventions import Conventions, conventions, preset_of
from reportgen.data.direction import infer_direction
from reportgen.runs.raw import INTERNAL
from reportgen.runs.survey import usual

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from reportgen.data.scores import Direction
    from reportgen.runs.record import RunRecord
    from reportgen.runs.survey import FoundSource
    from reportgen.runs.wandb_api.listed import Listed

SUITE = re.compile(r"^(?P<head>(?:[^/]*/)?(?:eval|test|val)_)[^/]+/[^/]+$")
HIDDEN = re.compile(r"(\.|_)(std|std_dev|var|min|max|count|first_step|last_step)$")
USUAL_TASK = re.compile(r"^(?P<task>.+?)__(?P<method>.+?)__(?P<seed>\d+)(?:__\d{9,})?$")
NAME_PATTERN = r"^(?P<task>.+?)__(?P<method>.+?)__(?P<seed>\d+)"
SHARE = 0.8
EXAMPLES = 4
COUNTED = frozenset({"number", "boolean"})


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class RunFacts:
    """What is known of a run without its histories.

    Parameters
    ----------
    config
        Dotted key to value, scalars only.
    metrics
        Metric to its number of points; 0 where that is not known.
    axes
        Axes the source itself fixes.
    tasks
        Tasks that the source itself tells apart within the run.
    record
        The run as a source delivers it, without its history; presets read it.
    """

    id: str
    name: str
    state: str
    config: Mapping[str, Any]
    metrics: Mapping[str, int]
    group: str | None = None
    axes: Mapping[str, str] | None = None
    tasks: tuple[str, ...] = ()
    record: RunRecord | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricFacts:
    """A metric: how many runs hold it, how many points they have in the median, and the guessed direction."""

    name: str
    runs: int
    points: int
    direction: Direction


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFacts:
    """A config key that differs between runs: its number of values, some of them, and the runs without it."""

    key: str
    values: int
    examples: tuple[str, ...]
    missing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """Where an axis may stand, as a line of spec (empty where the source fixes it), and the values it would give."""

    form: Mapping[str, Any]
    values: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a run stands by the likeliest candidates; a seed that nothing names is None."""

    method: str
    tasks: tuple[str, ...]
    seed: str | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Discovery:
    """What was found in a set of runs.

    Parameters
    ----------
    axes
        ``method``, ``task`` and ``seed``, each to its candidates, the likeliest first.
    matrix
        (method, task) to how many runs there are, by the likeliest candidates.
    preset
        The preset whose conventions the metrics follow, or None.
    conventions
        What that preset reads of the runs, where it fits them; the proposal is then the preset's.
    places
        Run id to where the run stands; runs that the preset's filters leave out have none.
    """

    source: FoundSource
    runs: tuple[RunFacts, ...]
    metrics: tuple[MetricFacts, ...]
    keys: tuple[KeyFacts, ...]
    axes: Mapping[str, tuple[Candidate, ...]]
    matrix: Mapping[tuple[str, str], int]
    preset: str | None
    conventions: Conventions | None = None
    places: Mapping[str, Place] = field(default_factory=dict)


def facts(records: Sequence[RunRecord]) -> tuple[RunFacts, ...]:
    """Reduce runs to what can be said of them without their histories."""
    found = []
    for record in records:
        counts: Counter[str] = Counter()
        for series in record.series:
            counts[series.metric] += len(series.values)
        tasks = tuple(dict.fromkeys(series.task for series in record.series if series.task))
        found.append(_facts_of(replace(record, series=()), counts, tasks))
    return tuple(found)


def listed_facts(runs: Sequence[Listed], entity: str, project: str) -> tuple[RunFacts, ...]:
    """Return what a server's listing says of runs; metrics are the keys under which it counts numbers."""
    found = []
    for run in runs:
        counts = {
            name: sum(count for kind, count in kinds.items() if kind in COUNTED)
            for name, kinds in run.keys.items()
            if not name.startswith(INTERNAL)
        }
        record = run.record(entity, project)
        found.append(_facts_of(record, {name: count for name, count in counts.items() if count}, ()))
    return tuple(found)


def _facts_of(record: RunRecord, metrics: Mapping[str, int], tasks: tuple[str, ...]) -> RunFacts:
    return RunFacts(
        id=record.id,
        name=record.name,
        state=record.state,
        config=flat(record.config),
        metrics=metrics,
        group=record.group,
        axes=record.axes,
        tasks=tasks,
        record=record,
    )


def flat(config: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return the scalars of nested values under dotted keys; unresolved interpolations are left out.

    Examples
    --------
    >>> flat({"a": {"b": 1, "c": "${x}"}, "d": [1]})
    {'a.b': 1}
    """
    found: dict[str, Any] = {}
    for key, value in config.items():
        if isinstance(value, dict):
            found |= flat(value, f"{prefix}{key}.")
        elif value is not None and not isinstance(value, list | tuple) and "${" not in str(value):
            found[f"{prefix}{key}"] = value
    return found


def discover(source: FoundSource, runs: Sequence[RunFacts]) -> Discovery:
    """Look for metrics, keys that vary, and candidates for method, task and seed."""
    metrics = _metrics(runs)
    names = [metric.name for metric in metrics]
    keys = _keys(runs)
    preset = None if source.form == "files" else preset_of(names)
    read = _conventions(preset, source, runs)
    known = runs if read is None else [_as_read(run, read) for run in runs if run.id in read.axes]
    axes = {
        "method": _method_candidates(known, keys),
        "task": _task_candidates(known, names),
        "seed": _seed_candidates(known, keys),
    }
    return Discovery(
        source=source,
        runs=tuple(runs),
        metrics=metrics,
        keys=keys,
        axes=axes,
        matrix=_matrix(known, axes),
        preset=preset,
        conventions=read,
        places=placed(known, axes),
    )


def _conventions(preset: str | None, source: FoundSource, runs: Sequence[RunFacts]) -> Conventions | None:
    records = [(run.record, run.metrics) for run in runs if run.record is not None]
    return conventions(preset, source, records) if preset is not None else None


def _as_read(run: RunFacts, read: Conventions) -> RunFacts:
    """Return a run with the axes that its preset reads, as if the source itself fixed them."""
    matches = (re.search(pattern, name) for pattern in read.task_metrics for name in run.metrics)
    tasks = dict.fromkeys(_task_named(match) for match in matches if match)
    return replace(run, axes=read.axes[run.id], tasks=tuple(sorted(tasks, key=natural)))


def _task_named(match: re.Match[str]) -> str:
    named = match.groupdict()
    return "/".join(named[part] for part in ("suite", "task") if named.get(part)) or match[0]


def _metrics(runs: Sequence[RunFacts]) -> tuple[MetricFacts, ...]:
    points: dict[str, list[int]] = defaultdict(list)
    for run in runs:
        for name, count in run.metrics.items():
            points[name].append(count)
    found = [
        MetricFacts(name=name, runs=len(counts), points=sorted(counts)[len(counts) // 2], direction=_direction(name))
        for name, counts in points.items()
    ]
    return tuple(sorted(found, key=lambda metric: natural(metric.name)))


def _direction(name: str) -> Direction:
    return "none" if HIDDEN.search(name) else infer_direction(name)


def _keys(runs: Sequence[RunFacts]) -> tuple[KeyFacts, ...]:
    values: dict[str, Counter[str]] = defaultdict(Counter)
    for run in runs:
        for key, value in run.config.items():
            values[key][str(value)] += 1
    varying = [
        KeyFacts(
            key=key,
            values=len(seen),
            examples=tuple(sorted(seen, key=natural)[:EXAMPLES]),
            missing=len(runs) - seen.total(),
        )
        for key, seen in values.items()
        if len(seen) > 1
    ]
    return tuple(sorted(varying, key=lambda fact: natural(fact.key)))


def _candidate(
    form: Mapping[str, Any], why: str, read: Callable[[RunFacts], str | None], runs: Sequence[RunFacts]
) -> Candidate | None:
    found = [value for run in runs if (value := read(run))]
    if not found:
        return None
    return Candidate(form=form, values=tuple(sorted(set(found), key=natural)), why=why)


def _by_key(key: str, why: str, runs: Sequence[RunFacts]) -> Candidate | None:
    return _candidate({"config": key}, why, lambda run: None if key not in run.config else str(run.config[key]), runs)


def _fixed(axis: str, runs: Sequence[RunFacts]) -> Candidate | None:
    return _candidate({}, "the files say it", lambda run: (run.axes or {}).get(axis), runs)


def _method_candidates(runs: Sequence[RunFacts], keys: Sequence[KeyFacts]) -> tuple[Candidate, ...]:
    fixed = _fixed("method", runs)
    if fixed:
        return (fixed,)
    present = list(dict.fromkeys(key for run in runs for key in run.config))
    named = usual(present, "method")
    listed = [_by_key(named, "a key with a usual name", runs)] if named else []
    listed.append(_named_part("method", runs))
    few = [fact for fact in keys if fact.values <= max(2, len(runs) // 2) and not _is_numbers(fact)]
    listed += [
        _by_key(fact.key, f"takes {fact.values} values", runs)
        for fact in sorted(few, key=lambda fact: (fact.missing, fact.values))
        if fact.key != named and not _looks_like("task", fact.key) and not _looks_like("seed", fact.key)
    ]
    groups = _candidate({"group": True}, "the runs are grouped", lambda run: run.group, runs)
    listed.append(groups if groups and 1 < len(groups.values) < len(runs) else None)
    return tuple(candidate for candidate in listed if candidate)


def _named_part(axis: str, runs: Sequence[RunFacts]) -> Candidate | None:
    """Read an axis from run names of the form TASK__METHOD__SEED."""

    def read(run: RunFacts) -> str | None:
        match = USUAL_TASK.match(run.name)
        return match[axis] if match else None

    matched = sum(read(run) is not None for run in runs)
    if matched < SHARE * len(runs):
        return None
    return _candidate({"name": NAME_PATTERN}, "names read TASK__METHOD__SEED", read, runs)


def _looks_like(axis: str, key: str) -> bool:
    return usual([key], axis) is not None


def _is_numbers(fact: KeyFacts) -> bool:
    return all(re.fullmatch(r"-?\d+(\.\d+)?(e-?\d+)?", example) for example in fact.examples)


def _task_candidates(runs: Sequence[RunFacts], names: Sequence[str]) -> tuple[Candidate, ...]:
    fixed = _fixed("task", runs)
    inside = tuple(sorted({task for run in runs for task in run.tasks}, key=natural))
    if fixed or inside:
        told = inside or (fixed.values if fixed else ())
        return (Candidate(form={}, values=told, why="the files say it"),)
    heads = Counter(match["head"] for name in names if (match := SUITE.match(name)) and not HIDDEN.search(name))
    listed: list[Candidate | None] = []
    for head, count in heads.most_common():
        if count > 1:
            pattern = rf"^{re.escape(head)}(?P<suite>[^/]+)/(?P<task>(?!score$)[^/]+)$"
            tasks = tuple(name.removeprefix(head) for name in names if re.match(pattern, name))
            listed.append(Candidate(form={"metric": pattern}, values=tasks, why=f"{count} metrics {head}SUITE/TASK"))
    present = list(dict.fromkeys(key for run in runs for key in run.config))
    named = usual(present, "task")
    listed.append(_by_key(named, "a key with a usual name", runs) if named else None)
    listed.append(_named_part("task", runs))
    return tuple(candidate for candidate in listed if candidate)


def _seed_candidates(runs: Sequence[RunFacts], keys: Sequence[KeyFacts]) -> tuple[Candidate, ...]:
    fixed = _fixed("seed", runs)
    if fixed:
        return (fixed,)
    varying = usual([fact.key for fact in keys], "seed")
    listed = [_by_key(varying, "a key with a usual name that varies", runs) if varying else None]
    listed.append(_named_part("seed", runs))
    return tuple(candidate for candidate in listed if candidate)


def placed(runs: Sequence[RunFacts], axes: Mapping[str, Sequence[Candidate]]) -> dict[str, Place]:
    """Return the method, the tasks and the seed of each run by the likeliest candidates, by run id."""
    return {
        run.id: Place(
            method=_value(run, axes["method"], "method") or run.name,
            tasks=_tasks_of(run, axes["task"]),
            seed=_value(run, axes["seed"], "seed"),
        )
        for run in runs
    }


def _matrix(runs: Sequence[RunFacts], axes: Mapping[str, Sequence[Candidate]]) -> dict[tuple[str, str], int]:
    counts: Counter[tuple[str, str]] = Counter()
    for place in placed(runs, axes).values():
        counts.update((place.method, task) for task in place.tasks)
    return dict(sorted(counts.items(), key=lambda item: (natural(item[0][0]), natural(item[0][1]))))


def _value(run: RunFacts, candidates: Sequence[Candidate], axis: str) -> str | None:
    if not candidates:
        return None
    form = candidates[0].form
    if "config" in form:
        value = run.config.get(form["config"])
        return None if value is None else str(value)
    if "name" in form:
        match = USUAL_TASK.match(run.name)
        return match[axis] if match else None
    return run.group if "group" in form else (run.axes or {}).get(axis)


def _tasks_of(run: RunFacts, candidates: Sequence[Candidate]) -> tuple[str, ...]:
    if run.tasks:
        return run.tasks
    pattern = candidates[0].form.get("metric") if candidates else None
    if pattern:
        matches = (re.match(pattern, name) for name in run.metrics)
        return tuple(f"{match['suite']}/{match['task']}" for match in matches if match)
    return (_value(run, candidates, "task") or "all",)
