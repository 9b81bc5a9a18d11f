"""The columns of a frame of runs: which metrics and config parameters, under which names and of which types."""

from __future__ import annotations

import json
import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import pandas as pd

from reportgen.data.axes import read_axis
from reportgen.data.scores import Notice
from reportgen.data.screen import some
from reportgen.data.select import ALL
from reportgen.errors import DataError, did_you_mean
from reportgen.runs.lookup import glob, lookup

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reportgen.runs.record import RunRecord, Series
    from reportgen.spec.identity import AxisForm

FIXED = ("run_id", "run_name", "task", "step", "wall_time")
LARGEST_INTEGER = 2**63
SECRET = re.compile(r"(^|[._-])(api_?key|access_?key|token|secret|passwd|password|credentials?)s?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessorOptions:
    """What a `DataProcessor` makes of its runs.

    Parameters
    ----------
    metrics
        Names or globs; empty: every metric of the runs.
    config
        ``"all"``: every single value of the config under its dotted name; ``"varying"``: those that differ between
        runs; or the keys wanted, dotted or ``**.key``, each a column of that name.
    task
        Where a run's task stands: a config key, or a form of the spec's ``axes.task``. With its ``metric``, tasks are
        captured from metric names, and the metric's column is its name with ``*`` for what was captured. None: what
        the source says, else ``all``.
    task_metric
        A metric whose value says which task the run is at; rows are split where it changes.
    """

    metrics: tuple[str, ...] = ()
    config: Literal["all", "varying"] | tuple[str, ...] = "all"
    task: str | AxisForm | None = None
    task_metric: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Columns:
    """The columns after the fixed ones, the config of each run, and what must be said of both.

    Parameters
    ----------
    metrics
        Column of each metric, by its name with ``*`` for a captured task.
    config
        A row per run, in their order; its index counts them.
    """

    options: ProcessorOptions
    metrics: Mapping[str, str]
    config: pd.DataFrame
    notices: tuple[Notice, ...]

    def place(self, record: RunRecord, series: Series) -> tuple[str, str] | None:
        """Return (task, column) of a series, None for one that is not wanted."""
        task, name = _captured(record, series, self.options)
        column = self.metrics.get(name)
        return None if column is None else (task, column)


def columns_of(records: Sequence[RunRecord], options: ProcessorOptions) -> Columns:
    """Find the columns of a frame.

    A metric that is called like a fixed column gets the prefix ``metric.``, a config key that is called like a fixed
    column or a metric ``config.``; a notice says so.

    Raises
    ------
    DataError
        When a metric or a config key is asked for that no run has.
    """
    there = {_captured(record, one, options)[1]: one.metric for record in records for one in record.series}
    wished = [glob(pattern) for pattern in options.metrics]
    for pattern, matches in zip(options.metrics, wished, strict=True):
        if not any(matches(name) or matches(metric) for name, metric in there.items()):
            raise DataError(f"none of the {len(records)} runs has the metric {pattern!r}{did_you_mean(pattern, there)}")
    names = [
        name
        for name, metric in there.items()
        if not wished or any(matches(name) or matches(metric) for matches in wished)
    ]
    metrics = {name: f"metric.{name}" if name in FIXED else name for name in names}
    config, notices = _config(records, options)
    taken = {*FIXED, *metrics.values()}
    renamed = {key: f"config.{key}" for key in config.columns if key in taken}
    changed = {**{old: new for old, new in metrics.items() if old != new}, **renamed}
    if changed:
        told = some([f"{old} is {new}" for old, new in changed.items()])
        notices = (*notices, Notice(code="renamed_columns", text=f"Names that stand twice: {told}.", level="note"))
    return Columns(options=options, metrics=metrics, config=config.rename(columns=renamed), notices=notices)


def _captured(record: RunRecord, series: Series, options: ProcessorOptions) -> tuple[str, str]:
    """Return the task of a series, and its name with ``*`` where the task stands in it."""
    form = options.task
    if series.task is not None:
        return series.task, series.metric
    if form is None or isinstance(form, str):
        value = None if form is None else lookup(record.config, form)
        return (record.axes.get("task") or ALL) if value is None else str(value), series.metric
    found = (re.search(pattern, series.metric) for pattern in form.metric)
    match = next((one for one in found if one and one.groupdict().get("task")), None)
    groups = {name: text for name, text in match.groupdict().items() if text} if match else {}
    if match is None:
        return read_axis(record, form, "task") or record.axes.get("task") or ALL, series.metric
    name = series.metric
    for group in sorted({"suite", "task"} & set(groups), key=match.start, reverse=True):
        name = f"{name[: match.start(group)]}*{name[match.end(group) :]}"
    return "/".join(groups[group] for group in ("suite", "task") if group in groups), name


def _config(records: Sequence[RunRecord], options: ProcessorOptions) -> tuple[pd.DataFrame, tuple[Notice, ...]]:
    flat = [dict(_flat(record.config)) for record in records]
    keys = dict.fromkeys(key for one in flat for key in one)
    if not isinstance(options.config, str):
        return _asked(records, options.config, keys)
    secret = [key for key in keys if SECRET.search(key) and any(isinstance(one.get(key), str) for one in flat)]
    values = {key: [one.get(key) for one in flat] for key in keys if key not in secret}
    if options.config == "varying":
        values = {key: column for key, column in values.items() if len(set(map(repr, column))) > 1}
    text = f"Config keys that may hold secrets are left out: {some(secret)}; name them in `config` to have them."
    notices = (Notice(code="secrets_left_out", text=text, level="note"),) if secret else ()
    return _typed_frame(values, len(records)), notices


def _asked(
    records: Sequence[RunRecord], wanted: Sequence[str], known: Mapping[str, None]
) -> tuple[pd.DataFrame, tuple[Notice, ...]]:
    values: dict[str, list[Any]] = {}
    notices = []
    for key in dict.fromkeys(wanted):
        values[key] = [_single(lookup(record.config, key)) for record in records]
        without = [record for record, value in zip(records, values[key], strict=True) if value is None]
        if without and len(without) == len(records):
            raise DataError(f"none of the {len(records)} runs has the config key {key!r}{did_you_mean(key, known)}")
        if without:
            names = some([record.name for record in without])
            text = f"{len(without)} of {len(records)} runs have no config key {key!r}: {names}."
            notices.append(Notice(code="config_missing", text=text, runs=tuple(record.id for record in without)))
    return _typed_frame(values, len(records)), tuple(notices)


def _flat(values: Mapping[str, Any], above: str = "") -> Iterator[tuple[str, bool | int | float | str]]:
    """Yield the single values of a nested config under dotted names; lists and unresolved ``${...}`` are none."""
    for key, value in values.items():
        name = f"{above}{key}"
        if isinstance(value, dict):
            yield from _flat(value, f"{name}.")
        elif not isinstance(value, list) and (single := _single(value)) is not None:
            yield name, single


def _single(value: Any) -> bool | int | float | str | None:
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, sort_keys=True, default=str)
    if value is None or (isinstance(value, str) and "${" in value) or (isinstance(value, float) and math.isnan(value)):
        return None
    return value if isinstance(value, bool | int | float | str) else str(value)


def _typed_frame(values: Mapping[str, list[Any]], rows: int) -> pd.DataFrame:
    return pd.DataFrame({key: _typed(column) for key, column in values.items()}, index=pd.RangeIndex(rows))


def _typed(values: list[Any]) -> pd.Series[Any]:
    """Return one type for a column: truth, whole numbers, numbers, else text; missing values stay missing."""
    kinds = {type(value) for value in values if value is not None}
    missing = any(value is None for value in values)
    if kinds == {bool}:
        return pd.Series(values, dtype="boolean" if missing else "bool")
    if kinds == {int} and all(abs(value or 0) < LARGEST_INTEGER for value in values):
        return pd.Series(values, dtype="Int64" if missing else "int64")
    if kinds and kinds <= {int, float} and all(abs(value or 0) <= 2**53 for value in values if type(value) is int):
        return pd.Series([math.nan if value is None else float(value) for value in values], dtype="float64")
    return text_column([None if value is None else str(value) for value in values])


def text_column(values: Sequence[str | None]) -> pd.Series[Any]:
    """Return a column of text in the form that this pandas holds text in; numbers in it stay text."""
    return pd.Series(list(values), dtype=object).infer_objects()
