"""What can be stated honestly about a metric: each rule of refusal in one place, with its reason and its mend."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reportgen.errors import DataError
from reportgen.results.report import Withheld
from reportgen.text import yaml_word

if TYPE_CHECKING:
    from reportgen.data.scores import MetricData
    from reportgen.spec.model import Spec

AGGREGATES = ("iqm", "mean", "median", "optimality_gap")
NAMES = {"iqm": "IQM", "mean": "mean", "median": "median", "optimality_gap": "optimality gap"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Rules:
    """The verdict of each rule for one metric: None where the quantity stands, else why it is withheld.

    Parameters
    ----------
    across_tasks
        Aggregates over several tasks.
    ranking
        Everything that needs to know whether more is better: order, bold, profiles, gaps, comparisons.
    gap
        The optimality gap.
    iqm
        The IQM.
    lacking
        Method id to why its aggregates are withheld because it lacks a task that another method has.
    """

    across_tasks: Withheld | None
    ranking: Withheld | None
    gap: Withheld | None
    lacking: dict[str, Withheld]
    iqm: Withheld | None = None

    def listed(self) -> tuple[Withheld, ...]:
        """Every refusal, for the page."""
        return (
            *(rule for rule in (self.across_tasks, self.ranking, self.gap, self.iqm) if rule),
            *self.lacking.values(),
        )


def rules(data: MetricData, spec: Spec) -> Rules:
    """Judge one metric."""
    return Rules(
        across_tasks=_across_tasks(data),
        ranking=_ranking(data),
        gap=_gap(data),
        lacking=_lacking(data, spec.runs.missing_tasks),
        iqm=_iqm(data),
    )


def chosen_aggregates(data: MetricData, spec: Spec, judged: Rules) -> tuple[str, ...]:
    """Return the aggregates to show, primary first.

    Raises
    ------
    DataError
        When the spec itself names an aggregate that cannot be stated.
    """
    wanted = spec.analysis.aggregates
    if wanted == "auto":
        return AGGREGATES if judged.gap is None else AGGREGATES[:3]
    named = {"optimality_gap": judged.gap, "iqm": judged.iqm}
    refused = judged.across_tasks or next((named[name] for name in wanted if named.get(name)), None)
    if refused:
        raise DataError(
            f"analysis.aggregates names {', '.join(wanted)} for metric {data.id!r}, but {refused.reason}; "
            f"what would have worked:\n{refused.mend}"
        )
    return tuple(wanted)


def lower_is_better(data: MetricData, aggregate: str) -> bool:
    """Tell whether the smaller value of an aggregate, as shown, is the better one."""
    return aggregate == "optimality_gap" or (data.direction == "minimize" and not data.normalized)


def _across_tasks(data: MetricData) -> Withheld | None:
    if len(data.tasks) == 1 or data.normalized or data.unit is not None:
        return None
    missing = [task.label for task in data.tasks if task.optimum is None]
    part = f" ({_some(missing)} without bounds)" if 0 < len(missing) < len(data.tasks) else ""
    return Withheld(
        quantity="aggregates over tasks",
        reason=f"the scores of its {len(data.tasks)} tasks are not normalised{part} and no common unit is declared",
        mend=(
            "normalization: {table: bounds.csv, reference: low, optimum: high}\n"
            "# or, if all tasks share one scale:\n"
            f"metrics: {{primary: [{{name: {yaml_word(data.id)}, unit: points}}]}}"
        ),
    )


def _ranking(data: MetricData) -> Withheld | None:
    if data.direction in {"maximize", "minimize"}:
        return None
    known = "its direction is declared 'none'" if data.direction == "none" else "its direction is not known"
    return Withheld(
        quantity="ranking, profiles, optimality gap and comparisons",
        reason=f"whether more or less is better cannot be told: {known}",
        mend=f"metrics: {{primary: [{{name: {yaml_word(data.id)}, direction: maximize}}]}}   # or minimize",
    )


def _gap(data: MetricData) -> Withheld | None:
    if _ranking(data):
        return _ranking(data)
    if data.normalized and data.has_optimum:
        return None
    if data.relative:
        return Withheld(
            quantity="optimality gap",
            reason=f"its scale is computed ({data.normalization}), so that 1 is no optimum",
            mend="normalization: {table: bounds.csv, reference: low, optimum: high}",
        )
    return Withheld(
        quantity="optimality gap",
        reason="no optimum is declared for every task",
        mend=f"optimal_scores: {{{yaml_word(data.tasks[0].label)}: 1.0}}   # one for each task",
    )


def _iqm(data: MetricData) -> Withheld | None:
    if not {score.value for score in data.scores} <= {0.0, 1.0}:
        return None
    return Withheld(
        quantity="IQM",
        reason="every score is 0 or 1, where the IQM says nothing that the mean does not say better",
        mend="analysis: {aggregates: [mean]}",
    )


def _lacking(data: MetricData, policy: str) -> dict[str, Withheld]:
    if policy != "refuse":
        return {}
    have: dict[str, set[str]] = {method.id: set() for method in data.methods}
    for score in data.scores:
        have[score.method].add(score.task)
    labels = {task.id: task.label for task in data.tasks}
    refused = {}
    for method in data.methods:
        gone = [labels[task] for task in labels if task not in have[method.id]]
        if gone:
            refused[method.id] = Withheld(
                quantity=f"aggregates and comparisons of {method.label}",
                reason=f"{method.label} has no run on {_some(gone)}, which other methods have",
                mend="runs: {missing_tasks: common}   # or keep",
            )
    return refused


def _some(names: list[str], most: int = 4) -> str:
    """Name at most `most` things and count the rest.

    Examples
    --------
    >>> _some(["a", "b"])
    'a, b'
    >>> _some(["a", "b", "c"], most=1)
    'a and 2 more'
    """
    rest = len(names) - most
    return ", ".join(names) if rest <= 0 else f"{', '.join(names[:most])} and {rest} more"
