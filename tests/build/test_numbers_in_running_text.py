"""`numbers.tex` gives every number of the report to running text, and stops the build on a key it does not have."""

import json
import re
import shutil
import subprocess

import pytest

DOCUMENT = r"\documentclass{article}\input{preamble}\input{numbers}\begin{document}%s\end{document}"


@pytest.fixture
def compiled(built, tmp_path):
    """Compile a text with the macros of the built report and return (exit code, text of the PDF, log)."""
    folder, _ = built
    for name in ("preamble.tex", "numbers.tex"):
        shutil.copyfile(folder / "latex" / name, tmp_path / name)

    def _compiled(text):
        (tmp_path / "t.tex").write_text(DOCUMENT % text)
        command = ["pdflatex", "-halt-on-error", "-no-shell-escape", "-interaction=nonstopmode", "t.tex"]
        done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        if done.returncode:
            return done.returncode, "", done.stdout
        shown = subprocess.run(["pdftotext", "t.pdf", "-"], cwd=tmp_path, capture_output=True, text=True, check=True)
        return 0, shown.stdout, done.stdout

    return _compiled


@pytest.mark.slow
def test_the_macros_print_the_numbers_of_report_json(built, compiled):
    report = json.loads((built[0] / "report.json").read_text())
    (metric,) = [one for one in report["metrics"] if one["role"] == "primary"]
    method = metric["methods"][1]
    iqm = method["aggregates"]["iqm"]
    name = f"{metric['id']}/iqm/{method['id']}"
    code, text, log = compiled(rf"\rgval{{{name}}} \rgci{{{name}}} \rgval{{{metric['id']}/tasks}}")
    assert code == 0, log
    value, low, high, tasks = (float(number) for number in re.findall(r"-?\d+\.?\d*", text)[:4])
    assert (value, low, high) == pytest.approx((iqm["estimate"], iqm["low"], iqm["high"]), abs=6e-4)
    assert tasks == len(metric["tasks"])


@pytest.mark.slow
def test_an_unknown_key_stops_the_document(compiled):
    code, _, log = compiled(r"\rgval{return/iqm/nobody}")
    assert code != 0
    assert "no number 'return/iqm/nobody' in numbers.tex" in log.replace("\n", "")
