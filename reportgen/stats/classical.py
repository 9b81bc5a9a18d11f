"""The classical tests of two samples, from scipy: the sample of a method is the mean of each of its runs."""

from __future__ import annotations

import warnings
from collections import Counter
from math import comb
from typing import TYPE_CHECKING

import numpy as np
from scipy import stats

from reportgen.errors import StatisticsError, did_you_mean
from reportgen.stats.convolution import law_of_u, two_sided
from reportgen.stats.permutation import Tested

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from reportgen.stats.design import Design
    from reportgen.stats.pairs import Pair
    from reportgen.stats.scores import Settings

    Floats = NDArray[np.float64]

CLASSICAL = ("mann_whitney", "welch", "yuen", "brunner_munzel", "wilcoxon")
SMALL = 40
LARGEST_EXACT_WILCOXON = 50


def classical_test(pair: Pair, test: str, settings: Settings) -> Tested:
    """Test two methods by the means of their runs; a run of one task is its score.

    Parameters
    ----------
    test
        ``mann_whitney``, ``welch``, ``yuen`` (Welch's test of means trimmed as the IQM is), ``brunner_munzel``, or
        ``wilcoxon`` (signed ranks, of coupled runs or of tasks).

    Raises
    ------
    StatisticsError
        When the test is unknown.
    """
    if test not in CLASSICAL:
        known = ", ".join(sorted(CLASSICAL))
        raise StatisticsError(f"test must be one of {known}, not {test!r}{did_you_mean(test, CLASSICAL)}")
    a, b = run_means(pair.first), run_means(pair.second)
    if not np.isfinite([*a, *b]).all():
        return Tested(p=None, reason="some scores are infinite")
    if test == "wilcoxon":
        return _wilcoxon(pair, a - b) if pair.coupled else Tested(p=None, reason="runs are not paired")
    if min(len(a), len(b)) < 2:  # noqa: PLR2004 - a sample of one has no spread
        return Tested(p=None, reason="one run: its spread is not known")
    if test == "mann_whitney":
        return mann_whitney(a, b)
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        if test == "brunner_munzel":
            p = float(stats.brunnermunzel(a, b).pvalue) if overlap(a, b) else np.nan
        else:
            p = float(stats.ttest_ind(a, b, equal_var=False, trim=settings.trim if test == "yuen" else 0.0).pvalue)
    return Tested(p=p) if np.isfinite(p) else Tested(p=None, reason="the runs do not vary as this test needs")


def overlap(a: Floats, b: Floats) -> bool:
    """Tell whether ranks vary: samples that lie wholly apart have no variance of ranks between them."""
    return bool(a.max() > b.min() and b.max() > a.min())


def run_means(plan: Design) -> Floats:
    """Return (U,) the mean score of each unit over the tasks that it covers."""
    return np.asarray(np.bincount(plan.units, weights=plan.values) / np.bincount(plan.units))


def mann_whitney(a: Floats, b: Floats) -> Tested:
    """Exact where the samples are small, ties included; else the normal law corrected for ties."""
    if len(a) + len(b) > SMALL:
        with np.errstate(all="ignore"):
            p = float(stats.mannwhitneyu(a, b, method="asymptotic").pvalue)
        return Tested(p=p if np.isfinite(p) else 1.0)
    ties = tuple(count for _, count in sorted(Counter([*a.tolist(), *b.tolist()]).items()))
    twice = 2 * (a[:, None] > b).sum() + (a[:, None] == b).sum()
    p, extreme = two_sided(law_of_u(ties, len(a)), int(twice))
    ways = comb(len(a) + len(b), len(a))
    return Tested(p=p, smallest=extreme if extreme < 1 else 1 / ways, exact=True, arrangements=ways)


def _wilcoxon(pair: Pair, differences: Floats) -> Tested:
    count = int((differences != 0).sum())
    if count == 0:
        return Tested(p=1.0)
    tied = len(np.unique(np.abs(differences))) < len(differences) or count < len(differences)
    exact = not tied and count <= LARGEST_EXACT_WILCOXON
    p = float(stats.wilcoxon(differences, method="exact" if exact else "approx").pvalue)
    return Tested(p=p, smallest=2.0 ** (1 - len(pair.first_units)) if exact else None, exact=exact)
