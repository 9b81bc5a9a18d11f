"""Which runs count: their state, their length and whether they are complete; every run left out is named with why."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from reportgen.data.scores import Exclusion, Notice
from reportgen.data.screen import sentence, some
from reportgen.errors import DataError, did_you_mean
from reportgen.runs.lookup import lookup

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reportgen.data.axes import Identity
    from reportgen.runs.record import RunRecord
    from reportgen.spec.model import CompleteWhen, Runs

ALIKE = {"preempted": "killed", "preempting": "running", "pending": "running"}
"""States of W&B that no spec names, and the state each counts as."""
UNREADABLE = "unreadable"
FINISHED = "finished"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Eligible:
    """The runs that count, those that do not with the reason, and what must be said of the others."""

    runs: tuple[Identity, ...]
    exclusions: tuple[Exclusion, ...]
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Judged:
    """What `complete_when` says of a run: complete, not complete and why, or that it cannot be judged and why."""

    complete: bool | None
    why: str = ""


def eligible(runs: Sequence[Identity], policy: Runs) -> Eligible:
    """Keep the runs that the spec's `runs` section lets count.

    A run is left out for the first of these that holds: nothing of it could be read, its state is not listed, it ends
    before `min_steps`, it is not complete. A run that `complete_when` cannot judge is kept, and named.

    Raises
    ------
    DataError
        When no run is left.
    """
    judged = {run.record.id: _judge(run.record, policy.complete_when) for run in runs}
    reasons = {run.record.id: _why_not(run.record, policy, judged[run.record.id]) for run in runs}
    kept = tuple(run for run in runs if not reasons[run.record.id])
    if runs and not kept:
        raise DataError(_nothing_left(runs, reasons, policy))
    return Eligible(
        runs=kept,
        exclusions=tuple(
            Exclusion(run=run.record.id, name=run.record.name, reason=reasons[run.record.id])
            for run in runs
            if reasons[run.record.id]
        ),
        notices=(*_unfinished(kept, judged), *_unjudged(runs, kept, judged, policy)),
    )


def _why_not(record: RunRecord, policy: Runs, judged: _Judged) -> str:
    if record.state == UNREADABLE:
        return "nothing of it could be read"
    if ALIKE.get(record.state, record.state) not in policy.states:
        return f"its state is {record.state}; runs.states takes {', '.join(policy.states)}"
    if policy.min_steps > 0 and (end := record.last_step or 0.0) < policy.min_steps:
        return f"its last step {end:.15g} is below runs.min_steps {policy.min_steps:.15g}"
    return "" if judged.complete is not False else judged.why


def _judge(record: RunRecord, rule: CompleteWhen | None) -> _Judged:
    if rule is None:
        return _Judged(complete=None)
    reached = _reached(record, rule.metric)
    if reached is None:
        return _Judged(complete=None, why=f"no {rule.metric}")
    wanted = _wanted(record, rule)
    if wanted is None:
        return _Judged(complete=None, why=f"no number in {rule.at_least}")
    if reached >= wanted:
        return _Judged(complete=True)
    why = f"not complete: {rule.metric} reached {reached:.15g} of {wanted:.15g} (runs.complete_when)"
    return _Judged(complete=False, why=why)


def _reached(record: RunRecord, metric: str) -> float | None:
    """Return the largest value that a run's history or summary holds of a metric; either may lack the end."""
    logged = [series.loaded().values for series in record.series if series.metric == metric]
    largest = [float(values[np.isfinite(values)].max()) for values in logged if np.isfinite(values).any()]
    summary = _number(lookup(record.summary, metric))
    return max([*largest, *([] if summary is None else [summary])], default=None)


def _wanted(record: RunRecord, rule: CompleteWhen) -> float | None:
    if isinstance(rule.at_least, str):
        return _number(lookup(record.config, rule.at_least.removeprefix("config:")))
    return rule.at_least


def _number(value: object) -> float | None:
    """Return a logged value as a finite number; text counts too, since some programs log their config as text."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if np.isfinite(number) else None


def _nothing_left(runs: Sequence[Identity], reasons: dict[str, str], policy: Runs) -> str:
    told = [f"{run.record.name}: {reasons[run.record.id]}" for run in runs]
    longest = max(run.record.last_step or 0.0 for run in runs)
    hint = f"; the longest of them ends at step {longest:.15g}" if policy.min_steps > 0 else ""
    return f"`runs` leaves none of the {len(runs)} runs{hint}: {some(told, separator='; ')}"


def _unfinished(kept: Iterable[Identity], judged: dict[str, _Judged]) -> tuple[Notice, ...]:
    """Name the runs in use that did not finish by their state and were not found complete either."""
    open_ones = [run.record for run in kept if run.record.state != FINISHED and judged[run.record.id].complete is None]
    if not open_ones:
        return ()
    by_state: dict[str, list[str]] = defaultdict(list)
    for record in open_ones:
        by_state[record.state].append(record.name)
    detail = "; ".join(f"{state}: {some(names)}" for state, names in sorted(by_state.items()))
    count = f"{len(open_ones)} run in use is" if len(open_ones) == 1 else f"{len(open_ones)} runs in use are"
    return (
        Notice(
            code="unfinished_runs",
            text=f"{count} not finished ({detail}).",
            runs=tuple(record.id for record in open_ones),
            mend="runs: {states: [finished]}",
        ),
    )


def _unjudged(
    runs: Sequence[Identity], kept: Sequence[Identity], judged: dict[str, _Judged], policy: Runs
) -> tuple[Notice, ...]:
    """Name the runs that `complete_when` could not judge, and a near name where no run has its metric."""
    rule = policy.complete_when
    doubtful = [run.record for run in kept if judged[run.record.id].complete is None]
    if rule is None or not doubtful:
        return ()
    by_reason: dict[str, list[str]] = defaultdict(list)
    for record in doubtful:
        by_reason[judged[record.id].why].append(record.name)
    detail = "; ".join(f"{why}: {some(names)}" for why, names in by_reason.items())
    near = ""
    if all(judged[run.record.id].why == f"no {rule.metric}" for run in runs):
        near = did_you_mean(rule.metric, {name for run in runs for name in (*run.record.metrics, *run.record.summary)})
    count = f"{len(doubtful)} of {len(runs)} runs"
    text = sentence(f"runs.complete_when cannot judge {count}, which are kept ({detail}){near}")
    return (Notice(code="completeness_unknown", text=text, runs=tuple(record.id for record in doubtful)),)
