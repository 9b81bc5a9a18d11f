"""The wheel carries templates, site_config and configs, and works outside the checkout."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reportgen.resources import shipped

CHECKOUT = Path(__file__).parents[1]


@pytest.mark.parametrize("room", ["templates", "site_config", "configs"])
def test_an_editable_install_finds_the_shipped_folders(room):
    assert shipped(room) == CHECKOUT / room
    assert any(shipped(room).iterdir())


@pytest.mark.slow
def test_a_wheel_built_through_the_sdist_builds_the_demo_outside_the_checkout(tmp_path):
    """The environment is fresh but for the third-party packages, which it borrows from the one that runs the tests."""
    subprocess.run(
        [sys.executable, "-m", "build", "--outdir", tmp_path / "dist", CHECKOUT], check=True, capture_output=True
    )
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    target = tmp_path / "installed"
    subprocess.run(
        [sys.executable, "-m", "pip", "install", "--no-deps", "--quiet", "--target", target, wheel], check=True
    )
    environment = {**os.environ, "PYTHONPATH": str(target), "PYTHONSAFEPATH": "1"}
    work = tmp_path / "work"
    work.mkdir()

    def run(*arguments):
        return subprocess.run(
            [sys.executable, *arguments], cwd=work, env=environment, capture_output=True, text=True, check=True
        ).stdout

    assert str(target) in run("-c", "import reportgen; print(reportgen.__file__)")
    assert "IQM" in run("-m", "reportgen", "demo", "--cache-dir", "cache")
    assert (work / "build/quickstart/site/index.html").is_file()
    run("-m", "reportgen", "init", ".")
    assert "scores" in run("-m", "reportgen", "check", "report.yaml")
