"""Runs: what every source delivers, and the sources themselves."""

from reportgen.runs.cache import cache_folder
from reportgen.runs.collect import read_runs
from reportgen.runs.record import RunRecord, Series, Source
from reportgen.runs.survey import survey_folder

__all__ = ["RunRecord", "Series", "Source", "cache_folder", "read_runs", "survey_folder"]
