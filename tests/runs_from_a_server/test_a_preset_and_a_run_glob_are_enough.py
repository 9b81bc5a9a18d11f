"""`preset: metta` and a glob of run names: what to fetch, who a run is and what counts come from the preset."""

from reportgen.data import prepare
from reportgen.runs import Reading
from reportgen.runs.collect import collect_runs
from reportgen.runs.wandb_api.faults import Patience
from reportgen.spec import loads

HASTY = Patience(silence=30, attempts=2, client_retries=0, first_wait=0.01, longest_wait=0.02)


def rows(seed, last=8):
    return [
        {
            "_step": step,
            "metric/agent_step": step * 524_288_000,
            "metric/total_time": 60.0 * step,
            "losses/value_loss": 1 / step,
            "eval_navigation/maze": step // 2 + seed / 10,
            "eval_navigation/score": 9.0,
            "eval_navigation/maze.std_dev": 0.1,
        }
        for step in range(1, last + 1)
    ]


def test_metta_runs_are_selected_identified_and_scored(service, tmp_path):
    config = {"trainer": {"total_timesteps": 4_000_000_000}, "seed": 1}
    for seed in (1, 2):
        name = f"jacke.sky_ppo.seed{seed}"
        service.add_run("metta-research", "metta", name, history=rows(seed), job_type="train", config=config)
    service.add_run(
        "metta-research", "metta", "jacke.sky_ppo.seed3", history=rows(3, 4), job_type="train", config=config
    )
    service.add_run("metta-research", "metta", "jacke.sky_eval", history=rows(4), job_type="eval", config=config)
    service.add_run("metta-research", "metta", "other", history=rows(5), job_type="train", config=config)
    loaded = loads("preset: metta\nwandb: {runs: 'jacke.sky_*'}\n", str(tmp_path / "sky.yaml"))
    reading = Reading(cache=tmp_path / "cache", patience=HASTY)
    records = collect_runs(loaded.spec, loaded.root, where=loaded.where, reading=reading).records
    dataset = prepare(records, loaded.spec, root=loaded.root, where=loaded.where)
    (metric,) = dataset.metrics
    assert [task.id for task in metric.tasks] == ["navigation/maze"]
    found = [(score.method, score.seed, round(score.raw, 6)) for score in metric.scores]
    assert found == [("sky_ppo", str(seed), 2 + seed / 10) for seed in (1, 2)]  # 0 to 4, repeated on two rows each
    assert [excluded.name for excluded in dataset.exclusions] == ["jacke.sky_ppo.seed3"]
    assert {name for record in records for name in record.metrics} <= {
        "eval_navigation/maze", "eval_navigation/score", "eval_navigation/maze.std_dev",
        "metric/agent_step", "metric/total_time",
    }  # fmt: skip
