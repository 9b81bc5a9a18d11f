"""The model behind `reportgen label` and the notebook: choose, preview, label, take back, save, write the spec."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.data import prepare
from reportgen.errors import DataError, UsageError
from reportgen.interactive import Labelling
from reportgen.runs import read_runs
from reportgen.spec import load
from reportgen.spec.tree import dump

ROWS = "method,task,seed,step,score\n" + "".join(
    f"{method},{task},{seed},{step},{base + step / 10 + seed}\n"
    for method, base in (("ppo", 0), ("ppo_new", 5), ("dqn", 2))
    for task in ("a", "b")
    for seed in range(3)
    for step in (0, 10, 20)
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("scores")
    (place / "scores.csv").write_text(ROWS)
    return place


@pytest.fixture
def runs(folder):
    return Labelling.of(str(folder))


def names(labelling):
    return {row.name for row in labelling.chosen}


def test_every_run_is_chosen_at_first_and_told_by_method_task_and_seed(runs):
    told = runs.preview()
    assert (told.chosen, told.of) == (18, 18)
    assert told.methods == ("dqn", "ppo", "ppo_new")
    assert told.seeds["dqn", "a"] == ("0", "1", "2")
    assert (told.twice, told.lacking, told.without) == ((), (), ())


@pytest.mark.parametrize(
    ("terms", "count"),
    [
        (["ppo *"], 6),
        (["method=ppo*"], 12),
        (["method=ppo*", "!method=*_new"], 6),
        (["task=a", "seed=1"], 3),
        (["!state=finished"], None),
        (["config.seed=2"], 6),
        (["id=source-0/dqn/a/0"], 1),
    ],
)
def test_terms_say_which_runs_are_meant(runs, terms, count):
    if count is None:
        with pytest.raises(UsageError, match=r"none of the 18 runs is meant by !state=finished; there are e\.g\. ppo"):
            runs.meant(terms)
    else:
        assert len(runs.meant(terms)) == count


def test_an_unknown_key_is_told_with_the_nearest(runs):
    with pytest.raises(UsageError, match="no run has a config entry 'methd'; did you mean 'method'"):
        runs.meant(["methd=ppo"])
    with pytest.raises(UsageError, match="there is no run 'source-0/dqn/a/9'; did you mean 'source-0/dqn/a/"):
        runs.choose(["source-0/dqn/a/9"])


def test_what_a_choice_lacks_is_previewed(runs):
    runs.drop(runs.meant(["dqn b *"]))
    runs.drop(runs.meant(["ppo a 0"]))
    told = runs.preview()
    assert told.lacking == (("dqn", "b"),)
    assert told.seeds["ppo", "a"] == ("1", "2")
    runs.add(runs.meant(["dqn b *"]))
    assert runs.preview().lacking == ()


def test_a_curve_is_the_median_over_the_chosen_runs(runs):
    runs.choose(runs.meant(["method=ppo*", "task=a"]))
    first, second = runs.curve("score", "a")
    assert (first.method, second.method, first.runs) == ("ppo", "ppo_new", 3)
    assert (first.values[0], first.values[-1]) == (1.0, 3.0)
    assert second.values - first.values == pytest.approx(5.0)
    assert first.steps[[0, -1]].tolist() == [0, 20]
    with pytest.raises(DataError, match="no run has the metric 'scor'; did you mean 'score'"):
        runs.curve("scor")


def test_labels_that_are_the_methods_regroup_the_preview(runs):
    runs.label("PPO", runs.meant(["method=ppo*"]), column="variant")
    runs.methods_by("variant")
    told = runs.preview()
    assert told.methods == ("PPO",)
    assert ("PPO", "a", "0") in told.twice
    assert len(told.without) == 6
    with pytest.raises(UsageError, match="no column of labels 'varient'; did you mean 'variant'"):
        runs.methods_by("varient")
    runs.unlabel(column="variant")
    assert runs.state.method == ""


STEP = st.sampled_from(["choose", "add", "drop", "label", "unlabel", "methods"])


@given(steps=st.lists(st.tuples(STEP, st.sampled_from(["a", "b"]), st.integers(0, 2)), max_size=12))
def test_undo_goes_back_through_every_state_and_redo_forward(folder, steps):
    runs = Labelling.of(str(folder))
    states = [runs.state]
    for kind, text, seed in steps:
        ids = runs.meant([f"task={text}", f"seed={seed}"])
        if kind == "label":
            runs.label(text, ids, column=text)
        elif kind == "unlabel":
            runs.unlabel(ids, column=text)
        elif kind == "methods":
            runs.methods_by(text if text in runs.columns else "")
        else:
            getattr(runs, kind)(ids)
        states += [runs.state] if runs.state != states[-1] else []
    for state in states[-2::-1]:
        assert runs.undo()
        assert runs.state == state
    assert not runs.undo()
    for state in states[1:]:
        assert runs.redo()
        assert runs.state == state
    assert not runs.redo()


def test_saved_labels_come_back_and_rules_stay_rules(runs, tmp_path):
    rule = {"pattern": "dqn *", "label": "old", "as": "era"}
    (tmp_path / "labels.yaml").write_text(dump({"labels": [rule]}))
    runs.load(tmp_path / "labels.yaml")
    runs.label("new", runs.meant(["ppo_new *"]), column="era")
    assert runs.unsaved
    runs.save(tmp_path / "labels.yaml")
    assert not runs.unsaved
    again = Labelling.of(runs.where)
    again.load(tmp_path / "labels.yaml")
    assert again.state.labels == runs.state.labels
    assert again.state.rules == (rule,)
    assert {row.labels.get("era") for row in again.rows} == {"old", "new", None}


def test_the_written_spec_reads_the_chosen_runs_by_their_labels(runs, tmp_path):
    runs.choose(runs.meant(["!seed=0"]))
    runs.label("PPO, new", runs.meant(["ppo_new *"], of_chosen=True))
    runs.label("DQN", runs.meant(["dqn *"], of_chosen=True))
    runs.methods_by("label")
    with pytest.raises(UsageError, match="so the spec needs the file of labels"):
        runs.spec(tmp_path / "report.yaml")
    runs.save(tmp_path / "labels.yaml")
    runs.write_spec(tmp_path / "report.yaml", tmp_path / "labels.yaml")
    loaded = load(tmp_path / "report.yaml")
    data = prepare(read_runs(loaded.spec, loaded.root), loaded.spec, root=loaded.root)
    (metric,) = data.metrics
    assert [method.label for method in metric.methods] == ["DQN", "PPO, new"]
    assert {score.seed for score in metric.scores} == {"1", "2"}
    assert len(metric.scores) == 8
    with pytest.raises(UsageError, match="already there; nothing was written"):
        runs.write_spec(tmp_path / "report.yaml", tmp_path / "labels.yaml")


def test_a_place_that_cannot_be_written_leaves_the_labels_unsaved(runs, tmp_path):
    with pytest.raises(UsageError, match="there is no label to save"):
        runs.save(tmp_path / "labels.yaml")
    runs.label("x")
    with pytest.raises(Exception, match="cannot be written: No such file or directory"):
        runs.save(tmp_path / "nowhere" / "labels.yaml")
    assert runs.unsaved
    assert not Path(tmp_path / "nowhere").exists()
