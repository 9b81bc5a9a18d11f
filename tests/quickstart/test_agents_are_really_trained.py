"""The quickstart's curves are what the algorithms do, and its bounds are exact."""

import csv
import subprocess
import sys
from itertools import islice

import numpy as np
import pytest
from environments import all_environments, exact_bounds
from methods import METHODS, HyperParameters
from training import ROUNDS, SEEDS, train

from reportgen.resources import shipped
from reportgen.runs.wandb_log import read_wandb_file

EXAMPLE = shipped("configs") / "example"
ENVIRONMENTS = {environment.name: environment for environment in all_environments()}


def rows_of(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("environment", ENVIRONMENTS.values(), ids=lambda environment: environment.name)
def test_outcomes_are_distributions_over_states_that_exist(environment):
    for actions in environment.moves:
        assert len(actions) == environment.n_actions
        for outcomes in actions:
            assert sum(outcome.probability for outcome in outcomes) == pytest.approx(1)
            assert all(0 <= outcome.state < len(environment.moves) for outcome in outcomes)


@pytest.mark.parametrize(
    ("name", "random", "optimal"),
    [
        ("grid/windy", None, 1 - 15 * 0.01),  # the shortest way of Sutton and Barto's windy grid has 15 steps
        ("chain/combination_lock", 2.0**-9, 1.0),
    ],
)
def test_bounds_agree_with_what_is_known(name, random, optimal):
    low, high = exact_bounds(ENVIRONMENTS[name])
    assert high == pytest.approx(optimal)
    assert random is None or low == pytest.approx(random)


@pytest.mark.parametrize("environment", ENVIRONMENTS.values(), ids=lambda environment: environment.name)
def test_the_random_bound_is_the_mean_of_random_play(environment):
    draws = iter(np.random.default_rng(0).random(2_000_000).tolist())
    returns = []
    for _ in range(1000):
        state, total = environment.start, 0.0
        for _ in range(environment.limit):
            outcome = environment.step(state, int(next(draws) * environment.n_actions), draws)
            state, total = outcome.state, total + outcome.reward
            if outcome.ends:
                break
        returns.append(total)
    error = np.std(returns) / np.sqrt(len(returns))
    assert abs(np.mean(returns) - exact_bounds(environment)[0]) < 4 * error


@pytest.mark.parametrize("method", METHODS)
def test_a_run_repeats_the_committed_numbers(method):
    committed = [row for row in rows_of(EXAMPLE / "scores.csv") if row["run"] == f"{method}-0"]
    again = [
        (task, str(row.global_step), str(round(evaluation.episode_return, 6)))
        for row in islice(train(method, 0, HyperParameters()), 5)
        for task, evaluation in row.evaluations.items()
    ]
    assert again == [(row["task"], row["step"], row["return"]) for row in committed[: len(again)]]


def test_every_run_holds_every_task_at_every_evaluation():
    rows = rows_of(EXAMPLE / "scores.csv")
    assert len(rows) == len(METHODS) * len(SEEDS) * len(ENVIRONMENTS) * (ROUNDS + 1)
    assert (
        {row["task"] for row in rows} == set(ENVIRONMENTS) == {row["task"] for row in rows_of(EXAMPLE / "bounds.csv")}
    )


@pytest.mark.slow
def test_the_command_writes_the_committed_files(tmp_path):
    subprocess.run(
        [sys.executable, "-B", shipped("configs") / "quickstart/record.py", "--csv", tmp_path], check=True, cwd=tmp_path
    )
    for name in ("scores.csv", "bounds.csv"):
        assert (tmp_path / name).read_bytes() == (EXAMPLE / name).read_bytes()


@pytest.mark.slow
def test_recording_again_with_the_real_sdk_gives_the_committed_histories(tmp_path):
    subprocess.run(
        [sys.executable, "-B", shipped("configs") / "quickstart/record.py", "--wandb", tmp_path],
        check=True, cwd=tmp_path, capture_output=True,
    )  # fmt: skip
    committed = {path.name: path for path in (shipped("configs") / "quickstart/wandb").rglob("*.wandb")}
    again = {path.name: path for path in tmp_path.rglob("*.wandb")}
    assert again.keys() == committed.keys()
    for name, path in committed.items():
        before, after = read_wandb_file(path), read_wandb_file(again[name])
        assert (before.config, before.group, before.tags) == (after.config, after.group, after.tags)
        for key in before.history.keys() - {"_timestamp", "_runtime"}:
            np.testing.assert_array_equal(before.history[key], after.history[key])
