"""`DataProcessor.to_dataframe`: its columns, rows joined on steps, tasks, and what is said of doubts."""

import numpy as np
import pandas as pd
import pytest

from reportgen import DataProcessor, ReportgenWarning
from reportgen.errors import DataError
from reportgen.runs import RunRecord, Series
from reportgen.spec.identity import AxisForm
from reportgen.spec.model import CompleteWhen, Runs, Score

NAN = np.nan
CONFIG = {"trainer": {"algorithm": "ppo", "lr": 1e-3}, "sim": {"task": "maze"}, "seed": 1, "notes": ["a"], "gone": None}


def codes(processor):
    return {one.code for one in processor.notices}


def text(processor, code):
    return next(one.text for one in processor.notices if one.code == code)


def test_a_row_is_a_step_of_a_run_with_its_metrics_and_its_config(curves):
    run = curves("r", {"loss": {0: 3, 10: 2, 20: 1}, "eval/x": {10: 0.5}}, wall=0.1, config=CONFIG)
    df = DataProcessor([run]).to_dataframe()
    assert list(df.columns) == [
        "run_id", "run_name", "task", "step", "wall_time", "loss", "eval/x",
        "trainer.algorithm", "trainer.lr", "sim.task", "seed",
    ]  # fmt: skip
    assert df["step"].dtype == "int64"
    assert df["step"].tolist() == [0, 10, 20]
    assert df["loss"].tolist() == [3, 2, 1]
    np.testing.assert_array_equal(df["eval/x"], [NAN, 0.5, NAN])
    assert df["wall_time"].tolist() == [0, 1, 2]
    assert set(df["trainer.algorithm"]) == {"ppo"}
    assert (df["seed"].dtype, df["trainer.lr"].dtype) == ("int64", "float64")
    assert set(df["run_id"]) == {"e/p/r"}


def test_steps_beyond_ten_thousand_million_stay_whole_numbers(curves):
    df = DataProcessor([curves("r", {"loss": {0: 1, 10_000_000_001: 2}})]).to_dataframe()
    assert df["step"].tolist() == [0, 10_000_000_001]
    assert "wall_time" not in df


@pytest.mark.parametrize(
    ("steps", "kind"), [([0, 1], "int64"), ([0, 0.5], "float64"), ([NAN, NAN], "Int64"), ([2.0**60], "float64")]
)
def test_steps_are_whole_numbers_where_all_of_them_are(curves, steps, kind):
    df = DataProcessor([curves("r", {"loss": [(step, 1) for step in steps]})]).to_dataframe()
    assert df["step"].dtype == kind
    assert len(df) == len(steps)


def test_points_without_steps_stand_after_those_with_steps(curves):
    run = curves("r", {"loss": {1: 5}, "final": [(NAN, 7), (NAN, 8)]})
    df = DataProcessor([run]).to_dataframe()
    assert df["step"].isna().tolist() == [False, True, True]
    np.testing.assert_array_equal(df["final"], [NAN, 7, 8])


def test_a_config_column_has_one_type_and_ids_stay_text(curves):
    values = {
        "whole": [1, 2, None], "real": [1, 2.5, None], "truth": [True, None, False], "mixed": [1, "1e5", "012"],
        "sure": [True, True, False], "huge": [2**70, 1, 2],
    }  # fmt: skip
    runs = [curves(f"r{k}", {"m": {0: 1}}, config={key: row[k] for key, row in values.items()}) for k in range(3)]
    df = DataProcessor(runs).to_dataframe()
    kinds = {key: str(df[key].dtype) for key in ("whole", "real", "truth", "sure")}
    assert kinds == {"whole": "Int64", "real": "float64", "truth": "boolean", "sure": "bool"}
    assert df["mixed"].tolist() == ["1", "1e5", "012"]
    assert df["huge"].tolist() == [str(2**70), "1", "2"]


def test_config_columns_may_be_those_that_vary_or_those_asked_for(curves):
    runs = [curves(f"r{k}", {"m": {0: 1}}, config={"a": {"lr": k}, "b": 3, "l": [k]}) for k in range(2)]
    assert list(DataProcessor(runs, config="varying").to_dataframe().columns)[-1:] == ["a.lr"]
    df = DataProcessor(runs, config=["**.lr", "b", "l"]).to_dataframe()
    assert list(df.columns)[-3:] == ["**.lr", "b", "l"]
    assert df["l"].tolist() == ["[0]", "[1]"]


