"""Planning of comparisons, the headline under other choices, steps to a threshold, and what becomes of outliers."""

import numpy as np
import pytest

from reportgen.data.lines import Line
from reportgen.data.points import Points
from reportgen.data.scores import DataSet, Method, MetricData, Score, Task
from reportgen.parallel import serial
from reportgen.results import compute
from reportgen.results.treatment import exclusions, notices
from reportgen.spec import loads

PAIR = {"a": {"x": [1, 2, 4, 3], "y": [5, 7, 6, 9]}, "b": {"x": [0, 1, 2, 1], "y": [4, 5, 6, 3]}}
STEPS = np.array([10.0, 20, 30, 40])


def of_curves(table, lines="", **fields):
    """Compute a metric whose runs have curves: {method: {task: [curve of a run, ...]}}, steps 10 to 40."""
    scores = [
        Score(
            method=method,
            task=task,
            run=f"{method}/{task}/{k}",
            seed=str(k),
            raw=float(curve[-1]),
            value=float(curve[-1]),
            line=Line.of(Points(steps=STEPS[: len(curve)], values=np.array(curve, dtype=float), wall_time=None)),
        )
        for method, by_task in table.items()
        for task, curves in by_task.items()
        for k, curve in enumerate(curves)
    ]
    tasks = sorted({score.task for score in scores})
    known = {
        "id": "score",
        "label": "Score",
        "role": "primary",
        "direction": "maximize",
        "direction_source": "spec",
        "unit": "points",
        "normalized": False,
        "has_optimum": False,
        "score_rule": "last",
        "normalization": "none",
    }
    data = MetricData(
        **{**known, **fields},
        tasks=tuple(Task(id=name, label=name) for name in tasks),
        methods=tuple(Method(id=name, label=name.upper()) for name in table),
        scores=tuple(sorted(scores, key=lambda score: (score.method, score.task, score.run))),
    )
    text = f"files: {{path: x.csv, values: [score]}}\nanalysis: {{bootstrap_samples: 200, {lines}}}\n"
    return compute(DataSet(metrics=(data,)), loads(text).spec, mapper=serial)[0]


def test_every_compared_pair_is_planned(make):
    result = make({**PAIR, "c": {"x": [2, 3, 1, 2], "y": [4, 4, 6, 5]}})
    assert {(plan.a, plan.b) for plan in result.plans} == {(one.a, one.b) for one in result.comparisons}
    plan = result.plans[0]
    assert (plan.of, plan.strata, plan.present.n, plan.smallest, plan.present.power) == ("iqm", 2, 4, None, None)
    assert plan.outlooks[-1].detectable < plan.present.detectable


def test_power_is_stated_for_the_smallest_difference_that_matters(make):
    plan = make(PAIR, "comparisons: {smallest_difference: 2}").plans[0]
    assert plan.smallest == 2
    assert 0.05 < plan.present.power < 1


def test_a_smallest_probability_is_no_difference_of_aggregates(make):
    lines = "comparisons: {estimand: probability_of_improvement, smallest_difference: 0.1}"
    assert make(PAIR, lines).plans[0].smallest is None


def test_where_no_run_was_repeated_nothing_is_planned(make):
    assert make({"a": {"x": [1]}, "b": {"x": [2]}}).plans == ()


def test_the_headline_is_stated_again_by_each_other_choice(make):
    found = make(PAIR).sensitivity
    first, *others = found.variations
    assert (found.a, found.b, first.kind) == ("a", "b", "reported")
    by_label = {one.label: one for one in others}
    assert by_label["aggregate: mean"].estimate == pytest.approx(37 / 8 - 22 / 8)
    assert by_label["without y"].estimate == pytest.approx(2.5 - 1.0)
    assert {one.kind for one in others} == {"interval", "aggregate", "task"}


def test_weights_are_a_choice_only_where_numbers_of_runs_differ(make):
    ragged = {**PAIR, "a": {"x": [1, 2, 4, 3], "y": [5, 7]}}
    assert "weighting" not in {one.kind for one in make(PAIR).sensitivity.variations}
    assert "weighting: pooled" in {one.label for one in make(ragged).sensitivity.variations}


