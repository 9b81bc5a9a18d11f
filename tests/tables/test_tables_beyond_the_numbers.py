"""Tables of planning, of other choices, and of steps to a threshold say what may be concluded from them."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from reportgen.results.report import Estimate, PairPlan, Reached, Sensitivity, Variation
from reportgen.stats import Outlook
from reportgen.tables import outlook
from reportgen.tables.plain import write_csv

REPORT = SimpleNamespace(level=0.95, interval="expanded_t", replicates=10_000, resample="runs", unit="run")


def seen(n, power, smallest_p):
    return Outlook(
        n=n, se=0.1, df=8.0, detectable=1 / n, detectable_low=0.5 / n, detectable_high=3 / n, power=power,
        smallest_p=smallest_p,
    )  # fmt: skip


PLAN = PairPlan(
    a="a",
    b="b",
    of="iqm",
    alpha=0.05,
    smallest=0.2,
    strata=1,
    present=seen(3, 0.3, 0.1),
    outlooks=tuple(seen(n, n / 20, 0.1 if n < 4 else 0.001) for n in (3, 5, 10, 15, 16, 20)),
)


def metric_of(**fields):
    methods = [SimpleNamespace(id=name, label=name.upper(), reached=()) for name in "ab"]
    known = {
        "id": "score",
        "data": SimpleNamespace(label="Score"),
        "methods": methods,
        "method": lambda name: next(one for one in methods if one.id == name),
        "plans": (PLAN,),
        "trim": 0.25,
        "signature": "IQM",
        "sensitivity": None,
    }
    return SimpleNamespace(**{**known, **fields})


def test_few_whole_runs_have_no_power_whatever_the_t_test_says():
    table = outlook.planning(metric_of(), REPORT)
    cells = dict(zip((column.key for column in table.columns), table.rows[0], strict=True))
    assert cells["power"].value == 0
    assert cells["runs"].text == "16"
    assert (cells["detectable"].low, cells["detectable_10"].value) == (0.5 / 3, 0.1)
    assert "smallest p of a permutation test is 0.1" in " ".join(table.notes)


def test_power_beyond_what_was_looked_at_says_so():
    weak = replace(PLAN, outlooks=tuple(replace(one, power=0.1) for one in PLAN.outlooks))
    assert outlook.planning(metric_of(plans=(weak,)), REPORT).rows[0][-1].text == "more than 20"


def test_without_a_smallest_difference_the_table_says_how_to_see_power():
    silent = replace(
        PLAN, smallest=None, present=seen(5, None, 0.01), outlooks=tuple(replace(o, power=None) for o in PLAN.outlooks)
    )
    table = outlook.planning(metric_of(plans=(silent,)), REPORT)
    assert "power" not in {column.key for column in table.columns}
    assert "smallest_difference" in table.notes[0]


@pytest.mark.parametrize(
    ("low", "high", "says"), [(0.1, 0.5, "lies above zero"), (-0.5, -0.1, "lies below zero"), (-0.1, 0.5, "holds zero")]
)
def test_other_choices_say_where_their_interval_lies_and_how_many_agree(low, high, says):
    found = Sensitivity(
        a="a",
        b="b",
        variations=(
            Variation(kind="reported", label="as reported", estimate=0.2, low=0.1, high=0.3),
            Variation(kind="task", label="without x", estimate=(low + high) / 2, low=low, high=high),
            Variation(kind="score", label="score: auc", estimate=None, low=None, high=None, reason="2 runs lack it"),
        ),
    )
    table = outlook.sensitivity(metric_of(sensitivity=found), REPORT)
    assert [row[2].text for row in table.rows] == ["lies above zero", says, "is not stated"]
    assert ("1 of 2 give it the same sign" in table.caption) == (low + high > 0)
    assert "2 runs lack it" in table.notes[0]


def test_steps_to_a_threshold_name_the_runs_and_the_horizon():
    share = Estimate(estimate=0.5, low=0.2, high=0.8, level=0.95, interval="wilson")
    steps = Estimate(estimate=900.0, low=None, high=None, level=0.95, interval="expanded_t", reason="one run")
    found = Reached(threshold=0.9, n_reached=2, n_runs=4, share=share, steps=steps, horizon=(1000.0, 2000.0))
    metric = metric_of()
    metric.methods[0].reached = (found,)
    table = outlook.steps(metric, REPORT)
    assert "1,000 to 2,000" in table.caption
    assert "2 of 4" in write_csv(table)
    assert table.notes == ("No interval: one run.",)