def test_a_config_key_that_some_runs_lack_names_them_and_one_that_all_lack_is_refused(curves):
    runs = [curves("a", {"m": {0: 1}}, config={"lr": 1}), curves("b", {"m": {0: 1}}, config={"lr": "${x}"})]
    processor = DataProcessor(runs, config="lr")
    assert text(processor, "config_missing") == "1 of 2 runs have no config key 'lr': b."
    with pytest.raises(DataError, match=r"none of the 2 runs has the config key 'lrr'; did you mean 'lr'\?"):
        DataProcessor(runs, config=["lrr"])


def test_config_text_that_may_be_a_secret_is_left_out_unless_it_is_named(curves):
    config = {"wandb": {"api_key": "abc"}, "max_tokens": 5, "hub.token": "x", "tokenizer": "bpe"}
    run = curves("r", {"m": {0: 1}}, config=config)
    assert list(DataProcessor([run]).to_dataframe().columns)[5:] == ["max_tokens", "tokenizer"]
    assert "wandb.api_key, hub.token" in text(DataProcessor([run]), "secrets_left_out")
    assert DataProcessor([run], config=["wandb.api_key"]).to_dataframe()["wandb.api_key"].tolist() == ["abc"]


def test_names_that_stand_twice_get_a_prefix_and_are_told(curves):
    run = curves("r", {"step": {0: 1}, "lr": {0: 5}}, config={"lr": 3, "task": "maze"})
    processor = DataProcessor([run])
    assert list(processor.to_dataframe().columns)[4:] == ["metric.step", "lr", "config.lr", "config.task"]
    assert "step is metric.step, lr is config.lr, task is config.task" in text(processor, "renamed_columns")


def test_metrics_are_chosen_by_name_or_glob(curves):
    run = curves("r", {"eval/a": {0: 1}, "eval/b": {0: 2}, "loss": {1: 3}})
    assert DataProcessor([run], metrics="eval/*").metrics == ("eval/a", "eval/b")
    assert len(DataProcessor([run], metrics=["loss"]).to_dataframe()) == 1
    with pytest.raises(DataError, match=r"none of the 1 runs has the metric 'los'; did you mean 'loss'\?"):
        DataProcessor([run], metrics=["los"])


@pytest.mark.parametrize(("data", "words"), [([], "there is no run"), (["r", "r"], "several runs have one id: e/p/r")])
def test_no_run_or_one_id_for_two_is_refused(curves, data, words):
    with pytest.raises(DataError, match=words):
        DataProcessor([curves(name, {"m": {0: 1}}) for name in data])


def test_runs_that_do_not_count_are_named(curves):
    runs = [curves("a", {"m": {9: 1}}), curves("b", {"m": {2: 1}}), curves("c", {"m": {9: 1}}, state="running")]
    processor = DataProcessor(runs, runs=Runs(min_steps=5, complete_when=CompleteWhen(metric="m", at_least=1.0)))
    assert processor.to_dataframe()["run_name"].tolist() == ["a", "c"]
    assert [one.reason for one in processor.exclusions] == ["its last step 2 is below runs.min_steps 5"]
    with pytest.warns(ReportgenWarning, match=r"1 run in use is not finished \(running: c\)"):
        DataProcessor(runs).to_dataframe()


def test_points_that_are_left_out_are_told_and_the_last_attempt_counts(curves):
    rows = [(0, 1), (10, 2), (10, 3), (20, 4), (15, 5), (30, np.inf)]
    processor = DataProcessor([curves("r", {"m": rows})])
    with pytest.warns(ReportgenWarning) as told:
        df = processor.to_dataframe()
    assert df[["step", "m"]].to_numpy().tolist() == [[0, 1], [10, 3], [15, 5], [30, np.inf]]
    assert [str(one.message).split(" (")[0] for one in told] == [
        "1 value shares its step with a later value of the same run; the last counts",
        "1 value was logged before its run went back to an earlier step; the last attempt counts",
        "1 value is infinite and kept as it is",
    ]
    row = processor.missing().iloc[0]
    assert (row["duplicates"], row["rewound"], row["infinite"]) == (1, 1, 1)


def test_gaps_are_reported_for_every_run_and_metric(curves):
    runs = [curves("a", {"loss": {0: 1, 1: 2, 2: 3, 3: 4}, "eval": {2: 1}}), curves("b", {"loss": {5: 1}})]
    found = DataProcessor(runs).missing().set_index(["run_name", "metric"])
    assert found.loc[("a", "eval"), ["rows", "points", "missing", "share"]].tolist() == [4, 1, 3, 0.75]
    assert found.loc[("a", "eval"), ["first_step", "last_step"]].tolist() == [2, 2]
    assert found.loc[("b", "eval"), ["rows", "points", "share"]].tolist() == [1, 0, 1]
    assert np.isnan(found.loc[("b", "eval"), "first_step"])


