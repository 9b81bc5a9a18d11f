"""Figures of an analyzer: those of a report, as matplotlib figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import matplotlib.pyplot as _  # noqa: F401, ICN001 - wandb.Image takes a figure only where pyplot is loaded
import numpy as np

from reportgen.analyzer import against, core, tables
from reportgen.analyzer.base import STATISTICS, Base
from reportgen.data.lines import NOTHING, Line
from reportgen.data.scores import Method, MetricData, Score, Task
from reportgen.errors import DataError
from reportgen.figures.frames import (
    Paired,
    Shown,
    frame_figure,
    performance_profile_figure,
    sample_efficiency_figure,
)
from reportgen.stats import Band

if TYPE_CHECKING:
    from collections.abc import Sequence

    from matplotlib.figure import Figure

    from reportgen.analyzer.frame import Group, Groups
    from reportgen.figures.frames import FrameRole

POI = "probability_of_improvement"


class Drawn(Base):
    """The methods that give a figure."""

    def create_performance_profile(
        self, *, metric: str, group_by: str, stratify_by: str | None = None, thresholds: Sequence[float] | None = None
    ) -> Figure:
        """Draw the performance profile of each group: the share of scores strictly better than each threshold.

        Parameters
        ----------
        thresholds
            In the metric's unit; default: 81 equal steps over the bulk of all scores.

        Returns
        -------
        matplotlib.figure.Figure
            With pointwise bands where there is an interval.
        """
        groups = self._groups(metric, group_by, stratify_by)
        found = core.analyses(groups, self._settings, (), self._thresholds(groups, thresholds), self._map)
        bands = {}
        for group in groups.members:
            places, share, low, high = tables.in_shown_units(found[group.name].profile, groups)
            bands[group.id] = Band(thresholds=places, estimate=share, low=low, high=high)
        return performance_profile_figure(bands, label=metric, better="below" if groups.sign < 0 else "above")

    def create_intervals(
        self, *, metric: str, group_by: str, stratify_by: str | None = None, statistics: Sequence[str] = STATISTICS
    ) -> Figure:
        """Draw statistics with their intervals, a panel a statistic and a row a group."""
        groups = self._groups(metric, group_by, stratify_by)
        found = core.analyses(groups, self._settings, statistics, np.empty(0), self._map)
        intervals = {group.id: dict(found[group.name].intervals) for group in groups.members}
        return frame_figure("intervals", Shown(data=metric_data(groups), intervals=intervals, trim=self._settings.trim))

    def create_violin(self, *, metric: str, group_by: str, stratify_by: str | None = None) -> Figure:
        """Draw the distribution of each group's scores with its quartiles."""
        return frame_figure("violin", Shown(data=metric_data(self._groups(metric, group_by, stratify_by))))

    def create_ecdf(self, *, metric: str, group_by: str, stratify_by: str | None = None) -> Figure:
        """Draw the share of each group's scores at or below a value; every task counts the same."""
        return frame_figure("ecdf", Shown(data=metric_data(self._groups(metric, group_by, stratify_by))))

    def create_heatmap(self, *, metric: str, group_by: str, stratify_by: str | None = None) -> Figure:
        """Draw the mean of each group (columns) on each task (rows); cells without a run are hatched."""
        return frame_figure("heatmap", Shown(data=metric_data(self._groups(metric, group_by, stratify_by))))

    def create_sample_efficiency(
        self, *, metric: str, group_by: str, stratify_by: str | None = None, statistic: str = "iqm", points: int = 100
    ) -> Figure:
        """Draw `compute_sample_efficiency`, a line a group, with pointwise bands."""
        groups = self._groups(metric, group_by, stratify_by)
        found = self.curves(
            metric=metric, group_by=group_by, stratify_by=stratify_by, statistic=statistic, points=points
        )
        lines = {str(name): (steps, tables.upright(band, groups, statistic)) for name, (steps, band) in found.items()}
        return sample_efficiency_figure(lines, label=f"{statistic} of {metric}")

    def create_run_plan(
        self,
        *,
        metric: str,
        group_by: str,
        stratify_by: str | None = None,
        statistic: str = "iqm",
        smallest_difference: float | None = None,
    ) -> Figure:
        """Draw `plan_runs`: the detectable difference and, for a smallest difference, the power, over numbers of runs.

        Raises
        ------
        DataError
            When no pair can be planned, because no run was repeated.
        """
        found = self.outlooks(
            metric=metric,
            group_by=group_by,
            stratify_by=stratify_by,
            statistic=statistic,
            smallest_difference=smallest_difference,
        )
        plans = {(str(a), str(b)): (now, others) for (a, b), (now, others) in found.items() if now is not None}
        if not plans:
            raise DataError("there is nothing to plan: the runs do not vary, or each was made once")
        groups = self._groups(metric, group_by, stratify_by)
        whole = any(group.n_runs < len(group.scores.values) for group in groups.members)
        strata = 1 if whole else len(groups.tasks)
        return frame_figure(
            "planning", Shown(data=metric_data(groups), plans=plans, strata=strata, smallest=smallest_difference)
        )

    def create_differences(
        self,
        *,
        metric: str,
        group_by: str,
        stratify_by: str | None = None,
        statistic: str = "iqm",
        baseline: object | None = None,
        smallest_difference: float | None = None,
    ) -> Figure:
        """Draw the differences of `compare_methods` with their intervals and verdicts, a row a pair."""
        return self._compared(
            "differences", metric, group_by, stratify_by, statistic, baseline=baseline, smallest=smallest_difference
        )

    def create_probability_of_improvement(
        self, *, metric: str, group_by: str, stratify_by: str | None = None, baseline: object | None = None
    ) -> Figure:
        """Draw `compute_probability_of_improvement` with intervals and verdicts, a row a pair."""
        return self._compared("improvement", metric, group_by, stratify_by, "iqm", estimand=POI, baseline=baseline)

    def create_pairwise_matrix(
        self, *, metric: str, group_by: str, stratify_by: str | None = None, statistic: str = "iqm"
    ) -> Figure:
        """Draw the differences of groups (rows) from groups (columns), hatched where the raw p leaves them open."""
        return self._compared("matrix", metric, group_by, stratify_by, statistic)

    def create_ranks(
        self, *, metric: str, group_by: str, stratify_by: str | None = None, statistic: str = "iqm"
    ) -> Figure:
        """Draw `compute_ranks`, a stacked bar a group."""
        groups = self._groups(metric, group_by, stratify_by, least=2)
        found = against.ranks(groups, self._settings, self._map, statistic=statistic)
        shares = {group.id: tuple(row.tolist()) for group, row in zip(groups.members, found, strict=True)}
        return frame_figure("ranks", Shown(data=metric_data(groups), shares=shares, statistic=statistic))

    def create_critical_differences(self, *, metric: str, group_by: str, stratify_by: str | None = None) -> Figure:
        """Draw mean ranks over tasks; a bar joins groups that Nemenyi's critical difference does not tell apart.

        Raises
        ------
        DataError
            When Friedman's test cannot be made.
        """
        groups = self._groups(metric, group_by, stratify_by, least=2)
        whole = against.all_groups(groups, self._settings, "friedman")
        if whole.critical_difference is None:
            raise DataError(f"no critical difference: {whole.reason}")
        return frame_figure("critical-difference", Shown(data=metric_data(groups), whole=whole))

    def _compared(
        self,
        role: FrameRole,
        metric: str,
        group_by: str,
        stratify_by: str | None,
        statistic: str,
        *,
        estimand: str = "difference",
        baseline: object | None = None,
        smallest: float | None = None,
    ) -> Figure:
        found = self.contests(
            metric=metric,
            group_by=group_by,
            stratify_by=stratify_by,
            statistic=statistic,
            estimand=estimand,
            baseline=baseline,
            smallest_difference=smallest,
        )
        pairs = tuple(
            Paired(
                a=str(a),
                b=str(b),
                interval=one.interval,
                p=one.tested.p,
                verdict=one.judgement.verdict,
                effects=one.contest.effects,
            )
            for (a, b), one in found.items()
        )
        shown = Shown(
            data=metric_data(self._groups(metric, group_by, stratify_by)),
            trim=self._settings.trim,
            statistic=statistic,
            estimand=estimand,
            alpha=1 - self._settings.level,
            pairs=pairs,
            smallest=smallest,
        )
        return frame_figure(role, shown)


