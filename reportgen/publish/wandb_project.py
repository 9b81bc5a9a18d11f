"""Publishes a built report into a W&B project: refuses what is in doubt, and says what the server refused."""

from __future__ import annotations

import os
import queue
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reportgen.errors import SourceError, StrictError, UsageError
from reportgen.publish.content import content
from reportgen.publish.wandb_report import refuse_without_workspaces
from reportgen.runs.wandb_api.child import ENDED, Child
from reportgen.runs.wandb_api.faults import USUAL, Fault, Patience

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from reportgen.artifacts import Artifact
    from reportgen.results import Report
    from reportgen.spec import LoadedSpec
    from reportgen.spec.publishing import WandbTarget

FROM_THE_SERVER = frozenset({"server_unreachable", "stale_runs", "missing_runs", "uncovered_runs"})
"""Codes of the warnings that say that W&B could not give a run as it is now."""
PROGRAM = "reportgen.publish.upload"


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """What is on the server now: the address of the run, `entity/project/id`, the versions of the artifacts.

    `report` is the address of the W&B Report, None where none was asked for.
    """

    url: str
    run: str
    artifacts: tuple[str, ...]
    tables: int
    figures: int
    report: str | None


def target_of(loaded: LoadedSpec) -> WandbTarget:
    """Return where a spec publishes.

    Raises
    ------
    UsageError
        When it says nothing, or names the project that its runs are read from: the next build would take the run
        that carries the results for one of them.
    EnvironmentFault
        When it asks for a W&B Report and the package for it is absent.
    """
    target = loaded.spec.publish.wandb
    if target is None:
        raise UsageError(
            f"{loaded.path}: says nowhere to publish; write `publish: {{wandb: {{project: my-analysis}}}}`, or give "
            "--set publish.wandb.project=my-analysis"
        )
    if target.report:
        refuse_without_workspaces()
    default = os.environ.get("WANDB_ENTITY")
    here = target.entity or default
    for entry in loaded.spec.sources:
        read = entry.wandb
        there = (read.entity or default) if read else None
        if read and read.project == target.project and (here == there or None in {here, there}):
            raise UsageError(
                f"{loaded.where('publish', 'wandb', 'project')}: the runs are read from project {target.project!r}, "
                "where the next build would take the published results for a run; publish into a project of its own"
            )
    return target


def refuse_partial(report: Report, notebook_failure: str) -> None:
    """Refuse a report that lacks something it should have.

    Raises
    ------
    SourceError
        When W&B could not give runs as they are now.
    StrictError
        When the notebook that checks the numbers stopped.
    """
    asked = "nothing was published; mend it, or publish all the same with --partial"
    lacking = [notice.text for notice in report.warnings if notice.code in FROM_THE_SERVER]
    if lacking:
        listed = "\n".join(f"  - {text}" for text in lacking)
        raise SourceError(f"the report is partial, {asked}:\n{listed}")
    if notebook_failure:
        raise StrictError(f"the notebook that checks the report stopped, {asked}: {notebook_failure}")


def publish_to_wandb(
    report: Report,
    artifacts: Sequence[Artifact],
    folder: Path,
    target: WandbTarget,
    *,
    patience: Patience = USUAL,
) -> Published:
    """Write a report into a W&B project and look whether all of it arrived.

    Tables (`scores`, `aggregates`, `comparisons`) and figures are logged to a new run, and the aggregates stand in its
    summary. Spec and data are artifacts that the run uses, the report is one that it made: W&B keeps a version of each
    for every change of content.

    Parameters
    ----------
    folder
        Where the report was built.
    patience
        How long and how often to try; `run` is the limit for all of it.

    Raises
    ------
    SourceError
        When the server refuses or does not answer, or something is not there afterwards; the text names it.
    """
    sent = content(report, artifacts, folder, target)
    limits = {
        "retries": patience.client_retries,
        "first_wait": patience.first_wait,
        "longest_wait": patience.longest_wait,
        "silence": patience.silence,
    }
    done = _asked({**sent, **limits}, patience)
    return Published(
        url=done["url"],
        run=done["run"],
        artifacts=tuple(done["artifacts"]),
        tables=len(sent["tables"]),
        figures=len(sent["figures"]),
        report=done["report"],
    )


def _asked(request: dict[str, Any], patience: Patience) -> dict[str, Any]:
    child = Child(program=PROGRAM)
    try:
        child.ask(request)
        message = child.answers.get(timeout=patience.run)
        if message is ENDED:
            raise _refused(Fault(kind="server", text=f"the process that writes to W&B ended: {child.last_words()}"))
    except queue.Empty:
        raise _refused(Fault(kind="late", text=f"not finished in {patience.run:g} s")) from None
    finally:
        child.kill()
    if "fault" in message:
        raise _refused(Fault(**message["fault"]))
    return dict(message["done"])


def _refused(fault: Fault) -> SourceError:
    """Say why nothing, or not all, was published, and what would mend it."""
    status = f" ({fault.status})" if fault.status and str(fault.status) not in fault.text else ""
    mend = {
        "key": "Run `wandb login`, or set WANDB_API_KEY",
        "refused": "Check the key (`wandb login --relogin`), and `entity` and `project` under `publish: {wandb: …}`",
        "project": "Check `entity` and `project` under `publish: {wandb: …}`",
    }.get(fault.kind, "A run that was begun is marked as failed, or misses what is named; publish again")
    return SourceError(f"publishing to W&B failed{status}: {fault.words()}. {mend}")
