"""Who a run is: its method, task and seed, from wherever the spec says they stand."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reportgen.data.scores import Exclusion, Method, Notice
from reportgen.data.screen import counted, sentence
from reportgen.errors import DataError, did_you_mean
from reportgen.runs.lookup import DEEP, glob, lookup, lookups

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

    from reportgen.runs.record import RunRecord
    from reportgen.spec.identity import AxisForm, MethodSelector
    from reportgen.spec.model import Spec

USUAL_METHOD_KEYS = ("algorithm", "algo", "exp_name", "method")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Identity:
    """A run with its method (raw id), its task where a run has one, and its seed's name."""

    record: RunRecord
    method: str
    task: str | None
    seed: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Identified:
    """All runs with a method; the methods in display order; what was left out and what must be said."""

    runs: tuple[Identity, ...]
    methods: tuple[Method, ...]
    exclusions: tuple[Exclusion, ...]
    notices: tuple[Notice, ...]


def identify(records: Sequence[RunRecord], spec: Spec) -> Identified:
    """Give every run its method, task and seed.

    Raises
    ------
    DataError
        When no run has a method.
    """
    raw = {record.id: read_method(record, spec)[0] for record in records}
    exclusions = tuple(
        Exclusion(run=record.id, name=record.name, reason=_unmatched(spec))
        for record in records
        if raw[record.id] is None
    )
    kept = [record for record in records if raw[record.id] is not None]
    if not kept:
        why = _unmatched(spec) if spec.methods is not None else why_none(records[0], "method", spec)
        raise DataError(f"none of the {len(records)} runs has a method: {sentence(why)}")
    names = [str(raw[record.id]) for record in kept]
    ids, merged = merge_renamed(names, spec.rename.method, "method")
    runs, notices = _with_seeds(kept, ids, spec)
    methods = _in_order(ids, spec)
    return Identified(
        runs=runs,
        methods=methods,
        exclusions=exclusions,
        notices=(*merged, *notices, *_without_runs(records, names, spec)),
    )


def merge_renamed(
    names: Iterable[str], renamed: Mapping[str, str], what: str
) -> tuple[dict[str, str], tuple[Notice, ...]]:
    """Return raw name to id: itself, but the new name where several raw names are renamed to one (and a notice)."""
    raw = tuple(dict.fromkeys(names))
    shown = Counter(renamed.get(name, name) for name in raw)
    ids = {name: renamed.get(name, name) if shown[renamed.get(name, name)] > 1 else name for name in raw}
    notices = []
    for new, count in shown.items():
        if count > 1:
            old = ", ".join(name for name in raw if ids[name] == new)
            text = f"The {what}s {old} are merged into one, {new}, by `rename`; only such a merge moves numbers."
            notices.append(Notice(code="merged", text=text, level="note"))
    return ids, tuple(notices)


def _in_order(ids: Mapping[str, str], spec: Spec) -> tuple[Method, ...]:
    """Spec's order, else the baseline first, then by label."""
    methods = [Method(id=name, label=spec.rename.method.get(name, name)) for name in dict.fromkeys(ids.values())]
    if spec.methods is not None:
        places = {name: place for place, name in enumerate(spec.methods)}
        return tuple(sorted(methods, key=lambda method: places.get(method.id, len(places))))
    return tuple(sorted(methods, key=lambda method: (method.label != spec.baseline, natural(method.label))))


def natural(text: str) -> tuple[tuple[int, int, str], ...]:
    """Return a sort key by which numbers inside names count as numbers.

    Examples
    --------
    >>> sorted(["task10", "task2", "Task1"], key=natural)
    ['Task1', 'task2', 'task10']
    """
    parts = re.split(r"(\d+)", text.casefold())
    return (*((1, int(part), "") if part.isdecimal() else (0, 0, part) for part in parts), (2, 0, text))


