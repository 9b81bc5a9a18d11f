"""Runs whose identity or score rule is doubtful: the whole text of every notice, which names its runs."""

import pytest

from reportgen.errors import DataError

SCORE = "metrics: {primary: [{name: score, direction: maximize}]}\n"
BY_ALGO = "axes: {method: {config: algo}, task: {config: env}, seed: {config: seed}}\n"


def grid(**changes):
    """Two methods with two seeds each; `changes` replaces the config of a run by its name."""
    plain = {
        f"{algo}-{seed}": {"algo": algo, "env": "maze", "seed": seed, "lr": 0.1}
        for algo in ("ppo", "dqn")
        for seed in (1, 2)
    }
    return [
        (name, {"score": [1, 2, 3]}, {"config": {**config, **changes.get(name.replace("-", "_"), {})}})
        for name, config in plain.items()
    ]


def without(key, *names):
    return [
        (name, metrics, {"config": {k: v for k, v in more["config"].items() if not (k == key and name in names)}})
        for name, metrics, more in grid()
    ]


def lengths(**lengths):
    return [(name, {"score": range(lengths.get(name, 10))}, {"group": "ppo"}) for name in ("a", "b", "c")]


CORPUS = {
    "method-missing": (without("algo", "ppo-2", "dqn-2"), SCORE + BY_ALGO),
    "task-missing": (without("env", "ppo-2"), SCORE + BY_ALGO),
    "seed-missing": (without("seed", "ppo-2"), SCORE + BY_ALGO),
    "method-in-config-or-name": (without("algo", "dqn-2"), SCORE),
    "method-a-list": (grid(ppo_1={"algo": ["ppo", "v2"]}, dqn_1={"algo": {"name": "dqn"}}), SCORE + BY_ALGO),
    "method-unresolved": (grid(ppo_1={"algo": "${agent.name}"}), SCORE + BY_ALGO),
    "method-float-noise": (
        [
            (f"r{seed}{lr}", {"score": [seed]}, {"config": {"lr": lr, "seed": seed}})
            for seed in (1, 2)
            for lr in (0.3, 0.1 + 0.2)
        ],
        SCORE + "axes: {method: {config: lr}, seed: {config: seed}}",
    ),
    "method-per-run": ([(f"ppo.seed{seed}", {"score": [seed]}, {}) for seed in range(4)], SCORE),
    "trials-taken-for-seeds": (
        grid(ppo_2={"lr": 0.2, "net": {"width": 64}}, dqn_2={"started": "2026-01-01T00:00", "out": "/scratch/2"}),
        SCORE + BY_ALGO,
    ),
    "several-commits": (
        [
            (*run[:2], {**run[2], "commit": commit})
            for run, commit in zip(grid(), ["a" * 40] * 3 + ["b" * 40], strict=True)
        ],
        SCORE + BY_ALGO,
    ),
    "last-at-different-steps": (lengths(b=6), SCORE + "score: {reduce: last}"),
    "best-of-unequal-evaluations": (lengths(b=6, c=12), SCORE + "score: {reduce: best}"),
    "training-and-evaluation": (
        [(name, {metric: [1, 2]}, {"group": "g"}) for name, metric in
         [("a", "eval/mean_reward"), ("b", "eval/mean_reward"), ("c", "rollout/ep_rew_mean")]],
        "metrics: {primary: [{name: [eval/mean_reward, rollout/ep_rew_mean], direction: maximize}]}",
    ),
    "not-numeric-in-some": (
        [("a", {"state": [1]}, {}), ("b", {}, {"summary": {"state": "running"}})],
        "metrics: {primary: [{name: state, direction: none}]}",
    ),
    "only-in-some-summaries": (
        [("a", {"score": [1, 3]}, {}), ("b", {"x": [1]}, {"summary": {"score": 7}})], SCORE,
    ),
}  # fmt: skip
CODES = {
    *("axis_missing", "method_mixed", "method_rounding", "method_per_run", "config_differs", "several_commits"),
    *("different_ends", "unequal_evaluations", "training_and_evaluation", "metric_missing", "summary_only"),
}


