"""A long table as the statistics room takes it: groups of scores that know their task and run."""

from __future__ import annotations

import warnings
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reportgen.data.frame_scores import holds_points, keys_of, one_row_per_run
from reportgen.data.points import rule_text
from reportgen.errors import DataError, ReportgenWarning, did_you_mean
from reportgen.stats import Scores

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from numpy.typing import NDArray

    from reportgen.spec.model import Score

    Floats = NDArray[np.float64]

ONE_TASK = "all"
MOST_NAMED = 4


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scaled:
    """How a metric was normalised.

    Parameters
    ----------
    text
        In words.
    relative
        Whether 0 and 1 were computed from the scores, so that 1 is no optimum.
    beyond
        How many scores lie beyond the optimum of their task.
    """

    text: str
    relative: bool
    beyond: int = 0


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Group:
    """One group of a table: a method.

    Parameters
    ----------
    name
        As it stands in the column.
    scores
        Oriented so that higher is better.
    rows
        (n,) the row of the table that each score came from.
    missing
        How many rows of the group had no score.
    """

    name: object
    scores: Scores
    rows: tuple[int, ...]
    missing: int

    @property
    def id(self) -> str:
        """The group as text: with the seed and the metric it fixes the random numbers."""
        return str(self.name)

    @property
    def n_runs(self) -> int:
        """How many runs there are."""
        return len(set(self.scores.runs.tolist()))

    @property
    def tasks(self) -> frozenset[str]:
        """The tasks on which it has a score."""
        return frozenset(self.scores.task_ids[place] for place in self.scores.tasks.tolist())


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Groups:
    """The groups of one metric, in order of appearance, and how they were made.

    Parameters
    ----------
    sign
        -1 for a minimised metric, whose scores are negated inside of the statistics.
    tasks
        Of all groups, in order of appearance.
    rule
        How a run became a score, or ``as given``.
    scaled
        How the metric was normalised, None where it is in its own unit.
    """

    metric: str
    group_by: str
    stratify_by: str | None
    sign: float
    members: tuple[Group, ...]
    tasks: tuple[str, ...]
    rule: str
    scaled: Scaled | None

    @property
    def trials(self) -> bool:
        """Whether every score is one success or failure."""
        return all(set(np.abs(group.scores.values).tolist()) <= {0.0, 1.0} for group in self.members)

    def shown(self) -> Floats:
        """Return (n,) the scores of all groups in shown units."""
        return self.sign * np.concatenate([group.scores.values for group in self.members])

    def named(self, name: object) -> Group:
        """Return a group by its name.

        Raises
        ------
        DataError
            When there is none.
        """
        for group in self.members:
            if name in {group.name, group.id}:
                return group
        near = did_you_mean(str(name), [group.id for group in self.members])
        raise DataError(f"there is no {self.group_by} {name!r}{near}")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Table:
    """A row a run and task, and the points that they came from where the table had curves.

    Parameters
    ----------
    scores
        Rows 0, 1, 2, ...
    points
        The rows as they were handed over, None where they were scores already.
    run
        Column of the run, None where each row is a run of its own.
    minimized
        Metrics of which less is better.
    scales
        Metric to how it was normalised; it then lies on that scale in `scores` and `points`, higher is better.
    """

    scores: pd.DataFrame
    points: pd.DataFrame | None
    run: str | None
    score: Score
    minimized: frozenset[str] = frozenset()
    scales: Mapping[str, Scaled] = field(default_factory=dict)

    @classmethod
    def of(cls, df: pd.DataFrame, *, run: str | None, score: Score, minimize: frozenset[str]) -> Table:
        """Take a table; rows of points are reduced to one score per run and task."""
        for name in sorted(minimize):
            column_of(df, name)
        points = df if holds_points(df) else None
        rows = df if points is None else one_row_per_run(df, score, minimized=minimize)
        known = "run_id" if run is None and "run_id" in df.columns else run
        return cls(scores=rows.reset_index(drop=True), points=points, run=known, score=score, minimized=minimize)

    def groups(self, metric: str, group_by: str, stratify_by: str | None) -> Groups:
        """Take the scores of a metric apart; rows that lack one are counted, those that lack a name are told.

        Raises
        ------
        DataError
            When a column does not exist, a group has no score, or rows are points of a curve.
        """
        values = numbers_of(self.scores, metric)
        names, tasks = column_of(self.scores, group_by).astype(object), self.tasks(self.scores, stratify_by)
        known = names.notna() & tasks.notna()
        _tell_unnamed(int((~known).sum()), (group_by, stratify_by))
        sign = -1.0 if metric in self.minimized and metric not in self.scales else 1.0
        members = []
        for name, rows in self.scores[known].groupby(names[known], sort=False).groups.items():
            scores = values.loc[rows]
            kept = scores.dropna()
            if kept.empty:
                raise DataError(f"{group_by} {name!r} has no score in column {metric!r}: every value is missing")
            found = self._scores(sign * kept, tasks.loc[kept.index])
            members.append(Group(name=name, scores=found, rows=tuple(kept.index), missing=len(scores) - len(kept)))
        if not members:
            raise DataError(f"no row has a {group_by}" + (f" and a {stratify_by}" if stratify_by else ""))
        twice = {group.id for group in members if sum(other.id == group.id for other in members) > 1}
        if twice:
            raise DataError(f"two groups of {group_by!r} are called {twice.pop()!r}, as text and as a number")
        self._refuse_points(members)
        _tell_lacking(members, group_by)
        return Groups(
            metric=metric,
            group_by=group_by,
            stratify_by=stratify_by,
            sign=sign,
            members=tuple(members),
            tasks=tuple(dict.fromkeys(name for group in members for name in group.scores.task_ids)),
            rule=rule_text(self.score) if self.points is not None else "as given",
            scaled=self.scales.get(metric),
        )

    def seeds(self, groups: Groups, column: str) -> dict[str, str]:
        """Map every run of some groups to its seed.

        Raises
        ------
        DataError
            When a run has no seed or several.
        """
        seeds: dict[str, str] = {}
        cells = column_of(self.scores, column)
        for group in groups.members:
            for row, place in zip(group.rows, group.scores.runs.tolist(), strict=True):
                run, cell = group.scores.run_ids[place], cells.loc[row]
                if pd.isna(cell):
                    raise DataError(f"run {run!r} has no {column}, so its partner is not known")
                if seeds.setdefault(run, str(cell)) != str(cell):
                    raise DataError(f"run {run!r} has several values of {column!r}: {seeds[run]!r} and {str(cell)!r}")
        return seeds

    def curves(self, groups: Groups) -> dict[object, tuple[tuple[Floats, Floats], ...]]:
        """Return group to (steps, oriented values) of the points behind each of its scores.

        Raises
        ------
        DataError
            When the table has no points.
        """
        if self.points is None:
            raise DataError(
                "there are no curves: the table has one row per run and task; hand over points, several rows of a "
                "run_id (and task) with step, as DataProcessor.to_dataframe gives them"
            )
        keys = keys_of(self.points)
        apart: dict[object, pd.DataFrame] = dict(iter(self.points.groupby(keys, sort=False)))
        return {
            group.name: tuple(self._curve(apart, row, keys, groups) for row in group.rows) for group in groups.members
        }

    def tasks(self, df: pd.DataFrame, stratify_by: str | None) -> pd.Series:
        """Return the task of each row as text, missing where it is."""
        if stratify_by is None:
            return pd.Series(ONE_TASK, index=df.index, dtype=object)
        column = column_of(df, stratify_by)
        return column.astype(object).where(column.isna(), column.astype(str))

    def _curve(
        self, apart: Mapping[object, pd.DataFrame], row: int, keys: list[str], groups: Groups
    ) -> tuple[Floats, Floats]:
        rows = apart[tuple(self.scores.loc[row, name] for name in keys)].sort_values("step", kind="stable")
        steps = np.asarray(rows["step"].astype("float64"), dtype=np.float64)
        values = groups.sign * np.asarray(numbers_of(rows, groups.metric), dtype=np.float64)
        kept = np.isfinite(steps) & np.isfinite(values)
        return steps[kept], values[kept]

    def _scores(self, values: pd.Series[float], tasks: pd.Series) -> Scores:
        own = pd.Series(values.index, index=values.index)
        runs = own if self.run is None else column_of(self.scores, self.run).loc[values.index]
        task_codes, task_ids = pd.factorize(tasks)
        run_codes, run_ids = pd.factorize(runs.astype(str))
        return Scores(
            values=np.asarray(values, dtype=np.float64),
            tasks=task_codes,
            runs=run_codes,
            task_ids=tuple(task_ids),
            run_ids=tuple(run_ids),
        )

    def _refuse_points(self, members: list[Group]) -> None:
        """Refuse rows that are points of a curve but are not called so: no mean of a whole history is taken."""
        if self.run is None or self.points is not None or "step" not in self.scores.columns:
            return
        for group in members:
            cells = list(zip(group.scores.runs.tolist(), group.scores.tasks.tolist(), strict=True))
            steps = self.scores.loc[list(group.rows), "step"]
            if len(set(cells)) < len(cells) and len(set(steps)) > 1:
                run = next(group.scores.run_ids[cell[0]] for cell in cells if cells.count(cell) > 1)
                raise DataError(
                    f"{self.run} {run!r} has several rows of a task with different steps: points of a curve are no "
                    "scores; call the column of the run 'run_id' and that of the task 'task', so that they are "
                    "reduced by score=, or reduce them first"
                )


