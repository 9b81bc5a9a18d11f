"""Strict YAML, defaults, short forms, settings and the effective spec."""

import json

import jsonschema
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reportgen.resources import shipped
from reportgen.spec import load, loads
from reportgen.spec.reference import json_schema, reference_page
from reportgen.spec.tree import dump, parse, scalar

FILES = "files: {path: scores.csv}\n"
PLAN = """
wandb:
  entity: "an_entity"
  project: "a_project"
metrics:
  primary: ["return", "solved"]
  secondary: ["value_loss"]
analysis:
  iqm_trim_percentage: 0.25
  bootstrap_samples: 5000
  confidence_level: 0.9
optimal_scores:
  maze: 10.0
  push: 1.0
visualization:
  style: "seaborn"
  color_palette: "Set2"
"""


@pytest.mark.parametrize("text", ["no", "yes", "on", "012", "1:30", "2026-01-01", "0x10", "NaN", ".inf", "True"])
def test_plain_words_stay_text(text):
    assert parse(f"key: {text}", "spec.yaml").value == {"key": text}


@pytest.mark.parametrize(
    ("text", "value"), [("1e-3", 0.001), ("-7", -7), (".5", 0.5), ("true", True), ("null", None), ("~", None)]
)
def test_numbers_truth_and_nothing_are_themselves(text, value):
    assert scalar(text) == value


def test_the_plans_configuration_is_a_spec():
    spec = loads(PLAN).spec
    assert spec.sources[0].wandb.project == "a_project"
    assert spec.metrics.primary == ("return", "solved")
    assert spec.optimal_scores == {"maze": 10.0, "push": 1.0}


def test_a_short_source_is_a_list_of_one_and_keeps_its_place():
    loaded = loads(f"\n{FILES}")
    assert loaded.spec.sources[0].files.path == "scores.csv"
    assert loaded.where("sources", 0, "files", "path") == "spec.yaml:2:15"
    assert loaded.excerpt("sources", 0, "files", "path").splitlines() == [
        "    files: {path: scores.csv}",
        " " * 18 + "^",
    ]
    several = loads("files: [{path: a.csv}, {path: b.csv}]")
    assert [entry.files.path for entry in several.spec.sources] == ["a.csv", "b.csv"]
    assert several.where("sources", 1, "files", "path") == "spec.yaml:1:31"


def test_settings_win_over_the_file_and_say_so():
    loaded = loads(
        f"{FILES}normalization: {{table: atari57}}\nmetrics: {{primary: [{{name: a}}]}}\n",
        overrides=[
            "files.path=b.csv",
            "normalization=",
            "metrics.primary.0.name=b",
            "score={reduce: last}",
        ],
    )
    assert loaded.spec.sources[0].files.path == "b.csv"
    assert loaded.spec.normalization is None
    assert loaded.spec.metrics.primary[0].name == ("b",)
    assert loaded.spec.score.reduce == "last"
    assert loaded.where("metrics", "primary", 0, "name") == "--set metrics.primary.0.name=b"


def test_the_forms_of_an_axis_are_tried_in_the_order_written():
    for order in (["tag", "config", "group"], ["group", "tag", "config"]):
        forms = {"tag": "algo:(.*)", "config": "algo", "group": "true"}
        lines = "".join(f"    {form}: '{forms[form]}'\n" if form != "group" else "    group: true\n" for form in order)
        loaded = loads(f"{FILES}axes:\n  method:\n{lines}")
        assert loaded.spec.axes.method.written == tuple(order)
        assert loads(loaded.effective()).spec.axes.method.written == tuple(order)


@pytest.mark.parametrize("example", ["diamond", "dreamerv3-atari100k", "simbav2"])
def test_the_effective_spec_means_the_same_and_is_published_without_the_folder(example, tmp_path):
    path = shipped("configs") / "examples" / f"{example}.yaml"
    loaded, elsewhere = load(path), load(path, overrides=[f"root={json.dumps(str(tmp_path))}"])
    assert loads(loaded.effective()).spec == loaded.spec
    assert str(tmp_path) in elsewhere.effective()
    assert str(tmp_path) not in elsewhere.text
    assert elsewhere.sha256 == loaded.sha256
    assert elsewhere.root == tmp_path


PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**12), 10**12)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=100, deadline=None)
@given(PLAIN)
def test_what_is_written_comes_back(value):
    assert parse(dump({"key": value}), "spec.yaml").value == {"key": value}


def test_slug_and_title_come_from_the_file_where_the_spec_is_silent():
    loaded = loads(FILES, "my Sweep_2.yaml")
    assert (loaded.slug, loaded.title) == ("my-sweep_2", "My Sweep 2")


def test_the_reference_page_and_the_schema_are_fresh():
    """Refresh with: python -m reportgen.spec.reference."""
    configs = shipped("configs")
    assert (configs / "docs/spec-reference.md").read_text() == reference_page()
    assert (configs / "reportgen.schema.json").read_text() == json_schema()


@pytest.mark.parametrize("path", sorted((shipped("configs") / "examples").glob("*.yaml")), ids=lambda path: path.stem)
def test_the_examples_follow_the_schema(path):
    schema = json.loads(json_schema())
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(yaml.safe_load(path.read_text()), schema)
    jsonschema.validate(yaml.safe_load(PLAN), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({"fils": {"path": "x"}}, schema)


def test_every_key_has_a_meaning():
    assert " |  |\n" not in reference_page().replace("|  | ", "| - | ")
