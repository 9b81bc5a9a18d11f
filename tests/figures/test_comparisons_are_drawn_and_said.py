"""What the figures of comparisons show, say and leave out: few methods, many, withheld ones, a smaller-is-better."""

import csv
import importlib
import io

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from matplotlib.colors import to_hex

from reportgen import tables
from reportgen.figures import data
from reportgen.figures.forest import FILLED, MARKS, MOST_ROWS, _mark, forest_figure
from reportgen.figures.forest import rows as forest_rows
from reportgen.figures.matrix import MOST_METHODS, in_matrix, matrix_figure, turned
from reportgen.figures.ranks import critical_difference_figure, groups, rank_figure
from reportgen.figures.style import drawing
from reportgen.results.telling import POI, omissions, omitted, relations, sentences
from reportgen.spec.model import Visualization
from reportgen.tables.numbers import numbers_tex

RNG = np.random.default_rng(1)
COMPARED = ("differences", "improvement", "matrix", "ranks", "critical-difference")
HIGH, MIDDLE, LOW = [9.1, 8.2, 9.6, 8.8, 9.3], [5.2, 4.1, 5.9, 4.6, 5.5], [1.4, 2.2, 1.1, 2.7, 1.9]
THREE = {name: {task: [v + k for v in values] for k, task in enumerate("xy")} for name, values in
         {"Alpha": HIGH, "Beta": [v + 0.1 for v in HIGH[::-1]], "Gamma": LOW}.items()}  # fmt: skip
TWO = {name: THREE[name] for name in ("Alpha", "Gamma")}


def many(count, runs=5):
    return {
        f"method number {k:02d}": {t: (RNG.normal(size=runs) + k / 8).round(2).tolist() for t in "xyz"}
        for k in range(count)
    }


def looks_of(report, visualization):
    return importlib.import_module("reportgen.figures.draw")._looks(report, visualization)


def test_what_is_said_of_three_methods(report_of, said_of, golden):
    report, visualization = report_of(THREE)
    words = said_of(report, visualization, *COMPARED[:4])
    golden("figures/three-methods.txt", "\n\n".join([*words, " ".join(sentences(report.metrics[0]))]) + "\n")


def test_what_is_said_where_ranks_over_tasks_decide_and_less_is_better(report_of, said_of, golden):
    tasks = {name: {t: [v + k for v in table["x"]] for k, t in enumerate("pqrstuv")} for name, table in THREE.items()}
    report, visualization = report_of(tasks, "comparisons: {test: friedman}", direction="minimize")
    words = said_of(report, visualization, *COMPARED)
    golden("figures/friedman-minimised.txt", "\n\n".join([*words, " ".join(sentences(report.metrics[0]))]) + "\n")


def test_every_figure_of_comparisons_has_every_form(report_of, drawn):
    found = drawn(*report_of(THREE), *COMPARED)
    assert list(found) == ["differences", "improvement", "matrix", "ranks"]
    for one in found.values():
        endings = {file.path.removeprefix(f"docs/assets/figures/{one.name}") for file in one.files}
        assert endings == {".svg", "-dark.svg", ".png", ".csv", f"latex/figures/{one.name}.pdf"}


def test_two_methods_have_no_matrix_and_one_pair(report_of, texts):
    report, visualization = report_of(TWO)
    metric = report.metrics[0]
    assert omitted(metric)["matrix"] == "two methods make a single pair"
    with drawing(visualization, paper=False):
        said = texts(forest_figure(metric, "difference", looks_of(report, visualization), 7.4, paper=False))
    assert "Alpha vs Gamma" in said
    assert sentences(metric)[-1] == "Of 1 pair compared, 1 is decided."


def test_a_mark_points_to_the_better_method_also_where_less_is_better(report_of, texts):
    report, visualization = report_of(TWO, direction="minimize")
    metric = report.metrics[0]
    (one,) = metric.comparisons
    assert (one.a, one.verdict, one.estimate > 0) == ("Gamma", "better", True)
    looks = looks_of(report, visualization)
    with drawing(visualization, paper=False):
        figure = forest_figure(metric, "difference", looks, 7.4, paper=False)
    marks = [line for line in figure.axes[0].lines if line.get_marker() == ">"]
    assert [to_hex(mark.get_color()) for mark in marks] == [looks["Gamma"].color]
    assert "difference of the IQM, B − A" in texts(figure)


