"""Two methods task by task: a screen that points at tasks, and decides nothing over all of them."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from reportgen.stats.classical import mann_whitney, overlap
from reportgen.stats.wins import twice_won

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reportgen.stats.permutation import Tested
    from reportgen.stats.scores import Scores

    Floats = NDArray[np.float64]


def screened(a: Scores, b: Scores) -> dict[str, tuple[float, Tested]]:
    """Return for each task of both methods the probability of improvement of `a` and its test, raw.

    The runs of one task are independent of each other in either design, so that the exact law of U holds, ties included
    (the normal law from 41 runs on). Where numbers of runs differ, p is no smaller than Brunner and Munzel's (2000).
    """
    own, others = _by_task(a), _by_task(b)
    return {task: _tested(own[task], others[task]) for task in own if task in others}


def _by_task(scores: Scores) -> dict[str, Floats]:
    return {scores.task_ids[task]: scores.values[scores.tasks == task] for task in np.unique(scores.tasks).tolist()}


def _tested(x: Floats, y: Floats) -> tuple[float, Tested]:
    found = mann_whitney(x, y)
    if len(x) != len(y) and min(len(x), len(y)) > 1 and overlap(x, y) and found.p is not None:
        p_t = float(stats.brunnermunzel(x, y).pvalue)
        found = replace(found, p=max(found.p, p_t), p_t=p_t)
    return float(twice_won(x, y).mean()) / 2, found
