"""The command line: commands without logic; it prints errors and sets exit codes.

Heavy rooms are imported inside the command that needs them, so that ``--help`` is quick.
"""

from __future__ import annotations

import click

import reportgen
from reportgen.cli.build import build, check, demo
from reportgen.cli.cache import cache
from reportgen.cli.export import export
from reportgen.cli.label import label
from reportgen.cli.look import inspect
from reportgen.cli.options import EPILOG, Group, logging_options
from reportgen.cli.publish import publish
from reportgen.cli.runs import fetch
from reportgen.cli.start import doctor, init, schema, serve


@click.group(
    cls=Group, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}
)
@click.version_option(reportgen.__version__, prog_name="reportgen")
@logging_options
def main() -> None:
    """Turn runs into a report: honest aggregates, intervals, figures, LaTeX and a static site from one YAML spec."""


for _command in (init, inspect, label, check, fetch, build, demo, serve, export, publish, cache, schema, doctor):
    main.add_command(_command)
