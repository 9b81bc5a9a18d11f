"""What 0 and 1 mean on each task: references and optima from tables, numbers and `optimal_scores`."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from reportgen.data.lookup import fold, read_table
from reportgen.data.relative import WORDS, built_in, of_owner, rescaled
from reportgen.data.scores import Notice
from reportgen.data.screen import sentence
from reportgen.errors import DataError, did_you_mean
from reportgen.text import yaml_word

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from reportgen.data.code import Code, OwnCode
    from reportgen.data.relative import Scale
    from reportgen.data.scores import Direction, Score, Task
    from reportgen.spec.model import Normalization

Pair = tuple[float | None, float | None]
SHOWN_TASKS = 6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Bounded:
    """Tasks with their bounds, the normalisation in words, and what must be said.

    `relative`: 0 and 1 were computed from the scores, so that 1 is no optimum. `code` are functions that were run.
    """

    tasks: tuple[Task, ...]
    text: str
    notices: tuple[Notice, ...]
    relative: bool = False
    code: tuple[OwnCode, ...] = ()

    @property
    def normalized(self) -> bool:
        """Whether every task has both bounds."""
        return all(task.reference is not None and task.optimum is not None for task in self.tasks)


def bound(
    tasks: Sequence[Task],
    norm: Normalization | None,
    optimal: Mapping[str, float],
    *,
    metric: str,
    direction: Direction,
    columns: Mapping[str, frozenset[str]],
    root: Path,
    scores: Sequence[Score] = (),
    code: Code = "refuse",
    at: str = "",
) -> Bounded:
    """Give each task its reference and optimum.

    Parameters
    ----------
    optimal
        Optimum by shown task name; overrides, with reference 0 unless one is declared.
    columns
        Task id to the value columns its scores came from, for `by_column`.
    scores
        Raw scores of all methods, for scales that are computed from them.
    code
        Whether a function of the spec's owner is refused, run, or left out.
    at
        ``file:line:column: `` of its name in the spec.

    Raises
    ------
    UsageError
        When such a function is refused.
    DataError
        When a table or column is missing, or bounds are equal, of the wrong order, or an optimum alone cannot serve.
    """
    if norm is not None and norm.method == "none":
        return Bounded(tasks=tuple(tasks), text="none", notices=())
    if norm is not None and (norm.python or norm.method in WORDS):
        scale = of_owner(norm.python, root, code, at) if norm.python else built_in(norm.method, direction)
        return _computed(tasks, scores, scale, optimal, metric)
    pair = _pairs(norm, optimal, root, columns) if norm else lambda _task: (None, None)
    bounded = tuple(_checked(task, pair(task), optimal.get(task.label), direction) for task in tasks)
    return Bounded(
        tasks=bounded,
        text=_text(norm, bounded, optimal),
        notices=_notices(bounded, norm, optimal, metric, root) if norm or optimal else (),
    )


def _computed(
    tasks: Sequence[Task], scores: Sequence[Score], scale: Scale | None, optimal: Mapping[str, float], metric: str
) -> Bounded:
    if scale is None:
        return Bounded(tasks=tuple(tasks), text="none", notices=())
    scaled = rescaled(tasks, scores, scale)
    flat = [task.label for task in scaled if task.reference is None]
    text = f"{metric} is normalised by {scale.text}; without one of the methods every number would be another."
    told = not flat and not scale.code
    notices = [Notice(code="relative_scale", text=text, metric=metric, level="note")] if told else []
    if flat:
        why = "gives no scale for" if scale.code else "has no scale on tasks where all scores are equal:"
        text = f"{metric}: {scale.text} {why} {', '.join(flat[:SHOWN_TASKS])}; nothing is normalised."
        notices.append(Notice(code="no_bounds", text=text, metric=metric))
    if optimal:
        text = f"optimal_scores are not used for {metric}, which is normalised by {scale.text}."
        notices.append(Notice(code="unused_optima", text=text, metric=metric))
    return Bounded(tasks=scaled, text=scale.text, notices=tuple(notices), relative=True, code=scale.code)


def normalize(score: Score, task: Task) -> Score:
    """Return a score on the scale where the reference is 0 and the optimum 1, its curve too."""
    reference, optimum = task.reference, task.optimum
    if reference is None or optimum is None:
        return score
    span = optimum - reference
    return replace(score, value=(score.raw - reference) / span, line=score.line.scaled(reference, optimum))


def _pairs(
    norm: Normalization, optimal: Mapping[str, float], root: Path, columns: Mapping[str, frozenset[str]]
) -> Callable[[Task], Pair]:
    if norm.table is not None:
        named = [column for column in (norm.reference, norm.optimum) if isinstance(column, str)]
        table = read_table(norm.table, root, named)

        def from_table(task: Task) -> Pair:
            known = task.id if fold(task.id) in table.rows else task.label
            return _side(norm.reference, known), _side(norm.optimum, known)

        def _side(side: str | float, task: str) -> float | None:
            return table.number(task, side) if isinstance(side, str) else side

        return from_table
    if norm.by_column:
        return lambda task: _of_column(columns[task.id], norm)
    columns_named = {side for side in ("reference", "optimum") if isinstance(getattr(norm, side), str)}
    if columns_named and (not optimal or columns_named & norm.model_fields_set):
        raise DataError(
            "normalization names no table; write e.g. {table: bounds.csv, reference: low, optimum: high}, or numbers: "
            "{reference: 0, optimum: 1000}"
        )
    low, high = (None if isinstance(side, str) else float(side) for side in (norm.reference, norm.optimum))
    return lambda _task: (low, high)


def _of_column(columns: frozenset[str], norm: Normalization) -> Pair:
    pairs = {norm.by_column.get(column) for column in columns}
    only = pairs.pop() if len(pairs) == 1 else None
    return only or (None, None)


def _checked(task: Task, pair: Pair, optimum: float | None, direction: Direction) -> Task:
    reference, best = pair
    if optimum is not None:
        if reference is None and (direction != "maximize" or optimum <= 0):
            raise DataError(
                f"optimal_scores: {task.label}: an optimum alone ({optimum:g}) fixes a scale only for a maximised "
                "metric with an optimum above 0; declare the reference too, e.g. normalization: {reference: -10}"
            )
        reference, best = reference or 0.0, optimum
    if reference is not None and best is not None:
        refuse_scale(task.label, reference, best, direction)
    return replace(task, reference=reference, optimum=best)


def refuse_scale(task: str, reference: float, optimum: float, direction: Direction) -> None:
    """Refuse bounds of a task that give no scale.

    Raises
    ------
    DataError
        When both are equal or stand in the wrong order.
    """
    if reference == optimum:
        raise DataError(
            f"task {task!r}: optimum and reference are both {optimum:g}, which is no scale; give two different "
            "numbers, or write normalization: {method: none}"
        )
    if (direction == "maximize" and optimum < reference) or (direction == "minimize" and optimum > reference):
        raise DataError(
            f"task {task!r}: the optimum {optimum:g} is worse than the reference {reference:g} for a metric to "
            f"{direction}; exchange them, or set the metric's direction"
        )


def _text(norm: Normalization | None, tasks: Sequence[Task], optimal: Mapping[str, float]) -> str:
    own = sum(task.label in optimal for task in tasks)
    if norm is None:
        return "optimal_scores: 0 → optimum" if own else "none"
    if norm.table is None and isinstance(norm.optimum, str) and not norm.by_column:
        return f"optimal_scores: {_name(norm.reference) if 'reference' in norm.model_fields_set else 0} → optimum"
    ends = f"{_name(norm.reference)} → {_name(norm.optimum)}"
    if norm.table is None and norm.by_column:
        ends = ", ".join(f"{name} {low:g} → {high:g}" for name, (low, high) in norm.by_column.items())
    source = f"{norm.table}: " if norm.table else "by column: " if norm.by_column else ""
    return f"{source}{ends}" + (f"; optimum of {own} of {len(tasks)} tasks by optimal_scores" if own else "")


def _name(side: str | float) -> str:
    return side if isinstance(side, str) else f"{side:g}"


def _respelt(tasks: Sequence[Task], table: str, root: Path) -> str:
    """Count the tasks whose name is written otherwise in the table, with an example."""
    rows = read_table(table, root, ()).rows
    found = {task.id: rows.get(fold(task.id), rows.get(fold(task.label), {})).get("task") for task in tasks}
    other = {task: name for task, name in found.items() if name not in {None, task}}
    if not other:
        return ""
    task, name = next(iter(other.items()))
    return f", {len(other)} of them under another spelling ({task} as {name})"


def _notices(
    tasks: Sequence[Task], norm: Normalization | None, optimal: Mapping[str, float], metric: str, root: Path
) -> tuple[Notice, ...]:
    matched = [task for task in tasks if task.reference is not None and task.optimum is not None]
    missing = [task.label for task in tasks if task not in matched]
    notices = []
    if norm is not None and norm.table is not None:
        text = f"The table {norm.table} has bounds for {len(matched)} of the {len(tasks)} tasks of {metric}"
        text += f"{_respelt(tasks, norm.table, root)}."
        notices.append(Notice(code="bounds_matched", text=text, metric=metric, level="note"))
    if missing:
        named = ", ".join(missing[:SHOWN_TASKS]) + (" and others" if len(missing) > SHOWN_TASKS else "")
        text = f"{len(missing)} of {len(tasks)} tasks of {metric} have no bounds ({named}); nothing is normalised."
        notices.append(
            Notice(code="no_bounds", text=text, metric=metric, mend=f"optimal_scores: {{{yaml_word(missing[0])}: 1.0}}")
        )
    labels = [task.label for task in tasks]
    for unknown in (name for name in optimal if name not in labels):
        text = sentence(
            f"optimal_scores names {unknown!r}, which is no task of {metric}{did_you_mean(unknown, labels)}"
        )
        notices.append(Notice(code="unknown_task", text=text, metric=metric))
    return tuple(notices)
