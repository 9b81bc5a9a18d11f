"""Frozen values laid out as tidy DataFrames, in shown units; how they were computed stands in `.attrs`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from reportgen.errors import DataError
from reportgen.stats import turned

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from numpy.typing import NDArray

    from reportgen.analyzer.against import Compared, Pair
    from reportgen.analyzer.core import Reached
    from reportgen.analyzer.frame import Group, Groups
    from reportgen.stats import Analysis, Band, Case, Interval, Outlook, Settings, Summary

    Floats = NDArray[np.float64]
    Row = Mapping[str, Any]


def tidy(rows: Iterable[tuple[Row, Row]], groups: Groups, settings: Settings, **further: Any) -> pd.DataFrame:
    """Make a table of rows, each given as (what it is about, what is said of it).

    Raises
    ------
    DataError
        When the caller's column is called like one of ours.
    """
    listed = list(rows)
    clash = {name for about, said in listed for name in about if name in said}
    if clash:
        raise DataError(f"column {clash.pop()!r} is called like a column of the result; rename it first")
    found = pd.DataFrame([{**about, **said} for about, said in listed])
    found.attrs |= how(groups, settings) | further
    return found


def how(groups: Groups, settings: Settings) -> dict[str, Any]:
    """Return how the numbers of some groups were computed."""
    return {
        "metric": groups.metric,
        "direction": "minimize" if groups.sign < 0 else "maximize",
        "method": settings.interval,
        "level": settings.level,
        "n": {group.id: group.n_runs for group in groups.members},
        "replicates": settings.replicates,
        "seed": settings.seed,
        "unit": settings.unit,
        "resample": settings.resample,
        "weighting": settings.weighting,
        "score": groups.rule,
        "normalization": groups.scaled.text if groups.scaled else "none",
        **({"beyond_optimum": groups.scaled.beyond} if groups.scaled and not groups.scaled.relative else {}),
    }


def number(value: float | None) -> float:
    """Return NaN for None."""
    return float("nan") if value is None else value


def shown(found: Interval, groups: Groups, statistic: str) -> Interval:
    """Turn an interval back into shown units; a gap is never turned."""
    return turned(found) if groups.sign < 0 and statistic != "optimality_gap" else found


def ends(found: Interval) -> dict[str, float]:
    """Return the two ends of an interval, NaN where there is none."""
    return {"ci_low": number(found.low), "ci_high": number(found.high)}


def interval_rows(
    found: Mapping[object, Analysis], groups: Groups, statistic: str, *, named: bool
) -> Iterable[tuple[Row, Row]]:
    """Yield a row a group: the statistic, in a column of its name or beside it, with its interval and sizes."""
    for group in groups.members:
        one = shown(found[group.name].intervals[statistic], groups, statistic)
        about: Row = {groups.group_by: group.name} | ({} if named else {"statistic": statistic})
        estimate = {statistic if named else "estimate": number(one.estimate)}
        yield about, {**estimate, **ends(one), "level": one.level, "interval": one.method, **_sizes(groups, group, one)}


def _sizes(groups: Groups, group: Group, one: Interval) -> dict[str, Any]:
    return {
        "score": groups.rule,
        "n_scores": one.n_scores,
        "n_runs": one.n_runs,
        "n_tasks": len(group.tasks),
        "n_missing": group.missing,
        "reason": one.reason or "",
        "note": one.note,
    }


def in_shown_units(band: Band, groups: Groups) -> tuple[Floats, Floats, Floats, Floats]:
    """Return thresholds, shares and both ends of a profile, thresholds ascending in shown units."""
    order = slice(None) if groups.sign > 0 else slice(None, None, -1)
    return groups.sign * band.thresholds[order], band.estimate[order], band.low[order], band.high[order]


def profile_rows(found: Mapping[object, Analysis], groups: Groups) -> Iterable[tuple[Row, Row]]:
    """Yield a row a group and threshold."""
    for name, analysis in found.items():
        for threshold, share, low, high in zip(*in_shown_units(analysis.profile, groups), strict=True):
            yield {groups.group_by: name}, {"threshold": threshold, "share": share, "ci_low": low, "ci_high": high}


def summary_rows(found: Mapping[tuple[object, str], Summary], groups: Groups) -> Iterable[tuple[Row, Row]]:
    """Yield a row a group and task."""
    for (name, task), one in found.items():
        numbers = {key: number(getattr(one, key)) for key in ("mean", "sd", "median", "iqm", "min", "max")}
        yield {groups.group_by: name, groups.stratify_by or "task": task}, {**numbers, "n": one.n}


def pair_rows(found: Mapping[Pair, Compared], estimand: str) -> Iterable[tuple[Row, Row]]:
    """Yield a row a pair: the estimand with its interval, p, verdict and effect sizes."""
    for (a, b), one in found.items():
        said = {
            estimand: number(one.interval.estimate),
            **ends(one.interval),
            "p": number(one.tested.p),
            "p_adjusted": number(one.judgement.p_adjusted),
            "p_smallest": number(one.tested.smallest),
            "exact": one.tested.exact,
            "verdict": one.judgement.verdict or "",
        }
        yield {"a": a, "b": b}, {**said, **_effects(one), "n_runs": one.interval.n_runs, "reason": _why(one)}


def _effects(one: Compared) -> dict[str, Any]:
    names = ("a12", "cliffs_delta", "hedges_g", "wins", "ties", "losses")
    return {name: number(getattr(one.contest.effects, name, None)) for name in names}


def _why(one: Compared) -> str:
    return "; ".join(dict.fromkeys(reason for reason in (one.interval.reason, one.tested.reason) if reason))


def outlook_rows(
    found: Mapping[Pair, tuple[Outlook | None, tuple[Outlook, ...]]],
) -> Iterable[tuple[Row, Row]]:
    """Yield a row a pair and number of runs, the present numbers first."""
    fields = ("se", "df", "detectable", "detectable_low", "detectable_high", "power", "smallest_p")
    for (a, b), (present, others) in found.items():
        for one in ([present] if present else []) + list(others):
            said = {name: number(getattr(one, name)) for name in fields}
            yield {"a": a, "b": b}, {"n": one.n, "present": one is present, **said}


def variation_rows(found: Iterable[tuple[Case, Interval | None]]) -> Iterable[tuple[Row, Row]]:
    """Yield a row a variation."""
    for case, one in found:
        about = {"kind": case.kind, "choice": case.label}
        if one is None:
            yield about, {"difference": np.nan, "ci_low": np.nan, "ci_high": np.nan, "reason": case.reason}
        else:
            yield about, {"difference": number(one.estimate), **ends(one), "reason": one.reason or ""}


def curve_rows(
    found: Mapping[object, tuple[Floats, Band]], groups: Groups, statistic: str
) -> Iterable[tuple[Row, Row]]:
    """Yield a row a group and step."""
    runs = {group.name: group.n_runs for group in groups.members}
    for name, (steps, band) in found.items():
        line = upright(band, groups, statistic)
        for step, estimate, low, high in zip(steps, *line, strict=True):
            said = {statistic: estimate, "ci_low": low, "ci_high": high, "n_runs": runs[name]}
            yield {groups.group_by: name}, {"step": step, **said}


def upright(band: Band, groups: Groups, statistic: str) -> tuple[Floats, Floats, Floats]:
    """Return a curve and both ends in shown units."""
    if groups.sign < 0 and statistic != "optimality_gap":
        return -band.estimate, -band.high, -band.low
    return band.estimate, band.low, band.high


def reached_rows(found: Mapping[tuple[object, float], Reached], groups: Groups) -> Iterable[tuple[Row, Row]]:
    """Yield a row a group and threshold."""
    for (name, threshold), one in found.items():
        share = {"share": number(one.share.estimate), "share_low": number(one.share.low)}
        steps = {"steps": number(one.steps.estimate), "steps_low": number(one.steps.low)}
        yield (
            {groups.group_by: name},
            {
                "threshold": threshold,
                "n_reached": one.n_reached,
                "n_runs": one.n_runs,
                **share,
                "share_high": number(one.share.high),
                **steps,
                "steps_high": number(one.steps.high),
                "horizon_first": one.horizon[0],
                "horizon_last": one.horizon[1],
            },
        )


def rank_rows(shares: Floats, groups: Groups) -> Iterable[tuple[Row, Row]]:
    """Yield a row a group: its mean rank and how often it takes each."""
    places = np.arange(1, len(shares) + 1)
    for group, row in zip(groups.members, shares, strict=True):
        taken: dict[str, Any] = {f"rank_{place}": share for place, share in zip(places, row, strict=True)}
        yield {groups.group_by: group.name}, {"mean_rank": float(row @ places), **taken}


def square(cells: Mapping[Pair, tuple[Any, Any]], names: Sequence[object], empty: Any) -> pd.DataFrame:
    """Return a table of groups against groups: row against column; a cell is given as (seen from a, seen from b)."""
    found = pd.DataFrame(empty, index=list(names), columns=list(names))
    for (a, b), (there, back) in cells.items():
        found.loc[a, b], found.loc[b, a] = there, back
    return found
