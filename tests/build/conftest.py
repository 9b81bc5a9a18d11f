"""One real build of the shipped example, shared by every test of this room."""

import os
import shutil
import subprocess
import sys

import pytest

from reportgen.resources import shipped


def run_reportgen(*arguments, cwd, **environment):
    return subprocess.run(
        [sys.executable, "-m", "reportgen", *map(str, arguments)],
        cwd=cwd,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="session")
def reportgen():
    return run_reportgen


@pytest.fixture(scope="session")
def example(tmp_path_factory):
    """A copy of the shipped example that may be changed by nobody."""
    folder = tmp_path_factory.mktemp("example") / "spec"
    shutil.copytree(shipped("configs") / "example", folder)
    return folder / "report.yaml"


@pytest.fixture(scope="session")
def built(example, tmp_path_factory):
    """The folder of the built example, and what the command printed."""
    out = tmp_path_factory.mktemp("out")
    done = run_reportgen("build", example, "-o", out, cwd=out)
    assert done.returncode == 0, done.stderr
    return out / "report", done.stdout
