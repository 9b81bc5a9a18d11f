"""Points behind the curves: those that came with the runs, or fetched from W&B, once a run and metric."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.runs.collect import read_runs
from reportgen.spec import loads
from reportgen.spec.tree import dump

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from reportgen.runs.record import RunRecord
    from reportgen.runs.survey import FoundSource


class Points:
    """Runs with their points.

    Parameters
    ----------
    source
        Where the runs are.
    records
        The runs of a folder, which have all their points; those of a W&B project come without any.
    cache
        Folder of the run cache; default: see `cache_folder`.
    """

    def __init__(self, source: FoundSource, records: Iterable[RunRecord], cache: Path | None) -> None:
        self._source, self._cache = source, cache
        self._whole = {record.id: record for record in records}
        self._fetched: dict[str, dict[str, RunRecord]] = {}

    def lacking(self, metric: str, runs: Iterable[str]) -> tuple[str, ...]:
        """Return those of the runs whose points of a metric are not here yet."""
        here = self._here(metric)
        return tuple(run for run in runs if run not in here)

    def fetch(self, metric: str, runs: Iterable[str]) -> None:
        """Fetch the points that are lacking."""
        wanted = self.lacking(metric, runs)
        if wanted:
            source = {**self._source.fields, "runs": {"ids": [short_id(run) for run in wanted]}}
            spec = loads(dump({"wandb": source, "metrics": {"primary": [metric]}})).spec
            found = read_runs(spec, Path(), cache=self._cache)
            self._fetched.setdefault(metric, {}).update({record.id: record for record in found})

    def there(self, metric: str, runs: Sequence[str]) -> tuple[RunRecord, ...]:
        """Return the runs whose points are here."""
        here = self._here(metric)
        return tuple(here[run] for run in runs if run in here)

    def _here(self, metric: str) -> dict[str, RunRecord]:
        return self._whole or self._fetched.get(metric, {})


def short_id(run: str) -> str:
    """Return a run's id within its project."""
    return run.rpartition("/")[2]
