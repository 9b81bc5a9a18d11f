"""Commands around a report: a first spec, a look at the result, what an installation has."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

import reportgen
from reportgen.cli.look import look, names_option
from reportgen.cli.options import (
    cache_option,
    jobs_option,
    logging_options,
    offline_option,
    output_option,
    set_option,
)
from reportgen.errors import EnvironmentFault, UsageError
from reportgen.resources import shipped

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reportgen.publish.automation import Automation, Service


@click.command()
@click.argument("target", metavar="[FOLDER|SPEC]", type=click.Path(path_type=Path), default=Path())
@click.option("--from", "where", metavar="WHERE", help="Propose a spec for the runs in this folder or ENTITY/PROJECT.")
@click.option("--ci", type=click.Choice(["github", "gitlab"]), help="Write a workflow that builds the report nightly.")
@click.option("--cron", is_flag=True, help="Write a script for cron beside the spec, and print the crontab line.")
@names_option
@cache_option
def init(
    *, target: Path, where: str | None, ci: Service | None, cron: bool, pattern: str | None, cache_dir: Path | None
) -> None:
    """Write a first spec into FOLDER: for runs that are there already (--from), else with example scores.

    With --ci or --cron also what builds the report at regular times; a SPEC that is there already, or the report.yaml
    of FOLDER, is then used as it is. No file is ever overwritten.
    """
    spec = _spec_at(target)
    automations = _automations(spec, ci=ci, cron=cron)
    files: dict[Path, bytes] = {}
    if not (automations and where is None and spec.is_file()):
        made = _example() if where is None else _proposed(spec.parent, where, pattern, cache_dir)
        files |= {spec.parent / name: content for name, content in made.items()}
    files |= {one.path: one.content.encode() for one in automations}
    _write(files)
    if spec in files:
        click.echo(f"next: reportgen {'build' if where is None else 'check'} {spec}")
    for one in automations:
        click.echo("\n".join(["next: " + one.to_do[0], *one.to_do[1:]]))


def _spec_at(target: Path) -> Path:
    """Return the spec that is meant: the file itself, or the one of a folder."""
    if target.suffix in {".yaml", ".yml"}:
        if not target.is_file():
            raise UsageError(f"{target}: no such spec; nothing was written. Give a folder to write a first spec into.")
        return target
    if target.is_file():
        raise UsageError(f"{target}: neither a folder nor a spec (.yaml, .yml); nothing was written.")
    return target / "report.yaml"


def _automations(spec: Path, *, ci: Service | None, cron: bool) -> tuple[Automation, ...]:
    from reportgen.publish.automation import cron_script, workflow  # noqa: PLC0415 - heavy

    workflows = (workflow(ci, spec, version=reportgen.__version__),) if ci else ()
    return (*workflows, *((cron_script(spec),) if cron else ()))


def _write(files: Mapping[Path, bytes]) -> None:
    """Write new files, or none at all where one of them is there already; scripts can be run."""
    taken = [str(path) for path in files if path.exists()]
    if taken:
        raise UsageError(
            f"{', '.join(taken)}: already there; nothing was written. Move them away, or give another folder."
        )
    for path, content in files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        if content.startswith(b"#!"):
            path.chmod(0o755)
        click.echo(f"wrote {path}")


def _example() -> dict[str, bytes]:
    example = shipped("configs") / "example"
    return {path.name: path.read_bytes() for path in sorted(example.iterdir(), key=str) if path.is_file()}


def _proposed(folder: Path, where: str, pattern: str | None, cache_dir: Path | None) -> dict[str, bytes]:
    from reportgen.data.proposal import proposal  # noqa: PLC0415 - heavy

    root = os.path.relpath(where, folder) if Path(where).is_dir() else "."
    text = proposal(look(where, pattern, cache_dir).found, where=where, root=root)
    return {"report.yaml": text.encode()}


@click.command()
@click.argument("where", metavar="[SPEC|FOLDER]", type=click.Path(path_type=Path), default=Path("build"))
@click.option("--port", default=8000, show_default=True, help="Port to listen on; 0 takes a free one.")
@output_option
@set_option
@click.option("--allow-code", is_flag=True, help="Run the functions that SPEC names (module:function): your own code.")
@jobs_option
@cache_option
@offline_option
@logging_options
def serve(
    *, where: Path, port: int, output: Path | None, cache_dir: Path | None, overrides: tuple[str, ...], **how: Any
) -> None:
    """Show a report at http://127.0.0.1:PORT.

    Of a SPEC, or a folder of specs, the report is built first, and again whenever the spec or your templates change.
    A FOLDER that holds a report, or a portal, is shown as it is.
    """
    if _holds_specs(where):
        from reportgen.watch import Watched, watch  # noqa: PLC0415 - heavy

        watched = Watched(paths=(where,), output=output, how={"overrides": overrides, "cache": cache_dir, **how})
        watch(watched, port, announce=click.echo)
        return
    from reportgen.site import serve_site  # noqa: PLC0415 - heavy

    serve_site(where, port, announce=click.echo)


def _holds_specs(where: Path) -> bool:
    """Tell a spec or a folder of specs from a folder with a report, which may hold the YAML of the site's engine."""
    if not where.is_dir():
        return where.is_file()
    shown = [where / "index.html", *where.glob("site/index.html"), *where.glob("*/site/index.html")]
    return any(where.glob("*.y*ml")) and not any(page.is_file() for page in shown)


@click.command()
def schema() -> None:
    """Print the JSON schema of specs, for completion in an editor."""
    from reportgen.spec.reference import json_schema  # noqa: PLC0415 - heavy

    click.echo(json_schema(), nl=False)


@click.command()
@cache_option
def doctor(*, cache_dir: Path | None) -> None:
    """Say what this installation has, what is missing, and what each thing is for."""
    from reportgen.doctor import examine  # noqa: PLC0415 - heavy

    findings = examine(cache_dir)
    for finding in findings:
        click.echo(f"{finding.state:<8} {finding.name:<18} {finding.told}")
    if any(finding.state == "missing" for finding in findings):
        raise EnvironmentFault("something that reportgen needs is missing; the lines above say what mends it")
