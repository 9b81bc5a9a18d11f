"""From scores to results: every statistic of a report, computed once and frozen."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from reportgen.results.comparable import Rules, chosen_aggregates, lower_is_better, rules
from reportgen.results.comparisons import Compared, compared
from reportgen.results.curves import method_curve, task_curve
from reportgen.results.field import Field
from reportgen.results.laying import lay
from reportgen.results.oriented import Oriented, withheld_estimate
from reportgen.results.own import with_own_statistics
from reportgen.results.planning import plans
from reportgen.results.reaching import horizons, no_thresholds, reaching
from reportgen.results.report import Estimate, MethodResult, MetricResult, TaskSummary
from reportgen.results.sensitivity import sensitivity
from reportgen.results.treatment import outliers, treated
from reportgen.results.words import signature, told_difference
from reportgen.stats import Analysis, Settings, analyse, even_thresholds, summarize, wilson

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reportgen.data.scores import DataSet, Method, MetricData, Score, Task
    from reportgen.parallel import Map
    from reportgen.results.laying import Key, Laid
    from reportgen.results.report import Curve
    from reportgen.spec.model import Spec


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Plan:
    """What every method of one metric is computed with."""

    data: MetricData
    judged: Rules
    aggregates: tuple[str, ...]
    settings: Settings
    thresholds: tuple[float, ...]
    xs: tuple[str, ...]
    laid: Mapping[Key, Laid]
    reach: tuple[float, ...] = ()
    until: Mapping[str, float] = field(default_factory=dict)


def settings_of(spec: Spec) -> Settings:
    """Translate the spec's analysis section for the statistics room."""
    analysis = spec.analysis
    return Settings(
        level=analysis.confidence_level,
        replicates=analysis.bootstrap_samples,
        interval=analysis.interval,
        unit=analysis.unit,
        resample=analysis.resample,
        weighting=analysis.weighting,
        gamma=analysis.gamma,
        trim=analysis.iqm_trim_percentage,
        seed=analysis.seed,
    )


def compute(dataset: DataSet, spec: Spec, *, mapper: Map) -> tuple[MetricResult, ...]:
    """Compute every metric of a report, in the order of the spec.

    Parameters
    ----------
    mapper
        Applies a function to the methods of a metric; the results do not depend on it.

    Raises
    ------
    DataError
        When the spec names a quantity that cannot be stated.
    """
    curves = spec.analysis.curves
    far = {
        data.id: outliers(data, spec.analysis.outliers) if data.role == "primary" else () for data in dataset.metrics
    }
    metrics = tuple(treated(data, far[data.id]) for data in dataset.metrics)
    laid = lay(metrics, curves.points, curves.x)
    found = (_metric(data, dataset, spec, mapper, laid) for data in metrics)
    own = dataset.owned.statistics if dataset.owned else ()
    settings = settings_of(spec)
    return tuple(with_own_statistics(replace(metric, outliers=far[metric.id]), own, spec, settings) for metric in found)


def _metric(data: MetricData, dataset: DataSet, spec: Spec, mapper: Map, laid: Mapping[Key, Laid]) -> MetricResult:
    primary = data.role == "primary"
    judged = rules(data, spec)
    asked = spec.analysis.steps_to_threshold if primary else ()
    silent = no_thresholds(data, judged, asked)
    plan = _Plan(
        data=data,
        judged=judged,
        aggregates=chosen_aggregates(data, spec, judged) if primary else (),
        settings=settings_of(spec),
        thresholds=_thresholds(data, spec) if primary and not judged.ranking else (),
        xs=spec.analysis.curves.x,
        laid={key: found for key, found in laid.items() if key[0] == data.id},
        reach=() if silent else asked,
        until=horizons(data) if asked else {},
    )
    results = list(mapper(partial(_method, plan), data.methods))
    methods = [result for result, _ in results]
    analyses = {result.id: analysis for result, analysis in results}
    leading = _primary_aggregate(plan, methods)
    ordered = _ordered(methods, dataset, data, leading)
    common = _common_tasks(data) if judged.lacking and primary else ()
    if common:
        beside = _over_common_tasks(plan, common)
        ordered = tuple(replace(method, common=beside[method.id]) for method in ordered)
    against = Compared()
    if primary:
        own = {name: tuple(score for score in data.scores if score.method == name) for name in analyses}
        field = Field(
            data=data,
            judged=judged,
            settings=plan.settings,
            wanted=spec.comparisons,
            methods=ordered,
            scores={name: Oriented.of(data, scores).scores() for name, scores in own.items()},
            analyses=analyses,
            leading=leading,
            baseline=dataset.baseline,
        )
        against = compared(field, mapper=mapper)
    result = MetricResult(
        data=data,
        aggregates=plan.aggregates,
        primary_aggregate=leading,
        methods=ordered,
        comparisons=against.comparisons,
        withheld=(*(judged.listed() if primary else ()), *((silent,) if silent else ())),
        signature=signature(plan.data, plan.settings, leading, ordered),
        common_tasks=common,
        trim=plan.settings.trim,
        testing=against.testing,
        best_set=against.best_set,
        best_set_reason=against.best_set_reason,
        matrix=against.matrix,
        screen=against.screen,
        ranks=against.ranks,
        omnibus=against.omnibus,
        plans=plans(against.comparisons, analyses, leading, plan.settings, smallest=_smallest(spec)),
    )
    told = told_difference(result)
    if told is None:
        return result
    both = [result.method(name).aggregates for name in (told.a, told.b)]
    standing = [name for name in plan.aggregates if all(one[name].estimate is not None for one in both)]
    return replace(result, sensitivity=sensitivity(data, told, standing, plan.settings, mapper=mapper))