def read_method(record: RunRecord, spec: Spec) -> tuple[str | None, str]:
    """Return a run's method, None where it has none, and in words where it was read."""
    axes = spec.axes_of(record.source)
    if spec.methods is not None:
        selects = (name for name, selector in spec.methods.items() if _selects(selector, record, axes.config_roots))
        return next(selects, None), "`methods`"
    if "method" in record.axes:
        return record.axes["method"], "its source"
    if axes.method is not None:
        return read_axis(record, axes.method, "method", axes.config_roots), "`axes.method`"
    for key in USUAL_METHOD_KEYS:
        if found := _first(record.config, (key,), axes.config_roots):
            return found, f"config {key}"
    return (record.group, "their group") if record.group else (record.name, "their name")


def _unmatched(spec: Spec) -> str:
    return "no entry of `methods` selects it" if spec.methods is not None else "`axes.method` finds no method in it"


def _selects(selector: MethodSelector, record: RunRecord, roots: Sequence[str]) -> bool:
    return (
        selector.source in {None, record.source}
        and (not selector.name or any(glob(pattern)(record.name) for pattern in selector.name))
        and all(_holds(record.config, key, value, roots) for key, value in selector.config.items())
        and selector.method in {None, record.axes.get("method")}
        and set(selector.tags) <= set(record.tags)
        and selector.group in {None, record.group}
        and selector.label.items() <= dict(record.labels).items()
    )


def _holds(config: Mapping[str, Any], key: str, value: Any, roots: Sequence[str]) -> bool:
    first = next((found for one in rooted(key, roots) if (found := lookup(config, one)) is not None), None)
    return str(first) == str(value)


def read_axis(record: RunRecord, form: AxisForm, axis: str, roots: Sequence[str] = ()) -> str | None:
    """Read an axis of a run by the forms of the spec, in the order written; None where none finds it.

    Parameters
    ----------
    roots
        Prefixes tried before each config key, as `axes.config_roots` lists them.
    """
    readers: dict[str, Callable[[], str | None]] = {
        "config": lambda: _first(record.config, form.config, roots),
        "summary": lambda: _first(record.summary, form.summary, ()),
        "name": lambda: _captured(form.name, [record.name], axis),
        "tag": lambda: _captured(form.tag, record.tags, axis),
        "group": lambda: record.group if form.group else None,
        "label": lambda: record.labels.get(form.label or ""),
        "template": lambda: _filled(form.template, record, roots),
    }
    written = (readers[name] for name in form.written if name in readers)
    return next((found for read in written if (found := read())), None)


def rooted(key: str, roots: Sequence[str]) -> tuple[str, ...]:
    """Return the keys that stand for one: below each root in turn; a deep key needs none.

    Examples
    --------
    >>> rooted("seed", ("", "TrainTool")), rooted("**.seed", ("TrainTool",))
    (('seed', 'TrainTool.seed'), ('**.seed',))
    """
    if not roots or key.startswith(DEEP):
        return (key,)
    return tuple(f"{root}.{key}" if root else key for root in roots)


def _first(values: Mapping[str, Any], keys: Sequence[str], roots: Sequence[str]) -> str | None:
    found = (value for key in keys for one in rooted(key, roots) for value in lookups(values, one))
    return next((text for value in found if (text := name_of(value))), None)


def name_of(value: Any) -> str | None:
    """Return a config value as a name; unresolved interpolations and nested values are none."""
    if value is None or isinstance(value, dict | list) or (isinstance(value, str) and "${" in value):
        return None
    return str(value)


def _captured(patterns: Sequence[str], texts: Sequence[str], axis: str) -> str | None:
    matches = (match for pattern in patterns for text in texts if (match := re.search(pattern, text)))
    found = (match[axis] if axis in match.re.groupindex else next(iter(match.groups()), None) for match in matches)
    return next((value for value in found if value), None)


