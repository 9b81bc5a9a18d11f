"""Secrets never reach a report, and an anonymous one does not tell whose it is; no number changes."""

import json
from dataclasses import replace

import pytest

from reportgen.data import prepare, run_rows
from reportgen.data.scores import Exclusion, Notice
from reportgen.parallel import serial
from reportgen.resources import shipped
from reportgen.results import anonymous, assemble, to_json, without_secrets
from reportgen.results.provenance import provenance
from reportgen.results.rewriting import rewritten
from reportgen.runs import read_runs
from reportgen.spec import load

KEY = "hf_" + "k" * 20
COMMIT = "0123456789abcdef0123456789abcdef01234567"


def numbers(report):
    """Every number of a report, in the order of its JSON."""

    def below(value):
        if isinstance(value, dict):
            return [number for item in value.values() for number in below(item)]
        if isinstance(value, list):
            return [number for item in value for number in below(item)]
        return [value] if isinstance(value, int | float) else []

    return below(json.loads(to_json(report)))


@pytest.fixture(scope="module")
def report():
    """The shipped example, computed."""
    spec = shipped("configs") / "example" / "report.yaml"
    loaded = load(spec, overrides=["analysis.bootstrap_samples=100"])
    records = read_runs(loaded.spec, loaded.root)
    dataset = prepare(records, loaded.spec, root=loaded.root, where=loaded.where)
    return assemble(loaded, dataset, run_rows(records, dataset), mapper=serial)


@pytest.fixture
def identified(report):
    """A report whose runs lie in somebody's project, one of them named in a notice and one excluded."""
    moved = rewritten(report, lambda _, text: text.replace("source-0/", "deep-lab/robots/"))
    runs = tuple(
        replace(
            run,
            source="api",
            name=f"sky_jack_{number}",
            url=f"https://wandb.ai/deep-lab/robots/runs/id{number}",
            origin=("runs/scores.csv",),
        )
        for number, run in enumerate(moved.runs)
    )
    return replace(
        moved,
        authors=("Jane Doe",),
        description="By Jane Doe (jane@example.org).",
        runs=runs,
        warnings=(Notice(code="x", text=f"Run sky_jack_0 ({runs[0].id}) is odd.", runs=(runs[0].id,)),),
        excluded=(Exclusion(run=runs[1].id, name="sky_jack_1", reason="sky_jack_1 crashed"),),
        spec_text="report: {title: T, authors: [Jane Doe]}\nwandb: {entity: deep-lab, project: robots}\nbaseline: a\n",
    )


def test_a_secret_in_any_text_is_replaced_and_ids_still_meet(report):
    metric = report.metrics[0]
    renamed = replace(metric.data, label=f"return {KEY}")
    methods = tuple(replace(one, label=f"{one.label} password=hunter2") for one in metric.methods)
    planted = replace(
        report,
        title=f"Title {KEY}",
        metrics=(replace(metric, data=renamed, methods=methods), *report.metrics[1:]),
        runs=(replace(report.runs[0], labels=(("api_key", "plain words"),)), *report.runs[1:]),
    )
    shown = without_secrets(planted)
    everything = to_json(shown) + provenance(shown, ())
    for secret in (KEY, "hunter2", "plain words"):
        assert secret not in everything
    assert numbers(shown) == numbers(planted)
    assert [run.id for run in shown.runs] == [run.id for run in report.runs]


def test_nothing_changes_where_there_is_no_secret(report):
    assert to_json(without_secrets(report)) == to_json(report)


def test_hashes_and_commits_are_no_secrets(report):
    run = replace(report.runs[0], sha256="ab" * 32, labels=(("commit", COMMIT),))
    shown = without_secrets(replace(report, runs=(run,)), known=[COMMIT])
    assert shown.runs == (run,)


def test_an_anonymous_report_names_nobody(identified):
    shown = anonymous(identified)
    everything = to_json(shown) + provenance(shown, ()) + shown.description + repr(shown.runs)
    for word in ("Jane", "jane@", "sky_jack", "deep-lab", "robots", "wandb.ai", "scores.csv", identified.runs[0].id):
        assert word not in everything, word
    assert shown.authors == ()
    assert "Run run-1 (run-1) is odd." in everything


def test_an_anonymous_report_keeps_every_number_and_the_names_that_are_compared(identified):
    shown = anonymous(identified)
    assert numbers(shown) == numbers(identified)
    (before, *_), (after, *_) = identified.metrics, shown.metrics
    assert [method.label for method in after.methods] == [method.label for method in before.methods]
    assert [task.id for task in after.data.tasks] == [task.id for task in before.data.tasks]


def test_pseudonyms_hold_through_the_whole_report(identified):
    shown = anonymous(identified)
    known = {run.id for run in shown.runs}
    assert known == {f"run-{number}" for number in range(1, len(shown.runs) + 1)}
    assert {score.run for metric in shown.metrics for score in metric.data.scores} <= known
    assert {run for metric in shown.metrics for method in metric.methods
            for task in method.tasks.values() for run in task.runs} <= known  # fmt: skip
    assert shown.warnings[0].runs == ("run-1",)
    assert (shown.excluded[0].run, shown.excluded[0].reason) == ("run-2", "run-2 crashed")
