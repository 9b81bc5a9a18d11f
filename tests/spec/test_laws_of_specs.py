"""What holds for every spec: the effective one means the same, places are true, and nothing but SpecError is raised."""

import subprocess
import sys
from pathlib import Path

import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from reportgen.errors import SpecError
from reportgen.resources import shipped
from reportgen.spec import load, loads
from reportgen.spec.tree import dump, parse

NAMES = st.text(min_size=1, max_size=12) | st.sampled_from(["1e5", "012", "no", "1:30", "null", "*a", "a: b", "#", "é"])
NUMBERS = st.floats(-1e12, 1e12) | st.integers(-(10**9), 10**9)
FORMS = st.fixed_dictionaries(
    {}, optional={"config": st.lists(NAMES, min_size=1, max_size=3), "tag": NAMES, "group": st.booleans()}
).flatmap(lambda form: st.permutations(sorted(form)).map(lambda order: {key: form[key] for key in order}))
SCORES = st.sampled_from([{"reduce": "last"}, {"k": 3}, {"fraction": 1e-3}, {"reduce": "auc", "from": 1, "to": 2.5}])
METRICS = NAMES | st.fixed_dictionaries(
    {"name": NAMES | st.lists(NAMES, min_size=1, max_size=2)},
    optional={
        "id": NAMES,
        "direction": st.sampled_from(["maximize", "none"]),
        "score": SCORES,
        "optimal_scores": st.dictionaries(NAMES, NUMBERS, max_size=2),
    },
)
SOURCES = st.fixed_dictionaries(
    {"files": st.fixed_dictionaries({"path": NAMES}, optional={"columns": st.dictionaries(NAMES, NAMES)})}
)
SPECS = st.fixed_dictionaries(
    {"sources": st.lists(SOURCES | st.just({"wandb": {}}), min_size=1, max_size=3)},
    optional={
        "root": st.sampled_from([".", "a/b", "../c"]),
        "report": st.fixed_dictionaries({"title": NAMES, "authors": st.lists(NAMES, max_size=2)}),
        "axes": st.fixed_dictionaries({}, optional={"method": FORMS, "task": FORMS}),
        "methods": st.dictionaries(NAMES, st.fixed_dictionaries({"config": st.dictionaries(NAMES, NAMES | NUMBERS)})),
        "baseline": NAMES,
        "metrics": st.fixed_dictionaries({"primary": st.lists(METRICS, max_size=3)}),
        "score": SCORES,
        "normalization": st.none() | st.fixed_dictionaries({"table": NAMES, "reference": NAMES | NUMBERS}),
        "optimal_scores": st.dictionaries(NAMES, NUMBERS, max_size=3),
        "analysis": st.fixed_dictionaries({"seed": st.integers(0, 2**40), "confidence_level": st.floats(0.6, 0.99)}),
    },
)


@settings(max_examples=50, deadline=None)
@given(SPECS)
def test_the_effective_spec_is_the_same_spec_and_its_own_effective_spec(values):
    first = loads(dump(values))
    again = loads(first.effective())
    assert again.spec == first.spec
    assert again.effective() == first.effective()
    assert again.sha256 == first.sha256
    assert yaml.safe_load(first.effective()) == parse(first.effective(), "spec.yaml").value


@settings(max_examples=50, deadline=None)
@given(SPECS)
def test_every_value_is_where_it_is_said_to_be(values):
    loaded = loads(dump(values))
    lines = dump(values).splitlines()
    for path, value in scalars(values):
        if str(value).isalnum() and str(value).isascii():
            line, column = map(int, loaded.where(*path).removeprefix("spec.yaml:").split(":"))
            assert parse(lines[line - 1][column - 1 :], "a line").value == value


def scalars(value, path=()):
    if isinstance(value, dict | list):
        parts = value.items() if isinstance(value, dict) else enumerate(value)
        return [found for key, inner in parts for found in scalars(inner, (*path, key))]
    return [(path, value)]


