"""Writes what builds a report at regular times: a workflow of GitHub or GitLab, a script for cron."""

from __future__ import annotations

import json
import shlex
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from reportgen.resources import shipped

if TYPE_CHECKING:
    from pathlib import Path

Service = Literal["github", "gitlab"]
NIGHTLY = "17 4 * * *"
SETTINGS = (
    "    secret   WANDB_API_KEY     where the runs come from W&B",
    "    variable REPORTGEN_PUBLIC  true, only if everybody may read these results: deploys the site as pages",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Automation:
    """A file that builds a report at regular times, and what its user has yet to do, line by line."""

    path: Path
    content: str
    to_do: tuple[str, ...]


def workflow(service: Service, spec: Path, *, version: str) -> Automation:
    """Return the workflow of a service for the repository that `spec` lies in, else for the spec's folder.

    Parameters
    ----------
    version
        Of reportgen, which the workflow installs.
    """
    root = repository_of(spec)
    text = render(
        f"{service}.yml.j2",
        nightly=NIGHTLY,
        spec=spec.resolve().relative_to(root).as_posix(),
        requirement=f"reportgen-ml=={version}",
    )
    return _on_github(root, text) if service == "github" else _on_gitlab(root, text)


def cron_script(spec: Path, *, python: str = sys.executable) -> Automation:
    """Return the script beside `spec` that cron runs, and the line for the crontab."""
    name = f"{spec.stem}-cron"
    path = spec.resolve().parent / f"{name}.sh"
    command = shlex.quote(str(path)).replace("%", r"\%")  # a bare % ends the line in a crontab
    return Automation(
        path=path,
        content=render("cron.sh.j2", spec=spec.name, python=python, name=name),
        to_do=("crontab -e, and add:", "    MAILTO=you@example.org", f"    {NIGHTLY} {command}"),
    )


def repository_of(spec: Path) -> Path:
    """Return the root of the git repository around a spec, the spec's folder where there is none."""
    folder = spec.resolve().parent
    return next((one for one in (folder, *folder.parents) if (one / ".git").exists()), folder)


def render(template: str, **given: str) -> str:
    """Return the text of a template of ``templates/automation``."""
    environment = Environment(
        loader=FileSystemLoader(shipped("templates") / "automation"),
        undefined=StrictUndefined,
        autoescape=False,  # noqa: S701 - YAML and shell, quoted by the filters
        variable_start_string="<<",
        variable_end_string=">>",
        keep_trailing_newline=True,
    )
    environment.filters |= {"yaml": lambda text: json.dumps(text, ensure_ascii=False), "quoted": shlex.quote}
    return environment.get_template(template).render(given)


def _on_github(root: Path, text: str) -> Automation:
    return Automation(
        path=root / ".github" / "workflows" / "reportgen.yml",
        content=text,
        to_do=("commit and push it; in the repository's settings:", *SETTINGS),
    )


def _on_gitlab(root: Path, text: str) -> Automation:
    """Leave a pipeline that is there as it is; it can include ours."""
    own = root / ".gitlab-ci.yml"
    path = root / ".gitlab" / "reportgen.yml" if own.exists() else own
    include = (f"add to {own.name}: include: [{{local: {path.relative_to(root).as_posix()}}}]",) if path != own else ()
    to_do = (*include, "commit and push it, and add a schedule (Build > Pipeline schedules); in the CI/CD settings:")
    return Automation(path=path, content=text, to_do=(*to_do, *SETTINGS))
