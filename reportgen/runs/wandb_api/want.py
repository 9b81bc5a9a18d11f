"""Which keys a spec needs of a run's history, and whether the runs have them, before anything is fetched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reportgen.errors import DataError
from reportgen.runs.lookup import any_glob
from reportgen.runs.raw import USUAL_STEPS
from reportgen.runs.wandb_api.listed import Wanted, parent_of
from reportgen.runs.wandb_api.source import Need
from reportgen.runs.wandb_api.words import no_number, unknown_metric
from reportgen.spec.model import ByTask

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from reportgen.runs.wandb_api.listed import Listed
    from reportgen.spec.identity import Axes
    from reportgen.spec.model import Spec

NUMBERS = {"number", "boolean", "string"}  # not-a-number and infinity are logged as text


def need_of(spec: Spec, handle: str, where: Callable[..., str] | None) -> Need:
    """Return what a spec needs of the runs of a W&B source."""
    axes = spec.axes_of(handle)
    return Need(
        wanted=wanted_keys(spec, axes),
        axes=axes,
        states=spec.runs.states,
        check=lambda runs: check_metrics(spec, runs, where),
    )


def wanted_keys(spec: Spec, axes: Axes) -> Wanted:
    """Return the keys that a spec's metrics and axes need; a table by task may name any."""
    entries = [names for *_, names in _entries(spec)]
    everything = not entries or not spec.metrics.primary or any(isinstance(names, ByTask) for names in entries)
    groups = spec.metrics.groups
    plain = [name for names in entries if not isinstance(names, ByTask) for name in _grouped(names, groups)]
    metrics = ("*",) if everything else tuple(dict.fromkeys(plain))
    complete = spec.runs.complete_when
    keys = [key for axis in (axes.step, axes.wall_time) if axis for key in (*axis.key, *axis.rules.values())]
    further = [] if complete is None else [complete.metric]
    return Wanted(metrics=metrics, axes=tuple(dict.fromkeys([*keys, *further, *USUAL_STEPS])))


def check_metrics(spec: Spec, runs: Sequence[Listed], where: Callable[..., str] | None) -> None:
    """Refuse metrics that no run has logged, or that are no numbers in any run.

    Raises
    ------
    DataError
        With the place in the spec and the nearest names.
    """
    groups = spec.metrics.groups
    for role, index, names in _entries(spec):
        if not isinstance(names, ByTask) and not set(names) & groups.keys():  # a group may have none
            at = f"{where('metrics', role, index)}: " if where else ""
            _check_alternatives(names, runs, at)


def check_names(names: Sequence[str], runs: Sequence[Listed]) -> None:
    """Refuse names of which any is logged by no run, or is no number in any run.

    Raises
    ------
    DataError
        With the nearest names.
    """
    for name in names:
        if name != "*":
            _check_alternatives((name,), runs, "")


def _check_alternatives(names: Sequence[str], runs: Sequence[Listed], at: str) -> None:
    """Refuse a metric where no run has logged any of its names as a number."""
    known = [run for run in runs if run.keys or run.summary]
    if any(parent_of(name, run.keys) for run in known for name in names):
        return
    matches = any_glob(names)
    hits = [(run, key) for run in known for key in (*run.keys, *run.summary) if matches(key)]
    if known and not hits:
        raise DataError(at + unknown_metric(names[0], known))
    kinds = {kind for run, key in hits for kind in run.keys.get(key) or {"number": 1}}
    if hits and not kinds & NUMBERS:
        run, key = hits[0]
        raise DataError(at + no_number(key, sorted(kinds), run.summary.get(key)))


def _grouped(names: Sequence[str], groups: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """Return names with each that is a group's replaced by the group's metrics."""
    return tuple(name for one in names for name in groups.get(one, (one,)))


def _entries(spec: Spec) -> Iterator[tuple[str, int, tuple[str, ...] | ByTask]]:
    for role in ("primary", "secondary"):
        for index, entry in enumerate(getattr(spec.metrics, role)):
            for names in ((entry,),) if isinstance(entry, str) else entry.read:
                yield role, index, names
