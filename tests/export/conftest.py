"""The shipped example, built once by the real command."""

import subprocess
import sys

import pytest

from reportgen.resources import shipped


def call(*arguments, cwd):
    command = [sys.executable, "-m", "reportgen", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


@pytest.fixture(scope="session")
def reportgen():
    return call


@pytest.fixture(scope="session")
def report(tmp_path_factory):
    """The folder of the built example."""
    out = tmp_path_factory.mktemp("built")
    spec = shipped("configs") / "example/report.yaml"
    settings = ("--set", "notebooks.execute=never", "--set", "analysis.bootstrap_samples=200")
    done = call("build", spec, "-o", out, *settings, cwd=out)
    assert done.returncode == 0, done.stderr
    return out / "report"
