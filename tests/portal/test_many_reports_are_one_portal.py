"""A folder of specs becomes a portal; one that fails is named and leaves its former report."""

import hashlib
import subprocess
import sys

import pytest

TITLE = "<script>alert(1)</script> & co"


def call(*arguments, cwd):
    command = [sys.executable, "-m", "reportgen", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


def spec_of(title, file="scores.csv"):
    return (
        f"report: {{title: '{title}'}}\n"
        f"files: {{path: {file}, columns: {{method: method, seed: seed}}, values: [score]}}\n"
        "metrics: {primary: [{name: score, direction: maximize, unit: points}]}\n"
        "analysis: {bootstrap_samples: 100}\n"
        "notebooks: {execute: never}\n"
    )


def fingerprint(folder):
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def portal(tmp_path_factory):
    """Two reports and a spec that is none; afterwards one of the two lost its data."""
    folder = tmp_path_factory.mktemp("portal")
    specs = folder / "specs"
    specs.mkdir()
    rows = ["method,seed,score", *(f"{name},{seed},{seed / 10}" for name in ("ppo", "dqn") for seed in range(3))]
    (specs / "scores.csv").write_text("\n".join(rows))
    (specs / "apples.yaml").write_text(spec_of("Apples"))
    (specs / "pears.yaml").write_text(spec_of(TITLE))
    (specs / "wrong.yaml").write_text("fils: {}\n")
    done = call("build", specs, "-o", "out", "-j", 1, cwd=folder)
    first = (folder / "out/index.html").read_text()
    before = fingerprint(folder / "out/reports")
    (specs / "pears.yaml").write_text(spec_of(TITLE, "lost.csv"))
    again = call("build", specs / "pears.yaml", specs / "wrong.yaml", "-o", "out", "-j", 1, cwd=folder)
    return {"folder": folder, "done": done, "again": again, "first": first, "before": before}


def test_every_report_is_built_and_the_exit_code_tells_of_the_failure(portal):
    done = portal["done"]
    assert done.returncode == 2
    assert "wrong.yaml" in done.stderr
    assert "unknown key 'fils'" in done.stderr
    assert "Traceback" not in done.stderr
    for slug in ("apples", "pears"):
        assert (portal["folder"] / f"out/reports/{slug}/site/index.html").is_file()


def test_the_index_names_every_report_with_its_headline_and_every_failure(portal):
    page = portal["first"]
    assert page.count('<li class="built"') == 2
    assert page.count('<li class="failed"') == 1
    assert '<a href="reports/apples/site/index.html">Apples</a>' in page
    assert "There is no former report." in page
    assert "2 methods" in page
    assert str(portal["folder"]) not in page


def test_a_title_is_text_and_nothing_else(portal):
    assert "<script" not in portal["first"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; co" in portal["first"]


def test_a_failing_spec_leaves_its_former_report_and_others_stay_listed(portal):
    assert portal["again"].returncode == 3
    assert fingerprint(portal["folder"] / "out/reports") == portal["before"]
    page = (portal["folder"] / "out/index.html").read_text()
    assert "What stands here is the former report." in page
    assert "from an earlier build" in page
    assert '<li class="kept" id="apples">' in page


def test_two_specs_that_would_be_one_report_are_refused(portal):
    specs = portal["folder"] / "specs"
    (portal["folder"] / "other").mkdir()
    (portal["folder"] / "other/apples.yaml").write_text(spec_of("Other"))
    done = call("build", specs / "apples.yaml", "other", "-o", "new", cwd=portal["folder"])
    assert done.returncode == 2
    assert "report.slug" in done.stderr
    assert not (portal["folder"] / "new").exists()


def test_a_page_of_somebody_else_is_not_replaced(portal, tmp_path):
    (tmp_path / "index.html").write_text("mine")
    done = call("build", portal["folder"] / "specs", "-o", tmp_path, cwd=tmp_path)
    assert done.returncode == 2
    assert "choose another folder" in done.stderr
    assert (tmp_path / "index.html").read_text() == "mine"


def test_a_folder_without_specs_is_said_to_be_one(tmp_path):
    done = call("build", tmp_path, cwd=tmp_path)
    assert done.returncode == 2
    assert "no spec in this folder" in done.stderr


@pytest.mark.browser
def test_the_index_opens_from_the_disk_without_any_request(portal, visit):
    page = visit((portal["folder"] / "out/index.html").as_uri())
    assert page.locator("li").count() == 3
    page.get_by_role("link", name="Apples").click()
    page.wait_for_selector("h1")
    assert "Apples" in page.title()
