"""`RunLabeler`: rules in order, later win; who labelled what is known, and nobody is left out in silence."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen import RunLabeler
from reportgen.errors import DataError, ReportgenWarning, SpecError, UsageError
from reportgen.runs import RunRecord

METRIC = "metrics: {primary: [{name: score, direction: maximize}]}\n"


def run(name, number=0, **config):
    return RunRecord(id=f"lab/robots/id{number}", source="s", name=name, series=(), config=config)


RUNS = (
    run("ppo_baseline", 1, algo="ppo", net={"width": 64}),
    run("ppo_new", 2, algo="ppo"),
    run("dqn", 3, algo="dqn", net={"width": 32}),
)


def labels(labeler, column="label"):
    return [record.labels.get(column) for record in labeler.label_runs(RUNS)]


def test_a_config_rule_labels_by_a_key_at_any_depth():
    for key, expected in [
        ("algo", ["ppo", "ppo", "dqn"]),
        ("net.width", ["64", None, "32"]),
        ("**.width", ["64", None, "32"]),
    ]:
        labeler = RunLabeler()
        labeler.add_config_rule(key, label_column="x")
        assert labels(labeler, "x") == expected
        assert labels(labeler) == [None] * 3


def test_a_pattern_is_a_glob_over_the_whole_name():
    labeler = RunLabeler()
    labeler.add_pattern_rule("*_baseline", label="baseline")
    labeler.add_pattern_rule("pp", label="never")
    assert labels(labeler) == ["baseline", None, None]


def test_labels_by_hand_know_a_run_by_id_short_id_or_name():
    labeler = RunLabeler()
    labeler.add_manual_labels({"lab/robots/id1": "a", "id2": "b", "dqn": "c", "gone": "d"})
    assert labels(labeler) == ["a", "b", "c"]
    assert labeler.unknown_runs == ("gone",)


def test_a_function_labels_runs_and_its_failure_names_the_run():
    labeler = RunLabeler()
    labeler.add_rule(lambda record: len(record.name) if record.config["algo"] == "ppo" else None)
    assert labels(labeler) == ["12", "7", None]
    labeler.add_rule(lambda record: record.config["net"]["width"], name="mine:width")
    with pytest.raises(DataError, match=r"mine:width fails on run 'ppo_new': KeyError: 'net'"):
        labels(labeler)


def test_later_rules_win_and_the_trace_tells_what_they_overruled():
    labeler = RunLabeler()
    labeler.add_config_rule("algo")
    labeler.add_pattern_rule("ppo_*", label="ppo")
    labeler.add_pattern_rule("*_baseline", label="baseline")
    labeler.add_manual_labels({"dqn": "old"})
    assert labels(labeler) == ["baseline", "ppo", "old"]
    assert [(one.name, one.value, one.rule, one.overruled) for one in labeler.trace] == [
        ("ppo_baseline", "baseline", "pattern *_baseline", (("ppo", "config algo"), ("ppo", "pattern ppo_*"))),
        ("ppo_new", "ppo", "pattern ppo_*", ()),
        ("dqn", "old", "manual", (("dqn", "config algo"),)),
    ]
    assert [one.name for one in labeler.doubly_labelled] == ["ppo_baseline", "dqn"]


def test_runs_that_no_rule_labels_are_named_by_column():
    labeler = RunLabeler()
    labeler.add_config_rule("net.width", "width")
    labeler.add_pattern_rule("*", label="all")
    labels(labeler)
    assert labeler.unlabelled == {"width": ("lab/robots/id2",)}


TABLE = pd.DataFrame(
    {
        "run_id": ["1", "1", "2"],
        "run_name": ["a_baseline", "a_baseline", "b"],
        "config.trainer.algorithm": ["ppo", "ppo", "dqn"],
        "score": [1.0, 2.0, 3.0],
    },
    index=[5, 6, 9],
)


def test_a_table_gets_a_column_named_by_the_last_part_of_the_key():
    for key in ("trainer.algorithm", "**.algorithm", "config.trainer.algorithm"):
        found = RunLabeler().label_by_config(TABLE, key)
        assert found["algorithm"].tolist() == ["ppo", "ppo", "dqn"]
        assert found.index.tolist() == [5, 6, 9]
    plain = TABLE.rename(columns={"config.trainer.algorithm": "trainer.algorithm"})
    assert RunLabeler().label_by_config(plain, "trainer.algorithm")["algorithm"].tolist() == ["ppo", "ppo", "dqn"]
    assert "algorithm" not in TABLE


def test_a_table_without_the_key_names_near_columns_and_gaps_are_counted():
    with pytest.raises(DataError, match=r"no column 'trainer.algo' or .*; did you mean .*config.trainer.algorithm'"):
        RunLabeler().label_by_config(TABLE, "trainer.algo")
    with pytest.warns(ReportgenWarning, match="1 of 3 rows have no config entry trainer.algorithm"):
        RunLabeler().label_by_config(TABLE.replace("dqn", None), "trainer.algorithm")


def test_a_table_is_labelled_run_by_run():
    labeler = RunLabeler()
    labeler.add_config_rule("trainer.algorithm", label_column="method")
    labeler.add_config_rule("**.algorithm", label_column="deep")
    labeler.add_pattern_rule("*_baseline", label="baseline")
    found = labeler.label(TABLE)
    assert found[["method", "deep"]].to_numpy().tolist() == [["ppo", "ppo"], ["ppo", "ppo"], ["dqn", "dqn"]]
    assert found["label"].fillna("nothing").tolist() == ["baseline", "baseline", "nothing"]
    assert list(TABLE.columns) == ["run_id", "run_name", "config.trainer.algorithm", "score"]
    with pytest.raises(DataError, match="has a column run_id or run_name; this one has score"):
        labeler.label(TABLE[["score"]])


TEXTS = st.text(min_size=1, max_size=8)
RULES = st.lists(
    st.one_of(
        st.tuples(st.just("add_config_rule"), st.sampled_from(["algo", "net.width", "**.width"])),
        st.tuples(st.just("add_pattern_rule"), st.sampled_from(["*", "ppo*", "d?n"]), TEXTS),
        st.tuples(st.just("add_manual_labels"), st.dictionaries(st.sampled_from(["dqn", "id1", "id2"]), TEXTS)),
    ).flatmap(lambda rule: TEXTS.map(lambda column: (*rule, column))),
    max_size=5,
)


@given(RULES)
def test_saved_rules_label_as_before(tmp_path_factory, rules):
    labeler = RunLabeler()
    for rule, *arguments in rules:
        getattr(labeler, rule)(*arguments)
    path = tmp_path_factory.getbasetemp() / "labels.yaml"
    labeler.save(path)
    again = RunLabeler.load(path)
    assert [run.labels for run in again.label_runs(RUNS)] == [run.labels for run in labeler.label_runs(RUNS)]
    assert again.trace == labeler.trace


def test_a_file_of_run_and_label_lines_is_read_too(tmp_path):
    (tmp_path / "labels.yaml").write_text("id1: old\n1e5: number\ndqn: no\n")
    labeler = RunLabeler.load(tmp_path / "labels.yaml")
    assert labels(labeler) == ["old", None, "no"]
    assert labeler.unknown_runs == ("1e5",)


def test_functions_are_saved_by_name_and_loaded_only_where_code_is_allowed(tmp_path):
    (tmp_path / "mine.py").write_text("def era(run):\n    return 'late' if run.name > 'e' else None\n")
    (tmp_path / "labels.yaml").write_text("labels: [{python: 'mine:era', as: era}]\n")
    with pytest.raises(UsageError, match="the rule mine:era runs code of yours; allow it by --allow-code"):
        RunLabeler.load(tmp_path / "labels.yaml")
    labeler = RunLabeler.load(tmp_path / "labels.yaml", allow_code=True)
    assert labels(labeler, "era") == ["late", "late", None]
    labeler.save(tmp_path / "again.yaml")
    assert "python: mine:era" in (tmp_path / "again.yaml").read_text()
    labeler.add_rule(lambda _run: "x")
    with pytest.raises(DataError, match=r"<lambda> cannot be saved: give it a name"):
        labeler.save(tmp_path / "again.yaml")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- a\n", "labels are written run: label, a line each"),
        ("a: 3\n", "labels.yaml:1:4: the label of 'a' must be a text; if it is one, quote it"),
        ("labels: [{config: a}, {pattern: b}]\n", "labels.yaml: rule 2: Value error, pattern and label go together"),
        ("labels: [{manual: more.yaml}]\n", "rule 1: a file of labels names no other file"),
        ("a: {b: c\n", "labels.yaml:"),
    ],
)
def test_what_is_no_file_of_labels_is_told(tmp_path, text, words):
    (tmp_path / "labels.yaml").write_text(text)
    with pytest.raises(SpecError) as caught:
        RunLabeler.load(tmp_path / "labels.yaml")
    assert words in str(caught.value)


# the spec's labels

SCORES = [
    ("a_baseline", {"score": [1]}, {"config": {"algo": "ppo"}}),
    ("b", {"score": [2]}, {"config": {"algo": "ppo"}}),
    ("c", {"score": [3]}, {}),
]
RULED = """labels:
  - {config: algo, as: variant}
  - {pattern: "*_baseline", label: baseline, as: variant}
  - {manual: labels.yaml, as: variant}
