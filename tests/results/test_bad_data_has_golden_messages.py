"""Data that cannot carry every number: the whole text of what a report says of it, or of why there is none."""

import textwrap

import pytest

from reportgen.data import prepare, run_rows
from reportgen.errors import ReportgenError
from reportgen.parallel import serial
from reportgen.results import assemble
from reportgen.results.words import measured_coverage
from reportgen.runs import read_runs
from reportgen.spec import load

FILES = "files: {path: scores.csv, columns: {method: method, task: task, seed: seed}, values: [score]}\n"
UNIT = "metrics: {primary: [{name: score, direction: maximize, unit: points}]}\n"
BARE = "metrics: {primary: [{name: score, direction: maximize}]}\n"
LESS = "metrics: {primary: [{name: score, direction: minimize}]}\n"


def rows(runs, *, tasks=("maze", "room"), sign=1):
    """Two methods; `runs` says how many runs each has, in all tasks or by task."""
    return [
        f"{method},{task},{seed},{sign * (level + place + seed * (seed + 1) / 10):g}"
        for level, method in enumerate(("dqn", "ppo"))
        for place, task in enumerate(tasks)
        for seed in range(runs.get((method, task), runs.get(method, 3)))
    ]


CORPUS = {
    "one-seed": (rows({"dqn": 1, "ppo": 1}), UNIT),
    "one-seed-of-one-method": (rows({"dqn": 1}), UNIT),
    "few-seeds": (rows({}), UNIT),
    "duplicate-seed": ([*rows({}), "dqn,maze,1,7"], UNIT),
    "task-missing-for-a-method": (rows({("ppo", "room"): 0}), UNIT),
    "task-missing-over-common-tasks": (rows({("ppo", "room"): 0}), UNIT + "runs: {missing_tasks: common}\n"),
    "unequal-seeds": (rows({("ppo", "room"): 2, ("dqn", "maze"): 5}), UNIT),
    "optimum-zero": (rows({}), BARE + "optimal_scores: {maze: 0, room: 9}\n"),
    "optimum-negative": (rows({}), BARE + "optimal_scores: {maze: 9, room: -1}\n"),
    "optimum-of-a-minimised-metric": (rows({}), LESS + "optimal_scores: {maze: 1, room: 1}\n"),
    "optimum-equal-to-the-reference": (rows({}), BARE + "normalization: {reference: 9}\noptimal_scores: {maze: 9}\n"),
    "optimum-worse-than-the-reference": (rows({}), BARE + "normalization: {reference: 9, optimum: 5}\n"),
    "optimum-below-observed-scores": (rows({}), BARE + "optimal_scores: {maze: 1, room: 9}\n"),
    "optimum-of-an-unknown-task": (rows({}), BARE + "optimal_scores: {maez: 9, maze: 9, room: 9}\n"),
    "optimum-of-some-tasks": (rows({}), BARE + "optimal_scores: {maze: 9}\n"),
    "function-not-trusted": (rows({}), BARE + "normalization: {python: 'mine:scale'}\n"),
}


@pytest.fixture
def told(tmp_path):
    """Say everything that a report on some rows withholds or doubts, or the error that stops it."""

    def _told(lines, spec):
        (tmp_path / "scores.csv").write_text("\n".join(["method,task,seed,score", *lines]) + "\n")
        (tmp_path / "spec.yaml").write_text(f"{FILES}{spec}analysis: {{bootstrap_samples: 200}}\n")
        loaded = load(tmp_path / "spec.yaml")
        try:
            records = read_runs(loaded.spec, loaded.root, where=loaded.where)
            data = prepare(records, loaded.spec, root=loaded.root, where=loaded.where)
            report = assemble(loaded, data, run_rows(records, data), mapper=serial)
        except ReportgenError as error:
            return f"{type(error).__name__}: {str(error).replace(str(tmp_path), '<folder>')}\n"
        return "\n".join(said(report)) + "\n"

    return _told


def said(report):
    (metric,) = report.metrics
    for notice in report.warnings:
        yield f"{notice.level} {notice.code}: {notice.text}"
        yield from indented(notice.mend)
    for item in metric.withheld:
        yield f"withheld {item.quantity}: {item.reason}"
        yield from indented(item.mend)
    for method in metric.methods:
        yield f"{method.label}: runs on {', '.join(task.label for task in metric.data.tasks)}: {method.n_runs_per_task}"
        for name in metric.aggregates:
            found = method.aggregates[name]
            if found.estimate is None or (found.low is None and name != "median"):
                yield f"    {name} {'withheld' if found.estimate is None else 'without interval'}: {found.reason}"
                yield from indented(found.mend, "        ")
        if method.common:
            yield f"    over {', '.join(metric.common_tasks)} alone: mean {method.common['mean'].estimate:.6g}"
    for one in metric.comparisons:
        yield f"{one.a} against {one.b}: {one.verdict or 'not compared'}" + (f": {one.reason}" if one.reason else "")
        if one.p_smallest_adjusted is not None:
            yield f"    smallest p that so many runs could give: {one.p_smallest_adjusted:.3g}"
    fewest = min(n for method in metric.methods for n in method.n_runs_per_task)
    yield from filter(None, [measured_coverage(report, len(metric.data.tasks), fewest)])


def indented(text, by="    "):
    return textwrap.indent(text, by).splitlines()


@pytest.mark.parametrize("name", CORPUS)
def test_what_data_cannot_carry_is_told_word_for_word(told, golden, name):
    golden(f"results/{name}.txt", told(*CORPUS[name]))
