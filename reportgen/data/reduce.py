"""From runs to raw scores: each run is decoded once, for all metrics, and only numbers are kept of cached ones."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from reportgen.data.lines import Line
from reportgen.data.points import DEFECTS, Points, clean, reduce_points
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
    """The points of one run on one task in one metric, and how they become a number."""

    hit: Found
    rule: Rule
    direction: Direction


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
        ``missing``, ``without_step``, ``duplicates`` and ``infinite`` to their counts.
    """

    number: float | None
    why: str
    line: Line
    defects: Mapping[str, int]


def reduced(parts: Sequence[Part]) -> list[Number]:
    """Reduce every part, run by run, in the order of the parts."""
    by_run: dict[str, list[int]] = defaultdict(list)
    for place, part in enumerate(parts):
        by_run[part.hit.run.record.id].append(place)
    stored = any(isinstance(part.hit.series, StoredSeries) for part in parts)
    groups = [[parts[place] for place in places] for places in by_run.values()]
    found: dict[int, Number] = {}
    for places, numbers in zip(by_run.values(), (threads if stored else serial)(_run, groups), strict=True):
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
        number, why = _number(clean(part.hit.series.loaded()), part.rule, part.direction)
    return Number(number, why, line=running.line(), defects=running.defects)


def _whole(part: Part, loaded: Series) -> Number:
    points = clean(loaded)
    number, why = _number(points, part.rule, part.direction)
    again = None if loaded is part.hit.series else part.hit.series
    defects = {defect: getattr(points, defect) for defect in DEFECTS}
    return Number(number, why, line=Line.of(points, again=again), defects=defects)


def _number(points: Points, rule: Rule, direction: Direction) -> tuple[float | None, str]:
    if len(points.values) == 0:
        return None, f"all its {points.missing + points.without_step} values are missing"
    return reduce_points(points, rule, direction)
