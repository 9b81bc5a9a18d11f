"""Doubts about how scores were taken: rules that see unequal runs, and training compared with evaluation."""

from __future__ import annotations

from collections import defaultdict
from functools import lru_cache
from typing import TYPE_CHECKING

from reportgen.data.direction import tokens
from reportgen.data.scores import Notice
from reportgen.data.screen import counted, some

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reportgen.data.scores import MetricData, Score
    from reportgen.data.select import Found
    from reportgen.spec.model import Score as Rule

EVALUATION = frozenset({"eval", "evaluation", "evaluator", "test", "val", "valid", "validation"})
TRAINING = frozenset({"train", "training", "trainer", "rollout", "charts", "collect", "online"})


def rule_doubts(data: MetricData, rule: Rule, scores: Sequence[Score], names: Mapping[str, str]) -> tuple[Notice, ...]:
    """Return what must be said about a score rule over these runs.

    Parameters
    ----------
    names
        Run id to display name.
    """
    repeated = _rows_without_step(data, scores, names)
    if rule.reduce == "best":
        return (*repeated, *_unequal_evaluations(data, scores, names))
    if rule.reduce == "last":
        return (*repeated, *_different_ends(data, scores, names))
    return repeated


def _rows_without_step(data: MetricData, scores: Sequence[Score], names: Mapping[str, str]) -> tuple[Notice, ...]:
    """Warn where some runs have several points without steps, others one: a seed may stand twice."""
    several = [score for score in scores if score.line.count > 1 and score.line.last_step is None]
    if not several or all(score.line.count > 1 for score in scores):
        return ()
    shown = some(list(dict.fromkeys(f"{names[score.run]}: {score.line.count}" for score in several)))
    text = (
        f"{data.label}: {len(several)} of {len(scores)} scores come from several rows without a step ({shown}); they "
        f"count as points of one run in the order they stand in, by the rule {data.score_rule}. If they are runs of "
        "their own, give each a seed of its own."
    )
    runs = tuple(dict.fromkeys(score.run for score in several))
    return (Notice(code="rows_without_step", text=text, metric=data.id, runs=runs),)


def _unequal_evaluations(data: MetricData, scores: Sequence[Score], names: Mapping[str, str]) -> tuple[Notice, ...]:
    """Warn where `best` looks at unequal numbers of evaluations: more looks give a better best."""
    counts = {score.run: score.line.count for score in scores}
    low, high = min(counts.values()), max(counts.values())
    if low == high:
        return ()
    fewest = some([names[run] for run, count in counts.items() if count == low])
    most = some([names[run] for run, count in counts.items() if count == high])
    text = (
        f"score: best looks at {low} to {high} evaluations per run of {data.label}; runs with more looks are favoured "
        f"(fewest: {fewest}; most: {most})."
    )
    mend = "score: {reduce: mean_last, fraction: 0.05}"
    return (Notice(code="unequal_evaluations", text=text, metric=data.id, runs=tuple(counts), mend=mend),)


def _different_ends(data: MetricData, scores: Sequence[Score], names: Mapping[str, str]) -> tuple[Notice, ...]:
    """Warn where `last` compares runs of a task whose last points lie further apart than two points usually do."""
    by_task: dict[str, list[Score]] = defaultdict(list)
    for score in scores:
        if score.line.last_step is not None:
            by_task[score.task].append(score)
    apart = [found for found in by_task.values() if _span(found) > _usual_gap(found)]
    if not apart:
        return ()
    first = max(apart, key=_span)
    shortest = min(first, key=_end)
    longest = max(first, key=_end)
    text = (
        f"score: last compares {data.label} at different steps on {len(apart)} of {len(data.tasks)} tasks: the widest, "
        f"{names[shortest.run]} at step {_end(shortest):.15g} and {names[longest.run]} at {_end(longest):.15g}."
    )
    runs = tuple(dict.fromkeys(score.run for found in apart for score in found))
    mend = f"score: {{reduce: at, step: {_end(shortest):.15g}}}"
    return (Notice(code="different_ends", text=text, metric=data.id, runs=runs, mend=mend),)


def _end(score: Score) -> float:
    return score.line.last_step or 0.0


def _span(scores: Sequence[Score]) -> float:
    ends = [_end(score) for score in scores]
    return max(ends) - min(ends)


def _usual_gap(scores: Sequence[Score]) -> float:
    """Return the widest mean distance between two points of a run."""
    spans = [(score.line.ends["step"], score.line.count) for score in scores if "step" in score.line.ends]
    return max(((last - first) / (count - 1) for (first, last), count in spans if count > 1), default=0.0)


def phases(metric: str, found: Sequence[Found]) -> tuple[Notice, ...]:
    """Warn where a metric is read from evaluations in some runs of a task and from training in others."""
    by_task: dict[str, dict[str, list[Found]]] = defaultdict(lambda: defaultdict(list))
    for hit in found:
        by_task[hit.task][_phase(hit.series.metric)].append(hit)
    mixed = [here for here in by_task.values() if {"evaluation", "training"} <= here.keys()]
    if not mixed:
        return ()
    told = []
    for phase in ("evaluation", "training"):
        hits = {hit.run.record.id: hit for here in mixed for hit in here[phase]}
        names = some(list(dict.fromkeys(hit.series.metric for hit in hits.values())))
        who = some([hit.run.record.name for hit in hits.values()])
        told.append(f"{phase} in {counted(len(hits))} ({names}: {who})")
    runs = tuple(dict.fromkeys(hit.run.record.id for here in mixed for hits in here.values() for hit in hits))
    text = f"{metric} comes from {' and from '.join(told)}; they are not the same quantity."
    return (Notice(code="training_and_evaluation", text=text, metric=metric, runs=runs),)


@lru_cache(maxsize=100_000)
def _phase(name: str) -> str:
    words = set(tokens(name))
    if words & EVALUATION:
        return "evaluation"
    return "training" if words & TRAINING else "neither"
