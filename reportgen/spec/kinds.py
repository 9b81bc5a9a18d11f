"""What may stand where: the types of the model at a path, and their names in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from types import NoneType, UnionType
from typing import TYPE_CHECKING, Annotated, Any, Literal, Union, get_args, get_origin

from pydantic.fields import FieldInfo

from reportgen.spec.forms import one_or_many
from reportgen.spec.identity import Axes, AxisForm
from reportgen.spec.model import Spec
from reportgen.spec.section import Section

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from reportgen.spec.tree import Path

PLAIN = {str: "text", int: "whole number", float: "number", bool: "true or false", Any: "any value"}
LIMITS = {"ge": "at least", "gt": "more than", "le": "at most", "lt": "less than"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """One form that a value may have: a Python type, and what is declared beside it."""

    type: Any
    declared: tuple[Any, ...] = ()


def kinds_at(path: Path) -> tuple[Kind, ...]:
    """Return the forms that may stand at a path of the spec, none for a path that the model does not know."""
    kinds: tuple[Kind, ...] = (Kind(type=Spec),)
    for part in path:
        kinds = tuple(inner for kind in kinds for inner in inside(kind, part))
    return kinds


def sections_at(path: Path) -> tuple[type[Section], ...]:
    """Return the sections that may stand at a path."""
    return tuple(kind.type for kind in kinds_at(path) if is_section(kind.type))


def field_at(path: Path) -> FieldInfo | None:
    """Return the declared option at a path, None inside of lists and free mappings."""
    fields = (field for section in sections_at(path[:-1]) if (field := field_of(section, path[-1])))
    return next(fields, None)


def field_of(section: type[Section], key: str | int) -> FieldInfo | None:
    """Return the option of a section that is written `key`."""
    return next((field for name, field in section.model_fields.items() if key == (field.alias or name)), None)


def keys_of(section: type[Section]) -> Iterator[str]:
    """Yield the keys of a section as they are written."""
    for name, field in section.model_fields.items():
        yield field.alias or name


def kinds_of(annotation: Any, declared: tuple[Any, ...] = ()) -> Iterator[Kind]:
    """Yield the forms that an annotation allows, alternatives apart; None is no form of its own."""
    origin = get_origin(annotation)
    if origin is Annotated:
        inner, *beside = get_args(annotation)
        yield from kinds_of(inner, (*declared, *_flat(beside)))
    elif origin in {Union, UnionType}:
        for part in get_args(annotation):
            yield from kinds_of(part, declared)
    elif annotation is not NoneType:
        if one_or_many in declared:
            yield Kind(type=str, declared=declared)
        yield Kind(type=annotation, declared=declared)


def is_section(annotation: Any) -> bool:
    """Tell whether a type is a section of the model."""
    return isinstance(annotation, type) and issubclass(annotation, Section)


def words(kinds: Iterable[Kind], *, many: bool = False) -> tuple[str, ...]:
    """Return the names of forms, choices aside: ``("text", "list of texts")``; in the plural for `many`."""
    return tuple(dict.fromkeys(_word(kind.type, "s" if many else "") for kind in kinds if not _is_choice(kind)))


def choices(kinds: Iterable[Kind]) -> tuple[str, ...]:
    """Return the words that may stand there, sorted."""
    return tuple(sorted(str(word) for kind in kinds if _is_choice(kind) for word in get_args(kind.type)))


def limits(kinds: Iterable[Kind]) -> dict[str, float]:
    """Return the bounds of a number, lower first, by the names of `LIMITS`."""
    declared = [beside for kind in kinds for beside in kind.declared]
    return {name: getattr(beside, name) for name in LIMITS for beside in declared if hasattr(beside, name)}


def bounds_of(kinds: Iterable[Kind]) -> str:
    """Return the bounds of a number in words: ``"more than 0.5 and less than 1"``."""
    return " and ".join(f"{LIMITS[name]} {number(bound)}" for name, bound in limits(kinds).items())


def number(value: float) -> str:
    """Return a number as a user writes it."""
    return str(value) if isinstance(value, int) else f"{value:g}"


def _word(annotation: Any, plural: str) -> str:
    origin, arguments = get_origin(annotation), get_args(annotation)
    if is_section(annotation):
        return f"mapping{plural}"
    if origin is dict:
        return f"mapping{plural} of names to {_several(arguments[1])}"
    if origin is tuple:
        count = "" if arguments[-1] is ... else f"{len(arguments)} "
        return f"list{plural} of {count}{_several(arguments[0])}"
    return PLAIN[annotation] if annotation is bool else f"{PLAIN[annotation]}{plural}"


def _several(annotation: Any) -> str:
    kinds = tuple(kinds_of(annotation))
    return " or ".join([*([", ".join(choices(kinds))] if choices(kinds) else []), *words(kinds, many=True)])


def _is_choice(kind: Kind) -> bool:
    return get_origin(kind.type) is Literal


def kinds_in(section: type[Section], key: str | int) -> Iterator[Kind]:
    """Yield the forms that the option `key` of a section may have."""
    field = field_of(section, key)
    if field is not None:
        yield from kinds_of(field.annotation, tuple(_flat(field.metadata)))
    elif section is Axes:
        yield Kind(type=AxisForm)


def inside(kind: Kind, part: str | int) -> Iterator[Kind]:
    """Yield the forms that may stand at a key or index of a value of this form."""
    origin, arguments = get_origin(kind.type), get_args(kind.type)
    if is_section(kind.type):
        yield from kinds_in(kind.type, part)
    elif origin is dict:
        yield from kinds_of(arguments[1])
    elif origin is tuple and isinstance(part, int):
        yield from kinds_of(arguments[0 if arguments[-1] is ... else min(part, len(arguments) - 1)])


def _flat(beside: Iterable[Any]) -> Iterator[Any]:
    """Yield declared constraints, those inside of a `Field` too."""
    for item in beside:
        if isinstance(item, FieldInfo):
            yield from _flat(item.metadata)
        else:
            yield item
