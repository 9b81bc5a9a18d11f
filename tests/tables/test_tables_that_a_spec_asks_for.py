"""`tables:` of a spec: chosen rows, columns, methods, tasks and cells, the same in HTML, LaTeX, markdown and CSV."""

import csv
import io
import re
from html.parser import HTMLParser

import pytest

from reportgen import tables
from reportgen.data import prepare, run_rows
from reportgen.errors import DataError
from reportgen.parallel import serial
from reportgen.results import assemble
from reportgen.runs import Reading, collect_runs
from reportgen.spec import load

SPEC = """files: {path: scores.csv, columns: {method: method, task: task, seed: seed}, values: [score]}
metrics: {primary: [{name: score, direction: maximize, unit: points}]}
rename: {method: {dqn: "D|Q & <b>N</b>"}}
analysis: {bootstrap_samples: 100}
"""


@pytest.fixture
def made(tmp_path):
    """Make the tables of a small report: three methods, three tasks, five seeds."""
    rows = [
        f"{method},{task},{seed},{level + 10 * scale + seed * (scale + 1) / 7}"
        for level, method in enumerate(("ppo", "dqn", "sac"))
        for scale, task in enumerate(("maze", "push", "open_door"))
        for seed in range(5)
        if (method, task) != ("sac", "push")
    ]
    (tmp_path / "scores.csv").write_text("\n".join(["method,task,seed,score", *rows]) + "\n")

    def make(lines):
        (tmp_path / "spec.yaml").write_text(SPEC + lines)
        loaded = load(tmp_path / "spec.yaml")
        records = collect_runs(loaded.spec, loaded.root, where=loaded.where, reading=Reading()).records
        dataset = prepare(records, loaded.spec, root=loaded.root, where=loaded.where)
        report = assemble(loaded, dataset, run_rows(records, dataset), mapper=serial)
        return {artifact.name: artifact for artifact in tables.make(report)}

    return make


class Cells(HTMLParser):
    """The text of every cell, the small words beside it too."""

    def __init__(self, text):
        super().__init__()
        self.rows, self.open = [], False
        self.feed(text)

    def handle_starttag(self, tag, _attrs):
        if tag == "tr":
            self.rows.append([])
        self.open |= tag in {"td", "th"}
        if tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        self.open &= tag not in {"td", "th"}

    def handle_data(self, data):
        if self.open:
            self.rows[-1][-1] += data


def part_of(artifact, end):
    return next(file.content.decode() for file in artifact.files if file.path.endswith(end))


def latex_rows(artifact):
    """The cells of a LaTeX table as plain text: commands for emphasis and signs undone."""
    text = part_of(artifact, ".tex")
    head, body = re.search(r"\\toprule\n(.*?) \\\\\n\\midrule\n(.*)\\bottomrule", text, re.DOTALL).groups()
    rows = []
    for line in [head, *body.replace(r" \\", "").strip().splitlines()]:
        plain = re.sub(r"\\(?:textbf|underline)\{(.*?)\}(?= &|$)", r"\1", line.replace("{\\ensuremath{\\pm}}", "±"))
        for written, sign in {r"\ensuremath{-}": "−", r"\bfseries ": "", r"\_": "_", "--": "–"}.items():
            plain = plain.replace(written, sign)
        rows.append([re.sub(r"^\{(.*)\}$", r"\1", cell) for cell in re.split(r" (?<!\\)& ", plain)])
    return rows


CHOICES = {
    "usual": "kind: tasks, methods: [sac, ppo]",
    "wide": "columns: [n_runs, tasks], methods: [ppo, s*], tasks: [push, maze], cell: '{mean}', digits: 2",
    "mixed": "rows: [tasks, mean], columns: methods, methods: [ppo, sac], cell: '{median} ({n})'",
    "aggregated": "rows: methods, columns: aggregates, methods: ppo, aggregate_cell: '{estimate} to {high}', digits: 1",
}


@pytest.mark.parametrize("name", CHOICES)
def test_html_and_latex_hold_the_same_cells(made, name):
    artifact = made(f"tables: [{{name: {name}, {CHOICES[name]}}}]\n")[name]
    assert latex_rows(artifact) == Cells(artifact.html).rows
    assert len(latex_rows(artifact)) > 1


def test_rows_columns_and_digits_are_those_asked_for(made):
    artifact = made(f"tables: [{{name: wide, {CHOICES['wide']}}}]\n")["wide"]
    assert Cells(artifact.html).rows == [
        ["Method", "Runs", "push", "maze"],
        ["ppo", "15", "10.57", "0.29"],
        ["sac", "10", "–", "2.29"],
    ]
    found = list(csv.reader(io.StringIO(part_of(artifact, ".csv"))))
    assert found[0] == ["method", "n_runs", "push", "maze"]
    assert float(found[1][2]) == pytest.approx(10 + 4 / 7)
    assert found[2][2] == ""
    assert "15" in part_of(artifact, ".md.txt")


