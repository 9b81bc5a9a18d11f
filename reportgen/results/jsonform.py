"""`report.json`: the report as JSON, schema 1, documented in the spec reference's companion page.

Keys are fixed within a schema version; others may join. Numbers are written with all their digits; what is missing
or withheld is null with a ``reason``.
"""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from reportgen.results.comparable import NAMES

if TYPE_CHECKING:
    from reportgen.data.scores import Score, Task
    from reportgen.results.report import (
        Comparison,
        Curve,
        Estimate,
        MethodResult,
        MetricResult,
        Omnibus,
        PairPlan,
        Profile,
        Ranks,
        Reached,
        Report,
        Sensitivity,
        TaskSummary,
    )


def to_json(report: Report) -> str:
    """Write a report as JSON text, the same bytes for the same report."""
    return json.dumps(_finite(as_dict(report)), indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def as_dict(report: Report) -> dict[str, Any]:
    """Return the report as plain JSON values."""
    return {
        "schema": report.schema,
        "report": {
            "id": report.id,
            "slug": report.slug,
            "title": report.title,
            "authors": list(report.authors),
            "data_as_of": report.data_as_of,
            "headline": report.headline,
            "reportgen": report.version,
            "spec_sha256": report.spec_sha256,
            "seed": report.seed,
            "settings": asdict(report.settings),
        },
        "metrics": [_metric(metric) for metric in report.metrics],
        "published": [asdict(one) for one in report.asked.published],
        "excluded": [
            {"run": item.run, "name": item.name, "metric": item.metric, "reason": item.reason}
            for item in report.excluded
        ],
        "warnings": [
            {
                "code": item.code,
                "level": item.level,
                "text": item.text,
                "metric": item.metric,
                "method": item.method,
                "runs": list(item.runs),
                "mend": item.mend,
            }
            for item in report.warnings
        ],
    }


def _metric(metric: MetricResult) -> dict[str, Any]:
    data = metric.data
    return {
        "id": data.id,
        "label": data.label,
        "role": data.role,
        "direction": data.direction,
        "direction_source": data.direction_source,
        "unit": data.unit,
        "score": data.score_rule,
        "derived": data.derived or None,
        "normalization": data.normalization,
        "primary_aggregate": metric.primary_aggregate,
        "signature": metric.signature,
        "tasks": [task.id for task in data.tasks],
        "bounds": {task.id: _bounds(task) for task in data.tasks},
        "task_labels": {task.id: task.label for task in data.tasks},
        "methods": [_method(method) for method in metric.methods],
        "comparisons": [_comparison(comparison) for comparison in metric.comparisons],
        "testing": None if metric.testing is None else asdict(metric.testing),
        "best_set": list(metric.best_set),
        "best_set_reason": metric.best_set_reason,
        "matrix": [asdict(duel) for duel in metric.matrix],
        "screen": None if metric.screen is None else asdict(metric.screen),
        "ranks": None if metric.ranks is None else _ranks(metric.ranks),
        "omnibus": [_omnibus(test) for test in metric.omnibus],
        "withheld": [{"quantity": item.quantity, "reason": item.reason, "mend": item.mend} for item in metric.withheld],
        "common_tasks": list(metric.common_tasks),
        "outliers": [
            {
                "run": item.run,
                "method": item.method,
                "task": item.task,
                "value": item.value,
                "median": item.median,
                "rules": list(item.rules),
                "use": item.use,
                "used_as": item.used_as,
            }
            for item in metric.outliers
        ],
        "plans": [_plan(plan) for plan in metric.plans],
        "sensitivity": _sensitivity(metric.sensitivity),
        "statistics": [asdict(one) for one in metric.statistics],
        "scores": [_score(score) for score in data.scores],
    }


def _bounds(task: Task) -> dict[str, float | None]:
    return {"reference": task.reference, "optimum": task.optimum}


def _score(score: Score) -> dict[str, Any]:
    return {
        "method": score.method,
        "task": score.task,
        "run": score.run,
        "seed": score.seed,
        "raw": score.raw,
        "value": score.value,
    }


def _method(method: MethodResult) -> dict[str, Any]:
    return {
        "id": method.id,
        "label": method.label,
        "n_scores": method.n_scores,
        "n_runs": method.n_runs,
        "n_runs_per_task": list(method.n_runs_per_task),
        "n_tasks": method.n_tasks,
        "aggregates": {name: _estimate(estimate) for name, estimate in method.aggregates.items()},
        "common": {name: _estimate(estimate) for name, estimate in method.common.items()},
        "statistics": {name: _estimate(estimate) for name, estimate in method.statistics.items()},
        "tasks": {task: _summary(summary) for task, summary in method.tasks.items()},
        "profile": _profile(method.profile),
        "profile_tasks": _profile(method.profile_tasks),
        "curves": _curve(method.curves),
        "further_curves": {x: _curve(curve) for x, curve in method.further_curves.items()},
        "task_curves": {task: _curve(curve) for task, curve in method.task_curves.items()},
        "reached": [_reached(reached) for reached in method.reached],
    }


def _reached(reached: Reached) -> dict[str, Any]:
    return {
        "threshold": reached.threshold,
        "n_reached": reached.n_reached,
        "n_runs": reached.n_runs,
        "share": _estimate(reached.share),
        "steps": _estimate(reached.steps),
        "horizon": list(reached.horizon),
    }


def _plan(plan: PairPlan) -> dict[str, Any]:
    return {
        "a": plan.a,
        "b": plan.b,
        "of": plan.of,
        "alpha": plan.alpha,
        "smallest": plan.smallest,
        "strata": plan.strata,
        "present": asdict(plan.present),
        "outlooks": [asdict(outlook) for outlook in plan.outlooks],
    }


def _sensitivity(found: Sensitivity | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"a": found.a, "b": found.b, "variations": [asdict(variation) for variation in found.variations]}


def _estimate(estimate: Estimate) -> dict[str, Any]:
    return {
        "estimate": estimate.estimate,
        "low": estimate.low,
        "high": estimate.high,
        "level": estimate.level,
        "interval": estimate.interval,
        "percentile": _pair(estimate.percentile),
        "df": estimate.df,
        "replicates": estimate.replicates,
        "reason": estimate.reason,
        "mend": estimate.mend,
        "spread": _pair(estimate.spread),
    }


def _pair(pair: tuple[float, float] | None) -> list[float] | None:
    return None if pair is None else list(pair)


def _summary(summary: TaskSummary) -> dict[str, Any]:
    return {
        "mean": summary.mean,
        "sd": summary.sd,
        "median": summary.median,
        "iqm": summary.iqm,
        "min": summary.min,
        "max": summary.max,
        "n": summary.n,
        "normalized": summary.normalized,
        "runs": list(summary.runs),
        "rate": _pair(summary.rate),
    }


def _profile(profile: Profile | None) -> dict[str, Any] | None:
    if profile is None:
        return None
    return {
        "kind": profile.kind,
        "thresholds": list(profile.thresholds),
        "estimate": list(profile.estimate),
        "low": list(profile.low),
        "high": list(profile.high),
        "reason": profile.reason,
    }


def _curve(curve: Curve | None) -> dict[str, Any] | None:
    if curve is None:
        return None
    return {
        "x": curve.x,
        "statistic": NAMES[curve.statistic],
        "steps": list(curve.steps),
        "estimate": list(curve.estimate),
        "low": list(curve.low),
        "high": list(curve.high),
        "n_runs": curve.n_runs,
        "replicates": curve.replicates,
        "reason": curve.reason,
    }


def _comparison(comparison: Comparison) -> dict[str, Any]:
    return {
        "a": comparison.a,
        "b": comparison.b,
        "estimand": comparison.estimand,
        "of": comparison.of,
        "estimate": comparison.estimate,
        "low": comparison.low,
        "high": comparison.high,
        "level": comparison.level,
        "interval": comparison.interval,
        "percentile": _pair(comparison.percentile),
        "df": comparison.df,
        "replicates": comparison.replicates,
        "reason": comparison.reason,
        "p": comparison.p,
        "p_adjusted": comparison.p_adjusted,
        "p_smallest": comparison.p_smallest,
        "p_smallest_adjusted": comparison.p_smallest_adjusted,
        "p_reason": comparison.p_reason,
        "p_t": comparison.p_t,
        "test": comparison.test,
        "exact": comparison.exact,
        "arrangements": comparison.arrangements,
        "fixed": comparison.fixed,
        "family": comparison.family,
        "family_size": comparison.family_size,
        "verdict": comparison.verdict,
        "effects": None if comparison.effects is None else asdict(comparison.effects),
        "beside": None if comparison.beside is None else _comparison(comparison.beside),
    }


def _ranks(ranks: Ranks) -> dict[str, Any]:
    return {
        "of": ranks.of,
        "shares": {method: list(shares) for method, shares in ranks.shares.items()},
        "replicates": ranks.replicates,
    }


def _omnibus(test: Omnibus) -> dict[str, Any]:
    return {
        "test": test.test,
        "statistic": test.statistic,
        "p": test.p,
        "average_ranks": dict(test.average_ranks),
        "critical_difference": test.critical_difference,
        "pairs": [{"a": a, "b": b, "p": p} for a, b, p in test.pairs],
        "n": test.n,
        "alpha": test.alpha,
        "reason": test.reason,
    }


def _finite(value: Any) -> Any:
    """Replace infinities and NaN, which JSON cannot hold, by null."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(item) for key, item in value.items()}
    return [_finite(item) for item in value] if isinstance(value, list) else value
