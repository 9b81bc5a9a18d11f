"""A spec that Python holds as a mapping, written as the YAML that it stands for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import PurePath
from typing import Any

from reportgen.errors import SpecError
from reportgen.spec.tree import dump

HOLDS = "texts, numbers, booleans, None, lists and mappings"
DEEPEST = 50


def written(spec: Mapping[str, Any]) -> str:
    """Return a spec as YAML.

    Parameters
    ----------
    spec
        In the grammar of a spec file; paths, tuples and numbers of numpy stand for texts, lists and numbers.

    Raises
    ------
    SpecError
        When it holds anything else, with its keys.
    """
    return dump(_plain(spec, ()))


def _plain(value: Any, keys: tuple[str, ...]) -> Any:
    if len(keys) > DEEPEST:
        raise SpecError(f"{'.'.join(keys[:4])}…: deeper than {DEEPEST}; a spec is not nested so")
    if isinstance(value, Mapping):
        return {_key(key, keys): _plain(item, (*keys, str(key))) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item, (*keys, str(index))) for index, item in enumerate(value)]
    if isinstance(value, str | PurePath):
        return str(value)
    number = value.item() if type(value).__module__ == "numpy" and getattr(value, "ndim", 1) == 0 else value
    if number is None or isinstance(number, bool | int) or (isinstance(number, float) and math.isfinite(number)):
        return number
    what = f"the number {number}" if isinstance(number, float) else f"a {type(value).__name__}"
    raise SpecError(f"{'.'.join(keys) or 'the spec'} is {what}; a spec holds {HOLDS}")


def _key(key: Any, keys: tuple[str, ...]) -> str:
    if isinstance(key, str):
        return key
    raise SpecError(f"{'.'.join(keys) or 'the spec'} has the key {key!r}, which is no text; write {str(key)!r}")
