"""A W&B Report about a published run: the words as plain text, tables and figures as panels that read the run."""

from __future__ import annotations

from importlib.util import find_spec
from typing import Any

from reportgen.errors import EnvironmentFault


def refuse_without_workspaces() -> None:
    """Refuse to make a W&B Report where the package for it is absent.

    Raises
    ------
    EnvironmentFault
        With the line that installs it.
    """
    if find_spec("wandb_workspaces") is None:
        raise EnvironmentFault(
            "`publish: {wandb: {report: true}}` needs the package wandb-workspaces: "
            "pip install 'reportgen-ml[wandb-reports]'; or publish without a Report: --set publish.wandb.report=false"
        )


def save_report(request: dict[str, Any], entity: str, project: str, run_id: str) -> str:
    """Save a Report that shows one run, and return its address.

    Names of strangers stand in it as plain text, never as markdown.
    """
    import wandb_workspaces.reports.v2 as wr  # noqa: PLC0415 - slow to load, and an extra

    def grid(*panels: Any) -> Any:
        runs = wr.Runset(entity=entity, project=project, name="published", filters=f"Metric('ID') in ['{run_id}']")
        return wr.PanelGrid(runsets=[runs], panels=list(panels))

    tables = [
        block
        for name in request["tables"]
        for block in (wr.H2(name.capitalize()), grid(wr.WeavePanelSummaryTable(table_name=name)))
    ]
    figures = [
        block
        for figure in request["figures"]
        for block in (
            wr.H2(figure["title"]),
            grid(wr.MediaBrowser(media_keys=[figure["name"]], num_columns=1)),
            wr.P(figure["caption"]),
        )
    ]
    blocks = [wr.TableOfContents(), wr.H1("Result"), wr.P(request["config"]["headline"]), *figures, *tables]
    report = wr.Report(
        entity=entity,
        project=project,
        title=request["name"],
        description=request["config"]["headline"],
        width="readable",
        blocks=blocks,
    )
    return str(report.save().url)
