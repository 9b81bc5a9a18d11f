"""Runs: what every source delivers, and the sources themselves."""

from reportgen.runs.collect import read_runs
from reportgen.runs.record import RunRecord, Series, Source

__all__ = ["RunRecord", "Series", "Source", "read_runs"]