@pytest.mark.parametrize("name", CORPUS)
def test_a_doubt_about_runs_is_told_word_for_word(recorded, golden, name):
    runs, lines = CORPUS[name]
    told = [notice for notice in recorded(runs, lines).notices if notice.code in CODES]
    assert all(notice.runs for notice in told)
    golden(
        f"data/{name}.txt",
        "".join(
            f"{notice.level} {notice.code}: {notice.text}\n" + (f"    {notice.mend}\n" if notice.mend else "")
            for notice in told
        ),
    )


def test_runs_that_differ_as_seeds_do_are_not_doubted(recorded):
    runs = [
        (
            name,
            metrics,
            {
                "config": {
                    **more["config"],
                    "run_id": name,
                    "log": f"/logs/{name}",
                    "start_time": name,
                    "nest": {"seed": name},
                }
            },
        )
        for name, metrics, more in grid()
    ]
    told = recorded(runs, SCORE + BY_ALGO).notices
    assert not {notice.code for notice in told} & CODES


def test_ends_that_lie_no_further_apart_than_two_points_are_not_doubted(recorded):
    assert not [
        n for n in recorded(lengths(b=9), SCORE + "score: {reduce: last}").notices if n.code == "different_ends"
    ]


def test_alternatives_of_one_kind_are_not_doubted(recorded):
    for names in [("eval/reward", "evaluator/reward"), ("rollout/reward", "train/reward"), ("old", "new")]:
        runs = [(name, {name: [1]}, {"group": "g"}) for name in names]
        dataset = recorded(runs, f"metrics: {{primary: [{{name: [{', '.join(names)}], direction: maximize}}]}}")
        assert not [notice for notice in dataset.notices if notice.code == "training_and_evaluation"]


def test_columns_that_are_axes_are_no_config_that_differs(prepared):
    rows = [f"{method},x,{seed},1,{seed}" for method, seed in (("a", 0), ("b", 1))]
    merged = prepared(rows, "rename: {method: {a: Both, b: Both}}")
    assert "config_differs" not in {notice.code for notice in merged.notices}


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("running", "the metric 'score' is no number: it holds text, e.g. 'running' (run a and 1 more); give a metric"),
        (["x"], "it holds a list, e.g. ['x']"),
        ({"_type": "image-file", "path": "x.png"}, "it holds a image-file"),
    ],
)
def test_a_metric_that_is_no_number_is_told_with_its_type_and_an_example(recorded, value, words):
    runs = [(name, {"x": [1]}, {"summary": {"score": value}}) for name in "ab"]
    with pytest.raises(DataError) as caught:
        recorded(runs, SCORE)
    assert words in str(caught.value)
    assert str(caught.value).split("/")[-1].startswith("spec.yaml:2:")


def test_a_metric_of_summaries_alone_is_a_single_point(recorded):
    runs = [
        (name, {"x": [1]}, {"group": "g", "summary": {"train_loss": loss, "_step": 3}})
        for name, loss in (("a", 2), ("b", "NaN"))
    ]
    dataset = recorded(runs, "metrics: {primary: [{name: 'train_*', direction: minimize}]}")
    (score,) = dataset.metrics[0].scores
    assert (score.raw, len(score.steps)) == (2, 1)
    assert "2 runs hold 'train_*' in their summary only" in next(
        n.text for n in dataset.notices if n.code == "summary_only"
    )
    assert "its only value is missing" in dataset.exclusions[0].reason


def test_where_no_run_has_a_method_the_reason_names_a_near_key(recorded):
    with pytest.raises(DataError, match=r"none of the 4 runs has a method: config has no algos; did you mean 'algo'\?"):
        recorded(grid(), SCORE + "axes: {method: {config: algos}}")
