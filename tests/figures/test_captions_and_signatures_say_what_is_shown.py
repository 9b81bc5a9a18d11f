"""The words under a figure are about that figure: its statistic, its units, its draws, its runs."""

import csv
import io
from functools import cache

import pytest

from reportgen.figures import draw
from reportgen.parallel import serial


@pytest.fixture(scope="session")
def drawn(report):
    """Draw the figures of a report by (metric, role)."""

    @cache
    def _drawn(tasks="xy"):
        made, visualization = report(tasks)
        return {(one.metric, one.role): one for one in draw(made, visualization, mapper=serial)}

    return _drawn


def test_each_figure_names_its_own_statistic_and_draws(drawn):
    figures = drawn()
    signed = {role: one.signature for (metric, role), one in figures.items() if metric == "score"}
    tail = " · n 5 · 2 tasks · score mean_last 5 % · norm 0 → 10 · reportgen"
    whole = "task-weighted · boot expanded_t 95 % "
    assert signed["intervals"].startswith(f"IQM · {whole}3k · unit run{tail}")
    assert signed["profile"].startswith(f"performance profile · {whole}3k · unit run{tail}")
    assert signed["curves"].startswith(f"IQM · {whole}2k · unit run{tail}")
    assert signed["violin"].startswith(f"run scores{tail}")
    assert signed["ecdf"].startswith(f"run scores · task-weighted{tail}")
    assert signed["heatmap"].startswith(f"mean over runs{tail}")
    assert signed["missing"].startswith(f"share of values missing{tail}")


def test_figures_of_tasks_are_in_raw_units_and_say_so(drawn):
    figures = drawn()
    one, all_tasks = figures["score", "task"], figures["score", "task-curves"]
    assert one.signature.startswith("mean over runs · boot expanded_t 95 % 2k · unit run · n 5 · 1 task · ")
    for figure in (one, all_tasks):
        assert "in raw units" in figure.caption
        assert "raw units" in figure.signature
        assert "norm " not in figure.signature
        assert "raw units" in svg(figure)
    assert one.caption.endswith("n = 5 runs a method.")


def test_the_missing_value_stands_in_the_picture_and_its_data(drawn):
    figure = drawn()["score", "missing"]
    table = next(file.content.decode() for file in figure.files if file.path.endswith(".csv"))
    lost = [row for row in csv.DictReader(io.StringIO(table)) if row["missing"] != "0"]
    assert [(row["method"], row["task"], row["seed"], row["missing"], row["kept"]) for row in lost] == [
        ("a", "x", "0", "1", "2")
    ]
    assert "0 to 6.67 % missing" in svg(figure)


def test_no_picture_where_nothing_is_missing(drawn):
    assert ("loss", "missing") not in drawn()


def test_the_curves_of_a_single_task_are_drawn_once(drawn):
    figures = drawn("x")
    assert ("score", "curves") in figures
    assert ("score", "task-curves") not in figures


def svg(figure):
    return next(file.content.decode() for file in figure.files if file.path.endswith(".svg"))
