"""`provenance.json`: where every number came from."""

from __future__ import annotations

import json
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reportgen.artifacts import Artifact
    from reportgen.results.report import Report

PACKAGES = ("numpy", "scipy", "pandas", "matplotlib", "mkdocs", "mkdocs-material", "jinja2", "pyyaml", "tabulate")


def packages() -> dict[str, str]:
    """Return the versions of the packages whose behaviour reaches the output."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = version(name)
        except PackageNotFoundError:  # a vendored or unusual installation
            found[name] = "unknown"
    return found


def provenance(report: Report, artifacts: Sequence[Artifact]) -> str:
    """Write the provenance of a report as JSON text.

    Spec hash and effective spec, versions, seed, code of the spec's owner that was run, every run with its hash and
    use, the runs and rules of every metric, every figure and table with its metric, task and the hash of its files.
    Nothing in it depends on the day, the folder or the user.
    """
    record = {
        "schema": report.schema,
        "report": report.id,
        "spec_sha256": report.spec_sha256,
        "spec": report.spec_text,
        "reportgen": report.version,
        "python": platform.python_version(),
        "packages": packages(),
        "seed": report.seed,
        "code": report.code,
        "code_from": report.code_from,
        "runs": [
            {
                "id": run.id,
                "source": run.source,
                "method": run.method,
                "seed": run.seed,
                "labels": dict(run.labels),
                "state": run.state,
                "url": run.url,
                "files": list(run.origin),
                "sha256": run.sha256,
                "points": run.points,
                "last_step": run.last_step,
                "used": not run.why_not,
                "why_not": run.why_not,
            }
            for run in report.runs
        ],
        "metrics": [
            {
                "id": metric.id,
                "score": metric.data.score_rule,
                "derived": metric.data.derived,
                "normalization": metric.data.normalization,
                "runs": sorted({score.run for score in metric.data.scores}),
                "runs_per_task": {method.id: list(method.n_runs_per_task) for method in metric.methods},
            }
            for metric in report.metrics
        ],
        "artifacts": [
            {
                "name": artifact.name,
                "kind": artifact.kind,
                "metric": artifact.metric,
                "task": artifact.task,
                "signature": artifact.signature,
                "files": {file.path: file.sha256 for file in artifact.files},
            }
            for artifact in artifacts
        ],
    }
    return json.dumps(record, indent=1, ensure_ascii=False, allow_nan=False) + "\n"
