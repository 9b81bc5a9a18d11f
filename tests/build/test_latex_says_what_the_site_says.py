"""The example's LaTeX compiles as it is, and its main table holds the numbers of the page."""

import re
import shutil
import subprocess
from html.parser import HTMLParser

import pytest
from pypdf import PdfReader


class Cells(HTMLParser):
    """Collects the visible text of every cell of one table."""

    def __init__(self, table):
        super().__init__()
        self.table, self.inside, self.rows = table, False, []

    def handle_starttag(self, tag, attrs):
        if tag == "table":
            self.inside = dict(attrs).get("id") == self.table
        if self.inside and tag == "tr":
            self.rows.append([])
        if self.inside and tag in {"td", "th"}:
            self.rows[-1].append("")

    def handle_endtag(self, tag):
        self.inside &= tag != "table"

    def handle_data(self, data):
        if self.inside and self.rows and self.rows[-1]:
            self.rows[-1][-1] += data


def numbers(text):
    return [
        float(number) for number in re.findall(r"-?\d+\.\d+", text.replace("−", "-").replace(r"\ensuremath{-}", "-"))
    ]


def test_every_number_of_the_main_table_equals_the_page(built):
    folder, _ = built
    parser = Cells("return-aggregates")
    parser.feed((folder / "site/index.html").read_text())
    shown = [numbers(" ".join(row)) for row in parser.rows[1:]]
    text = (folder / "latex/tables/return-aggregates.tex").read_text()
    body = text.split(r"\midrule")[1].split(r"\bottomrule")[0]
    written = [numbers(line) for line in body.strip().splitlines()]
    assert shown == written
    assert len(shown) == 4
    assert all(len(row) >= 10 for row in shown)


@pytest.mark.slow
def test_the_document_compiles_and_fits_its_page(built, tmp_path):
    shutil.copytree(built[0] / "latex", tmp_path / "latex")
    for _ in range(2):
        done = subprocess.run(
            ["pdflatex", "-halt-on-error", "-no-shell-escape", "-interaction=nonstopmode", "report.tex"],
            cwd=tmp_path / "latex", capture_output=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stdout[-2000:].decode(errors="replace")
    log = (tmp_path / "latex/report.log").read_text(errors="replace")
    assert "undefined" not in log.lower()
    assert [box for box in re.findall(r"Overfull \\hbox \((\d+)\.", log) if int(box) > 20] == []
    assert len(PdfReader(tmp_path / "latex/report.pdf").pages) >= 3


def test_paper_figures_have_exact_widths(built):
    widths = {
        path.stem: float(PdfReader(path).pages[0].mediabox.width) / 72
        for path in (built[0] / "latex/figures").glob("*.pdf")
    }
    for name, width in widths.items():
        wide = name.endswith(("heatmap", "task-curves"))
        assert width == pytest.approx(6.75 if wide else 3.25, abs=0.01), name


def test_every_picture_keeps_its_place_before_it_is_there(built):
    pages = built[0] / "site"
    tags = re.findall(r'<img src="[^"]*assets/figures/[^>]*>', (pages / "index.html").read_text())
    assert len(tags) > 4
    for tag in tags:
        picture = re.search(r"assets/figures/[^#\"]+", tag)[0]
        drawn = [
            float(side)
            for side in re.search(r'viewBox="0 0 ([\d.]+) ([\d.]+)"', (pages / picture).read_text()).groups()
        ]
        kept = [int(re.search(rf' {side}="(\d+)"', tag)[1]) for side in ("width", "height")]
        assert kept == [round(side * 96 / 72) for side in drawn]
