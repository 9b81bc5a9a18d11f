"""Points that are missing, infinite, logged twice or before a resumed run went back: run, step and number are told."""

import numpy as np
import pytest

from reportgen.data import prepare
from reportgen.data.points import clean
from reportgen.errors import DataError
from reportgen.runs import RunRecord, Series
from reportgen.spec import loads

SPEC = "wandb_offline: {path: x}\nmetrics: {primary: [{name: score, direction: maximize}]}\nscore: {reduce: last}\n"
NAN, INF = np.nan, np.inf
RESUMED = [(0, 1), (10, 2), (20, 3), (30, 4), (20, 5), (25, 6), (40, 7)]


def record(name, points, *, metric="score", seed=None, **fields):
    steps, values = (np.array(column, dtype=float) for column in zip(*points, strict=True))
    return RunRecord(
        id=f"e/p/{name}", source="s", name=name, series=(Series(metric=metric, task=None, steps=steps, values=values),),
        axes={"method": "ppo", "task": "maze", "seed": seed or name}, **fields,
    )  # fmt: skip


@pytest.fixture
def dataset(tmp_path):
    return lambda records, lines="": prepare(records, loads(SPEC + lines).spec, root=tmp_path)


def told(dataset, codes):
    notices = [one for one in dataset.notices if one.code in codes]
    lines = [f"{one.level} {one.code}: {one.text}" for one in notices]
    lines += [f"excluded {one.run} ({one.name}): {one.reason}" for one in dataset.exclusions]
    return "\n".join(lines) + "\n"


def test_a_metric_that_only_some_runs_have_names_the_others(dataset, golden):
    records = [record(f"r{k}", [(1, 1)], metric="score" if k < 2 else "loss") for k in range(10)]
    golden("data/metric-in-some-runs.txt", told(dataset(records), {"metric_missing"}))


def test_nothing_but_missing_values_names_the_runs(dataset, golden):
    records = [record("a", [(1, NAN), (2, NAN)]), record("b", [(1, NAN)])]
    with pytest.raises(DataError) as caught:
        dataset(records)
    golden("data/nothing-but-missing-values.txt", f"{caught.value}\n")


def test_a_run_of_nothing_but_missing_values_is_excluded_beside_others(dataset, golden):
    records = [record("a", [(1, NAN), (2, NAN)]), record("b", [(1, 4)])]
    golden("data/one-run-of-missing-values.txt", told(dataset(records), {"missing_points"}))


def test_infinite_values_name_run_and_step(dataset, golden):
    records = [
        record("a", [(1_000_000, INF), (2_000_000, 1), (3_000_000, -INF)]),
        record("b", [(1_000_000, 1), (2_000_000, INF)]),
    ]
    golden("data/infinite-values.txt", told(dataset(records), {"infinite_points"}))


def test_a_run_that_went_back_names_itself_and_its_last_attempt_counts(dataset, golden):
    found = dataset([record("resumed", RESUMED), record("straight", [(0, 1), (40, 2)])])
    score = next(one for one in found.metrics[0].scores if one.run == "e/p/resumed")
    assert (score.steps.tolist(), score.curve.tolist()) == ([0, 10, 20, 25, 40], [1, 2, 5, 6, 7])
    golden("data/resumed-run.txt", told(found, {"rewound_points", "duplicates_points"}))


def test_rows_of_a_file_may_stand_in_any_order_and_are_sorted(dataset, golden):
    found = dataset([record("shuffled", RESUMED, ordered=False)])
    (score,) = found.metrics[0].scores
    assert (score.steps.tolist(), score.curve.tolist()) == ([0, 10, 20, 25, 30, 40], [1, 2, 5, 6, 4, 7])
    golden("data/rows-in-any-order.txt", told(found, {"unordered_points", "rewound_points", "duplicates_points"}))


def test_steps_that_only_grow_leave_nothing_to_say():
    steps = np.array([0.0, 1, 1e10, 2e10])
    points = clean(Series(metric="m", task=None, steps=steps, values=np.arange(4.0)))
    assert points.steps.tolist() == steps.tolist()
    assert (points.duplicates, points.rewound, points.unordered, dict(points.first)) == (0, 0, 0, {})


@pytest.mark.parametrize("policy", ["error", "latest", "mean", "keep"])
def test_a_seed_that_stands_twice_names_its_runs(dataset, golden, policy):
    records = [
        record("early", [(1, 1)], seed="7", created_at="2026-01-01T00:00:00+00:00"),
        record("late", [(1, 3)], seed="7", created_at="2026-01-02T00:00:00+00:00"),
        record("other", [(1, 5)], seed="8"),
    ]
    try:
        text = told(dataset(records, f"runs: {{duplicates: {policy}}}\n"), {"duplicates"})
    except DataError as error:
        text = f"{error}\n"
    golden(f"data/duplicate-seed-{policy}.txt", text)
