"""Every file that other groups published, by a spec alone: the report builds, and says what is wrong with the data."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from reportgen.resources import shipped

EXAMPLES = shipped("configs") / "examples"
QUICK = {
    "analysis.bootstrap_samples": 200,
    "analysis.curves.points": 5,
    "notebooks.execute": "never",
}
CASES = {
    "adastop": ("adastop", ["80 used"], []),
    "diamond": ("atari100k-diamond", ["130 used"], ["26 of the 26 tasks"]),
    "dopamine": ("dopamine", ["90 used"], ["known by the order of rows within Agent, Iteration only (90 runs)"]),
    "dreamerv3-atari100k": (
        "dreamerv3",
        ["260 used"],
        ["26 of the 26 tasks", "runs start at 216 different steps (376 to 13,728), also within a task"],
    ),
    "dreamerv3-atari57": (
        "dreamerv3",
        ["299 used"],
        [
            "5,266 values are missing",
            "299 runs",
            "atari_private_eye, seed 2: 29,600,000 of 200,000,000,",
            "3 to 6 runs per task",
        ],
    ),
    "dreamerv3-dmc-proprio": ("dreamerv3", ["450 used"], ["runs start at 14 different steps", "36 of 54 pairs"]),
    "dreamerv3-dmc-vision": (
        "dreamerv3",
        ["587 used"],
        ["sac, dmc_cartpole_balance, seed 9: 0 of 1,000,000", "sac, dmc_pendulum_swingup, seed 9: 0 of 1,000,000"],
    ),
    "dreamerv3-procgen": ("dreamerv3", ["64 used"], ["dreamerv3 has a single run per task", "16 values are missing"]),
    "drqv2": ("drqv2", ["57 used"], ["8 to 10 runs per task", "seed 9 lacks 1, seed 10 lacks 2"]),
    "marl-eval-mock": ("marl-eval-mock", ["18 used"], ["several episodes at a step are averaged"]),
    "simbav2": (
        "simbav2",
        ["3562 used"],
        [
            "a_no_input_norm: 1 of 4 seeds lack some of the 57 tasks",
            "a_no_input_norm has 3 to 4 runs per task",
            "57 of them under another spelling (acrobot-swingup as acrobot_swingup)",
        ],
    ),
    "simbav2-utd": ("simbav2", ["570 used"], ["57 of the 57 tasks"]),
    "tdmpc2": (
        "tdmpc2",
        ["1248 used, 36 not used"],
        [
            "697 values share their step",
            "TD-MPC2 has 3 runs per task",
            "success on 65 of 104 tasks and reward on 39 of 104 tasks",
            "2,000,000 steps on 60, 4,000,000 steps on 36 and 14,000,000 steps on 8 of 104 tasks",
            "in 135 of 416 pairs of a method and a task the runs hold different numbers of points",
        ],
    ),
    "tdmpc2-pixels": (
        "tdmpc2",
        ["72 used, 1212 not used"],
        ["Only the 12 common tasks are used", "36 of 72 runs end before 95 % of the longest run of their task"],
    ),
}


def test_every_example_is_here():
    assert {path.stem for path in EXAMPLES.glob("*.yaml")} == set(CASES)


@pytest.mark.slow
@pytest.mark.parametrize("example", CASES)
def test_it_builds_and_names_its_defects(example, tmp_path):
    published = os.environ.get("REPORTGEN_PUBLISHED_DATA")
    if not published:
        pytest.skip("the published runs are not here: REPORTGEN_PUBLISHED_DATA is unset")
    folder, printed, named = CASES[example]
    settings = {"root": json.dumps(str(Path(published) / folder)), **QUICK}
    options = [part for name, value in settings.items() for part in ("--set", f"{name}={value}")]
    command = [sys.executable, "-m", "reportgen", "build", EXAMPLES / f"{example}.yaml", "-o", tmp_path, "-j", "1"]
    done = subprocess.run([*command, *options], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    for words in printed:
        assert words in done.stdout
    report = json.loads((tmp_path / example / "report.json").read_text())
    told = "\n".join(notice["text"] for notice in report["warnings"])
    for words in named:
        assert words in told
    assert (tmp_path / example / "site/index.html").is_file()
    assert str(published) not in (tmp_path / example / "site/provenance.html").read_text()
    section = (tmp_path / example / "latex/report.tex").read_text().split("\\section{")[2]
    tables = re.findall(r"\\input{(tables/[^}]+)}", section)
    long = ["{longtable}" in (tmp_path / example / f"latex/{table}.tex").read_text() for table in tables]
    assert long == sorted(long), "a table over pages overtakes floats of lower numbers"
