"""`reportgen publish wandb` with the real client: what is on the server afterwards, and what a refusal looks like."""

import json
import subprocess
import sys
from dataclasses import replace

import pytest
from wandb_server import faults

from reportgen.data.scores import Notice
from reportgen.errors import EnvironmentFault, SourceError, StrictError, UsageError
from reportgen.publish import publish_to_wandb
from reportgen.publish.wandb_project import refuse_partial, target_of
from reportgen.runs.wandb_api.faults import Patience
from reportgen.spec import loads
from reportgen.spec.publishing import WandbTarget

SETTINGS = ("notebooks.execute=never", "analysis.bootstrap_samples=200", "publish.wandb.project=analysis")
HASTY = Patience(client_retries=1, first_wait=0.1, longest_wait=0.1, silence=20, run=60)
TARGET = WandbTarget(project="analysis", tags=("paper",))


def publish(built, target=TARGET):
    return publish_to_wandb(built.report, built.artifacts, built.folder, target, patience=HASTY)


def test_tables_figures_and_artifacts_are_on_the_server_after_the_command(
    built, example, wandb_server, wandb_client_env
):
    command = ["publish", "wandb", example, "-o", built.folder.parent, "--json"]
    command += [part for setting in SETTINGS for part in ("--set", setting)]
    done = subprocess.run(
        [sys.executable, "-m", "reportgen", *map(str, command)],
        env=wandb_client_env, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    said = json.loads(done.stdout)
    [run] = wandb_server.runs
    assert said["run"] == run.path
    assert (run.state, run.job_type, run.group, run.display_name) == (
        "finished",
        "reportgen",
        "report",
        built.report.title,
    )
    assert said["figures"] == sum(one.kind == "figure" and one.task is None for one in built.artifacts)

    report = json.loads((built.folder / "report.json").read_text())
    table = json.loads(wandb_server.store.blobs[run.files[run.summary["aggregates"]["path"]]])
    rows = [dict(zip(table["columns"], row, strict=True)) for row in table["data"]]
    metric = report["metrics"][0]
    for method in metric["methods"]:
        [row] = [one for one in rows if (one["method"], one["aggregate"]) == (method["id"], "iqm")]
        assert [row[key] for key in ("estimate", "low", "high")] == [
            method["aggregates"]["iqm"][key] for key in ("estimate", "low", "high")
        ]
        assert run.summary[f"{metric['id']}/iqm/{method['label']}"] == method["aggregates"]["iqm"]["estimate"]

    picture = run.summary["return-intervals"]
    drawn = (built.folder / "docs/assets/figures/return-intervals.png").read_bytes()
    assert wandb_server.store.blobs[run.files[picture["path"]]] == drawn

    assert [one.sequence.name for one in run.used] == ["report-spec", "report-data"]
    logged = [one for one in run.logged if one.sequence.kind == "report"]
    assert [(one.sequence.name, one.state) for one in logged] == [("report-report", "COMMITTED")]
    assert all(one.state == "COMMITTED" for one in run.used)
    kept = {name: wandb_server.store.blobs[key] for one in (*run.used, *logged) for name, key in one.files.items()}
    assert kept["data/scores.csv"] == (built.folder / "data/scores.csv").read_bytes()
    assert kept["report.json"] == (built.folder / "report.json").read_bytes()
    assert b"project: analysis" in kept["spec.yaml"]


def test_what_did_not_change_is_the_same_version(built, wandb_server, wandb_client_env):
    first, second = publish(built), publish(built)
    assert first.run != second.run
    assert first.artifacts == second.artifacts == ("report-spec:v0", "report-data:v0", "report-report:v0")


@pytest.mark.parametrize(
    ("request_", "fault", "words"),
    [
        ("Viewer", faults.status(401), "wandb login --relogin"),
        ("UpsertBucket", faults.status(403, "permission denied"), "permission denied"),
        ("CommitArtifact", faults.graphql_error("quota exceeded"), "quota exceeded"),
        ("*/media/table/*", faults.status(403), "not on the server afterwards: media/table/"),
        ("*/file_stream", faults.status(403), "not on the server afterwards"),
    ],
    ids=["the key", "the project", "an artifact", "a table", "the rows"],
)
def test_a_refusal_is_told(built, wandb_server, wandb_client_env, request_, fault, words):
    wandb_server.faults.add(request_, fault)
    with pytest.raises(SourceError, match=words) as told:
        publish(built)
    assert told.value.exit_code == 4
    assert all(run.state != "finished" for run in wandb_server.runs) or "not on the server" in str(told.value)


def test_a_server_that_hangs_is_given_up(built, wandb_server, wandb_client_env):
    wandb_server.faults.add("CreateArtifact", faults.hang())
    with pytest.raises(SourceError, match="not finished in 3 s"):
        publish_to_wandb(built.report, built.artifacts, built.folder, TARGET, patience=replace(HASTY, run=3))


def test_a_partial_report_is_not_published(built):
    refuse_partial(built.report, "")
    notice = Notice(level="warning", code="missing_runs", text="1 run is missing: sky_3.")
    with pytest.raises(SourceError, match=r"partial, nothing was published.*--partial(?s:.*)sky_3") as told:
        refuse_partial(replace(built.report, warnings=(notice,)), "")
    assert told.value.exit_code == 4
    with pytest.raises(StrictError, match=r"the notebook .* stopped, nothing was published.*: KeyError"):
        refuse_partial(built.report, "KeyError")


SPEC = "wandb: {entity: lab, project: walker}\nmetrics: {primary: [return]}\n"


def test_a_spec_that_names_no_place_says_what_to_write():
    with pytest.raises(UsageError, match=r"publish: \{wandb: \{project: my-analysis\}\}"):
        target_of(loads(SPEC))


def test_results_do_not_go_where_the_next_build_would_take_them_for_a_run(monkeypatch):
    monkeypatch.delenv("WANDB_ENTITY", raising=False)
    with pytest.raises(UsageError, match=r"spec.yaml:3:28: the runs are read from project 'walker'"):
        target_of(loads(SPEC + "publish: {wandb: {project: walker}}\n"))
    assert target_of(loads(SPEC + "publish: {wandb: {project: walker, entity: me}}\n")).entity == "me"


def test_a_wandb_report_shows_headline_figures_and_tables(built, wandb_server, wandb_client_env):
    done = publish(built, TARGET.model_copy(update={"report": True}))
    [view] = wandb_server.store.views.values()
    assert (view["displayName"], view["project"].name, view["type"]) == (built.report.title, "analysis", "runs")
    assert done.report.startswith(f"{wandb_server.url}/tester/analysis/reports/")
    spec = json.loads(view["spec"])
    text = json.dumps(spec, ensure_ascii=False)
    assert built.report.headline in text
    assert done.run.rpartition("/")[2] in text
    panels = [
        panel for block in spec["blocks"] if block["type"] == "panel-grid"
        for panel in block["metadata"]["panelBankSectionConfig"]["panels"]
    ]  # fmt: skip
    assert len(panels) == done.figures + done.tables


def test_a_wandb_report_without_its_package_says_what_to_install(monkeypatch):
    monkeypatch.setattr("reportgen.publish.wandb_report.find_spec", lambda _name: None)
    with pytest.raises(EnvironmentFault, match=r"pip install 'reportgen-ml\[wandb-reports\]'") as told:
        target_of(loads(SPEC + "publish: {wandb: {project: analysis, report: true}}\n"))
    assert told.value.exit_code == 5
