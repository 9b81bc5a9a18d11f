"""What is wrong with a spec, in our words: one message per mistake, with the nearest right word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from reportgen.errors import did_you_mean
from reportgen.spec.model import Section, Spec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pydantic_core import ErrorDetails

    from reportgen.spec.tree import Path

EXPECTED = {
    "string_type": "a text",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "bool_type": "true or false",
    "dict_type": "a mapping",
    "model_type": "a mapping",
    "model_attributes_type": "a mapping",
    "tuple_type": "a list",
    "list_type": "a list",
}
SHARES = {"confidence_level", "iqm_trim_percentage", "fraction"}
BOUNDS = {
    "greater_than": ("more than", "gt"),
    "greater_than_equal": ("at least", "ge"),
    "less_than": ("less than", "lt"),
    "less_than_equal": ("at most", "le"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """A mistake: its path in the spec, whether the key or the value is wrong, and the message."""

    path: Path
    message: str
    at_key: bool = False


def mistakes(errors: Iterable[ErrorDetails], value: Any) -> tuple[Mistake, ...]:
    """Turn the validation errors of a spec into one mistake per place.

    Where a value may have several forms, the errors of forms that it does not resemble are left out: an error deeper
    inside says more than "not a text".
    """
    found: dict[Path, list[ErrorDetails]] = {}
    for error in errors:
        found.setdefault(_real_path(error, value), []).append(error)
    told = []
    for path, here in found.items():
        deeper = any(other[: len(path)] == path and len(other) > len(path) for other in found)
        if not (deeper and all(error["type"] in EXPECTED or error["type"] == "literal_error" for error in here)):
            told.append(_mistake(path, here, value))
    return tuple(told)


def _real_path(error: ErrorDetails, value: Any) -> Path:
    """Return the part of an error's location that exists in the spec, without the names of forms tried."""
    path: list[str | int] = []
    here = value
    last = len(error["loc"]) - 1
    for place, part in enumerate(error["loc"]):
        absent = place == last and error["type"] in {"missing", "extra_forbidden"}
        if (isinstance(here, dict) and part in here) or (
            isinstance(here, list) and isinstance(part, int) and part < len(here)
        ):
            here = here[part]  # type: ignore[index] # checked just above
            path.append(part)
        elif absent:
            path.append(part)
    return tuple(path)


def _mistake(path: Path, errors: Sequence[ErrorDetails], value: Any) -> Mistake:
    kinds = {error["type"]: error for error in errors}
    name = ".".join(map(str, path))
    if "extra_forbidden" in kinds:
        return Mistake(path=path, message=_unknown_key(path), at_key=True)
    if "missing" in kinds:
        return Mistake(path=path[:-1], message=f"{_section(path[:-1])} needs {path[-1]!r}, which is missing")
    message = _wrong_value(name, _at(value, path), path, kinds, errors)
    return Mistake(path=path, message=message)


def _wrong_value(
    name: str, given: Any, path: Path, kinds: dict[str, ErrorDetails], errors: Sequence[ErrorDetails]
) -> str:
    bound = next((kind for kind in BOUNDS if kind in kinds), None)
    if "value_error" in kinds:
        return str(kinds["value_error"].get("ctx", {}).get("error", ""))
    if "literal_error" in kinds:
        return _choice(name, given, errors)
    if bound:
        words, key = BOUNDS[bound]
        return f"{name} must be {words} {kinds[bound]['ctx'][key]:g}, not {_shown(given)}{_percent(given, path)}"
    if "string_too_short" in kinds:
        return f"{name} must not be empty"
    if "string_pattern_mismatch" in kinds:
        return f"{name} may hold lowercase letters, digits, - and _ (up to 80), not {_shown(given)}"
    expected = " or ".join(dict.fromkeys(EXPECTED.get(kind, kinds[kind]["msg"]) for kind in kinds))
    return f"{name} must be {expected}{_example(path)}, not {_shown(given)}{_quote(given, kinds)}"


def _unknown_key(path: Path) -> str:
    known = sorted({field for model in _models_at(path[:-1]) for field in _names(model)})
    if len(path) == 1:
        known = sorted({*known, "files", "wandb"})
    near = did_you_mean(str(path[-1]), known)
    return f"unknown key {path[-1]!r} in {_section(path[:-1])}{near or '; it may have ' + ', '.join(known)}"


def _section(path: Path) -> str:
    return f"`{'.'.join(map(str, path))}`" if path else "the spec"


def _choice(name: str, given: Any, errors: Sequence[ErrorDetails]) -> str:
    choices: list[str] = []
    for error in errors:
        if error["type"] == "literal_error":
            choices += str(error["ctx"]["expected"]).replace(" or ", ", ").replace("'", "").split(", ")
    also = " or a list" if any(error["type"] == "tuple_type" for error in errors) else ""
    also += " or a number" if any(error["type"] == "float_type" for error in errors) else ""
    near = did_you_mean(str(given), choices)
    return f"{name} must be one of {', '.join(sorted(set(choices)))}{also}, not {_shown(given)}{near}"


def _percent(given: Any, path: Path) -> str:
    share = isinstance(given, int | float) and 1 < given <= 100  # noqa: PLR2004
    return (
        f"; did you mean {given / 100:g}?"
        if share and path[-1] in {"confidence_level", "iqm_trim_percentage", "fraction"}
        else ""
    )


def _example(path: Path) -> str:
    for model in _models_at(path[:-1]):
        for name, field in model.model_fields.items():
            if path[-1] in {name, field.alias} and isinstance(field.default, int | float | str):
                return f", e.g. {_shown(field.default)}"
    return ""


def _quote(given: Any, kinds: Iterable[str]) -> str:
    if "string_type" in kinds and isinstance(given, bool | int | float):
        return f"; if that is a name, quote it: {_shown(str(given).lower() if isinstance(given, bool) else str(given))}"
    return ""


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "nothing"
    text = repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."  # noqa: PLR2004


def _at(value: Any, path: Path) -> Any:
    for part in path:
        value = value[part]
    return value


def _names(model: type[Section]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        yield field.alias or name


def _models_at(path: Path) -> tuple[type[Section], ...]:
    """Return the sections that may stand at a path."""
    models: tuple[type[Section], ...] = (Spec,)
    for part in path:
        inside = [
            nested
            for model in models
            for name, field in model.model_fields.items()
            if part in {name, field.alias}
            for nested in sections_in(field.annotation)
        ]
        models = tuple(inside) or models
    return models


def sections_in(annotation: Any) -> Iterator[type[Section]]:
    """Yield the sections named anywhere in a field's type."""
    if isinstance(annotation, type) and issubclass(annotation, Section):
        yield annotation
    for argument in get_args(annotation):
        yield from sections_in(argument)
