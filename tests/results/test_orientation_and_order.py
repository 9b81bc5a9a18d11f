"""Minimised metrics appear in their own units; differences are improvements; the order is the same everywhere."""

import pytest

LOSSES = {"a": {"x": [3.0, 4, 5, 9]}, "b": {"x": [1.0, 2, 3, 2.5]}}
WINS = {"a": {"x": [1.0, 2, 3, 2.5]}, "b": {"x": [3.0, 4, 5, 9]}}


def test_a_minimised_metric_keeps_its_units_and_low_below_high(make):
    result = make(LOSSES, direction="minimize")
    for method in result.methods:
        iqm = method.aggregates["iqm"]
        assert iqm.low < iqm.estimate < iqm.high
        assert iqm.percentile[0] < iqm.percentile[1]
    assert result.method("a").aggregates["iqm"].estimate == pytest.approx(4.5)


def test_turning_a_metric_round_turns_every_estimate_and_no_verdict(make):
    """Negating the scores and the direction is the same experiment."""
    mirrored = {
        method: {task: [-v for v in values] for task, values in table.items()} for method, table in WINS.items()
    }
    up, down = make(WINS), make(mirrored, direction="minimize")
    for name in ("iqm", "mean"):
        for method in "ab":
            a, b = up.method(method).aggregates[name], down.method(method).aggregates[name]
            assert (a.estimate, a.low, a.high) == pytest.approx((-b.estimate, -b.high, -b.low))
    (first,), (second,) = up.comparisons, down.comparisons
    assert (first.a, first.b) == (second.a, second.b)
    assert (first.estimate, first.low, first.high) == pytest.approx((second.estimate, second.low, second.high))


def test_a_difference_above_zero_favours_a_in_both_directions(make):
    (comparison,) = make(LOSSES, direction="minimize").comparisons
    assert (comparison.a, comparison.b) == ("b", "a")
    assert comparison.estimate > 0


def test_a_gap_as_the_primary_aggregate_is_an_improvement_when_smaller(make):
    table = {"a": {"x": [0.1, 0.2, 0.3, 0.3]}, "b": {"x": [0.7, 0.8, 0.9, 1.2]}}
    result = make(table, normalized=True, has_optimum=True, aggregates="[optimality_gap]")
    assert [method.id for method in result.methods] == ["b", "a"]
    (comparison,) = result.comparisons
    assert (comparison.a, comparison.b) == ("b", "a")
    assert comparison.estimate > 0


def test_best_first_and_the_baseline_before_all(make):
    table = {"a": {"x": [1, 2, 1, 2]}, "b": {"x": [7, 8, 9, 8]}, "c": {"x": [4, 5, 6, 4]}}
    assert [method.id for method in make(table).methods] == ["b", "c", "a"]
    assert [method.id for method in make(table, baseline="c").methods] == ["c", "b", "a"]


def test_the_profile_of_a_minimised_metric_is_the_share_below(make):
    profile = make(LOSSES, direction="minimize").method("b").profile
    assert profile.estimate[0] < profile.estimate[-1]
    assert list(profile.thresholds) == sorted(profile.thresholds)
    for threshold, share in zip(profile.thresholds, profile.estimate, strict=True):
        assert share == pytest.approx(sum(value < threshold for value in LOSSES["b"]["x"]) / 4)


@pytest.mark.parametrize(
    ("against", "pairs"),
    [
        ("auto", {("b", "c"), ("b", "a"), ("c", "a")}),
        ("best", {("a", "b"), ("c", "b")}),
    ],
)
def test_which_pairs_are_compared(make, against, pairs):
    table = {"a": {"x": [1, 2, 1, 2]}, "b": {"x": [7, 8, 9, 8]}, "c": {"x": [4, 5, 6, 4]}}
    found = make(table, f"comparisons: {{against: {against}}}").comparisons
    assert {(comparison.a, comparison.b) for comparison in found} == pairs


def test_beyond_six_methods_all_are_compared_with_the_baseline_only(make):
    table = {f"m{k}": {"x": [k, k + 1, k + 3, k + 2]} for k in range(7)}
    found = make(table, baseline="m3").comparisons
    assert {comparison.b for comparison in found} == {"m3"}
    assert len(found) == 6
