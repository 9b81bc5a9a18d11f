"""A statistic that is a function: of the mean its interval is the built-in one, and what it lacks is told."""

import re

import numpy as np
import pytest

from reportgen.errors import StatisticsError
from reportgen.stats import Scores, Settings, analyse, own_interval

SETTINGS = Settings(replicates=500)
KEY = ("return", "ppo")


def scores(*, runs=5, tasks=3, spanning=False, seed=0):
    """Scores of runs on one task each, or spanning all tasks."""
    drawn = np.random.default_rng(seed).gamma(2.0, size=runs * tasks)
    places = [(task, run if spanning else task * runs + run) for task in range(tasks) for run in range(runs)]
    task, run = np.array(places).T
    names = tuple(f"r{index:02}" for index in range(runs * tasks))
    return Scores(values=drawn, tasks=task, runs=run, task_ids=tuple("abcdef"[:tasks]), run_ids=names)


def mean(of_tasks):
    return float(np.mean([values.mean() for values in of_tasks.values()]))


@pytest.mark.parametrize("interval", ["expanded_t", "percentile"])
@pytest.mark.parametrize("spanning", [False, True])
def test_of_the_mean_it_is_the_built_in_interval(interval, spanning):
    settings = Settings(replicates=500, interval=interval)
    one = scores(spanning=spanning)
    known = analyse(one, settings, key=KEY, statistics=("mean",), thresholds=np.empty(0)).intervals["mean"]
    found = own_interval(mean, one, settings, key=KEY)
    for part in ("estimate", "low", "high", "percentile", *(("df",) if interval == "expanded_t" else ())):
        assert getattr(found, part) == pytest.approx(getattr(known, part), rel=1e-9), part
    assert (found.replicates, found.n_runs, found.n_scores) == (known.replicates, known.n_runs, known.n_scores)


def test_it_is_given_the_scores_of_each_task_and_draws_keep_their_numbers():
    seen = []
    own_interval(lambda of_tasks: seen.append({task: len(v) for task, v in of_tasks.items()}) or 1.0,
                 scores(runs=4), SETTINGS, key=KEY)  # fmt: skip
    assert seen[0] == {"a": 4, "b": 4, "c": 4}
    assert all(one == seen[0] for one in seen[:502])  # twice as they are, then every draw
    assert sorted(sum(one.values()) for one in seen[502:]) == [13] * 12  # then each run once more


def test_what_it_writes_into_its_scores_changes_nothing():
    def spoiled(of_tasks):
        found = mean(of_tasks)
        for values in of_tasks.values():
            values[:] = 0
        return found

    assert own_interval(spoiled, scores(), SETTINGS, key=KEY) == own_interval(mean, scores(), SETTINGS, key=KEY)


@pytest.mark.parametrize(
    ("statistic", "options", "settings", "reason"),
    [
        (mean, {"runs": 1}, {}, "one run per task"),
        (mean, {}, {"resample": "tasks"}, "over runs only"),
        (lambda _: np.nan, {}, {}, "no number for these scores"),
        (lambda of: np.nan if len(set(of["a"])) < 3 else 1.0, {}, {}, r"no number for \d+ of 500 bootstrap draws"),
        (lambda _: 1.0, {}, {}, "all replicates are equal"),
    ],
)
def test_why_there_is_no_interval_is_told(statistic, options, settings, reason):
    found = own_interval(statistic, scores(**options), Settings(replicates=500, **settings), key=KEY)
    assert (found.low, found.high) == (None, None)
    assert found.reason is not None
    assert re.search(reason, found.reason)


def test_it_must_not_draw_at_random():
    rng = np.random.default_rng(0)
    with pytest.raises(StatisticsError, match=r"gave \S+ and then \S+ for the same scores; it must not draw"):
        own_interval(lambda _: rng.normal(), scores(), SETTINGS, key=KEY)


def test_it_covers_the_mean_of_the_worse_half_of_runs():
    """200 experiments, 10 runs on each of 4 tasks; the truth is the mean over samples of 10 of what it estimates."""

    def worse_half(of_tasks):
        return float(np.mean([np.sort(values)[: len(values) // 2].mean() for values in of_tasks.values()]))

    truth = np.mean([worse_half(_split(scores(runs=10, tasks=4, seed=10_000 + k))) for k in range(2000)])
    held = 0
    for seed in range(200):
        found = own_interval(worse_half, scores(runs=10, tasks=4, seed=seed), Settings(replicates=200), key=KEY)
        held += found.low <= truth <= found.high
    assert 0.89 <= held / 200 <= 0.99


def _split(one):
    return {task: one.values[one.tasks == index] for index, task in enumerate(one.task_ids)}
