"""Files by a pattern: `*`, `?` and `**` as in a shell, and `{placeholders}` that capture parts of the path."""

from __future__ import annotations

import re
from dataclasses import dataclass
from glob import glob
from typing import TYPE_CHECKING

from reportgen.errors import DataError, nearest

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

PLACEHOLDER = re.compile(r"\{(\w+)\}")
SHOWN = 5


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
    plain = PLACEHOLDER.sub("*", pattern).replace("[", "[[]")
    form = re.compile(_expression(pattern))
    found = []
    for name in glob(plain, root_dir=root, recursive=True):  # noqa: PTH207 - the pattern may be absolute
        shown = name.replace("\\", "/")
        match = form.fullmatch(shown)
        if match and (root / name).is_file():
            found.append(Match(path=root / name, shown=shown, captured=match.groupdict()))
    if not found:
        raise DataError(_nothing(pattern, root))
    return tuple(sorted(found, key=lambda match: match.shown))


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
        return f"no file matches {pattern!r}: there is no folder {folder}"
    names = sorted(path.name for path in folder.iterdir() if path.is_file())
    near = nearest(pattern.rpartition("/")[2], names, count=SHOWN)
    there = f"; near: {', '.join(near)}" if near else (f"; it has {', '.join(names[:SHOWN])}" if names else "")
    return f"no file matches {pattern!r} in {folder}, which holds {len(names)} files{there}"
