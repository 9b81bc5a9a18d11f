"""Commands around a report: a first spec, a look at the result, what an installation has."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import click

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


@click.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default=Path())
@click.option("--from", "where", metavar="WHERE", help="Propose a spec for the runs in this folder or ENTITY/PROJECT.")
@names_option
@cache_option
def init(*, folder: Path, where: str | None, pattern: str | None, cache_dir: Path | None) -> None:
    """Write a first spec into FOLDER: for runs that are there already (--from), else with example scores."""
    files = _example() if where is None else _proposed(folder, where, pattern, cache_dir)
    taken = [name for name in files if (folder / name).exists()]
    if taken:
        raise UsageError(f"{folder}: {', '.join(taken)} already there; nothing was written. Give another folder.")
    folder.mkdir(parents=True, exist_ok=True)
    for name, content in files.items():
        (folder / name).write_bytes(content)
        click.echo(f"wrote {folder / name}")
    click.echo(f"next: reportgen {'build' if where is None else 'check'} {folder / 'report.yaml'}")


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
