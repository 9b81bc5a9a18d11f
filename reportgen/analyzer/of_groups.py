"""Tables of what is said of each group: aggregates, profiles, tasks, outliers, curves."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from reportgen.analyzer import core, tables
from reportgen.analyzer.base import STATISTICS, Base
from reportgen.analyzer.frame import column_of
from reportgen.stats import outlying

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from reportgen.analyzer.frame import Groups
    from reportgen.analyzer.scales import Bounds
    from reportgen.analyzer.tables import Row


class OfGroups(Base):
    """The methods that give a row a group, a task, a threshold or a step."""

    def compute_iqm_with_ci(self, *, metric: str, group_by: str, stratify_by: str | None = None) -> pd.DataFrame:
        """Return the interquartile mean of each group with its stratified-bootstrap interval.

        Parameters
        ----------
        metric
            Column of scores; rows where it is missing are counted in ``n_missing`` and left out.
        group_by
            Column of the methods.
        stratify_by
            Column of the tasks; None: one task.

        Returns
        -------
        DataFrame
            A row per group, in order of appearance: the group, ``iqm``, ``ci_low``, ``ci_high`` (NaN where there is
            no honest interval, with ``reason``), ``level``, ``interval``, ``score`` (the rule, or ``as given``),
            ``n_scores``, ``n_runs``, ``n_tasks``, ``n_missing``, ``reason``, ``note``. Its `attrs` hold method, level,
            n, replicates and seed.

        Raises
        ------
        DataError
            When a column does not exist or a group has no score.
        """
        return self._statistic("iqm", metric, group_by, stratify_by)

    def compute_mean_with_ci(self, *, metric: str, group_by: str, stratify_by: str | None = None) -> pd.DataFrame:
        """Return the mean over tasks of the mean over runs with its interval; else as `compute_iqm_with_ci`."""
        return self._statistic("mean", metric, group_by, stratify_by)

    def compute_median(self, *, metric: str, group_by: str, stratify_by: str | None = None) -> pd.DataFrame:
        """Return the median over tasks of the mean over runs; else as `compute_iqm_with_ci`.

        It has no interval: none was found that covers.
        """
        return self._statistic("median", metric, group_by, stratify_by)

    def compute_optimality_gap_with_ci(
        self,
        *,
        metric: str,
        group_by: str,
        stratify_by: str | None = None,
        optimal_scores: Bounds | None = None,
        reference_scores: Bounds | None = None,
    ) -> pd.DataFrame:
        """Return the mean shortfall from the optimum, max(0, gamma - u), with its interval; lower is better.

        Parameters
        ----------
        optimal_scores, reference_scores
            As in `normalize`; not needed where the metric was normalised so before.
        """
        if optimal_scores is not None or reference_scores is not None:
            return self.normalize(
                metric, stratify_by=stratify_by, optimal_scores=optimal_scores, reference_scores=reference_scores
            ).compute_optimality_gap_with_ci(metric=metric, group_by=group_by, stratify_by=stratify_by)
        return self._statistic("optimality_gap", metric, group_by, stratify_by)

    def compute_optimality_gap(
        self,
        *,
        metric: str,
        group_by: str,
        stratify_by: str | None = None,
        optimal_scores: Bounds | None = None,
        reference_scores: Bounds | None = None,
    ) -> pd.DataFrame:
        """Return the shortfall from the optimum on each task: a row a group and task, ``optimality_gap`` and ``n``.

        Parameters
        ----------
        optimal_scores, reference_scores
            As in `normalize`; not needed where the metric was normalised so before.
        """
        if optimal_scores is not None or reference_scores is not None:
            return self.normalize(
                metric, stratify_by=stratify_by, optimal_scores=optimal_scores, reference_scores=reference_scores
            ).compute_optimality_gap(metric=metric, group_by=group_by, stratify_by=stratify_by)
        groups = self._groups(metric, group_by, stratify_by)
        core.refuse_gap(groups)
        return tables.tidy(self._gaps(groups), groups, self._settings, gamma=self._settings.gamma)

    def compute_aggregates(
        self, *, metric: str, group_by: str, stratify_by: str | None = None, statistics: Sequence[str] = STATISTICS
    ) -> pd.DataFrame:
        """Return several statistics, a row a group and ``statistic``, with ``estimate``, ``ci_low`` and ``ci_high``.

        Parameters
        ----------
        statistics
            Any of ``iqm``, ``mean``, ``median`` and, for a metric normalised by its optima, ``optimality_gap``. One
            draw of runs serves them all.
        """
        groups = self._groups(metric, group_by, stratify_by)
        found = core.analyses(groups, self._settings, statistics, np.empty(0), self._map)
        rows = [row for name in statistics for row in tables.interval_rows(found, groups, name, named=False)]
        return tables.tidy(rows, groups, self._settings)

    def compute_performance_profile(
        self, *, metric: str, group_by: str, stratify_by: str | None = None, thresholds: Sequence[float] | None = None
    ) -> pd.DataFrame:
        """Return the share of each group's scores strictly better than each threshold, with pointwise ends.

        Parameters
        ----------
        thresholds
            In the metric's unit; default: 81 equal steps over the bulk of all scores.

        Returns
        -------
        DataFrame
            A row a group and ``threshold``: ``share``, ``ci_low``, ``ci_high`` (NaN where all replicates agree).
        """
        groups = self._groups(metric, group_by, stratify_by)
        found = core.analyses(groups, self._settings, (), self._thresholds(groups, thresholds), self._map)
        return tables.tidy(tables.profile_rows(found, groups), groups, self._settings)

    def summarize_tasks(self, *, metric: str, group_by: str, stratify_by: str | None = None) -> pd.DataFrame:
        """Return mean, sd (ddof 1), median, IQM (of 4 runs and more), min, max and n of each group on each task."""
        groups = self._groups(metric, group_by, stratify_by)
        return tables.tidy(tables.summary_rows(core.summaries(groups), groups), groups, self._settings)

    def find_outliers(self, *, metric: str, group_by: str, stratify_by: str | None = None) -> pd.DataFrame:
        """Name the scores that lie far from the others of their group and task; nothing is left out.

        Returns
        -------
        DataFrame
            A row a score that a rule names: group, task, ``run``, ``value``, the ``median`` of its group and task, and
            ``rules``: ``MAD`` (3.5 scaled median absolute deviations), ``IQR`` (1.5 interquartile ranges), or both.
        """
        groups = self._groups(metric, group_by, stratify_by)
        found = tables.tidy(self._outliers(groups), groups, self._settings)
        columns = [group_by, stratify_by or "task", "run", "value", "median", "rules"]
        empty = pd.DataFrame(columns=columns)
        empty.attrs = found.attrs
        return found if len(found) else empty

    def compute_sample_efficiency(
        self,
        *,
        metric: str,
        group_by: str,
        stratify_by: str | None = None,
        statistic: str = "iqm",
        points: int = 100,
    ) -> pd.DataFrame:
        """Return a statistic along the steps of training; needs a table of points.

        Parameters
        ----------
        points
            Equal steps from the latest first step to the earliest last step of a group's runs, each run interpolated
            linearly. One draw of whole runs serves every step; at most 2000 replicates.

        Returns
        -------
        DataFrame
            A row a group and ``step``: the statistic, ``ci_low``, ``ci_high``, ``n_runs``.
        """
        groups = self._groups(metric, group_by, stratify_by)
        found = self.curves(
            metric=metric, group_by=group_by, stratify_by=stratify_by, statistic=statistic, points=points
        )
        return tables.tidy(tables.curve_rows(found, groups, statistic), groups, self._settings.coarse())

    def compute_steps_to_threshold(
        self, *, metric: str, group_by: str, stratify_by: str | None = None, thresholds: Sequence[float]
    ) -> pd.DataFrame:
        """Return how many runs of each group reached each threshold and after how many steps; needs a table of points.

        A run reaches a threshold at its first point that is at least as good. Runs that never do count with the last
        step that every run on the task has, so that ``steps`` is a restricted mean, a lower bound of the true one.

        Returns
        -------
        DataFrame
            A row a group and ``threshold``: ``n_reached``, ``n_runs``, ``share`` and ``steps`` with their ends, and
            the first and last such step over the tasks.
        """
        groups = self._groups(metric, group_by, stratify_by)
        found = core.reached(
            groups, self._settings, curves=self._table.curves(groups), thresholds=[float(value) for value in thresholds]
        )
        return tables.tidy(tables.reached_rows(found, groups), groups, self._settings)

    def _statistic(self, name: str, metric: str, group_by: str, stratify_by: str | None) -> pd.DataFrame:
        groups = self._groups(metric, group_by, stratify_by)
        found = core.analyses(groups, self._settings, (name,), np.empty(0), self._map)
        rows = tables.interval_rows(found, groups, name, named=True)
        return tables.tidy(rows, groups, self._settings, statistic=name)

    def _gaps(self, groups: Groups) -> Iterator[tuple[Row, Row]]:
        for group in groups.members:
            names = np.array(group.scores.task_ids, dtype=object)[group.scores.tasks]
            short = np.maximum(0.0, self._settings.gamma - group.scores.values)
            for task in (task for task in groups.tasks if task in group.tasks):
                here = short[names == task]
                about: Row = {groups.group_by: group.name, groups.stratify_by or "task": task}
                yield about, {"optimality_gap": float(here.mean()), "n": len(here)}

    def _outliers(self, groups: Groups) -> Iterator[tuple[Row, Row]]:
        for group in groups.members:
            values, scores = groups.sign * group.scores.values, group.scores
            for place, task in enumerate(scores.task_ids):
                here = np.flatnonzero(scores.tasks == place)
                by_rule = dict(zip(("MAD", "IQR"), outlying(values[here]), strict=True))
                for row in np.flatnonzero(by_rule["MAD"] | by_rule["IQR"]).tolist():
                    about: Row = {groups.group_by: group.name, groups.stratify_by or "task": task}
                    yield (
                        about,
                        {
                            "run": self._run_name(group.rows[here[row]]),
                            "value": float(values[here[row]]),
                            "median": float(np.median(values[here])),
                            "rules": " and ".join(name for name, mask in by_rule.items() if mask[row]),
                        },
                    )

    def _run_name(self, row: int) -> object:
        run = self._table.run
        return row if run is None else column_of(self._table.scores, run).loc[row]
