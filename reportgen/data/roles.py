"""What the columns of a long table are: which hold metrics, which names the methods, which the tasks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from reportgen.data.direction import infer_direction
from reportgen.data.frame_columns import FIXED
from reportgen.data.frame_scores import holds_points, keys_of
from reportgen.data.proposal import preference
from reportgen.errors import DataError, did_you_mean
from reportgen.runs.survey import COLUMN_NAMES, usual

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

NAMED = tuple(name for axis in ("seed", "run", "step", "wall_time") for name in COLUMN_NAMES[axis])


@dataclass(frozen=True, slots=True, kw_only=True)
class Roles:
    """The columns of a table by what they are for.

    Parameters
    ----------
    metric
        Column that is analysed.
    group_by
        Column of the methods.
    stratify_by
        Column of the tasks, None where there is one task.
    metrics
        Every column that looks like a metric, `metric` among them, in the order of the table.
    minimize
        Those of which less is better, by their names or as told.
    why
        Role to how its column was found, in words; a role that was told is not among them.
    """

    metric: str
    group_by: str
    stratify_by: str | None
    metrics: tuple[str, ...]
    minimize: tuple[str, ...]
    why: Mapping[str, str]


def roles_of(
    df: pd.DataFrame,
    *,
    metric: str | None = None,
    group_by: str | None = None,
    stratify_by: str | None = None,
    minimize: Sequence[str] | None = None,
) -> Roles:
    """Find the columns that are not told by their names, types and values.

    A metric is a column of numbers that changes within a run (in a table of scores: any column of numbers that has no
    usual name of an axis); of several the one is analysed that looks most like an evaluation of which more is better.

    Raises
    ------
    DataError
        When a column that was named does not exist, or there is none for the metric or the methods.
    """
    columns = [str(name) for name in df.columns]
    for told in (metric, group_by, stratify_by, *(minimize or ())):
        if told is not None and told not in columns:
            raise DataError(f"there is no column {told!r}{did_you_mean(told, columns)}")
    metrics = _metrics(df, [name for name in (metric, group_by, stratify_by) if name])
    if metric is None and not metrics:
        raise DataError(f"no column of the table looks like a metric; name one of {', '.join(columns)} by metric=")
    why = {}
    if metric is None:
        metric = min(metrics, key=lambda name: preference(name, infer_direction(name)))
        why["metric"] = f"looks most like an evaluation, of {len(metrics)} columns of numbers"
    metrics = metrics if metric in metrics else (metric, *metrics)
    others = [name for name in columns if name not in metrics]
    if group_by is None:
        group_by, why["group_by"] = _methods(df, [name for name in others if name != stratify_by])
    if stratify_by is None:
        stratify_by, why["stratify_by"] = _tasks(df, [name for name in others if name != group_by])
    less = tuple(name for name in metrics if infer_direction(name) == "minimize") if minimize is None else minimize
    return Roles(
        metric=metric,
        group_by=group_by,
        stratify_by=stratify_by,
        metrics=metrics,
        minimize=tuple(less),
        why=why,
    )


def _metrics(df: pd.DataFrame, told: Sequence[str]) -> tuple[str, ...]:
    points = holds_points(df)
    numbers = [
        str(name)
        for name in df.columns
        if name not in FIXED
        and str(name).rpartition(".")[2].lower() not in NAMED
        and pd.api.types.is_numeric_dtype(df[name])
        and not pd.api.types.is_bool_dtype(df[name])
        and df[name].notna().any()
    ]
    if points:
        runs = df.groupby(keys_of(df), sort=False)[numbers].nunique() if numbers else pd.DataFrame()
        numbers = [name for name in numbers if (runs[name] > 1).any()]
    return tuple(name for name in numbers if name not in told[1:] or name == told[0])


def _methods(df: pd.DataFrame, names: Sequence[str]) -> tuple[str, str]:
    found = usual(sorted(names, key=_depth), "method")
    if found is not None:
        return found, "has a usual name of methods"
    labels = [name for name in names if name not in FIXED and name.lower() not in NAMED and _few(df[name])]
    plain = [name for name in labels if usual([name], "task") is None]
    if plain:
        return plain[-1], "is the last column that sorts the rows into a few groups"
    name = next((name for name in ("run_name", "run_id") if name in names), None)
    if name is None:
        raise DataError("no column of the table looks like one of methods; name it by group_by=")
    return name, "is all there is: no column groups the runs"


def _tasks(df: pd.DataFrame, names: Sequence[str]) -> tuple[str | None, str]:
    several = [name for name in sorted(names, key=_depth) if len(df[name].dropna().unique()) > 1]
    found = usual(several, "task")
    if found is None:
        return None, "no column tells several tasks apart: everything is one task"
    return found, "has a usual name of tasks and several values"


def _few(column: pd.Series) -> bool:
    text = pd.api.types.is_string_dtype(column) or isinstance(column.dtype, pd.CategoricalDtype)
    return text and 1 < column.nunique() <= max(2, len(column) // 2)


def _depth(name: str) -> int:
    return name.count(".")
