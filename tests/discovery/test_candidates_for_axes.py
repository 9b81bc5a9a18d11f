"""Which keys, names and metrics are proposed for method, task and seed."""

import pytest

from reportgen.data.discover import RunFacts, discover, flat
from reportgen.data.proposal import primary_metrics, proposal
from reportgen.runs.survey import FoundSource
from reportgen.spec import loads

WANDB = FoundSource(form="wandb_offline", fields={"path": "."})


def runs(configs, *, names=None, metrics=("charts/episodic_return", "losses/value_loss", "lr")):
    return tuple(
        RunFacts(
            id=f"e/p/{k}",
            name=names[k] if names else f"run-{k}",
            state="finished",
            config=flat(config),
            metrics=dict.fromkeys(metrics, 10),
        )
        for k, config in enumerate(configs)
    )


def first(found, axis):
    return found.axes[axis][0].form


def test_keys_with_usual_names_come_first():
    configs = [
        {"trainer": {"algorithm": algorithm, "lr": lr}, "env_id": env, "seed": seed}
        for algorithm, lr in (("ppo", 0.1), ("dqn", 0.2))
        for env in ("Pong", "Breakout")
        for seed in (1, 2)
    ]
    found = discover(WANDB, runs(configs))
    assert first(found, "method") == {"config": "trainer.algorithm"}
    assert first(found, "task") == {"config": "env_id"}
    assert first(found, "seed") == {"config": "seed"}
    assert found.matrix == {
        ("dqn", "Breakout"): 2,
        ("dqn", "Pong"): 2,
        ("ppo", "Breakout"): 2,
        ("ppo", "Pong"): 2,
    }


def test_a_seed_that_never_varies_is_no_candidate():
    found = discover(WANDB, runs([{"seed": 1, "algo": "a"}, {"seed": 1, "algo": "b"}]))
    assert found.axes["seed"] == ()


def test_names_that_hold_everything_are_read():
    names = [
        f"{task}-v5__{method}__{seed}__1700000000" for task in "AB" for method in ("ppo", "dqn") for seed in (1, 2)
    ]
    found = discover(WANDB, runs([{}] * len(names), names=names))
    assert found.matrix == {("dqn", "A-v5"): 2, ("dqn", "B-v5"): 2, ("ppo", "A-v5"): 2, ("ppo", "B-v5"): 2}
    assert loads(proposal(found, where="here")).spec.axes.method is not None


def test_evaluations_named_by_suite_and_task_become_tasks():
    metrics = ("eval_nav/maze", "eval_nav/score", "eval_mem/recall", "losses/policy_loss")
    found = discover(WANDB, runs([{"algo": "a"}], metrics=metrics))
    assert found.axes["task"][0].values == ("mem/recall", "nav/maze")
    assert primary_metrics(found) == [{"name": "eval_*/*", "id": "eval", "direction": "maximize"}]


def test_a_metric_to_be_maximised_is_preferred_and_evaluations_before_training():
    found = discover(WANDB, runs([{}], metrics=("train/reward", "eval/reward", "loss", "lr")))
    assert primary_metrics(found) == [{"name": "eval/reward", "direction": "maximize"}]


def test_an_unknown_direction_is_left_open_and_said():
    found = discover(WANDB, runs([{}], metrics=("thing",)))
    assert "direction" not in primary_metrics(found)[0]
    assert "could not be told; add direction" in proposal(found, where="here")


@pytest.mark.parametrize(
    ("metric", "preset"),
    [
        ("charts/episodic_return", "cleanrl"),
        ("rollout/ep_rew_mean", "sb3"),
        ("trainer/global_step", "lightning"),
        ("train/global_step", "hf"),
        ("env_agent/reward", "metta"),
        ("my/metric", None),
    ],
)
def test_presets_are_known_by_their_metrics(metric, preset):
    assert discover(WANDB, runs([{}], metrics=(metric,))).preset == preset


def test_strangers_names_stay_data_in_the_proposal():
    hostile = "x: [1]\n- 'y' #"
    found = discover(WANDB, runs([{"algo": "a"}], metrics=(hostile,)))
    assert loads(proposal(found, where="a\nb: c")).spec.metrics.primary[0].name == (hostile,)
