import functools
import json
import operator

import pytest

from reportgen.artifacts import File
from reportgen.notebooks import notebooks

METRIC = ("metrics", 0)
METHOD = (*METRIC, "methods", 1)
PAIR = (*METRIC, "comparisons", 2)
CHECKED = {
    "an aggregate": (*METHOD, "aggregates", "iqm", "estimate"),
    "the gap": (*METHOD, "aggregates", "optimality_gap", "estimate"),
    "the median": (*METHOD, "aggregates", "median", "estimate"),
    "a lower end": (*METHOD, "aggregates", "iqm", "low"),
    "an upper end": (*METHOD, "aggregates", "mean", "high"),
    "a percentile": (*METHOD, "aggregates", "mean", "percentile", 0),
    "degrees of freedom": (*METHOD, "aggregates", "iqm", "df"),
    "a spread": (*METHOD, "aggregates", "mean", "spread", 1),
    "a difference": (*METRIC, "comparisons", 2, "estimate"),
    "an end of a difference": (*METRIC, "comparisons", 2, "high"),
    "a raw p": (*PAIR, "p"),
    "a corrected p": (*PAIR, "p_adjusted"),
    "the smallest p": (*PAIR, "p_smallest"),
    "the smallest corrected p": (*PAIR, "p_smallest_adjusted"),
    "the number of arrangements": (*PAIR, "arrangements"),
    "an effect size": (*PAIR, "effects", "hedges_g"),
    "wins": (*PAIR, "effects", "wins"),
    "the size of a family": (*PAIR, "family_size"),
    "a probability of improvement": (*PAIR, "beside", "estimate"),
    "an end of a probability of improvement": (*PAIR, "beside", "low"),
    "a corrected p beside": (*PAIR, "beside", "p_adjusted"),
    "the size of the tests": (*METRIC, "testing", "alpha"),
    "an estimate of the matrix": (*METRIC, "matrix", 1, "estimate"),
    "a p of the matrix": (*METRIC, "matrix", 1, "p"),
    "a share of a rank": (*METRIC, "ranks", "shares", "dyna_q", 0),
    "a statistic of all methods": (*METRIC, "omnibus", 0, "statistic"),
    "a mean rank": (*METRIC, "omnibus", 0, "average_ranks", "dyna_q"),
    "a critical difference": (*METRIC, "omnibus", 0, "critical_difference"),
    "a p of Tukey's": (*METRIC, "omnibus", 1, "pairs", 1, "p"),
    "a standard error": (*METRIC, "plans", 0, "present", "se"),
    "a detectable difference": (*METRIC, "plans", 0, "outlooks", 3, "detectable"),
    "a variation": (*METRIC, "sensitivity", "variations", 2, "estimate"),
    "an end of a variation": (*METRIC, "sensitivity", "variations", -1, "high"),
    "a point of a curve": (*METHOD, "curves", "estimate", 60),
    "a step of a curve": (*METHOD, "curves", "steps", 60),
    "a band of a curve": (*METHOD, "curves", "high", 60),
    "a point of a task's curve": (*METHOD, "task_curves", "grid/windy", "estimate", 60),
    "a band of a task's curve": (*METHOD, "task_curves", "grid/windy", "low", 0),
    "a point of a profile": (*METHOD, "profile", "estimate", 40),
    "a point of a profile over tasks": (*METHOD, "profile_tasks", "estimate", 40),
    "a band": (*METHOD, "profile", "low", 70),
    "a threshold": (*METHOD, "profile", "thresholds", 7),
    "a threshold of a profile over tasks": (*METHOD, "profile_tasks", "thresholds", 7),
    "an outlier": (*METRIC, "outliers", 0, "value"),
    "the median beside an outlier": (*METRIC, "outliers", 0, "median"),
    "a mean of a task": (*METHOD, "tasks", "grid/windy", "mean"),
    "a standard deviation": (*METHOD, "tasks", "chain/inventory", "sd"),
    "a normalised mean": (*METHOD, "tasks", "grid/windy", "normalized"),
    "a score": (*METRIC, "scores", 33, "raw"),
    "a bound": (*METRIC, "bounds", "grid/windy", "optimum"),
    "the level": ("report", "settings", "level"),
    "the gamma": ("report", "settings", "gamma"),
}


