"""Settings of the command line, `a.b=value`, laid over a spec."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from reportgen.errors import SpecError, did_you_mean
from reportgen.spec.tree import parse_setting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from reportgen.spec.tree import Path


def apply(value: dict[str, Any], overrides: Sequence[str]) -> tuple[dict[str, Any], dict[Path, str]]:
    """Return the values with every setting laid over them, and which setting stands behind which path.

    Raises
    ------
    SpecError
        When a setting has no ``=``, or its path leads through something that has no parts.
    """
    result = deepcopy(value)
    origins: dict[Path, str] = {}
    for override in overrides:
        name, equals, text = override.partition("=")
        shown = f"--set {override}"
        if not equals or not name.strip():
            raise SpecError(f"{shown}: write KEY=VALUE, e.g. --set analysis.seed=1")
        path = _path(name.strip(), value)
        _put(result, path, parse_setting(text, shown), shown)
        origins[path] = shown
    return result, origins


def _path(name: str, value: dict[str, Any]) -> Path:
    parts = tuple(int(part) if part.isdecimal() else part for part in name.split("."))
    single = len(value.get("sources") or [None]) == 1
    return ("sources", 0, *parts) if parts[0] in {"files", "wandb"} and single else parts


def _put(value: Any, path: Path, new: Any, shown: str) -> None:
    here = value
    for depth, part in enumerate(path[:-1]):
        _refuse_step(here, part, path[:depth], shown)
        if isinstance(here, dict) and here.get(part) is None:
            here[part] = [{}] if part == "sources" else {}
        here = here[part]
    _refuse_step(here, path[-1], path[:-1], shown)
    here[path[-1]] = new


def _refuse_step(here: Any, part: str | int, before: Path, shown: str) -> None:
    place = ".".join(map(str, before)) or "the spec"
    if isinstance(here, list):
        if not isinstance(part, int) or part >= len(here):
            last = f"0 to {len(here) - 1}" if len(here) > 1 else "0"
            raise SpecError(f"{shown}: {place} is a list of {len(here)}; its items are {last}, not {part!r}")
    elif not isinstance(here, dict):
        raise SpecError(f"{shown}: {place} is {here!r} and has no parts{did_you_mean(str(part), [str(here)])}")
