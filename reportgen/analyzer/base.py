"""What every part of the analyzer starts from: the table, the settings, the frozen values of the statistics room."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Self

import numpy as np

from reportgen.analyzer import against, core
from reportgen.analyzer.frame import Table, column_of
from reportgen.analyzer.scales import normalized
from reportgen.errors import DataError
from reportgen.parallel import workers
from reportgen.spec.model import Score
from reportgen.stats import Settings, even_thresholds

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    import pandas as pd
    from numpy.typing import NDArray

    from reportgen.analyzer.against import Compared, Pair
    from reportgen.analyzer.frame import Groups
    from reportgen.analyzer.scales import Bounds, Scaler
    from reportgen.stats import Analysis, Band, Outlook, Summary

    Floats = NDArray[np.float64]

STATISTICS = ("iqm", "mean", "median")


class Base:
    """A table of scores, how to treat it, and the frozen values that the tables and figures are made of."""

    def __init__(
        self,
        df: pd.DataFrame,
        *,
        run: str | None = None,
        minimize: Collection[str] = (),
        score: Score | None = None,
        confidence_level: float = 0.95,
        bootstrap_samples: int = 10_000,
        interval: str = "expanded_t",
        unit: str = "run",
        resample: str = "runs",
        weighting: str = "task",
        iqm_trim_percentage: float = 0.25,
        gamma: float = 1.0,
        seed: int = 0,
        jobs: int = 1,
    ) -> None:
        less = frozenset([minimize] if isinstance(minimize, str) else minimize)
        self._settings = Settings(
            level=confidence_level,
            replicates=bootstrap_samples,
            interval=interval,
            unit=unit,
            resample=resample,
            weighting=weighting,
            trim=iqm_trim_percentage,
            gamma=gamma,
            seed=seed,
        )
        self._table = Table.of(df, run=run, score=score or Score(), minimize=less)
        if self._table.run is not None:
            column_of(self._table.scores, self._table.run)
        self._map = workers(jobs)
        self._known: dict[tuple[str, str, str | None], Groups] = {}

    @property
    def scores(self) -> pd.DataFrame:
        """The scores that are analysed, a row a run and task: what the points were reduced to, or the table itself."""
        return self._table.scores.copy()

    def normalize(
        self,
        metric: str,
        *,
        stratify_by: str | None = None,
        method: str | Scaler = "bounds",
        optimal_scores: Bounds | None = None,
        reference_scores: Bounds | None = None,
    ) -> Self:
        """Return an analyzer whose metric lies on one scale for all tasks: u = (score - zero) / (one - zero).

        Parameters
        ----------
        stratify_by
            Column of the tasks, each of which has a scale of its own; None: one task.
        method
            ``bounds``: 0 is the reference and 1 the optimum of each task. ``min_max``, ``zscore``: computed from the
            scores of all groups, so that without one of them every number would be another. Or a function
            ``(task, scores) -> (zero, one)``.
        optimal_scores, reference_scores
            For ``bounds``: by task, or one number for all; the reference is 0 where none is given, which takes a
            maximised metric with an optimum above 0.

        Raises
        ------
        DataError
            When a task has no scale.
        """
        moved = normalized(self._table, metric, stratify_by, method, optimal_scores, reference_scores)
        return self._with(moved)

    def analyses(
        self,
        *,
        metric: str,
        group_by: str,
        stratify_by: str | None = None,
        statistics: Sequence[str] = STATISTICS,
        thresholds: Sequence[float] | None = None,
    ) -> dict[object, Analysis]:
        """Return group to the frozen analysis: intervals, profile, replicates, variances; oriented, higher is better.

        Parameters
        ----------
        thresholds
            Of the profile, ascending, in shown units; default: 81 equal steps over the bulk of all scores.
        """
        groups = self._groups(metric, group_by, stratify_by)
        return core.analyses(groups, self._settings, statistics, self._thresholds(groups, thresholds), self._map)

    def contests(
        self,
        *,
        metric: str,
        group_by: str,
        stratify_by: str | None = None,
        statistic: str = "iqm",
        estimand: str = "difference",
        test: str = "permutation",
        correction: str = "holm",
        paired: str | None = None,
        baseline: object | None = None,
        smallest_difference: float | None = None,
    ) -> dict[Pair, Compared]:
        """Return pair to the frozen comparison behind `compare_methods`; the parameters are described there."""
        groups = self._groups(metric, group_by, stratify_by, least=2)
        return against.compared(
            groups,
            self._settings,
            self._map,
            statistic=statistic,
            estimand=estimand,
            test=test,
            correction=correction,
            baseline=baseline,
            smallest_difference=smallest_difference,
            seeds=None if paired is None else self._table.seeds(groups, paired),
        )

    def summaries(
        self, *, metric: str, group_by: str, stratify_by: str | None = None
    ) -> dict[tuple[object, str], Summary]:
        """Return (group, task) to the frozen summary behind `summarize_tasks`."""
        return core.summaries(self._groups(metric, group_by, stratify_by))

    def outlooks(
        self,
        *,
        metric: str,
        group_by: str,
        stratify_by: str | None = None,
        statistic: str = "iqm",
        baseline: object | None = None,
        smallest_difference: float | None = None,
        runs: Sequence[int] | None = None,
    ) -> dict[Pair, tuple[Outlook | None, tuple[Outlook, ...]]]:
        """Return pair to the frozen outlooks behind `plan_runs`: at the present numbers of runs, and at others."""
        return against.outlooks_of(
            self._groups(metric, group_by, stratify_by, least=2),
            self._settings,
            self._map,
            statistic=statistic,
            baseline=baseline,
            smallest_difference=smallest_difference,
            runs=runs,
        )

    def curves(
        self,
        *,
        metric: str,
        group_by: str,
        stratify_by: str | None = None,
        statistic: str = "iqm",
        points: int = 100,
    ) -> dict[object, tuple[Floats, Band]]:
        """Return group to (steps, frozen band) behind `compute_sample_efficiency`; oriented, higher is better."""
        groups = self._groups(metric, group_by, stratify_by)
        return core.sample_efficiency(
            groups,
            self._settings,
            self._map,
            curves=self._table.curves(groups),
            statistic=statistic,
            points=points,
        )

    def _groups(self, metric: str, group_by: str, stratify_by: str | None, *, least: int = 1) -> Groups:
        asked = (metric, group_by, stratify_by)
        if asked not in self._known:
            self._known[asked] = self._table.groups(*asked)
        groups = self._known[asked]
        if len(groups.members) < least:
            raise DataError(f"a comparison takes two groups; {group_by!r} has one: {groups.members[0].name!r}")
        return groups

    def _thresholds(self, groups: Groups, given: Sequence[float] | None) -> Floats:
        if given is not None:
            return np.sort(np.asarray(given, dtype=float))
        values = groups.shown()
        found = even_thresholds(values, normalized=groups.scaled is not None)
        return found if found.size else np.unique(values[np.isfinite(values)])

    def _with(self, table: Table) -> Self:
        made = copy.copy(self)
        made._table, made._known = table, {}  # noqa: SLF001 - its own class
        return made
