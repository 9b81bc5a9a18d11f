"""A report in which every word that a stranger can choose is chosen to do harm, built once by the real command."""

import csv
import json
import os
import subprocess
import sys
from types import SimpleNamespace

import pytest

METRICS = [
    "</title><script>alert('metric')</script>",
    "second\u202e\x1b[31m\x07 metric\n\nwith lines",
]
METHODS = [
    "<script>alert(1)</script>",
    "javascript:alert(1)",
    "{{ 7*7 }}{% include 'x' %}",
    "{: onclick=alert(1) }",
    "| pipe | pipe |",
    "[x](javascript:alert(1))",
    "</td><img src=x onerror=alert(1)>",
    "$x^2$ \\input{/etc/passwd} \\\\[1cm]",
    "../../etc",
    "\u202eleft\u200b\x1b[31mred\x07\r\nline",
    "L" * 500,
    "=1+1",
]
TASKS = ["😀 é Ж 中 ə ∮ 𝔸", "--9--,,", "*bold* _it_ `code` ~~x~~ <!-- c -->", "[0] * a & b"]
TITLE = "</title></head><body onload=alert(1)> {{ 7*7 }} \u202e & \\end{document}"


def rows():
    """Six runs a method and task, curves of two points; the last method lacks a task, one run has no number."""
    for place, method in enumerate(METHODS):
        for other, task in enumerate(TASKS[: 3 if place == len(METHODS) - 1 else 4]):
            for seed in range(6):
                for step in (1, 2):
                    value = place + other / 2 + (seed * 7 + place) % 5 / 3 + step / 10
                    lost = (place, other, seed) == (2, 1, 3)
                    outlier = 100.0 if (place, other, seed) == (4, 2, 0) else 0.0
                    yield [method, task, f"=s{seed}", step, "" if lost else value + outlier, value / 2]


@pytest.fixture(scope="session")
def strange(tmp_path_factory):
    """The folder of the report, what the command said, and the texts."""
    folder = tmp_path_factory.mktemp("strange")
    with (folder / "scores.csv").open("w", newline="", encoding="utf-8") as file:
        csv.writer(file).writerows([["=who", "<b>", "nr", "step", *METRICS], *rows()])
    spec = {
        "report": {"title": TITLE, "authors": ["<i>A</i> {{ 1 }}", "B & \\b{}"], "slug": "strange"},
        "files": {
            "path": "scores.csv",
            "columns": {"method": "=who", "task": "<b>", "seed": "nr", "step": "step"},
            "values": METRICS,
        },
        "baseline": METHODS[0],
        "metrics": {
            "primary": [{"name": METRICS[0], "direction": "maximize", "unit": "<u>"}],
            "secondary": [{"name": METRICS[1], "direction": "minimize"}],
        },
        "analysis": {"bootstrap_samples": 200, "curves": {"points": 4}},
        "notebooks": {"execute": "never"},
    }
    (folder / "report.yaml").write_text(json.dumps(spec))
    done = subprocess.run(
        [sys.executable, "-m", "reportgen", "build", "report.yaml", "-o", "out"],
        cwd=folder,
        env={**os.environ, "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return SimpleNamespace(
        folder=folder / "out/strange",
        parent=folder,
        said=done.stdout + done.stderr,
        metrics=METRICS,
        methods=METHODS,
        tasks=TASKS,
        title=TITLE,
    )
