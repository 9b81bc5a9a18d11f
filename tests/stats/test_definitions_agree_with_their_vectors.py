"""Exact vectors of every definition, worked out by hand."""

import numpy as np
import pytest
from scipy import stats as scipy_stats

from reportgen.errors import StatisticsError
from reportgen.stats import Settings, analyse, summarize
from reportgen.stats.design import design
from reportgen.stats.intervals import influence_variance


@pytest.mark.parametrize(
    ("values", "iqm"),
    [
        (range(1, 9), 4.5),
        ([0, 0, 1, 2, 3, 4, 5, 10, 50, 100], 25 / 6),
        ([1, 2, 9], 4),
        ([10, 1, 2, 3, 100], 5),
        ([0, 1, 2, 4, 8, 100], 15 / 4),
        ([0, 1, 2, 4, 8, 16, 100], 31 / 5),
    ],
)
def test_iqm_of_one_task(values, iqm, of_tasks, analysis):
    assert analysis(of_tasks({"t": list(values)})).intervals["iqm"].estimate == pytest.approx(iqm, abs=1e-14)
    assert iqm == pytest.approx(scipy_stats.trim_mean(list(values), 0.25))


def test_aggregates_of_three_runs_over_three_tasks(of_runs, analysis):
    rows = np.array([[0, 1, 2], [4, 5, 3], [10, 50, 100]])
    found = analysis(of_runs(rows)).intervals
    assert found["iqm"].estimate == pytest.approx(24 / 5)
    assert found["mean"].estimate == pytest.approx(175 / 9)
    assert found["median"].estimate == pytest.approx(56 / 3)
    assert analysis(of_runs(rows / 10)).intervals["optimality_gap"].estimate == pytest.approx(0.5)


def test_gap_and_profile_are_strict(of_runs, analysis):
    found = analysis(of_runs([[0.2, 0.9], [0.5, 1], [1.4, 2]]), thresholds=[0, 0.5, 1])
    assert found.intervals["iqm"].estimate == pytest.approx(0.95)
    assert found.intervals["optimality_gap"].estimate == pytest.approx(7 / 30)
    assert found.profile.estimate == pytest.approx([1, 2 / 3, 1 / 3])


def test_the_profile_over_task_means(of_runs, analysis):
    found = analysis(of_runs([[0.0, 2.0], [1.0, 4.0]]), thresholds=[0, 0.5, 2.9, 3])
    assert found.profile_tasks.estimate == pytest.approx([1, 0.5, 0.5, 0])


def test_every_task_counts_the_same_however_many_runs_it_has(of_tasks, analysis):
    """Task a has mean 0 (4 runs), task b mean 1 (2 runs); weights are 1/8 and 1/4."""
    scores = of_tasks({"a": [-1, 0, 0, 1], "b": [0.5, 1.5]})
    assert analysis(scores).intervals["mean"].estimate == pytest.approx(0.5)
    assert analysis(scores, weighting="pooled").intervals["mean"].estimate == pytest.approx(1 / 3)
    # of six scores one is cut at each end: a sixth of the weight, so -1 and a third of the first 0; 1.5 loses a sixth
    kept = {0.0: 2 / 8 - (1 / 6 - 1 / 8), 0.5: 1 / 4, 1.0: 1 / 8, 1.5: 1 / 4 - 1 / 6}
    iqm = sum(value * weight for value, weight in kept.items()) / sum(kept.values())
    assert analysis(scores).intervals["iqm"].estimate == pytest.approx(iqm)


@pytest.mark.parametrize(
    ("runs", "tasks", "df", "factor"),
    [(5, 1, 4, 1.583784), (5, 10, 40, 1.152894), (3, 10, 20, 1.303480), (3, 1, 2, 2.688647)],
)
def test_the_stretch_of_equal_strata(runs, tasks, df, factor, of_tasks):
    scores = of_tasks({f"t{index:02}": np.arange(runs) for index in range(tasks)})
    plan = design(scores, Settings())
    variance = influence_variance(plan, plan.values)
    assert float(variance.degrees_of_freedom()) == pytest.approx(df)
    assert float(variance.stretch(0.975)) == pytest.approx(factor, abs=1e-6)


def test_a_task_summary(of_tasks):
    found = summarize(np.array([1.0, 2, 9]))
    assert (found.mean, found.median, found.min, found.max, found.n, found.iqm) == (4, 2, 1, 9, 3, None)
    assert found.sd == pytest.approx(np.std([1, 2, 9], ddof=1))
    assert summarize(np.array([5.0])).sd is None


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"level": 95}, "did you mean 0.95"),
        ({"trim": 0.5}, "below 0.5"),
        ({"replicates": 0}, "2 or more"),
        ({"interval": "bca"}, "expanded_t, percentile"),
        ({"weighting": "seed"}, "pooled, task"),
    ],
)
def test_settings_outside_their_domain_are_refused(settings, words):
    with pytest.raises(StatisticsError, match=words):
        Settings(**settings)


def test_unknown_statistics_and_missing_scores_are_refused(of_tasks):
    with pytest.raises(StatisticsError, match="did you mean 'iqm'"):
        analyse(of_tasks({"t": [1, 2]}), Settings(), key=("m", "a"), statistics=("iqn",), thresholds=np.empty(0))
    with pytest.raises(StatisticsError, match="NaN"):
        of_tasks({"t": [1, float("nan")]})
