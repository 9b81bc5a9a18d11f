"""The mathematics: scores with named tasks and runs in, small frozen results out; numpy and scipy only."""

from reportgen.stats.analysis import Analysis, analyse, curve, difference
from reportgen.stats.intervals import Band, Interval
from reportgen.stats.outliers import outlying
from reportgen.stats.scores import Scores, Settings
from reportgen.stats.summary import Summary, summarize

__all__ = [
    "Analysis",
    "Band",
    "Interval",
    "Scores",
    "Settings",
    "Summary",
    "analyse",
    "curve",
    "difference",
    "outlying",
    "summarize",
]
