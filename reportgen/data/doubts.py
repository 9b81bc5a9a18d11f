"""Doubts about who the runs are: axes that some runs lack, names that are no names, trials taken for seeds."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise
from typing import TYPE_CHECKING

from reportgen.data.axes import (
    flat,
    form_of,
    name_of,
    natural,
    read_method,
    read_seed,
    read_task,
    rooted,
    why_none,
)
from reportgen.data.scores import Notice
from reportgen.data.screen import counted, some
from reportgen.runs.lookup import lookup
from reportgen.text import yaml_word

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reportgen.data.axes import Identified, Identity
    from reportgen.runs.record import RunRecord
    from reportgen.spec.model import Spec

FEW_RUNS = 4
EFFECTS = {
    "method": "they are left out",
    "task": "they count as one task of their own",
    "seed": "they are numbered in the order read",
}
ROUNDING = 1e-9
COMMIT_KEYS = ("commit", "git_commit", "git_hash", "git_sha", "git.commit", "git.hash")
SHORT_COMMIT = 7
LONG_NAME = 8
MOST_COMMITS = 4
# config keys that tell runs of one experiment apart: seed, time, paths, and what identifies a run or its machine
OWN_TOKENS = frozenset(
    {"seed", "seeds", "time", "date", "datetime", "timestamp", "path", "paths", "dir", "dirs", "directory", "folder"}
    | {"file", "filename", "url", "uri", "host", "hostname", "user", "username", "pid", "port", "uuid"}
)
OWN_KEYS = frozenset({"run", "run_id", "run_name", "id", "wandb_run_name", *COMMIT_KEYS})
_OWN_VALUE = re.compile(r"[~.]{0,2}/|[A-Za-z]:\\|\w+://|\d{4}-\d\d-\d\d|\d{8}[_T-]\d{4,6}|.*\$\{")


def doubts(records: Sequence[RunRecord], identified: Identified, spec: Spec) -> tuple[Notice, ...]:
    """Return what must be said about the identity of runs; every notice names its runs."""
    runs = identified.runs
    return (
        *_without_an_axis(records, spec),
        *_mixed_origins([run.record for run in runs], spec),
        *_method_per_run(runs, len(identified.methods)),
        *_rounding(runs),
        *_differing_configs(runs, identified, spec),
        *_commits(runs),
    )


def _without_an_axis(records: Sequence[RunRecord], spec: Spec) -> tuple[Notice, ...]:
    """Name the runs in which an axis finds nothing while it does in others, with the reason."""
    notices = []
    for axis, effect in EFFECTS.items():
        asked = [record for record in records if (form := form_of(record, axis, spec)) and not form.metric]
        lacking = [record for record in asked if _read(record, axis, spec) is None]
        if axis != "method" and len(lacking) == len(records):
            continue
        reasons: dict[str, list[RunRecord]] = defaultdict(list)
        for record in lacking:
            reasons[why_none(record, axis, spec).rstrip("?")].append(record)
        for reason, found in reasons.items():
            names = some([record.name for record in found])
            text = f"{len(found)} of {len(records)} runs have no {axis}: {reason} ({names}); {effect}."
            notices.append(Notice(code="axis_missing", text=text, runs=tuple(record.id for record in found)))
    return tuple(notices)


def _read(record: RunRecord, axis: str, spec: Spec) -> str | None:
    if axis == "method":
        return read_method(record, spec)[0]
    return read_task(record, spec) if axis == "task" else read_seed(record, spec)


def _mixed_origins(records: Sequence[RunRecord], spec: Spec) -> tuple[Notice, ...]:
    """Warn where the method of some runs is a config entry and that of others, for want of it, group or name."""
    origins: dict[str, list[RunRecord]] = defaultdict(list)
    for record in records:
        if spec.methods is None and spec.axes_of(record.source).method is None and "method" not in record.axes:
            origins[read_method(record, spec)[1]].append(record)
    if len(origins) < 2:  # noqa: PLR2004 - one origin is no mixture
        return ()
    told = "; ".join(f"{where} in {counted(len(runs))}" for where, runs in origins.items())
    fewest = min(origins.values(), key=len)
    text = f"The method is not read alike in all runs: {told}. The fewest: {some([run.name for run in fewest])}."
    runs = tuple(record.id for record in fewest)
    return (Notice(code="method_mixed", text=text, runs=runs, mend="axes: {method: {config: algorithm}}"),)


def _method_per_run(runs: Sequence[Identity], methods: int) -> tuple[Notice, ...]:
    """Warn when an axis gives as many methods as runs: names that hold a seed or a date were taken for methods."""
    if len(runs) < FEW_RUNS or methods < len(runs):
        return ()
    text = (
        f"Every one of the {len(runs)} runs is a method of its own ({some([run.method for run in runs])}); "
        "does the method's name hold a seed or a date?"
    )
    ids = tuple(run.record.id for run in runs)
    return (Notice(code="method_per_run", text=text, runs=ids, mend="axes: {method: {config: algorithm}}"),)


def _rounding(runs: Sequence[Identity]) -> tuple[Notice, ...]:
    """Warn of methods that are numbers and differ by rounding only."""
    numbers = sorted((number, name) for name in dict.fromkeys(run.method for run in runs) if (number := _number(name)))
    twins = [(a, b) for (x, a), (y, b) in pairwise(numbers) if abs(x - y) <= ROUNDING * max(abs(x), abs(y))]
    return tuple(
        Notice(
            code="method_rounding",
            text=f"The methods {a} and {b} are numbers that differ by rounding only; they count as two methods.",
            runs=tuple(run.record.id for run in runs if run.method in {a, b}),
            mend=f"rename: {{method: {{{yaml_word(max(a, b, key=len))}: {yaml_word(min(a, b, key=len))}}}}}",
        )
        for a, b in twins
    )


def _number(name: str) -> float:
    try:
        return float(name)
    except ValueError:
        return 0.0


def _differing_configs(runs: Sequence[Identity], identified: Identified, spec: Spec) -> tuple[Notice, ...]:
    """Name the config keys in which runs of one method and task differ, besides what seeds differ in.

    Keys only: values of keys that the spec does not name are not published.
    """
    labels = {method.id: method.label for method in identified.methods}
    groups: dict[tuple[str, str | None], list[Identity]] = defaultdict(list)
    for run in runs:
        groups[run.method, run.task].append(run)
    by_method: dict[str, tuple[set[str], list[Identity]]] = defaultdict(lambda: (set(), []))
    for (method, _), group in groups.items():
        keys = _differing([_told_apart_by(run.record, spec) for run in group])
        if keys:
            by_method[method][0].update(keys)
            by_method[method][1].extend(group)
    notices = []
    for method, (keys, found) in by_method.items():
        listed = sorted(keys, key=natural)
        text = (
            f"{len(found)} runs of {labels[method]} on the same task differ in their config, in keys other than seed, "
            f"time and paths: {some(listed)} ({some([run.record.name for run in found])}). Are they trials of a sweep, "
            "not seeds?"
        )
        axis = spec.axes.method
        key = axis.config[0] if axis and axis.config else "algorithm"
        mend = f"axes: {{method: {{template: '{{config.{key}}}, {{config.{listed[0]}}}'}}}}"
        ids = tuple(run.record.id for run in found)
        notices.append(Notice(code="config_differs", text=text, method=method, runs=ids, mend=mend))
    return tuple(notices)


def _differing(configs: Sequence[Mapping[str, str]]) -> set[str]:
    keys = {key for config in configs for key in config}
    return {key for key in keys if len({config.get(key) for config in configs}) > 1}


def _told_apart_by(record: RunRecord, spec: Spec) -> dict[str, str]:
    """Return the config entries that should be the same in all seeds, as texts."""
    axes = spec.axes_of(record.source)
    seed = {one for key in (axes.seed.config if axes.seed else ()) for one in rooted(key, axes.config_roots)}
    seed |= _seed_columns(spec, record.source)
    own = {record.name, record.id.rpartition("/")[2]}
    return {
        key: text
        for key, value in flat(record.config)
        if key not in seed and key not in record.axes and not _is_own_key(key)
        if not _OWN_VALUE.match(text := name_of(value) or repr(value)) and not _names_the_run(text, own)
    }


def _seed_columns(spec: Spec, source: str) -> set[str]:
    """Return the columns and placeholders that name the seeds of a file source."""
    files = (entry.files for name, entry in zip(spec.handles(), spec.sources, strict=True) if name == source)
    rules = [form.seed for form in files if form is not None and form.seed is not None]
    return {column for rule in rules for column in (*rule.parts, *rule.order_within)}


def _names_the_run(text: str, names: set[str]) -> bool:
    """Tell whether a value is the run's own name, or holds one that is long enough to be no accident."""
    return any(text == name or (len(name) >= LONG_NAME and name in text) for name in names)


