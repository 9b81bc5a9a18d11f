"""The overview as a file to mail: everything inside, nothing that runs, nothing that is fetched."""

import re

import pytest

from reportgen.site import mailable

SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="20" height="10"><rect width="20" height="10"/></svg>'
PAGE = """<!doctype html><html><head><title>A &lt;b&gt; report</title><script src="x.js"></script></head><body>
<nav><a href="index.html">Menu</a></nav>
<article class="md-content__inner md-typeset">
<h1 id="a">A &lt;b&gt; report<a class="headerlink" href="#a">&para;</a></h1>
<p class="rg-headline">PPO &gt; DQN &#60;script&#62;alert(1)&#60;/script&#62;</p>
<figure><img src="assets/figures/one.svg#only-light" alt="bars" loading="lazy">
<img src="assets/figures/one-dark.svg#only-dark" alt="bars"><img src="https://example.org/x.png" alt="far">
<figcaption>What it shows.</figcaption><p class="rg-links"><a href="one.svg" download>SVG</a></p></figure>
<p onclick="alert(1)"><a href="runs.html#run-1">Runs</a> <a href="https://wandb.ai/x">a run</a></p><br>
<p style="background:url(https://example.org/y.png)">styled</p>
<form><input><button>Sort</button></form><script>alert(2)</script>
</article><footer>Foot</footer></body></html>"""


@pytest.fixture
def page(tmp_path):
    (tmp_path / "assets/figures").mkdir(parents=True)
    (tmp_path / "assets/figures/one.svg").write_text(SVG)
    (tmp_path / "assets/figures/one-dark.svg").write_text(SVG)
    (tmp_path / "index.html").write_text(PAGE)
    path = tmp_path / "alone" / "overview.html"
    path.parent.mkdir()
    path.write_bytes(mailable(tmp_path))
    return path


def test_it_holds_the_article_and_nothing_around_it(page):
    text = page.read_text()
    assert "<title>A &lt;b&gt; report</title>" in text
    assert "What it shows." in text
    for elsewhere in ("Menu", "Foot", "¶", "SVG</a>", "Sort"):
        assert elsewhere not in text


def test_nothing_runs_and_no_text_becomes_markup(page):
    text = page.read_text()
    assert "<script" not in text
    assert "onclick" not in text
    assert "PPO &gt; DQN &lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_nothing_is_fetched(page):
    text = page.read_text()
    assert re.findall(r'src="([^"]{5})', text) == ["data:"]
    assert not re.search(r"url\(|@import|srcset|<link", text)


def test_links_into_the_site_become_text_and_those_to_the_web_stay(page):
    text = page.read_text()
    assert "<a>Runs</a>" in text
    assert '<a href="https://wandb.ai/x">a run</a>' in text


@pytest.mark.browser
def test_it_opens_alone_with_its_picture(page, visit):
    opened = visit(page.as_uri())
    assert opened.locator("h1").inner_text() == "A <b> report"
    assert opened.locator("img").evaluate_all("images => images.map(image => image.naturalWidth)") == [20]
