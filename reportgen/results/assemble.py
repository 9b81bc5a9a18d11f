"""The last step of the computation: metrics, runs and notices become one frozen report."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

import reportgen
from reportgen.data.asked import Asked
from reportgen.results import treatment
from reportgen.results.compute import settings_of
from reportgen.results.keeping import computed
from reportgen.results.report import Report
from reportgen.results.words import headline
from reportgen.reuse import NOTHING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from reportgen.data.scores import DataSet, RunRow
    from reportgen.parallel import Map
    from reportgen.reuse import Store
    from reportgen.spec import LoadedSpec


def assemble(
    loaded: LoadedSpec, dataset: DataSet, runs: tuple[RunRow, ...], *, mapper: Map, store: Store = NOTHING
) -> Report:
    """Compute everything and freeze it.

    Parameters
    ----------
    runs
        Every run that was read, used or not.
    mapper
        Spreads the computation; no number depends on it.
    store
        Keeps the statistics; no number depends on it.
    """
    spec = loaded.spec
    metrics = computed(dataset, spec, runs, mapper=mapper, store=store)
    return Report(
        id=_identity(loaded.sha256, runs, dataset.code),
        slug=loaded.slug,
        title=loaded.title,
        authors=spec.report.authors,
        description=spec.report.description,
        data_as_of=max((run.updated_at for run in runs if run.updated_at), default=None),
        metrics=metrics,
        runs=runs,
        excluded=(*dataset.exclusions, *treatment.exclusions(metrics, runs)),
        warnings=(*dataset.notices, *treatment.notices(metrics)),
        headline=headline(next(metric for metric in metrics if metric.data.role == "primary")),
        version=reportgen.__version__,
        seed=spec.analysis.seed,
        level=spec.analysis.confidence_level,
        replicates=spec.analysis.bootstrap_samples,
        interval=spec.analysis.interval,
        spec_text=loaded.text,
        spec_sha256=loaded.sha256,
        baseline=dataset.baseline,
        highlight=spec.visualization.highlight,
        unit=spec.analysis.unit,
        resample=spec.analysis.resample,
        settings=settings_of(spec),
        code=dict(dataset.code),
        code_from=dict(dataset.code_from),
        asked=dataset.asked or Asked(),
    )


def _identity(spec_sha256: str, runs: tuple[RunRow, ...], code: Mapping[str, str]) -> str:
    """Twelve characters that change when the spec, the code that it runs or any run's content does."""
    parts = [*sorted(f"{run.id} {run.sha256}" for run in runs), *code.values()]
    content = "\n".join([spec_sha256, reportgen.__version__, *parts])
    return hashlib.sha256(content.encode()).hexdigest()[:12]
