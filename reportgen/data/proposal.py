"""A first spec for the runs that were found, with what was guessed in its comments."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reportgen.data.axes import natural
from reportgen.data.direction import tokens
from reportgen.spec.tree import dump
from reportgen.text import LONGEST_PROSE, visible

if TYPE_CHECKING:
    from reportgen.data.conventions import Conventions
    from reportgen.data.discover import Discovery
    from reportgen.data.scores import Direction

EVALUATED = frozenset({"eval", "evaluation", "test", "val", "validation"})
PRIMARY_AT_MOST = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What a person settled of a proposal.

    Parameters
    ----------
    ids
        Runs that are meant; none: every run.
    labels
        File of labels, relative to `root`; empty: none.
    column, methods
        The methods are these labels, in this order, of this column; none: as the axes say.
    told
        Lines for the comment on top.
    """

    ids: tuple[str, ...] = ()
    labels: str = ""
    column: str = ""
    methods: tuple[str, ...] = ()
    told: tuple[str, ...] = ()


EVERY = Choice()


def proposal(found: Discovery, *, where: str, root: str = ".", choice: Choice = EVERY) -> str:
    """Return a spec for what was found, with what was guessed in its comments.

    Parameters
    ----------
    where
        Where the runs are, as the user named it, for the comment on top.
    root
        The folder, relative to where the spec will stand.
    choice
        What a person settled of it.
    """
    form, doubts = found.source.form, list(found.source.doubts)
    spec: dict[str, Any] = {"root": root} if root != "." else {}
    spec[form] = dict(found.source.fields) | ({"runs": {"ids": list(choice.ids)}} if choice.ids else {})
    axes = {axis: dict(listed[0].form) for axis, listed in found.axes.items() if listed and listed[0].form}
    if found.conventions is not None:
        spec = {"preset": found.conventions.preset, **spec}
        doubts += _doubts_of(found.conventions)
    if choice.methods:
        spec["methods"] = {name: {"label": {choice.column: name}} for name in choice.methods}
        axes.pop("method", None)
    spec |= {"labels": [{"manual": choice.labels}]} if choice.labels else {}
    if axes:
        spec["axes"] = axes
        doubts += [f"axes.{axis}: {listed[0].why}" for axis, listed in found.axes.items() if axis in axes]
    primary = [] if found.conventions is not None else primary_metrics(found)
    spec |= {"metrics": {"primary": primary}} if primary else {}
    doubts += [f"metrics: whether more {entry['name']} is better was guessed from its name" for entry in primary
               if entry.get("direction") in {"maximize", "minimize"}]  # fmt: skip
    doubts += [
        f"metrics: whether more {entry['name']} is better could not be told; add direction: maximize or minimize"
        for entry in primary
        if "direction" not in entry
    ]
    place = visible(where, longest=LONGEST_PROSE)
    head = f"# Proposed from {place}: {len(found.runs)} runs. Look at each line, then: reportgen check"
    told = [f"# {line}" for line in choice.told]
    return "\n".join([head, *told, *(f"# - {visible(doubt, longest=LONGEST_PROSE)}" for doubt in doubts), dump(spec)])


def _doubts_of(read: Conventions) -> list[str]:
    doubts = [f"preset {read.preset}: the metrics follow its conventions; reportgen check --show prints what it sets"]
    runs = "1 run" if read.left_out == 1 else f"{read.left_out} runs"
    return doubts + ([f"preset {read.preset}: its filters leave out {runs}"] if read.left_out else [])


def primary_metrics(found: Discovery) -> list[dict[str, Any]]:
    """Propose the metrics of a report: evaluations that are to be maximised before anything else."""
    pattern = found.axes["task"][0].form.get("metric") if found.axes["task"] else None
    if pattern:
        head = pattern.removeprefix("^").partition("(?P<suite>")[0].replace("\\", "")
        return [{"name": f"{head}*/*", "id": head.rstrip("_").replace("/", "_"), "direction": "maximize"}]
    ranked = sorted(found.metrics, key=lambda one: (preference(one.name, one.direction), -one.runs, natural(one.name)))
    chosen = ranked if found.source.form == "files" else ranked[:1]
    return [
        {"name": metric.name} | ({} if metric.direction == "unknown" else {"direction": metric.direction})
        for metric in chosen[:PRIMARY_AT_MOST]
    ]


def preference(name: str, direction: Direction) -> int:
    """Return how late a metric comes when one is chosen: evaluations that are to be maximised before anything else."""
    evaluated = bool(EVALUATED & set(tokens(name)))
    order = {"maximize": 0, "minimize": 2, "unknown": 4, "none": 6}
    return order[direction] + (0 if evaluated else 1)
