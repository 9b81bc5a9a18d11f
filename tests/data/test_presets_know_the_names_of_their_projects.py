"""What each preset makes of the run names, config entries and metric names of the project it is for."""

import csv
import os
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from reportgen.data import prepare
from reportgen.data.axes import read_axis, read_method, read_seed, read_task
from reportgen.data.direction import direction_of
from reportgen.runs import RunRecord, Series
from reportgen.runs.raw import RawRun, step_key
from reportgen.spec import loads
from reportgen.spec.model import MetricEntry


def spec(preset, lines=""):
    return loads(f"preset: {preset}\nwandb_offline: {{path: x}}\n{lines}").spec


def run(name="r", metrics=(), number=0, **fields):
    series = tuple(
        Series(metric=metric, task=None, steps=np.arange(3.0), values=np.arange(3.0), column=metric)
        for metric in metrics
    )
    return RunRecord(id=f"e/p/{number}", source="source-0", name=name, series=series, **fields)


def who(preset, record):
    chosen = spec(preset)
    return read_method(record, chosen)[0], read_task(record, chosen), read_seed(record, chosen)


# metta


@pytest.mark.parametrize(
    ("name", "method", "seed"),
    [
        ("jacke.sky_comprehensive", "sky_comprehensive", None),
        ("jacke.sky_comprehensive.20250901_120000", "sky_comprehensive", None),
        ("jacke.sky_comprehensive.seed3", "sky_comprehensive", "3"),
        ("jacke.sky_comprehensive.seed12.20250901_120000", "sky_comprehensive", "12"),
        ("jacke.sky.lr_001.09-01", "sky.lr_001", None),
        ("jacke.sky_09-01", "sky", None),
        ("sky_comprehensive", "sky_comprehensive", None),
        ("sky_comprehensive.seed4", "sky_comprehensive", "4"),
        ("b.daphne.navigation_low_reward.seed1", "daphne.navigation_low_reward", "1"),
        ("seed_search", "seed_search", None),
    ],
)  # fmt: skip
def test_metta_names_hold_user_method_seed_and_stamp(name, method, seed):
    assert who("metta", run(name)) == (method, None, seed)


def test_metta_reads_the_seed_of_the_name_before_that_of_the_config_and_below_its_tool_class():
    assert who("metta", run("u.a.seed3", config={"seed": 1}))[2] == "3"
    assert who("metta", run("u.a", config={"system": {"seed": 5}}))[2] == "5"
    assert who("metta", run("u.a", config={"TrainTool": {"training_env": {"seed": 6}}}))[2] == "6"
    assert who("metta", run("u.a", config={"seed": "${seed}", "system": {"seed": 7}}))[2] == "7"


@pytest.mark.parametrize(
    ("name", "sweep"),
    [("u.sky.r.12", "u.sky"), ("sky_trial_0003_a1b2c3", "sky"), ("u.sky", None), ("sky_trial_3", None)],
)
def test_metta_sweeps_and_generations_are_axes_for_grouping(name, sweep):
    axes = spec("metta").axes
    assert read_axis(run(name), axes.grouping["sweep"], "sweep") == sweep
    assert read_axis(run(summary={"parameters/generation": 4}), axes.grouping["generation"], "generation") == "4"


METTA = [
    "eval_navigation/maze",
    "eval_navigation/score",
    "evaluator/eval_arm/push:(hard)",
    "eval_navigation/maze.std_dev",
]


def test_metta_tasks_are_the_maps_of_each_suite_without_their_mean():
    records = [run("u.a.seed1", METTA), run("u.a.seed2", METTA, 1)]
    (metric,) = prepare(records, spec("metta"), root=Path()).metrics
    assert [(task.id, task.suite) for task in metric.tasks] == [
        ("arm/push:(hard)", "arm"),
        ("navigation/maze", "navigation"),
    ]
    assert (metric.label, metric.direction, metric.direction_source) == ("Evaluation reward", "maximize", "preset")
    assert (metric.score_rule, len(metric.scores)) == ("mean_last 5", 4)


def test_metta_steps_count_agent_steps_and_those_of_newer_evaluations_their_own():
    keys = ("metric/agent_step", "metric/evaluator_agent_step", "_step")
    raw = RawRun(
        entity="e", project="p", run_id="r", name="r", state="finished", history=dict.fromkeys(keys, np.arange(2.0))
    )
    axes = spec("metta").axes
    assert step_key(raw, "losses/policy_loss", axes) == "metric/agent_step"
    assert step_key(raw, "evaluator/eval_arm/push", axes) == "metric/evaluator_agent_step"
    assert step_key(raw, "overview/evaluator/reward", axes) == "metric/evaluator_agent_step"


DIRECTIONS = {
    "eval_navigation/maze": "maximize", "overview/reward": "maximize",
    "overview/evaluator/avg_reward_estimate": "maximize",
    "env_task_reward/x": "maximize", "losses/explained_variance": "maximize", "losses/value_loss": "minimize",
    "losses/entropy": "none", "timing_per_epoch/sps": "maximize", "timing_per_epoch/msec/rollout": "minimize",
    "monitor/gpu0_utilization": "maximize", "monitor/process/memory_rss": "minimize",
    "monitor/cpu_count_logical": "none",
    "env_agent/action.move.failed": "minimize", "env_agent/heart.gained": "none", "env_game/x.std_dev": "none",
    "losses/value_loss.std_dev": "none", "metric/agent_step": "none", "sweep/score": "maximize",
    "sweep/cost": "minimize",
}  # fmt: skip


