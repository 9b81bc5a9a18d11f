"""Tables of single things: each row with the digits and the names it needs."""

import pytest

from reportgen.tables.details import _alike
from reportgen.tables.values import Column, shown

NUMBER = Column(key="value", label="Score", kind="number", decimals=0)


@pytest.mark.parametrize(
    ("values", "written"), [((0.73, 0.81), ["0.730", "0.810"]), ((4671.0, 5562.0), ["4671", "5562"])]
)
def test_an_outlier_and_its_median_keep_their_own_digits_beside_other_scales(values, written):
    assert [shown(cell, NUMBER) for cell in _alike(*values)] == written
