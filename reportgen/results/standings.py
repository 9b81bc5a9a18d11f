"""All methods of a metric at once: the pairwise matrix, ranks with their uncertainty, tests of all together."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

import numpy as np

from reportgen.results.comparable import lower_is_better
from reportgen.results.report import Duel, Omnibus, Ranks
from reportgen.stats import anova, average_rank_replicates, design, friedman, run_means, shares_of_ranks

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reportgen.results.field import Field
    from reportgen.results.report import Comparison, MethodResult

MATRIX_UP_TO = 12
OVER_TASKS = "mean rank over tasks"


def duels(field: Field, raw: Mapping[tuple[str, str], Comparison]) -> tuple[Duel, ...]:
    """Return the pairwise matrix, one cell for each unordered pair in display order."""
    return tuple(_duel(field, a, b, raw) for a, b in combinations(field.methods, 2))


def _duel(field: Field, a: MethodResult, b: MethodResult, raw: Mapping[tuple[str, str], Comparison]) -> Duel:
    sign = -1 if field.data.direction == "minimize" else 1
    gains = [sign * (a.tasks[task].mean - b.tasks[task].mean) for task in a.tasks if task in b.tasks]
    there, back = raw.get((a.id, b.id)), raw.get((b.id, a.id))
    estimate = there.estimate if there else None
    if back and not there and back.estimate is not None:
        estimate = 2 * back.neutral - back.estimate
    known = there or back
    if estimate is None and not (known or field.lacks(a.id, b.id)) and field.estimand == "difference":
        estimate = _difference(field, a, b)
    return Duel(
        a=a.id,
        b=b.id,
        wins=sum(gain > 0 for gain in gains),
        ties=sum(gain == 0 for gain in gains),
        losses=sum(gain < 0 for gain in gains),
        estimate=estimate,
        p=known.p if known else None,
    )


def _difference(field: Field, a: MethodResult, b: MethodResult) -> float | None:
    """Return the difference of the primary aggregates, above zero in favour of a, of two methods on the same tasks."""
    leading = field.leading or ""
    one, other = a.aggregates[leading].estimate, b.aggregates[leading].estimate
    if one is None or other is None or set(a.tasks) != set(b.tasks):
        return None
    return other - one if lower_is_better(field.data, leading) else one - other


def ranks(field: Field) -> Ranks | None:
    """Return the bootstrap distribution of ranks of the primary aggregate, else of the mean rank over tasks."""
    standing = [method.id for method in field.methods if method.id not in field.judged.lacking]
    if len(standing) < 2:  # noqa: PLR2004 - a rank takes two
        return None
    if field.leading is None:
        if len({field.analyses[name].tasks for name in standing}) > 1:
            return None
        values = average_rank_replicates(
            [field.scores[name] for name in standing], field.settings, metric=field.data.id, ids=standing
        )
    else:
        found = [field.analyses[name].replicates[field.leading] for name in standing]
        if any(len(replicates) == 0 for replicates in found):
            return None
        values = np.array(found) * (-1 if field.leading == "optimality_gap" else 1)
    shares = shares_of_ranks(values)
    return Ranks(
        of=field.leading or OVER_TASKS,
        shares={name: tuple(row.tolist()) for name, row in zip(standing, shares, strict=True)},
        replicates=values.shape[1],
    )


def omnibus(field: Field) -> tuple[Omnibus, ...]:
    """Test all methods that cover the same tasks at once."""
    standing = [method for method in field.methods if method.id not in field.judged.lacking]
    tasks = [task.id for task in field.data.tasks if all(task.id in method.tasks for method in standing)]
    if len(standing) < 2 or not tasks:  # noqa: PLR2004
        return ()
    names = [method.id for method in standing]
    sign = -1 if field.data.direction == "minimize" else 1
    means = np.array([[sign * method.tasks[task].mean for method in standing] for task in tasks])
    found = [friedman(means, field.alpha)]
    if field.leading:
        samples = [run_means(design(field.scores[name], field.settings)) for name in names]
        found.append(anova(samples, field.alpha, pairs=len(names) <= MATRIX_UP_TO or field.test == "anova"))
    return tuple(
        Omnibus(
            test=one.test,
            statistic=one.statistic,
            p=one.p,
            average_ranks=dict(zip(names, one.average_ranks.tolist(), strict=False)),
            critical_difference=one.critical_difference,
            pairs=tuple(
                (names[i], names[j], None if np.isnan(one.pairs[i, j]) else float(one.pairs[i, j]))
                for i, j in combinations(range(len(names)), 2)
            ),
            n=one.n,
            alpha=one.alpha,
            reason=one.reason,
        )
        for one in found
    )
