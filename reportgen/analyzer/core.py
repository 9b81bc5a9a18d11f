"""From groups to the frozen values of the statistics room, a group at a time."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from reportgen.data.grids import common_grid
from reportgen.errors import DataError
from reportgen.stats import analyse, curve, first_reached, restricted, summarize

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    from reportgen.analyzer.frame import Group, Groups
    from reportgen.parallel import Map
    from reportgen.stats import Analysis, Band, Interval, Settings, Summary

    Floats = NDArray[np.float64]
    Curves = Mapping[object, tuple[tuple[Floats, Floats], ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """How many of the runs of a group reached a threshold, their share, and the restricted mean of their steps."""

    n_reached: int
    n_runs: int
    share: Interval
    steps: Interval
    horizon: tuple[float, float]


def analyses(
    groups: Groups, settings: Settings, statistics: Sequence[str], thresholds: Floats, mapper: Map
) -> dict[object, Analysis]:
    """Analyse every group; one draw serves all statistics."""
    if "optimality_gap" in statistics:
        refuse_gap(groups)
    work = partial(
        _analysed,
        settings=settings,
        metric=groups.metric,
        statistics=tuple(statistics),
        thresholds=thresholds if groups.sign > 0 else -thresholds[::-1],
        trials=groups.trials,
    )
    return dict(zip((group.name for group in groups.members), mapper(work, groups.members), strict=True))


def _analysed(
    group: Group, *, settings: Settings, metric: str, statistics: tuple[str, ...], thresholds: Floats, trials: bool
) -> Analysis:
    return analyse(
        group.scores, settings, key=(metric, group.id), statistics=statistics, thresholds=thresholds, trials=trials
    )


def refuse_gap(groups: Groups) -> None:
    """Refuse an optimality gap where the scores have no optimum.

    Raises
    ------
    DataError
        Always, but for a metric that was normalised with the optimum of each task.
    """
    if groups.scaled is None:
        raise DataError(
            f"an optimality gap needs the optimum of each task; give optimal_scores, or normalize({groups.metric!r}, "
            "optimal_scores=...) first"
        )
    if groups.scaled.relative:
        raise DataError(
            f"{groups.metric!r} is normalised by {groups.scaled.text}, so that 1 is no optimum: there is no gap to it"
        )


def summaries(groups: Groups) -> dict[tuple[object, str], Summary]:
    """Summarise every group on every task, in shown units."""
    found = {}
    for group in groups.members:
        names = np.array(group.scores.task_ids, dtype=object)[group.scores.tasks]
        for task in groups.tasks:
            if task in group.tasks:
                found[group.name, task] = summarize(groups.sign * group.scores.values[names == task])
    return found


def sample_efficiency(
    groups: Groups, settings: Settings, mapper: Map, *, curves: Curves, statistic: str, points: int
) -> dict[object, tuple[Floats, Band]]:
    """Return for each group the steps of its own grid and the aggregate along them, with a pointwise band.

    Raises
    ------
    DataError
        When the runs of a group have no steps in common.
    """
    if statistic == "optimality_gap":
        refuse_gap(groups)
    laid = []
    for group in groups.members:
        lines = curves[group.name]
        ends = [(float(steps[0]), float(steps[-1])) if steps.size else None for steps, _ in lines]
        grid = common_grid(ends, points)
        if grid is None:
            raise DataError(f"the runs of {groups.group_by} {group.name!r} have no stretch of steps in common")
        laid.append((group, grid, np.array([np.interp(grid, steps, values) for steps, values in lines])))
    work = partial(_curve, settings=settings.coarse(), metric=groups.metric, statistic=statistic)
    return {group.name: (grid, band) for (group, grid, _), band in zip(laid, mapper(work, laid), strict=True)}


def _curve(laid: tuple[Group, Floats, Floats], *, settings: Settings, metric: str, statistic: str) -> Band:
    group, _, values = laid
    return curve(values, group.scores, settings, key=(metric, group.id), statistic=statistic)


def reached(
    groups: Groups, settings: Settings, *, curves: Curves, thresholds: Sequence[float]
) -> dict[tuple[object, float], Reached]:
    """Say how many runs of each group reached each threshold (in shown units), and after how many steps."""
    until = _horizons(groups, curves)
    found = {}
    for group in groups.members:
        tasks = [group.scores.task_ids[place] for place in group.scores.tasks.tolist()]
        ends = [until[task] for task in tasks]
        oriented = [groups.sign * threshold for threshold in thresholds]
        times = [
            first_reached(steps, values, oriented, end)
            for (steps, values), end in zip(curves[group.name], ends, strict=True)
        ]
        for threshold, column in zip(thresholds, zip(*times, strict=True), strict=True):
            share, mean = restricted(
                group.scores, column, ends, settings, metric=groups.metric, method=group.id, threshold=threshold
            )
            found[group.name, threshold] = Reached(
                n_reached=sum(time is not None for time in column),
                n_runs=len(column),
                share=share,
                steps=mean,
                horizon=(min(ends), max(ends)),
            )
    return found


def _horizons(groups: Groups, curves: Curves) -> dict[str, float]:
    """Return task to the last step that every run of every group on it has."""
    until: dict[str, float] = {}
    for group in groups.members:
        for place, (steps, _) in zip(group.scores.tasks.tolist(), curves[group.name], strict=True):
            if not steps.size:
                raise DataError(f"a run of {groups.group_by} {group.name!r} has no steps, so none to a threshold")
            task = group.scores.task_ids[place]
            until[task] = min(until.get(task, np.inf), float(steps[-1]))
    return until