def taken_or_told(text, *, overrides=(), told="spec.yaml:"):
    try:
        loads(text, overrides=overrides)
    except SpecError as error:
        return str(error).startswith(told)
    return True


KEYS = st.sampled_from(
    ["analysis", "metrics", "primary", "name", "score", "files", "path", "axes", "method", "sources", "x", "seed"]
)
ANYTHING = st.recursive(
    st.none() | st.booleans() | NUMBERS | NAMES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS | NAMES, inner, max_size=4),
    max_leaves=15,
)
SECTIONS = ["report", "sources", "axes", "methods", "metrics", "score", "normalization", "analysis", "visualization"]


@settings(max_examples=50, deadline=None)
@given(st.dictionaries(st.sampled_from(SECTIONS), ANYTHING), ANYTHING)
def test_anything_else_is_told_with_a_place(values, source):
    others = {key: value for key, value in values.items() if key != "sources"}
    assert taken_or_told(dump({"files": source, **others}))
    assert taken_or_told(dump(values))


@settings(max_examples=50, deadline=None)
@given(st.text(st.sampled_from("ab:,-[]{}'\"#&*!|>%@`\n\t ~<?\\\r\x85\u2028\ufeff\x00"), max_size=40))
@example("a: &a [*a]")
@example("? [a]: b")
@example("a: |2\n  x")
def test_any_text_is_a_spec_or_told(text):
    for tried in (text, f"files: {text}", f"files: {{path: a}}\nreport: {text}"):
        assert taken_or_told(tried)


@settings(max_examples=50, deadline=None)
@given(st.randoms(use_true_random=False))
def test_a_damaged_spec_is_a_spec_or_told(chance):
    letters = list((shipped("configs") / "example" / "report.yaml").read_text(encoding="utf-8"))
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(letters))
        letters[at : at + chance.randint(0, 3)] = chance.choice(["", " ", "\n", ":", "{", "]", "\t", "'", "12"])
    assert taken_or_told("".join(letters))


@settings(max_examples=50, deadline=None)
@given(st.text(st.sampled_from("ab.01'\"= :[{*"), max_size=8), st.sampled_from(["", "files", "metrics.primary", "a"]))
def test_any_setting_is_taken_or_told(tail, head):
    setting = f"{head}{tail}"
    spec = "files: {path: a}\nmetrics: {primary: [a, {name: b}]}\n"
    assert taken_or_told(spec, overrides=[setting], told=f"--set {setting}: ")


def test_loading_a_spec_loads_nothing_heavy():
    code = "import sys; from reportgen.spec import loads; loads('files: {path: a}'); print(*sys.modules)"
    out = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert not set(out.split()) & {"pandas", "numpy", "matplotlib", "scipy", "wandb"}


def test_a_set_value_means_what_it_would_mean_in_the_file():
    spec = "files: {path: a}\n"
    for key, value in [
        ("score", "{reduce: last}"),
        ("baseline", "no"),
        ("analysis.seed", "7"),
        ("report.title", "1:30"),
    ]:
        parts = key.split(".")
        nested = "".join(f"{part}: {{" for part in parts[:-1]) + f"{parts[-1]}: {value}" + "}" * (len(parts) - 1)
        assert loads(spec, overrides=[f"{key}={value}"]).spec == loads(f"{spec}{nested}\n").spec


def test_the_effective_spec_of_the_example_depends_on_nothing_but_the_spec(tmp_path, monkeypatch):
    example_spec = shipped("configs") / "example" / "report.yaml"
    here = load(example_spec)
    monkeypatch.chdir(tmp_path)
    copy = tmp_path / "deep" / "report.yaml"
    copy.parent.mkdir()
    copy.write_bytes(example_spec.read_bytes())
    there = load(Path("deep/report.yaml"))
    assert (there.text, there.sha256, there.slug, there.title) == (here.text, here.sha256, here.slug, here.title)
    assert there.root == copy.parent
    assert there.where("files", "path") == there.where("sources", 0, "files", "path") == "deep/report.yaml:12:9"
    assert str(tmp_path) not in there.text
