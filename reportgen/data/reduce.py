"""From runs to raw scores: each run is decoded once, for all metrics, and only numbers are kept of cached ones."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from itertools import groupby
from typing import TYPE_CHECKING

from reportgen.data.lines import Line
from reportgen.data.points import DEFECTS, Points, clean, reduce_points
from reportgen.data.repeats import collapse
from reportgen.data.running import Running
from reportgen.parallel import serial, threads
from reportgen.runs.series import StoredSeries, pieces

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reportgen.data.scores import Direction
    from reportgen.data.select import Found
    from reportgen.runs.series import Series
    from reportgen.spec.model import Score as Rule


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Part:
    """The points of one run on one task in one metric (its id in the report), and how they become a number."""

    hit: Found
    rule: Rule
    direction: Direction
    metric: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Number:
    """What became of a part.

    Parameters
    ----------
    number, why
        The raw score and an empty text; or None, and why there is none.
    line
        The curve.
    defects
        Kinds of `DEFECTS`, and ``repeated``, to their counts.
    first
        Defect to the first step that shows it, where the points have steps.
    """

    number: float | None
    why: str
    line: Line
    defects: Mapping[str, int]
    first: Mapping[str, float] = field(default_factory=dict)


def reduced(parts: Sequence[Part], *, collapsing: bool = False) -> list[Number]:
    """Reduce every part, run by run, in the order of the parts.

    Parameters
    ----------
    collapsing
        Whether consecutive evaluations that are equal on all tasks of a metric are one.
    """
    by_run: dict[tuple[str, bool], list[int]] = defaultdict(list)
    for place, part in enumerate(parts):  # what is in memory lies in no history: single points, computed metrics
        by_run[part.hit.run.record.id, isinstance(part.hit.series, StoredSeries)].append(place)
    stored = any(isinstance(part.hit.series, StoredSeries) for part in parts)
    groups = [[parts[place] for place in places] for places in by_run.values()]
    found: dict[int, Number] = {}
    for places, numbers in zip(
        by_run.values(), (threads if stored else serial)(_collapsed if collapsing else _run, groups), strict=True
    ):
        found.update(zip(places, numbers, strict=True))
    return [found[place] for place in range(len(parts))]


def _run(parts: Sequence[Part]) -> list[Number]:
    """Reduce the parts of one run, decoding it once."""
    series = [part.hit.series for part in parts]
    if all(one.at_once for one in series):
        (piece,) = pieces(series)
        return [_whole(part, loaded) for part, loaded in zip(parts, piece, strict=True)]
    running = [Running(one, part.rule, part.direction) for part, one in zip(parts, series, strict=True)]
    for piece in pieces(series):
        for one, rows in zip(running, piece, strict=True):
            one.take(rows)
    return [_seen(part, one) for part, one in zip(parts, running, strict=True)]


def _seen(part: Part, running: Running) -> Number:
    """Return what the rows that passed by told; where that is not enough, read the points of this part alone."""
    if not running.told:
        return _whole(part, part.hit.series.loaded())
    if running.suffices:
        number, why = running.number()
    else:
        whole = clean(part.hit.series.loaded(), ordered=part.hit.run.record.ordered)
        number, why = _number(whole, part.rule, part.direction)
    return Number(number, why, line=running.line(), defects=running.defects, first=running.first)


def _collapsed(parts: Sequence[Part]) -> list[Number]:
    """Reduce the parts of one run by its evaluations, each counted once; what is left of their points is kept."""
    series = [part.hit.series for part in parts]
    if all(one.at_once for one in series):
        (loaded,) = pieces(series)
    else:
        loaded = tuple(one.loaded() for one in series)
    points = [clean(one, ordered=part.hit.run.record.ordered) for part, one in zip(parts, loaded, strict=True)]
    numbers: list[Number] = []
    for _, group in groupby(zip(parts, points, strict=True), key=lambda pair: pair[0].metric):
        members, vector = zip(*group, strict=True)
        kept, repeated = collapse(vector)
        made = [_numbered(part, one, None) for part, one in zip(members, kept, strict=True)]
        # the vector is one evaluation: its repetitions are counted once, not once a task
        numbers += [replace(made[0], defects={**made[0].defects, "repeated": repeated}), *made[1:]]
    return numbers


def _whole(part: Part, loaded: Series) -> Number:
    points = clean(loaded, ordered=part.hit.run.record.ordered)
    return _numbered(part, points, None if loaded is part.hit.series else part.hit.series)


def _numbered(part: Part, points: Points, again: Series | None) -> Number:
    number, why = _number(points, part.rule, part.direction)
    defects = {defect: getattr(points, defect) for defect in DEFECTS}
    return Number(number, why, line=Line.of(points, again=again), defects=defects, first=points.first)


def _number(points: Points, rule: Rule, direction: Direction) -> tuple[float | None, str]:
    if len(points.values) == 0:
        count = points.missing + points.without_step
        return None, "its only value is missing" if count == 1 else f"all its {count} values are missing"
    return reduce_points(points, rule, direction)
