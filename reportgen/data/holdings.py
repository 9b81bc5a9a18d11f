"""What a run holds of a metric: its series, and the single points of metrics that only its summary has."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from reportgen.runs.lookup import glob, lookup
from reportgen.runs.record import Series

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reportgen.runs.record import RunRecord

NOT_FINITE = {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}
LONGEST = 40
WILDCARDS = frozenset("*?")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SinglePoint(Series):
    """A metric that only the run's summary holds: one value, no step."""


def hidden(name: str, patterns: Sequence[str]) -> bool:
    """Tell whether a metric is hidden from globs and groups."""
    return any(re.search(pattern, name) for pattern in patterns)


def held(record: RunRecord, pattern: str, hide: Sequence[str]) -> list[Series]:
    """Return a run's series that a name or glob matches; where it has none of a name, the summary's single point.

    A name that is hidden is found only where it is written out. Such a single point has no step: none is known.
    """
    hiding = tuple(hide)
    named = [series for series in record.series if series.metric == pattern]
    number = None if named else number_of(lookup(record.summary, pattern))
    exact: list[Series] = named if number is None else [_single(pattern, number)]
    if not WILDCARDS & set(pattern):
        return exact
    there = set(record.metrics)
    globbed = [
        series for series in record.series if series.metric != pattern and _found(series.metric, pattern, hiding)
    ]
    singles = (name for name in record.summary if name not in there and name != pattern and not name.startswith("_"))
    numbers = ((name, number_of(record.summary[name])) for name in singles if _found(name, pattern, hiding))
    return [*exact, *globbed, *(_single(name, number) for name, number in numbers if number is not None)]


@lru_cache(maxsize=100_000)
def _found(name: str, pattern: str, hide: tuple[str, ...]) -> bool:
    """Tell whether a glob finds a name; many runs have the same names."""
    return glob(pattern)(name) and not hidden(name, hide)


def names_held(record: RunRecord) -> tuple[str, ...]:
    """Return the names of a run's metrics, those that only its summary holds last."""
    numbers = (name for name, value in record.summary.items() if number_of(value) is not None)
    return tuple(dict.fromkeys([*record.metrics, *(name for name in numbers if not name.startswith("_"))]))


def not_a_number(record: RunRecord, name: str) -> str:
    """Say what a run holds under a metric's name that is no number; empty where it holds none or a number.

    Examples
    --------
    >>> from reportgen.runs.record import RunRecord
    >>> not_a_number(RunRecord(id="r", source="s", name="r", series=(), summary={"state": "ok"}), "state")
    "text, e.g. 'ok'"
    """
    value = None if name in record.metrics else lookup(record.summary, name)
    if value is None or number_of(value) is not None:
        return ""
    if isinstance(value, dict):
        media = value.get("_type")
        return f"a {media}" if media else f"a mapping of {', '.join(map(str, list(value)[:4]))}"
    shown = repr(value) if len(repr(value)) <= LONGEST else f"{repr(value)[: LONGEST - 1]}…"
    return f"{'text' if isinstance(value, str) else f'a {type(value).__name__}'}, e.g. {shown}"


def number_of(value: Any) -> float | None:
    """Return a summary's value as a number, None where it is none.

    Examples
    --------
    >>> number_of(3), number_of("NaN"), number_of("3")
    (3.0, nan, None)
    """
    if isinstance(value, bool | int | float):
        return float(value)
    return NOT_FINITE.get(value) if isinstance(value, str) else None


def _single(name: str, number: float) -> SinglePoint:
    return SinglePoint(metric=name, task=None, steps=np.array([math.nan]), values=np.array([number]), column=name)
