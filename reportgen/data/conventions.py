"""Which shipped preset a set of runs follows, and what it reads of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.data.axes import read_method, read_seed, read_task
from reportgen.runs.lookup import any_glob
from reportgen.runs.selection import selection
from reportgen.spec import loads
from reportgen.spec.model import ByTask
from reportgen.spec.tree import dump

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reportgen.runs.record import RunRecord
    from reportgen.runs.survey import FoundSource
    from reportgen.spec.model import Spec

MARKS: Mapping[str, tuple[str, ...]] = {
    "metta": ("metric/agent_step", "env_agent/", "overview/reward"),
    "cleanrl": ("charts/episodic_return",),
    "sb3": ("rollout/ep_rew_mean",),
    "lightning": ("trainer/global_step",),
    "hf": ("train/global_step",),
}
GUESSED = frozenset({"their name", "their group"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Conventions:
    """What a preset reads of runs.

    Parameters
    ----------
    axes
        Run id to the axes that were read, of the runs that the preset takes.
    task_metrics
        Patterns of metrics that are tasks.
    left_out
        How many runs the preset's own filters leave out.
    """

    preset: str
    axes: Mapping[str, Mapping[str, str]]
    task_metrics: tuple[str, ...]
    left_out: int


def preset_of(names: Iterable[str]) -> str | None:
    """Return the preset whose marks are among the names of metrics, None where there is none."""
    there = tuple(names)
    return next((preset for preset, marks in MARKS.items() if any(_is_marked(there, mark) for mark in marks)), None)


def _is_marked(names: Iterable[str], mark: str) -> bool:
    return any(name == mark or (mark.endswith("/") and name.startswith(mark)) for name in names)


def conventions(
    preset: str, source: FoundSource, runs: Sequence[tuple[RunRecord, Mapping[str, int]]]
) -> Conventions | None:
    """Return what a preset reads of runs, each with its metrics; None where it does not fit.

    It fits where the runs that its filters take have its primary metric.
    """
    spec = loads(dump({"preset": preset, source.form: dict(source.fields)})).spec
    entry = spec.sources[0].wandb or spec.sources[0].wandb_offline
    if entry is None:
        return None
    meant = selection(entry.runs, entry.filters, Path())
    taken = [(run, metrics) for run, metrics in runs if meant.matches(run.id.rpartition("/")[2], run)]
    is_primary = any_glob(_primary(spec))
    if not any(is_primary(name) for _, metrics in taken for name in metrics):
        return None
    task = spec.axes_of(spec.handles()[0]).task
    return Conventions(
        preset=preset,
        axes={run.id: _read(run, spec) for run, _ in taken},
        task_metrics=task.metric if task else (),
        left_out=len(runs) - len(taken),
    )


def _primary(spec: Spec) -> tuple[str, ...]:
    entries = [entry for entry in spec.metrics.primary if not isinstance(entry, str)]
    return tuple(name for entry in entries for names in entry.read if not isinstance(names, ByTask) for name in names)


def _read(run: RunRecord, spec: Spec) -> dict[str, str]:
    method, where = read_method(run, spec)
    found: dict[str, Any] = {
        "method": None if where in GUESSED else method,
        "task": read_task(run, spec),
        "seed": read_seed(run, spec),
    }
    return {axis: value for axis, value in found.items() if value is not None}
