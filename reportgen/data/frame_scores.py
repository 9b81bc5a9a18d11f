"""From rows of points to one row per run and task, by a score rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reportgen.data.points import Points, reduce_points

if TYPE_CHECKING:
    from collections.abc import Collection

    from reportgen.data.scores import Direction
    from reportgen.spec.model import Score


def holds_points(df: pd.DataFrame) -> bool:
    """Say whether a frame has several rows of a run on a task: points of curves, as `DataProcessor` gives them."""
    return {"run_id", "step"} <= set(df.columns) and bool(df.duplicated(keys_of(df)).any())


def keys_of(df: pd.DataFrame) -> list[str]:
    """Return the columns that say which run and task a row belongs to."""
    return [name for name in ("run_id", "task") if name in df.columns]


def one_row_per_run(df: pd.DataFrame, rule: Score, *, minimized: Collection[str] = ()) -> pd.DataFrame:
    """Reduce every column of numbers to one number per run and task; other columns keep their first value.

    A column of floats that changes within a run is reduced by the rule over its points in the order of steps, missing
    ones left out; where that gives no number the cell is NaN. ``step`` is the last step, ``wall_time`` the last time.

    Parameters
    ----------
    minimized
        Columns of which less is better: their `best` is the smallest.
    """
    floats = [
        name
        for name in df.columns
        if name not in {"step", "wall_time"} and pd.api.types.is_float_dtype(df[name])
    ]  # fmt: skip
    rows = []
    for _, group in df.groupby(keys_of(df), sort=False):
        ordered = group.sort_values("step", kind="stable")
        first = {name: ordered[name].iloc[0] for name in df.columns}
        last = {name: ordered[name].max() for name in ("step", "wall_time") if name in df.columns}
        steps = np.asarray(ordered["step"].astype("float64"), dtype=np.float64)
        reduced = {
            name: score_of(
                steps,
                np.asarray(ordered[name], dtype=np.float64),
                rule,
                "minimize" if name in minimized else "maximize",
            )
            for name in floats
        }
        rows.append({**first, **last, **reduced})
    made = pd.DataFrame(rows, columns=df.columns)
    return made.astype({name: df[name].dtype for name in df.columns})


def score_of(
    steps: np.ndarray[tuple[int], np.dtype[np.float64]],
    values: np.ndarray[tuple[int], np.dtype[np.float64]],
    rule: Score,
    direction: Direction,
) -> float:
    """Reduce the points of one run to a number, NaN where there is none; equal points are their value exactly."""
    there = ~np.isnan(values)
    kept = values[there]
    if not kept.size or (kept == kept[0]).all():
        return float(kept[0]) if kept.size else np.nan
    number, _ = reduce_points(Points(steps=steps[there], values=kept, wall_time=None), rule, direction)
    return np.nan if number is None else number