"""


def told(dataset, code):
    return [(notice.level, notice.text) for notice in dataset.notices if notice.code == code]


def test_an_axis_reads_a_label(recorded, tmp_path):
    (tmp_path / "labels.yaml").write_text("c: special\nd: gone\n")
    dataset = recorded(SCORES, METRIC + RULED + "axes: {method: {label: variant}}")
    assert {score.method: score.raw for score in dataset.metrics[0].scores} == {"baseline": 1, "ppo": 2, "special": 3}
    assert dataset.labels["e/p/0"] == {"variant": "baseline"}
    (twice,) = told(dataset, "labelled_twice")
    assert twice[1] == (
        "Several rules label 1 run differently; the later rule wins (a_baseline: pattern *_baseline says baseline, "
        "config algo said ppo)."
    )
    assert told(dataset, "unknown_run") == [("warning", "`labels` names 'd', which is no run here.")]


def test_a_template_reads_labels_and_runs_without_one_are_named(recorded):
    lines = "labels: [{config: algo, as: variant}]\naxes: {method: {template: '{label.variant}/{name}'}}"
    dataset = recorded(SCORES, METRIC + lines)
    assert [method.id for method in dataset.metrics[0].methods] == ["ppo/a_baseline", "ppo/b"]
    assert told(dataset, "unlabelled") == [("note", "1 of 3 runs have no label `variant`: c.")]


def test_axes_for_grouping_are_columns_that_other_axes_read(recorded):
    runs = [(f"x_trial_{k}", {"score": [k]}, {"summary": {"generation": g}}) for k, g in enumerate("aab")]
    lines = "axes: {sweep: {name: '(?P<sweep>.+)_trial'}, robot: {summary: generation}, method: {label: robot}}"
    dataset = recorded(runs, METRIC + lines)
    assert [method.id for method in dataset.metrics[0].methods] == ["a", "b"]
    assert dataset.labels["e/p/2"] == {"sweep": "x", "robot": "b"}


def test_labels_of_code_are_refused_run_or_left_out(recorded, tmp_path):
    (tmp_path / "mine.py").write_text("def era(run):\n    return 'late'\n")
    lines = METRIC + "labels: [{python: 'mine:era', as: era}]\n"
    with pytest.raises(UsageError, match=r"spec\.yaml:3:10: the rule mine:era runs code of yours; allow it by"):
        recorded(SCORES, lines)
    dataset = recorded(SCORES, lines, code="run")
    assert dataset.labels["e/p/2"] == {"era": "late"}
    assert [*dataset.code] == ["mine:era"]
    assert recorded(SCORES, lines, code="skip").labels == {}


@pytest.mark.parametrize(
    ("python", "words"),
    [
        ("mine:eras", "mine:eras: the module has no function 'eras'; did you mean 'era'?"),
        ("broken:era", "broken:era: cannot be imported (broken.py below `root`): ZeroDivisionError"),
        ("nowhere:era", "cannot be imported (neither nowhere.py below `root` nor installed): ModuleNotFoundError"),
    ],
)
def test_code_that_is_not_there_is_told_with_its_place(recorded, tmp_path, python, words):
    (tmp_path / "mine.py").write_text("def era(run):\n    return 'late'\n")
    (tmp_path / "broken.py").write_text("1 / 0\n")
    with pytest.raises(DataError) as caught:
        recorded(SCORES, METRIC + f"labels: [{{python: '{python}'}}]\n", code="run")
    assert words in str(caught.value)
    assert "spec.yaml:3:10: " in str(caught.value)
