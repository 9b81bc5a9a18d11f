"""Nothing in a report of hostile names runs, leads away, leaves its folder or is lost; every text reads back."""

import csv
import json
import re
import subprocess
from html.parser import HTMLParser
from urllib.parse import unquote

import pytest
from pypdf import PdfReader

from reportgen.text import visible

PAGES = ["index", "tasks/index", "methods", "runs", "data-quality", "method", "provenance", "downloads", "notebook"]


class Page(HTMLParser):
    """The links, ids, tables' row names and handlers of a page."""

    def __init__(self, path):
        super().__init__()
        self.links, self.ids, self.handlers, self.row_names, self.inside = [], set(), [], [], False
        self.feed(path.read_text(encoding="utf-8"))
        self.close()

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.ids.add(found.get("id"))
        self.links += [found[name] for name in ("href", "src") if found.get(name)]
        self.handlers += [name for name in found if name.startswith("on")]
        if tag == "th" and found.get("scope") == "row":
            self.row_names.append("")
            self.inside = True

    def handle_endtag(self, tag):
        self.inside &= tag != "th"

    def handle_data(self, data):
        if self.inside:
            self.row_names[-1] += data


@pytest.fixture(scope="session")
def pages(strange):
    return {path: Page(path) for path in (strange.folder / "site").rglob("*.html")}


def test_every_page_of_the_plan_is_there(strange, pages):
    site = strange.folder / "site"
    names = {str(path.relative_to(site)).removesuffix(".html") for path in pages}
    assert set(PAGES) <= names
    assert sum(name.startswith("metrics/") for name in names) == 2
    assert sum(name.startswith("tasks/") for name in names) == 5


def test_every_link_leads_to_a_file_of_the_site_and_to_a_place_in_it(strange, pages):
    site = (strange.folder / "site").resolve()
    for path, page in pages.items():
        for link in page.links:
            if link.startswith(("https://squidfunk.github.io/", "data:image/")):
                continue
            place, _, anchor = link.partition("#")
            target = (path.parent / unquote(place)).resolve() if place else path.resolve()
            assert target.is_relative_to(site), link
            assert target.is_file(), link
            if anchor and target.suffix == ".html" and not anchor.startswith("__"):
                assert anchor in pages[next(one for one in pages if one.resolve() == target)].ids, link


def test_no_attribute_of_a_page_is_a_handler(pages):
    assert [handler for page in pages.values() for handler in page.handlers] == []


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_nothing_runs_and_every_name_reads_back(strange, pages, visit, scheme):
    """`visit` fails on any dialog, request, failed request, console message or error."""
    known = {visible(name) for name in strange.methods}
    site = strange.folder / "site"
    for path in sorted(set(pages) - {strange.folder / "site/downloads/overview.html"}):
        page = visit(path.as_uri(), color_scheme=scheme)
        page.wait_for_selector("html.js h1")
        assert page.locator("article :is(script, iframe, img[src=x], b, i, u, em, del)").count() == 0
        for image in page.locator("figure img:visible").all():
            image.scroll_into_view_if_needed()
            page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=image.element_handle())
            assert image.get_attribute("src").endswith(f"#only-{scheme}")
        assert not re.search("[\u202e\u200b\x1b\x07]", page.locator("article").inner_text())
        if path == site / "index.html":
            assert set(page.locator("table.rg-table").first.locator("tbody th").all_inner_texts()) == known
            assert page.locator("h1").inner_text().rstrip("¶ ") == visible(strange.title)
            assert visible(strange.metrics[1]) in page.locator("nav.md-nav--primary").inner_text()
            assert page.locator("table.rg-table thead button").count() > 3
        page.context.close()


@pytest.mark.browser
def test_a_search_finds_a_hostile_name_as_text(strange, visit):
    page = visit((strange.folder / "site/index.html").as_uri())
    page.locator("input.md-search__input").click()
    page.keyboard.type("onerror")
    page.wait_for_selector(".md-search-result__item h1")
    assert "onerror=alert(1)" in page.locator(".md-search-result__list").inner_text()
    assert page.locator(".md-search-result__list :is(img, script)").count() == 0


@pytest.mark.browser
def test_on_a_narrow_screen_long_names_do_not_widen_the_page(strange, pages, visit):
    for path in sorted(set(pages) - {strange.folder / "site/downloads/overview.html"}):
        page = visit(path.as_uri(), viewport={"width": 390, "height": 800})
        page.wait_for_selector("html.js h1")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path
        page.context.close()


def test_report_json_holds_the_exact_texts(strange):
    report = json.loads((strange.folder / "report.json").read_text(encoding="utf-8"))
    assert report["report"]["title"] == strange.title
    assert {metric["id"] for metric in report["metrics"]} == set(strange.metrics)
    for metric in report["metrics"]:
        assert {method["id"] for method in metric["methods"]} == set(strange.methods)
        assert set(metric["tasks"]) == set(strange.tasks)


def test_no_file_leaves_the_folder_and_no_name_of_a_file_is_a_strangers(strange):
    assert sorted(path.name for path in strange.parent.iterdir()) == ["out", "report.yaml", "scores.csv"]
    assert [path.name for path in (strange.parent / "out").iterdir()] == ["strange"]
    for path in strange.folder.rglob("*"):
        assert not path.is_symlink()
        if "assets/javascripts" not in path.as_posix():
            assert re.fullmatch(r"[A-Za-z0-9._-]{1,120}", path.name), path


def test_no_cell_of_a_csv_starts_a_formula(strange):
    for path in strange.folder.rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for cell in (cell for row in csv.reader(file) for cell in row):
                assert not cell.startswith(("=", "+", "@", "\t", "\r")), (path, cell)
                assert not cell.startswith("-") or float(cell) < 0, (path, cell)


def test_nothing_that_was_printed_controls_the_terminal(strange):
    assert "u202e" in strange.said
    assert all(character == "\n" or character.isprintable() for character in strange.said)


def test_every_figure_is_there_in_every_form(strange):
    figures = strange.folder / "docs/assets/figures"
    names = {path.stem for path in (strange.folder / "latex/figures").glob("*.pdf")}
    assert len(names) >= 7
    for name in names:
        width = float(PdfReader(strange.folder / f"latex/figures/{name}.pdf").pages[0].mediabox.width)
        assert min(abs(width - inches * 72) for inches in (3.25, 6.75)) < 0.5
        for ending, head in [(".svg", b"<?xml"), ("-dark.svg", b"<?xml"), (".png", b"\x89PNG")]:
            assert (figures / f"{name}{ending}").read_bytes().startswith(head)


@pytest.mark.slow
def test_its_latex_compiles_and_reads_no_file(strange, tmp_path):
    command = ["pdflatex", "-halt-on-error", "-no-shell-escape", "-interaction=nonstopmode"]
    for _ in range(2):
        done = subprocess.run(
            [*command, "-output-directory", tmp_path, "report.tex"],
            cwd=strange.folder / "latex",
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
        assert done.returncode == 0, done.stdout[-2000:]
    assert "/etc/passwd)" not in done.stdout
    shown = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "report.pdf", "-"], capture_output=True, text=True, check=True
    )
    for text in [r"$x^2$ \input{/etc/passwd} \\[1cm]", "{: onclick=alert(1) }", "--9--,,", r"\end{document}"]:
        assert text in shown.stdout