def _is_own_key(key: str) -> bool:
    last = key.rpartition(".")[2].lower()
    return last in OWN_KEYS or key in OWN_KEYS or bool(OWN_TOKENS & set(re.split(r"[_\-/]", last)))


def _commits(runs: Sequence[Identity]) -> tuple[Notice, ...]:
    """Warn where the compared runs come from different commits of their code."""
    by_commit: dict[str, list[RunRecord]] = defaultdict(list)
    for run in runs:
        if commit := _commit(run.record):
            by_commit[commit].append(run.record)
    if len(by_commit) < 2:  # noqa: PLR2004 - one commit is no difference
        return ()
    told = "; ".join(
        f"{commit[:SHORT_COMMIT]} {counted(len(found))}, {some([record.name for record in found])}"
        for commit, found in sorted(by_commit.items(), key=lambda item: -len(item[1]))[:MOST_COMMITS]
    )
    text = (
        f"The runs come from {len(by_commit)} git commits ({told}); a metric may keep its name and change its meaning."
    )
    ids = tuple(record.id for found in by_commit.values() for record in found)
    return (Notice(code="several_commits", text=text, runs=ids),)


def _commit(record: RunRecord) -> str | None:
    found = (name_of(lookup(record.config, key)) for key in COMMIT_KEYS)
    return record.commit or next((commit for commit in found if commit), None)
