"""A preset is a partial spec under the spec: what is written wins, and every error points at the file it is in."""

import pytest

from reportgen.errors import SpecError
from reportgen.resources import shipped
from reportgen.spec import load, loads

PRESETS = sorted(path.stem for path in (shipped("configs") / "presets").glob("*.yaml"))
OFFLINE = "wandb_offline: {path: wandb}\n"
LAB = """\
wandb: {entity: lab, project: robots}
axes: {method: {config: algo}, seed: {config: seed}, step: {key: frames}}
metrics:
  primary: [{name: success, direction: maximize}]
  directions: [{minimize: '^loss'}, {none: '^sys/'}]
  groups: {losses: ["loss/*"]}
  hide: '_raw$'
score: {reduce: mean_last, k: 5}
"""


@pytest.fixture
def lab(tmp_path):
    """Load a spec beside a preset file of its own, `lab.yaml`."""

    def _load(text, *overrides, preset=LAB):
        (tmp_path / "lab.yaml").write_text(preset)
        (tmp_path / "spec.yaml").write_text(text)
        return load(tmp_path / "spec.yaml", overrides=overrides)

    return _load


def test_the_five_presets_are_there():
    assert PRESETS == ["cleanrl", "hf", "lightning", "metta", "sb3"]


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_and_a_source_alone_are_a_whole_spec(name):
    spec = loads(f"preset: {name}\nwandb: {{runs: 'sky_*'}}\n").spec
    assert spec.sources[0].wandb.project
    assert spec.metrics.primary


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize(
    "lines",
    [
        "",
        "score: {reduce: last}\n",
        "metrics: {hide: [], directions: [{none: x}]}\n",
        "wandb: {entity: null, runs: a}\n",
    ],
)
def test_the_effective_spec_of_a_preset_means_the_same(name, lines):
    first = loads(f"preset: {name}\n{lines}" + ("" if "wandb" in lines else OFFLINE))
    again = loads(first.effective())
    assert again.spec == first.spec
    assert again.effective() == first.effective()


def test_what_the_spec_writes_wins_key_by_key(lab):
    spec = lab(
        "preset: lab.yaml\nwandb: {project: mine}\nmetrics: {groups: {more: [x]}, hide: null}\n", "metrics.hide=b"
    ).spec
    assert (spec.sources[0].wandb.entity, spec.sources[0].wandb.project) == ("lab", "mine")
    assert spec.metrics.groups == {"losses": ("loss/*",), "more": ("x",)}
    assert spec.metrics.hide == ("b",)
    assert spec.score.k == 5


def test_what_is_one_choice_is_taken_whole_from_the_spec(lab):
    spec = lab(f"preset: lab.yaml\n{OFFLINE}score: {{fraction: 0.1}}\naxes: {{method: {{group: true}}}}\n").spec
    assert (spec.score.fraction, spec.score.k) == (0.1, None)
    assert spec.axes.method.written == ("group",)
    assert spec.axes.seed.config == ("seed",)


def test_direction_rules_of_the_spec_come_before_those_of_the_preset(lab):
    loaded = lab(f"preset: lab.yaml\n{OFFLINE}metrics: {{directions: [{{maximize: '^loss/good'}}]}}\n")
    rules = [*loaded.spec.metrics.directions]
    assert rules == [{"maximize": "^loss/good"}, {"minimize": "^loss"}, {"none": "^sys/"}]
    assert loaded.where("metrics", "directions", 0).endswith("spec.yaml:3:24")
    assert loaded.where("metrics", "directions", 2).endswith("lab.yaml:5:37")


def test_a_setting_wins_over_the_preset_and_may_name_another(lab):
    loaded = lab(f"preset: lab.yaml\n{OFFLINE}", "score.k=7", "axes.step.key=env_step")
    assert (loaded.spec.score.k, loaded.spec.axes.step.key) == (7, ("env_step",))
    assert lab(f"preset: lab.yaml\n{OFFLINE}", "preset=cleanrl").spec.score.k == 100


def test_every_value_knows_the_file_it_stands_in(lab):
    loaded = lab(f"preset: lab.yaml\n{OFFLINE}baseline: x\nscore:\n  reduce: last\n")
    assert loaded.where("axes", "seed").endswith("lab.yaml:2:38")
    assert loaded.excerpt("axes", "seed").splitlines()[0].endswith(LAB.splitlines()[1])
    assert loaded.where("score", "reduce").endswith("spec.yaml:5:11")
    preset = (shipped("configs") / "presets" / "metta.yaml").read_text().splitlines()
    line = next(number for number, text in enumerate(preset, start=1) if text.startswith("score:"))
    assert loads(f"preset: metta\n{OFFLINE}").where("score", "k") == f"presets/metta.yaml:{line}:31"


