"""What a spec asks to be shown beyond the usual, with its names found among the metrics, methods and tasks."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, TypeVar

from reportgen.artifacts import safe_name
from reportgen.data.screen import some
from reportgen.errors import DataError, did_you_mean
from reportgen.runs.lookup import glob

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from reportgen.data.scores import Method, MetricData, Task
    from reportgen.spec.model import PublishedEntry, Spec

    Named = TypeVar("Named", Method, Task)

SHIPPED = {"runs", "excluded"}


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedTable:
    """A table of the spec: raw ids of what it shows, and its words.

    Parameters
    ----------
    name
        Name of its files; empty where it takes the place of the shipped table of its kind.
    kind
        The shipped table that it starts from, or empty.
    rows, columns
        ``("methods",)`` on one side; on the other tasks, aggregates and counts.
    methods, tasks
        Raw ids in their order; empty for all, in display order.
    published
        Methods of papers to show beside; empty for all where `methods` is empty, else for none.
    cell, aggregate_cell
        Templates, None for the usual form.
    """

    name: str
    kind: str
    metric: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    methods: tuple[str, ...]
    tasks: tuple[str, ...]
    cell: str | None = None
    aggregate_cell: str | None = None
    digits: int | None = None
    caption: str | None = None
    label: str | None = None
    published: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class AskedFigure:
    """A figure of the spec, as `AskedTable`: without a name it takes the place of the shipped one of its kind."""

    name: str
    kind: str
    metric: str
    methods: tuple[str, ...] = ()
    tasks: tuple[str, ...] = ()
    ncols: int | None = None
    xlim: tuple[float, float] | None = None
    smoothing: int = 1
    width: str | float | None = None
    caption: str | None = None
    label: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """Numbers of a paper in raw units, by raw task id; nothing was measured here, so nothing is tested or ranked."""

    metric: str
    method: str
    cite: str
    reference: str
    scores: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Everything that a spec asks to be shown."""

    tables: tuple[AskedTable, ...] = ()
    figures: tuple[AskedFigure, ...] = ()
    published: tuple[Published, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Names:
    """Finds names; what is not found is noted, so that all mistakes are told at once."""

    metrics: Sequence[MetricData]
    where: Callable[..., str] | None
    mistakes: list[str] = field(default_factory=list)

    def wrong(self, keys: tuple[str | int, ...], text: str) -> None:
        """Note a mistake at a place of the spec."""
        self.mistakes.append(f"{self.where(*keys)}: {text}" if self.where else text)

    def metric(self, name: str | None, keys: tuple[str | int, ...]) -> MetricData | None:
        """Return a metric by id or label; the first primary one without a name."""
        known = [metric for metric in self.metrics if metric.role == "primary" or name is not None]
        found = [metric for metric in known if name is None or name in {metric.id, metric.label}]
        if found:
            return found[0]
        ids = sorted(metric.id for metric in known)
        self.wrong((*keys, "metric"), f"no metric {name!r}{did_you_mean(str(name), ids)}; there are {some(ids)}")
        return None

    def chosen(
        self, names: Sequence[str], known: Iterable[Named], keys: tuple[str | int, ...], word: str
    ) -> tuple[str, ...]:
        """Return the raw ids that shown names or globs choose, in their order; none for none."""
        there = tuple(known)
        found: dict[str, None] = {}
        for index, name in enumerate(names):
            exact = [one.id for one in there if name in {one.label, one.id}]
            hits = exact or [one.id for one in there if glob(name)(one.label) or glob(name)(one.id)]
            if not hits:
                labels = [one.label for one in there]
                told = f"no {word} {name!r}{did_you_mean(name, labels)}; there are {some(labels)}"
                self.wrong((*keys, index), told)
            found.update(dict.fromkeys(hits))
        return tuple(found)


def asked(spec: Spec, metrics: Sequence[MetricData], where: Callable[..., str] | None) -> Asked:
    """Find everything that a spec asks to be shown.

    Raises
    ------
    DataError
        With every metric, method and task that is not there, and every name given twice.
    """
    names = _Names(metrics=metrics, where=where)
    found = Asked(
        tables=_tables(spec, names), figures=_figures(spec, names), published=_published(spec.published, names)
    )
    if names.mistakes:
        raise DataError("\n".join(names.mistakes))
    return found


def _tables(spec: Spec, names: _Names) -> tuple[AskedTable, ...]:
    found = []
    of_papers = {one.method for one in spec.published}
    for index, entry in enumerate(spec.tables):
        keys = ("tables", index)
        metric = names.metric(entry.metric, keys)
        if metric is None:
            continue
        if entry.name and _is_shipped(entry.name, names.metrics):
            names.wrong((*keys, "name"), f"{entry.name!r} is the name of a table that every report has; choose another")
        rows, columns = entry.sides
        measured = tuple(name for name in entry.methods if name not in of_papers)
        if entry.methods and not measured:
            names.wrong((*keys, "methods"), "only methods of papers are chosen; add one that was measured")
        found.append(
            AskedTable(
                name=entry.name or "",
                kind=entry.kind or "",
                metric=metric.id,
                rows=rows,
                columns=columns,
                methods=names.chosen(measured, metric.methods, (*keys, "methods"), "method"),
                tasks=names.chosen(entry.tasks, metric.tasks, (*keys, "tasks"), "task"),
                cell=entry.cell,
                aggregate_cell=entry.aggregate_cell,
                digits=entry.digits,
                caption=entry.caption,
                label=entry.label,
                published=tuple(name for name in entry.methods if name in of_papers),
            )
        )
    own = [(one.name or one.kind or "", "" if one.name else one.metric or "") for one in spec.tables]
    _refuse_twice("tables", own, names)
    return tuple(found)


def _figures(spec: Spec, names: _Names) -> tuple[AskedFigure, ...]:
    found = []
    of_tables = {one.name for one in spec.tables}
    for index, entry in enumerate(spec.figures):
        keys = ("figures", index)
        metric = names.metric(entry.metric, keys)
        if metric is None:
            continue
        if entry.name and _is_shipped(entry.name, names.metrics):
            told = f"{entry.name!r} is the name of a figure or table that every report has; choose another"
            names.wrong((*keys, "name"), told)
        if entry.name and entry.name in of_tables:
            names.wrong((*keys, "name"), f"{entry.name!r} is the name of a table of this spec; choose another")
        found.append(
            AskedFigure(
                name=entry.name or "",
                kind=entry.kind,
                metric=metric.id,
                methods=names.chosen(entry.methods, metric.methods, (*keys, "methods"), "method"),
                tasks=names.chosen(entry.tasks, metric.tasks, (*keys, "tasks"), "task"),
                ncols=entry.ncols,
                xlim=entry.xlim,
                smoothing=entry.smoothing,
                width=entry.width,
                caption=entry.caption,
                label=entry.label,
            )
        )
    own = [(one.name or one.kind, "" if one.name else one.metric or "") for one in spec.figures]
    _refuse_twice("figures", own, names)
    return tuple(found)


def _published(entries: Sequence[PublishedEntry], names: _Names) -> tuple[Published, ...]:
    found = []
    for index, entry in enumerate(entries):
        keys = ("published", index)
        metric = names.metric(entry.metric, keys)
        if metric is None:
            continue
        tasks = {task.label: task.id for task in metric.tasks}
        for name in entry.scores:
            if name not in tasks:
                told = f"no task {name!r}{did_you_mean(name, tasks)}; there are {some(list(tasks))}"
                names.wrong((*keys, "scores", name), told)
        scores = {tasks[name]: score for name, score in entry.scores.items() if name in tasks}
        found.append(
            Published(metric=metric.id, method=entry.method, cite=entry.cite, reference=entry.reference, scores=scores)
        )
    own = [(f"{one.method} [{one.cite}]", one.metric or "") for one in entries]
    _refuse_twice("published", own, names)
    return tuple(found)


def _is_shipped(name: str, metrics: Sequence[MetricData]) -> bool:
    """Tell whether a name may be that of a shipped table or figure."""
    return name in SHIPPED or any(name.startswith(f"{safe_name(metric.id)}-") for metric in metrics)


def _refuse_twice(key: str, found: Sequence[tuple[str, str]], names: _Names) -> None:
    first: Mapping[tuple[str, str], int] = {name: index for index, name in reversed(list(enumerate(found)))}
    for index, name in enumerate(found):
        if first[name] != index:
            names.wrong((key, index), f"{name[0]!r} is in {key} twice; give each a name of its own")
