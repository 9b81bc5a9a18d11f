"""`DataProcessor`: runs as DataFrames for people who work in Python."""

from __future__ import annotations

import warnings
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import numpy as np
import pandas as pd

from reportgen.data import exports
from reportgen.data.axes import Identity
from reportgen.data.eligible import eligible
from reportgen.data.frame_columns import Columns, ProcessorOptions, columns_of
from reportgen.data.frame_scores import score_of
from reportgen.data.grids import Fill, Method, every_nth, filled, logarithmic, min_max, resample
from reportgen.data.screen import some
from reportgen.data.survey import Survey, missing_frame, survey, table_frame, tasks_frame
from reportgen.data.tables import RunTable, run_tables
from reportgen.errors import DataError, ReportgenWarning, did_you_mean
from reportgen.spec.model import Runs, Score

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import NDArray

    from reportgen.data.scores import Direction, Exclusion, Notice
    from reportgen.runs.record import RunRecord
    from reportgen.spec.identity import AxisForm

    Floats = NDArray[np.float64]

Axis = Literal["step", "wall_time", "progress"]
Thinning = Literal["every_nth", "logarithmic", "min_max"]
SPARSE = 0.5  # a metric with points in fewer of a run's rows is an evaluation, not a log with holes


class DataProcessor:
    """Runs as DataFrames: points joined on steps, gaps reported, curves on common grids, exports.

    Points are read one run at a time. Of several values at a step the last counts; of a resumed run that went back, the
    last attempt; what was left out is counted in `notices` and `missing`.

    Parameters
    ----------
    data
        Runs, as a collector or any source delivers them.
    metrics, config, task, task_metric
        See `ProcessorOptions`.
    runs
        Which runs count, as in the spec's ``runs`` section (``states``, ``min_steps``, ``complete_when``); the others
        are in `exclusions`.

    Raises
    ------
    DataError
        When there is no run, two have one id, or a metric or config key is asked for that no run has.
    """

    def __init__(
        self,
        data: Iterable[RunRecord],
        *,
        metrics: str | Sequence[str] = (),
        config: Literal["all", "varying"] | Sequence[str] = "all",
        task: str | AxisForm | None = None,
        task_metric: str | None = None,
        runs: Runs | None = None,
    ) -> None:
        records = tuple(data)
        ids = [record.id for record in records]
        if not records:
            raise DataError("there is no run to process")
        if len(set(ids)) < len(ids):
            raise DataError(f"several runs have one id: {some(sorted({one for one in ids if ids.count(one) > 1}))}")
        counted = eligible([Identity(record=one, method="", task=None, seed="") for one in records], runs or Runs())
        self.options = ProcessorOptions(
            metrics=(metrics,) if isinstance(metrics, str) else tuple(metrics),
            config=_config_choice(config),
            task=task,
            task_metric=task_metric,
        )
        self.exclusions: tuple[Exclusion, ...] = counted.exclusions
        self._records = tuple(run.record for run in counted.runs)
        self._columns: Columns = columns_of(self._records, self.options)
        self._counted = counted.notices

    @cached_property
    def notices(self) -> tuple[Notice, ...]:
        """What a reader of the frames must know: points left out, runs that are not finished, names that changed."""
        return (*self._counted, *self._columns.notices, *self._survey.notices)

    @property
    def metrics(self) -> tuple[str, ...]:
        """The columns of metrics, in the order of the runs."""
        return tuple(self._columns.metrics.values())

    def to_dataframe(self) -> pd.DataFrame:
        """Return a row for every step of every run on every task.

        Columns: ``run_id, run_name, task, step``, ``wall_time`` where known, each metric, each config parameter. A
        metric without a point at a step is NaN. Steps are int64 where all are whole numbers (Int64 where some are
        missing). A `ReportgenWarning` says what was left out.
        """
        for notice in self.notices:
            if notice.level == "warning":
                warnings.warn(notice.text, ReportgenWarning, stacklevel=2)
        return self._frame(self._tables())

    def to_hierarchy(self) -> pd.DataFrame:
        """Return the metrics alone under the index (run_id, task, step): runs, their tasks, their metrics."""
        frame = self._frame(self._tables())
        return frame.set_index(["run_id", "task", "step"])[list(self.metrics)]

    def frames(self) -> Iterator[pd.DataFrame]:
        """Yield the rows of `to_dataframe`, one run and task at a time."""
        return self._pieces(self._tables())

    def to_scores(self, score: Score | None = None, *, direction: Direction = "maximize") -> pd.DataFrame:
        """Return one row per run and task, every metric reduced by a score rule; default: the spec's.

        Parameters
        ----------
        direction
            For `best`: whether the largest or the smallest value counts.
        """
        rule = score or Score()

        def end(table: RunTable) -> RunTable:
            scores = {
                name: np.array([score_of(table.steps, column, rule, direction)])
                for name, column in table.values.items()
            }
            wall_time = None if table.wall_time is None else _largest(table.wall_time)
            return replace(table, steps=_largest(table.steps), wall_time=wall_time, values=scores)

        return self._frame(map(end, self._tables()))

    def missing(self) -> pd.DataFrame:
        """Return a row per run, task and metric: ``rows, points, missing, share, first_step, last_step`` and defects.

        ``share`` is that of the run's rows without a point. Missing means "not logged at this step", never 0.
        """
        return missing_frame(self._survey, self.metrics, self._records)

    def tasks(self) -> pd.DataFrame:
        """Return a row per run and span of a task; a run that switches between tasks has several."""
        return tasks_frame(self._survey, self._records)

    def fill(
        self, method: Fill, *, metrics: str | Sequence[str] = (), limit: int | None = None, sparse: bool = False
    ) -> pd.DataFrame:
        """Return `to_dataframe` with gaps between points filled.

        Scores are never computed from this: filled values are no observations.

        Parameters
        ----------
        method
            ``none``, ``linear`` along the steps, ``previous`` (also after the last point), ``nearest``.
        metrics
            Columns to fill; empty: all.
        limit
            Gaps of more rows than this stay.
        sparse
            Fill metrics too that have points in less than half of a run's rows, such as evaluations.

        Raises
        ------
        DataError
            When a metric is sparse and `sparse` is not set, or is none.
        """
        _one_of("method", method, get_args(Fill))
        chosen = self._chosen(metrics)
        if method != "none" and not sparse:
            self._refuse_sparse(chosen)

        def change(table: RunTable) -> RunTable:
            values = {
                name: filled(table.steps, column, method, limit) if name in chosen else column
                for name, column in table.values.items()
            }
            return replace(table, values=values)

        return self._frame(map(change, self._tables()))

    def align(
        self,
        *,
        on: Axis = "step",
        points: int = 100,
        grid: Sequence[float] | None = None,
        method: Method = "linear",
        span: Literal["common", "all"] = "common",
    ) -> pd.DataFrame:
        """Return every run and task on one grid: `points` rows each, however large the steps are.

        Parameters
        ----------
        on
            ``step``, ``wall_time``, or ``progress`` from a run's first step (0) to its last (1).
        grid
            Places of your own instead of `points` equal ones.
        method
            ``linear`` between points, or the ``previous`` one. Outside of a metric's points it is NaN.
        span
            Of an equal grid: what all runs have in ``common``, or from the first to the last place of ``all``.

        Raises
        ------
        DataError
            When runs lack that axis or have nothing in common.
        """
        _one_of("on", on, get_args(Axis))
        _one_of("method", method, get_args(Method))
        _one_of("span", span, ("common", "all"))
        places = self._grid(on, points, span) if grid is None else np.asarray(grid, dtype=np.float64)
        whole = bool((places == np.floor(places)).all())
        frame = self._frame(
            (self._aligned(table, on, places, method) for table in self._tables()),
            step="int64" if on == "step" and whole else "float64",
            wall_time=on == "wall_time",
        )
        if on == "step":
            return frame
        return frame.drop(columns="step") if on == "wall_time" else frame.rename(columns={"step": "progress"})

    def downsample(self, how: Thinning, *, n: int = 10, points: int = 200) -> pd.DataFrame:
        """Return `to_dataframe` with fewer rows of each run and task; the first and last always stay.

        Parameters
        ----------
        how
            ``every_nth`` row; ``logarithmic``: at most `points` rows, ever further apart; ``min_max``: the rows with
            the extremes of each metric in `points` / 2 equal pieces, so that a plot shows every spike.
        """
        _one_of("how", how, get_args(Thinning))
        if n < 1 or points < 2:  # noqa: PLR2004 - a line has two ends
            raise DataError(f"downsample needs n of at least 1 and at least 2 points, not {n} and {points}")

        def thin(table: RunTable) -> RunTable:
            rows = len(table.steps)
            if how == "every_nth":
                return table.take(every_nth(rows, n))
            if how == "logarithmic":
                return table.take(logarithmic(rows, points))
            return table.take(min_max(list(table.values.values()), rows, points))

        return self._frame(map(thin, self._tables()))

    def to_csv(self, path: str | Path, frame: pd.DataFrame | None = None) -> None:
        """Write `frame`, default all rows run by run, as CSV without formulas."""
        exports.write_csv(self._chunks(frame), Path(path))

    def to_parquet(self, path: str | Path, frame: pd.DataFrame | None = None) -> None:
        """Write `frame`, default all rows run by run, as Parquet with checksums."""
        exports.write_parquet(self._chunks(frame), Path(path))

    def to_hdf5(self, path: str | Path, frame: pd.DataFrame | None = None) -> None:
        """Write `frame`, default all rows, as an HDF5 table ``runs``; needs ``reportgen-ml[hdf5]``."""
        exports.write_hdf5(self._chunks(frame), Path(path))

    def to_json(self, path: str | Path, frame: pd.DataFrame | None = None) -> None:
        """Write `frame`, default all rows run by run, as JSON with ``columns`` and ``data``."""
        exports.write_json(self._chunks(frame), Path(path))

    @cached_property
    def _survey(self) -> Survey:
        return survey(self._tables(), self._records)

    def _tables(self) -> Iterator[RunTable]:
        for run, record in enumerate(self._records):
            yield from run_tables(run, record, self._columns)

    def _pieces(
        self, tables: Iterable[RunTable], *, step: str | None = None, wall_time: bool | None = None
    ) -> Iterator[pd.DataFrame]:
        kind = step or self._survey.step_type
        timed = self._survey.has_wall_time if wall_time is None else wall_time
        for table in tables:
            record = self._records[table.run]
            yield table_frame(table, record, self.metrics, self._columns.config, step=kind, wall_time=timed)

    def _frame(
        self, tables: Iterable[RunTable], *, step: str | None = None, wall_time: bool | None = None
    ) -> pd.DataFrame:
        pieces = list(self._pieces(tables, step=step, wall_time=wall_time))
        if not pieces:
            raise DataError(f"none of the {len(self._records)} runs has a point of any metric")
        return pd.concat(pieces, ignore_index=True)

    def _chunks(self, frame: pd.DataFrame | None) -> Iterable[pd.DataFrame]:
        return self.frames() if frame is None else (frame,)

    def _chosen(self, metrics: str | Sequence[str]) -> tuple[str, ...]:
        chosen = (metrics,) if isinstance(metrics, str) else tuple(metrics)
        for name in chosen:
            if name not in self.metrics:
                raise DataError(f"there is no metric {name!r}{did_you_mean(name, self.metrics)}")
        return chosen or self.metrics

    def _refuse_sparse(self, chosen: Sequence[str]) -> None:
        found: dict[str, str] = {}
        for part in self._survey.parts:
            for name in chosen:
                count = part.metrics[name][0] if name in part.metrics else 0
                if 0 < count < SPARSE * part.rows:
                    run = self._records[part.run].name
                    found.setdefault(name, f"{name!r} has points in {count:,} of {part.rows:,} rows of {run}")
        if found:
            dense = [name for name in chosen if name not in found]
            hint = f"name others, metrics={dense[:2]}, or " if dense else ""
            raise DataError(
                f"filling would invent evaluations: {some(list(found.values()), separator='; ')}; "
                f"{hint}pass sparse=True to fill them all the same"
            )

    def _grid(self, on: Axis, points: int, span: str) -> Floats:
        if points < 2:  # noqa: PLR2004 - a grid has two ends
            raise DataError(f"a grid has at least 2 points, not {points}")
        parts = self._survey.parts
        extents = {index: part.wall_time if on == "wall_time" else part.steps for index, part in enumerate(parts)}
        names = {index: self._records[part.run].name for index, part in enumerate(parts)}
        without = list(dict.fromkeys(names[index] for index, extent in extents.items() if np.isnan(extent[0])))
        if without:
            raise DataError(
                f"{len(without)} runs have no {'wall time' if on == 'wall_time' else 'steps'}: {some(without)}"
            )
        if on == "progress":
            return np.linspace(0.0, 1.0, points)
        if span == "all":
            return np.linspace(
                min(low for low, _ in extents.values()), max(high for _, high in extents.values()), points
            )
        latest = max(extents, key=lambda index: extents[index][0])
        earliest = min(extents, key=lambda index: extents[index][1])
        low, high = extents[latest][0], extents[earliest][1]
        if low > high:
            raise DataError(
                f"the runs have no {on} in common: {names[latest]} begins at {low:.15g}, {names[earliest]} ends at "
                f"{high:.15g}; use span='all'"
            )
        furthest = max(end for _, end in extents.values())
        if furthest > high:
            text = (
                f"The grid ends at {on} {high:.15g}, where {names[earliest]} ends; span='all' goes to {furthest:.15g}."
            )
            warnings.warn(text, ReportgenWarning, stacklevel=3)
        return np.linspace(low, high, points)

    def _aligned(self, table: RunTable, on: Axis, grid: Floats, method: Method) -> RunTable:
        x = table.steps if on != "wall_time" else table.wall_time
        x = np.full(len(table.steps), np.nan) if x is None else x
        if on == "progress" and len(x):
            first, last = np.nanmin(x), np.nanmax(x)
            # a run of one step is at its end
            x = (x - first) / (last - first) if last > first else np.ones(len(x))
        values = {}
        with np.errstate(invalid="ignore"):
            for name, column in table.values.items():
                there = np.flatnonzero(~np.isnan(column) & np.isfinite(x))
                places, last_of = np.unique(x[there][::-1], return_index=True)
                values[name] = resample(places, column[there][::-1][last_of], grid, method)
        wall_time = grid if on == "wall_time" else None
        return replace(table, steps=grid, wall_time=wall_time, values=values)


def _config_choice(config: Literal["all", "varying"] | Sequence[str]) -> Literal["all", "varying"] | tuple[str, ...]:
    if config == "all" or config == "varying":  # noqa: PLR1714 - two comparisons tell the type checker
        return config
    return (config,) if isinstance(config, str) else tuple(config)


def _largest(numbers: Floats) -> Floats:
    """Return the largest finite number alone, NaN where there is none."""
    finite = numbers[np.isfinite(numbers)]
    return np.array([finite.max() if finite.size else np.nan])


def _one_of(name: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        raise DataError(f"{name} must be one of {', '.join(sorted(known))}, not {value!r}{did_you_mean(value, known)}")
