"""The methods of one metric as they stand against each other: what every comparison of them starts from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reportgen.results.comparable import lower_is_better

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reportgen.data.scores import MetricData
    from reportgen.results.comparable import Rules
    from reportgen.results.report import MethodResult
    from reportgen.spec.model import Comparisons
    from reportgen.stats import Analysis, Scores, Settings

POI = "probability_of_improvement"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Field:
    """The methods of one metric that stand against each other, and how.

    Parameters
    ----------
    methods
        In display order.
    scores
        Method id to its oriented scores.
    analyses
        Method id to its analysis.
    leading
        The primary aggregate, None where none can be stated.
    baseline
        Id or label of the baseline.
    """

    data: MetricData
    judged: Rules
    settings: Settings
    wanted: Comparisons
    methods: tuple[MethodResult, ...]
    scores: Mapping[str, Scores]
    analyses: Mapping[str, Analysis]
    leading: str | None
    baseline: str | None

    @property
    def estimand(self) -> str:
        """The estimand that decides: the declared one, unless no aggregate can be stated."""
        return self.wanted.estimand if self.leading else POI

    @property
    def test(self) -> str:
        """The test that decides; a test of means has nothing to say about the probability of improvement."""
        return self.wanted.test if self.estimand == self.wanted.estimand else "permutation"

    @property
    def alpha(self) -> float:
        """The size of the tests, one minus the level of the intervals."""
        return 1 - self.settings.level

    def ranked(self) -> list[MethodResult]:
        """Return the methods whose primary aggregate is stated, best first."""
        leading = self.leading
        if leading is None:
            return []
        sign = 1 if lower_is_better(self.data, leading) else -1
        standing = [
            (sign * estimate, index, method)
            for index, method in enumerate(self.methods)
            if (estimate := method.aggregates[leading].estimate) is not None
        ]
        return [method for *_, method in sorted(standing, key=lambda item: item[:2])]

    def lacks(self, a: str, b: str) -> bool:
        """Tell whether one of two methods lacks a task, so that they are not compared."""
        return a in self.judged.lacking or b in self.judged.lacking


def unit(field: Field) -> str:
    """Say what exchanges its labels."""
    if field.settings.resample == "tasks":
        return "tasks"
    runs = "scores" if field.settings.unit == "score" else "runs"
    if field.wanted.paired:
        return f"pairs of {runs} of one seed"
    by_run: dict[str, int] = {}
    for score in field.data.scores:
        by_run[score.run] = by_run.get(score.run, 0) + 1
    within = runs == "scores" or max(by_run.values()) == 1
    return f"{runs} within tasks" if within and len(field.data.tasks) > 1 else ("whole runs" if not within else runs)


def null(field: Field) -> str:
    """Say what the deciding test supposes."""
    return {
        "welch": "the means of runs are equal",
        "yuen": "the trimmed means of runs are equal",
        "anova": "the means of runs are equal",
        "wilcoxon": "the differences of paired runs lie evenly around zero",
        "mann_whitney": "the means of runs have the same distribution",
        "brunner_munzel": "a run of either method is as likely to have the larger mean",
        "friedman": "every order of the methods on a task is equally likely",
    }.get(field.test, "the two methods have the same distribution of results on every task, runs independent")
