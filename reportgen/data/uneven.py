"""What differs between runs and tasks and is easy to overlook: value columns, lengths of training, step grids."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

from reportgen.data.scores import Notice

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from reportgen.data.scores import MetricData, Score

SAME_LENGTH = 1.05
MOST_LENGTHS = 6


def uneven(data: MetricData) -> tuple[Notice, ...]:
    """Tell how the step grids of a metric's runs differ; nothing where no run is a curve."""
    curves = [score for score in data.scores if score.line.count > 1 and "step" in score.line.ends]
    if not curves:
        return ()
    told = (
        ("lengths_differ", _lengths(curves)),
        ("points_differ", _points(curves)),
        ("starts_differ", _starts(curves)),
    )
    return tuple(
        Notice(code=code, text=f"{data.label}: {text}", metric=data.id, level="note") for code, text in told if text
    )


def columns_differ(metric: str, columns: Mapping[str, Collection[str]]) -> tuple[Notice, ...]:
    """Tell which columns the values of a coalesced metric come from, where there is more than one."""
    counted = Counter(name for names in columns.values() for name in names)
    if len(counted) < 2:  # noqa: PLR2004 - one column for all
        return ()
    listed = _listed([f"{name} on {count} of {len(columns)} tasks" for name, count in counted.most_common()])
    text = f"The values of {metric} stand in columns of different names: {listed}."
    return (Notice(code="columns_differ", text=text, metric=metric, level="note"),)


def _lengths(curves: Sequence[Score]) -> str:
    """Group the tasks by the step at which their longest run ends."""
    ends: dict[str, float] = defaultdict(float)
    for score in curves:
        ends[score.task] = max(ends[score.task], score.line.ends["step"][1])
    groups: list[list[float]] = []
    for end in sorted(ends.values()):
        if groups and end <= SAME_LENGTH * groups[-1][0]:
            groups[-1].append(end)
        else:
            groups.append([end])
    if len(groups) == 1:
        return ""
    if len(groups) > MOST_LENGTHS:
        return f"tasks are trained to different lengths, {_steps(groups[0][0])} to {_steps(groups[-1][-1])} steps."
    named = _listed([f"{_steps(group[-1])} steps on {len(group)}" for group in groups])
    return f"tasks are trained to different lengths: {named} of {len(ends)} tasks."


def _points(curves: Sequence[Score]) -> str:
    """Count the cells whose runs hold different numbers of points."""
    cells: dict[tuple[str, str], list[int]] = defaultdict(list)
    for score in curves:
        cells[score.method, score.task].append(score.line.count)
    apart = [max(counts) - min(counts) for counts in cells.values() if max(counts) > min(counts)]
    if not apart:
        return ""
    most = "1 point" if max(apart) == 1 else f"up to {max(apart):,} points"
    return (
        f"in {len(apart):,} of {len(cells):,} pairs of a method and a task the runs hold different numbers of points, "
        f"{most} apart; scores and curves use each run's own points."
    )


def _starts(curves: Sequence[Score]) -> str:
    """Count the first steps where runs of one task do not start together."""
    starts: dict[str, set[float]] = defaultdict(set)
    for score in curves:
        starts[score.task].add(score.line.ends["step"][0])
    if all(len(found) == 1 for found in starts.values()):
        return ""
    every = set().union(*starts.values())
    return (
        f"runs start at {len(every):,} different steps ({_steps(min(every))} to {_steps(max(every))}), also within a "
        "task; curves are interpolated to common steps that all runs of a method span."
    )


def _steps(value: float) -> str:
    return f"{value:,.15g}"


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
