"""Which runs a person means: globs over names and `key=value`, all of which must hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from reportgen.errors import UsageError, did_you_mean
from reportgen.runs.lookup import glob

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

LABEL = "label"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Row:
    """A run as a person looks at it.

    Parameters
    ----------
    method, tasks, seed
        By the likeliest candidates, or by a label; a seed that nothing names is empty.
    config
        Dotted key to value as text.
    labels
        Column to label.
    """

    id: str
    name: str
    state: str
    method: str
    tasks: tuple[str, ...]
    seed: str
    group: str
    tags: tuple[str, ...]
    config: Mapping[str, str]
    labels: Mapping[str, str]

    def holds(self, key: str) -> tuple[str, ...]:
        """Return what stands under a key of a term; nothing where the run has none."""
        plain = {
            "id": (self.id, self.id.rpartition("/")[2]),
            "name": (self.name,),
            "state": (self.state,),
            "method": (self.method,),
            "task": self.tasks,
            "seed": (self.seed,),
            "group": (self.group,),
            "tag": self.tags,
        }
        if key in plain:
            return plain[key]
        head, _, column = key.partition(".")
        if head == LABEL:
            return tuple(text for text in [self.labels.get(column or LABEL)] if text is not None)
        return tuple(text for text in [self.config.get(key.removeprefix("config."))] if text is not None)


KEYS = ("id", "name", "state", "method", "task", "seed", "group", "tag", LABEL)


def meant(rows: Sequence[Row], terms: Sequence[str]) -> tuple[str, ...]:
    """Return the ids of the rows for which all terms hold, in their order.

    Parameters
    ----------
    terms
        A glob over the display name, or ``key=glob`` with a key of `KEYS`, ``label.COLUMN`` or a config key; a ``!``
        in front turns a term round.

    Raises
    ------
    UsageError
        When a key is no such key, with the nearest ones.
    """
    kept = list(rows)
    for term in terms:
        turned = term.startswith("!")
        key, sign, pattern = term.removeprefix("!").partition("=")
        if not sign:
            key, pattern = "name", key
        _known(key, rows)
        matches = glob(pattern)
        kept = [row for row in kept if any(map(matches, row.holds(key))) != turned]
    return tuple(row.id for row in kept)


def _known(key: str, rows: Sequence[Row]) -> None:
    if key in KEYS or key.partition(".")[0] == LABEL:
        return
    config = {name for row in rows for name in row.config}
    if key.removeprefix("config.") not in config:
        near = did_you_mean(key.removeprefix("config."), {*KEYS, *config})
        raise UsageError(f"no run has a config entry {key!r}{near}; other keys are {', '.join(KEYS)}")
