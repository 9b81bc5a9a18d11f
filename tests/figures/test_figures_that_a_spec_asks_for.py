"""`figures:` of a spec: chosen methods and tasks, limits, panels and smoothing, and captions that tell of them."""

import io

import pytest
from pypdf import PdfReader

from reportgen.data import prepare, run_rows
from reportgen.figures.asked import smoothed
from reportgen.figures.draw import draw
from reportgen.parallel import serial
from reportgen.results import assemble
from reportgen.results.report import Curve
from reportgen.runs import Reading, collect_runs
from reportgen.spec import load

SPEC = """files: {path: scores.csv, columns: {method: method, task: task, seed: seed, step: step}, values: [score]}
metrics: {primary: [{name: score, direction: maximize, unit: points}]}
analysis: {bootstrap_samples: 100, curves: {points: 5}}
figures:
  - {kind: task-curves, name: panels, methods: [sac, ppo], tasks: [push, maze], ncols: 1, xlim: [0, 3], smoothing: 3,
     width: 5.5, label: "fig:panels", caption: <b>Mine</b>}
  - {kind: heatmap, tasks: [push]}
"""


@pytest.fixture
def drawn(tmp_path):
    rows = [
        f"{method},{task},{seed},{step},{level + seed / 7 + step / 3}"
        for level, method in enumerate(("ppo", "dqn", "sac"))
        for task in ("maze", "push", "open")
        for seed in range(3)
        for step in range(5)
    ]
    (tmp_path / "scores.csv").write_text("\n".join(["method,task,seed,step,score", *rows]) + "\n")
    (tmp_path / "spec.yaml").write_text(SPEC)
    loaded = load(tmp_path / "spec.yaml")
    records = collect_runs(loaded.spec, loaded.root, where=loaded.where, reading=Reading()).records
    dataset = prepare(records, loaded.spec, root=loaded.root, where=loaded.where)
    report = assemble(loaded, dataset, run_rows(records, dataset), mapper=serial)
    return {one.name: one for one in draw(report, loaded.spec.visualization, mapper=serial)}


def part_of(artifact, end):
    return next(file.content for file in artifact.files if file.path.endswith(end))


def pairs(artifact):
    lines = part_of(artifact, ".csv").decode().splitlines()[1:]
    return list(dict.fromkeys(tuple(line.split(",")[:2]) for line in lines))


def test_a_figure_shows_what_is_asked_for_and_tells_what_was_done(drawn):
    panels = drawn["panels"]
    assert (panels.role, panels.label) == ("asked", "fig:panels")
    assert panels.caption == (
        "<b>Mine</b> Lines and bands are smoothed: centred running means over 3 grid points; bands are then no longer "
        "intervals of single points. Shown from 0 to 3."
    )
    assert set(pairs(panels)) == {("sac", "push"), ("ppo", "push"), ("sac", "maze"), ("ppo", "maze")}
    page = PdfReader(io.BytesIO(part_of(panels, ".pdf"))).pages[0].mediabox
    assert float(page.width) == pytest.approx(5.5 * 72, abs=0.1)
    assert drawn["score-heatmap"].role == "heatmap"
    assert "1 task" in drawn["score-heatmap"].caption
    assert "score-task-curves" in drawn


def test_smoothing_is_a_centred_running_mean_and_leaves_gaps():
    line = Curve(
        x="step",
        steps=(0, 1, 2, 3),
        estimate=(0, 3, 0, 3),
        low=(None, 1, 1, 1),
        high=(4, 4, 4, 1),
        n_runs=1,
        statistic="",
    )
    done = smoothed(line, 3)
    assert done.estimate == (0, 1, 2, 3)
    assert done.low == (None, None, 1, 1)
    assert done.high == (4, 4, 3, 1)
    assert smoothed(line, 1) is line
