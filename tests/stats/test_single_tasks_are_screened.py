"""Two methods task by task: the exact law of U on each, ties included."""

import numpy as np
import pytest
from scipy import stats as scipy_stats

from reportgen.stats.screen import screened


def test_each_task_is_scipys_mann_whitney_in_either_design(of_runs, of_tasks):
    rng = np.random.default_rng(1)
    a, b = rng.normal(size=(5, 3)), rng.normal(size=(5, 3)) + 0.8
    whole = screened(of_runs(a), of_runs(b))
    apart = screened(of_tasks({f"t{k}": a[:, k] for k in range(3)}), of_tasks({f"t{k}": b[:, k] for k in range(3)}))
    assert whole == apart
    for k in range(3):
        share, found = whole[f"t{k}"]
        oracle = scipy_stats.mannwhitneyu(a[:, k], b[:, k], method="exact")
        assert (share, found.p) == pytest.approx((oracle.statistic / 25, oracle.pvalue))
        assert found.smallest == pytest.approx(2 / 252)


def test_where_numbers_of_runs_differ_brunner_and_munzel_bound_p(of_tasks):
    rng = np.random.default_rng(2)
    a, b = rng.normal(size=5) * 3, rng.normal(size=12) + 0.5
    _, found = screened(of_tasks({"t": a}), of_tasks({"t": b}))["t"]
    both = (
        scipy_stats.mannwhitneyu(a, b, method="exact").pvalue,
        scipy_stats.brunnermunzel(a, b).pvalue,
    )
    assert found.p == pytest.approx(max(both))


def test_only_tasks_of_both_are_screened(of_tasks):
    assert list(screened(of_tasks({"t": [1, 2], "u": [1, 2]}), of_tasks({"u": [3, 4], "v": [3, 4]}))) == ["u"]
