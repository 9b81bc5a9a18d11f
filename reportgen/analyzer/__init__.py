"""`StatisticalAnalyzer`: the statistics of a report for people who start from a DataFrame.

A long table becomes groups of scores (`frame`, `scales`); the statistics room computes; `tables` lays its frozen values
out as tidy DataFrames; figures are those of the report.
"""

from reportgen.analyzer.analyzer import StatisticalAnalyzer

__all__ = ["StatisticalAnalyzer"]