def test_a_mistake_in_a_preset_is_told_at_its_place_after_those_of_the_spec(lab):
    bad = LAB.replace("k: 5", "k: five").replace("hide: '_raw$'", "hidden: '_raw$'")
    with pytest.raises(SpecError) as caught:
        lab(f"preset: lab.yaml\n{OFFLINE}baselin: x\n", preset=bad)
    places = [line.rpartition("/")[2].split(": ")[0] for line in str(caught.value).splitlines() if ".yaml:" in line]
    assert places == ["spec.yaml:3:1", "lab.yaml:7:3", "lab.yaml:8:31"]
    assert "    score: {reduce: mean_last, k: five}\n" + " " * 34 + "^" in str(caught.value)
    assert "did you mean 'hide'?" in str(caught.value)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("preset: meta\n", "spec.yaml:1:9: there is no preset 'meta'; did you mean 'metta'?; there are cleanrl, hf, "),
        (
            "preset: labs.yaml\n",
            "there is no preset file 'labs.yaml'; it is relative to `root`; did you mean 'lab.yaml' or ",
        ),
        ("preset: 3\n", "`preset` must be a text, not 3"),
        ("sources: [{wandb: {preset: sb4}}]\n", "spec.yaml:1:28: there is no preset 'sb4'; did you mean 'sb3'?"),
    ],
)
def test_a_preset_that_is_not_there_is_told_with_the_near_ones(lab, text, words):
    with pytest.raises(SpecError) as caught:
        lab(text + ("" if "sources" in text else OFFLINE))
    assert words in str(caught.value)


def test_an_unknown_preset_of_a_setting_is_told_as_a_setting(lab):
    with pytest.raises(
        SpecError, match=r"--set preset=cleanrll: there is no preset 'cleanrll'; did you mean 'cleanrl'"
    ):
        lab(OFFLINE, "preset=cleanrll")


@pytest.mark.parametrize(
    ("preset", "words"),
    [
        ("preset: metta\n", "lab.yaml:1:1: a preset has no 'preset' of its own"),
        ("sources: []\n", "lab.yaml:1:1: a preset has no 'sources' of its own"),
        ("- a\n", "lab.yaml: a preset is a mapping of a spec's keys"),
        ("a: {b: c\nd: 1\n", "lab.yaml:2:2: expected ',' or '}', which closes line 1"),
    ],
)
def test_what_is_no_preset_is_refused(lab, preset, words):
    with pytest.raises(SpecError) as caught:
        lab(f"preset: lab.yaml\n{OFFLINE}", preset=preset)
    assert words in str(caught.value)


def test_a_preset_of_a_source_gives_its_defaults_and_axes_to_that_source_alone(lab):
    loaded = lab(
        "sources: [{wandb: {name: theirs, preset: cleanrl}}, {wandb: {name: ours, preset: lab.yaml, project: x}}]\n"
        "axes: {method: {group: true}, wall_time: {key: _runtime}}\nmetrics: {primary: [a]}\n"
    )
    theirs, ours = (entry.wandb for entry in loaded.spec.sources)
    assert (theirs.entity, theirs.project, ours.entity, ours.project) == ("openrlbenchmark", "cleanrl", "lab", "x")
    assert loaded.spec.axes_of("theirs").method.written == ("config", "name")
    assert loaded.spec.axes_of("ours").method.config == ("algo",)
    assert loaded.spec.axes_of("ours").wall_time.key == ("_runtime",)
    assert loaded.spec.axes_of("another").method.group
    assert loaded.spec.score.k is None
    assert loaded.where("sources", 1, "wandb", "axes", "method").endswith("lab.yaml:2:16")
    assert loads(loaded.effective(), str(loaded.path)).spec == loaded.spec


def test_the_preset_of_a_source_takes_the_place_of_that_of_the_spec(lab):
    spec = lab("preset: metta\nsources: [{wandb: {preset: lab.yaml}}, {wandb: {name: other}}]\n").spec
    assert [entry.wandb.project for entry in spec.sources] == ["robots", "metta"]
    assert spec.axes_of("source-0").method.written == ("config",)
    assert spec.axes_of("other").method.written == ("name",)
    assert spec.score.k == 5
    assert spec.metrics.primary[0].id == "evals"


def test_the_axes_of_a_source_win_over_those_of_the_spec():
    spec = loads(
        "sources:\n  - files: {path: a.csv, axes: {method: {config: a}, config_roots: [x]}}\n  - files: {path: b.csv}\n"
        "axes: {method: {config: b}, sweep: {name: 's(?P<sweep>.)'}, shape: {tag: x}}\n"
    ).spec
    assert spec.axes_of("source-0").method.config == ("a",)
    assert spec.axes_of("source-0").config_roots == ("x",)
    assert spec.axes_of("source-1").method.config == ("b",)
    assert [*spec.axes_of("source-0").grouping] == [*spec.axes_of("source-1").grouping] == ["sweep", "shape"]


def test_any_further_axis_groups_but_a_slip_of_the_pen_is_told():
    assert [*loads(f"{OFFLINE}axes: {{robot: {{config: body}}}}\n").spec.axes.grouping] == ["robot"]
    for slip, meant in [("metod", "method"), ("tasks", "task"), ("steps", "step"), ("wal_time", "wall_time")]:
        with pytest.raises(SpecError, match=rf"spec.yaml:2:8: unknown key '{slip}' in `axes`; did you mean '{meant}'"):
            loads(f"{OFFLINE}axes: {{{slip}: {{config: body}}}}\n")


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ("{config: a, pattern: b}", "exactly one of config, pattern, manual or python"),
        ("{as: x}", "exactly one of config, pattern, manual or python"),
        ("{pattern: b}", "pattern and label go together"),
        ("{config: a, label: b}", "pattern and label go together"),
        ("{python: os.system}", "or by an entry point, e.g. by_date, not 'os.system'"),
        ("{patern: a, label: b}", "unknown key 'patern' in `labels.0`; did you mean 'pattern'?"),
    ],
)
def test_a_label_rule_that_is_none_is_told(rule, words):
    with pytest.raises(SpecError) as caught:
        loads(f"{OFFLINE}labels: [{rule}]\n")
    assert words in str(caught.value)