def test_caption_and_label_are_those_asked_for_and_harmless(made):
    artifact = made("tables: [{name: own, kind: tasks, caption: '50 % & <b>_x_</b>', label: 'tab:main'}]\n")["own"]
    assert r"\caption{50 \% \& " in part_of(artifact, ".tex")
    assert r"\label{tab:main}" in part_of(artifact, ".tex")
    assert "<b>" not in artifact.html
    assert r"D\textbar{}Q \&" in part_of(artifact, ".tex")


PAPERS = """published:
  - {method: "Rain|bow", cite: hessel2018, scores: {maze: 20.9, open_door: 0.5}, reference: "Hessel & others, 2018."}
  - {method: ppo, cite: "schulman:2017", scores: {push: -3}}
"""


@pytest.mark.parametrize("sides", ["rows: methods, columns: [tasks, mean]", "rows: [tasks, n_runs], columns: methods"])
def test_numbers_of_papers_are_shown_as_such(made, sides):
    artifact = made(f"{PAPERS}tables: [{{name: own, {sides}, digits: 1}}]\n")["own"]
    shown = Cells(artifact.html).rows
    by_method = shown if sides.startswith("rows: methods") else [list(column) for column in zip(*shown, strict=True)]
    assert by_method[-2] == ["Rain|bow† [hessel2018]", "20.9", "0.5", "–", "–"]
    assert by_method[-1] == ["ppo† [schulman:2017]", "–", "–", "−3.0", "–"]
    text = part_of(artifact, ".tex")
    assert r"Rain\textbar{}bow\textdagger~\cite{hessel2018}" in text
    assert r"ppo\textdagger~\cite{schulman:2017}" in text
    assert r"\textbf{20" not in text  # it is the largest, and yet not ranked
    assert "no interval, no test, no rank" in text
    assert "ppo† [schulman:2017]" in part_of(artifact, ".csv")


def test_papers_stand_on_the_shipped_table_and_where_methods_are_chosen(made):
    shipped = made(PAPERS)["score-tasks"]
    assert Cells(shipped.html).rows[0][-2:] == ["Rain|bow† [hessel2018]", "ppo† [schulman:2017]"]
    assert Cells(shipped.html).rows[1][-1] == "–"
    own = made(f"{PAPERS}tables: [{{name: own, kind: tasks, methods: [sac, 'Rain|bow']}}]\n")["own"]
    assert Cells(own.html).rows[0] == ["Task", "sac", "Rain|bow† [hessel2018]"]


def test_papers_on_unknown_tasks_are_told(made):
    with pytest.raises(DataError, match=r"yaml:6:\d+: no task 'mace'; did you mean 'maze'"):
        made("published:\n  - {method: a, cite: b, scores: {mace: 1}}\n")


def test_a_table_without_a_name_takes_the_place_of_the_shipped_one(made):
    before, after = made(""), made("tables: [{kind: tasks, digits: 0}]\n")
    assert set(before) == set(after)
    assert after["score-tasks"].role == "tasks"
    assert Cells(after["score-tasks"].html).rows[1][:2] == ["maze", "1 ± 0"]


def test_what_is_not_there_is_told_at_once_with_its_place(made):
    with pytest.raises(DataError) as told:
        made(
            "tables:\n  - {name: a, metric: scoer}\n  - {name: b, kind: tasks, tasks: [mace], methods: [pppo]}\n"
            "  - {name: runs}\n  - {name: c}\n  - {name: c}\n"
        )
    lines = [line.partition("spec.yaml:")[2] for line in str(told.value).splitlines()]
    assert lines == [
        "6:23: no metric 'scoer'; did you mean 'score'?; there are score",
        "7:53: no method 'pppo'; did you mean 'ppo'?; there are D|Q & <b>N</b>, ppo, sac",
        "7:36: no task 'mace'; did you mean 'maze'?; there are maze, open_door, push",
        "8:12: 'runs' is the name of a table that every report has; choose another",
        "10:5: 'c' is in tables twice; give each a name of its own",
    ]


def test_a_figure_and_a_table_do_not_share_a_name(made):
    with pytest.raises(DataError, match=r"yaml:6:\d+: 'own' is the name of a table of this spec; choose another"):
        made("figures: [\n  {name: own, kind: heatmap}]\ntables: [{name: own}]\n")
