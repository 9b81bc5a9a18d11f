"""A run read from the cache, in one piece or in many, has the scores and curves that it has in memory, to the bit."""

from dataclasses import replace
from functools import cache as remembered

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reportgen.data import prepare, run_rows
from reportgen.errors import DataError
from reportgen.results.laying import lay
from reportgen.runs import history
from reportgen.runs.history import HistoryWriter, StoredHistory
from reportgen.runs.raw import RawRun, to_record
from reportgen.spec import loads

NAN, INF = np.nan, np.inf
SPEC = """
wandb_offline: {{path: wandb}}
axes: {{method: {{config: m}}, task: {{config: t}}, seed: {{config: s}}, wall_time: {{key: _runtime}}}}
metrics: {{primary: [{{name: a, direction: minimize}}], secondary: [{{name: b, direction: maximize}}]}}
score: {rule}
{lines}
"""
RULES = (
    "{reduce: last}", "{reduce: best}", "{reduce: mean_last, fraction: 0.3}", "{reduce: mean_last, k: 3}",
    "{reduce: auc}", "{reduce: at, step: 4}",
)  # fmt: skip
NUMBERS = st.floats(-100, 100) | st.sampled_from([NAN, INF, -INF])
STEPS = st.integers(0, 12).map(float) | st.just(NAN)
ROWS = st.lists(st.tuples(STEPS, STEPS, NUMBERS, NUMBERS), min_size=1, max_size=20)

RISING = [(k, k, 1, k) for k in range(9)]
STEPS_LATE = [(NAN, 1, 1, 1)] * 4 + [(1, 2, 3, 4)]
NO_STEPS = [(NAN, NAN, k, k) for k in range(9)]
WALL_GOES_BACK = [(k, wall, k * k, -k) for k, wall in enumerate((0, 5, 1, 6, 2, 7, 3, 4, 8))]
GREATEST_STEP_FIRST = [(12, 0, NAN, NAN), *((k, k, k, k) for k in range(5))]
NOTHING_AT_THE_END = [*((k, k, k, k) for k in range(5)), (12, 12, NAN, NAN)]


def columns(rows, *, sort):
    step, wall, a, b = (np.array(column, dtype=float) for column in zip(*rows, strict=True))
    if sort:
        step, wall = np.arange(len(rows)) * 1.5, np.sort(wall)
    return {"_step": step, "_runtime": wall, "a": a, "b": b}


def runs(histories):
    return [
        RawRun(
            entity="e", project="p", run_id=str(k), name=str(k), state="finished", history=columns,
            config={"m": "x", "t": "y", "s": k},
        )
        for k, columns in enumerate(histories)
    ]  # fmt: skip


@remembered
def spec_of(rule, lines=""):
    return loads(SPEC.format(rule=rule, lines=lines)).spec


def everything(raws, rule, lines=""):
    """Return all that a report takes of the points of runs, NaN as text so that equal is equal."""
    spec = spec_of(rule, lines)
    records = [to_record(raw, spec.axes, source="s", origin=(), sha256="") for raw in raws]
    try:
        dataset = prepare(records, spec, root=None)
    except DataError as error:
        return str(error)
    laid = lay(dataset.metrics, 7, ("step", "wall_time"))
    return (
        [
            [(s.run, s.raw, s.line.count, s.line.last_step, dict(s.line.ends)) for s in m.scores]
            for m in dataset.metrics
        ],
        {key: (found.steps.tolist(), repr(found.values.tolist())) for key, found in laid.items()},
        [[repr(s.steps.tolist()), repr(s.curve.tolist())] for m in dataset.metrics for s in m.scores],
        dataset.exclusions,
        dataset.notices,
        run_rows(records, dataset),
    )


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """Put histories on the disk as the cache does, without its care for the disk."""
    folder = tmp_path_factory.mktemp("histories")

    def _stored(raws):
        return [replace(raw, history=written(folder / f"{raw.run_id}.parquet", raw.history)) for raw in raws]

    return _stored