# tasks


def test_runs_hold_tasks_and_tasks_hold_metrics(curves):
    run = curves("r", {"score@1": {0: 1, 5: 2}, "score@2": {0: 3}}, tasks={"score@1": "maze", "score@2": "room"})
    found = DataProcessor([run]).to_hierarchy()
    assert found.index.names == ["run_id", "task", "step"]
    assert found.loc[("e/p/r", "maze"), "score"].to_dict() == {0: 1, 5: 2}
    assert found.loc[("e/p/r", "room", 0), "score"] == 3


def test_tasks_are_captured_from_metric_names(curves):
    run = curves("r", {"eval_nav/maze": {0: 1}, "eval_nav/room": {0: 2}, "loss": {0: 3}})
    form = AxisForm(metric="^eval_(?P<suite>[^/]+)/(?P<task>.+)$")
    df = DataProcessor([run], task=form).to_dataframe()
    assert df[["task", "eval_*/*"]].dropna().to_numpy().tolist() == [["nav/maze", 1], ["nav/room", 2]]
    assert df.loc[df["task"] == "all", "loss"].tolist() == [3]


def test_the_task_of_a_run_may_stand_in_its_config_or_in_its_source(curves):
    run = curves("r", {"m": {0: 1}}, config=CONFIG)
    assert DataProcessor([run], task="sim.task").to_dataframe()["task"].tolist() == ["maze"]
    assert DataProcessor([run], task=AxisForm(name="(?P<task>.)")).to_dataframe()["task"].tolist() == ["r"]
    fixed = curves("r", {"m": {0: 1}}, axes={"task": "room"})
    assert DataProcessor([fixed]).to_dataframe()["task"].tolist() == ["room"]


def test_rows_of_a_run_that_switches_tasks_are_split_and_the_run_is_named(curves):
    run = curves("r", {"reward": {k: k for k in range(6)}, "task_id": {1: 0, 3: 1, 5: 0}})
    processor = DataProcessor([run], metrics=["reward"], task_metric="task_id")
    df = processor.to_dataframe().sort_values("step")
    assert df["task"].tolist() == ["all", "0", "0", "1", "1", "0"]
    assert df["reward"].tolist() == [0, 1, 2, 3, 4, 5]
    spans = processor.tasks()[["task", "first_step", "last_step", "rows"]].to_numpy().tolist()
    assert spans == [["all", 0, 0, 1], ["0", 1, 2, 2], ["1", 3, 4, 2], ["0", 5, 5, 1]]
    assert text(processor, "task_switch") == "1 runs switch between tasks: r (4 spans)."


def test_tasks_side_by_side_are_no_switch(curves):
    run = curves("r", {"m@1": {0: 1, 1: 1}, "m@2": {1: 3}}, tasks={"m@1": "a", "m@2": "b"})
    processor = DataProcessor([run])
    assert len(processor.tasks()) == 2
    assert "task_switch" not in codes(processor)


def test_a_metric_that_stands_twice_on_a_task_is_refused():
    one = Series(metric="m", task=None, steps=np.zeros(1), values=np.zeros(1))
    run = RunRecord(id="r", source="s", name="r", series=(one, one))
    with pytest.raises(DataError, match="has the metric 'm' twice on task 'all'"):
        DataProcessor([run]).to_dataframe()


# scores


def test_curves_become_scores_by_a_rule(curves):
    runs = [curves(f"r{k}", {"m": {0: 0, 1: 4, 2: 2}, "eval": {1: k}}, config={"algo": "a"}) for k in range(2)]
    scores = DataProcessor(runs).to_scores(Score(reduce="best"))
    assert scores[["run_name", "step", "m", "eval", "algo"]].to_numpy().tolist() == [
        ["r0", 2, 4, 0, "a"], ["r1", 2, 4, 1, "a"]
    ]  # fmt: skip
    assert DataProcessor(runs).to_scores()["m"].tolist() == [2, 2]
    assert DataProcessor(runs).to_scores(Score(reduce="best"), direction="minimize")["m"].tolist() == [0, 0]


def test_no_more_than_one_run_is_held_while_frames_are_read(curves):
    runs = [curves(f"r{k}", {"m": {0: 1, 1: 2}}) for k in range(3)]
    frames = list(DataProcessor(runs).frames())
    assert [len(frame) for frame in frames] == [2, 2, 2]
    pd.testing.assert_frame_equal(pd.concat(frames, ignore_index=True), DataProcessor(runs).to_dataframe())
