"""Settings of the command line, `a.b=value`, laid over a spec."""

from __future__ import annotations

import re
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from reportgen.errors import SpecError
from reportgen.spec.forms import SHORT_SOURCES
from reportgen.spec.kinds import kinds_at, words
from reportgen.spec.tree import parse_setting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reportgen.spec.tree import Path

_SETTING = re.compile(r"""((?:"[^"]*"|'[^']*'|[^=])*)=(.*)""", re.DOTALL)
_PART = re.compile(r""""([^"]*)"|'([^']*)'|([^."']+)""")


def apply(value: dict[str, Any], overrides: Sequence[str]) -> tuple[dict[str, Any], dict[Path, str]]:
    """Return the values with every setting laid over them, and which setting stands behind which path.

    Keys that hold dots are found where they exist already, else they are quoted: ``optimal_scores."a.b"=1``.

    Raises
    ------
    SpecError
        When a setting has no ``=``, or its path leads through something that has no such part.
    """
    result = deepcopy(value)
    origins: dict[Path, str] = {}
    for override in overrides:
        shown = f"--set {override}"
        setting = _SETTING.fullmatch(override)
        parts = _parts(setting[1].strip()) if setting else ()
        if not setting or not parts:
            raise SpecError(f"{shown}: write KEY=VALUE, e.g. --set analysis.seed=1")
        path = _put(result, _spelled_out(parts, result, shown), parse_setting(setting[2], shown), shown)
        for inside in [known for known in origins if known[: len(path)] == path]:
            del origins[inside]
        origins[path] = shown
    return result, origins


def _parts(name: str) -> tuple[str, ...]:
    """Return the parts of a path, none where it is not well written."""
    parts = tuple("".join(found.groups(default="")) for found in _PART.finditer(name))
    separators = _PART.sub("", name)
    return parts if separators == "." * (len(parts) - 1) else ()


def _spelled_out(parts: tuple[str, ...], value: dict[str, Any], shown: str) -> tuple[str, ...]:
    """Return the path of a source that is written short: ``files.path`` is ``sources.0.files.path``."""
    sources = value.get("sources")
    if parts[0] not in SHORT_SOURCES:
        return parts
    if not sources:
        value["sources"] = [{}]
    elif len(sources) > 1:
        raise SpecError(f"{shown}: the spec has {len(sources)} sources; write e.g. sources.0.{'.'.join(parts)}")
    elif isinstance(sources, list) and isinstance(sources[0], dict) and parts[0] not in sources[0]:
        raise SpecError(
            f"{shown}: the source is {' or '.join(sources[0]) or 'empty'}, not {parts[0]}; "
            f"replace it by --set 'sources=[{{{parts[0]}: {{...}}}}]'"
        )
    return ("sources", "0", *parts)


def _put(value: dict[str, Any], parts: tuple[str, ...], new: Any, shown: str) -> Path:
    """Set a value in place and return its path."""
    here: Any = value
    path: Path = ()
    while True:
        step, parts = _step(here, path, parts, shown)
        before, path = path, (*path, step)
        if not parts:
            here[step] = new
            return path
        if isinstance(here, dict) and here.get(step) is None:
            here[step] = [] if _is_list(path) else {}
        elif isinstance(here[step], str) and before in {("metrics", "primary"), ("metrics", "secondary")}:
            here[step] = {"name": here[step]}
        here = here[step]


def _step(here: Any, path: Path, parts: tuple[str, ...], shown: str) -> tuple[str | int, tuple[str, ...]]:
    """Return the next key or index and the parts behind it."""
    name = f"`{'.'.join(map(str, path))}`"
    if isinstance(here, dict):
        long = (count for count in range(len(parts), 1, -1) if ".".join(parts[:count]) in here)
        count = next(long, 1)
        return ".".join(parts[:count]), parts[count:]
    if not isinstance(here, list):
        raise SpecError(f"{shown}: {name} is {here!r}, which has no parts; set {name} itself")
    if parts[0].isdecimal() and int(parts[0]) < len(here):
        return int(parts[0]), parts[1:]
    items = {0: "no items", 1: "one item, 0"}.get(len(here), f"the items 0 to {len(here) - 1}")
    raise SpecError(f"{shown}: {name} has {items}; there is no {parts[0]!r}; the whole list is set by [...]")


def _is_list(path: Path) -> bool:
    forms = words(kinds_at(path))
    return all(form.startswith("list") for form in forms) and bool(forms)