def metric_data(groups: Groups) -> MetricData:
    """Return the scores of all groups as the figures of a report take them, in shown units."""
    return MetricData(
        id=groups.metric,
        label=groups.metric,
        role="primary",
        direction="minimize" if groups.sign < 0 else "maximize",
        direction_source="spec",
        unit=None,
        normalized=groups.scaled is not None,
        has_optimum=groups.scaled is not None and not groups.scaled.relative,
        score_rule=groups.rule,
        normalization=groups.scaled.text if groups.scaled else "none",
        tasks=tuple(Task(id=task, label=task) for task in groups.tasks),
        methods=tuple(Method(id=group.id, label=group.id) for group in groups.members),
        scores=tuple(score for group in groups.members for score in _scores(group, groups.sign)),
        relative=groups.scaled is not None and groups.scaled.relative,
    )


def _scores(group: Group, sign: float) -> list[Score]:
    own, nothing = group.scores, Line.of(NOTHING)
    values = (sign * own.values).tolist()
    return [
        Score(
            method=group.id,
            task=own.task_ids[task],
            run=own.run_ids[run],
            seed="",
            raw=value,
            value=value,
            line=nothing,
        )
        for value, task, run in zip(values, own.tasks.tolist(), own.runs.tolist(), strict=True)
    ]
