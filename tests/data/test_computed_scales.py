"""Scales that are computed from the compared methods, or by a function of the spec's owner."""

from pathlib import Path

import numpy as np
import pytest

from reportgen.data.bounds import bound, normalize
from reportgen.data.lines import NOTHING, Line
from reportgen.data.scores import Score, Task
from reportgen.errors import DataError, UsageError
from reportgen.spec.model import Normalization


def scores(**by_task):
    return [
        Score(method="ab"[k % 2], task=task, run=f"{task}{k}", seed="0", raw=float(value), value=float(value),
              line=Line.of(NOTHING))
        for task, values in by_task.items()
        for k, value in enumerate(values)
    ]  # fmt: skip


def bounded(found, *, direction="maximize", optimal=None, root=Path(), code="refuse", **norm):
    tasks = [Task(id=name, label=name) for name in dict.fromkeys(score.task for score in found)]
    return bound(
        tasks,
        Normalization(**norm),
        optimal or {},
        metric="score",
        direction=direction,
        columns={},
        root=root,
        scores=found,
        code=code,
    )


def values(found, scale):
    tasks = {task.id: task for task in scale.tasks}
    return [normalize(score, tasks[score.task]).value for score in found]


def test_min_max_runs_over_the_scores_of_all_methods():
    found = scores(x=[2, 4, 10], y=[0, 1])
    scale = bounded(found, method="min_max")
    assert values(found, scale) == [0, 0.25, 1, 0, 1]
    assert scale.normalized
    assert scale.relative
    assert "relative to the compared set" in scale.text
    assert [notice.level for notice in scale.notices] == ["note"]


def test_of_a_minimised_metric_the_smallest_score_is_one():
    found = scores(x=[2, 4, 10])
    assert values(found, bounded(found, method="min_max", direction="minimize")) == [1, 0.75, 0]


@pytest.mark.parametrize("direction", ["maximize", "minimize"])
def test_z_scores_have_mean_zero_and_standard_deviation_one(direction):
    found = scores(x=[2, 4, 10, 5])
    shown = values(found, bounded(found, method="zscore", direction=direction))
    assert np.mean(shown) == pytest.approx(0)
    assert np.std(shown, ddof=1) == pytest.approx(1)
    assert (shown[2] > shown[0]) == (direction == "maximize")


def test_a_task_without_any_difference_is_named_and_nothing_is_normalised():
    scale = bounded(scores(x=[1, 2], flat=[3, 3]), method="min_max")
    assert not scale.normalized
    assert any("flat" in notice.text for notice in scale.notices if notice.level == "warning")


def test_declared_optima_that_go_unused_are_told():
    scale = bounded(scores(x=[1, 2]), method="zscore", optimal={"x": 5.0})
    assert any("optimal_scores" in notice.text for notice in scale.notices)


def test_a_function_of_the_owner_gives_the_scores_that_are_zero_and_one(tmp_path):
    (tmp_path / "scales.py").write_text("def halves(task, scores):\n    return 0.0, 2 * scores.max()\n")
    found = scores(x=[1, 2])
    scale = bounded(found, python="scales:halves", root=tmp_path, code="run")
    assert values(found, scale) == [0.25, 0.5]
    assert [own.name for own in scale.code] == ["scales:halves"]


def test_code_of_the_owner_runs_only_where_that_is_allowed(tmp_path):
    (tmp_path / "scales.py").write_text("raise SystemExit\n")
    with pytest.raises(UsageError, match="--allow-code"):
        bounded(scores(x=[1, 2]), python="scales:halves", root=tmp_path)
    assert not bounded(scores(x=[1, 2]), python="scales:halves", root=tmp_path, code="skip").normalized


@pytest.mark.parametrize(
    ("body", "words"),
    [("return 1", "two numbers"), ("return 0, float('nan')", "two numbers"), ("1 / 0", "ZeroDivision")],
)
def test_a_function_that_gives_no_scale_is_told_with_its_task(tmp_path, body, words):
    (tmp_path / "scales.py").write_text(f"def broken(task, scores):\n    {body}\n")
    with pytest.raises(DataError, match=words):
        bounded(scores(x=[1, 2]), python="scales:broken", root=tmp_path, code="run")
