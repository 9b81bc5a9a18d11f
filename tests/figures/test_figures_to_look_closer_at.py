"""What a figure hands to the reader's browser: the numbers of the report to six digits, and names that stay text."""

import json

import pytest

HOSTILE = '</script><script>alert(1)</script>" $$x$$'


def handed(drawn, report, visualization, *roles):
    """Return what the figures of some roles hand over, by role; None for a figure that is a picture only."""
    return {role: read(artifact) for role, artifact in drawn(report, visualization, *roles).items()}


def read(artifact):
    scripts = [file.content.decode() for file in artifact.files if file.path.endswith(f"/{artifact.name}.js")]
    if not scripts:
        return None
    name, numbers = json.loads(f"[{scripts[0].strip().removeprefix('reportgenExplore(').removesuffix(')')}]")
    assert name == artifact.name
    return numbers


def test_lines_are_those_of_the_report(report, drawn):
    found, visualization = report()
    metric = found.metrics[0]
    shown = handed(drawn, found, visualization, "profile", "curves")
    for role, of in (("profile", lambda method: method.profile), ("curves", lambda method: method.curves)):
        for line, method in zip(shown[role]["lines"], metric.methods, strict=True):
            assert line["label"] == method.label
            for part in ("estimate", "low", "high"):
                stated = [
                    value if value is None else pytest.approx(value, rel=1e-5) for value in getattr(of(method), part)
                ]
                assert line[part] == stated
    assert shown["curves"]["start"] == metric.methods[0].curves.steps[-1]


def test_cells_say_mean_spread_and_runs_and_none_where_there_is_no_run(report_of, drawn):
    found = report_of({"a": {"x": [1, 3], "y": [5, 6]}, "b": {"x": [2, 4]}})
    cells = handed(drawn, *found, "heatmap")["heatmap"]
    assert (cells["methods"], cells["tasks"]) == (["a", "b"], ["x", "y"])
    assert cells["cells"][1][1] is None
    _share, mean, _normalized, spread, runs = cells["cells"][0][0]
    assert (mean, spread, runs) == (2, pytest.approx(2**0.5, rel=1e-5), 2)


def test_a_picture_only_hands_over_nothing(report, drawn):
    assert handed(drawn, *report(), "intervals", "violin") == {"intervals": None, "violin": None}


def test_a_name_is_a_json_text_and_nothing_else(report_of, drawn):
    found, visualization = report_of({HOSTILE: {"x": [1, 3]}, "b": {"x": [2, 4]}})
    assert HOSTILE in handed(drawn, found, visualization, "heatmap")["heatmap"]["methods"]
