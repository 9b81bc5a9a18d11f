"""A report whose every name comes from a stranger: no script, no link, no formula, no macro; every text reads back."""

import csv
import json
import subprocess

import pytest

from reportgen.text import visible

NAMES = [
    "<script>alert(1)</script>",
    "</td><img src=x onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "{{ 7*7 }} {% raw %}",
    "{: onclick=alert(1) } | a | b |",
    "\\input{/etc/passwd} $x^2$ % & # _ ~",
    "../../etc/passwd",
    "\u202egnp.exe\u200b",
    '=HYPERLINK("http://x")',
    "**bold** `code` &lt; &#60;",
    "🤖 naïve Ωmega " + "x" * 300,
]


@pytest.fixture(scope="session")
def hostile(tmp_path_factory, reportgen):
    """Methods, tasks, the metric, the title and seeds are hostile; three runs of each on each task."""
    folder = tmp_path_factory.mktemp("hostile")
    with (folder / "scores.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["who", "where", "nr", "step", NAMES[0]])
        for place, name in enumerate(NAMES):
            for other, task in enumerate(NAMES[:4]):
                writer.writerows(
                    [name, task, f"{NAMES[8]}{seed}", step, place + other + seed / 7 + step / 100]
                    for seed in range(3)
                    for step in (1, 2, 3)
                )
    spec = {
        "report": {"title": NAMES[1], "authors": [NAMES[2]], "slug": "hostile", "description": " ".join(NAMES[:6])},
        "files": {
            "path": "scores.csv",
            "columns": {"method": "who", "task": "where", "seed": "nr", "step": "step"},
            "values": [NAMES[0]],
        },
        "metrics": {"primary": [{"name": NAMES[0], "label": NAMES[3], "direction": "maximize", "unit": NAMES[4]}]},
        "analysis": {"bootstrap_samples": 200, "curves": {"points": 5}},
    }
    (folder / "report.yaml").write_text(json.dumps(spec))
    done = reportgen("build", folder / "report.yaml", "-o", folder / "out", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "out/hostile"


def test_report_json_holds_the_exact_texts(hostile):
    report = json.loads((hostile / "report.json").read_text())
    (metric,) = report["metrics"]
    assert {method["id"] for method in metric["methods"]} == set(NAMES)
    assert set(metric["tasks"]) == set(NAMES[:4])
    assert report["report"]["title"] == NAMES[1]


@pytest.mark.browser
def test_nothing_runs_and_every_text_reads_back(hostile, visit):
    """`visit` fails on any dialog, request, console message or error."""
    for path in sorted(set((hostile / "site").rglob("*.html")) - {hostile / "site/downloads/overview.html"}):
        page = visit(path.as_uri())
        page.wait_for_selector("h1")
        assert page.locator("article script, article img[src='x']").count() == 0
        for link in page.locator("a[href]").evaluate_all("links => links.map(link => link.href)"):
            assert link.startswith(("file:", "https://squidfunk.github.io/")), link
        handlers = "[...document.querySelectorAll('article *')].flatMap(e => e.getAttributeNames())"
        assert not [name for name in page.evaluate(handlers) if name.startswith("on")]
        if (closer := page.locator(".rg-explore").first).count():
            closer.click()
            page.wait_for_selector("figure[data-drawn] .bk-Figure")
        page.context.close()
    # the shared name of the metric is the id of its table
    page = visit((hostile / "site/index.html").as_uri())
    shown = page.locator("table.rg-table").first.locator("tbody th").all_inner_texts()
    assert sorted(shown) == sorted(visible(name) for name in NAMES)


def test_no_file_leaves_the_folder_and_no_name_is_a_path(hostile):
    for path in hostile.rglob("*"):
        assert not path.is_symlink()
        assert all(character.isascii() and character not in "<>|&$*?\"'" for character in path.name), path


def test_no_cell_of_a_csv_is_a_formula(hostile):
    for path in hostile.rglob("*.csv"):
        with path.open(encoding="utf-8", newline="") as file:
            for row in csv.reader(file):
                for cell in row:
                    assert not cell.startswith(("=", "+", "@", "\t", "\r")), (path, cell)
                    assert not cell.startswith("-") or float(cell) < 0


@pytest.mark.slow
def test_its_latex_compiles_and_reads_no_file(hostile, tmp_path):
    done = subprocess.run(
        ["pdflatex", "-halt-on-error", "-no-shell-escape", "-interaction=nonstopmode", "-output-directory", tmp_path,
         "report.tex"],
        cwd=hostile / "latex", capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-2000:].decode(errors="replace")
    assert b"/etc/passwd)" not in done.stdout