def written(path, columns):
    with path.open("wb") as file:
        writer = HistoryWriter(file, list(columns))
        writer.append(columns)
        writer.close()
    return StoredHistory(path, writer.rows, writer.columns)


@pytest.mark.parametrize("group", [1000, 3])
@settings(max_examples=60)
@given(first=ROWS, second=ROWS, sort=st.booleans(), rule=st.sampled_from(RULES))
@example(first=STEPS_LATE, second=[(1, 1, 1, 1)], sort=False, rule=RULES[2])
@example(first=NO_STEPS, second=RISING, sort=False, rule=RULES[1])
@example(first=WALL_GOES_BACK, second=RISING, sort=False, rule=RULES[0])
@example(first=GREATEST_STEP_FIRST, second=RISING, sort=False, rule=RULES[0])
@example(first=NOTHING_AT_THE_END, second=RISING, sort=False, rule=RULES[0])
def test_numbers_of_cached_runs_are_those_of_runs_in_memory(stored, group, first, second, sort, rule):
    raws = runs([columns(first, sort=sort), columns(second, sort=sort)])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(history, "ROW_GROUP", group)
        assert everything(stored(raws), rule) == everything(raws, rule)


def test_a_normalised_curve_read_again_is_the_one_that_was_kept(stored, monkeypatch):
    monkeypatch.setattr(history, "ROW_GROUP", 4)
    noise = np.random.default_rng(3)
    raws = runs([{"_step": np.arange(30.0), "a": noise.normal(size=30), "b": np.ones(30)} for _ in range(3)])
    lines = "normalization: {reference: 3, optimum: -4.1}"
    kept = everything(raws, RULES[0], lines)
    assert everything(stored(raws), RULES[0], lines) == kept
    assert ("a", "x", "y", "step") in kept[1]


@pytest.mark.parametrize("policy", ["mean", "latest", "keep"])
def test_duplicates_of_cached_runs_are_merged_as_those_in_memory(stored, policy, monkeypatch):
    monkeypatch.setattr(history, "ROW_GROUP", 4)
    curves = [{"_step": np.arange(9.0), "a": np.arange(9.0) ** k, "b": np.ones(9)} for k in (1, 2)]
    raws = [replace(raw, config={**raw.config, "s": 0}) for raw in runs(curves)]
    lines = f"runs: {{duplicates: {policy}}}"
    kept = everything(raws, RULES[0], lines)
    assert everything(stored(raws), RULES[0], lines) == kept
    assert len(kept[0][0]) == (2 if policy == "keep" else 1)


def test_scores_and_curves_of_cached_runs_hold_no_points(stored):
    (raw,) = runs([{"_step": np.arange(9.0), "a": np.arange(9.0), "b": np.ones(9)}])
    spec = spec_of(RULES[0])
    record = to_record(stored([raw])[0], spec.axes, source="s", origin=(), sha256="")
    (score,) = prepare([record], spec, root=None).metrics[0].scores
    assert score.line.source is record.series[0]
    assert score.line.on_disk


def test_each_run_is_decoded_once_for_all_metrics(stored, monkeypatch):
    (raw,) = runs([{"_step": np.arange(9.0), "a": np.arange(9.0), "b": np.ones(9)}])
    (onto_disk,) = stored([raw])
    opened = []
    original = history._opened
    monkeypatch.setattr(history, "_opened", lambda path: opened.append(path) or original(path))
    spec = spec_of(RULES[0])
    records = [to_record(onto_disk, spec.axes, source="s", origin=(), sha256="")]
    dataset = prepare(records, spec, root=None)
    assert len(opened) == 1
    lay(dataset.metrics, 5, ("step", "wall_time"))
    assert len(opened) == 2
    assert run_rows(records, dataset)[0].last_step == 8
    assert len(opened) == 2
