"""The command that takes parts of a built report out of its folder."""

from __future__ import annotations

from pathlib import Path

import click

FORMS = ("latex", "csv", "parquet", "json", "zip")
LISTED = 10


@click.command()
@click.argument("form", type=click.Choice(FORMS))
@click.argument("folder", type=click.Path(path_type=Path), default=Path("build"))
@click.option("-o", "--output", type=click.Path(path_type=Path), help="Folder to write into; default: ./SLUG-FORM.")
def export(*, form: str, folder: Path, output: Path | None) -> None:
    """Write a part of the built report in FOLDER: its LaTeX, its numbers as CSV, Parquet or JSON, or its site as a zip.

    FOLDER is the report's own folder, or one that holds a single report.
    """
    from reportgen.export import export as exported  # noqa: PLC0415 - not needed for --help

    written = exported(form, folder, output)
    if len(written) > LISTED:
        click.echo(f"wrote {len(written)} files into {output or written[0].parts[0]}")
        return
    for path in written:
        click.echo(f"wrote {path}")
