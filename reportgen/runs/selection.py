"""Which runs a source means: one matcher over metadata, the same online, from the cache and for offline folders.

A server query is made from the same conditions, and only narrows what is listed: the matcher decides.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from reportgen.errors import DataError, did_you_mean, nearest
from reportgen.runs.lookup import any_glob, lookup
from reportgen.spec.filters import DATES, PLAIN
from reportgen.spec.model import RunChoice
from reportgen.text import yaml_word

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from reportgen.runs.raw import RawRun
    from reportgen.runs.record import RunRecord
    from reportgen.runs.wandb_api.listed import Listed

    Described = Listed | RawRun | RunRecord

SPECIAL = frozenset("\\.+()|[]{}^$")
NEAR = 3
SERVER_NAMES = {"state": "state", "group": "group", "job_type": "jobType", "sweep": "sweep"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """The runs that a source wants.

    Parameters
    ----------
    globs, ids
        A run is meant when a glob matches its whole display name, or its id is listed; without either every run is.
    exclude
        Globs over display names, or ids, of runs that are not meant.
    filters
        Conditions as the spec writes them; all must hold.
    """

    globs: tuple[str, ...] = ()
    ids: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    filters: Mapping[str, Any] = field(default_factory=dict)

    def matches(self, run_id: str, run: Described) -> bool:
        """Tell whether a run is meant."""
        named = not (self.globs or self.ids) or run_id in self.ids or any_glob(self.globs)(run.name)
        excluded = run_id in self.exclude or any_glob(self.exclude)(run.name)
        return named and not excluded and all(_holds(run, key, value) for key, value in self.filters.items())

    def query(self) -> dict[str, Any]:
        """Return the conditions that a server understands as surely as we do, in its Mongo-like form.

        Every run that `matches` answers the query too.
        """
        named: list[dict[str, Any]] = [{"name": {"$in": list(self.ids)}}] if self.ids else []
        named += [{"display_name": {"$regex": regex(self.globs)}}] if self.globs else []
        parts = [named[0] if len(named) == 1 else {"$or": named}] if named else []
        parts += [part for key, value in self.filters.items() for part in _narrowing(key, value)]
        return parts[0] if len(parts) == 1 else ({"$and": parts} if parts else {})

    def words(self) -> str:
        """Return the selection as a spec writes it, for messages."""
        parts = {"glob": self.globs, "ids": self.ids, "exclude": self.exclude}
        only_glob = len(self.globs) == 1 and not (self.ids or self.exclude)
        runs = yaml_word(self.globs[0]) if only_glob else _flow({key: part for key, part in parts.items() if part})
        told = [f"runs: {runs}"] if any(parts.values()) else []
        told += [f"filters: {_flow(self.filters)}"] if self.filters else []
        return ", ".join(told) or "every run"

    def no_match(self, names: Sequence[str], count: int) -> str:
        """Return the selection, how many runs there are, and the nearest of their names."""
        wished = [pattern.replace("*", "").replace("?", "") for pattern in (*self.globs, *self.ids)]
        near = dict.fromkeys(name for wish in wished for name in nearest(wish, names, cutoff=0.3))
        shown = ", ".join(map(repr, list(near)[:NEAR] or names[:NEAR]))
        return f"{self.words()}; there are {count:,} runs, {'near' if near else 'e.g.'}: {shown}"


def selection(runs: str | RunChoice | None, filters: Mapping[str, Any], root: Path) -> Selection:
    """Return what a source's `runs` and `filters` mean.

    Raises
    ------
    DataError
        When the file of ids is not there or holds none.
    """
    choice = RunChoice(glob=(runs,)) if isinstance(runs, str) else runs
    if choice is None:
        return Selection(filters=filters)
    listed = _listed(choice.file, root) if choice.file else ()
    return Selection(globs=choice.glob, ids=(*choice.ids, *listed), exclude=choice.exclude, filters=filters)


def regex(globs: Iterable[str]) -> str:
    r"""Return the anchored regular expression of globs, in what all dialects share.

    Examples
    --------
    >>> regex(["sky_*", "a.b"])
    '^(sky_.*|a\\.b)$'
    """
    return f"^({'|'.join(''.join(map(_sign, pattern)) for pattern in globs)})$"


def _sign(sign: str) -> str:
    known = {"*": ".*", "?": "."}
    return known.get(sign) or (f"\\{sign}" if sign in SPECIAL else sign)


def _listed(name: str, root: Path) -> tuple[str, ...]:
    path = root / name
    try:
        lines = path.read_text(encoding="utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        there = [file.name for file in path.parent.iterdir()] if path.parent.is_dir() else []
        raise DataError(
            f"runs: file {name!r} cannot be read{did_you_mean(path.name, there)}; it is a text file, relative to "
            "`root`, with a run id on each line"
        ) from error
    ids = tuple(line.strip() for line in lines if line.strip() and not line.startswith("#"))
    if not ids:
        raise DataError(f"runs: file {name!r} holds no run id; write one on each line")
    return ids


def _holds(run: Described, key: str, wanted: Any) -> bool:
    if key == "tags":
        return set(_many(wanted)) <= set(run.tags)
    if key in PLAIN:
        return getattr(run, key) in _many(wanted)
    if key in DATES:
        return run.created_at is not None and (moment(run.created_at) >= moment(wanted)) == (key == "created_after")
    head, _, rest = key.partition(".")
    found = lookup(run.config if head == "config" else run.summary, rest)
    return any(_equal(found, one) for one in _many(wanted))


def _equal(found: Any, wanted: Any) -> bool:
    """Compare as JSON does: 1 equals 1.0, but neither true nor "1"."""
    numbers = all(isinstance(one, int | float) and not isinstance(one, bool) for one in (found, wanted))
    return (numbers or type(found) is type(wanted)) and bool(found == wanted)


def _many(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else [value]


def moment(text: str) -> datetime:
    """Return a time as W&B or a spec writes it; without a zone it is UTC.

    Examples
    --------
    >>> moment("2026-01-31") == moment("2026-01-31T00:00:00Z")
    True
    """
    read = datetime.fromisoformat(text)
    return read.replace(tzinfo=UTC) if read.tzinfo is None else read


def _narrowing(key: str, value: Any) -> list[dict[str, Any]]:
    if key == "tags":
        return [{"tags": {"$in": [tag]}} for tag in _many(value)]
    if key in PLAIN:
        return [{SERVER_NAMES[key]: {"$in": _many(value)}}]
    if key in DATES:
        sign = "$gte" if key == "created_after" else "$lt"
        return [{"createdAt": {sign: moment(value).strftime("%Y-%m-%dT%H:%M:%S")}}]
    head, _, rest = key.partition(".")
    plain = "." not in rest and all(isinstance(one, str | int | float | bool) for one in _many(value))
    place = {"config": "config", "summary": "summary_metrics"}[head]
    return [{f"{place}.{rest}": {"$in": _many(value)}}] if plain else []


def _flow(value: Any) -> str:
    """Write a value as YAML in one line."""
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_flow, value))}]"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key}: {_flow(inner)}" for key, inner in value.items()) + "}"
    if isinstance(value, bool) or value is None:
        return "null" if value is None else str(value).lower()
    return yaml_word(value) if isinstance(value, str) else str(value)
