"""Train the quickstart's agents and write down what they did.

    python configs/quickstart/record.py --csv configs/example
    python configs/quickstart/record.py --wandb configs/quickstart

The first writes `scores.csv`, the greedy policies' mean returns of all runs in long form; it needs numpy only and gives
the same bytes each time. The second writes the same trainings as offline runs of the wandb SDK below `wandb/`, with
the loss and the episode lengths beside; their clock times differ each time, their curves do not. Both write
`bounds.csv`, what a random and the best possible player get, exactly. Each takes less than a minute.
"""

from __future__ import annotations

import argparse
import csv
from pathlib import Path
from typing import TYPE_CHECKING

from environments import all_environments, exact_bounds
from methods import METHODS, HyperParameters
from offline import record_runs
from training import SEEDS, train

if TYPE_CHECKING:
    from collections.abc import Sequence

DIGITS = 6


def write_bounds(path: Path) -> None:
    """Write the exact expected returns of a random and of the best possible player, a row a task."""
    rows = ((environment.name, *exact_bounds(environment)) for environment in all_environments())
    _write(path, ("task", "random", "optimal"), [(task, round(low, 12), round(high, 12)) for task, low, high in rows])


def write_scores(path: Path) -> None:
    """Train every method with every seed and write a row a run, task and evaluation."""
    rows = [
        (f"{method}-{seed}", method, seed, task, row.global_step, round(evaluation.episode_return, DIGITS))
        for method in METHODS
        for seed in SEEDS
        for row in train(method, seed, HyperParameters())
        for task, evaluation in row.evaluations.items()
    ]
    _write(path, ("run", "method", "seed", "task", "step", "return"), rows)


def _write(path: Path, header: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, lineterminator="\n").writerows([header, *rows])


def main() -> None:
    """Read the command line and record."""
    parser = argparse.ArgumentParser(description="Train the quickstart's agents and record their curves.")
    parser.add_argument("--csv", type=Path, metavar="FOLDER", help="write scores.csv and bounds.csv into FOLDER")
    parser.add_argument("--wandb", type=Path, metavar="FOLDER", help="write offline runs and bounds.csv into FOLDER")
    arguments = parser.parse_args()
    if arguments.csv is None and arguments.wandb is None:
        parser.error("give --csv FOLDER, --wandb FOLDER or both")
    if arguments.csv is not None:
        write_bounds(arguments.csv / "bounds.csv")
        write_scores(arguments.csv / "scores.csv")
    if arguments.wandb is not None:
        write_bounds(arguments.wandb / "bounds.csv")
        record_runs(arguments.wandb / "wandb")


if __name__ == "__main__":
    main()
