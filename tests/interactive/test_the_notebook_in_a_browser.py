"""The example notebook in a real JupyterLab and real Chromium: clicked through, with nothing fetched from elsewhere."""

import shutil

import pytest
import yaml

from reportgen.resources import shipped
from reportgen.spec import load

pytestmark = pytest.mark.browser


@pytest.fixture
def opened(jupyterlab, visit):
    """Open the example and run its first cell; gives the page, and the folder that the notebook writes into."""
    address, folder = jupyterlab
    shutil.copy(shipped("configs") / "examples/choose_runs.ipynb", folder)
    own = (address, address.replace("http", "ws", 1), "blob:", "data:")
    place, size = f"{address}doc/tree/choose_runs.ipynb", {"width": 1400, "height": 1000}
    page = visit(place, allowed=own, patience=60_000, viewport=size)
    page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()  # keys are lost until the kernel is there
    page.locator(".jp-CodeCell").first.click()
    page.keyboard.press("Shift+Enter")
    page.locator(".rg-selector").wait_for()
    return page, folder


def test_runs_are_chosen_labelled_and_written_by_clicks(opened):
    page, folder = opened
    cells = page.locator(".jp-Cell").count()
    selector = page.locator(".rg-selector")
    find, label = selector.get_by_label("Find"), selector.get_by_label("Label", exact=True)

    def press(name):
        selector.get_by_role("button", name=name, exact=True).click()

    def until(words):
        selector.get_by_text(words).wait_for()

    until("20 of 20 runs chosen")
    find.press_sequentially("method=q*")
    until("5 of 20 runs listed")
    label.fill("Tabular")
    label.press("Enter")
    until("5 runs labelled Tabular")
    press("dyna_q")  # its head in the preview lists its runs
    label.fill("Planning")
    press("Label 5 runs")
    until("5 runs labelled Planning")

    find.fill("label=*")
    until("10 of 20 runs listed")
    press("Choose only these")
    until("10 of 20 runs chosen")
    selector.get_by_label("dyna_q.seed3").focus()
    page.keyboard.press("d")  # twice, a shortcut of the notebook that deletes a cell
    page.keyboard.press("d")
    page.keyboard.press("Space")
    until("9 of 20 runs chosen")
    assert page.locator(".jp-Cell").count() == cells
    assert selector.locator("td[data-odd=few]").count() == 6
    selector.get_by_label("Methods are").select_option("label")
    selector.get_by_role("button", name="Planning", exact=True).wait_for()
    selector.get_by_label("metric of the curve").select_option("losses/td_error")
    until("Planning4 runs")
    assert selector.locator(".rg-plot > svg .rg-curve").count() == 2
    press("Undo")  # the methods
    press("Undo")  # the run that was dropped
    until("10 of 20 runs chosen")
    press("Redo")
    press("Redo")
    until("9 of 20 runs chosen")

    press("Write spec")
    until("wrote labels.yaml; wrote report.yaml")
    written = load(folder / "report.yaml").spec
    assert len(written.sources[0].form.runs.ids) == 9
    assert set(written.methods) == {"Tabular", "Planning"}
    (rule,) = yaml.safe_load((folder / "labels.yaml").read_text())["labels"]
    assert set(rule["manual"].values()) == {"Tabular", "Planning"}
