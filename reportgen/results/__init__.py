"""The frozen values of a whole report and their JSON: what every figure, table and page is made from."""

from reportgen.data.scores import Notice, Task
from reportgen.results.assemble import assemble
from reportgen.results.compute import compute, settings_of
from reportgen.results.jsonform import to_json
from reportgen.results.published import anonymous, without_secrets
from reportgen.results.report import (
    Comparison,
    Curve,
    Estimate,
    MethodResult,
    MetricResult,
    Profile,
    Report,
    TaskSummary,
    Withheld,
)

__all__ = [
    "Comparison",
    "Curve",
    "Estimate",
    "MethodResult",
    "MetricResult",
    "Notice",
    "Profile",
    "Report",
    "Task",
    "TaskSummary",
    "Withheld",
    "anonymous",
    "assemble",
    "compute",
    "settings_of",
    "to_json",
    "without_secrets",
]
