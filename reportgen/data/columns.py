"""The columns that a spec adds to runs: its labels, and its axes for grouping."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reportgen.data.axes import read_axis
from reportgen.data.labels import RunLabeler, written_rules
from reportgen.data.scores import Notice
from reportgen.data.screen import counted, sentence, some
from reportgen.errors import ReportgenError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path
    from typing import Any

    from reportgen.data.code import Code, OwnCode
    from reportgen.runs.record import RunRecord
    from reportgen.spec.model import Spec


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class WithColumns:
    """The runs with their columns, what must be said, and the code that was run."""

    records: tuple[RunRecord, ...]
    notices: tuple[Notice, ...]
    code: tuple[OwnCode, ...]


def add_columns(
    records: Sequence[RunRecord], spec: Spec, *, root: Path, where: Callable[..., str] | None, code: Code
) -> WithColumns:
    """Label runs by the spec's rules, then read its axes for grouping.

    Parameters
    ----------
    code
        What becomes of rules that are functions: an error, run, or left out.

    Raises
    ------
    UsageError
        When a rule is a function and code is refused.
    ReportgenError
        When a rule cannot be applied, with its place in the spec.
    """
    labeler, own = _labeler(spec, root, where, code)
    labelled = labeler.label_runs(records) if spec.labels else tuple(records)
    return WithColumns(records=tuple(_grouped(labelled, spec)), notices=_told(labeler, records), code=own)


def own_functions(spec: Spec, root: Path) -> tuple[str, ...]:
    """Return the names of the functions of the spec's owner that a spec runs."""
    rules = (rule for index in range(len(spec.labels)) for rule in _rules(spec, index, root))
    entries = [entry for entry in (*spec.metrics.primary, *spec.metrics.secondary) if not isinstance(entry, str)]
    scales = (spec.normalization, *(entry.normalization for entry in entries))
    named = [
        *(rule.get("python") for rule in rules),
        *(entry.python for entry in entries),
        *(scale.python for scale in scales if scale is not None),
        *(one.python for one in spec.analysis.statistics),
        *(one.python for one in spec.pages),
    ]
    return tuple(dict.fromkeys(name for name in named if name))


def _labeler(
    spec: Spec, root: Path, where: Callable[..., str] | None, code: Code
) -> tuple[RunLabeler, tuple[OwnCode, ...]]:
    labeler, found = RunLabeler(), []
    for index in range(len(spec.labels)):
        at = f"{where('labels', index)}: " if where else ""
        try:
            rules = _rules(spec, index, root)
        except ReportgenError as error:
            raise type(error)(f"{at}{error}") from error
        for rule in rules:
            if "python" not in rule or code != "skip":
                roots = spec.axes.config_roots
                found.append(labeler.add_written(rule, root=root, allow_code=code == "run", roots=roots, at=at))
    return labeler, tuple(own for own in found if own)


def _rules(spec: Spec, index: int, root: Path) -> tuple[dict[str, Any], ...]:
    """Return the rules that an entry of `labels` stands for: itself, or those of the file it names."""
    rule = spec.labels[index]
    if isinstance(rule.manual, str):
        return written_rules(root / rule.manual, rule.column)
    return ({key: value for key, value in rule.model_dump(by_alias=True).items() if value is not None},)


def _grouped(records: Sequence[RunRecord], spec: Spec) -> Iterator[RunRecord]:
    for record in records:
        axes = spec.axes_of(record.source)
        found = {name: read_axis(record, form, name, axes.config_roots) for name, form in axes.grouping.items()}
        there = {name: value for name, value in found.items() if value is not None}
        yield replace(record, labels={**record.labels, **there}) if there else record


def _told(labeler: RunLabeler, records: Sequence[RunRecord]) -> tuple[Notice, ...]:
    """Name the runs that no rule labels, those about which rules disagree, and labels for runs that are not there."""
    names = {record.id: record.name for record in records}
    notices = []
    for column, runs in labeler.unlabelled.items():
        text = f"{len(runs)} of {len(records)} runs have no label `{column}`: {some([names[run] for run in runs])}."
        notices.append(Notice(code="unlabelled", text=text, runs=runs, level="note"))
    twice = labeler.doubly_labelled
    if twice:
        told = [f"{one.name}: {one.rule} says {one.value}, {_before(one.overruled)}" for one in twice]
        text = f"Several rules label {counted(len(twice))} differently; the later rule wins ({some(told)})."
        notices.append(Notice(code="labelled_twice", text=text, runs=tuple(one.run for one in twice), level="note"))
    for name in labeler.unknown_runs:
        text = sentence(f"`labels` names {name!r}, which is no run here{did_you_mean(name, names.values())}")
        notices.append(Notice(code="unknown_run", text=text))
    return tuple(notices)


def _before(overruled: Sequence[tuple[str, str]]) -> str:
    return ", ".join(f"{rule} said {label}" for label, rule in overruled)
