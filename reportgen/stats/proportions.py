"""Success rates of runs that are one trial each."""

from __future__ import annotations

from math import sqrt
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

if TYPE_CHECKING:
    from reportgen.stats.design import Design
    from reportgen.stats.scores import Settings


def wilson(successes: int, trials: int, level: float) -> tuple[float, float]:
    """Return Wilson's (1927) score interval of a success rate.

    Parameters
    ----------
    trials
        At least 1.
    level
        Nominal coverage, e.g. 0.95.

    Examples
    --------
    >>> low, high = wilson(5, 5, 0.95)
    >>> round(low, 4), high
    (0.5655, 1.0)
    """
    z = float(stats.norm.ppf((1 + level) / 2))
    rate, weight = successes / trials, z * z / trials
    centre, half = rate + weight / 2, z * sqrt(rate * (1 - rate) / trials + weight / (4 * trials))
    return max(0.0, (centre - half) / (1 + weight)), min(1.0, (centre + half) / (1 + weight))


def rate_of_trials(plan: Design, settings: Settings) -> tuple[float, float] | None:
    """Return Wilson's interval where each run is one trial of one task, else None.

    Scores are 0 or 1 (or 0 and -1, where less is better). Over several tasks the rate is no share of equal trials,
    and the variance between runs serves as for any other score.
    """
    one_each = plan.n_units == len(plan.values) and plan.n_tasks == 1
    if settings.resample == "tasks" or settings.interval != "expanded_t" or not one_each:
        return None
    low, high = wilson(int(np.abs(plan.values).sum()), plan.n_units, settings.level)
    return (low, high) if plan.values.sum() >= 0 else (-high, -low)
