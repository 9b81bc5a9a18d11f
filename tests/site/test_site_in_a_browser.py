"""The published site in headless Chromium, from the disk and from a host below a path."""

import json
import shutil

import pytest

pytestmark = pytest.mark.browser

SCORE = "metrics/score.html"
SCHEMES = ["light", "dark"]


def at(folder, page):
    return (folder / "site" / page).as_uri()


def search(page, word):
    page.locator("input.md-search__input").click()
    page.keyboard.type(word)
    page.wait_for_selector(".md-search-result__item h1")
    return page.locator(".md-search-result__list").inner_text()


def column(page, table, number):
    cells = page.locator(f"#{table} tbody tr:not([hidden]) > :nth-child({number})")
    return [cells.nth(index).get_attribute("data-sort") for index in range(cells.count())]


def labels(page, table):
    return page.locator(f"#{table} tbody tr:not([hidden]) > th").all_inner_texts()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_page_opens_from_the_disk_in_both_schemes(folder, visit, scheme):
    for path in sorted((folder / "site").rglob("*.html")):
        page = visit(path.as_uri(), color_scheme=scheme)
        page.wait_for_selector("html.js h1")
        wanted = {"light": "default", "dark": "slate"}[scheme]
        assert page.locator("body").get_attribute("data-md-color-scheme") == wanted
        for image in page.locator("article img").all():
            source = image.get_attribute("src")
            assert image.is_visible() == source.endswith(f"#only-{scheme}")
            if image.is_visible():
                image.scroll_into_view_if_needed()
                page.wait_for_function("image => image.complete && image.naturalWidth > 0", arg=image.element_handle())


def test_the_button_changes_the_scheme_that_the_system_asked_for(folder, visit):
    page = visit(at(folder, "index.html"), color_scheme="light")
    for wanted in ["default", "slate"]:
        page.locator("form[data-md-component=palette] label:visible").click()
        page.wait_for_selector(f"body[data-md-color-scheme={wanted}]")


def test_a_search_from_the_disk_finds_a_page(folder, visit):
    page = visit(at(folder, "index.html"))
    assert "Score" in search(page, "zebra")
    page.locator(".md-search-result__link").first.click()
    page.wait_for_selector("h1 >> text=Score")
    assert page.url.partition("?")[0].endswith(SCORE)


def test_a_search_finds_a_name_that_stands_in_a_table_only(folder, visit):
    found = search(visit(at(folder, "data-quality.html")), "environment-07")
    assert "Tasks" in found
    assert "Score" in found


def test_a_search_from_a_page_further_down_finds_a_page(folder, visit):
    assert "Score" in search(visit(at(folder, SCORE)), "zebra")


def test_a_search_survives_hostile_names(folder, visit, small_site):
    page = visit(at(folder, "index.html"))
    assert small_site.hostile in search(page, "okapi")


def test_hostile_names_stay_text_in_every_title(folder, visit, small_site):
    page = visit(at(folder, "metrics/hostile.html"))
    assert page.title() == f"Metric {small_site.hostile} – {small_site.title}"
    assert page.locator("img[src=x]").count() == 0
    assert small_site.hostile in page.locator("h1").inner_text()
    assert small_site.hostile in page.locator("nav.md-nav--primary").text_content()


def test_a_host_serves_the_site_below_a_path(folder, visit, small_site, tmp_path):
    shutil.copytree(folder / "site", tmp_path / "people" / "me" / "report")
    with small_site.serving(tmp_path) as host:
        page = visit(f"{host}people/me/report/{SCORE}", allowed=f"{host}people/me/report/")
        page.wait_for_selector("html.js h1")
        assert page.evaluate("typeof IFrameWorker") == "undefined"
        assert "Score" in search(page, "zebra")
        page.keyboard.press("Escape")
        page.locator("nav.md-nav--primary a >> text=Provenance").click()
        page.wait_for_selector("h1 >> text=Provenance")


def test_a_click_on_a_header_sorts_and_missing_numbers_come_last(folder, visit):
    page = visit(at(folder, SCORE))
    printed = column(page, "by-task", 3)
    missing = [""] * printed.count("")
    numbers = sorted((value for value in printed if value), key=float)
    button = page.locator("#by-task thead th:nth-child(3) button")
    header = page.locator("#by-task thead th:nth-child(3)")
    for direction, wanted in [
        ("descending", numbers[::-1] + missing),
        ("ascending", numbers + missing),
        ("none", printed),
    ]:
        button.click()
        assert header.get_attribute("aria-sort") == direction
        assert column(page, "by-task", 3) == wanted
    assert missing
    assert page.locator("#by-task thead th[aria-sort=none]").count() == 5


