"""reportgen: static, citable reports of machine-learning runs from one YAML spec.

The public names below are loaded on first use, so that ``import reportgen`` stays quick.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from reportgen.analyzer import StatisticalAnalyzer
    from reportgen.building import build
    from reportgen.data import RunLabeler
    from reportgen.data.processor import DataProcessor
    from reportgen.errors import ReportgenError, ReportgenWarning
    from reportgen.interactive.selector import RunSelector
    from reportgen.notebooks.generator import NotebookGenerator
    from reportgen.results import Report
    from reportgen.runs.wandb_api.collector import WandBDataCollector

__version__ = "0.1.0"
__all__ = [
    "DataProcessor",
    "NotebookGenerator",
    "Report",
    "ReportgenError",
    "ReportgenWarning",
    "RunLabeler",
    "RunSelector",
    "StatisticalAnalyzer",
    "WandBDataCollector",
    "__version__",
    "build",
]

_HOMES = {
    "DataProcessor": "reportgen.data.processor",
    "NotebookGenerator": "reportgen.notebooks.generator",
    "Report": "reportgen.results",
    "ReportgenError": "reportgen.errors",
    "ReportgenWarning": "reportgen.errors",
    "RunLabeler": "reportgen.data",
    "RunSelector": "reportgen.interactive.selector",
    "StatisticalAnalyzer": "reportgen.analyzer",
    "WandBDataCollector": "reportgen.runs.wandb_api.collector",
    "build": "reportgen.building",
}


def __getattr__(name: str) -> object:
    """Load a public name from its room (PEP 562)."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    """List the public names, loaded or not."""
    return sorted(__all__)
