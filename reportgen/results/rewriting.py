"""Every text of a frozen report, changed by one rule; numbers and structure stay as they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable

    Change = Callable[[str, str], str]

T = TypeVar("T")

KEPT = frozenset({"line", "laid"})
"""Fields that hold the points of runs: numbers, read from the cache when they are wanted, or laid on a grid."""


def rewritten(value: T, change: Change) -> T:
    """Return a value with every text in it changed.

    Parameters
    ----------
    value
        A frozen dataclass of ours, or what one holds: texts, tuples, mappings with texts as keys.
    change
        Called with the name of the field and the text; a key of a mapping counts as a text of the mapping's field. It
        must give the same for the same text wherever ids meet, so that they still do afterwards.

    Returns
    -------
    value
        The same object where nothing changed.
    """
    return cast("T", _rewritten(value, "", change))


def _rewritten(value: Any, field: str, change: Change) -> Any:
    if isinstance(value, str):
        return change(field, value)
    if isinstance(value, tuple):
        if not value or value[0] is None or isinstance(value[0], float | int):  # numbers only, and there are many
            return value
        items = tuple(_rewritten(item, field, change) for item in value)
        return items if any(new is not old for new, old in zip(items, value, strict=True)) else value
    if isinstance(value, Mapping):
        return {change(field, str(key)): _rewritten(item, field, change) for key, item in value.items()}
    if is_dataclass(value) and not isinstance(value, type):
        changed = {
            name: new
            for name in _names(type(value))
            if (new := _rewritten(old := getattr(value, name), name, change)) is not old
        }
        return replace(value, **changed) if changed else value
    return value


@cache
def _names(kind: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(kind) if field.init and field.name not in KEPT)
