"""`reportgen.build` with the spec as a path or as a mapping makes the report that the command makes."""

from pathlib import Path

import numpy as np
import pytest
import yaml

import reportgen
from reportgen.errors import SpecError
from reportgen.spec import load, load_mapping


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_of_a_mapping_every_file_is_that_of_the_command(built, example, tmp_path, monkeypatch):
    monkeypatch.chdir(example.parent)
    found = reportgen.build(yaml.safe_load(example.read_text()), output=tmp_path, jobs=1)
    assert found.folder == tmp_path / "report"
    made, commanded = files(found.folder), files(built[0])
    assert made["report.json"] == commanded["report.json"]
    assert made == commanded


def test_a_path_and_a_mapping_are_one_spec(example, monkeypatch):
    monkeypatch.chdir(example.parent)
    read, held = load(example), load_mapping(yaml.safe_load(example.read_text()))
    assert (held.text, held.slug, held.title, held.root) == (read.text, read.slug, read.title, read.root)


def test_paths_tuples_and_numbers_of_numpy_are_meant():
    held = load_mapping(
        {
            "files": {"path": Path("a") / "b.csv", "values": ("score",)},
            "analysis": {"seed": np.int64(3), "gamma": np.float64(0.5)},
        }
    ).spec
    assert held.sources[0].files.path == str(Path("a") / "b.csv")
    assert held.sources[0].files.values == ("score",)
    assert (held.analysis.seed, held.analysis.gamma) == (3, 0.5)


@pytest.mark.parametrize(
    ("spec", "told"),
    [
        (
            {"files": {"path": "a.csv", "vaules": ["x"]}},
            r"report:\d+:\d+: unknown key 'vaules' .* did you mean 'values'",
        ),
        ({"files": {"path": {1, 2}}}, "files.path is a set; a spec holds texts, numbers, booleans"),
        ({"files": {"path": np.arange(3)}}, "files.path is a ndarray; a spec holds"),
        ({"optimal_scores": {3: 1.0}}, "optimal_scores has the key 3, which is no text; write '3'"),
        ({"analysis": {"gamma": float("nan")}}, "analysis.gamma is the number nan"),
        ({}, "no source|needs"),
    ],
)
def test_what_is_no_spec_is_told(spec, told):
    with pytest.raises(SpecError, match=told):
        load_mapping(spec)
