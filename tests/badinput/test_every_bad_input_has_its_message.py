"""Thirty-five bad inputs, each with the whole text of what is told about it.

`CORPUS` is the table: a number, what is bad, and the golden files that hold the message. What a spec alone does wrong,
what a server cannot give and what is doubtful about recorded runs is tested beside its room, with its golden file
below ``tests/golden/<room>``; what needs the real command on files stands here, below ``tests/golden/badinput``.
"""

import os
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from reportgen.cli import main

TESTS = Path(__file__).parents[1]
CORPUS = {
    1: ("unknown key", ["spec/unknown-key", "spec/unknown-key-of-another-section", "spec/set-unknown-key"]),
    2: ("duplicate key", ["spec/duplicate-keys"]),
    3: ("tab or indentation", ["spec/tab", "spec/indentation", "spec/outdented"]),
    4: ("wrong type", ["spec/wrong-types", "spec/set-wrong-type"]),
    5: ("number where a name is meant", ["spec/numbers-and-booleans-as-names", "spec/constants-that-are-no-names"]),
    6: ("too much", ["spec/alias-bomb", "spec/alias-inside-itself", "spec/too-large", "spec/too-deep"]),
    7: ("tags", ["spec/tags", "spec/set-tag"]),
    8: ("no spec", ["spec/no-spec-files", "spec/empty", "spec/only-comments"]),
    9: ("no API key", ["wandb/no-key"]),
    10: ("refused", ["wandb/key-refused", "wandb/project-refused"]),
    11: ("project not found", ["wandb/no-such-project", "wandb/empty-project"]),
    12: ("no run matched", ["wandb/no-run-matches"]),
    13: ("unknown metric", ["wandb/unknown-metric", "badinput/unknown-metric"]),
    14: ("metric in some runs only", ["data/metric-in-some-runs", "data/only-in-some-summaries"]),
    15: ("metric not numeric", ["wandb/not-numeric", "data/not-numeric-in-some", "badinput/text-for-a-score"]),
    16: ("nothing but NaN", ["data/nothing-but-missing-values", "badinput/all-missing"]),
    17: ("infinities", ["data/infinite-values", "badinput/infinite"]),
    18: ("no rows though there are steps", ["wandb/rows-lost"]),
    19: ("config key missing", ["data/method-missing", "data/task-missing", "data/seed-missing"]),
    20: ("method a list, or float noise", ["data/method-a-list", "data/method-float-noise", "data/method-unresolved"]),
    21: ("one seed", ["badinput/one-seed"]),
    22: ("under five seeds", ["badinput/three-seeds"]),
    23: ("duplicate seed", [f"data/duplicate-seed-{policy}" for policy in ("error", "latest", "mean", "keep")]),
    24: ("missing task", ["badinput/missing-task", "badinput/missing-task-common", "badinput/no-common-task"]),
    25: ("unequal seeds", ["badinput/unequal-seeds"]),
    26: ("optimum", [f"badinput/optimum-{name}" for name in ("zero", "negative", "equal", "exceeded", "reversed")]),
    27: ("optimum of an unknown task", ["badinput/optimum-of-an-unknown-task"]),
    28: ("unfinished runs", ["data/unfinished-runs", "data/states-that-do-not-count", "data/complete-when"]),
    29: ("steps not monotonic", ["data/resumed-run", "data/rows-in-any-order", "data/repeated-evaluations"]),
    30: (
        "settings out of bounds, places not ours, code not trusted",
        [
            *("spec/out-of-bounds", "spec/too-many-replicates"),
            *("badinput/output-foreign", "badinput/output-a-file", "badinput/output-and-cache"),
            *("badinput/code-not-allowed", "badinput/code-not-importable", "badinput/code-without-its-function"),
        ],
    ),
    31: ("as many methods as runs", ["data/method-per-run"]),
    32: ("trials taken for seeds", ["data/trials-taken-for-seeds"]),
    33: ("last at different steps", ["data/last-at-different-steps"]),
    34: ("training against evaluation", ["data/training-and-evaluation"]),
    35: ("best of unequal evaluations", ["data/best-of-unequal-evaluations"]),
}
SPEC = (
    "files: {path: scores.csv, columns: {method: method, task: task, seed: seed, step: step}, values: [score]}\n"
    "metrics: {primary: [{name: score, direction: maximize}]}\n"
)


def grid(runs=5, *, without=(), tasks="xy"):
    """Rows of two methods on two tasks; `without` names cells as method-task-seed."""
    return [
        f"{method},{task},{seed},1000,{better + seed / 4 + harder}"
        for better, method in enumerate(("ppo", "dqn"))
        for harder, task in enumerate(tasks)
        for seed in range(runs)
        if f"{method}-{task}-{seed}" not in without
    ]


def having(value):
    return ["ppo,x,0,1000,2.5", f"ppo,x,0,2000,{value}", *grid(without=["ppo-x-0"])]


