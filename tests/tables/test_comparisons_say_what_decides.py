"""The table of comparisons names verdict, p, unit, null hypothesis, family and what so few runs can decide."""

from html import unescape

import pytest

from reportgen.data import prepare, run_rows
from reportgen.parallel import serial
from reportgen.resources import shipped
from reportgen.results import assemble
from reportgen.runs import read_runs
from reportgen.spec import load
from reportgen.tables import Cell, Column, Table, make
from reportgen.tables.latex import write_latex
from reportgen.tables.values import p_value
from reportgen.tables.webpage import write_html

EXAMPLE = shipped("configs") / "example"
QUICK = ("analysis.bootstrap_samples=300", "analysis.curves.points=5")


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    """Build the tables of the example with so many seeds of each method, by role."""

    def _tables(seeds, *settings):
        folder = tmp_path_factory.mktemp("example")
        head, *rows = (EXAMPLE / "scores.csv").read_text().splitlines()
        seed = head.split(",").index("seed")
        kept = [row for row in rows if int(row.split(",")[seed]) < seeds]
        (folder / "scores.csv").write_text("\n".join([head, *kept]) + "\n")
        for name in ("report.yaml", "bounds.csv"):
            (folder / name).write_text((EXAMPLE / name).read_text())
        loaded = load(folder / "report.yaml", overrides=[*QUICK, *settings])
        records = read_runs(loaded.spec, loaded.root)
        dataset = prepare(records, loaded.spec, root=loaded.root)
        report = assemble(loaded, dataset, run_rows(records, dataset), mapper=serial)
        return {artifact.role: artifact for artifact in make(report)}

    return _tables


def markdown(artifact):
    return unescape(next(file.content.decode() for file in artifact.files if file.path.endswith(".md.txt")))


CASES = {
    "five-runs": (5, ()),
    "two-whole-runs-cannot-decide": (2, ("analysis.seed=1",)),
    "one-run": (1, ()),
    "against-the-baseline-by-improvement": (
        5,
        (
            "baseline=Q-learning",
            "comparisons={against: baseline, estimand: probability_of_improvement, correction: bh}",
        ),
    ),
    "equivalent-pairs": (5, ("comparisons={paired: true, smallest_difference: 0.2}",)),
    "ranks-of-tasks": (5, ("comparisons={test: friedman}",)),
}


@pytest.mark.parametrize("case", CASES)
def test_comparisons_of_the_example(tables, golden, case):
    seeds, settings = CASES[case]
    golden(f"comparisons/{case}.txt", markdown(tables(seeds, *settings)["comparisons"]))


def test_the_aggregates_mark_the_best_and_those_not_told_from_it(tables):
    aggregates = tables(5)["aggregates"]
    assert aggregates.html.count('class="rg-near"') == 1
    assert "underlined: not told from the best" in markdown(aggregates)
    alone = tables(5, "comparisons={against: baseline}", "baseline=SARSA")["aggregates"]
    assert "rg-near" not in alone.html
    assert "no test against every other method" in markdown(alone)


def test_a_p_value_and_an_underlined_cell_in_every_form():
    table = Table(
        name="t", metric=None, role="comparisons", title="T", caption="C.", signature="",
        columns=(
            Column(key="a", label="A"),
            Column(key="p", label="p", kind="p"),
            Column(key="v", label="V", kind="interval"),
        ),
        rows=((Cell(text="x"), Cell(value=1e-9), Cell(value=1.0, near=True)),),
    )  # fmt: skip
    assert '<td data-sort="1e-09">< 0.0001</td>' in unescape(write_html(table))
    assert '<td class="rg-near" data-sort="1.0">' in write_html(table)
    assert r"\underline{1}" in write_latex(table, "comment")
    assert "0.0001 &" in write_latex(table, "comment")


@pytest.mark.parametrize(("p", "text"), [(0.05, "0.050"), (0.0099, "0.0099"), (0.0, "< 0.0001"), (1.0, "1.000")])
def test_a_p_value_keeps_two_digits(p, text):
    assert p_value(p) == text
