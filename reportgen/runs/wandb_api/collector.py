"""`WandBDataCollector`: runs of a W&B project from Python, by the same path as a build."""

from __future__ import annotations

import tempfile
import warnings
from collections import defaultdict
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, overload

from reportgen.errors import DataError, ReportgenWarning, UsageError, did_you_mean
from reportgen.resources import config_file
from reportgen.runs.cache import Cache, cache_folder
from reportgen.runs.lookup import first, lookup
from reportgen.runs.reading import Reading, silent, some
from reportgen.runs.record import RunRecord
from reportgen.runs.wandb_api.faults import USUAL, Patience
from reportgen.runs.wandb_api.listed import Wanted
from reportgen.runs.wandb_api.remote import Remote
from reportgen.runs.wandb_api.source import ApiSource, Need
from reportgen.runs.wandb_api.want import check_names, wanted_keys
from reportgen.spec import load
from reportgen.spec.filters import check_filters
from reportgen.spec.identity import Axes
from reportgen.spec.model import RunChoice, WandbSource

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from reportgen.spec import LoadedSpec

ALIASES = {"jobType": "job_type", "sweepName": "sweep"}
Param = str | Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Runs(Sequence[RunRecord]):
    """Runs that were fetched, in the order they were made; a sequence of `RunRecord`."""

    records: tuple[RunRecord, ...]

    @overload
    def __getitem__(self, place: int) -> RunRecord: ...
    @overload
    def __getitem__(self, place: slice) -> Runs: ...
    def __getitem__(self, place: int | slice) -> RunRecord | Runs:
        return Runs(records=self.records[place]) if isinstance(place, slice) else self.records[place]

    def __len__(self) -> int:
        return len(self.records)

    def __repr__(self) -> str:
        return f"Runs({len(self)}: {some([record.name for record in self.records])})"

    def by_sweep(self) -> dict[str, Runs]:
        """Group by sweep; runs of none are under the empty name."""
        return self.by(lambda record: record.sweep or "")

    def by_generation(self, key: str = "**.generation") -> dict[str, Runs]:
        """Group by the policy's generation: a key of the configuration, else of the summary."""
        return self.by(lambda record: _word(lookup(record.config, key), lookup(record.summary, key)))

    def by_task_configuration(self, *keys: str) -> dict[str, Runs]:
        """Group by the values of configuration keys; default: the usual keys of the task."""
        wanted = keys or ("**.env_id", "**.env", "**.task", "**.env_name")
        if keys:
            return self.by(lambda record: ", ".join(_word(lookup(record.config, key)) for key in keys))
        return self.by(lambda record: _word(first(record.config, wanted)))

    def by(self, name: Callable[[RunRecord], str]) -> dict[str, Runs]:
        """Group by a name of each run, in the order of the runs."""
        groups: dict[str, list[RunRecord]] = defaultdict(list)
        for record in self.records:
            groups[name(record)].append(record)
        return {key: Runs(records=tuple(records)) for key, records in groups.items()}


