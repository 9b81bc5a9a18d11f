"""`StatisticalAnalyzer` on the rows of `DataProcessor`: a run is one score, however many points its curve has."""

import numpy as np
import pytest

from reportgen import DataProcessor, RunLabeler, StatisticalAnalyzer
from reportgen.runs import RunRecord, Series
from reportgen.spec.model import Score

METRIC = "eval_navigation/success_rate"


def run(algorithm, task, seed, *, points=20):
    steps = np.arange(float(points)) * 524_288
    values = np.linspace(0, 0.5 + seed / 10, points)
    loss = Series(metric="trainer/loss", task=None, steps=steps, values=1 - values)
    evaluations = Series(metric=METRIC, task=None, steps=steps[::2], values=values[::2])
    name = f"{algorithm}-{task}-{seed}"
    config = {"trainer": {"algorithm": algorithm}, "sim": {"task": task}, "seed": seed}
    return RunRecord(id=f"e/p/{name}", source="s", name=name, series=(loss, evaluations), config=config)


@pytest.fixture(scope="module")
def frame():
    runs = [
        run(algorithm, task, seed) for algorithm in ("ppo", "dqn") for task in ("maze", "room") for seed in range(5)
    ]
    return RunLabeler().label_by_config(DataProcessor(runs).to_dataframe(), "trainer.algorithm")


def test_a_curve_of_many_points_is_one_score(frame):
    found = StatisticalAnalyzer(frame, bootstrap_samples=200).compute_iqm_with_ci(
        metric=METRIC, group_by="algorithm", stratify_by="sim.task"
    )
    assert list(found["algorithm"]) == ["ppo", "dqn"]
    assert found[["n_scores", "n_runs", "n_missing"]].to_numpy().tolist() == [[10, 10, 0]] * 2
    assert set(found["score"]) == {"mean_last 5 %"}
    last = [frame[frame["run_name"] == f"ppo-maze-{seed}"][METRIC].dropna().iloc[-1] for seed in range(5)]
    assert found["iqm"][0] == pytest.approx(np.mean(sorted(last)[1:4]))


def test_the_rule_of_a_score_is_a_choice_that_is_told(frame):
    analyzer = StatisticalAnalyzer(frame, bootstrap_samples=200, score=Score(reduce="mean_last", k=3))
    found = analyzer.compute_iqm_with_ci(metric=METRIC, group_by="algorithm")
    assert set(found["score"]) == {"mean_last 3"}


def test_scores_that_are_scores_already_are_taken_as_given(frame):
    scores = frame.groupby("run_id", sort=False).last().reset_index()
    one = StatisticalAnalyzer(scores, bootstrap_samples=200).compute_iqm_with_ci(metric=METRIC, group_by="algorithm")
    assert set(one["score"]) == {"as given"}
    whole = StatisticalAnalyzer(frame, bootstrap_samples=200).compute_iqm_with_ci(metric=METRIC, group_by="algorithm")
    assert one["iqm"].tolist() == pytest.approx(whole["iqm"].tolist())
