"""`StatisticalAnalyzer`: the statistics of a report for people who start from a DataFrame."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reportgen.data.frame_scores import holds_points, one_row_per_run
from reportgen.data.points import rule_text
from reportgen.errors import DataError, did_you_mean
from reportgen.figures import performance_profile_figure
from reportgen.spec.model import Score
from reportgen.stats import Analysis, Scores, Settings, analyse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure
    from numpy.typing import NDArray

PROFILE_POINTS = 81


class StatisticalAnalyzer:
    """Aggregates, intervals and profiles of the scores in a long table: one row a score.

    Parameters
    ----------
    df
        A row per run and task with at least the columns named in the calls below. Rows of points, as
        `DataProcessor.to_dataframe` gives them (several rows of a ``run_id`` and task, with ``step``), are reduced to
        one score per run and task first: a point of a curve is no score.
    run
        Column that identifies a run. Rows of one group with the same run share its luck and are resampled together;
        None: ``run_id`` where there is such a column, else every row is a run of its own.
    score
        How points become a score, as in the spec's ``score`` section; default: the mean of a run's last 5 % of points.
    confidence_level, bootstrap_samples, interval, seed
        As in the spec's ``analysis`` section.

    Examples
    --------
    >>> import pandas as pd
    >>> table = pd.DataFrame({
    ...     "algorithm": ["a"] * 8, "task": ["t"] * 8, "score": [1.0, 2, 3, 4, 5, 6, 7, 8],
    ... })
    >>> result = StatisticalAnalyzer(table).compute_iqm_with_ci(
    ...     metric="score", group_by="algorithm", stratify_by="task")
    >>> float(result.loc[0, "iqm"])
    4.5
    """

    def __init__(
        self,
        df: pd.DataFrame,
        *,
        run: str | None = None,
        confidence_level: float = 0.95,
        bootstrap_samples: int = 10_000,
        interval: str = "expanded_t",
        seed: int = 0,
        score: Score | None = None,
    ) -> None:
        rule = score or Score()
        reduces = holds_points(df)
        self._df = (one_row_per_run(df, rule) if reduces else df).reset_index(drop=True)
        self._rule = rule_text(rule) if reduces else "as given"
        self._run = "run_id" if run is None and "run_id" in df.columns else run
        self._settings = Settings(
            level=confidence_level, replicates=bootstrap_samples, interval=interval, seed=seed
        )  # fmt: skip

    def compute_iqm_with_ci(self, *, metric: str, group_by: str, stratify_by: str | None = None) -> pd.DataFrame:
        """Return the interquartile mean of each group with its stratified-bootstrap interval.

        Parameters
        ----------
        metric
            Column of scores, higher is better; rows where it is missing are counted in ``n_missing`` and left out.
        group_by
            Column of the methods.
        stratify_by
            Column of the tasks; None: one task.

        Returns
        -------
        DataFrame
            A row per group, in order of appearance: the group, ``iqm``, ``ci_low``, ``ci_high`` (NaN where there is
            no honest interval, with ``reason``), ``level``, ``interval``, ``score`` (the rule, or ``as given``),
            ``n_scores``, ``n_runs``, ``n_missing``.

        Raises
        ------
        DataError
            When a column does not exist or a group has no score.
        """
        rows = []
        for group, analysis, missing in self._analyses(metric, group_by, stratify_by, np.empty(0)):
            found = analysis.intervals["iqm"]
            rows.append(
                {
                    group_by: group,
                    "iqm": _number(found.estimate),
                    "ci_low": _number(found.low),
                    "ci_high": _number(found.high),
                    "level": found.level,
                    "interval": found.method,
                    "score": self._rule,
                    "n_scores": found.n_scores,
                    "n_runs": found.n_runs,
                    "n_missing": missing,
                    "reason": found.reason or "",
                }
            )
        return pd.DataFrame(rows)

    def create_performance_profile(
        self, *, metric: str, group_by: str, stratify_by: str | None = None, thresholds: Sequence[float] | None = None
    ) -> Figure:
        """Draw the performance profile of each group: the fraction of scores strictly above each threshold.

        Parameters
        ----------
        thresholds
            Increasing, in the metric's unit; default: 81 equal steps over all scores.

        Returns
        -------
        matplotlib.figure.Figure
            With pointwise bands where there is an interval.
        """
        values = self._numbers(metric).dropna().to_numpy()
        if values.size == 0:
            raise DataError(f"column {metric!r} holds no number: every value is missing")
        grid = np.linspace(values.min(), values.max(), PROFILE_POINTS) if thresholds is None else np.asarray(thresholds)
        bands = {
            str(group): analysis.profile for group, analysis, _ in self._analyses(metric, group_by, stratify_by, grid)
        }
        return performance_profile_figure(bands, label=metric)

    def _analyses(
        self, metric: str, group_by: str, stratify_by: str | None, thresholds: NDArray[np.float64]
    ) -> list[tuple[object, Analysis, int]]:
        values = self._numbers(metric)
        tasks = pd.Series("all", index=self._df.index) if stratify_by is None else self._column(stratify_by)
        found = []
        for group, index in self._df.groupby(self._column(group_by), sort=False).groups.items():
            scores = values.loc[index]
            kept = scores.dropna()
            if kept.empty:
                raise DataError(f"{group_by} {group!r} has no score in column {metric!r}: every value is missing")
            analysis = analyse(
                self._scores(kept, tasks.loc[kept.index]),
                self._settings,
                key=(metric, str(group)),
                statistics=("iqm", "mean", "median"),
                thresholds=thresholds,
            )
            found.append((group, analysis, len(scores) - len(kept)))
        return found

    def _scores(self, values: pd.Series[float], tasks: pd.Series[str]) -> Scores:
        own = pd.Series(values.index, index=values.index)
        runs = own if self._run is None else self._column(self._run).loc[values.index]
        task_codes, task_ids = pd.factorize(tasks.astype(str))
        run_codes, run_ids = pd.factorize(runs.astype(str))
        return Scores(
            values=np.asarray(values, dtype=np.float64),
            tasks=task_codes,
            runs=run_codes,
            task_ids=tuple(task_ids),
            run_ids=tuple(run_ids),
        )

    def _numbers(self, name: str) -> pd.Series[float]:
        column = self._column(name)
        try:
            return column.astype(float)
        except (TypeError, ValueError) as error:
            raise DataError(f"column {name!r} must hold numbers: {error}") from error

    def _column(self, name: str) -> pd.Series:
        if name not in self._df.columns:
            raise DataError(f"there is no column {name!r}{did_you_mean(name, map(str, self._df.columns))}")
        return self._df[name]


def _number(value: float | None) -> float:
    return float("nan") if value is None else value