class WandBDataCollector:
    """Fetches runs of a W&B project, from the cache where it has them as they are.

    Parameters
    ----------
    entity, project
        Default: those of `config`, else ``WANDB_ENTITY`` and ``WANDB_PROJECT``, else your default entity.
    run_pattern
        Glob over whole display names; `*` is anything, `.` a dot.
    metrics
        Names or globs of the history's keys, or names of metric groups; default: those of `config`. Groups that are
        added later join them; every key where there is neither.
    config_params
        Configuration keys to keep: dotted, ``**.key`` for any depth, or a list of candidates of which the first that is
        there counts; default: the whole configuration.
    use_cache
        Whether fetched runs are kept, and kept runs are used.
    cache_dir
        Default: ``$REPORTGEN_CACHE_DIR``, else the user's cache folder.
    config
        A spec, or the part of one with ``wandb`` and ``metrics``, to take all of the above from. Where
        ``configs/NAME`` does not exist, the shipped file of that name is meant, as ``configs/default_config.yaml``.
    progress
        Called with a few words as fetching goes on.
    """

    def __init__(
        self,
        entity: str | None = None,
        project: str | None = None,
        run_pattern: str | None = None,
        metrics: Sequence[str] = (),
        config_params: Sequence[Param] = (),
        *,
        use_cache: bool = True,
        cache_dir: str | Path | None = None,
        config: str | Path | None = None,
        progress: Callable[[str], None] = silent,
        patience: Patience = USUAL,
    ) -> None:
        loaded = load(config_file(config)) if config is not None else None
        self._configured = _source_of(loaded)
        self._root = loaded.root if loaded else Path()
        self._entity = entity or self._configured.entity
        self._project = project or self._configured.project
        self._pattern = run_pattern
        self._axes = _axes_of(loaded)
        configured = wanted_keys(loaded.spec, self._axes).metrics if loaded else ()
        self._metrics = _names(metrics) or configured
        self._params = tuple(config_params)
        self._configured_groups = dict(loaded.spec.metrics.groups) if loaded else {}
        self._groups: dict[str, tuple[str, ...]] = {}
        self._use_cache = use_cache
        self._folder = cache_folder(Path(cache_dir).expanduser() if cache_dir else None)
        self._progress = progress
        self._patience = patience

    def add_metric_group(self, name: str, metrics: Sequence[str]) -> None:
        """Give a list of metrics a name, by which `metrics` may ask for all of them; where it does not, they come too.

        The groups of `config` are known by their names already.
        """
        if isinstance(metrics, str) or not metrics:
            raise UsageError(f"the metric group {name!r} takes a list of names or globs, not {metrics!r}")
        self._groups[name] = tuple(metrics)

    def fetch_runs(
        self,
        run_filter: Mapping[str, Any] | None = None,
        metrics: Sequence[str] | None = None,
        last_n_steps: int | None = None,
    ) -> Runs:
        """Fetch the runs that match the pattern and a filter.

        Parameters
        ----------
        run_filter
            Conditions as in a spec's `filters`: ``{"group": "sky", "state": ["finished"], "config.lr": 0.001}``.
        metrics
            Instead of the collector's.
        last_n_steps
            Keep the last so many logged rows of each run.

        Raises
        ------
        SourceError
            When the server refuses, or cannot be reached and the cache has nothing.
        DataError
            When no run matches, or no run has one of the metrics.
        """
        runs = self._configured.runs if self._pattern is None else RunChoice(glob=(self._pattern,))
        filters = {**self._configured.filters, **_filters(run_filter or {})}
        with ExitStack() as open_ones:
            return self._fetch([(runs, filters)], metrics, last_n_steps, open_ones, by_ids=False)

    def fetch_runs_batch(
        self, run_ids: Sequence[str], chunk_size: int = 50, *, metrics: Sequence[str] | None = None
    ) -> Runs:
        """Fetch runs by their ids, so many at a time; what is done stays done if a later part fails."""
        if chunk_size < 1 or not run_ids:
            raise UsageError(f"give run ids and a chunk_size of at least 1, not {len(run_ids)} and {chunk_size}")
        starts = range(0, len(run_ids), chunk_size)
        parts: list[tuple[RunChoice, dict[str, Any]]] = [
            (RunChoice(ids=tuple(run_ids[start : start + chunk_size])), {}) for start in starts
        ]
        with ExitStack() as open_ones:
            found = self._fetch(parts, metrics, None, open_ones, by_ids=True)
        there = {record.id.rpartition("/")[2] for record in found}
        absent = [run_id for run_id in run_ids if run_id not in there]
        if not found:
            raise DataError(f"none of the {len(run_ids)} run ids exists: {some(absent)}")
        if absent:
            text = f"{len(absent)} of {len(run_ids)} run ids do not exist: {some(absent)}"
            warnings.warn(text, ReportgenWarning, stacklevel=2)
        return found

    def _fetch(
        self,
        parts: Iterable[tuple[str | RunChoice | None, Mapping[str, Any]]],
        metrics: Sequence[str] | None,
        last: int | None,
        open_ones: ExitStack,
        *,
        by_ids: bool,
    ) -> Runs:
        if last is not None and last < 1:
            raise UsageError(f"last_n_steps is a number of rows, at least 1, not {last}")
        wanted = Wanted(metrics=self._expanded(metrics))
        folder = self._folder if self._use_cache else Path(open_ones.enter_context(tempfile.TemporaryDirectory()))
        cache = Cache(folder)
        cache.check()
        reading = Reading(cache=folder, patience=self._patience, progress=self._progress)
        login = {"host": None, "entity": self._entity, "project": self._project}
        remote = open_ones.enter_context(Remote(login, self._patience))
        need = Need(
            wanted=wanted,
            axes=self._axes,
            check=lambda runs: check_names(wanted.metrics, runs),
            may_be_none=by_ids,
        )
        records: list[RunRecord] = []
        for runs, filters in parts:
            source = WandbSource(entity=self._entity, project=self._project, runs=runs, filters=dict(filters))
            reader = ApiSource(source, "wandb", self._root, need=need, cache=cache, reading=reading, remote=remote)
            records += reader.read(last_rows=last, in_memory=not self._use_cache)
            for told in reader.told:
                warnings.warn(told.text, ReportgenWarning, stacklevel=4)
        return Runs(records=tuple(self._with_params(records)))

    def _expanded(self, metrics: Sequence[str] | None) -> tuple[str, ...]:
        names = _names(metrics or ()) or (*self._metrics, *self._groups) or ("*",)
        groups = {**self._configured_groups, **self._groups}
        return tuple(dict.fromkeys(name for one in names for name in groups.get(one, (one,))))

    def _with_params(self, records: Sequence[RunRecord]) -> list[RunRecord]:
        """Keep the wanted keys of the configurations, each under its name; a key that no run has is told."""
        if not self._params:
            return list(records)
        chosen = [dict(_params(record, self._params)) for record in records]
        for param in self._params:
            name = _name(param)
            if not any(name in one for one in chosen):
                known = {key for record in records for key in _flat(record.config)}
                text = f"no run has the configuration key {name!r}{did_you_mean(name, known)}"
                warnings.warn(text, ReportgenWarning, stacklevel=5)
        return [replace(record, config=config) for record, config in zip(records, chosen, strict=True)]


