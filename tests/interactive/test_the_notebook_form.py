"""`RunSelector`: the real widget, clicked by the messages that its page sends, and looked at through its state."""

import importlib.util
import json
import re
import sys
from pathlib import Path

import pytest

from reportgen import RunSelector
from reportgen.errors import EnvironmentFault, UsageError
from reportgen.figures.style import ON_DARK, PALETTES
from reportgen.spec import load

HOSTILE = 'a "quoted" <b>,\u202e[x]*'


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("scores")
    rows = ["method,task,seed,step,score\n"]
    for method, base in (("ppo", 0), ("dqn", 2), (f'"{HOSTILE.replace(chr(34), chr(34) * 2)}"', 5)):
        for task in ("maze", "big room"):
            for seed in range(3):
                rows += [f"{method},{task},{seed},{step},{base + step / 10 + seed}\n" for step in (0, 10, 20)]
    (place / "scores.csv").write_text("".join(rows))
    return place


@pytest.fixture
def selector(folder, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return RunSelector(folder)


def click(selector, do, **fields):
    """Hand the widget a message as its page sends it, and return what it tells."""
    content = {"method": "custom", "content": {"do": do, **fields}}
    selector.widget._handle_msg({"content": {"data": content}, "buffers": []})
    return shown(selector)["told"]


def shown(selector):
    """Return the state as it goes to the page: JSON, without NaN."""
    return json.loads(json.dumps(selector.widget.get_state(), allow_nan=False))


def found(selector):
    state = shown(selector)
    return [run["name"] for run, mark in zip(state["runs"], state["marks"], strict=True) if mark["found"]]


def counts(selector):
    held = shown(selector)["holds"]
    return {row["name"]: [cell["runs"] for cell in row["cells"]] for row in held["methods"]}


def test_a_search_lists_runs_and_a_click_chooses_them(selector):
    assert click(selector, "find", terms="ppo !seed=0") == {"text": "", "fault": False}
    assert len(found(selector)) == 4
    assert shown(selector)["holds"]["chosen"] == 18
    click(selector, "choose")
    assert shown(selector)["holds"]["chosen"] == 4
    assert counts(selector) == {"ppo": [2, 2]}
    assert shown(selector)["holds"]["methods"][0]["cells"][0]["seeds"] == "1–2"
    assert [line["method"] for line in shown(selector)["curve"]["lines"]] == ["ppo"]
    run = next(run["id"] for run in shown(selector)["runs"] if run["name"].startswith("dqn maze"))
    click(selector, "add", runs=[run])
    assert counts(selector) == {"dqn": [0, 1], "ppo": [2, 2]}
    assert [cell["odd"] for cell in shown(selector)["holds"]["methods"][0]["cells"]] == ["none", "few"]
    assert "without any run: dqn big room" in shown(selector)["holds"]["odd"]


def test_every_click_can_be_taken_back(selector):
    untouched = shown(selector)["settled"]
    assert (untouched["undoable"], untouched["unsaved"]) == (False, False)
    click(selector, "find", terms="dqn")
    click(selector, "label", label="old", column="")
    click(selector, "methods", column="label")
    assert counts(selector) == {"old": [3, 3]}
    assert shown(selector)["settled"] | {"labels": "", "spec": ""} == {
        "columns": [["label", "label"]], "method": "label", "undoable": True, "redoable": False, "unsaved": True,
        "labels": "", "spec": "",
    }  # fmt: skip
    click(selector, "undo")
    click(selector, "undo")
    assert shown(selector)["settled"] == untouched | {"redoable": True}
    assert click(selector, "undo")["text"] == "there is nothing to take back"
    click(selector, "redo")
    click(selector, "unlabel", column="label")
    assert not any(mark["labels"] for mark in shown(selector)["marks"])


def test_runs_that_still_lack_a_label_can_be_worked_through(selector):
    click(selector, "find", terms="!label=*")
    click(selector, "drop", runs=selector.labelling.meant(["!method=ppo"]))
    assert click(selector, "label", label="PPO", column="label")["text"] == "6 runs labelled PPO"
    assert len(found(selector)) == 12
    assert click(selector, "label", label="x", column="label") == {
        "text": "no run is both chosen and listed, so there is nothing to label",
        "fault": True,
    }


def test_what_code_does_is_shown_and_taken_back_by_a_click(selector):
    selector.labelling.drop(selector.labelling.meant(["task=maze"]))
    assert shown(selector)["holds"]["chosen"] == 9
    assert repr(selector).endswith("9 of 18 runs chosen, 3 methods, 1 tasks>")
    click(selector, "undo")
    assert {row.id for row in selector.labelling.chosen} == {run["id"] for run in shown(selector)["runs"]}


def test_labels_and_spec_are_written_and_labels_come_back(selector, folder):
    click(selector, "find", terms="method=ppo")
    click(selector, "choose")
    click(selector, "label", label="ours", column="kind")
    click(selector, "methods", column="kind")
    told = click(selector, "write", labels="kinds.yaml", spec="ours.yaml", over=False)
    assert told == {"text": "wrote kinds.yaml; wrote ours.yaml; next: reportgen check ours.yaml", "fault": False}
    assert not shown(selector)["settled"]["unsaved"]
    (method,) = load(Path("ours.yaml")).spec.methods.values()
    assert method.label == {"kind": "ours"}
    told = click(selector, "write", labels="kinds.yaml", spec="ours.yaml", over=False)
    assert told["fault"]
    assert "already there; nothing was written" in told["text"]
    assert not click(selector, "write", labels="kinds.yaml", spec="ours.yaml", over=True)["fault"]
    again = RunSelector(folder, labels="kinds.yaml")
    assert [mark["labels"] for mark in shown(again)["marks"]] == [mark["labels"] for mark in shown(selector)["marks"]]


def test_a_curve_is_of_the_metric_and_task_that_are_picked(selector):
    assert shown(selector)["tasks"] == [["big room", "big room"], ["maze", "maze"]]
    click(selector, "draw", metric="score", task="maze")
    curve = shown(selector)["curve"]
    assert [line["runs"] for line in curve["lines"]] == [3, 3, 3]
    assert [line["place"] for line in curve["lines"]] == [0, 1, 2]
    click(selector, "drop", runs=selector.labelling.meant(["method=dqn"]))
    places = {line["method"]: line["place"] for line in curve["lines"]}  # that say the colours
    assert {line["method"]: line["place"] for line in shown(selector)["curve"]["lines"]}.items() < places.items()
    click(selector, "draw", metric="scor", task="")
    assert shown(selector)["curve"]["told"] == "no run has the metric 'scor'; did you mean 'score'?"


@pytest.mark.parametrize(
    ("do", "fields", "told"),
    [
        ("save", {"labels": "labels.yaml"}, "there is no label to save"),
        ("save", {"labels": " "}, "give the file a name"),
        ("label", {"label": " ", "column": "x"}, "texts of at least one letter"),
        ("methods", {"column": "x"}, "no column of labels 'x'"),
        ("drop", {"runs": ["x"]}, "there is no run 'x'"),
        ("explode", {}, "the page asked for 'explode'"),
    ],
)
def test_mistakes_are_told_and_change_nothing(selector, do, fields, told):
    before = selector.labelling.state
    answered = click(selector, do, **fields)
    assert answered["fault"]
    assert told in answered["text"]
    assert selector.labelling.state == before
    assert shown(selector)["answered"] == 1


def test_a_wrong_search_is_told_beside_it_and_finds_what_it_did(selector):
    click(selector, "find", terms="seed=1")
    for terms, told in (("sede=1", "did you mean 'seed'"), ("'a", "in quotes on both sides")):
        click(selector, "find", terms=terms)
        assert told in shown(selector)["find_told"]
        assert len(found(selector)) == 6
    click(selector, "find", terms="")
    assert shown(selector)["find_told"] == ""


def test_hostile_names_are_shown_as_what_they_are_and_found_by_their_cell(selector):
    held = shown(selector)["holds"]
    (row,) = [row for row in held["methods"] if "quoted" in row["name"]]
    assert "\u202e" not in json.dumps(shown(selector)["marks"], ensure_ascii=False)
    assert "\u202e" not in row["name"]
    for task in held["tasks"]:
        click(selector, "find", terms=f"{row['find']} {task['find']}")
        assert len(found(selector)) == 3
        assert {row.method for row in selector.labelling.rows if row.id in selector._found} == {HOSTILE}


def test_points_of_a_project_are_fetched_when_asked_for_and_once_a_run(wandb_server, wandb_client_env, tmp_path):
    for method in ("ppo", "dqn"):
        for seed in range(2):
            wandb_server.add_run("tester", "p", f"{method}{seed}", config={"algo": method, "seed": seed},
                                 history={"score": [1.0, 2.0 + seed]}, exported=2)  # fmt: skip
    selector = RunSelector("tester/p", cache=tmp_path / "cache", labels=tmp_path / "labels.yaml")
    click(selector, "drop", runs=selector.labelling.meant(["seed=1"]))
    click(selector, "draw", metric="score", task="")
    assert (shown(selector)["curve"]["lines"], shown(selector)["curve"]["unfetched"]) == ([], 2)
    click(selector, "fetch")
    assert [(line["runs"], line["values"][-1]) for line in shown(selector)["curve"]["lines"]] == [(1, 2.0), (1, 2.0)]
    asked = len(wandb_server.requests.names())
    click(selector, "undo")
    assert shown(selector)["curve"]["unfetched"] == 2
    click(selector, "redo")
    click(selector, "fetch")
    assert len(wandb_server.requests.names()) == asked


def test_the_colours_are_those_of_reports(selector):
    told = re.findall(r"rg-place-\d {\s+--rg-light: (.+);\s+--rg-dark: (.+);", shown(selector)["_css"])
    assert told == [(color, ON_DARK.get(color, color)) for color in PALETTES["okabe-ito"]]


def test_without_the_package_it_says_what_to_install(folder, monkeypatch):
    monkeypatch.setitem(sys.modules, "anywidget", None)
    assert importlib.util.find_spec("anywidget") is None
    with pytest.raises(EnvironmentFault, match=r"pip install 'reportgen-ml\[interactive\]'") as told:
        RunSelector(folder)
    assert told.value.exit_code == 5


def test_where_no_widget_is_shown_a_line_stands_for_it(selector, folder):
    data, _ = selector._repr_mimebundle_()
    assert data["text/plain"] == f"<RunSelector of {folder}: 18 of 18 runs chosen, 3 methods, 2 tasks>"
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == selector.widget.model_id


def test_an_error_that_nobody_foresaw_is_told_and_raised(selector):
    with pytest.raises(TypeError):
        selector._asked(selector.widget, {"do": "label"}, [])
    assert shown(selector)["told"]["fault"]
    with pytest.raises(UsageError):
        selector.labelling.label("")
