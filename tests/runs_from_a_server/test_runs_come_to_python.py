"""`WandBDataCollector`, argument by argument, and the way from it to an interquartile mean."""

import warnings

import pytest

from reportgen import DataProcessor, ReportgenWarning, RunLabeler, StatisticalAnalyzer, WandBDataCollector
from reportgen.errors import DataError

SUCCESS = "eval_navigation/success_rate"
CONFIG = """
wandb: {{runs: "sky_comprehensive_*"}}
axes: {{method: {{config: trainer.algorithm}}, task: {{config: sim.task}}, seed: {{config: seed}}}}
metrics:
  primary: [{{name: {success}, direction: maximize}}]
  groups: {{training: ["trainer/*"]}}
"""


def rows(level):
    return [
        {"_step": k, "trainer/loss": 1 / (k + 1), "trainer/entropy": 1.0, SUCCESS: level + k / 100} for k in range(20)
    ]


@pytest.fixture
def comprehensive(service, project):
    """Two algorithms on two tasks, three seeds each, and a run of another name."""
    for level, algorithm in ((0.2, "dqn"), (0.5, "ppo")):
        for task in ("maze", "rooms"):
            for seed in (1, 2, 3):
                name = f"sky_comprehensive_{algorithm}_{task}_{seed}"
                config = {"trainer": {"algorithm": algorithm}, "sim": {"task": task}, "seed": seed}
                service.add_run(
                    "tester", project.name, name.replace("sky_comprehensive_", ""), name=name,
                    group="sky_comprehensive", history=rows(level + seed / 100), config=config,
                    sweep=f"sweep-{seed}" if seed < 3 else None, summary={"parameters": {"generation": seed % 2}},
                )  # fmt: skip
    service.add_run("tester", project.name, "other", name="other", history=rows(0.9))
    (project.folder / "analysis_config.yaml").write_text(CONFIG.format(success=SUCCESS))
    return project


def collector(project, **arguments):
    return WandBDataCollector(entity="tester", project=project.name, cache_dir=project.cache, **arguments)


def test_the_basic_usage_ends_in_an_interquartile_mean(comprehensive):
    data = collector(comprehensive, config=comprehensive.folder / "analysis_config.yaml").fetch_runs(
        run_filter={"group": "sky_comprehensive"}, metrics=["trainer/loss", SUCCESS], last_n_steps=1000
    )
    df = DataProcessor(data).to_dataframe()
    df = RunLabeler().label_by_config(df, "trainer.algorithm")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ReportgenWarning)
        found = StatisticalAnalyzer(df, bootstrap_samples=200).compute_iqm_with_ci(
            metric=SUCCESS, group_by="algorithm", stratify_by="sim.task"
        )
    # a run's score is its last point, 0.2 (or 0.5) + seed / 100 + 0.19; the middle half of three seeds is around seed 2
    assert dict(zip(found["algorithm"], found["iqm"].round(6), strict=True)) == {"dqn": 0.41, "ppo": 0.71}


def test_runs_are_grouped_by_sweep_generation_and_task(comprehensive):
    runs = collector(comprehensive, run_pattern="sky_*", metrics=[SUCCESS]).fetch_runs()
    assert {name: len(part) for name, part in runs.by_sweep().items()} == {"sweep-1": 4, "sweep-2": 4, "": 4}
    assert {name: len(part) for name, part in runs.by_generation().items()} == {"1": 8, "0": 4}
    assert {name: len(part) for name, part in runs.by_task_configuration().items()} == {"maze": 6, "rooms": 6}
    both = runs.by_task_configuration("trainer.algorithm", "sim.task")
    assert {name: len(part) for name, part in both.items()} == {
        "dqn, maze": 3, "dqn, rooms": 3, "ppo, maze": 3, "ppo, rooms": 3,
    }  # fmt: skip


def test_configuration_keys_are_dotted_deep_or_candidates_in_order(comprehensive):
    params = ["trainer.algorithm", "**.task", ["optimizer.seed", "seed"]]
    runs = collector(comprehensive, run_pattern="*ppo_maze*", metrics=[SUCCESS], config_params=params).fetch_runs()
    assert dict(runs[0].config) == {"trainer.algorithm": "ppo", "task": "maze", "optimizer.seed": 1}


@pytest.mark.parametrize(
    ("arguments", "added", "asked", "metrics"),
    [
        ({}, {}, None, (SUCCESS, "trainer/entropy", "trainer/loss")),
        ({"metrics": [SUCCESS]}, {}, None, (SUCCESS,)),
        ({"metrics": [SUCCESS]}, {"g": ["*loss"]}, None, (SUCCESS, "trainer/loss")),
        ({}, {"g": ["*loss"]}, None, ("trainer/loss",)),
        ({"metrics": [SUCCESS]}, {"g": ["*loss"]}, ["g"], ("trainer/loss",)),
        ({"config": "analysis_config.yaml"}, {}, None, (SUCCESS,)),
        ({"config": "analysis_config.yaml"}, {}, ["training"], ("trainer/entropy", "trainer/loss")),
    ],
    ids=["all", "given", "given and a group", "a group", "asked", "of the config", "a group of the config"],
)
def test_metrics_are_those_asked_for_else_the_given_ones_and_the_groups(
    comprehensive, arguments, added, asked, metrics
):
    if "config" in arguments:
        arguments = {"config": comprehensive.folder / arguments["config"]}
    one = collector(comprehensive, run_pattern="*ppo_maze_1", **arguments)
    for name, listed in added.items():
        one.add_metric_group(name, listed)
    assert sorted(one.fetch_runs(metrics=asked)[0].metrics) == list(metrics)


def test_what_the_server_measures_by_itself_is_not_read_and_why_is_told(comprehensive):
    with pytest.raises(DataError, match=r"'system.gpu.0.gpu': what W&B itself measures .* stands in no history"):
        collector(comprehensive, metrics=["system.gpu.0.gpu"]).fetch_runs()
