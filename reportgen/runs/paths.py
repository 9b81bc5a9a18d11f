"""Files by a pattern: `*`, `?` and `**` as in a shell, and `{placeholders}` that capture parts of the path."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from glob import glob
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.errors import DataError, did_you_mean, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

PLACEHOLDER = re.compile(r"\{(\w+)\}")
SHOWN = 5
COUNTED = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """A file, its path as the pattern found it (forward slashes), and what the placeholders captured."""

    path: Path
    shown: str
    captured: Mapping[str, str]


def find_files(pattern: str, root: Path) -> tuple[Match, ...]:
    """Return the files that match a pattern, sorted by path.

    Raises
    ------
    DataError
        When none does; the message says where it looked and what is there.
    """
    for name in PLACEHOLDER.findall(pattern):
        if not name.isidentifier():
            raise DataError(f"path {pattern!r}: {{{name}}} is no name; write e.g. {{seed}}")
    plain = PLACEHOLDER.sub("*", pattern).replace("[", "[[]")
    form = re.compile(_expression(pattern), flags=re.DOTALL)
    found = []
    for name in glob(plain, root_dir=root, recursive=True):  # noqa: PTH207 - the pattern may be absolute
        match = form.fullmatch(name.replace(os.sep, "/"))
        if match and (root / name).is_file():
            found.append(Match(path=root / name, shown=_shown(name, root), captured=match.groupdict()))
    if not found:
        raise DataError(_nothing(pattern, root))
    return tuple(sorted(found, key=lambda match: match.shown))


def _shown(name: str, root: Path) -> str:
    """Return a path as reports name it: relative to the root where it lies below, forward slashes."""
    path = Path(name)
    inside = path.is_absolute() and path.is_relative_to(root.absolute())
    return (path.relative_to(root.absolute()) if inside else path).as_posix()


def _expression(pattern: str) -> str:
    r"""Translate a pattern to a regular expression.

    Examples
    --------
    >>> re.fullmatch(_expression("{method}/**/seed?.csv"), "ppo/a/b/seed1.csv").groupdict()
    {'method': 'ppo'}
    """
    parts = []
    seen: set[str] = set()
    for token in re.findall(r"\{\w+\}|\*\*/|\*\*|.", pattern, flags=re.DOTALL):
        if PLACEHOLDER.fullmatch(token):
            name = token[1:-1]
            parts.append(f"(?P={name})" if name in seen else f"(?P<{name}>[^/]+?)")
            seen.add(name)
        else:
            known = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
            parts.append(known.get(token) or re.escape(token))
    return "".join(parts)


def _nothing(pattern: str, root: Path) -> str:
    fixed = re.split(r"[*?{]", pattern)[0]
    folder = root / fixed.rpartition("/")[0]
    if not folder.is_dir():
        above = next(parent for parent in folder.parents if parent.is_dir())
        missing = folder.relative_to(above).parts[0]
        hint = did_you_mean(missing, (path.name for path in above.iterdir() if path.is_dir()))
        return f"no file matches {pattern!r}: there is no folder {folder}{hint}"
    deep = "/" in pattern[len(fixed) :] or "**" in pattern
    inside = folder.rglob("*") if deep else folder.iterdir()
    files = islice((path for path in inside if path.is_file()), COUNTED)
    names = sorted(path.relative_to(folder).as_posix() for path in files)
    more = " or more" if len(names) == COUNTED else ""
    near = nearest(pattern.rpartition("/")[2], names, count=SHOWN)
    there = f"; near: {', '.join(near)}" if near else (f"; it has {', '.join(names[:SHOWN])}" if names else "")
    return f"no file matches {pattern!r} in {folder}, which holds {_files(len(names), more)}{there}"


def _files(count: int, more: str) -> str:
    return f"{count}{more} file{'' if count == 1 else 's'}"
