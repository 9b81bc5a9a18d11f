"""The tutorial is walked from a first report to a compiled table; the documentation site is built around its report."""

import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import pytest
from filelock import FileLock

import reportgen
from reportgen.cli import main

CHECKOUT = Path(__file__).parents[2]
TUTORIAL = CHECKOUT / "configs/docs/tutorial.md"
QUICK = "--set notebooks.execute=never --set analysis.bootstrap_samples=200"


@pytest.fixture(scope="session")
def once(tmp_path_factory):
    """Return a function that has a folder made by the first worker that asks; the others wait and share it."""
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def made(name, make):
        with FileLock(shared / f"{name}.lock"):
            folder = shared / name
            if not folder.exists():
                make(folder.with_suffix(".made"))
                folder.with_suffix(".made").rename(folder)
        return folder

    return made


@pytest.fixture(scope="session")
def walked(once):
    """The folder of someone who has followed the tutorial."""
    return once("tutorial", walk)


def walk(folder):
    """Run the commands of the tutorial one after another; fewer draws, and of a second build the check of its spec."""
    folder.mkdir()
    for run in sorted((CHECKOUT / "configs/quickstart/wandb").iterdir())[:4]:
        shutil.copytree(run, folder / "wandb" / run.name)
    built, printed = False, ""
    for line in re.findall(r"^reportgen (.*)$", TUTORIAL.read_text(), flags=re.MULTILINE):
        words = shlex.split(line, comments=True)
        if words[0] == "serve":  # runs until it is stopped; tests/cli serves
            continue
        if words[0] == "build":
            words = ["check", *words[1:]] if built else [*words, *QUICK.split()]
            built = True
        command = [sys.executable, "-m", "reportgen", *words]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=200, check=False)
        assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"
        printed += done.stdout
    assert built
    for shown in re.findall(r"^ {4}((?:runs|primary|Best).*)$", TUTORIAL.read_text(), flags=re.MULTILINE):
        assert shown.removesuffix(" …") in printed


@pytest.fixture(scope="session")
def site(walked, once):
    """The site, with the tutorial's report as its gallery."""

    def make(folder):
        command = [sys.executable, "-m", "mkdocs", "build", "--strict", "-f", "site_config/docs.yml", "-d", folder]
        environment = {**os.environ, "NO_MKDOCS_2_WARNING": "1", "REPORTGEN_QUICKSTART": str(walked / "build/report")}
        done = subprocess.run(command, cwd=CHECKOUT, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    return once("docs", make)


class Page(HTMLParser):
    """The addresses that a page loads or leads to, and the places on it that others can lead to."""

    def __init__(self, text):
        super().__init__()
        self.loaded, self.linked, self.places = set(), set(), set()
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.places |= {given[name] for name in ("id", "name") if given.get(name)}
        if given.get("src"):
            self.loaded.add(given["src"])
        if given.get("href"):
            (self.linked if tag == "a" or given.get("rel") == "canonical" else self.loaded).add(given["href"])


@pytest.fixture(scope="session")
def pages(site):
    return {path: Page(path.read_text()) for path in sorted(site.glob("*.html")) if path.name != "404.html"}


def test_the_tutorial_ends_with_a_table_in_a_paper(walked):
    paper = walked / "paper"
    text = next(
        block for block in re.findall(r"(?:^ {4}.*\n)+", TUTORIAL.read_text(), re.MULTILINE) if "document" in block
    )
    (paper / "mine.tex").write_text(textwrap.dedent(text))
    if shutil.which("pdflatex") is None:
        pytest.skip("no TeX is installed")
    command = ["pdflatex", "-halt-on-error", "-no-shell-escape", "-interaction=nonstopmode", "mine.tex"]
    done = subprocess.run(command, cwd=paper, capture_output=True, text=True, errors="replace", check=False)
    assert done.returncode == 0, done.stdout[-2000:]
    assert (paper / "mine.pdf").is_file()


def test_every_link_resolves(site, pages):
    broken = []
    for path, page in pages.items():
        for address in page.loaded | page.linked:
            if urlsplit(address).scheme:
                continue
            name, place = urldefrag(address)
            target = (path.parent / unquote(name)).resolve() if name else path
            if not target.exists():
                broken.append(f"{path.name}: {address}")
            elif place and target in pages and unquote(place) not in pages[target].places:
                broken.append(f"{path.name}: {address}: no such place")
    assert not broken
    assert {"index.html", "tutorial.html", "gallery.html"} <= {path.name for path in pages}
    assert any(address.startswith("quickstart/") for address in pages[site / "gallery.html"].linked)


def test_nothing_is_loaded_from_elsewhere(site, pages):
    addresses = {address for page in pages.values() for address in page.loaded}
    styles = "".join(path.read_text() for path in site.glob("assets/**/*.css"))
    addresses |= set(re.findall(r"url\(['\"]?([^'\")]+)", styles))
    assert [address for address in addresses if urlsplit(address).scheme not in {"", "data"}] == []


def test_the_references_hold_every_command_and_every_public_name(site, pages):
    def commands(group, above):
        for name, command in group.commands.items():
            yield f"{above}-{name}"
            yield from commands(command, f"{above}-{name}") if hasattr(command, "commands") else ()

    assert set(commands(main, "reportgen")) <= pages[site / "commands.html"].places
    public = {f"reportgen.{name}" for name in reportgen.__all__ if not name.startswith("_")}
    assert public <= pages[site / "api.html"].places


@pytest.mark.browser
@pytest.mark.parametrize("look", [{}, {"color_scheme": "dark"}, {"viewport": {"width": 390, "height": 800}}])
def test_in_a_browser_from_the_disk(site, visit, look):
    page = visit((site / "gallery.html").as_uri(), **look)
    shown = page.frame_locator("iframe.rg-gallery").locator("h1")
    assert "Four tabular methods" in shown.inner_text()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    if not look:
        page.fill("input.md-search__input", "permutation")
        page.wait_for_selector(".md-search-result__item a")
