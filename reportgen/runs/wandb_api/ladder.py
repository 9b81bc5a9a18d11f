"""Fresh, else stale, else missing: what could not be had as it is on the server, told with counts and names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from reportgen.errors import SourceError
from reportgen.runs.reading import Told, some

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from reportgen.runs.raw import RawRun
    from reportgen.runs.wandb_api.listed import Listed


class Ladder:
    """Collects what a report must say of its W&B runs; with `strict` a failure of the server is an error."""

    def __init__(self, *, strict: bool) -> None:
        self._strict = strict
        self.told: list[Told] = []

    def stale(self, runs: Mapping[str, Sequence[tuple[RawRun, str]]]) -> None:
        """Tell of runs that are shown as they were cached: cause to (run, when it was fetched)."""
        for why, those in runs.items():
            names = [run.name for run, _ in those]
            oldest = min(date for _, date in those)[:10]
            text = f"{count(those)} could not be fetched and {_are(those)} shown as cached, the oldest on {oldest}"
            self._tell("stale_runs", f"{text}: {some(names)}. Cause: {why}.", [run.run_id for run, _ in those])

    def lost(self, runs: Mapping[str, Sequence[Listed]]) -> None:
        """Tell of runs that are missing: cause to runs."""
        for why, those in runs.items():
            text = f"{count(those)} could not be fetched and {_are(those)} missing"
            names, ids = [run.name for run in those], [run.run_id for run in those]
            self._tell("missing_runs", f"{text}: {some(names)}. Cause: {why}.", ids)

    def deleted(self, runs: Sequence[RawRun]) -> None:
        """Tell of runs that the server no longer has."""
        if runs:
            kept = "is" if len(runs) == 1 else "are"
            text = f"{count(runs)} no longer on the server {kept} kept as cached: {some([run.name for run in runs])}."
            self.told.append(Told(code="deleted_runs", text=text, runs=tuple(run.run_id for run in runs)))

    def unreachable(self, why: str, dates: Iterable[str]) -> None:
        """Tell that the server could not be asked, and from when the cached runs are."""
        days = sorted(date[:10] for date in dates)
        between = f"on {days[0]}" if days[0] == days[-1] else f"between {days[0]} and {days[-1]}"
        text = f"The W&B server could not be asked; {count(days)} {_are(days)} shown as cached {between}"
        self._tell("server_unreachable", f"{text}, newer ones are not seen. Cause: {why}.")

    def uncovered(self, runs: Sequence[RawRun]) -> None:
        """Tell of cached runs that were fetched for other metrics than are wanted now."""
        if runs:
            were = "was" if len(runs) == 1 else "were"
            text = f"{count(runs)} {were} cached for other metrics, and may lack some of this report's"
            names, ids = [run.name for run in runs], [run.run_id for run in runs]
            self._tell("uncovered_runs", f"{text}: {some(names)}.", ids)

    def unlocked(self, names: Sequence[str]) -> None:
        """Tell of runs that the spec would take, and the lock does not have."""
        if names:
            text = f"--locked: the spec would now also take {count(names)}: {some(names)}."
            self.told.append(Told(code="unlocked_runs", text=text, level="note"))

    def _tell(self, code: str, text: str, runs: Sequence[str] = ()) -> None:
        if self._strict:
            raise SourceError(f"--strict: {text} Nothing was written.")
        self.told.append(Told(code=code, text=text, runs=tuple(runs)))


def count(runs: Sequence[object]) -> str:
    """Return a number of runs in words."""
    return "1 run" if len(runs) == 1 else f"{len(runs):,} runs"


def _are(runs: Sequence[object]) -> str:
    return "is" if len(runs) == 1 else "are"
