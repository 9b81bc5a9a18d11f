"""The ledger of runs: every run that was read, with what it was used for or why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reportgen.data.scores import RunRow

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reportgen.data.scores import DataSet, Score
    from reportgen.runs.record import RunRecord


def run_rows(records: Sequence[RunRecord], dataset: DataSet) -> tuple[RunRow, ...]:
    """Return a row for every run that was read, in the order read."""
    used: dict[str, list[Score]] = {}
    for metric in dataset.metrics:
        for score in metric.scores:
            used.setdefault(score.run, []).append(score)
    labels = {method.id: method.label for metric in dataset.metrics for method in metric.methods}
    tasks = {task.id: task.label for metric in dataset.metrics for task in metric.tasks}
    primary = {task.id for metric in dataset.metrics if metric.role == "primary" for task in metric.tasks}
    reasons: dict[str, list[str]] = {}
    for exclusion in dataset.exclusions:
        reasons.setdefault(exclusion.run, []).append(exclusion.reason)

    def named(scores: Sequence[Score]) -> tuple[str, ...]:
        """Name the tasks of a run, without the stand-in task of metrics that know none."""
        own = dict.fromkeys(score.task for score in scores)
        return tuple(tasks[task] for task in ([task for task in own if task in primary] or own))

    return tuple(
        _row(
            record,
            found := used.get(record.id, []),
            labels,
            named(found),
            reasons.get(record.id, []),
            dataset.labels.get(record.id, {}),
        )
        for record in records
    )


def _row(
    record: RunRecord,
    scores: Sequence[Score],
    labels: dict[str, str],
    tasks: tuple[str, ...],
    reasons: list[str],
    columns: Mapping[str, str],
) -> RunRow:
    first = scores[0] if scores else None
    return RunRow(
        id=record.id,
        name=record.name,
        source=record.source,
        method=labels[first.method] if first else record.axes.get("method", ""),
        tasks=tasks,
        seed=first.seed if first else record.axes.get("seed", ""),
        points=record.points,
        last_step=record.last_step,
        state=record.state,
        url=record.url,
        origin=record.origin,
        sha256=record.sha256,
        updated_at=record.updated_at,
        labels=tuple(columns.items()),
        why_not="" if scores else "; ".join(dict.fromkeys(reasons)) or "holds none of the report's metrics",
    )
