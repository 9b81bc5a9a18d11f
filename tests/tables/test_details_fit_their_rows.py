"""Tables of single things: each row with the digits and the names it needs."""

from types import SimpleNamespace

import pytest

from reportgen.tables.details import _alike, _standings
from reportgen.tables.values import Column, shown

NUMBER = Column(key="value", label="Score", kind="number", decimals=0)


@pytest.mark.parametrize(
    ("values", "written"), [((0.73, 0.81), ["0.730", "0.810"]), ((4671.0, 5562.0), ["4671", "5562"])]
)
def test_an_outlier_and_its_median_keep_their_own_digits_beside_other_scales(values, written):
    assert [shown(cell, NUMBER) for cell in _alike(*values)] == written


def metric(means):
    """Return two methods on two tasks, as far as their standing is concerned."""
    return SimpleNamespace(
        data=SimpleNamespace(direction="maximize", tasks=[SimpleNamespace(id=task, label=task) for task in "xy"]),
        methods=[
            SimpleNamespace(
                id=name, tasks={task: SimpleNamespace(mean=mean) for task, mean in zip("xy", own, strict=True)}
            )
            for name, own in means.items()
        ],
    )


def test_a_method_that_ranks_alike_on_all_tasks_has_no_strongest_and_no_weakest_one():
    alike = metric({"a": (3, 3), "b": (1, 2)})
    assert [(won, best, worst) for _, won, best, worst in _standings(alike)] == [(2, [], []), (0, [], [])]
    apart = metric({"a": (3, 1), "b": (1, 2)})
    assert [(won, best) for _, won, best, _ in _standings(apart)] == [(1, ["x", "y"]), (1, ["y", "x"])]