def _smallest(spec: Spec) -> float | None:
    """Return the smallest difference of interest where it is in units of the aggregate."""
    return spec.comparisons.smallest_difference if spec.comparisons.estimand == "difference" else None


def _method(plan: _Plan, method: Method) -> tuple[MethodResult, Analysis]:
    data = plan.data
    scores = tuple(score for score in data.scores if score.method == method.id)
    oriented = Oriented.of(data, scores)
    analysis = analyse(
        oriented.scores(),
        plan.settings,
        key=(data.id, method.id),
        statistics=_computable(plan),
        thresholds=oriented.thresholds(plan.thresholds),
        trials=plan.judged.iqm is not None,
    )
    aggregates = {name: _aggregate(plan, method, oriented, analysis, name, scores) for name in _listed(plan)}
    counts = {task.id: sum(score.task == task.id for score in scores) for task in data.tasks}
    stands = not plan.judged.across_tasks and method.id not in plan.judged.lacking
    statistic = next((name for name in plan.aggregates if aggregates[name].estimate is not None), "mean")
    along = [
        method_curve(
            data, scores, plan.laid.get((data.id, method.id, None, x)), plan.settings, statistic=statistic, x=x
        )
        for x in (plan.xs if stands else ())
    ]
    result = MethodResult(
        id=method.id,
        label=method.label,
        n_scores=len(scores),
        n_runs=len({score.run for score in scores}),
        n_runs_per_task=tuple(counts.values()),
        n_tasks=sum(count > 0 for count in counts.values()),
        aggregates=aggregates,
        tasks=task_summaries(data, scores, plan.settings.level if plan.judged.iqm else None),
        profile=oriented.profile(analysis.profile, plan.thresholds, "runs") if stands and plan.thresholds else None,
        profile_tasks=(
            oriented.profile(analysis.profile_tasks, plan.thresholds, "tasks") if stands and plan.thresholds else None
        ),
        curves=along[0] if along else None,
        further_curves={curve.x: curve for curve in along[1:] if curve},
        task_curves={task.id: curve for task in data.tasks if (curve := _task_curve(plan, method, task, scores))},
        reached=reaching(data, scores, plan.reach, plan.settings, until=plan.until) if stands else (),
    )
    return result, analysis


def _task_curve(plan: _Plan, method: Method, task: Task, scores: tuple[Score, ...]) -> Curve | None:
    x = plan.xs[0]
    laid = plan.laid.get((plan.data.id, method.id, task.id, x))
    return task_curve(plan.data, task, scores, laid, plan.settings, x=x)


def _computable(plan: _Plan) -> tuple[str, ...]:
    if plan.data.role != "primary":
        return ()
    gap = plan.judged.gap is None
    return ("iqm", "mean", "median", "optimality_gap") if gap else ("iqm", "mean", "median")


def _listed(plan: _Plan) -> tuple[str, ...]:
    """List the aggregates shown, and a withheld gap beside them so that its reason is on record."""
    if plan.data.role != "primary":
        return ()
    return (*plan.aggregates, *(() if "optimality_gap" in plan.aggregates else ("optimality_gap",)))