def test_runs_with_curves_are_reduced_again_by_other_rules():
    result = of_curves({"a": {"t": [[0, 4, 8, 6], [0, 2, 4, 5]]}, "b": {"t": [[0, 1, 2, 3], [0, 0, 1, 1]]}})
    by_label = {one.label: one for one in result.sensitivity.variations}
    assert by_label["score: best"].estimate == pytest.approx((8 + 5) / 2 - (3 + 1) / 2)
    assert by_label["score: auc"].estimate == pytest.approx((15 / 3 + 8.5 / 3) / 2 - (4.5 / 3 + 1.5 / 3) / 2)
    assert "score: last" not in by_label


def test_runs_that_never_reach_a_threshold_are_censored_at_the_horizon():
    curves = {"a": {"t": [[0, 4, 8, 6], [0, 2, 4, 5], [0, 0, 0, 1]]}, "b": {"t": [[5, 5, 5, 5], [0, 1, 1, 2]]}}
    result = of_curves(curves, "steps_to_threshold: [4]")
    (a,), (b,) = (result.method(name).reached for name in "ab")
    assert (a.n_reached, a.n_runs, a.horizon) == (2, 3, (40, 40))
    assert a.share.estimate == pytest.approx(2 / 3)
    assert a.share.interval == "wilson"
    assert a.steps.estimate == pytest.approx((20 + 30 + 40) / 3)
    assert b.steps.estimate == pytest.approx((10 + 40) / 2)


def test_the_horizon_is_the_last_step_that_all_runs_have():
    result = of_curves({"a": {"t": [[0, 0, 0, 9], [0, 9]]}}, "steps_to_threshold: [4]")
    (found,) = result.method("a").reached
    assert (found.n_reached, found.horizon) == (1, (20, 20))
    assert found.steps.estimate == pytest.approx(20)


def test_for_a_minimised_metric_a_threshold_is_reached_from_above():
    curves = {"a": {"t": [[9, 5, 3, 3], [9, 9, 9, 9]]}}
    (found,) = of_curves(curves, "steps_to_threshold: [4]", direction="minimize").method("a").reached
    assert (found.n_reached, found.steps.estimate) == (1, pytest.approx(35))


def test_scores_without_steps_withhold_the_steps_to_a_threshold(make):
    result = make({"a": {"x": [1, 2]}}, "", aggregates="auto, steps_to_threshold: [1]")
    assert any(item.quantity == "steps to a threshold" for item in result.withheld)
    assert result.method("a").reached == ()


OUTLYING = {"a": {"x": [1.0, 1.1, 0.9, 1.05, 9.0]}, "b": {"x": [0.5, 0.4, 0.6, 0.5, 0.45]}}


@pytest.mark.parametrize(
    ("policy", "mean", "use", "count"),
    [("keep", 2.61, "used", 5), ("winsorize", 1.03, "winsorized", 5), ("exclude", 1.0125, "excluded", 4)],
)
def test_outliers_by_both_rules_are_treated_as_the_spec_says_and_counted(make, policy, mean, use, count):
    result = make(OUTLYING, aggregates=f"[mean], outliers: {policy}")
    assert result.method("a").aggregates["mean"].estimate == pytest.approx(mean)
    assert result.method("a").n_scores == count
    (far,) = (item for item in result.outliers if item.method == "a")
    assert (far.value, far.use, far.used_as) == (9.0, use, 1.1 if policy == "winsorize" else None)
    told = notices([result])
    assert len(told) == (policy != "keep")
    assert len(exclusions([result], ())) == (policy == "exclude")


def test_success_rates_of_one_task_have_wilsons_interval(make):
    result = make({"a": {"x": [0, 1, 1, 1]}, "b": {"x": [0, 0, 0, 0]}})
    assert result.method("a").aggregates["mean"].interval == "wilson"
    assert result.method("b").tasks["x"].rate == pytest.approx((0, 0.4899), abs=1e-4)
    assert make(PAIR).method("a").tasks["x"].rate is None
