"""What stands in the files of the site: the configuration, no foreign source, the same bytes every time."""

import hashlib
import os
import re
import subprocess
import sys
import textwrap
from html.parser import HTMLParser
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from reportgen import site
from reportgen.artifacts import File
from reportgen.errors import EnvironmentFault

PAGES = ["docs/tasks/b.md", "docs/index.md", "docs/metrics/a.md", "docs/metrics/index.md", "docs/tasks.md", "x.json"]


def config(title="T", authors=(), pages=PAGES):
    first, *_ = site.site_files(title, authors, pages)
    assert first.path == "mkdocs.yml"
    return yaml.safe_load(first.content)


def test_navigation_follows_the_order_of_the_pages_and_the_overview_comes_first():
    assert config()["nav"] == [
        {"Overview": "index.md"},
        "tasks/b.md",
        {"Metrics": ["metrics/index.md", "metrics/a.md"]},
        "tasks.md",
    ]


def test_long_sections_are_folded_and_pruned():
    assert "navigation.sections" in config()["theme"]["features"]
    features = config(pages=[f"docs/tasks/{number}.md" for number in range(80)])["theme"]["features"]
    assert "navigation.prune" in features
    assert "navigation.sections" not in features


def test_the_configuration_asks_for_nothing_from_elsewhere():
    made = config()
    assert made["theme"]["font"] is False
    assert "navigation.instant" not in made["theme"]["features"]
    assert made["use_directory_urls"] is False
    assert [next(iter(name)) if isinstance(name, dict) else name for name in made["plugins"]] == ["search", "offline"]
    assert "pymdownx.snippets" not in str(made["markdown_extensions"])
    assert "hooks" not in made
    assert any("iframe-worker" in name for name in made["extra"]["polyfills"])


def test_every_asset_that_is_named_is_delivered():
    made = config()
    delivered = {file.path for file in site.site_files("T", [], PAGES)}
    for name in [*made["extra_css"], *made["extra_javascript"], *made["extra"]["polyfills"]]:
        assert f"docs/{name}" in delivered


@given(title=st.text(max_size=60), author=st.text(max_size=20))
def test_no_title_or_author_breaks_out_of_the_configuration_or_the_page(title, author):
    made = config(title, [author])
    assert set(made) == set(config("T", ["A"]))
    for text in [made["site_name"], made["site_author"]]:
        assert not re.search(r'[<>"\n]', text)


class Sources(HTMLParser):
    """Collects what a browser loads by itself."""

    def __init__(self):
        super().__init__()
        self.found = []

    def handle_starttag(self, tag, attrs):
        self.found += [
            value
            for name, value in attrs
            if name in {"src", "srcset", "data", "poster", "action"} or (name == "href" and tag != "a")
        ]
        self.found += re.findall(r"url\(([^)]*)\)", dict(attrs).get("style") or "")


def test_no_page_or_style_loads_anything_from_elsewhere(folder):
    pages = sorted((folder / "site").rglob("*.html"))
    styles = sorted((folder / "site").rglob("*.css"))
    assert len(pages) == 6
    assert styles
    outside = re.compile(r"""^\s*['"]?\s*(?:[a-z][a-z0-9+.-]*:)?//""", re.IGNORECASE)
    for page in pages:
        sources = Sources()
        sources.feed(page.read_text())
        assert len(sources.found) > 5
        assert [source for source in sources.found if outside.match(source or "")] == []
    for style in styles:
        text = style.read_text()
        loaded = re.findall(r"url\(([^)]*)\)", text) + re.findall(r"@import\s+([^;]+)", text)
        assert [source for source in loaded if outside.match(source)] == []


def test_the_site_has_neither_dates_nor_links_from_a_root(folder):
    names = {path.name for path in (folder / "site").rglob("*")}
    assert not names & {"sitemap.xml", "sitemap.xml.gz", "404.html"}
    assert {"index.html", "search_index.js", "tables.js", "report.css"} <= names


def test_pages_point_at_figures_that_are_there(folder):
    for page in (folder / "site").rglob("*.html"):
        sources = Sources()
        sources.feed(page.read_text())
        for source in sources.found:
            local = re.sub(r"[?#].*", "", source or "")
            if local and not local.startswith(("data:", "http")):
                assert (page.parent / local).exists(), (page, source)


BUILD = textwrap.dedent("""
    import sys
    from importlib.util import module_from_spec, spec_from_file_location
    from pathlib import Path

    spec = spec_from_file_location("tree", sys.argv[1])
    tree = module_from_spec(spec)
    spec.loader.exec_module(tree)
    tree.publish(Path(sys.argv[2]), tree.tree())
""")


def fingerprint(folder):
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


@pytest.mark.slow
@pytest.mark.parametrize(
    "environment",
    [
        {"TZ": "Asia/Tokyo", "PYTHONHASHSEED": "7", "LC_ALL": "C", "SOURCE_DATE_EPOCH": "1700000000"},
        {"TZ": "America/New_York", "PYTHONHASHSEED": "1234", "LANG": "de_DE.UTF-8", "LC_ALL": "", "MKDOCS_X": "1"},
    ],
)
def test_another_place_time_zone_and_hash_seed_give_identical_bytes(folder, tmp_path, environment):
    target = tmp_path / "deeper" / "report"
    command = [sys.executable, "-c", BUILD, str(Path(__file__).with_name("conftest.py"))]
    subprocess.run([*command, str(target)], env={**os.environ, **environment}, cwd=tmp_path, check=True, timeout=120)
    assert fingerprint(target) == fingerprint(folder)


def test_no_date_of_the_day_stands_in_the_site(folder):
    """Another day gives the same bytes: everything that dates itself asks for the epoch that is handed in."""
    today = subprocess.run(["date", "+%Y-%m-%d"], capture_output=True, text=True, check=True).stdout.strip()
    for path in folder.rglob("*"):
        if path.suffix in {".html", ".xml", ".js", ".json", ".yml"}:
            assert today not in path.read_text(), path


def test_a_page_that_mkdocs_warns_about_is_a_fault_with_its_words(tmp_path):
    pages = {"docs/index.md": b"# Home\n\n[broken](missing.md)\n"}
    site.write([*(File(path=p, content=c) for p, c in pages.items()), *site.site_files("T", [], list(pages))], tmp_path)
    with pytest.raises(EnvironmentFault, match=r"missing\.md") as fault:
        site.build_site(tmp_path, epoch=0)
    assert fault.value.exit_code == 5
    assert "Traceback" not in str(fault.value)


def test_files_of_the_report_are_not_taken_for_python_modules(tmp_path):
    pages = {"docs/index.md": b"# Home\n", "json.py": b"raise SystemExit(7)\n", "yaml/__init__.py": b"raise OSError\n"}
    site.write([*(File(path=p, content=c) for p, c in pages.items()), *site.site_files("T", [], list(pages))], tmp_path)
    site.build_site(tmp_path, epoch=0)
    assert (tmp_path / "site" / "index.html").is_file()
