"""Names and nested values as runs hold them: globs over names, dotted keys into configurations."""

from __future__ import annotations

import re
from fnmatch import translate
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence


def glob(pattern: str) -> Callable[[str], bool]:
    """Return a matcher of whole names: ``*`` anything, ``?`` one character, all else itself.

    Examples
    --------
    >>> glob("eval_*/*")("eval_nav/maze"), glob("a.b")("axb"), glob("[x]")("[x]")
    (True, False, True)
    """
    matcher = re.compile(translate(pattern.replace("[", "[[]")))
    return lambda name: matcher.match(name) is not None


def any_glob(patterns: Sequence[str]) -> Callable[[str], bool]:
    """Return a matcher of names that at least one glob matches.

    Examples
    --------
    >>> any_glob(["a*", "b"])("b"), any_glob([])("b")
    (True, False)
    """
    matchers = [glob(pattern) for pattern in patterns]
    return lambda name: any(matches(name) for matches in matchers)


def lookup(values: Mapping[str, Any], key: str) -> Any:
    """Look a dotted key up in nested values; ``**.key`` searches at any depth; None where it is not there.

    Examples
    --------
    >>> lookup({"a": {"b": 1}}, "a.b"), lookup({"a": {"b": 1}}, "**.b"), lookup({"a.b": 2}, "a.b")
    (1, 1, 2)
    """
    if key.startswith("**."):
        return _deep(values, key[3:])
    if key in values:
        return values[key]
    head, _, rest = key.partition(".")
    inner = values.get(head)
    return lookup(inner, rest) if rest and isinstance(inner, dict) else None


def first(values: Mapping[str, Any], keys: Sequence[str]) -> Any:
    """Return the value of the first key that is there, None where none is.

    Examples
    --------
    >>> first({"algo": "ppo"}, ["trainer.algorithm", "algo"])
    'ppo'
    """
    return next((found for key in keys if (found := lookup(values, key)) is not None), None)


def _deep(values: Mapping[str, Any], key: str) -> Any:
    found = lookup(values, key)
    if found is not None:
        return found
    inner = (value for value in values.values() if isinstance(value, dict))
    return next((hit for value in inner if (hit := _deep(value, key)) is not None), None)
