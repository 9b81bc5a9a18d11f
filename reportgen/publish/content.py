"""What of a built report goes to W&B, as plain values that a child process can be handed."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from reportgen.export import typed_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from reportgen.artifacts import Artifact
    from reportgen.results import Report
    from reportgen.spec.publishing import WandbTarget

JOB_TYPE = "reportgen"
"""The W&B job type of a run that carries results, so that filters can tell it from a training."""


def content(report: Report, artifacts: Sequence[Artifact], folder: Path, target: WandbTarget) -> dict[str, Any]:
    """Return everything that is to be uploaded.

    Parameters
    ----------
    artifacts
        The figures and tables of the report; figures about one task stay on the site.
    folder
        Where the report was built; files are named by their paths below it.
    """
    facts = {
        "report": report.id,
        "headline": report.headline,
        "data_as_of": report.data_as_of,
        "spec_sha256": report.spec_sha256,
        "reportgen": report.version,
        "runs": sum(not run.why_not for run in report.runs),
    }
    return {
        "folder": str(folder),
        "project": target.project,
        "entity": target.entity,
        "name": target.name or report.title,
        "group": target.group or report.slug,
        "tags": list(target.tags),
        "report": target.report,
        "job_type": JOB_TYPE,
        "config": facts,
        "summary": {"headline": report.headline, **dict(_numbers(report))},
        "tables": {name: _columns(rows) for name, rows in typed_rows(folder).items()},
        "figures": [_figure(one) for one in artifacts if one.kind == "figure" and one.task is None],
        "inputs": [
            _files(f"{report.slug}-spec", "report-spec", facts, {"spec.yaml": report.spec_text}),
            _files(f"{report.slug}-data", "dataset", facts, _below(folder, "data/*")),
        ],
        "outputs": [_files(f"{report.slug}-report", "report", facts, _below(folder, "*.json", "overview.html"))],
    }


def _numbers(report: Report) -> Iterator[tuple[str, float]]:
    """Yield the aggregates as scalars, so that W&B can set one publication beside another; none that is withheld."""
    for metric in report.metrics:
        for method in metric.methods:
            for name, found in method.aggregates.items():
                if found.estimate is not None and math.isfinite(found.estimate):
                    yield f"{metric.id}/{name}/{method.label}", found.estimate


def _columns(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    names = list(dict.fromkeys(name for row in rows for name in row))
    return {"columns": names, "data": [[row.get(name) for name in names] for row in rows]}


def _figure(figure: Artifact) -> dict[str, str]:
    picture = next(file.path for file in figure.files if file.path.endswith(".png"))
    return {"name": figure.name, "title": figure.title, "path": picture, "caption": figure.caption}


def _below(folder: Path, *patterns: str) -> dict[str, None]:
    found = sorted(path for pattern in patterns for path in folder.glob(pattern) if not path.name.startswith("."))
    return {path.relative_to(folder).as_posix(): None for path in found}


def _files(name: str, kind: str, facts: dict[str, Any], files: dict[str, Any]) -> dict[str, Any]:
    """Describe an artifact; of each file its text, or None for the file of that path in the report's folder."""
    return {"name": name, "type": kind, "metadata": facts, "files": files}
