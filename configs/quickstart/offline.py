"""The same trainings as offline runs of the real wandb SDK, with nothing of the machine in them."""

from __future__ import annotations

import shutil
import tempfile
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from methods import METHODS, HyperParameters
from training import EPISODES, ROUNDS, SEEDS, STEPS_PER_ROUND, Row, train

if TYPE_CHECKING:
    import wandb

ENTITY, PROJECT = "reportgen", "quickstart"


def record_runs(folder: Path) -> None:
    """Train every method with every seed and leave `folder`/offline-run-*/run-*.wandb for each.

    The SDK's logs and empty folders are not kept: the `.wandb` file holds everything, and it alone is free of paths.
    """
    with tempfile.TemporaryDirectory() as scratch:
        for method in METHODS:
            for seed in SEEDS:
                _record(method, seed, Path(scratch))
        for file in sorted(Path(scratch).glob("wandb/offline-run-*/run-*.wandb")):
            target = folder / file.parent.name
            target.mkdir(parents=True)
            shutil.copyfile(file, target / file.name)


def _record(method: str, seed: int, scratch: Path) -> None:
    parameters = HyperParameters()
    with _private_run(method, seed, parameters, scratch) as run:
        run.define_metric("*", step_metric="global_step")
        for row in train(method, seed, parameters):
            run.log(_logged(row))


def _logged(row: Row) -> dict[str, float]:
    """Lay a row out as one step of W&B history: a metric a task, the loss and a second metric beside."""
    values: dict[str, float] = {"global_step": row.global_step}
    if row.td_error is not None:
        values["losses/td_error"] = row.td_error
    for name, evaluation in row.evaluations.items():
        suite, task = name.split("/")
        values[f"eval_{suite}/{task}"] = evaluation.episode_return
        values[f"length_{suite}/{task}"] = evaluation.episode_length
    return values


def _private_run(method: str, seed: int, parameters: HyperParameters, scratch: Path) -> wandb.Run:
    """Start an offline run; the settings keep host, paths, user, console and git out of the file."""
    import wandb  # noqa: PLC0415 - the CSV form needs numpy only

    return wandb.init(
        entity=ENTITY,
        project=PROJECT,
        id=f"{method}-{seed}".replace("_", "-"),
        name=f"{method}.seed{seed}",
        group=method,
        job_type="train",
        tags=["quickstart", "tabular"],
        config={
            "algorithm": method,
            "seed": seed,
            "agent": asdict(parameters),
            "training": {"rounds": ROUNDS, "steps_per_round": STEPS_PER_ROUND, "evaluation_episodes": EPISODES},
        },
        dir=scratch,
        mode="offline",
        settings=wandb.Settings(
            x_disable_meta=True,
            x_disable_stats=True,
            x_disable_machine_info=True,
            disable_git=True,
            disable_code=True,
            x_save_requirements=False,
            host="quickstart",
            console="off",
            silent=True,
        ),
    )
