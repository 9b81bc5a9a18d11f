"""Where no honest interval exists there is none, and the reason says why. Never one of zero width."""

import numpy as np
import pytest

from reportgen.stats import Settings, curve, difference


def test_one_run(of_runs, analysis):
    found = analysis(of_runs([[1, 2, 3, 5]]), thresholds=[2.0])
    assert found.intervals["mean"].estimate == pytest.approx(2.75)
    assert (found.intervals["mean"].low, found.intervals["mean"].percentile) == (None, None)
    assert found.intervals["mean"].reason.startswith("one run:")
    assert np.isnan(found.profile.low).all()
    assert "one run" in found.profile.reason


def test_one_run_per_task_offers_the_interval_over_tasks(of_tasks, analysis):
    scores = of_tasks({f"t{k}": [k] for k in range(6)})
    mean = analysis(scores).intervals["mean"]
    assert mean.low is None
    assert "one run per task" in mean.reason
    assert "resample: tasks" in mean.mend
    over_tasks = analysis(scores, resample="tasks").intervals["mean"]
    assert over_tasks.low < over_tasks.estimate < over_tasks.high
    assert over_tasks.df == pytest.approx(5)


def test_too_much_weight_in_single_runs(of_tasks, analysis):
    few, most = {f"t{k}": [0.1 * k, 1, 2] for k in range(9)}, {"single": [1.0]}
    fine = analysis(of_tasks({**few, "t9": [1, 2, 3], **most})).intervals["mean"]
    assert fine.low is not None
    assert "9.1 % of the weight" in fine.note
    refused = analysis(of_tasks({**dict(list(few.items())[:8]), **most})).intervals["mean"]
    assert refused.low is None
    assert "11 % of the weight" in refused.reason
    assert "incomplete_seeds: drop" in refused.mend


def test_runs_that_do_not_differ(of_tasks, analysis):
    for interval in analysis(of_tasks({"t": [2, 2, 2], "u": [5, 5, 5]})).intervals.values():
        assert interval.low is None
        assert interval.reason


def test_most_scores_equal(of_tasks, analysis):
    """The influence of the IQM is flat where both trim points are equal, while some replicates differ."""
    iqm = analysis(of_tasks({"t": [0, 0, 0, 0, 0, 0, 0, 9]}), replicates=5000).intervals["iqm"]
    assert (iqm.low, iqm.high) == (None, None)
    assert "most scores are equal" in iqm.reason
    assert iqm.percentile is not None


def test_the_median_of_task_means_has_the_percentile_pair_only(of_tasks, analysis):
    median = analysis(of_tasks({"t": [1, 2, 4], "u": [2, 5, 9]})).intervals["median"]
    assert median.estimate is not None
    assert (median.low, median.high) == (None, None)
    assert "median" in median.reason
    assert median.percentile[0] < median.percentile[1]


def test_the_ends_of_a_profile_have_no_band(of_tasks, analysis):
    band = analysis(of_tasks({"t": [1, 2, 3, 4, 5]}), thresholds=[0, 3, 9]).profile
    assert list(np.isnan(band.low)) == [True, False, True]


def test_a_profile_band_stays_within_zero_and_one(of_tasks, analysis):
    band = analysis(of_tasks({"t": [1, 2, 3, 4, 5]}), thresholds=[1, 2, 3, 4]).profile
    assert band.low.min() >= 0
    assert band.high.max() <= 1


def test_a_difference_with_a_single_run_is_an_estimate_without_an_interval(of_runs, analysis):
    a, b = analysis(of_runs([[1, 2, 3]])), analysis(of_runs([[1, 2, 1], [2, 0, 3]]))
    found = difference(a, b, "mean")
    assert found.estimate == pytest.approx(0.5)
    assert (found.low, found.high) == (None, None)
    assert "one run" in found.reason


def test_a_curve_of_one_run_has_no_band(of_runs):
    scores = of_runs([[1.0, 2.0]])
    band = curve(np.array([[1.0, 2], [3, 4]]), scores, Settings(), key=("m", "a"), statistic="mean")
    assert band.estimate == pytest.approx([2, 3])
    assert np.isnan(band.low).all()
    assert "one run" in band.reason