def _filled(template: str | None, record: RunRecord, roots: Sequence[str]) -> str | None:
    if template is None:
        return None
    missing = False

    def value(match: re.Match[str]) -> str:
        nonlocal missing
        key = match.group(1)
        plain = {"name": record.name, "group": record.group, **{f"label.{k}": v for k, v in record.labels.items()}}
        found = plain[key] if key in plain else _first(record.config, (key.removeprefix("config."),), roots)
        missing = missing or found is None
        return found or ""

    text = re.sub(r"\{([^{}]+)\}", value, template)
    return None if missing else text


def _with_seeds(
    records: Sequence[RunRecord], ids: Mapping[str, str], spec: Spec
) -> tuple[tuple[Identity, ...], tuple[Notice, ...]]:
    runs, unnamed = [], 0
    order: Counter[tuple[str, str | None]] = Counter()
    for record in records:
        method = ids[str(read_method(record, spec)[0])]
        task = read_task(record, spec)
        seed = read_seed(record, spec)
        if seed is None:
            seed = f"#{order[method, task]}"
            order[method, task] += 1
            unnamed += 1
        runs.append(Identity(record=record, method=method, task=task, seed=seed))
    text = f"{counted(unnamed)} without a seed in the data, numbered in the order read."
    notice = Notice(code="seeds_by_order", text=text, level="note", mend="axes: {seed: {config: seed}}")
    return tuple(runs), (notice,) if unnamed else ()


def read_task(record: RunRecord, spec: Spec) -> str | None:
    """Return the task of a whole run, None where it has none."""
    axes = spec.axes_of(record.source)
    given = record.axes.get("task")
    return given if given or axes.task is None else read_axis(record, axes.task, "task", axes.config_roots)


def read_seed(record: RunRecord, spec: Spec) -> str | None:
    """Return the seed's name, None where the run has none."""
    axes = spec.axes_of(record.source)
    given = record.axes.get("seed")
    return given if given or axes.seed is None else read_axis(record, axes.seed, "seed", axes.config_roots)


def form_of(record: RunRecord, axis: str, spec: Spec) -> AxisForm | None:
    """Return the form by which an axis of a run is read, None where something else gives it."""
    given = axis in record.axes or (axis == "method" and spec.methods is not None)
    return None if given else getattr(spec.axes_of(record.source), axis)


def why_none(record: RunRecord, axis: str, spec: Spec) -> str:
    """Say why a form finds nothing in a run: what is there and no name, else what is not there."""
    form, roots = form_of(record, axis, spec), spec.axes_of(record.source).config_roots
    keys = [one for key in (form.config if form else ()) for one in rooted(key, roots)]
    there = next(((key, found) for key in keys if (found := lookup(record.config, key)) is not None), None)
    if there is not None:
        key, value = there
        nested = "a mapping" if isinstance(value, dict) else "a list" if isinstance(value, list) else ""
        what, shown = (
            nested or "an interpolation that nothing resolved",
            "" if isinstance(value, dict) else f", {value!r}",
        )
        return f"config {key} holds {what}{shown}, no name"
    if form is None or form.written != ("config",):
        return f"`axes.{axis}` finds none"
    return f"config has no {' or '.join(form.config)}{did_you_mean(keys[0], dict(flat(record.config)))}"


def flat(values: Mapping[str, Any], head: str = "") -> Iterator[tuple[str, Any]]:
    """Yield dotted keys and values of nested mappings; the W&B client's own entries are left out."""
    for key, value in values.items():
        if isinstance(value, dict) and value:
            yield from flat(value, f"{head}{key}.")
        elif not f"{head}{key}".startswith("_wandb"):
            yield f"{head}{key}", value


def _without_runs(records: Sequence[RunRecord], names: Sequence[str], spec: Spec) -> tuple[Notice, ...]:
    """Warn of entries of `methods` that no run belongs to."""
    there = dict.fromkeys(record.axes["method"] for record in records if "method" in record.axes)
    return tuple(
        Notice(
            code="method_without_runs",
            text=sentence(
                f"No run is left for the entry {name!r} of `methods`{did_you_mean(selector.method or '', there)}"
            ),
        )
        for name, selector in (spec.methods or {}).items()
        if name not in names
    )