def test_equal_numbers_keep_their_order(folder, visit):
    page = visit(at(folder, "metrics/hostile.html"))
    page.locator("#wide thead button").nth(1).click()
    first = labels(page, "wide")
    page.locator("#wide thead button").nth(2).click()
    assert labels(page, "wide") == first == ["dyna-q", "q-learning", "expected-sarsa", "sarsa"]


def test_names_sort_with_the_keyboard(folder, visit):
    page = visit(at(folder, "index.html"))
    page.locator("#aggregates thead button").first.focus()
    page.keyboard.press("Enter")
    assert labels(page, "aggregates") == ["dyna-q", "expected-sarsa", "q-learning", "sarsa"]
    page.keyboard.press("Space")
    assert labels(page, "aggregates") == ["sarsa", "q-learning", "expected-sarsa", "dyna-q"]


def test_only_long_tables_have_a_filter_and_it_filters(folder, visit):
    assert visit(at(folder, "index.html")).locator(".rg-filter").count() == 0
    page = visit(at(folder, SCORE))
    page.locator(".rg-filter").fill("MENT-07")
    assert labels(page, "by-task") == ["environment-07"]
    assert page.locator(".rg-count").inner_text() == "1 of 16 rows"
    page.locator(".rg-filter").fill("")
    assert len(labels(page, "by-task")) == 16
    assert page.locator(".rg-count").inner_text() == ""


def test_what_was_chosen_stands_in_the_address_and_survives_a_reload(folder, visit):
    page = visit(at(folder, SCORE))
    page.locator("#by-task thead button").nth(2).click()
    page.locator(".rg-filter").fill("environment-1")
    chosen = labels(page, "by-task")
    address = page.url
    page.reload()
    assert labels(page, "by-task") == chosen
    assert page.locator(".rg-filter").input_value() == "environment-1"
    assert page.locator("#by-task thead th:nth-child(3)").get_attribute("aria-sort") == "descending"
    elsewhere = visit(address)
    assert labels(elsewhere, "by-task") == chosen


def test_back_and_forward_go_through_what_was_chosen(folder, visit):
    page = visit(at(folder, SCORE))
    header = page.locator("#by-task thead th:nth-child(3)")
    header.locator("button").click()
    page.locator(".rg-filter").press_sequentially("ment-07")
    page.go_back()
    assert page.locator(".rg-filter").input_value() == ""
    assert len(labels(page, "by-task")) == 16
    assert header.get_attribute("aria-sort") == "descending"
    page.go_back()
    assert page.url == at(folder, SCORE)
    assert header.get_attribute("aria-sort") == "none"
    page.go_forward()
    page.go_forward()
    assert labels(page, "by-task") == ["environment-07"]


def test_a_link_to_a_row_shows_the_row_whatever_was_filtered_before(folder, visit):
    page = visit(at(folder, SCORE))
    page.evaluate("document.querySelectorAll('#by-task tbody tr')[8].id = 'run-nine'")
    page.locator(".rg-filter").fill("environment-01")
    page.evaluate("location.hash = 'run-nine'")
    page.wait_for_function("document.querySelector('#run-nine').matches(':target:not([hidden])')")
    page.wait_for_function("(row => row.top >= 0 && row.bottom <= innerHeight)"
                           "(document.querySelector('#run-nine').getBoundingClientRect())")  # fmt: skip


def test_the_keyboard_skips_the_frame_and_shows_where_it_is(folder, visit):
    page = visit(at(folder, SCORE))
    page.keyboard.press("Tab")
    assert page.locator("a.md-skip").evaluate("link => link === document.activeElement")
    page.keyboard.press("Enter")
    seen = []
    for _ in range(14):
        page.keyboard.press("Tab")
        focused = "document.activeElement"
        seen.append(page.evaluate(f"[{focused}.classList[0], getComputedStyle({focused}).outlineStyle]"))
    classes = [name for name, _ in seen]
    wanted = ["rg-filter", "rg-copy", "rg-sort"]
    assert [name for name in dict.fromkeys(classes) if name in wanted] == wanted
    assert {outline for name, outline in seen if name in wanted} == {"solid"}


def test_nothing_moves_for_who_asked_for_calm(folder, visit):
    page = visit(at(folder, SCORE), reduced_motion="reduce")
    longest = "Math.max(...[...document.querySelectorAll('*')].map(e => parseFloat(getComputedStyle(e)"
    assert page.evaluate(f"{longest}.transitionDuration)))") == 0
    assert page.evaluate(f"{longest}.animationDuration)))") == 0


