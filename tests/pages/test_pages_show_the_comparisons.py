"""The metric's page shows every figure of comparisons, the overview the main one, the methods' page who beats whom."""

from html import unescape

import pytest

from reportgen import figures, tables
from reportgen.data import prepare, run_rows
from reportgen.pages import render
from reportgen.parallel import serial
from reportgen.results import assemble
from reportgen.runs import read_runs
from reportgen.spec import load

SPEC = """
files: {path: scores.csv, columns: {method: method, seed: seed}, values: [score]}
metrics: {primary: [{name: score, direction: maximize}]}
analysis: {bootstrap_samples: 100}
"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory):
    folder = tmp_path_factory.mktemp("compared")
    rows = [f"{name},{seed},{start + seed / 7}\n" for start, name in enumerate("abc") for seed in range(5)]
    (folder / "scores.csv").write_text("method,seed,score\n" + "".join(rows))
    (folder / "report.yaml").write_text(SPEC)
    loaded = load(folder / "report.yaml")
    records = read_runs(loaded.spec, loaded.root, where=loaded.where)
    dataset = prepare(records, loaded.spec, root=loaded.root, where=loaded.where)
    report = assemble(loaded, dataset, run_rows(records, dataset), mapper=serial)
    artifacts = (*tables.make(report), *figures.draw(report, loaded.spec.visualization, mapper=serial))
    return {
        file.path: unescape(file.content.decode()) for file in render(report, artifacts) if file.path.endswith(".md")
    }


def test_the_page_of_a_metric_has_every_figure_in_order(pages):
    page = pages["docs/metrics/score.md"]
    places = [
        page.index(f'id="score-{role}"') for role in ("comparisons", "differences", "improvement", "matrix", "ranks")
    ]
    assert places == sorted(places)
    assert "Of 3 pairs compared, " in page


def test_the_overview_has_the_probability_of_improvement_and_leads_to_the_rest(pages):
    assert 'id="score-improvement"' in pages["docs/index.md"]
    assert 'id="score-matrix"' not in pages["docs/index.md"]
    assert "metrics/score.md" in pages["docs/index.md"].partition("## Probability of improvement")[2]


def test_the_page_of_methods_says_who_is_better_than_whom(pages):
    table = pages["docs/methods.md"].partition('id="score-relations"')[2]
    rows = [line for line in table.splitlines() if line.startswith('<tr><th scope="row"')]
    assert rows[0].startswith('<tr><th scope="row">c</th> <td>b, a</td> <td>–</td>')
    assert rows[2].startswith('<tr><th scope="row">a</th> <td>–</td> <td>c, b</td>')
