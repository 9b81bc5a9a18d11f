"""What is said when a server refuses, when nothing matches, and when a metric does not exist."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reportgen.errors import did_you_mean
from reportgen.runs.reading import some
from reportgen.text import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reportgen.runs.selection import Selection
    from reportgen.runs.wandb_api.faults import Fault
    from reportgen.runs.wandb_api.listed import Listed

SHOWN = 12
MEASURED = ("system.", "system/")
CACHED = "`--offline` builds from the cache alone"


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A project on a server: `host` is its address."""

    host: str
    entity: str
    project: str

    @property
    def path(self) -> str:
        """``entity/project``."""
        return f"{self.entity}/{self.project}"

    @property
    def key(self) -> str:
        """What the keys of its runs in the cache begin with."""
        return f"{self.host.partition('://')[2] or self.host}/{self.path}/"


def no_key(host: str) -> str:
    """Bad credentials: there are none."""
    return (
        f"no W&B API key for {host}; looked at WANDB_API_KEY and at the .netrc and settings files that `wandb login` "
        f"writes. Run `wandb login`, or set WANDB_API_KEY; {CACHED}"
    )


def key_refused(host: str, fault: Fault) -> str:
    """Bad credentials: the server does not know them."""
    return (
        f"{host} refuses the W&B API key{_status(fault)}: {fault.text}. Take a new key from your settings page and run "
        f"`wandb login --relogin`, or set WANDB_API_KEY; {CACHED}"
    )


def project_refused(place: Place, user: str, fault: Fault) -> str:
    """Right credentials that may not read the project."""
    return (
        f"user {user!r} may not read the project {place.path} at {place.host}{_status(fault)}: {fault.text}. Ask a "
        f"member of {place.entity!r} for access, or check `entity` and `project`; {CACHED}"
    )


def no_project(place: Place, user: str, projects: Sequence[str]) -> str:
    """No such project, or one that is not shown to this user."""
    there = f"; {place.entity!r} has {some(list(projects))}" if projects else ""
    return (
        f"there is no project {place.path} at {place.host}, or user {user!r} may not see it"
        f"{did_you_mean(place.project, projects) or there}"
    )


def not_named(missing: str) -> str:
    """Neither the spec nor the environment names an entity or project."""
    return f"no W&B {missing} is named; write `wandb: {{entity: me, project: mine}}`, or set WANDB_{missing.upper()}"


def unreachable(host: str, fault: Fault) -> str:
    """Nothing can be said without the server."""
    return f"{host} cannot be asked: {fault.words()}"


def no_run(place: Place, selection: Selection, names: Sequence[str], count: int) -> str:
    """No run of the project is meant by the spec."""
    if count == 0:
        return f"the project {place.path} at {place.host} has no run; check `entity` and `project`"
    return f"no run of {place.path} matches {selection.no_match(names, count)}"


def unknown_metric(name: str, runs: Sequence[Listed]) -> str:
    """No selected run has logged a metric."""
    there = list(dict.fromkeys(key for run in runs for key in run.keys if not key.startswith("_")))
    shown = some(there, SHOWN) or "no metric at all"
    if name.startswith(MEASURED):
        return (
            f"metric {name!r}: what W&B itself measures of the machine (system.*) stands in no history, and the server "
            "gives only samples of it, which no number may rest on; metrics of the machine that a run logs, such as "
            f"monitor/*, can be had; the runs have {shown}"
        )
    near = did_you_mean(name, there)
    return (
        f"unknown metric {name!r}: no selected run ({len(runs)}) has logged it{near}"
        f"{' The' if near else '; the'} runs have {shown}"
    )


def no_number(name: str, kinds: Sequence[str], example: object) -> str:
    """Say that something else than numbers was logged under a metric's name."""
    shown = f", e.g. {visible(repr(example), longest=60)}" if example is not None else ""
    told = f"metric {name!r} is no number: the runs logged {', '.join(kinds)} under this name{shown}"
    return f"{told}; give a metric that was logged as numbers"


def _status(fault: Fault) -> str:
    return f" ({fault.status})" if fault.status else ""
