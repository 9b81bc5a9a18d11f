"""A template of the user's own takes the place of the shipped one of its name; the others stay."""

import pytest

from reportgen.building import build
from reportgen.errors import SpecError

SPEC = """
files: {path: scores.csv, values: [score]}
metrics: {primary: [{name: score, direction: maximize}]}
analysis: {bootstrap_samples: 100}
notebooks: {execute: never}
output: {templates: mine}
"""


@pytest.fixture
def project(tmp_path):
    (tmp_path / "scores.csv").write_text("method,seed,score\n" + "".join(f"a,{k},{k}.5\n" for k in range(5)))
    text = SPEC.replace("values:", "columns: {method: method, seed: seed}, values:")
    (tmp_path / "report.yaml").write_text(text)
    return tmp_path


@pytest.mark.slow
def test_own_pages_and_latex_are_used_and_still_escape(project):
    (project / "mine/pages").mkdir(parents=True)
    (project / "mine/latex").mkdir()
    (project / "mine/pages/method.md.j2").write_text("# Ours\n\nWe used {{ '<b>' }} {{ report.replicates }} draws.\n")
    (project / "mine/latex/methods.tex.j2").write_text("Our words << report.replicates >>.\n")
    built = build(project / "report.yaml", output=project / "out", jobs=1)
    page = (built.folder / "site/method.html").read_text()
    assert "We used &#60;b&#62; 100 draws" in page or "We used &lt;b&gt; 100 draws" in page
    assert (built.folder / "latex/methods.tex").read_text() == "Our words 100.\n"
    assert "Aggregates" in (built.folder / "site/index.html").read_text()


def test_a_folder_that_is_not_there_is_told(project):
    with pytest.raises(SpecError, match=r"report\.yaml:6:21: no folder .*mine; it is relative to `root`"):
        build(project / "report.yaml", output=project / "out", jobs=1)
