"""The tables in a real LaTeX run, with the preamble that a report ships, and without siunitx."""

import subprocess

import pytest

from reportgen.resources import shipped
from reportgen.tables.latex import write_latex

pytestmark = pytest.mark.slow
DOCUMENT = r"""\documentclass[10pt]{article}
\usepackage[a4paper,margin=1.9cm]{geometry}
%s
\begin{document}
%s
\end{document}
"""


@pytest.fixture
def compiles(tmp_path):
    """Compile tables twice and return the log and the text of the document."""

    def _compiles(*tables, preamble=None):
        head = preamble or (shipped("templates") / "latex/preamble.tex.j2").read_text()
        text = "\n".join(write_latex(table, "report 1234") for table in tables)
        (tmp_path / "t.tex").write_text(DOCUMENT % (head, text), encoding="utf-8")
        command = ["pdflatex", "-halt-on-error", "-no-shell-escape", "-interaction=nonstopmode", "t.tex"]
        for _ in range(2):
            done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, errors="replace", check=False)
            assert done.returncode == 0, done.stdout[-2000:]
        shown = subprocess.run(
            ["pdftotext", "-layout", "t.pdf", "-"], cwd=tmp_path, capture_output=True, text=True, check=True
        )
        return (tmp_path / "t.log").read_text(errors="replace"), shown.stdout

    return _compiles


def test_hostile_names_compile_and_stay_text(compiles, hostile):
    log, shown = compiles(hostile)
    assert "/etc/passwd)" not in log
    for text in [r"\input{/etc/passwd} $x^2$ 50 % & #1 ~ _a_", "<script>alert(1)</script>", "{{ 7*7 }}", "U+1F600"]:
        assert text in shown


def test_wide_and_long_tables_fit_their_pages(compiles, numbers):
    log, shown = compiles(numbers(4, 20), numbers(120, 3))
    assert "Overfull" not in log
    assert shown.count("part 1 of ") == 1
    assert "task 119" in shown


def test_without_siunitx_the_numbers_stay(compiles, small):
    head = (shipped("templates") / "latex/preamble.tex.j2").read_text().replace("siunitx.sty", "nowhere.sty")
    log, shown = compiles(small, preamble=head)
    assert "siunitx" not in log
    assert "1234.568" in shown
