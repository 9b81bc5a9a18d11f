"""`preset: metta` and runs that the real W&B SDK recorded are a whole report; code of one's own needs leave."""

import hashlib
import json
import subprocess
import sys
from dataclasses import replace

import pytest

from reportgen.data import prepare, run_rows
from reportgen.parallel import workers
from reportgen.results import assemble
from reportgen.results.provenance import provenance
from reportgen.runs import read_runs
from reportgen.spec import load

RECORD = """
import sys, wandb
quiet = wandb.Settings(x_disable_meta=True, x_disable_stats=True, x_disable_machine_info=True, disable_git=True,
                       disable_code=True, console="off", silent=True)
for place, name in enumerate(["jacke.sky_ppo", "jacke.sky_muon"]):
    for seed in range(1, 5 - place):  # the fourth of the first stops early
        run = wandb.init(entity="metta-research", project="metta", name=f"{name}.seed{seed}", dir=sys.argv[1],
                         job_type="train", mode="offline", settings=quiet,
                         config={"run": f"{name}.seed{seed}", "trainer": {"total_timesteps": 4000000000}, "seed": 1})
        for step in range(1, 9 if seed < 4 else 5):
            row = {"metric/agent_step": step * 524288000, "metric/total_time": step * 60.0,
                   "losses/value_loss": 1 / step, "env_agent/action.move.failed": 0.5,
                   "env_game/tokens:a//b (c).std_dev": 0.1}
            evaluated = step - step % 2  # every second step; the values stay on the rows until the next
            if evaluated:
                score = evaluated / 10 + seed / 100 + place / 5
                row |= {"eval_navigation/maze": score, "eval_navigation/labyrinth (hard)": score / 2,
                        "eval_arena/combat:basic": 1 - score, "eval_navigation/score": score,
                        "eval_navigation/maze.std_dev": 0.2}
            run.log(row)
        run.finish()
"""


@pytest.fixture(scope="module")
def sky(tmp_path_factory, reportgen):
    """The report of six runs and the folder it was built in."""
    folder = tmp_path_factory.mktemp("sky")
    done = subprocess.run(
        [sys.executable, "-c", RECORD, str(folder)], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    (folder / "sky.yaml").write_text("preset: metta\nwandb_offline: {path: wandb}\n")
    built = reportgen(
        *("build", "sky.yaml", "-o", "out", "--cache-dir", "cache", "--set", "notebooks.execute=never"), cwd=folder
    )
    assert built.returncode == 0, built.stderr
    return folder / "out" / "sky"


def test_the_report_holds_methods_seeds_and_maps(sky):
    report = json.loads((sky / "report.json").read_text())
    (metric,) = report["metrics"]
    assert (metric["id"], metric["label"], metric["direction"]) == ("evals", "Evaluation reward", "maximize")
    assert sorted(metric["tasks"]) == ["arena/combat:basic", "navigation/labyrinth (hard)", "navigation/maze"]
    assert {method["id"]: method["n_runs"] for method in metric["methods"]} == {"sky_ppo": 3, "sky_muon": 3}
    best = next(method for method in metric["methods"] if method["id"] == "sky_muon")
    assert best["tasks"]["navigation/maze"]["mean"] == pytest.approx((0.2 + 0.4 + 0.6 + 0.8) / 4 + 0.02 + 0.2)
    assert [
        (run["name"], "not complete: metric/agent_step reached" in run["reason"]) for run in report["excluded"]
    ] == [("jacke.sky_ppo.seed4", True)]
    assert not [warning for warning in report["warnings"] if warning["code"] in {"config_differs", "method_per_run"}]


def test_the_provenance_holds_the_effective_spec_of_the_preset(sky):
    provenance = json.loads((sky / "provenance.json").read_text())
    assert "preset: metta" in provenance["spec"]
    assert "eval_*/*" in provenance["spec"]
    assert sorted((run["method"], run["seed"]) for run in provenance["runs"] if run["used"]) == [
        (method, seed) for method in ("sky_muon", "sky_ppo") for seed in "123"
    ]
    assert {run["last_step"] for run in provenance["runs"] if run["used"]} == {8 * 524288000}


CODED = """\
files: {path: scores.csv, columns: {method: algo, seed: seed}, values: [score]}
metrics: {primary: [{name: score, direction: maximize}]}
labels: [{python: "mine:kind", as: kind}]
axes: {group: {label: kind}}
analysis: {bootstrap_samples: 200}
"""
CODE = "open('ran', 'w').close()\n\n\ndef kind(run):\n    return run.axes['method'].upper()\n"


@pytest.fixture
def coded(tmp_path):
    """A spec with a rule of its owner's code, which leaves a file when it runs."""
    rows = [f"{algo},{seed},{seed}" for algo in ("ppo", "dqn") for seed in range(3)]
    (tmp_path / "scores.csv").write_text("\n".join(["algo,seed,score", *rows]) + "\n")
    (tmp_path / "report.yaml").write_text(CODED)
    (tmp_path / "mine.py").write_text(CODE)
    return tmp_path


def test_code_of_ones_own_runs_with_leave_only(coded, reportgen):
    refused = reportgen("build", "report.yaml", cwd=coded)
    assert refused.returncode == 2
    assert "report.yaml:3:10: the rule mine:kind runs code of yours; allow it by --allow-code" in refused.stderr
    checked = reportgen("check", "report.yaml", cwd=coded)
    assert checked.returncode == 0, checked.stderr
    assert "not run, and what it gives is missing here: mine:kind" in checked.stdout
    assert not (coded / "ran").exists()
    allowed = reportgen("build", "report.yaml", "--allow-code", "--strict", "-j", 1, cwd=coded)
    assert "--strict: " in allowed.stderr  # it got as far as the numbers, and nothing slow was made
    assert (coded / "ran").exists()


def test_the_hash_of_code_that_ran_and_its_labels_are_in_the_provenance(coded, monkeypatch):
    monkeypatch.chdir(coded)
    loaded = load(coded / "report.yaml")
    records = read_runs(loaded.spec, loaded.root)
    dataset = prepare(records, loaded.spec, root=loaded.root, code="run")
    report = assemble(loaded, dataset, run_rows(records, dataset), mapper=workers(1))
    written = json.loads(provenance(report, ()))
    assert written["code"] == {"mine:kind": hashlib.sha256(CODE.encode()).hexdigest()}
    assert written["runs"][0]["labels"] == {"kind": "PPO", "group": "PPO"}
    changed = replace(dataset, code={"mine:kind": "another"})
    assert assemble(loaded, changed, run_rows(records, changed), mapper=workers(1)).id != report.id


def test_check_ends_well_where_an_axis_needs_labels_that_it_does_not_compute(tmp_path, reportgen):
    (tmp_path / "scores.csv").write_text("id,score\na,1\nb,2\n")
    (tmp_path / "report.yaml").write_text(
        "files: {path: scores.csv, columns: {run: id}, values: [score]}\n"
        "labels: [{python: 'mine:kind', as: kind}]\naxes: {method: {label: kind}}\n"
    )
    checked = reportgen("check", "report.yaml", cwd=tmp_path)
    assert checked.returncode == 0, checked.stderr
    assert "without it the runs cannot be checked further" in checked.stdout
