"""The commands that put a report where others look."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from reportgen.cli.options import (
    cache_option,
    jobs_option,
    json_option,
    logging_options,
    offline_option,
    output_option,
    progress_shown,
    quiet_option,
    refresh_option,
    say,
    set_option,
    spec_argument,
)

if TYPE_CHECKING:
    from pathlib import Path


@click.group()
def publish() -> None:
    """Put a report where others look."""


@publish.command("wandb")
@spec_argument
@output_option
@set_option
@click.option("--partial", is_flag=True, help="Publish also where runs are stale or missing, or the notebook stopped.")
@click.option("--strict", is_flag=True, help="Publish nothing if anything is warned about or withheld.")
@click.option("--allow-code", is_flag=True, help="Run the functions that SPEC names (module:function): your own code.")
@jobs_option
@cache_option
@offline_option
@refresh_option
@quiet_option
@json_option
@logging_options
def wandb(
    *,
    spec: Path,
    overrides: tuple[str, ...],
    partial: bool,
    quiet: bool,
    as_json: bool,
    cache_dir: Path | None,
    **how: Any,
) -> None:
    """Build SPEC, then write its results into the W&B project that `publish: {wandb: {project: …}}` names.

    Results as tables, figures as images, data and spec as versioned artifacts. A build that fails publishes nothing.
    """
    from reportgen.build import build  # noqa: PLC0415 - heavy
    from reportgen.publish.wandb_project import publish_to_wandb, refuse_partial, target_of  # noqa: PLC0415 - heavy
    from reportgen.spec import load  # noqa: PLC0415 - heavy

    target = target_of(load(spec, overrides=overrides))
    with progress_shown(shown=not quiet and not as_json) as progress:
        built = build(spec, overrides=overrides, cache=cache_dir, progress=progress, **how)
        if not partial:
            refuse_partial(built.report, built.notebook_failure)
        progress("publishing to W&B")
        done = publish_to_wandb(built.report, built.artifacts, built.folder, target)
    if as_json:
        click.echo(
            json.dumps({"headline": built.report.headline, "folder": str(built.folder), **asdict(done)}, indent=1)
        )
    elif not quiet:
        say(f"published {built.report.headline}")
        say(f"{done.tables} tables, {done.figures} figures, artifacts {', '.join(done.artifacts)}")
        say(f"open      {done.url}")
        if done.report:
            say(f"report    {done.report}")
