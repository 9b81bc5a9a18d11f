"""How runs are to be read, and what a report must be told of how it went."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from reportgen.runs.wandb_api.faults import USUAL, Patience

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from reportgen.runs.lock import LockedRun


def silent(_phase: str) -> None:
    """Show no progress."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """How to read.

    Parameters
    ----------
    cache
        Folder of the run cache; None: see `cache_folder`.
    offline
        Ask no server; read what is cached.
    refresh
        Fetch every run again, cached or not.
    strict
        Fail when a run cannot be had as it is on the server now.
    locked
        Run id to what `reportgen.lock` says of it; only these runs are read. None: every run the spec selects.
    progress
        Called with a few words as fetching goes on.
    """

    cache: Path | None = None
    offline: bool = False
    refresh: bool = False
    strict: bool = False
    locked: Mapping[str, LockedRun] | None = None
    patience: Patience = USUAL
    progress: Callable[[str], None] = silent


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Something that the report must say about how its runs were had.

    Parameters
    ----------
    code
        A fixed word per kind: ``stale_runs``, ``missing_runs``, ``server_unreachable``, ``deleted_runs``, ...
    text
        One plain sentence, complete in itself, with counts.
    """

    code: str
    text: str
    runs: tuple[str, ...] = ()
    level: Literal["warning", "note"] = "warning"
    mend: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """Where the runs of a W&B source came from.

    Parameters
    ----------
    cached
        Number of runs that the cache had as they are.
    fetched
        Why runs had to be fetched, to their names.
    """

    source: str
    cached: int = 0
    fetched: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def words(self) -> str:
        """Return it as one line."""
        count = sum(map(len, self.fetched.values()))
        why = "; ".join(f"{len(names)} {reason}: {some(names)}" for reason, names in self.fetched.items())
        return f"{self.source}: {self.cached} runs from the cache, {count} from the server{f' ({why})' if why else ''}"


def some(names: Sequence[str], most: int = 5) -> str:
    """Return a list in words, cut where it is long.

    Examples
    --------
    >>> some(["a", "b", "c"], 2)
    'a, b and 1 more'
    """
    rest = len(names) - most
    return ", ".join(names[:most]) + (f" and {rest} more" if rest > 0 else "")
