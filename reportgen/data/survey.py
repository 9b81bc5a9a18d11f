"""What a set of runs holds, found in one pass, one run at a time: extents, gaps, spans of tasks, defects."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby, pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from reportgen.data.defects import Defects
from reportgen.data.frame_columns import text_column
from reportgen.data.points import DEFECTS
from reportgen.data.scores import Notice
from reportgen.data.screen import some

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from reportgen.data.tables import RunTable
    from reportgen.runs.record import RunRecord

    Floats = NDArray[np.float64]
    Extent = tuple[float, float]

EXACT = 2.0**53
NOWHERE = (np.nan, np.nan)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """One run on one task: rows, extents, and for each metric (points, extent, defects that are counted)."""

    run: int
    task: str
    rows: int
    steps: Extent
    wall_time: Extent
    integral: bool
    without_step: int
    metrics: Mapping[str, tuple[int, Extent, dict[str, int]]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Survey:
    """All parts in order, the spans of tasks of each run, and notices about points that were not kept."""

    parts: tuple[Part, ...]
    spans: tuple[tuple[int, str, float, float, int], ...]
    notices: tuple[Notice, ...]

    @property
    def step_type(self) -> str:
        """The pandas type of the steps: whole numbers where all of them are."""
        if not all(part.integral for part in self.parts):
            return "float64"
        return "Int64" if any(part.without_step for part in self.parts) else "int64"

    @property
    def has_wall_time(self) -> bool:
        """Whether any run knows its wall time."""
        return any(np.isfinite(part.wall_time[0]) for part in self.parts)


def survey(tables: Iterable[RunTable], records: Sequence[RunRecord]) -> Survey:
    """Look at every run once; no more than one run's points are held."""
    parts: list[Part] = []
    spans: list[tuple[int, str, float, float, int]] = []
    defects = Defects(metric="all metrics")
    switching: dict[str, str] = {}
    for run, group in groupby(tables, key=lambda table: table.run):
        own = list(group)
        for points in {id(one): one for table in own for one in table.counts.values()}.values():
            defects.add(records[run].id, {kind: getattr(points, kind) for kind in DEFECTS}, points.first)
        parts += [_part(table) for table in own]
        found = _spans(own)
        spans += [(run, *span) for span in found]
        if len(found) > len({task for task, *_ in found}) or _one_after_the_other(found):
            switching[records[run].id] = f"{records[run].name} ({len(found)} spans)"
    text = f"{len(switching)} runs switch between tasks: {some(list(switching.values()))}."
    switched = (Notice(code="task_switch", text=text, runs=tuple(switching), level="note"),) if switching else ()
    return Survey(parts=tuple(parts), spans=tuple(spans), notices=(*defects.notices(), *switched))


def _part(table: RunTable) -> Part:
    finite = table.steps[np.isfinite(table.steps)]
    wall = np.empty(0) if table.wall_time is None else table.wall_time[np.isfinite(table.wall_time)]
    metrics = {}
    for name, values in table.values.items():
        there = ~np.isnan(values)
        counts = table.counts[name]
        kinds = {kind: getattr(counts, kind) for kind in ("duplicates", "rewound", "infinite")}
        metrics[name] = (int(there.sum()), _extent(table.steps[there & np.isfinite(table.steps)]), kinds)
    return Part(
        run=table.run,
        task=table.task,
        rows=len(table.steps),
        steps=_extent(finite),
        wall_time=_extent(wall),
        integral=bool((finite == np.floor(finite)).all() and (np.abs(finite) <= EXACT).all()),
        without_step=len(table.steps) - len(finite),
        metrics=metrics,
    )


def _extent(x: Floats) -> Extent:
    return (float(x.min()), float(x.max())) if x.size else NOWHERE


def _spans(tables: Sequence[RunTable]) -> list[tuple[str, float, float, int]]:
    """Return (task, first step, last step, rows) of each span; tasks that share a step are one span each."""
    steps = np.concatenate([table.steps for table in tables])
    tasks = np.repeat(np.arange(len(tables)), [len(table.steps) for table in tables])
    stepped = np.isfinite(steps)
    if len(np.unique(steps[stepped])) < int(stepped.sum()) or not stepped.all():
        return [(table.task, *_extent(table.steps[np.isfinite(table.steps)]), len(table.steps)) for table in tables]
    order = np.argsort(steps, kind="stable")
    changes = np.flatnonzero(np.diff(tasks[order])) + 1
    pieces = np.split(order, changes)
    return [(tables[tasks[piece[0]]].task, *_extent(steps[piece]), len(piece)) for piece in pieces if len(piece)]


def _one_after_the_other(spans: Sequence[tuple[str, float, float, int]]) -> bool:
    return len(spans) > 1 and all(former[2] < later[1] for former, later in pairwise(spans))


def missing_frame(found: Survey, columns: Sequence[str], records: Sequence[RunRecord]) -> pd.DataFrame:
    """Return a row per run, task and metric: how many of the rows have a point, from which step to which."""
    nothing: tuple[int, Extent, dict[str, int]] = (0, NOWHERE, {})
    rows: list[dict[str, Any]] = []
    for part in found.parts:
        for name in columns:
            points, (first, last), kinds = part.metrics.get(name, nothing)
            rows.append(
                {
                    **_who(records[part.run], part.task),
                    "metric": name,
                    "rows": part.rows,
                    "points": points,
                    "missing": part.rows - points,
                    "share": (part.rows - points) / part.rows if part.rows else np.nan,
                    "first_step": first,
                    "last_step": last,
                    **{kind: kinds.get(kind, 0) for kind in ("duplicates", "rewound", "infinite")},
                }
            )
    return pd.DataFrame(rows)


def tasks_frame(found: Survey, records: Sequence[RunRecord]) -> pd.DataFrame:
    """Return a row per run and span of a task, in the order of steps."""
    return pd.DataFrame(
        [
            {**_who(records[run], task), "first_step": first, "last_step": last, "rows": rows}
            for run, task, first, last, rows in found.spans
        ],
        columns=["run_id", "run_name", "task", "first_step", "last_step", "rows"],
    )


def _who(record: RunRecord, task: str) -> dict[str, str]:
    return {"run_id": record.id, "run_name": record.name, "task": task}


def table_frame(
    table: RunTable, record: RunRecord, columns: Sequence[str], config: pd.DataFrame, *, step: str, wall_time: bool
) -> pd.DataFrame:
    """Return a run's rows as a frame: the fixed columns, the metrics, the config.

    Parameters
    ----------
    step
        The pandas type of the steps.
    wall_time
        Whether there is a column of wall times.
    """
    rows = len(table.steps)
    fixed = {name: text_column([value] * rows) for name, value in _who(record, table.task).items()}
    steps: pd.Series[Any] = pd.Series(table.steps)
    kind: Any = step  # a name of a type, which the stubs want spelled out
    data: dict[str, Any] = {**fixed, "step": steps if step == "float64" else steps.astype("Int64").astype(kind)}
    if wall_time:
        data["wall_time"] = np.full(rows, np.nan) if table.wall_time is None else table.wall_time
    data |= {name: table.values.get(name, np.full(rows, np.nan)) for name in columns}
    # the row of the run, once per row of the table, keeps the types of the config
    own = config.iloc[np.full(rows, table.run)].reset_index(drop=True)
    return pd.concat([pd.DataFrame(data, index=pd.RangeIndex(rows)), own], axis=1)