def scaled(report, path):
    place = functools.reduce(operator.getitem, path[:-1], report)
    assert place[path[-1]], "a number that is not zero"
    place[path[-1]] *= 1 + 1e-6


def test_every_number_of_an_honest_report_agrees(example, rerun):
    assert "numbers agree with report.json" in rerun(example.data)


def test_minimised_raw_scores_with_a_missing_cell_agree(hostile, rerun):
    printed = rerun(hostile.data)
    assert "1 missing cells" in printed
    assert "numbers agree with report.json" in printed


INPUTS = {"a score", "a bound", "the level", "the gamma"}  # everything follows from them, so they are altered alone
ALONE = ("an aggregate", "a corrected p", "a band of a curve", *sorted(INPUTS))


@pytest.mark.parametrize("kind", ALONE)
def test_a_number_altered_by_a_millionth_stops_the_notebook(example, rerun, kind):
    with pytest.raises(AssertionError, match="the report says"):
        rerun(example.data, lambda report: scaled(report, CHECKED[kind]))


@pytest.fixture(scope="session")
def noticed(example, said_of):
    """The altered numbers by kind, one of each in one report, and those that the notebook says are wrong."""
    altered = {}

    def change(report):
        for kind, path in CHECKED.items():
            if kind not in INPUTS:
                scaled(report, path)
                altered[kind] = functools.reduce(operator.getitem, path, report)

    wrong = said_of(example.data, change)
    return altered, wrong


@pytest.mark.parametrize("kind", [kind for kind in CHECKED if kind not in INPUTS])
def test_each_kind_of_number_is_noticed_when_altered_by_a_millionth(noticed, kind):
    altered, said = noticed
    assert altered[kind] in said


REACHED = (*METHOD, "reached", 0)


@pytest.mark.parametrize(
    "path",
    [
        (*REACHED, "steps", "estimate"),
        (*REACHED, "share", "estimate"),
        (*REACHED, "horizon", 1),
        (*METRIC, "outliers", -1, "value"),
    ],
)
def test_steps_to_a_threshold_and_outliers_that_were_left_out_are_checked(treated, said_of, path):
    assert treated.failure == ""
    altered = []

    def change(report):
        scaled(report, path)
        altered.append(functools.reduce(operator.getitem, path, report))

    wrong = said_of(treated.data, change)
    assert altered[0] in wrong


def test_an_altered_report_leaves_the_half_run_notebook_with_its_error(example):
    report = json.loads(example.data[0].content)
    scaled(report, CHECKED["an aggregate"])
    altered = (File(path="report.json", content=json.dumps(report).encode()), *example.data[1:])
    made = notebooks(altered, slug=example.slug)
    assert made.failure.startswith("AssertionError: Normalised return, ")
    cells = [cell for cell in json.loads(made.files[0].content)["cells"] if cell["cell_type"] == "code"]
    ran = [cell["execution_count"] is not None for cell in cells]
    assert any(ran)
    assert not all(ran)
    stopped = cells[ran.index(False) - 1]["outputs"][-1]
    assert stopped["ename"] == "AssertionError"
    assert "\x1b" not in json.dumps(stopped)
    page = made.shown[0].content.decode()
    assert "The notebook stopped" in page
    assert "rg-out-error" in page


def test_the_build_runs_the_notebook_and_ships_it(example):
    assert example.failure == ""
    shown = (example.folder / "site" / "notebook.html").read_text()
    assert "numbers agree with report" in shown
    assert (example.folder / "site" / "downloads" / "analysis.ipynb").is_file()