def test_each_verdict_has_a_form_of_its_own_whatever_its_colour():
    with drawing(Visualization(), paper=False):
        marks = {verdict: _mark(verdict, "#123456") for verdict in MARKS}
    assert len({mark["marker"] for mark in marks.values()}) == len(MARKS)
    assert {verdict for verdict, mark in marks.items() if mark["markerfacecolor"] == "#123456"} == FILLED


def test_three_whole_runs_are_marked_as_beyond_decision(report_of, said_of):
    few = {name: {"x": values[:3]} for name, values in (("a", HIGH), ("b", LOW))}
    report, visualization = report_of(few)
    (said,) = said_of(report, visualization, "differences")
    assert said.endswith("cannot be decided.")
    assert sentences(report.metrics[0])[-1] == (
        "Of 1 pair compared, 0 are decided, 1 beyond what so few runs can decide."
    )


def test_scores_without_a_common_scale_have_no_differences_and_say_why(report_of, planned):
    report, _ = report_of(THREE, unit="")
    assert planned(report) == ["improvement", "matrix", "ranks"]
    assert omissions(report.metrics[0]) == ("No difference plot: no aggregate can be stated.",)


def test_a_method_that_lacks_a_task_stands_as_withheld(report_of, planned, texts):
    lacking = {**THREE, "Delta": {"x": MIDDLE}}
    report, visualization = report_of(lacking)
    metric = report.metrics[0]
    with drawing(visualization, paper=False):
        for estimand in ("difference", POI):
            figure = forest_figure(metric, estimand, looks_of(report, visualization), 7.4, paper=False)
            assert texts(figure).count("withheld") == 3
    assert sentences(metric)[-1].endswith("3 withheld.")
    assert "Delta" not in metric.ranks.shares
    assert planned(report) == ["differences", "improvement", "matrix", "ranks"]


def test_a_metric_of_unknown_direction_has_none_of_them(report_of, planned):
    report, _ = report_of(THREE, direction="none")
    assert planned(report) == []
    assert omissions(report.metrics[0]) == sentences(report.metrics[0]) == ()


@pytest.mark.parametrize(("count", "paper"), [(13, True), (24, False)])
def test_many_methods_stay_readable(report_of, texts, count, paper):
    report, visualization = report_of(many(count), "baseline: method number 00")
    metric, looks = report.metrics[0], looks_of(report, visualization)
    shown = in_matrix(metric, looks)
    assert len(shown) == (count if count <= MOST_METHODS else 9)  # the best eight and the baseline
    with drawing(visualization, paper=paper):
        matrix = matrix_figure(metric, looks, 6.75, paper=paper)
        assert len([text for text in texts(matrix) if "number" in text]) == 2 * len(shown)
        ranks = rank_figure(metric, looks, 3.25)
        assert f"9–{count}" in texts(ranks)
        forest = forest_figure(metric, "difference", looks, 3.25, paper=paper)
        assert {f"method number {k:02d}" for k in range(1, count)} <= set(texts(forest))
    for figure in (matrix, ranks, forest):
        assert all(axes.get_position().width > 0.3 for axes in figure.axes)


def test_no_more_rows_than_fit_and_the_rest_is_counted(report_of, said_of):
    report, visualization = report_of(many(12, runs=4), "comparisons: {against: all}")
    metric, looks = report.metrics[0], looks_of(report, visualization)
    shown, left = forest_rows(metric, "difference", looks)
    assert (len(shown), left) == (28, 66 - 28)
    assert len(shown) <= MOST_ROWS
    assert "38 further pairs stand in the table." in said_of(report, visualization, "differences")[0]


def test_the_data_of_a_figure_are_its_numbers(report_of):
    metric = report_of(THREE)[0].metrics[0]
    found = list(csv.DictReader(io.StringIO(data.of("improvement", metric))))
    assert [float(row["estimate"]) for row in found] == [one.beside.estimate for one in metric.comparisons]
    assert [row["verdict"] for row in found] == [one.beside.verdict for one in metric.comparisons]
    shares = list(csv.DictReader(io.StringIO(data.of("ranks", metric))))
    assert sum(float(row["share"]) for row in shares if row["method"] == "Alpha") == pytest.approx(1)
    duels = list(csv.DictReader(io.StringIO(data.of("matrix", metric))))
    numbers = [(float(row["estimate"]), int(row["wins"])) for row in duels]
    assert numbers == [(duel.estimate, duel.wins) for duel in metric.matrix]


