"""`reportgen inspect ENTITY/PROJECT` and `init --from`: told from the listing alone, no history asked for."""

import json

import pytest
from click.testing import CliRunner
from wandb_server import faults

from reportgen.cli import main
from reportgen.runs import survey_project
from reportgen.spec import load

HISTORIES = {"RunParquetHistory", "HistoryPage", "SampledHistoryPage", "RunFullHistory", "RunSampledHistory"}


def call(*arguments):
    return CliRunner().invoke(main, [*map(str, arguments)])


@pytest.fixture
def games(project):
    """Two methods on two tasks, two seeds each, in the project's own words; one run has crashed."""
    number = 0
    for method in ("ppo", "dqn"):
        for task in ("Pong", "Breakout"):
            for seed in (1, 2):
                config = {"algo": method, "env_id": task, "seed": seed, "lr": 0.1}
                state = "crashed" if number == 7 else "finished"
                project.add(f"r{number}", name=f"{method}.{task}.{seed}", config=config, state=state, group=method)
                number += 1
    project.where = f"tester/{project.name}"
    return project


def test_a_project_is_told_from_its_listing_alone(games, service, golden):
    service.requests.clear()
    done = call("inspect", games.where)
    assert done.exit_code == 0, done.output
    asked = service.requests.names()
    assert asked["Runs"] == 1
    assert not HISTORIES & set(asked), asked
    golden("discovery/project.txt", done.output.replace(games.name, "PROJECT"))


def test_runs_of_a_project_are_narrowed_by_their_names(games):
    found = json.loads(call("inspect", games.where, "--runs", "ppo.*", "--json").stdout)
    assert found["runs"] == 4
    assert "runs: ppo.*" in found["spec"]
    assert {metric["name"]: (metric["runs"], metric["points"]) for metric in found["metrics"]} == {
        "loss": (4, 40),
        "score": (4, 10),
    }


def test_the_spec_that_is_proposed_for_a_project_reads_its_runs(games):
    done = call("init", games.folder / "new", "--from", games.where, "--runs", "*.Pong.*")
    assert done.exit_code == 0, done.output
    checked = call("check", games.folder / "new" / "report.yaml", "--cache-dir", games.cache)
    assert checked.exit_code == 0, checked.output
    assert "2 methods, 1 tasks, 4 scores" in checked.output or "2 methods, 1 task, 4 scores" in checked.output


def test_a_project_that_follows_a_preset_is_read_by_the_preset(service, project):
    for method in ("ppo", "dqn"):
        for seed in (1, 2):
            config = {"exp_name": method, "env_id": "Pong-v5", "seed": seed}
            rows = [{"_step": k, "global_step": 10 * k, "charts/episodic_return": k / seed} for k in range(9)]
            name = f"Pong-v5__{method}__{seed}__1700000000"
            service.add_run("tester", project.name, f"{method}{seed}", name=name, config=config, history=rows)
    done = call("init", project.folder / "new", "--from", f"tester/{project.name}", "--runs", "Pong-*")
    assert done.exit_code == 0, done.output
    text = (project.folder / "new" / "report.yaml").read_text()
    written = [line for line in text.splitlines() if not line.startswith("#")]
    assert written == [
        "preset: cleanrl", "wandb:", "  entity: tester", f"  project: {project.name}", "  runs: Pong-*",
    ]  # fmt: skip
    assert load(project.folder / "new" / "report.yaml").spec.metrics.primary[0].name == ("charts/episodic_return",)
    found = json.loads(call("inspect", f"tester/{project.name}", "--json").stdout)
    assert found["matrix"] == [
        {"method": "dqn", "task": "Pong-v5", "runs": 2},
        {"method": "ppo", "task": "Pong-v5", "runs": 2},
    ]


def test_what_a_preset_does_not_find_is_proposed_beside_it(service, project):
    for method in ("big", "small"):
        rows = [{"_step": k, "trainer/global_step": k, "val_loss": 1 / (k + 1)} for k in range(5)]
        config = {"model": method, "seed": 1}
        service.add_run("tester", project.name, method, name=f"run-{method}", config=config, history=rows)
    found = json.loads(call("inspect", f"tester/{project.name}", "--json").stdout)
    assert "preset: lightning" in found["spec"]
    assert "axes:\n  method:\n    config: model\n" in found["spec"]
    assert "primary" not in found["spec"]


def test_the_filters_of_a_preset_leave_runs_out_and_say_so(service, project):
    rows = [{"_step": k, "metric/agent_step": k, "eval_nav/maze": 0.5} for k in range(5)]
    for name, job in (("a.seed1", "train"), ("a.seed2", "train"), ("a.eval", "eval")):
        service.add_run("tester", project.name, name, name=name, job_type=job, history=rows)
    found = json.loads(call("inspect", f"tester/{project.name}", "--json").stdout)
    assert "# - preset metta: its filters leave out 1 run\n" in found["spec"]
    assert found["matrix"] == [{"method": "a", "task": "nav/maze", "runs": 2}]


@pytest.mark.parametrize("name", ["no-key", "key-refused", "project-refused", "no-run-matches", "no-project"])
def test_what_hinders_a_look_at_a_project_is_told(games, service, monkeypatch, golden, name):
    where, more = games.where, []
    if name == "no-key":
        monkeypatch.delenv("WANDB_API_KEY")
    elif name == "key-refused":
        monkeypatch.setenv("WANDB_API_KEY", "x" * 40)
    elif name == "project-refused":
        service.faults.add("Runs", faults.status(403, "permission denied"))
    elif name == "no-run-matches":
        more = ["--runs", "pppo.*"]
    else:
        where = "tester/no-such"
    done = call("inspect", where, *more)
    assert done.exit_code == (3 if name == "no-run-matches" else 4)
    told = done.output.replace(service.url, "https://host").replace(games.name, "PROJECT")
    if name == "no-project":  # it lists the projects of the other tests
        assert told.startswith("error: there is no project tester/no-such at https://host")
        assert told.endswith("(there is no folder 'tester/no-such', so it was taken for a W&B project)\n")
        return
    golden(f"discovery/{name}.txt", told)


def test_a_server_that_cannot_be_asked_is_told(project, service):
    service.faults.add("Runs", faults.html())
    with pytest.raises(Exception, match="cannot be asked: ") as error:
        survey_project(f"tester/{project.name}", patience=project.source()._reading.patience)
    assert getattr(error.value, "exit_code", 0) == 4
