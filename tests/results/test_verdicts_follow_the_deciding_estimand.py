"""Families, corrections, attainability, best sets: what is said about methods, and in whose name."""

import numpy as np
import pytest

from reportgen.errors import DataError
from reportgen.results.words import headline
from reportgen.stats import adjusted

RNG = np.random.default_rng(0)
APART = {"a": {"x": [1, 2, 3, 2, 1], "y": [1, 2, 2, 3, 2]}, "b": {"x": [7, 8, 9, 8, 8], "y": [7, 9, 8, 8, 9]}}
CLOSE = {name: {task: RNG.normal(size=5).round(2).tolist() for task in "xy"} for name in "abc"}
FEW = {"a": {"x": [1, 2, 3], "y": [1, 2, 2]}, "b": {"x": [7, 8, 9], "y": [7, 9, 8]}}
THREE = {**APART, "c": {"x": [7.5, 8, 8, 9, 8.5], "y": [8, 8, 9, 7, 8.5]}}


def test_two_methods_apart(make):
    result = make(APART)
    (one,) = result.comparisons
    assert (one.a, one.verdict, one.estimand, one.of) == ("b", "better", "difference", "iqm")
    assert one.beside.estimand == "probability_of_improvement"
    assert (one.beside.estimate, one.beside.verdict) == (1, "better")
    assert one.p == one.p_adjusted <= 0.05
    assert result.best_set == ("b",)
    assert headline(result).startswith("B > A: IQM +")
    assert headline(result).endswith("P(improvement) 1.00; Score, 2 tasks × 5 runs.")


def test_three_methods_that_cannot_be_told_apart(make):
    result = make(CLOSE)
    assert {one.verdict for one in result.comparisons} == {"inconclusive"}
    assert set(result.best_set) == set("abc")
    assert "(not distinguishable)" in headline(result)


def test_a_family_is_corrected_as_a_whole_and_each_estimand_by_itself(make):
    result = make(CLOSE, "comparisons: {correction: holm}")
    for side in ("difference", "probability_of_improvement"):
        family = [one if one.estimand == side else one.beside for one in result.comparisons]
        assert [one.p_adjusted for one in family] == pytest.approx(adjusted([one.p for one in family]))
        assert {one.family_size for one in family} == {3}
        assert len({one.family for one in family}) == 1
    assert result.testing.family_size == 3


def test_a_correction_of_your_choice(make):
    holm, none = (make(CLOSE, f"comparisons: {{correction: {name}}}").comparisons for name in ("holm", "none"))
    assert [one.p for one in none] == [one.p_adjusted for one in none] == [one.p for one in holm]


def test_three_whole_runs_cannot_decide_anything(make):
    result = make(FEW, shared_runs=True)
    (one,) = result.comparisons
    assert (one.p_smallest, one.verdict) == (pytest.approx(0.1), "cannot be decided")
    assert result.best_set == ("b", "a")
    assert headline(result).startswith("B − A, cannot be decided at n = 3: IQM +")
    assert result.testing.unit == "whole runs"


def test_the_same_runs_of_one_task_each_can(make):
    (one,) = make(FEW).comparisons
    assert one.verdict == "better"
    assert make(FEW).testing.unit == "runs within tasks"


def test_a_correction_can_put_a_verdict_out_of_reach(make):
    """Four whole runs: the smallest p is 2/70 = .029, and three pairs under Holm triple it."""
    table = {
        name: {"x": values} for name, values in zip("abc", ([1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]), strict=True)
    }
    result = make(table, aggregates="[mean]")
    assert [one.p_smallest for one in result.comparisons] == pytest.approx([2 / 70] * 3)
    assert [one.p_smallest_adjusted for one in result.comparisons] == pytest.approx([6 / 70] * 3)
    assert {one.verdict for one in result.comparisons} == {"cannot be decided"}
    assert "cannot be decided at n = 4" in headline(result)
    decided = make(table, "comparisons: {correction: none}", aggregates="[mean]")
    assert {one.verdict for one in decided.comparisons} == {"better"}


