"""From logged points to one number: missing points dropped, steps made unique, the curve reduced by the score rule."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from reportgen.data.scores import Direction
    from reportgen.runs.record import Series
    from reportgen.spec.model import Score as Rule

    Floats = NDArray[np.float64]

DEFAULT_FRACTION = 0.05
DEFECTS = ("missing", "without_step", "duplicates", "rewound", "unordered", "infinite")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Points:
    """The kept points of one run on one task, and how many were not kept.

    Parameters
    ----------
    steps
        (n,) strictly increasing, or all NaN where the source has no steps.
    values
        (n,) in raw units, no NaN.
    wall_time
        (n,) or None.
    missing, without_step, duplicates, rewound, infinite
        Counts: values missing; values whose step is missing; earlier values of a step logged again; values of an
        attempt that a resumed run replaced by a later one; infinities (which are kept).
    unordered
        Number of times the step went back in a source whose rows have no order; nothing is left out for it.
    first
        Defect to the step of the first point that has it, for defects that have a step.
    """

    steps: Floats
    values: Floats
    wall_time: Floats | None
    missing: int = 0
    without_step: int = 0
    duplicates: int = 0
    rewound: int = 0
    infinite: int = 0
    unordered: int = 0
    first: Mapping[str, float] = field(default_factory=dict)

    @property
    def has_steps(self) -> bool:
        """Whether the points lie on a step axis."""
        return bool(np.isfinite(self.steps).any())


def clean(series: Series, *, ordered: bool = True) -> Points:
    """Drop missing points and keep the last value of each step, in the order of steps; everything is counted.

    Parameters
    ----------
    ordered
        Whether the points stand in the order they were logged. A step that goes back then begins a later attempt of
        the run, which replaces what was logged from that step on; else points are sorted by step.
    """
    logged_steps, logged, wall_time = series.steps, series.values, series.wall_time
    if rising(logged_steps) and not np.isnan(logged).any():
        return _as_logged(logged_steps, logged, wall_time)
    present = ~np.isnan(logged)
    stepped = np.isfinite(logged_steps)
    has_steps = bool(stepped.any())
    usable = present & stepped if has_steps else present
    index = np.flatnonzero(usable)
    all_steps = logged_steps[index]
    replaced = _replaced(all_steps) if ordered and has_steps else np.zeros(len(index), dtype=bool)
    alive = np.flatnonzero(~replaced)
    kept = alive[_last_of_each(all_steps[alive])] if has_steps else alive
    values = logged[index[kept]]
    infinite = np.isinf(values)
    earlier = np.setdiff1d(alive, kept, assume_unique=True)
    affected = {"duplicates": all_steps[earlier], "rewound": all_steps[replaced], "infinite": all_steps[kept][infinite]}
    return Points(
        steps=all_steps[kept],
        values=values,
        wall_time=None if wall_time is None else wall_time[index[kept]],
        missing=int((~present).sum()),
        without_step=int((present & ~usable).sum()),
        duplicates=len(earlier),
        rewound=int(replaced.sum()),
        infinite=int(infinite.sum()),
        unordered=0 if ordered else int((np.diff(all_steps) < 0).sum()),
        first={name: float(steps.min()) for name, steps in affected.items() if has_steps and steps.size},
    )


def _as_logged(steps: Floats, values: Floats, wall_time: Floats | None) -> Points:
    """Return points of which none is left out, without a copy."""
    infinite = np.isinf(values)
    count = int(infinite.sum())
    first = {"infinite": float(steps[infinite][0])} if count else {}
    return Points(steps=steps, values=values, wall_time=wall_time, infinite=count, first=first)


def _replaced(steps: Floats) -> NDArray[np.bool_]:
    """Say which points belong to an attempt that a later one replaced: a smaller step is logged after them."""
    smallest_from_here = np.minimum.accumulate(steps[::-1])[::-1]
    return steps > np.append(smallest_from_here[1:], np.inf)


def _last_of_each(steps: Floats) -> NDArray[np.intp]:
    """Return the places of the last value of each step, in the order of steps."""
    order = np.argsort(steps, kind="stable")
    return order[np.flatnonzero(np.diff(steps[order], append=np.inf) > 0)]


def with_steps(rows: Series) -> Points:
    """Clean some rows of a run that has steps elsewhere: those without a step are left out, also where all are."""
    if np.isfinite(rows.steps).any():
        return clean(rows)
    return Points(steps=np.empty(0), values=np.empty(0), wall_time=None, without_step=len(rows.values))


def rising(steps: Floats) -> bool:
    """Whether each step is finite and lies beyond the one before."""
    return bool(np.isfinite(steps).all() and (steps[1:] > steps[:-1]).all())


def rule_text(rule: Rule, *, single: bool = False) -> str:
    """Say how a run became one number, for tables and signatures.

    Parameters
    ----------
    single
        Whether every run is a single point, which is itself whatever the rule; only `at` still asks for its step.

    Examples
    --------
    >>> from reportgen.spec.model import Score
    >>> rule_text(Score()), rule_text(Score(), single=True), rule_text(Score(reduce="at", step=1e6))
    ('mean_last 5 %', 'single value', 'at step 1,000,000')
    """
    if single and rule.reduce != "at":
        return "single value"
    if rule.reduce == "mean_last":
        return f"mean_last {rule.k}" if rule.k else f"mean_last {100 * (rule.fraction or DEFAULT_FRACTION):g} %"
    if rule.reduce == "at":
        return f"at step {rule.step:,.15g}"
    if rule.reduce == "auc":
        span = f" {rule.start or 0:,.15g} to {'the end' if rule.to is None else f'{rule.to:,.15g}'}"
        return "auc" + (span if rule.start is not None or rule.to is not None else "")
    return rule.reduce


def reduce_points(points: Points, rule: Rule, direction: Direction) -> tuple[float | None, str]:
    """Reduce a run's points to one number in raw units.

    Parameters
    ----------
    points
        At least one.
    direction
        `best` takes the largest value, or the smallest of a minimised metric.

    Returns
    -------
    (number, "") or (None, why there is none). A single point is itself, except for `at`.
    """
    with np.errstate(invalid="ignore", over="ignore"):
        number, why = _reduced(points, rule, direction)
    if number is not None and np.isnan(number):
        return None, "its infinite values have no mean"
    return number, why


def _reduced(points: Points, rule: Rule, direction: Direction) -> tuple[float | None, str]:
    values = points.values
    if rule.reduce == "at":
        return _at(points, float(rule.step or 0))
    if len(values) == 1 or rule.reduce == "last":
        return float(values[-1]), ""
    if rule.reduce == "best":
        return float(values.min() if direction == "minimize" else values.max()), ""
    if rule.reduce == "auc":
        return _auc(points, rule.start, rule.to)
    count = rule.k or max(1, round((rule.fraction or DEFAULT_FRACTION) * len(values)))
    return float(values[-count:].mean()), ""


def _at(points: Points, step: float) -> tuple[float | None, str]:
    """Return the last point at or before `step`, not older than the run's median gap between points."""
    if not points.has_steps:
        return None, "its source has no steps, so there is no value at a step"
    place = int(np.searchsorted(points.steps, step, side="right")) - 1
    oldest = step - float(np.median(np.diff(points.steps))) if len(points.steps) > 1 else step
    if place < 0 or points.steps[place] < oldest:
        return (
            None,
            f"has no value at step {step:.15g} (its steps are {points.steps[0]:.15g} to {points.steps[-1]:.15g})",
        )
    return float(points.values[place]), ""


def _auc(points: Points, start: float | None, to: float | None) -> tuple[float | None, str]:
    """Return the trapezoid area between two steps divided by their distance."""
    if not points.has_steps:
        return None, "its source has no steps, so there is no area under a curve"
    first, last = points.steps[0], points.steps[-1]
    low, high = first if start is None else start, last if to is None else to
    if not first <= low < high <= last:
        return None, f"its steps {first:.15g} to {last:.15g} do not span {low:.15g} to {high:.15g}"
    steps, values = points.steps, points.values
    if (low, high) != (first, last):
        inside = (points.steps > low) & (points.steps < high)
        steps = np.concatenate(([low], points.steps[inside], [high]))
        values = np.interp(steps, points.steps, points.values)
    areas = np.diff(steps)
    areas *= values[1:] + values[:-1]
    areas /= 2
    return float(areas.sum() / (high - low)), ""