Y_OF_DQN = [f"dqn-y-{seed}" for seed in range(5)]
CHECKED = {
    "unknown-metric": (3, grid(), ""),
    "text-for-a-score": (3, having("high"), ""),
    "all-missing": (3, [f"{row.rpartition(',')[0]},nan" for row in grid(2)], ""),
    "infinite": (0, having("inf"), ""),
    "one-seed": (0, grid(1), ""),
    "three-seeds": (0, grid(3), ""),
    "missing-task": (0, grid(without=Y_OF_DQN), ""),
    "missing-task-common": (0, grid(without=Y_OF_DQN), "runs: {missing_tasks: common}\n"),
    "no-common-task": (
        3,
        grid(without=[*Y_OF_DQN, *(f"ppo-x-{seed}" for seed in range(5))]),
        "runs: {missing_tasks: common}\n",
    ),
    "unequal-seeds": (0, grid(8, without=["dqn-y-6", "dqn-y-7"]), ""),
    "optimum-zero": (3, grid(), "optimal_scores: {x: 0, y: 5}\n"),
    "optimum-negative": (3, grid(), "optimal_scores: {x: -3, y: 5}\n"),
    "optimum-equal": (3, grid(), "normalization: {reference: 5}\noptimal_scores: {x: 5, y: 7}\n"),
    "optimum-reversed": (3, grid(), "normalization: {reference: 5, optimum: 1}\n"),
    "optimum-exceeded": (0, grid(), "optimal_scores: {x: 1, y: 9}\n"),
    "optimum-of-an-unknown-task": (0, grid(tasks=["maze", "push"]), "optimal_scores: {maez: 5, maze: 5, push: 7}\n"),
}


@pytest.fixture
def called(tmp_path, monkeypatch):
    """Run a command on a spec and its file of scores; return the code and what was said, without the folder's name."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("REPORTGEN_CACHE_DIR", str(tmp_path / "cache"))

    def call(command, rows=(), lines="", *arguments, spec=SPEC):
        Path("scores.csv").write_text("\n".join(["method,task,seed,step,score", *rows]) + "\n")
        Path("spec.yaml").write_text(spec + lines)
        done = CliRunner().invoke(main, [command, "spec.yaml", *arguments])
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        assert "Traceback" not in done.output
        return done.exit_code, done.output.replace(f"{os.path.realpath(tmp_path)}/", "").replace(f"{tmp_path}/", "")

    return call


def shown(rows, lines, text):
    cells = f"{len(rows)} rows such as {rows[0]}\n"
    return f"{cells}{lines}-- is told as --\n{text}"


@pytest.mark.parametrize("name", CHECKED)
def test_a_bad_file_of_scores_is_told_by_check(called, golden, name):
    code, rows, lines = CHECKED[name]
    spec = SPEC.replace("name: score", "name: scor") if name == "unknown-metric" else SPEC
    got, text = called("check", rows, lines, spec=spec)
    assert got == code, text
    golden(f"badinput/{name}.txt", shown(rows, lines, text))


BUILT = {
    "output-foreign": (2, "", ["-o", "out"]),
    "output-a-file": (2, "", ["-o", "taken"]),
    "output-and-cache": (2, "", ["-o", "new", "--cache-dir", "new/spec/cache"]),
    "code-not-allowed": (2, "labels: [{python: 'own:label'}]\n", []),
    "code-not-importable": (3, "labels: [{python: 'mine:label'}]\n", ["--allow-code"]),
    "code-without-its-function": (3, "labels: [{python: 'own:label'}]\n", ["--allow-code"]),
}


@pytest.mark.parametrize("name", BUILT)
def test_a_build_that_must_not_be_is_refused_before_anything_is_written(called, golden, name, tmp_path):
    code, lines, arguments = BUILT[name]
    for path in ("out/spec/thesis.tex", "taken/spec", "own.py"):
        (tmp_path / path).parent.mkdir(exist_ok=True, parents=True)
        (tmp_path / path).write_text("def lable(run): return None\n")
    before = sorted(tmp_path.rglob("*"))
    got, text = called("build", grid(2), lines, *arguments)
    assert got == code, text
    written = [path for path in tmp_path.rglob("*") if "__pycache__" not in path.parts]  # Python's own, of own code
    assert sorted(written) == sorted({*before, tmp_path / "scores.csv", tmp_path / "spec.yaml"})
    golden(f"badinput/{name}.txt", f"{lines}reportgen build spec.yaml {' '.join(arguments)}\n-- is told as --\n{text}")


def test_only_debug_shows_a_traceback(called):
    Path("spec.yaml").write_text("analysis: {}\n")
    assert "Traceback" in CliRunner().invoke(main, ["--debug", "check", "spec.yaml"]).output
    assert "Traceback" not in CliRunner().invoke(main, ["check", "spec.yaml"]).output


@pytest.mark.parametrize("number", CORPUS)
def test_every_bad_input_has_a_golden_message_that_some_test_asks_for(number):
    sources = "".join(path.read_text() for path in TESTS.rglob("test_*.py"))
    for name in CORPUS[number][1]:
        text = (TESTS / "golden" / f"{name}.txt").read_text()
        assert text.strip(), name
        assert "Traceback" not in text
        word = re.sub(r"^(set|duplicate-seed|optimum)-", "", Path(name).name)
        assert word in sources, name


def test_the_corpus_is_whole():
    assert list(CORPUS) == list(range(1, 36))