def test_a_cell_of_the_matrix_turned_twice_is_itself(report_of):
    for duel in report_of(THREE)[0].metrics[0].matrix:
        other = turned(duel, 0.0)
        assert (other.wins, other.losses, other.estimate) == (duel.losses, duel.wins, -duel.estimate)
        assert turned(other, 0.0) == duel


def test_an_untested_cell_has_the_difference_of_the_aggregates(report_of):
    metric = report_of(many(13, runs=4), direction="minimize")[0].metrics[0]
    best = metric.methods[0]
    assert sum(duel.p is None for duel in metric.matrix) == 13 * 12 / 2 - 12
    for duel in metric.matrix:
        assert duel.estimate == pytest.approx(
            metric.method(duel.b).aggregates["iqm"].estimate - metric.method(duel.a).aggregates["iqm"].estimate
        )
        assert duel.estimate >= 0 or duel.a != best.id


@given(st.lists(st.floats(1, 9), min_size=2, max_size=9), st.floats(0.1, 8))
def test_a_bar_joins_exactly_what_the_critical_difference_does_not_part(ranks, apart):
    ordered = sorted(ranks)
    joined = {(i, j) for first, last in groups(ordered, apart) for i in range(first, last + 1) for j in range(i)}
    joined = {(i, j) for i, j in joined if any(f <= j and i <= last for f, last in groups(ordered, apart))}
    within = {(i, j) for i in range(len(ordered)) for j in range(i) if ordered[i] - ordered[j] <= apart}
    assert joined == within


def test_a_critical_difference_diagram_names_every_method_with_its_mean_rank(report_of, texts):
    report, visualization = report_of(many(6), "comparisons: {test: friedman}")
    whole = next(one for one in report.metrics[0].omnibus if one.test == "friedman")
    with drawing(visualization, paper=True):
        said = " ".join(texts(critical_difference_figure(whole, looks_of(report, visualization), 6.75)))
    for name, rank in whole.average_ranks.items():
        assert name in said
        assert f"{rank:.2f}" in said
    assert f"critical difference {whole.critical_difference:.2f}" in said


def test_better_and_worse_are_each_others_mirror(report_of):
    metric = report_of(THREE)[0].metrics[0]
    found = relations(metric)
    assert found["Alpha"]["better"] == ("Gamma",)
    assert found["Alpha"]["inconclusive"] == ("Beta",)
    for name, own in found.items():
        assert sum(map(len, own.values())) == 2
        assert all(name in found[other]["worse"] for other in own["better"])


def test_numbers_for_running_text_keep_the_estimands_apart(report_of):
    report, _ = report_of(THREE)
    text = numbers_tex(report)
    one = next(one for one in report.metrics[0].comparisons if {one.a, one.b} == {"Alpha", "Gamma"})
    pair = f"{one.a}/{one.b}"
    assert rf"\rg@set{{val}}{{score/improvement/{pair}}}{{{one.beside.estimate:.0f}" in text
    assert rf"\rg@set{{ci}}{{score/difference/{pair}}}{{[" in text
    assert rf"\rg@set{{val}}{{score/difference_verdict/{pair}}}{{{one.verdict}}}" in text
    for key in ("difference_p", "difference_p_adjusted", "improvement_p", "improvement_p_adjusted"):
        assert rf"\rg@set{{val}}{{score/{key}/{pair}}}{{" in text


def test_each_part_of_a_wide_table_of_comparisons_names_both_methods(report_of):
    report, _ = report_of(many(3))
    (table,) = (one for one in tables.make(report) if one.role == "comparisons")
    latex = next(file.content.decode() for file in table.files if file.path.endswith(".tex"))
    heads = [line for line in latex.splitlines() if line.startswith("A & ")]
    assert len(heads) > 1
    assert all(line.startswith("A & B & ") for line in heads)
