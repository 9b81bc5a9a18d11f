"""The commands that put a report where others look."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
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
    from reportgen.building import Built


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
    quiet: bool,
    as_json: bool,
    **how: Any,
) -> None:
    """Build SPEC, then write its results into the W&B project that `publish: {wandb: {project: …}}` names.

    Results as tables, figures as images, data and spec as versioned artifacts. A build that fails publishes nothing.
    """
    from reportgen.publish.wandb_project import publish_to_wandb, target_of  # noqa: PLC0415 - heavy
    from reportgen.spec import load  # noqa: PLC0415 - heavy

    target = target_of(load(spec, overrides=overrides))
    with progress_shown(shown=not quiet and not as_json) as progress:
        built = _whole(spec, overrides=overrides, progress=progress, **how)
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


@publish.command("gh-pages")
@click.argument("where", metavar="SPEC|FOLDER", type=click.Path(path_type=Path, exists=True))
@click.option("--public", is_flag=True, help="Say that these results may be read by everyone; refused without.")
@click.option("--remote", default="origin", show_default=True, help="Remote of the current git repository, or address.")
@click.option("--branch", default="gh-pages", show_default=True, help="Branch that the host serves.")
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
def gh_pages(*, where: Path, public: bool, remote: str, branch: str, quiet: bool, as_json: bool, **how: Any) -> None:
    """Push the site of a report as a new commit on a branch that GitHub, GitLab or another host serves.

    Of a SPEC the report is built first; a FOLDER that holds a report, or a portal, is published as it is. The work tree
    is not touched, and the branch keeps its history.
    """
    from reportgen.publish.pages import publish_pages, refuse_private  # noqa: PLC0415 - heavy
    from reportgen.site import find_site  # noqa: PLC0415 - heavy

    refuse_private(public=public, what=str(where))
    with progress_shown(shown=not quiet and not as_json) as progress:
        built = None if where.is_dir() else _whole(where, progress=progress, **how)
        site = find_site(built.folder if built else where)
        message = built.report.headline if built else "Report"
        progress("pushing")
        done = publish_pages(site, remote=remote, branch=branch, message=message, repository=Path())
    if as_json:
        click.echo(json.dumps({**asdict(done), "site": str(site)}, indent=1))
    elif not quiet:
        say(f"{'pushed' if done.changed else 'unchanged:'} {done.branch} of {done.remote} at {done.commit[:12]}")


def _whole(spec: Path, *, partial: bool, cache_dir: Path | None, **how: Any) -> Built:
    """Build a report, and refuse it where it is partial."""
    from reportgen.building import build  # noqa: PLC0415 - heavy
    from reportgen.publish.wandb_project import refuse_partial  # noqa: PLC0415 - heavy

    built = build(spec, cache=cache_dir, **how)
    if not partial:
        refuse_partial(built.report, built.notebook_failure)
    return built
