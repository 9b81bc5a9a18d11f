"""What sources tell of how their runs were had, as notices of the report."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reportgen.data.scores import Notice

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reportgen.runs.reading import Told


def told_by_server(told: Sequence[Told]) -> tuple[Notice, ...]:
    """Return the notices; their codes are those of `Told`, by which the overview knows its banners."""
    return tuple(Notice(code=one.code, text=one.text, runs=one.runs, mend=one.mend, level=one.level) for one in told)
