"""What can go wrong, and how it is said: where, what, and what would have worked.

Every error that a user can cause derives from `ReportgenError`; the command line catches that class only and
turns `exit_code` into the status of the process. Classes are API, texts are not.
"""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from collections.abc import Iterable


class ReportgenError(Exception):
    """The base of all errors that a user can cause and mend."""

    exit_code: ClassVar[int] = 3


class UsageError(ReportgenError):
    """The command line asks for something that does not exist or does not fit together."""

    exit_code = 2


class SpecError(ReportgenError):
    """The report spec is wrong; the text lists every mistake with `file:line:column`."""

    exit_code = 2


class DataError(ReportgenError):
    """The data cannot carry the report: missing files, no run, unknown metric, nothing but missing values."""

    exit_code = 3


class SourceError(ReportgenError):
    """A source of runs does not answer or refuses (the W&B API, credentials)."""

    exit_code = 4


class EnvironmentFault(ReportgenError):  # noqa: N818 - EnvironmentError is a builtin
    """The machine lacks something: a program, a writable folder, an optional package."""

    exit_code = 5


class StrictError(ReportgenError):
    """`--strict` was given and something was warned about or withheld."""

    exit_code = 1


class StatisticsError(ReportgenError, ValueError):
    """An argument of the statistics room is outside its domain."""


class ReportgenWarning(UserWarning):
    """Something a reader of the report should know, raised where no report collects it (the Python API)."""


def nearest(word: str, known: Iterable[str], *, count: int = 3, cutoff: float = 0.5) -> tuple[str, ...]:
    """Return the known words closest to `word`, nearest first, for "did you mean".

    Words that end in `word` after a separator count as near too, so that ``loss`` finds ``trainer/loss``.

    Examples
    --------
    >>> nearest("bootstrap_sample", ["bootstrap_samples", "seed"])
    ('bootstrap_samples',)
    >>> nearest("loss", ["trainer/loss", "reward"])
    ('trainer/loss',)
    """
    names = sorted(set(known))
    folded = {name.casefold(): name for name in reversed(names)}
    close = [folded[hit] for hit in difflib.get_close_matches(word.casefold(), folded, n=count, cutoff=cutoff)]
    suffix = [name for name in names if name.casefold().endswith(("/" + word.casefold(), "." + word.casefold()))]
    return tuple(dict.fromkeys([*suffix, *close]))[:count]


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ``"; did you mean 'x' or 'y'?"`` or the empty string when nothing is near.

    Examples
    --------
    >>> did_you_mean("sede", ["seed", "level"])
    "; did you mean 'seed'?"
    >>> did_you_mean("zzz", ["seed"])
    ''
    """
    hits = nearest(word, known)
    return f"; did you mean {' or '.join(repr(hit) for hit in hits)}?" if hits else ""
