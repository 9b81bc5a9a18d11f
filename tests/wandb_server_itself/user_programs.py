"""What users write: a run that logs everything, a run that reads an artifact of it, and a report; run by the tests."""

import sys
from pathlib import Path


def log_everything(wandb):
    import numpy as np  # noqa: PLC0415 - the programs are started one at a time

    config = {"lr": 0.1, "env": {"name": "maze"}}
    with wandb.init(
        project="p", id="first", name="n", config=config, tags=["t"], group="g", job_type="analysis"
    ) as run:
        for step in range(5):
            run.log({"loss": 1 / (step + 1), "gap": float("nan")})
        picture = wandb.Image(np.zeros((4, 4, 3), dtype=np.uint8), caption="black")
        run.log({"table": wandb.Table(columns=["a", "b"], data=[[1, "x"], [2, "y"]]), "picture": picture})
        run.summary["best"] = 0.5
        artifact = wandb.Artifact("scores", "report", metadata={"cells": 4})
        Path("scores.txt").write_text("method,score\n", encoding="utf-8")
        artifact.add_file("scores.txt")
        run.log_artifact(artifact, aliases=["final"]).wait()


def use_it(wandb):
    with wandb.init(project="p", id="second") as run:
        folder = Path(run.use_artifact("scores:final").download(root="read"))
        run.log({"length": len((folder / "scores.txt").read_text(encoding="utf-8"))})
        run.finish(exit_code=1)


def report(_):
    import wandb_workspaces.reports.v2 as wr  # noqa: PLC0415 - the programs are started one at a time

    grid = wr.PanelGrid(runsets=[wr.Runset(entity="tester", project="p")], panels=[wr.LinePlot(x="Step", y=["loss"])])
    wr.Report(entity="tester", project="q", title="Told", blocks=[wr.H1("Found"), grid]).save()


if __name__ == "__main__":
    import wandb

    wandb.setup(
        settings=wandb.Settings(x_disable_meta=True, x_disable_stats=True, console="off", disable_git=True, silent=True)
    )
    for program in (log_everything, use_it, report):
        if program.__name__ in sys.argv[1:]:
            program(wandb)
