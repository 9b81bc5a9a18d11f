"""Every form that a built report is exported in, by the real command."""

import csv
import json
import zipfile

import pytest
from pyarrow import parquet


@pytest.fixture
def exported(report, reportgen, tmp_path):
    def _exported(form, *, to=None):
        done = reportgen("export", form, report, "-o", to or tmp_path / form, cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        return to or tmp_path / form

    return _exported


def test_latex_is_everything_that_a_paper_needs(exported, report):
    folder = exported("latex")
    assert (folder / "report.tex").read_bytes() == (report / "latex/report.tex").read_bytes()
    assert list((folder / "tables").glob("*.tex"))
    assert list((folder / "figures").glob("*.pdf"))


def test_csv_holds_the_scores_and_the_numbers_of_tables_and_figures(exported):
    folder = exported("csv")
    with (folder / "scores.csv").open(newline="") as file:
        assert next(csv.reader(file))[0] == "metric"
    assert list((folder / "tables").glob("*.csv"))
    assert list((folder / "figures").glob("*.csv"))


def test_parquet_holds_the_numbers_of_report_json(exported, report):
    folder = exported("parquet")
    metrics = json.loads((report / "report.json").read_text())["metrics"]
    scores = parquet.read_table(folder / "scores.parquet").to_pylist()
    told = [(m["id"], s["method"], s["task"], s["seed"], s["value"]) for m in metrics for s in m["scores"]]
    assert [(row["metric"], row["method"], row["task"], row["seed"], row["value"]) for row in scores] == told
    aggregates = parquet.read_table(folder / "aggregates.parquet").to_pylist()
    assert {row["aggregate"] for row in aggregates} >= {"iqm"}
    assert parquet.read_table(folder / "comparisons.parquet").num_rows == sum(len(m["comparisons"]) for m in metrics)


def test_json_is_the_report_and_where_it_came_from(exported, report):
    folder = exported("json")
    for name in ("report.json", "provenance.json"):
        assert (folder / name).read_bytes() == (report / name).read_bytes()


def test_zip_is_the_whole_site_and_the_same_bytes_each_time(exported, report, tmp_path):
    first, second = (exported("zip", to=tmp_path / name) / "report-site.zip" for name in "ab")
    assert first.read_bytes() == second.read_bytes()
    with zipfile.ZipFile(first) as archive:
        assert archive.read("report/index.html") == (report / "site/index.html").read_bytes()
        assert len(archive.namelist()) == sum(path.is_file() for path in (report / "site").rglob("*"))


def test_a_file_of_somebody_else_is_not_replaced(report, reportgen, tmp_path):
    (tmp_path / "report.json").write_text("mine")
    done = reportgen("export", "json", report, "-o", tmp_path, cwd=tmp_path)
    assert done.returncode == 2
    assert "nothing was written" in done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["report.json"]


def test_the_only_report_below_a_folder_is_found(report, reportgen, tmp_path):
    done = reportgen("export", "json", report.parent, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "report-json/report.json").is_file()


@pytest.mark.parametrize(("content", "code", "words"), [(None, 2, "build one first"), ("{}", 3, "build it again")])
def test_what_is_no_report_is_said_to_be_none(reportgen, tmp_path, content, code, words):
    if content is not None:
        (tmp_path / "report.json").write_text(content)
    done = reportgen("export", "json", tmp_path, cwd=tmp_path)
    assert done.returncode == code
    assert words in done.stderr
