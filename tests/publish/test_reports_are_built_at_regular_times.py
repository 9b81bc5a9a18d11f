"""`reportgen init --ci` and `--cron`: what they write is what the services read, and its commands run."""

import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from reportgen.publish.automation import cron_script, workflow
from reportgen.spec import load

SPEC = Path("my specs/report.yaml")
GITHUB = Path(".github/workflows/reportgen.yml")
GITLAB = Path(".gitlab-ci.yml")
CRON = Path("my specs/report-cron.sh")


def reportgen(*arguments, cwd):
    command = [sys.executable, "-m", "reportgen", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def repository(example, built, quick, tmp_path_factory):
    """A git repository with the example's spec, all three automations, and the cache of a former build."""
    root = tmp_path_factory.mktemp("repository")
    subprocess.run(["git", "init", "-q", root], check=True)
    shutil.copytree(example.parent, root / SPEC.parent)
    effective = load(example, overrides=quick).effective()  # as `built` is, so that its figures are drawn already
    (root / SPEC).write_text(effective)
    (root / ".reportgen-cache").symlink_to(os.environ["REPORTGEN_CACHE_DIR"])
    (root / "bin").mkdir()
    (root / "bin/reportgen").write_text(f'#!/bin/sh\nexec "{sys.executable}" -m reportgen "$@"\n')
    (root / "bin/reportgen").chmod(0o755)
    for service in ("github", "gitlab"):
        done = reportgen("init", SPEC, "--ci", service, cwd=root)
        assert done.returncode == 0, done.stderr
    assert reportgen("init", SPEC, "--cron", cwd=root).returncode == 0
    return root


def shell(script, cwd, program=("bash", "-e"), **more):
    """Run lines as a runner does: nothing of this process but the program under test, and no way out."""
    environment = {
        "PATH": f"{cwd / 'bin'}:/usr/bin:/bin",
        "HOME": str(cwd),
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "https_proxy": "http://127.0.0.1:9",
        **more,
    }
    command = [*program, "-c", script]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, timeout=200, check=False)


def test_the_files_are_these(golden, tmp_path):
    for service in ("github", "gitlab"):
        golden(f"automation/{service}.yml", workflow(service, tmp_path / "report.yaml", version="1.2.3").content)
    golden("automation/cron.sh", cron_script(tmp_path / "report.yaml", python="/opt/lab env/bin/python").content)


@pytest.mark.parametrize(
    ("path", "schema"),
    [(GITHUB, ["vendor.github-workflows"]), (GITLAB, ["vendor.gitlab-ci", "--data-transform", "gitlab-ci"])],
)
def test_the_services_know_every_key(repository, path, schema):
    program = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", *schema]
    done = subprocess.run([*program, repository / path], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    broken = repository / "broken.yml"
    broken.write_text((repository / path).read_text().replace("  cache:\n", "  cashe:\n").replace("runs-on", "run-on"))
    assert subprocess.run([*program, broken], capture_output=True, check=False).returncode == 1


def test_the_steps_of_the_workflow_build_report_and_summary(repository):
    job = yaml.safe_load((repository / GITHUB).read_text())["jobs"]["build"]
    steps = {step["name"]: step["run"] for step in job["steps"] if "run" in step}
    told = repository / "told.md"
    more = {"GITHUB_STEP_SUMMARY": str(told), **job["env"], "WANDB_API_KEY": ""}
    for name in ("Build", "Say what was built"):
        done = shell(steps[name], repository, **more)
        assert done.returncode == 0, done.stderr
    assert "</html>" in (repository / "site/index.html").read_text()
    assert "Dyna-Q" in json.loads((repository / "summary.json").read_text())["headline"]
    assert "Dyna-Q" in told.read_text()
    shutil.rmtree(repository / "site")
    failed = shell(steps["Build"], repository, **more | {"SPEC": "my specs/scores.csv"})
    assert failed.returncode == 2
    assert not (repository / "site").exists()


def test_the_job_builds_the_report_and_its_pages(repository):
    read = yaml.safe_load((repository / GITLAB).read_text())
    job = read["reportgen"]
    given = {name: value["value"] if isinstance(value, dict) else value for name, value in job["variables"].items()}
    lines = [line for line in job["script"] if "pip install" not in line]
    assert len(lines) == len(job["script"]) - 1
    refused = shell(lines[0], repository, **given, CI_PROJECT_VISIBILITY="public")
    assert refused.returncode == 1
    assert "REPORTGEN_PUBLIC" in refused.stderr
    script = "\n".join([*lines, *read["pages"]["script"]])
    done = shell(script, repository, **given, CI_PROJECT_VISIBILITY="private")
    assert done.returncode == 0, done.stderr
    assert (repository / "public/index.html").is_file()


def test_cron_is_silent_when_all_is_well_and_never_builds_twice_at_once(repository):
    script, cache = f"'{repository / CRON}'", {"REPORTGEN_CACHE_DIR": os.environ["REPORTGEN_CACHE_DIR"]}
    log = repository / "my specs/report-cron.log"
    with Path(repository / "my specs/report-cron.lock").open("a") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        done = shell(script, Path("/"), program=("sh",), HOME=str(repository))
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
        assert "still at work" in log.read_text()
        assert not (repository / "my specs/build").exists()
    done = shell(script, Path("/"), program=("sh",), HOME=str(repository), **cache)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", ""), log.read_text()
    assert (repository / "my specs/build/report/site/index.html").is_file()
    assert "Dyna-Q" in (repository / "my specs/report-cron.json").read_text()
    failed = shell(f"{script} --set analysis.sede=1", Path("/"), program=("sh",), HOME=str(repository), **cache)
    assert failed.returncode == 2
    assert "did you mean" in failed.stdout
    assert "did you mean" in log.read_text()
    assert "Dyna-Q" in (repository / "my specs/report-cron.json").read_text()


def test_nothing_is_overwritten_and_a_pipeline_that_is_there_includes_ours(repository, tmp_path):
    for options in (("--ci", "github"), ("--cron",)):
        again = reportgen("init", SPEC, *options, cwd=repository)
        assert again.returncode == 2
        assert "nothing was written" in again.stderr
    (tmp_path / GITLAB).write_text("test: {script: [make]}\n")
    done = reportgen("init", tmp_path, "--ci", "gitlab", cwd=tmp_path)
    assert "include: [{local: .gitlab/reportgen.yml}]" in done.stdout
    assert (tmp_path / GITLAB).read_text() == "test: {script: [make]}\n"
    assert "report.yaml" in (tmp_path / ".gitlab/reportgen.yml").read_text()
    assert (tmp_path / "scores.csv").is_file()
    missing = reportgen("init", "no.yaml", "--cron", cwd=tmp_path)
    assert missing.returncode == 2
    assert "no such spec" in missing.stderr


def test_the_crontab_line_can_be_pasted(tmp_path):
    (folder := tmp_path / "50% done").mkdir()
    line = cron_script(folder / "report.yaml").to_do[-1].strip()
    assert re.fullmatch(r"17 4 \* \* \* '.*/50\\% done/report-cron\.sh'", line)
