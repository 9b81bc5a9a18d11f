"""From runs to comparable scores: axes, score rules, normalisation, and every doubt named and counted."""

from reportgen.data.axes import natural
from reportgen.data.code import Code
from reportgen.data.columns import own_functions
from reportgen.data.labels import RunLabeler
from reportgen.data.ledger import run_rows
from reportgen.data.prepare import prepare
from reportgen.data.scores import DataSet, Exclusion, Method, MetricData, Notice, RunRow, Score, Task
from reportgen.data.told import with_told

__all__ = [
    "Code",
    "DataSet",
    "Exclusion",
    "Method",
    "MetricData",
    "Notice",
    "RunLabeler",
    "RunRow",
    "Score",
    "Task",
    "natural",
    "own_functions",
    "prepare",
    "run_rows",
    "with_told",
]
