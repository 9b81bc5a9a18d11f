"""Names and nested values as runs hold them: globs over names, dotted keys into configurations."""

from __future__ import annotations

import re
from fnmatch import translate
from functools import lru_cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

DEEP = "**."
"""What a key begins with that is searched at any depth."""


@lru_cache(maxsize=1024)
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
    return next(lookups(values, key), None)


def lookups(values: Mapping[str, Any], key: str) -> Iterator[Any]:
    """Yield everything that a dotted key finds in nested values, a deep key the nearest to the top first."""
    if key.startswith(DEEP):
        yield from _deep(values, key.removeprefix(DEEP))
        return
    if key in values:
        yield values[key]
        return
    head, _, rest = key.partition(".")
    inner = values.get(head)
    if rest and isinstance(inner, dict):
        yield from lookups(inner, rest)


def first(values: Mapping[str, Any], keys: Sequence[str]) -> Any:
    """Return the value of the first key that is there, None where none is.

    Examples
    --------
    >>> first({"algo": "ppo"}, ["trainer.algorithm", "algo"])
    'ppo'
    """
    return next((found for key in keys if (found := lookup(values, key)) is not None), None)


def _deep(values: Mapping[str, Any], key: str) -> Iterator[Any]:
    yield from (found for found in lookups(values, key) if found is not None)
    yield from (value for name, value in values.items() if name.endswith(f".{key}") and value is not None)
    for value in values.values():
        if isinstance(value, dict):
            yield from _deep(value, key)
