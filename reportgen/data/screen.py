"""Doubtful data: duplicates, seeds and methods that lack tasks, runs that stopped early. Named and counted, always."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from reportgen.data.lines import Line
from reportgen.data.scores import Exclusion, Notice
from reportgen.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reportgen.data.scores import Score
    from reportgen.runs.record import RunRecord
    from reportgen.spec.model import Runs

SHOWN = 6
STOPPED_EARLY = 0.95
FEW = 5


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Screened:
    """The scores that stay, and what was left out or must be said."""

    scores: tuple[Score, ...]
    exclusions: tuple[Exclusion, ...] = ()
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Context:
    """What a screen needs to name things: the metric, labels of methods and tasks, records by id, the policies."""

    metric: str
    methods: Mapping[str, str]
    tasks: Mapping[str, str]
    records: Mapping[str, RunRecord]
    runs: Runs


def screen(scores: tuple[Score, ...], context: Context) -> Screened:
    """Apply every screen in turn.

    Raises
    ------
    DataError
        When a policy says so (`duplicates: error`) or leaves nothing.
    """
    exclusions: list[Exclusion] = []
    notices: list[Notice] = []
    for step in (_duplicates, _incomplete_seeds, _missing_tasks, _stopped_early, _unequal_runs):
        done = step(scores, context)
        scores = done.scores
        exclusions += done.exclusions
        notices += done.notices
    return Screened(scores=scores, exclusions=tuple(exclusions), notices=tuple(notices))


def some(names: Sequence[str], *, separator: str = ", ") -> str:
    """Name the first few of many.

    Examples
    --------
    >>> some(list("abcdefgh"))
    'a, b, c, d, e, f and 2 more'
    >>> some(list("abcdefg"), separator="; ")
    'a; b; c; d; e; f; and 1 more'
    """
    rest = len(names) - SHOWN
    joint = " " if separator == ", " else separator
    return separator.join(names[:SHOWN]) + (f"{joint}and {rest} more" if rest > 0 else "")


def counted(runs: int) -> str:
    """Say a number of runs.

    Examples
    --------
    >>> counted(1), counted(2)
    ('1 run', '2 runs')
    """
    return f"{runs} run{'' if runs == 1 else 's'}"


def sentence(text: str) -> str:
    """End a text with a full stop, unless it ends in a question already.

    Examples
    --------
    >>> sentence("no task"), sentence("no task; did you mean 'x'?")
    ('no task.', "no task; did you mean 'x'?")
    """
    return text if text.endswith("?") else f"{text}."


def _duplicates(scores: tuple[Score, ...], context: Context) -> Screened:
    cells: dict[tuple[str, str, str], list[Score]] = defaultdict(list)
    for score in scores:
        cells[score.method, score.task, score.seed].append(score)
    twice = {cell: found for cell, found in cells.items() if len(found) > 1}
    if not twice:
        return Screened(scores=scores)
    runs = tuple(dict.fromkeys(score.run for found in twice.values() for score in found))
    (method, task, seed), first = next(iter(twice.items()))
    told = (
        f"everal runs have the same method, task and seed in {context.metric} ({len(twice)} "
        f"case{'s' if len(twice) > 1 else ''}), e.g. "
        f"{context.methods[method]}, {context.tasks[task]}, seed {seed}: {some([score.run for score in first])}"
    )
    policy = context.runs.duplicates
    if policy == "error":
        raise DataError(
            f"s{told}; say what they are, e.g. runs: {{duplicates: latest}}   # or mean, or keep (other trainings)"
        )
    notice = Notice(code="duplicates", text=f"S{told}; policy `{policy}`.", metric=context.metric, runs=runs)
    if policy == "keep":
        return Screened(scores=scores, notices=(notice,))
    merged = {cell: (_latest(found, context) if policy == "latest" else _mean(found)) for cell, found in twice.items()}
    kept = tuple(merged.get(cell, found[0]) for cell, found in cells.items())
    gone = [score.run for cell, found in twice.items() for score in found if score.run != merged[cell].run]
    reason = "an earlier run of the same method, task and seed" if policy == "latest" else "averaged into its duplicate"
    return Screened(scores=kept, exclusions=_excluded(gone, reason, context), notices=(notice,))


def _latest(found: Sequence[Score], context: Context) -> Score:
    return max(found, key=lambda score: (context.records[score.run].created_at or "", score.run))


def _mean(found: Sequence[Score]) -> Score:
    """Average runs into one; the curve is kept where all have the same steps."""
    raw = float(np.mean([score.raw for score in found]))
    return replace(found[0], raw=raw, value=raw, line=Line.mean([score.line for score in found]))


def _incomplete_seeds(scores: tuple[Score, ...], context: Context) -> Screened:
    exclusions: list[Exclusion] = []
    notices: list[Notice] = []
    gone: set[tuple[str, str]] = set()
    many = max(Counter(score.run for score in scores).values()) > 1
    for method, label in context.methods.items():
        own = [score for score in scores if score.method == method]
        named = [score for score in own if many or not score.seed.startswith("#")]
        tasks = {score.task for score in own}
        held: dict[str, set[str]] = defaultdict(set)
        for score in named:
            held[score.run if many else score.seed].add(score.task)
        lacking = {group: len(tasks - there) for group, there in held.items() if tasks - there}
        if not lacking:
            continue
        runs = [score.run for score in named if (score.run if many else score.seed) in lacking]
        notices.append(_incomplete(label, method, "run" if many else "seed", lacking, held, tasks, runs, context))
        if context.runs.incomplete_seeds == "drop":
            gone |= {(method, run) for run in runs}
            exclusions += _excluded(runs, "its seed lacks tasks which its method has", context)
            if len(lacking) == len(held):
                raise DataError(
                    f"incomplete_seeds: drop leaves no run of {label}: every seed lacks some task; use keep"
                )
    kept = tuple(score for score in scores if (score.method, score.run) not in gone)
    return Screened(scores=kept, exclusions=tuple(exclusions), notices=tuple(notices))


def _incomplete(
    label: str,
    method: str,
    what: str,
    lacking: Mapping[str, int],
    held: Mapping[str, set[str]],
    tasks: set[str],
    runs: Sequence[str],
    context: Context,
) -> Notice:
    detail = some([f"{what} {group} lacks {count}" for group, count in lacking.items()])
    done = "dropped" if context.runs.incomplete_seeds == "drop" else "kept"
    text = (
        f"{label}: {len(lacking)} of {len(held)} {what}s lack some of the {len(tasks)} tasks that their method has "
        f"({detail}); they are {done}."
    )
    mend = "" if done == "dropped" else "runs: {incomplete_seeds: drop}"
    return Notice(
        code="incomplete_seeds",
        text=text,
        metric=context.metric,
        method=method,
        runs=tuple(dict.fromkeys(runs)),
        mend=mend,
    )


def _missing_tasks(scores: tuple[Score, ...], context: Context) -> Screened:
    held: dict[str, set[str]] = {method: set() for method in context.methods}
    for score in scores:
        held[score.method].add(score.task)
    held = {method: tasks for method, tasks in held.items() if tasks}
    every = set().union(*held.values())
    lacking = {method: every - tasks for method, tasks in held.items() if every - tasks}
    if not lacking:
        return Screened(scores=scores)
    policy = context.runs.missing_tasks
    if policy == "common":
        return _only_common(scores, set.intersection(*held.values()), every, context)
    effect = "its aggregates are withheld" if policy == "refuse" else "its aggregates are over its own tasks"
    notices = tuple(
        Notice(
            code="missing_tasks",
            text=(
                f"{context.methods[method]} has no run on {len(gone)} of {len(every)} tasks of {context.metric} "
                f"({some([name for task, name in context.tasks.items() if task in gone])}); {effect}."
            ),
            metric=context.metric,
            method=method,
            mend="runs: {missing_tasks: common}" if policy == "refuse" else "",
        )
        for method, gone in lacking.items()
    )
    return Screened(scores=scores, notices=notices)


def _only_common(scores: tuple[Score, ...], common: set[str], every: set[str], context: Context) -> Screened:
    if not common:
        raise DataError(
            f"missing_tasks: common leaves nothing: no task of {context.metric} is shared by all methods; use refuse "
            "or keep, or select fewer methods"
        )
    left = some([name for task, name in context.tasks.items() if task in every - common])
    shared = "the one task that all methods have is" if len(common) == 1 else f"the {len(common)} common tasks are"
    text = f"Only {shared} used; left out: {left}."
    out = [score.run for score in scores if score.task not in common]
    kept = tuple(score for score in scores if score.task in common)
    unused = [run for run in out if run not in {score.run for score in kept}]
    return Screened(
        scores=kept,
        exclusions=_excluded(unused, "its task is not shared by all methods", context),
        notices=(Notice(code="common_tasks", text=text, metric=context.metric),),
    )


def _stopped_early(scores: tuple[Score, ...], context: Context) -> Screened:
    longest: dict[str, float] = defaultdict(float)
    ends = {id(score): score.line.last_step for score in scores if score.line.last_step is not None}
    for score in scores:
        longest[score.task] = max(longest[score.task], ends.get(id(score), 0.0))
    short = [score for score in scores if id(score) in ends and ends[id(score)] < STOPPED_EARLY * longest[score.task]]
    if not short:
        return Screened(scores=scores)
    detail = some(
        [
            f"{context.methods[score.method]}, {context.tasks[score.task]}, seed {score.seed}: "
            f"{ends[id(score)]:,.15g} of {longest[score.task]:,.15g}"
            for score in short
        ]
    )
    text = f"{len(short)} of {len(scores)} runs end before 95 % of the longest run of their task: {detail}."
    runs = tuple(dict.fromkeys(score.run for score in short))
    return Screened(scores=scores, notices=(Notice(code="ended_early", text=text, metric=context.metric, runs=runs),))


def _unequal_runs(scores: tuple[Score, ...], context: Context) -> Screened:
    cells = Counter((score.method, score.task) for score in scores)
    notices = []
    for method, label in context.methods.items():
        counts = [count for (owner, _), count in cells.items() if owner == method]
        if not counts:
            continue
        code, text, level = _told_of_counts(label, min(counts), max(counts))
        if code:
            notices.append(Notice(code=code, text=text, metric=context.metric, method=method, level=level))
    return Screened(scores=scores, notices=tuple(notices))


def _told_of_counts(label: str, low: int, high: int) -> tuple[str, str, Literal["warning", "note"]]:
    """Return code, words and level of what must be said about the numbers of runs per task; no code, nothing."""
    if high == 1:
        text = f"{label} has a single run per task: nothing can be said about retraining, and it has no interval."
        return "single_run", text, "warning"
    count = str(low) if low == high else f"{low} to {high}"
    if low < FEW:
        return "few_runs", f"{label} has {count} runs per task; with under {FEW} intervals are wide.", "note"
    if low != high:
        text = f"{label} has {count} runs per task; every task counts the same unless `weighting: pooled`."
        return "unequal_runs", text, "note"
    return "", "", "note"


def _excluded(runs: Sequence[str], reason: str, context: Context) -> tuple[Exclusion, ...]:
    return tuple(
        Exclusion(run=run, name=context.records[run].name, metric=context.metric, reason=reason)
        for run in dict.fromkeys(runs)
    )