@pytest.mark.parametrize("name", DIRECTIONS)
def test_metta_metrics_have_their_direction(name):
    told = direction_of(MetricEntry(name=(name,)), [name], spec("metta").metrics)
    assert told == (DIRECTIONS[name], "spec")


def test_every_name_that_metta_logs_has_a_direction_by_rule():
    published = os.environ.get("REPORTGEN_PUBLISHED_DATA")
    if not published:
        pytest.skip("the published names are not here: REPORTGEN_PUBLISHED_DATA is unset")
    with (Path(published) / "metta-metric-names.csv").open(newline="") as file:
        names = [row[0] for row in csv.reader(file)]
    metrics = spec("metta").metrics
    told = [direction_of(MetricEntry(name=(name,)), [name], metrics) for name in names]
    assert len(names) == 1732
    assert Counter(told) == {("maximize", "spec"): 127, ("minimize", "spec"): 139, ("none", "spec"): 1466}
    listed = prepare(
        [run("u.a", ["eval_a/b", *names])], spec("metta", "metrics: {secondary: [losses]}"), root=Path()
    ).metrics
    assert len(listed) > 5
    assert not [metric.id for metric in listed if metric.id.endswith(".std_dev")]


# the others

ZOO = "BreakoutNoFrameskip-v4__ppo_lstm__3__1660000000"


@pytest.mark.parametrize("preset", ["cleanrl", "sb3"])
def test_task_method_and_seed_may_stand_in_the_name_alone(preset):
    assert who(preset, run(ZOO)) == ("ppo_lstm", "BreakoutNoFrameskip-v4", "3")
    assert who(preset, run("a_run_of_mine")) == (None, None, None)


def test_config_entries_win_over_the_name():
    assert who("cleanrl", run(ZOO, config={"exp_name": "PPO", "env_id": "Pong", "seed": 7})) == ("PPO", "Pong", "7")
    assert who("sb3", run("r", config={"algo": "ppo", "env_name": "Pong-v5", "seed": "7"})) == ("ppo", "Pong-v5", "7")


@pytest.mark.parametrize(
    ("preset", "names", "metric", "rule"),
    [
        ("cleanrl", ["charts/episodic_return", "charts/SPS"], "charts/episodic_return", "mean_last 100"),
        ("sb3", ["rollout/ep_rew_mean", "eval/mean_reward"], "eval/mean_reward", "mean_last 10"),
        ("sb3", ["rollout/ep_rew_mean"], "rollout/ep_rew_mean", "mean_last 10"),
        ("lightning", ["val_loss_step", "val_loss_epoch", "val_loss"], "val_loss_epoch", "mean_last 5 %"),
        ("hf", ["eval/loss", "train/loss"], "eval/loss", "mean_last 5 %"),
    ],
)
def test_the_usual_metric_is_the_primary_one(preset, names, metric, rule):
    config = {"algo": "a", "exp_name": "a", "_name_or_path": "a", "env": "t", "env_id": "t"}
    dataset = prepare([run("r", names, config=config)], spec(preset), root=Path())
    (score,) = dataset.metrics[0].scores
    assert dataset.metrics[0].score_rule == rule
    record = run("r", [metric], config=config)
    assert score.raw == prepare([record], spec(preset), root=Path()).metrics[0].scores[0].raw


def test_dataloaders_of_lightning_are_tasks_and_step_twins_are_hidden():
    names = ["val_loss_step/dataloader_idx_0", "val_loss_epoch/dataloader_idx_0", "val_loss_epoch/dataloader_idx_1"]
    (metric,) = prepare([run("r", names, config={"seed_everything": 3})], spec("lightning"), root=Path()).metrics
    assert [task.id for task in metric.tasks] == ["0", "1"]
    assert metric.scores[0].seed == "3"


def test_tasks_of_the_hugging_face_trainer_stand_before_the_metric_and_totals_in_the_summary():
    summary = {
        "train_loss": 0.5,
        "total_flos": 1e15,
        "train_runtime": 60,
        "train_samples_per_second": 9.0,
        "_runtime": 3,
    }
    config = {"model_name_or_path": "roberta-base", "seed": 42}
    records = [run("r", ["eval/mnli_loss", "eval/sst2_loss", "eval/mnli_accuracy"], config=config, summary=summary)]
    metrics = prepare(records, spec("hf"), root=Path()).metrics
    assert [task.id for task in metrics[0].tasks] == ["mnli", "sst2"]
    assert metrics[0].scores[0].method == "roberta-base"
    assert {metric.id: (metric.direction, metric.scores[0].raw) for metric in metrics[1:]} == {
        "total_flos": ("none", 1e15),
        "train_loss": ("minimize", 0.5),
        "train_runtime": ("minimize", 60),
        "train_samples_per_second": ("maximize", 9),
    }


def test_a_group_that_no_run_has_is_said():
    dataset = prepare([run("r", ["eval/loss"], config={"_name_or_path": "m"})], spec("hf"), root=Path())
    text = (
        "No run has a metric of the group 'training' (train_loss, train_runtime, train_samples_per_second, total_flos)."
    )
    assert [(notice.level, notice.text) for notice in dataset.notices if notice.code == "empty_group"] == [
        ("note", text)
    ]
