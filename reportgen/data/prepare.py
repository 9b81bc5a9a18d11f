"""From runs to scores: one function that reads as the order of work the spec page states."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal, cast

from reportgen.data.asked import asked
from reportgen.data.axes import identify, merge_renamed, natural
from reportgen.data.bounds import bound, normalize
from reportgen.data.columns import add_columns
from reportgen.data.defects import Defects
from reportgen.data.derived import derive, in_words, own_metric
from reportgen.data.direction import INFERRED, direction_of
from reportgen.data.doubts import doubts
from reportgen.data.eligible import eligible
from reportgen.data.owned import owned
from reportgen.data.points import rule_text
from reportgen.data.reduce import Part, reduced
from reportgen.data.rule_doubts import phases, rule_doubts
from reportgen.data.scores import DataSet, Exclusion, MetricData, Notice, Score, Task
from reportgen.data.screen import Context, screen, sentence, some
from reportgen.data.select import ALL, Wanted, select, wanted
from reportgen.data.uneven import columns_differ, uneven
from reportgen.errors import DataError, did_you_mean
from reportgen.spec.presets import preset_directions
from reportgen.text import yaml_word

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence
    from pathlib import Path

    from reportgen.data.axes import Identified, Identity
    from reportgen.data.code import Code, OwnCode
    from reportgen.data.reduce import Number
    from reportgen.data.scores import Direction
    from reportgen.data.select import Found, Selected
    from reportgen.runs.record import RunRecord
    from reportgen.spec.model import Score as Rule
    from reportgen.spec.model import Spec


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Reduced:
    """The raw scores of a metric, the value columns behind each task, and what was left out or counted."""

    scores: tuple[Score, ...]
    columns: Mapping[str, frozenset[str]]
    exclusions: tuple[Exclusion, ...]
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Prepared:
    data: MetricData
    exclusions: tuple[Exclusion, ...]
    notices: tuple[Notice, ...]
    code: tuple[OwnCode, ...]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Chosen:
    """A metric whose points have been found and not yet read."""

    wanted: Wanted
    selected: Selected
    rule: Rule
    direction: Direction
    source: str
    tasks: Mapping[str, Task]
    merged: tuple[Notice, ...]
    own: OwnCode | None = None


def prepare(
    records: Sequence[RunRecord],
    spec: Spec,
    *,
    root: Path,
    where: Callable[..., str] | None = None,
    code: Code = "refuse",
) -> DataSet:
    """Turn runs into the scores of each metric.

    Label runs, select them, drop missing points, make steps unique, reduce each run to one number in raw units,
    normalise.

    Parameters
    ----------
    root
        Folder that tables of the spec are relative to.
    where
        Gives ``file:line:column`` of a key of the spec, for messages.
    code
        What becomes of labels and scales that a function of the spec's owner gives: refused, run, or left out.

    Raises
    ------
    UsageError
        When such a function is refused.
    DataError
        When no run, no metric or no number is left, or the spec asks for what the data cannot give.
    """
    given = owned(spec, root, where, code)
    columns = add_columns(records, spec, root=root, where=where, code=code)
    records = columns.records
    identified = identify(records, spec)
    counted = eligible(identified.runs, spec.runs)
    runs = counted.runs
    labels = {method.label for method in identified.methods}
    if spec.baseline is not None and spec.baseline not in labels:
        at = f"{where('baseline')}: " if where else ""
        raise DataError(
            f"{at}the baseline {spec.baseline!r} is no method{did_you_mean(spec.baseline, labels)}; "
            f"there are {some(sorted(labels))}"
        )
    listed, empty = wanted(runs, spec, where)
    preset = preset_directions(spec.preset, root) if spec.preset else ()
    computed = [(one, own_metric(one, root, where, code)) for one in listed if code != "skip" or not one.entry.python]
    chosen = [_choose(one, own, runs, spec, root, where, preset) for one, own in computed]
    prepared = [
        _metric(one, numbers, runs, identified, spec, root, where, code) for one, numbers in _numbers(chosen, spec)
    ]
    metrics = tuple(one.data for one in prepared)
    ran = (*columns.code, *(own for one in prepared for own in one.code), *given.code)
    return DataSet(
        metrics=metrics,
        exclusions=(
            *identified.exclusions,
            *counted.exclusions,
            *(item for one in prepared for item in one.exclusions),
        ),
        notices=(
            *_told_by_sources(records),
            *columns.notices,
            *identified.notices,
            *doubts(records, identified, spec),
            *counted.notices,
            *empty,
            *_highlights(spec, labels),
            *(notice for one in prepared for notice in one.notices),
        ),
        methods_ordered_by_spec=spec.methods is not None,
        baseline=next((method.id for method in identified.methods if method.label == spec.baseline), None),
        labels={record.id: record.labels for record in records if record.labels},
        code={own.name: own.sha256 for own in ran},
        code_from={own.name: own.origin for own in ran},
        asked=asked(spec, metrics, where),
        owned=given,
    )


def _choose(
    one: Wanted,
    own: OwnCode | None,
    runs: Sequence[Identity],
    spec: Spec,
    root: Path,
    where: Callable[..., str] | None,
    preset: Sequence[Mapping[str, str]],
) -> _Chosen:
    """Find the points of a metric, its direction and its tasks, without reading a point."""
    rule = one.entry.score or spec.score
    selected = derive(one, own, runs, spec, root, where) if own else select(one, runs, spec, root, where)
    direction, source = direction_of(one.entry, selected.names, spec.metrics, preset=preset)
    if rule.reduce == "best" and direction not in {"maximize", "minimize"}:
        raise DataError(
            f"score: best needs to know whether more of {one.id!r} is better; write "
            f"metrics: {{primary: [{{name: {yaml_word(one.id)}, direction: maximize}}]}}"
        )
    tasks, merged = _tasks(selected, spec)
    return _Chosen(
        wanted=one,
        selected=selected,
        rule=rule,
        direction=direction,
        source=source,
        tasks=tasks,
        merged=merged,
        own=own,
    )


def _numbers(chosen: Sequence[_Chosen], spec: Spec) -> Iterator[tuple[_Chosen, Sequence[Number]]]:
    """Reduce all metrics together, so that each run is read once, and give each metric its own numbers."""
    parts = [
        Part(hit=hit, rule=one.rule, direction=one.direction, metric=one.wanted.id)
        for one in chosen
        for hit in one.selected.found
    ]
    numbers = iter(reduced(parts, collapsing=spec.runs.repeated_evaluations == "collapse"))
    for one in chosen:
        yield one, tuple(islice(numbers, len(one.selected.found)))


def _metric(
    chosen: _Chosen,
    numbers: Sequence[Number],
    runs: Sequence[Identity],
    identified: Identified,
    spec: Spec,
    root: Path,
    where: Callable[..., str] | None,
    code: Code,
) -> _Prepared:
    one, entry, direction = chosen.wanted, chosen.wanted.entry, chosen.direction
    scored = _gathered(chosen, numbers)
    listed = sorted({task.id: task for task in chosen.tasks.values()}.values(), key=lambda task: natural(task.label))
    context = Context(
        metric=one.id,
        methods={method.id: method.label for method in identified.methods},
        tasks={task.id: task.label for task in listed},
        records={run.record.id: run.record for run in runs},
        runs=spec.runs,
    )
    screened = screen(scored.scores, context)
    used = {score.task for score in screened.scores}
    primary = one.role == "primary"
    bounded = bound(
        [task for task in listed if task.id in used],
        entry.normalization or (spec.normalization if primary else None),
        entry.optimal_scores if entry.optimal_scores is not None else (spec.optimal_scores if primary else {}),
        metric=one.id,
        direction=direction,
        columns=scored.columns,
        root=root,
        scores=screened.scores,
        code=code,
        at=f"{where(*_place_of_scale(one))}: " if where else "",
    )
    by_id = {task.id: task for task in bounded.tasks}
    scores = [normalize(score, by_id[score.task]) if bounded.normalized else score for score in screened.scores]
    present = {score.method for score in scores}
    data = MetricData(
        id=one.id,
        label=entry.label or one.id,
        role=cast("Literal['primary', 'secondary']", one.role),
        direction=direction,
        direction_source=chosen.source,
        unit=entry.unit,
        normalized=bounded.normalized,
        has_optimum=not bounded.relative and all(task.optimum is not None for task in bounded.tasks),
        relative=bounded.relative and bounded.normalized,
        score_rule=rule_text(chosen.rule, single=all(score.line.count <= 1 for score in screened.scores)),
        normalization=bounded.text if bounded.normalized else "none",
        derived=in_words(one),
        tasks=bounded.tasks,
        methods=tuple(method for method in identified.methods if method.id in present),
        scores=tuple(sorted(scores, key=lambda score: (score.method, score.task, score.run))),
    )
    shown = {run.record.id: run.record.name for run in runs}
    notices = (
        *_direction(data),
        *rule_doubts(data, chosen.rule, scored.scores, shown),
        *phases(one.id, chosen.selected.found),
        *_beyond_optimum(data),
        *uneven(data),
    )
    return _Prepared(
        data=data,
        exclusions=(*chosen.selected.exclusions, *scored.exclusions, *screened.exclusions),
        code=(*bounded.code, *((chosen.own,) if chosen.own else ())),
        notices=(
            *chosen.selected.notices,
            *chosen.merged,
            *scored.notices,
            *screened.notices,
            *bounded.notices,
            *notices,
        ),
    )


def _place_of_scale(one: Wanted) -> tuple[str | int, ...]:
    return (*one.keys, "normalization") if one.entry.normalization else ("normalization",)


def _tasks(selected: Selected, spec: Spec) -> tuple[dict[str, Task], tuple[Notice, ...]]:
    """Return raw task name to task; names renamed to one are one task."""
    suites = {hit.task: hit.suite for hit in selected.found}
    ids, notices = merge_renamed(suites, spec.rename.task, "task")
    tasks = {
        raw: Task(id=ids[raw], label=spec.rename.task.get(raw, raw if raw != ALL else "all"), suite=suite)
        for raw, suite in suites.items()
    }
    return tasks, notices


def _gathered(chosen: _Chosen, numbers: Sequence[Number]) -> _Reduced:
    one, found = chosen.wanted, chosen.selected.found
    scores, exclusions = [], []
    columns: dict[str, set[str]] = defaultdict(set)
    defects = Defects(metric=one.id)
    coalesced = False
    for hit, got in zip(found, numbers, strict=True):
        record = hit.run.record
        defects.add(record.id, got.defects, got.first)
        if got.number is None:
            reason = f"{hit.task}: {got.why}" if hit.task != ALL else got.why
            exclusions.append(Exclusion(run=record.id, name=record.name, metric=one.id, reason=reason))
            continue
        task = chosen.tasks[hit.task].id
        columns[task].add(hit.series.column or hit.series.metric)
        coalesced |= hit.series.column not in {"", hit.series.metric}
        scores.append(_score(hit, task, got, got.number))
    if not scores:
        told = [f"{exclusion.name}: {exclusion.reason}" for exclusion in exclusions]
        raise DataError(f"metric {one.id!r}: no run has a score: {some(told, separator='; ')}; name another metric")
    return _Reduced(
        scores=tuple(scores),
        columns={task: frozenset(names) for task, names in columns.items()},
        exclusions=tuple(exclusions),
        notices=(*defects.notices(), *(columns_differ(one.id, columns) if coalesced else ())),
    )


def _score(hit: Found, task: str, got: Number, number: float) -> Score:
    return Score(
        method=hit.run.method,
        task=task,
        run=hit.run.record.id,
        seed=hit.run.seed,
        raw=number,
        value=number,
        line=got.line,
        missing=got.defects["missing"],
    )


def _direction(data: MetricData) -> tuple[Notice, ...]:
    if data.direction_source != INFERRED:
        return ()
    line = f"metrics: {{{data.role}: [{{name: {yaml_word(data.id)}, direction: maximize}}]}}"
    if data.direction == "unknown":
        text = f"Whether more {data.label} is better cannot be told from its name; nothing is ranked."
        return (Notice(code="unknown_direction", text=text, metric=data.id, mend=line, level=_doubt(data)),)
    text = f"Direction of {data.label} inferred from its name: {data.direction}."
    mend = line.replace("maximize", data.direction)
    return (Notice(code="inferred_direction", text=text, metric=data.id, mend=mend, level="note"),)


def _doubt(data: MetricData) -> Literal["warning", "note"]:
    return "warning" if data.role == "primary" else "note"


def _beyond_optimum(data: MetricData) -> tuple[Notice, ...]:
    beyond = [score for score in data.scores if score.value > 1] if data.normalized and data.has_optimum else []
    if not beyond:
        return ()
    tasks = len({score.task for score in beyond})
    text = (
        f"{len(beyond)} of {len(data.scores)} scores of {data.label} lie beyond the optimum, on {tasks} of "
        f"{len(data.tasks)} tasks; the optimality gap counts them as 0."
    )
    return (Notice(code="beyond_optimum", text=text, metric=data.id, level="note"),)


def _told_by_sources(records: Sequence[RunRecord]) -> tuple[Notice, ...]:
    told: dict[str, list[str]] = defaultdict(list)
    for record in records:
        for note in record.notes:
            told[note].append(record.id)
    return tuple(
        Notice(code="source", text=f"{note} ({len(runs)} run{'s' if len(runs) > 1 else ''}).", runs=tuple(runs))
        for note, runs in told.items()
    )


def _highlights(spec: Spec, labels: set[str]) -> tuple[Notice, ...]:
    return tuple(
        Notice(
            code="unknown_method",
            text=sentence(f"visualization.highlight names {name!r}, which is no method{did_you_mean(name, labels)}"),
        )
        for name in spec.visualization.highlight
        if name not in labels
    )
