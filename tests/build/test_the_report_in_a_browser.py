"""The built example in real Chromium: from the disk and from a host, light, dark and narrow."""

import json
import shutil

import pytest

pytestmark = pytest.mark.browser


def search(page, word):
    page.locator("input.md-search__input").click()
    page.keyboard.type(word)
    page.wait_for_selector(".md-search-result__item h1")
    return page.locator(".md-search-result__list").inner_text()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_page_opens_from_the_disk_and_shows_its_figures(built, visit, scheme):
    folder, _ = built
    pages = sorted(set((folder / "site").rglob("*.html")) - {folder / "site/downloads/overview.html"})
    assert len(pages) > 10
    for path in pages:
        page = visit(path.as_uri(), color_scheme=scheme)
        page.wait_for_selector("html.js h1")
        for image in page.locator("figure img").all():
            if image.is_visible():
                image.scroll_into_view_if_needed()
                page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=image.element_handle())
                assert image.get_attribute("src").endswith(f"#only-{scheme}")
                assert image.get_attribute("alt")
        page.context.close()


def test_a_search_finds_a_method_by_its_name(built, visit):
    assert "Dyna-Q" in search(visit((built[0] / "site/index.html").as_uri()), "Dyna")


def test_the_main_table_sorts_by_a_click(built, visit):
    page = visit((built[0] / "site/index.html").as_uri())
    heading = page.locator("#return-aggregates th", has_text="IQM")
    heading.locator("button").click()
    cells = page.locator("#return-aggregates tbody tr td:nth-child(2)").all()
    values = [float(cell.get_attribute("data-sort")) for cell in cells]
    assert heading.get_attribute("aria-sort") in {"ascending", "descending"}
    assert values in (sorted(values), sorted(values, reverse=True))


def test_every_link_within_the_site_leads_somewhere(built):
    from html.parser import HTMLParser  # noqa: PLC0415 - used here only

    site = built[0] / "site"
    lost = []

    class Links(HTMLParser):
        def handle_starttag(self, _tag, attrs):
            found = dict(attrs)
            self.ids.add(found.get("id"))
            for name in ("href", "src"):
                if found.get(name) and ":" not in found[name].split("#")[0]:
                    self.links.append(found[name])

    anchors, links = {}, []
    for path in site.rglob("*.html"):
        parser = Links()
        parser.ids, parser.links = set(), []
        parser.feed(path.read_text())
        anchors[path] = parser.ids
        links += [(path, link) for link in parser.links]
    for path, link in links:
        place, _, anchor = link.partition("#")
        target = (path.parent / place).resolve() if place else path
        page_anchor = anchor and target.suffix == ".html" and not anchor.startswith("__")
        if not target.exists() or (page_anchor and anchor not in anchors[target]):
            lost.append((path.name, link))
    assert lost == []


def test_a_host_serves_it_below_a_path(built, visit, serving, tmp_path):
    shutil.copytree(built[0] / "site", tmp_path / "people/me/report")
    with serving(tmp_path) as host:
        page = visit(f"{host}people/me/report/index.html", allowed=f"{host}people/me/report/")
        assert "Dyna-Q" in search(page, "Dyna")


def test_a_narrow_screen_scrolls_tables_not_pages(built, visit):
    for name in ("index", "tasks/index", "runs", "metrics/return", "notebook"):
        page = visit((built[0] / f"site/{name}.html").as_uri(), viewport={"width": 390, "height": 800})
        page.wait_for_selector("h1")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, name


def test_a_narrow_screen_keeps_figures_readable_in_a_box_of_their_own(built, visit):
    page = visit((built[0] / "site/index.html").as_uri(), viewport={"width": 390, "height": 800})
    picture = page.locator(".rg-picture").first
    picture.scroll_into_view_if_needed()
    page.wait_for_function("[...document.images].some(image => image.naturalWidth && image.clientWidth > 500)")
    assert picture.evaluate("box => box.scrollWidth > box.clientWidth && box.clientWidth <= 390")


def test_a_wide_screen_keeps_the_names_of_tasks_whole(built, visit):
    page = visit((built[0] / "site/tasks/index.html").as_uri())
    link = page.locator("#return-tasks tbody th a").first
    assert link.evaluate("link => getComputedStyle(link).wordBreak") == "normal"


def test_a_figure_can_be_looked_at_closer(built, visit):
    folder, _ = built
    report = json.loads((folder / "report.json").read_text())
    page = visit((folder / "site/metrics/return.html").as_uri())
    page.wait_for_selector("html.js .rg-explore")
    figure = page.locator("#return-profile")
    assert figure.bounding_box()["height"] > 300, "a picture keeps its place before it is loaded"
    assert figure.locator(".rg-picture").is_visible()
    figure.get_by_role("button", name="Explore this figure").click()
    page.wait_for_selector("#return-profile[data-drawn] .rg-plot .bk-Figure")
    assert not figure.locator(".rg-picture").is_visible()

    figure.get_by_role("slider").fill("3")
    method = report["metrics"][0]["methods"][0]
    shown = figure.locator(".rg-value").first.inner_text().split(" ")[0]
    assert float(shown) == pytest.approx(method["profile"]["estimate"][3], rel=1e-3)

    toggle = figure.locator(".rg-toggle").first
    toggle.click()
    assert toggle.get_attribute("aria-pressed") == "false"
    figure.get_by_role("button", name="All").click()
    assert toggle.get_attribute("aria-pressed") == "true"
    figure.get_by_role("button", name="Back to the picture").click()
    assert figure.locator(".rg-picture").is_visible()


def test_a_cell_of_the_heatmap_says_what_it_stands_for(built, visit):
    page = visit((built[0] / "site/tasks/index.html").as_uri())
    figure = page.locator("#return-heatmap")
    figure.get_by_role("button", name="Explore this figure").click()
    page.wait_for_selector("#return-heatmap[data-drawn] .rg-plot .bk-Figure")
    plot = figure.locator(".rg-plot")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 3)
    page.mouse.move(box["x"] + box["width"] / 2 + 3, box["y"] + box["height"] / 3 + 3)
    tip = page.locator(".rg-tip")
    tip.wait_for()
    assert "5 runs" in tip.inner_text()


def test_on_paper_a_figure_is_its_picture(built, visit):
    page = visit((built[0] / "site/metrics/return.html").as_uri())
    page.locator("#return-profile .rg-explore").click()
    page.wait_for_selector("#return-profile[data-drawn]")
    page.emulate_media(media="print")
    assert page.locator("#return-profile .rg-picture").is_visible()
    assert not page.locator("#return-profile .rg-explorer").is_visible()
