"""Pages that functions write: what of their text reaches the site, and what they are told."""

import pytest

from reportgen.artifacts import Artifact
from reportgen.data import prepare, run_rows
from reportgen.data.code import OwnCode
from reportgen.data.owned import OwnPage
from reportgen.errors import DataError
from reportgen.pages.own import parts_of
from reportgen.parallel import serial
from reportgen.results import assemble
from reportgen.results.own_pages import WrittenPage, written_pages
from reportgen.runs import read_runs
from reportgen.spec import loads

HOSTILE = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "<div markdown='1' onclick='alert(1)'>x</div>",
    "{: onclick=alert(1) }",
    "| a | b |\n|---|---|\n| <svg onload=alert(1)> | ![](javascript:alert(1)) |",
    "</div></body><iframe src='https://example.org'></iframe>",
    "{{ report.spec_text }} {% include 'overview.md.j2' %}",
    "```html\n<script>alert(1)</script>\n```",
]
SPEC = """
files: {path: scores.csv, columns: {method: method, seed: seed}, values: [score]}
metrics: {primary: [{name: score, direction: maximize}]}
analysis: {bootstrap_samples: 100}
"""
FIGURE = Artifact(kind="figure", name="return-profile", metric="return", role="profile", title="", caption="")


@pytest.fixture(scope="module")
def small_report(tmp_path_factory):
    folder = tmp_path_factory.mktemp("small")
    (folder / "scores.csv").write_text("method,seed,score\n" + "".join(f"a,{k},{k}.5\n" for k in range(3)))
    loaded = loads(SPEC, str(folder / "spec.yaml"))
    records = read_runs(loaded.spec, loaded.root)
    dataset = prepare(records, loaded.spec, root=loaded.root)
    return assemble(loaded, dataset, run_rows(records, dataset), mapper=serial)


def page(text):
    return WrittenPage(title="Notes", text=text, function="lab:notes")


@pytest.mark.parametrize("text", HOSTILE)
def test_nothing_of_a_text_is_run(text):
    html = "".join(part.html for part in parts_of(page(f"before\n\n{text}\n\nafter"), [], str))
    assert "before" in html
    for harm in ("<script", "<img", "<svg", "<iframe", "<div", "</div", "javascript:", "onclick=alert(1)>", "<body"):
        assert harm not in html


def test_tables_and_figures_stand_where_they_are_named():
    parts = parts_of(page("## One\n\n![](return-profile)\n\n| a |\n|---|\n| 1 |"), [FIGURE], lambda one: one.name)
    assert [(part.html.split("\n")[0], part.artifact) for part in parts] == [
        ("<h2>One</h2>", False),
        ("return-profile", True),
        ("<table>", False),
    ]
    with pytest.raises(DataError, match=r"lab:notes, page 'Notes': no table or figure 'return-profil' to show; did"):
        parts_of(page("![](return-profil)"), [FIGURE], str)


@pytest.mark.parametrize(
    ("function", "told"),
    [
        (lambda report: report["metric"], r"spec.yaml:3:4: lab:notes failed on the page 'Notes': KeyError: 'metric'"),
        (lambda _: None, "lab:notes gave a NoneType for the page 'Notes'; it must give its text in markdown"),
        (lambda _: "x" * 1_000_001, "lab:notes gave 1,000,001 characters"),
    ],
)
def test_what_a_function_may_not_give_is_told(function, told, small_report):
    own = OwnCode(name="lab:notes", function=function, sha256="", at="spec.yaml:3:4: ")
    with pytest.raises(DataError, match=told):
        written_pages([OwnPage(title="Notes", own=own)], small_report)


def test_secrets_in_a_page_are_taken_out(small_report):
    own = OwnCode(name="lab:notes", function=lambda _: "token=abcdefgh12345678, ask me@example.org", sha256="")
    (written,) = written_pages([OwnPage(title="Notes", own=own)], small_report)
    assert written.text == "token=[redacted 1], ask me@example.org"