def _aggregate(
    plan: _Plan, method: Method, oriented: Oriented, analysis: Analysis, name: str, scores: tuple[Score, ...]
) -> Estimate:
    judged = plan.judged
    own = {"optimality_gap": judged.gap, "iqm": judged.iqm}
    refusal = judged.across_tasks or judged.lacking.get(method.id) or own.get(name)
    if refusal:
        return withheld_estimate(plan.settings, refusal.reason, refusal.mend)
    if name not in analysis.intervals:
        return withheld_estimate(plan.settings, "not among analysis.aggregates", f"analysis: {{aggregates: [{name}]}}")
    estimate = oriented.estimate(analysis.intervals[name], name)
    return replace(estimate, spread=_spread(scores)) if name != "optimality_gap" else estimate


def _spread(scores: tuple[Score, ...]) -> tuple[float, float]:
    """Min and max over runs of each run's own mean."""
    by_run: dict[str, list[float]] = {}
    for score in scores:
        by_run.setdefault(score.run, []).append(score.value)
    means = [float(np.mean(values)) for values in by_run.values()]
    return min(means), max(means)


def task_summaries(data: MetricData, scores: tuple[Score, ...], level: float | None) -> dict[str, TaskSummary]:
    """Summarise each task; `level` asks for Wilson's interval, where each run is one success or failure."""
    summaries = {}
    for task in data.tasks:
        here = [score for score in scores if score.task == task.id]
        if here:
            values = summarize(np.array([score.raw for score in here]))
            summaries[task.id] = TaskSummary(
                mean=values.mean,
                sd=values.sd,
                median=values.median,
                iqm=values.iqm,
                min=values.min,
                max=values.max,
                n=values.n,
                normalized=float(np.mean([score.value for score in here])) if data.normalized else None,
                rate=wilson(int(values.mean * values.n + 0.5), values.n, level) if level else None,
                runs=tuple(score.run for score in here),
            )
    return summaries


def _thresholds(data: MetricData, spec: Spec) -> tuple[float, ...]:
    """Thresholds of the profiles, in shown units: declared, else an even grid over the bulk of all scores."""
    declared = spec.analysis.profile_thresholds
    if declared != "auto":
        return tuple(sorted(declared))
    values = np.array([score.value for score in data.scores])
    return tuple(even_thresholds(values, normalized=data.normalized).tolist())


def _primary_aggregate(plan: _Plan, methods: list[MethodResult]) -> str | None:
    """Return the first aggregate that stands for some method."""
    for name in plan.aggregates:
        if any(method.aggregates[name].estimate is not None for method in methods):
            return name
    return None


def _ordered(
    methods: list[MethodResult], dataset: DataSet, data: MetricData, leading: str | None
) -> tuple[MethodResult, ...]:
    """Spec's order, else baseline first, then the primary aggregate, best first; withheld ones last."""
    if dataset.methods_ordered_by_spec or leading is None or data.direction not in {"maximize", "minimize"}:
        return tuple(methods)
    falling = lower_is_better(data, leading)

    def place(item: tuple[int, MethodResult]) -> tuple[bool, bool, float, int]:
        index, method = item
        estimate = method.aggregates[leading].estimate
        rank = 0.0 if estimate is None else (estimate if falling else -estimate)
        return (dataset.baseline not in {method.id, method.label}, estimate is None, rank, index)

    return tuple(method for _, method in sorted(enumerate(methods), key=place))


def _common_tasks(data: MetricData) -> tuple[str, ...]:
    shared = {task.id for task in data.tasks}
    for method in data.methods:
        shared &= {score.task for score in data.scores if score.method == method.id}
    return tuple(task.id for task in data.tasks if task.id in shared)


def _over_common_tasks(plan: _Plan, common: tuple[str, ...]) -> dict[str, dict[str, Estimate]]:
    """Aggregate every method over the tasks that all of them have: stands beside what is withheld."""
    data = replace(
        plan.data,
        tasks=tuple(task for task in plan.data.tasks if task.id in common),
        scores=tuple(score for score in plan.data.scores if score.task in common),
    )
    narrowed = replace(plan, data=data, thresholds=(), judged=replace(plan.judged, lacking={}))
    beside = {}
    for method in data.methods:
        scores = tuple(score for score in data.scores if score.method == method.id)
        oriented = Oriented.of(data, scores)
        analysis = analyse(
            oriented.scores(),
            plan.settings,
            key=(data.id, method.id),
            statistics=_computable(narrowed),
            thresholds=np.empty(0),
            trials=narrowed.judged.iqm is not None,
        )
        beside[method.id] = {
            name: _aggregate(narrowed, method, oriented, analysis, name, scores) for name in plan.aggregates
        }
    return beside
