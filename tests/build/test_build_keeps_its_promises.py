import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
import zipfile

import pytest


def fingerprint(folder):
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_a_build_writes_everything_the_spec_page_promises(built):
    folder, _ = built
    for name in [
        "site/index.html",
        "site/search/search_index.js",
        "site/downloads/report.zip",
        "site/downloads/overview.html",
        "overview.html",
        "docs/index.md",
        "mkdocs.yml",
        "latex/report.tex",
        "latex/preamble.tex",
        "report.json",
        "provenance.json",
        "data/scores.csv",
    ]:
        assert (folder / name).is_file(), name
    assert list((folder / "latex/tables").glob("*.tex"))
    assert list((folder / "latex/figures").glob("*.pdf"))


def test_the_summary_names_the_headline_the_counts_and_where_to_look(built):
    _, printed = built
    for word in ["IQM", "pages", "figures", "tables", "runs", "warnings", "index.html"]:
        assert word in printed


def test_the_download_holds_what_a_host_of_the_site_alone_needs(built):
    folder, _ = built
    with zipfile.ZipFile(folder / "site/downloads/report.zip") as archive:
        names = set(archive.namelist())
        assert {"report.json", "provenance.json", "latex/report.tex", "data/scores.csv"} <= names
        assert archive.read("report.json") == (folder / "report.json").read_bytes()


@pytest.fixture
def a_former_report(built, tmp_path):
    folder, _ = built
    shutil.copytree(folder, tmp_path / "report")
    return tmp_path / "report"


def test_a_folder_with_foreign_files_is_refused(a_former_report, example, reportgen):
    (a_former_report / "thesis.tex").write_text("precious")
    before = fingerprint(a_former_report)
    done = reportgen("build", example, "-o", a_former_report.parent, cwd=a_former_report.parent)
    assert done.returncode == 2
    assert "thesis.tex" in done.stderr
    assert fingerprint(a_former_report) == before


def test_a_failed_build_leaves_the_former_report(a_former_report, example, reportgen):
    before = fingerprint(a_former_report)
    done = reportgen(
        "build", example, "-o", a_former_report.parent, "--set", "files.path=none.csv", cwd=a_former_report.parent
    )
    assert done.returncode == 3
    assert "Traceback" not in done.stderr
    assert fingerprint(a_former_report) == before


@pytest.mark.slow
def test_a_killed_build_leaves_a_whole_report(built, example, reportgen, tmp_path):
    """Killed at shares of an undisturbed build's time: the former report, or (never half of) the same one anew."""
    former, _ = built
    before = fingerprint(former)

    def a_build(name):
        # a copy is not known to be up to date, so it is built again
        shutil.copytree(former, tmp_path / name / "report")
        command = [sys.executable, "-m", "reportgen", "build", example, "-o", tmp_path / name, "-j", "1"]
        return subprocess.Popen(command, start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    started = time.monotonic()
    assert a_build("whole").wait() == 0
    whole = time.monotonic() - started
    killed = []
    for share in (0.2, 0.5, 0.8, 0.95):
        child = a_build(str(share))
        time.sleep(share * whole)
        if child.poll() is None:
            killed.append(share)
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
        assert fingerprint(tmp_path / str(share) / "report") == before
    assert killed[:2] == [0.2, 0.5]
    assert reportgen("build", example, "-o", tmp_path / "0.2", cwd=tmp_path).returncode == 0
    assert fingerprint(tmp_path / "0.2" / "report") == before


def test_strict_fails_on_a_withheld_number_and_writes_nothing(example, reportgen, tmp_path):
    done = reportgen("build", example, "-o", tmp_path, "--strict", "--set", "normalization=", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    assert "not normalised" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_report_json_follows_its_schema(built):
    folder, _ = built
    report = json.loads((folder / "report.json").read_text())
    assert report["schema"] == 1
    assert set(report) == {"schema", "report", "metrics", "published", "excluded", "warnings"}
    for metric in report["metrics"]:
        for method in metric["methods"]:
            for aggregate in method["aggregates"].values():
                assert aggregate["reason"] or aggregate["low"] < aggregate["estimate"] < aggregate["high"]
