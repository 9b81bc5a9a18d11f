"""What sources tell of how their runs were had, as notices of the report."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from reportgen.data.scores import DataSet, Notice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reportgen.runs.reading import Told


def with_told(dataset: DataSet, told: Sequence[Told]) -> DataSet:
    """Return a data set with what its sources tell, first; the codes are those by which the overview knows banners."""
    first = (Notice(code=one.code, text=one.text, runs=one.runs, mend=one.mend, level=one.level) for one in told)
    return replace(dataset, notices=(*first, *dataset.notices))
