"""Every command on real input, through the real process."""

import json
import re
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner

from reportgen.cli import main


def call(*arguments, cwd=None):
    return subprocess.run(
        [sys.executable, "-m", "reportgen", *map(str, arguments)], cwd=cwd, capture_output=True, text=True, check=False
    )


@pytest.fixture
def project(tmp_path):
    """A first report: three methods, two tasks, four seeds, one number each."""
    rows = ["method,task,seed,score"]
    rows += [
        f"{method},{task},{seed},{base + 0.1 * seed + (0.3 if task == 'b' else 0)}"
        for method, base in [("ppo", 0.5), ("dqn", 0.3), ("random", 0.0)]
        for task in "ab"
        for seed in range(4)
    ]
    (tmp_path / "scores.csv").write_text("\n".join(rows))
    (tmp_path / "report.yaml").write_text(
        "files: {path: scores.csv, columns: {method: method, task: task, seed: seed}, values: [score]}\n"
        "metrics: {primary: [{name: score, direction: maximize, unit: points}]}\n"
        "analysis: {bootstrap_samples: 500}\n"
    )
    return tmp_path


def every_command(group, above=()):
    for name, command in group.commands.items():
        yield (*above, name), command
        yield from every_command(command, (*above, name)) if hasattr(command, "commands") else ()


def test_every_command_and_option_has_help():
    for path, command in every_command(main):
        assert command.help, path
        for option in command.params:
            assert getattr(option, "help", "") or option.param_type_name == "argument", (path, option.name)
        assert CliRunner().invoke(main, [*path, "--help"]).exit_code == 0


def test_check_tells_what_would_be_analysed(project):
    done = call("check", project / "report.yaml")
    assert done.returncode == 0, done.stderr
    assert "3 methods, 2 tasks, 24 scores" in done.stdout
    assert "maximize (spec)" in done.stdout


def test_check_show_prints_defaults_spec_and_settings_together(project):
    done = call("check", project / "report.yaml", "--show", "--set", "analysis.seed=7")
    assert "seed: 7" in done.stdout
    assert "bootstrap_samples: 500" in done.stdout
    assert "interval: expanded_t" in done.stdout


def test_init_writes_an_example_that_checks_and_never_overwrites(tmp_path):
    done = call("init", tmp_path / "new")
    assert done.returncode == 0, done.stderr
    assert call("check", tmp_path / "new" / "report.yaml").returncode == 0
    again = call("init", tmp_path / "new")
    assert again.returncode == 2
    assert "nothing was written" in again.stderr


def test_build_as_json_is_json_only(project):
    done = call("build", project / "report.yaml", "-o", project / "out", "--json")
    assert done.returncode == 0, done.stderr
    summary = json.loads(done.stdout)
    assert summary["runs_used"] == 24
    assert summary["headline"].startswith("Best set: ppo, dqn")


@pytest.mark.parametrize(
    ("setting", "code", "words"),
    [
        ("analysis.bootstrap_sample=5", 2, "bootstrap_samples"),
        ("files.path=score.csv", 3, "scores.csv"),
        ("metrics.primary.0.name=scor", 3, "score"),
    ],
    ids=["unknown key", "missing file", "unknown metric"],
)
def test_an_error_names_what_would_have_worked_without_a_traceback(project, setting, code, words):
    done = call("build", project / "report.yaml", "--set", setting, cwd=project)
    assert done.returncode == code
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wandb_source_without_a_key_says_where_it_looked(project, monkeypatch):
    for name in ("WANDB_API_KEY", "WANDB_BASE_URL"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HOME", str(project))
    (project / "plan.yaml").write_text("wandb: {entity: e, project: p}\nmetrics: {primary: [reward]}\n")
    assert call("check", "plan.yaml", "--no-data", cwd=project).returncode == 0
    done = call("build", "plan.yaml", cwd=project)
    assert done.returncode == 4
    assert "no W&B API key" in done.stderr
    assert "wandb login" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    folder = tmp_path_factory.mktemp("demo")
    done = call("demo", "--profile", "--cache-dir", folder / "cache", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder, done.stdout


def test_the_demo_is_one_command_without_an_account(demo):
    folder, printed = demo
    assert "Dyna-Q" in printed
    assert re.search(r"^drawing figures +\d+\.\d\d s$", printed, flags=re.MULTILINE)
    report = json.loads((folder / "build/quickstart/report.json").read_text())
    assert report["report"]["data_as_of"]
    assert [metric["id"] for metric in report["metrics"]] == ["return", "length", "losses/td_error"]
    assert (folder / "cache/runs").is_dir()


def test_serve_shows_the_only_report_of_a_folder(demo):
    folder, _ = demo
    command = [sys.executable, "-u", "-m", "reportgen", "serve", "--port", "0"]
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, text=True) as child:
        address = child.stdout.readline().split(" at ")[1].split(" ")[0]
        with urllib.request.urlopen(address, timeout=10) as answer:  # noqa: S310 - our own server
            page = answer.read().decode()
        child.send_signal(signal.SIGINT)
        assert "stopped" in child.stdout.read()
    assert "Four tabular methods" in page


def test_serve_says_when_there_is_nothing_to_show(tmp_path):
    done = call("serve", tmp_path)
    assert done.returncode == 2
    assert "reportgen demo" in done.stderr


def test_schema_prints_the_schema():
    assert "wandb_offline" in json.loads(call("schema").stdout)["properties"]


def test_doctor_names_what_is_there_and_what_is_not_needed(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    done = call("doctor", "--cache-dir", tmp_path / "new")
    assert done.returncode == 0, done.stdout
    for found in ("reportgen-ml", "wandb-workspaces", "anywidget", "run cache"):
        assert re.search(rf"^ok +{found} ", done.stdout, flags=re.MULTILINE)
    assert re.search(r"^absent +git +not found; it pushes sites", done.stdout, flags=re.MULTILINE)


def test_every_command_that_the_readme_names_exists():
    text = (Path(__file__).parents[2] / "README.md").read_text()
    shell = "\n".join(re.findall(r"```sh\n(.*?)```", text, flags=re.DOTALL))
    named = {*re.findall(r"(?:^|/)reportgen (\w+)", shell, flags=re.MULTILINE), *re.findall(r"`reportgen (\w+)", text)}
    assert named
    assert named <= set(main.commands)