def _source_of(loaded: LoadedSpec | None) -> WandbSource:
    """Return the W&B source of a spec, an empty one where there is no spec."""
    if loaded is None:
        return WandbSource()
    found = next((entry.wandb for entry in loaded.spec.sources if entry.wandb is not None), None)
    if found is None:
        raise DataError(
            f"{loaded.path}: no source of it is a W&B project; write `wandb: {{entity: me, project: mine}}`"
        )
    return found


def _axes_of(loaded: LoadedSpec | None) -> Axes:
    """Return the axes of a spec's W&B source."""
    if loaded is None:
        return Axes()
    pairs = zip(loaded.spec.handles(), loaded.spec.sources, strict=True)
    return loaded.spec.axes_of(next(name for name, entry in pairs if entry.wandb is not None))


def _names(metrics: Sequence[str]) -> tuple[str, ...]:
    return (metrics,) if isinstance(metrics, str) else tuple(metrics)


def _filters(given: Mapping[str, Any]) -> dict[str, Any]:
    named = {ALIASES.get(key, key).replace("summary_metrics.", "summary."): value for key, value in given.items()}
    try:
        return check_filters(named)
    except ValueError as error:
        raise UsageError(f"run_filter: {error}") from error


def _params(record: RunRecord, params: Sequence[Param]) -> Iterable[tuple[str, Any]]:
    for param in params:
        value = first(record.config, [param] if isinstance(param, str) else list(param))
        if value is not None:
            yield _name(param), value


def _name(param: Param) -> str:
    return (param if isinstance(param, str) else param[0]).removeprefix("**.")


def _flat(values: Mapping[str, Any], before: str = "") -> Iterable[str]:
    for key, value in values.items():
        yield f"{before}{key}"
        if isinstance(value, dict):
            yield from _flat(value, f"{before}{key}.")


def _word(*values: Any) -> str:
    return next((str(value) for value in values if value is not None), "")