def test_equivalence_needs_a_declared_difference(make):
    tight = {name: {"x": [1.0, 1.01, 0.99, 1.0, 1.02], "y": [2.0, 2.01, 1.99, 2.0, 2.01]} for name in "ab"}
    (open_,) = make(tight).comparisons
    (said,) = make(tight, "comparisons: {smallest_difference: 1}").comparisons
    assert (open_.verdict, said.verdict) == ("inconclusive", "equivalent")
    assert "≈" in headline(make(tight, "comparisons: {smallest_difference: 1}"))


def test_the_probability_of_improvement_may_decide(make):
    (one,) = make(APART, "comparisons: {estimand: probability_of_improvement}").comparisons
    assert (one.estimand, one.verdict, one.neutral) == ("probability_of_improvement", "better", 0.5)
    assert one.beside.estimand == "difference"
    assert one.exact


def test_the_best_set_needs_every_pair_with_the_best(make):
    result = make(THREE, "comparisons: {against: baseline}", baseline="a")
    assert result.best_set == ()
    assert "not compared with every other" in result.best_set_reason
    assert set(make(THREE).best_set) == {"b", "c"}
    assert set(make(THREE, "comparisons: {against: best}").best_set) == {"b", "c"}


def test_the_matrix_has_every_pair_once_and_is_raw(make):
    two, three = make(APART), make(THREE)
    assert [(cell.a, cell.b) for cell in two.matrix] == [("b", "a")]
    assert (two.matrix[0].wins, two.matrix[0].ties, two.matrix[0].losses) == (2, 0, 0)
    assert two.matrix[0] == next(cell for cell in three.matrix if {cell.a, cell.b} == {"a", "b"})
    partial = make(THREE, "comparisons: {against: baseline}", baseline="a")
    assert len(partial.comparisons) == 2
    assert all(cell.p is not None for cell in partial.matrix)
    assert len(partial.matrix) == 3


def test_ranks_add_up_and_favour_the_better(make):
    ranks = make(THREE).ranks
    assert ranks.of == "iqm"
    assert [sum(shares) for shares in ranks.shares.values()] == pytest.approx([1, 1, 1])
    assert ranks.shares["a"] == (0, 0, 1)
    assert make(THREE, unit=None).ranks.of == "mean rank over tasks"


def test_friedman_and_anova_test_all_at_once(make):
    friedman, anova = make(THREE).omnibus
    assert (friedman.test, friedman.n, anova.test) == ("friedman", 2, "anova")
    assert friedman.average_ranks["a"] == 3
    assert {frozenset(pair[:2]) for pair in anova.pairs} == {frozenset("ab"), frozenset("ac"), frozenset("bc")}


@pytest.mark.parametrize("test", ["friedman", "anova"])
def test_pairs_after_an_omnibus_test_are_corrected_already(make, test):
    result = make(THREE, f"comparisons: {{test: {test}}}")
    known = {frozenset((a, b)): p for a, b, p in next(one for one in result.omnibus if one.test == test).pairs}
    for one in result.comparisons:
        assert one.p == one.p_adjusted == known[frozenset((one.a, one.b))]
        assert one.test == test
        assert one.beside.test == "permutation"
    assert result.testing.correction == "none"


def test_pairs_by_seed(make):
    result = make(APART, "comparisons: {paired: true}")
    (one,) = result.comparisons
    assert (one.arrangements, result.testing.unit) == (1024, "pairs of runs of one seed")
    assert one.low < one.estimate < one.high


def test_pairs_without_seeds_are_an_error(make):
    def unnamed(table):
        return make(table, "comparisons: {paired: true}", seeds=False)

    with pytest.raises(DataError, match=r"10 runs of metric 'score' have no seed.*\n.*\n.*columns: \{seed: seed\}"):
        unnamed({"a": {"x": [1, 2, 3, 4, 5]}, "b": {"x": [1, 2, 3, 4, 6]}})


def test_a_minimised_metric_favours_the_smaller(make):
    (one,) = make(APART, direction="minimize").comparisons
    assert (one.a, one.verdict, one.beside.estimate) == ("a", "better", 1)
    assert one.effects.cliffs_delta == 1
