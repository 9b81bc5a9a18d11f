"""Tables of groups against each other: comparisons, ranks, the pairwise matrix, planning and sensitivity."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from reportgen.analyzer import against, tables
from reportgen.analyzer.base import Base
from reportgen.errors import DataError, StatisticsError, did_you_mean
from reportgen.stats import turned_verdict

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    import pandas as pd

    from reportgen.analyzer.against import Compared, Pair

POI = "probability_of_improvement"
CELLS: dict[str, Callable[[Compared], tuple[Any, Any]]] = {
    "difference": lambda one: _mirrored(one.interval.estimate, 0.0),
    POI: lambda one: _mirrored(one.contest.improvement.estimate, 1.0),
    "p": lambda one: (tables.number(one.tested.p),) * 2,
    "p_adjusted": lambda one: (tables.number(one.judgement.p_adjusted),) * 2,
    "verdict": lambda one: (one.judgement.verdict or "", turned_verdict(one.judgement.verdict) or ""),
    "wins": lambda one: (
        tables.number(getattr(one.contest.effects, "wins", None)),
        tables.number(getattr(one.contest.effects, "losses", None)),
    ),
}


class OfPairs(Base):
    """The methods that give a row a pair, or look at all groups at once."""

    def compare_methods(
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
    ) -> pd.DataFrame:
        """Compare pairs of groups: interval, raw and corrected p, verdict, effect sizes.

        Parameters
        ----------
        metric, group_by, stratify_by
            As in `compute_iqm_with_ci`.
        statistic
            Whose difference is taken: ``iqm``, ``mean``, ``median``, ``optimality_gap``.
        estimand
            What decides: ``difference`` (positive: a is better, also for a minimised metric) or
            ``probability_of_improvement`` (a run of a beats a run of b on the same task).
        test
            ``permutation`` (of runs, studentised; exact by convolution for the probability of improvement of one-task
            runs), ``welch``, ``yuen``, ``wilcoxon`` (means of runs), ``mann_whitney``, ``brunner_munzel`` (their
            ranks).
        correction
            ``holm``, ``bonferroni``, ``bh``, ``by`` or ``none``, over all pairs of the table.
        paired
            Column of the seeds, if a seed couples the runs of two groups.
        baseline
            Compare every group with this one; None: all pairs.
        smallest_difference
            Smallest difference of interest: an interval within it on both sides is ``equivalent``.

        Returns
        -------
        DataFrame
            A row a pair: ``a``, ``b``, the estimand, ``ci_low``, ``ci_high``, ``p``, ``p_adjusted``, ``p_smallest``
            (the smallest p that so many runs could give), ``exact``, ``verdict``, ``a12``, ``cliffs_delta``,
            ``hedges_g``, ``wins``, ``ties``, ``losses`` (tasks), ``n_runs``, ``reason``. No other group changes
            anything but ``p_adjusted`` and the verdict.
        """
        found = self.contests(
            metric=metric,
            group_by=group_by,
            stratify_by=stratify_by,
            statistic=statistic,
            estimand=estimand,
            test=test,
            correction=correction,
            paired=paired,
            baseline=baseline,
            smallest_difference=smallest_difference,
        )
        groups = self._groups(metric, group_by, stratify_by)
        further = {"estimand": estimand, "statistic": statistic, "test": test, "correction": correction}
        return tables.tidy(tables.pair_rows(found, estimand), groups, self._settings, **further)

    def compute_probability_of_improvement(
        self,
        *,
        metric: str,
        group_by: str,
        stratify_by: str | None = None,
        test: str = "permutation",
        correction: str = "holm",
        paired: str | None = None,
        baseline: object | None = None,
    ) -> pd.DataFrame:
        """Return `compare_methods` with the probability of improvement as its estimand."""
        return self.compare_methods(
            metric=metric,
            group_by=group_by,
            stratify_by=stratify_by,
            estimand=POI,
            test=test,
            correction=correction,
            paired=paired,
            baseline=baseline,
        )

    def pairwise_matrix(
        self,
        *,
        metric: str,
        group_by: str,
        stratify_by: str | None = None,
        values: str = "difference",
        statistic: str = "iqm",
        test: str = "permutation",
        correction: str = "holm",
    ) -> pd.DataFrame:
        """Return groups (rows) against groups (columns).

        Parameters
        ----------
        values
            ``difference``, ``probability_of_improvement``, ``p`` and ``p_adjusted`` of the difference, ``verdict``, or
            ``wins`` (tasks on which the row's mean is better). All but ``p_adjusted`` and ``verdict`` stay as they are
            when a group is added.
        """
        if values not in CELLS:
            near = did_you_mean(values, CELLS)
            raise StatisticsError(f"values must be one of {', '.join(sorted(CELLS))}, not {values!r}{near}")
        found = self.contests(
            metric=metric,
            group_by=group_by,
            stratify_by=stratify_by,
            statistic=statistic,
            test=test,
            correction=correction,
        )
        groups = self._groups(metric, group_by, stratify_by)
        names = [group.name for group in groups.members]
        cells: dict[Pair, tuple[Any, Any]] = {pair: CELLS[values](one) for pair, one in found.items()}
        matrix = tables.square(cells, names, "" if values == "verdict" else np.nan)
        matrix.attrs |= tables.how(groups, self._settings)
        matrix.attrs |= {"values": values, "statistic": statistic, "test": test}
        return matrix

    def compute_ranks(
        self, *, metric: str, group_by: str, stratify_by: str | None = None, statistic: str = "iqm"
    ) -> pd.DataFrame:
        """Return how often each group takes rank 1, 2, ... over bootstrap replicates; another group changes them.

        Parameters
        ----------
        statistic
            What is ranked: ``iqm``, ``mean``, ``median``, ``optimality_gap``, or ``mean_rank`` (the mean over tasks of
            the rank of the mean over runs, which needs no common scale of the tasks).

        Returns
        -------
        DataFrame
            A row a group: ``mean_rank``, ``rank_1``, ``rank_2``, ...
        """
        groups = self._groups(metric, group_by, stratify_by, least=2)
        shares = against.ranks(groups, self._settings, self._map, statistic=statistic)
        return tables.tidy(tables.rank_rows(shares, groups), groups, self._settings, statistic=statistic)

    def test_all_groups(
        self, *, metric: str, group_by: str, stratify_by: str | None = None, test: str = "friedman"
    ) -> pd.DataFrame:
        """Test all groups at once.

        Parameters
        ----------
        test
            ``friedman``: ranks of the groups over the tasks that all cover, pairs by Nemenyi. ``anova``: means of
            runs, pairs by Tukey.

        Returns
        -------
        DataFrame
            A row a pair: ``a``, ``b``, ``p_adjusted``. Its `attrs` hold ``statistic``, ``p``, ``critical_difference``
            (of mean ranks), ``average_ranks`` by group (1 is best) and, where there is no test, ``reason``.
        """
        groups = self._groups(metric, group_by, stratify_by, least=2)
        found = against.all_groups(groups, self._settings, test)
        names = [group.name for group in groups.members]
        rows = [
            ({"a": names[i], "b": names[j]}, {"p_adjusted": float(found.pairs[i, j])})
            for i, j in zip(*np.triu_indices(len(names), 1), strict=True)
        ]
        ranked = zip((group.id for group in groups.members), found.average_ranks.tolist(), strict=False)
        return tables.tidy(
            rows,
            groups,
            self._settings,
            test=found.test,
            statistic=found.statistic,
            p=found.p,
            critical_difference=found.critical_difference,
            average_ranks=dict(ranked),
            reason=found.reason or "",
        )

    def plan_runs(
        self,
        *,
        metric: str,
        group_by: str,
        stratify_by: str | None = None,
        statistic: str = "iqm",
        baseline: object | None = None,
        smallest_difference: float | None = None,
        runs: Sequence[int] | None = None,
    ) -> pd.DataFrame:
        """Return what each comparison would show with other numbers of runs.

        Parameters
        ----------
        smallest_difference
            The difference whose ``power`` is asked for.
        runs
            Numbers of runs (on each task where a run covers one, else of each group); default: 2 to 30.

        Returns
        -------
        DataFrame
            A row a pair and ``n``: ``present`` (the numbers of runs that there are), ``se``, ``df``, ``detectable``
            (found with 80 % power) with its range, ``power``, and ``smallest_p`` of a permutation of so many runs.
        """
        groups = self._groups(metric, group_by, stratify_by, least=2)
        found = self.outlooks(
            metric=metric,
            group_by=group_by,
            stratify_by=stratify_by,
            statistic=statistic,
            baseline=baseline,
            smallest_difference=smallest_difference,
            runs=runs,
        )
        further = {"statistic": statistic, "smallest_difference": smallest_difference}
        return tables.tidy(tables.outlook_rows(found), groups, self._settings, **further)

    def sensitivity(
        self,
        *,
        metric: str,
        group_by: str,
        stratify_by: str | None = None,
        pair: tuple[object, object] | None = None,
        statistic: str = "iqm",
    ) -> pd.DataFrame:
        """Return the difference of two groups under other choices, one at a time.

        Parameters
        ----------
        pair
            The two groups; may be left out where there are only two.

        Returns
        -------
        DataFrame
            A row a choice: ``kind`` (``reported``, ``aggregate``, ``weighting``, ``score``, ``task``), ``choice``,
            ``difference``, ``ci_low``, ``ci_high``, ``reason``. Other score rules are tried where the table has points.
        """
        groups = self._groups(metric, group_by, stratify_by, least=2)
        names = [group.name for group in groups.members]
        if pair is None and len(names) > 2:  # noqa: PLR2004 - a pair
            raise DataError(f"name the pair of {group_by}s, e.g. pair=({names[0]!r}, {names[1]!r})")
        chosen = pair or (names[0], names[1])
        found = against.sensitivity(
            groups,
            self._settings,
            self._map,
            pair=chosen,
            statistic=statistic,
            points=None if self._table.points is None else self._table.curves(groups),
        )
        further = {"statistic": statistic, "a": str(chosen[0]), "b": str(chosen[1])}
        return tables.tidy(tables.variation_rows(found), groups, self._settings, **further)


def _mirrored(estimate: float | None, total: float) -> tuple[float, float]:
    value = tables.number(estimate)
    return value, total - value
