"""The analyzer itself: what it takes, and every method of its parts."""

from __future__ import annotations

from reportgen.analyzer.drawn import Drawn
from reportgen.analyzer.of_groups import OfGroups
from reportgen.analyzer.of_pairs import OfPairs


class StatisticalAnalyzer(OfGroups, OfPairs, Drawn):
    """The statistics of a report for the scores in a long table: one row a score.

    Every ``compute_*`` method gives a tidy DataFrame whose `attrs` hold method, level, n, replicates and seed, every
    ``create_*`` method a matplotlib figure; `analyses`, `contests`, `summaries`, `outlooks` and `curves` give the
    frozen values behind them. Numbers equal those of a report on the same scores: the random numbers follow from the
    seed, the name of the metric and the name of the group alone.

    Parameters
    ----------
    df
        A row per run and task with at least the columns named in the calls. Rows of points, as
        `DataProcessor.to_dataframe` gives them (several rows of a ``run_id`` and task, with ``step``), are reduced to
        one score per run and task first: a point of a curve is no score.
    run
        Column that identifies a run. Rows of one group with the same run share its luck and are resampled together;
        None: ``run_id`` where there is such a column, else every row is a run of its own.
    minimize
        Columns of which less is better. Estimates stay in their unit; differences are improvements, positive where
        the first group is better.
    score
        How points become a score, as in the spec's ``score`` section: ``Score(reduce="last")``, ``mean_last`` (with
        ``k`` or ``fraction``), ``best``, ``auc`` (``start``, ``to``) or ``at`` (``step``). Default: the mean of a
        run's last 5 % of points. The mean of a whole history is ``Score(fraction=1)``, and only that.
    confidence_level, bootstrap_samples, interval, unit, resample, weighting, iqm_trim_percentage, gamma, seed
        As in the spec's ``analysis`` section.
    jobs
        Worker processes (-1: every core); no number depends on it.

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