def test_an_address_that_names_nothing_changes_nothing(folder, visit):
    page = visit(at(folder, SCORE) + "#tables?by-task.sort=99,asc&nobody.filter=x&by-task.filter=")
    assert len(labels(page, "by-task")) == 16
    assert page.locator("#by-task thead th[aria-sort=none]").count() == 5


def test_copy_as_csv_gives_the_rows_shown_and_no_formula(folder, visit):
    page = visit(at(folder, SCORE), permissions=["clipboard-read", "clipboard-write"])
    page.evaluate("document.querySelector('#by-task tbody th').textContent = '=1+1'")
    page.evaluate("document.querySelector('#by-task tbody td').textContent = '\u22121.5'")
    page.locator("#by-task thead button").first.click()
    page.locator(".rg-copy").click()
    page.wait_for_selector(".rg-copy >> text=Copied")
    lines = page.evaluate("navigator.clipboard.readText()").splitlines()
    assert lines[0] == "Task,q-learning,sarsa,dyna-q,expected-sarsa"
    assert len(lines) == 17
    assert any(line.startswith("'=1+1,-1.5,") for line in lines)
    assert '"' in lines[5]


def test_a_wide_table_scrolls_in_its_own_box_and_keeps_the_first_column(folder, visit):
    page = visit(at(folder, "metrics/hostile.html"), viewport={"width": 390, "height": 800})
    box = page.locator(".rg-table-box")
    page.wait_for_selector(".rg-table-box[data-scrolls][tabindex='0'][role=region]")
    before = page.locator("#wide tbody th").first.bounding_box()["x"]
    box.evaluate("box => { box.scrollLeft = 400 }")
    assert box.evaluate("box => box.scrollLeft") == 400
    assert page.locator("#wide tbody th").first.bounding_box()["x"] == pytest.approx(before, abs=1.5)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_without_scripts_the_tables_and_figures_are_there(folder, visit):
    page = visit(at(folder, SCORE), java_script_enabled=False)
    assert page.locator("#by-task tbody tr").count() == 16
    assert page.locator("img[src$='#only-light']").is_visible()


CONTRAST = """() => {
  const channel = (v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4
  const light = ([r, g, b]) => 0.2126 * channel(r) + 0.7152 * channel(g) + 0.0722 * channel(b)
  const parse = (text) => (text.match(/[\\d.]+/g) ?? []).map(Number)
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const colour = parse(getComputedStyle(node).backgroundColor)
      if (colour.length === 3 || colour[3] === 1) return colour
    }
    return [255, 255, 255]
  }
  const poor = []
  const text = "article :is(p, h1, h2, th, td, a, figcaption, caption, span, button, code, strong), nav a"
  for (const node of document.querySelectorAll(text)) {
    if (!node.checkVisibility() || !node.textContent.trim() || node.matches(".headerlink, .md-logo")) continue
    const [a, b] = [light(parse(getComputedStyle(node).color)), light(ground(node))].sort((x, y) => y - x)
    const ratio = (a + 0.05) / (b + 0.05)
    if (ratio < 4.5) poor.push(`${node.tagName} ${node.className} ${node.textContent.trim().slice(0, 30)} ${ratio}`)
  }
  return poor
}"""


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("name", ["index.html", SCORE])
def test_text_reads_well_on_its_ground(folder, visit, scheme, name):
    page = visit(at(folder, name), color_scheme=scheme)
    page.wait_for_selector("html.js .rg-copy")
    assert json.dumps(page.evaluate(CONTRAST), indent=0) == "[]"


def test_a_page_printed_from_the_dark_scheme_is_dark_on_white(folder, visit):
    page = visit(at(folder, "index.html"), color_scheme="dark")
    page.wait_for_selector("body[data-md-color-scheme=slate]")
    page.emulate_media(media="print", color_scheme="dark")
    page.locator("figcaption").scroll_into_view_if_needed()
    page.locator("img[src$='#only-light']").wait_for(state="visible")
    assert page.locator("img[src$='#only-dark']").is_hidden()
    assert page.locator("body").evaluate("body => getComputedStyle(body).backgroundColor") == "rgb(255, 255, 255)"
    assert page.locator("h1").evaluate("h1 => getComputedStyle(h1).color") == "rgb(22, 32, 46)"
    assert page.locator(".rg-copy").is_hidden()