def column_of(df: pd.DataFrame, name: str) -> pd.Series:
    """Return a column.

    Raises
    ------
    DataError
        When there is none, with near names.
    """
    if name not in df.columns:
        raise DataError(f"there is no column {name!r}{did_you_mean(name, map(str, df.columns))}")
    return df[name]


def numbers_of(df: pd.DataFrame, name: str) -> pd.Series[float]:
    """Return a column of numbers.

    Raises
    ------
    DataError
        When there is none or it holds something else.
    """
    column = column_of(df, name)
    try:
        return column.astype(float)
    except (TypeError, ValueError) as error:
        raise DataError(f"column {name!r} must hold numbers: {error}") from error


def _tell_unnamed(count: int, columns: tuple[str | None, ...]) -> None:
    if count:
        named = " or ".join(repr(name) for name in columns if name)
        text = f"{count} row{'s have' if count > 1 else ' has'} no {named} and {'are' if count > 1 else 'is'} left out"
        warnings.warn(text, ReportgenWarning, stacklevel=5)


def _tell_lacking(members: list[Group], group_by: str) -> None:
    """Warn of groups that lack a task which others have: their aggregates are over fewer tasks."""
    every = frozenset[str]().union(*(group.tasks for group in members))
    told = list(_lacking(members, every))
    if told:
        text = f"aggregates are over different tasks: {'; '.join(f'{group_by} {line}' for line in told[:MOST_NAMED])}"
        rest = f"; and {len(told) - MOST_NAMED} more" if len(told) > MOST_NAMED else ""
        warnings.warn(text + rest, ReportgenWarning, stacklevel=5)


def _lacking(members: list[Group], every: frozenset[str]) -> Iterator[str]:
    for group in members:
        gone = sorted(every - group.tasks)
        if gone:
            rest = f" and {len(gone) - MOST_NAMED} more" if len(gone) > MOST_NAMED else ""
            yield f"{group.name!r} has no score on {', '.join(gone[:MOST_NAMED])}{rest}"
