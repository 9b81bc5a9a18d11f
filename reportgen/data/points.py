"""From logged points to one number: missing points dropped, steps made unique, the curve reduced by the score rule."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reportgen.data.scores import Direction
    from reportgen.runs.record import Series
    from reportgen.spec.model import Score as Rule

    Floats = NDArray[np.float64]

DEFAULT_FRACTION = 0.05
DEFECTS = ("missing", "without_step", "duplicates", "infinite")


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
    missing, without_step, duplicates, infinite
        Counts: values missing; values whose step is missing; earlier values of a step logged again; infinities
        (which are kept).
    """

    steps: Floats
    values: Floats
    wall_time: Floats | None
    missing: int = 0
    without_step: int = 0
    duplicates: int = 0
    infinite: int = 0

    @property
    def has_steps(self) -> bool:
        """Whether the points lie on a step axis."""
        return bool(np.isfinite(self.steps).any())


def clean(series: Series) -> Points:
    """Drop missing points and keep the last value of each step, in the order of steps; everything is counted."""
    steps, values, wall_time = series.steps, series.values, series.wall_time
    present = ~np.isnan(values)
    stepped = np.isfinite(steps)
    usable = present & stepped if stepped.any() else present
    if usable.all() and rising(steps):
        return Points(steps=steps, values=values, wall_time=wall_time, infinite=int(np.isinf(values).sum()))
    index = np.flatnonzero(usable)
    if stepped.any():
        steps = series.steps[index]
        order = np.argsort(steps, kind="stable")
        last = np.flatnonzero(np.diff(steps[order], append=np.inf) > 0)
        index = index[order[last]]
    return Points(
        steps=series.steps[index],
        values=series.values[index],
        wall_time=None if series.wall_time is None else series.wall_time[index],
        missing=int((~present).sum()),
        without_step=int((present & ~usable).sum()),
        duplicates=int(usable.sum()) - len(index),
        infinite=int(np.isinf(series.values[index]).sum()),
    )


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
