"""What is wrong with a spec, in our words: one message per mistake, with the nearest right word."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reportgen.errors import did_you_mean, nearest
from reportgen.spec.forms import SHORT_SOURCES
from reportgen.spec.kinds import (
    bounds_of,
    choices,
    field_at,
    is_section,
    keys_of,
    kinds_at,
    kinds_of,
    limits,
    number,
    sections_at,
    words,
)
from reportgen.spec.model import Spec

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pydantic_core import ErrorDetails

    from reportgen.spec.kinds import Kind
    from reportgen.spec.tree import Path

WRONG_FORM = {"string_type", "int_type", "int_from_float", "float_type", "bool_type", "dict_type", "tuple_type"}
WRONG_FORM |= {"list_type", "model_type", "model_attributes_type", "literal_error"}
OUT_OF_BOUNDS = {"greater_than", "greater_than_equal", "less_than", "less_than_equal"}
LONGEST = 60
SHORTEST = 3
# what a single word most likely stands for where a mapping is meant
FIRST_KEYS = {
    "FilesSource": "path",
    "RunChoice": "glob",
    "WandbSource": "project",
    "WandbOfflineSource": "path",
    "AxisForm": "config",
    "StepAxis": "key",
    "Score": "reduce",
    "Normalization": "method",
    "Comparisons": "against",
    "Output": "dir",
    "ReportSection": "title",
    "Visualization": "style",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mistake:
    """A mistake: its path in the spec, whether the key or the value is wrong, and the message."""

    path: Path
    message: str
    at_key: bool = False
    absent: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Written:
    """A spec as it was written, for messages.

    Parameters
    ----------
    value
        Nested dicts, lists and scalars.
    short
        The paths of sources that were written short, and how: ``("sources", 0, "files")`` to ``"files"``.
    texts
        The text of unquoted scalars.
    """

    value: Any
    short: dict[Path, str]
    texts: dict[Path, str]

    def name(self, path: Path) -> str:
        """Return a path as it was written."""
        for long, short in self.short.items():
            if path[: len(long)] == long:
                return ".".join([short, *map(str, path[len(long) :])])
        return ".".join(map(str, path))

    def at(self, path: Path) -> Any:
        """Return the value at a path."""
        here = self.value
        for part in path:
            here = here[part]
        return here


def mistakes(errors: Iterable[ErrorDetails], written: Written) -> tuple[Mistake, ...]:
    """Turn the validation errors of a spec into one mistake per place.

    Where a value may have several forms, the errors of forms that it does not resemble are left out: an error deeper
    inside says more than "not a text". A missing key is not told where an unknown one is near.
    """
    found: dict[Path, list[ErrorDetails]] = {}
    for error in errors:
        found.setdefault(_real_path(error, written.value), []).append(error)
    unknown = [path for path, here in found.items() if any(error["type"] == "extra_forbidden" for error in here)]
    told = []
    for path, here in found.items():
        deeper = any(other[: len(path)] == path and len(other) > len(path) for other in found)
        meant = any(other[:-1] == path[:-1] and nearest(str(other[-1]), [str(path[-1])]) for other in unknown if path)
        if deeper and all(error["type"] in WRONG_FORM for error in here):
            continue
        if meant and all(error["type"] == "missing" for error in here):
            continue
        told.append(_mistake(path, here, written))
    return tuple(told)


def no_source(value: Any) -> Mistake:
    """Return what is told of a spec without a source of runs."""
    path: Path = ("sources",) if isinstance(value, dict) and "sources" in value else ()
    message = (
        "no source of runs; write e.g. `files: {path: scores.csv, values: [score]}` "
        "or `wandb: {entity: me, project: mine}`"
    )
    return Mistake(path=path, message=message, at_key=True)


def _real_path(error: ErrorDetails, value: Any) -> Path:
    """Return the part of an error's location that exists in the spec, without the names of forms tried."""
    path: list[str | int] = []
    here = value
    last = len(error["loc"]) - 1
    for place, part in enumerate(error["loc"]):
        absent = place == last and error["type"] in {"missing", "extra_forbidden"} and isinstance(part, str)
        if (isinstance(here, dict) and part in here) or (
            isinstance(here, list) and isinstance(part, int) and part < len(here)
        ):
            here = here[part]  # type: ignore[index] # checked just above
            path.append(part)
        elif absent:
            path.append(part)
    return tuple(path)


def _mistake(path: Path, errors: Sequence[ErrorDetails], written: Written) -> Mistake:
    types = {error["type"]: error for error in errors}
    if "extra_forbidden" in types:
        return Mistake(path=path, message=_unknown_key(path, written), at_key=True)
    if "missing" in types and isinstance(types["missing"]["loc"][-1], str):
        message = f"{_section(path[:-1], written)} needs the key {path[-1]!r}, which is missing"
        return Mistake(path=path[:-1], message=message, absent=True)
    if errors[0]["loc"][-1:] == ("[key]",):
        return Mistake(path=path, message=_wrong_key(path, errors[0], written), at_key=True)
    return Mistake(path=path, message=_wrong_value(path, types, written))


def _wrong_value(path: Path, types: dict[str, ErrorDetails], written: Written) -> str:
    name, given, kinds = f"`{written.name(path)}`", written.at(path), kinds_at(path)
    if "value_error" in types:
        return _against_a_rule(path, types["value_error"], written)
    if given is None:
        return f"{name} is empty; take the key away, or give it {_expected(kinds)}{_example(path)}"
    if given in ("", []) or "too_short" in types:
        return f"{name} must not be empty"
    if "string_pattern_mismatch" in types:
        return f"{name} may hold lowercase letters, digits, - and _ (up to 80), not {_shown(given)}"
    if types.keys() & OUT_OF_BOUNDS:
        return f"{name} must be {bounds_of(kinds)}, not {_shown(given)}{_share(given, kinds)}"
    shown = written.texts.get(path) if isinstance(given, int | float) else None
    return (
        f"{name} must be {_expected(kinds)}{_example(path)}, not {shown or _shown(given)}{_hint(path, kinds, written)}"
    )


def _against_a_rule(path: Path, error: ErrorDetails, written: Written) -> str:
    """Return what a rule of the model says about the parts of a section together."""
    given = written.at(path)
    if isinstance(given, dict) and given and all(part is None for part in given.values()):
        return f"`{written.name((*path, next(iter(given))))}` is empty; give it a mapping"
    return str(error.get("ctx", {}).get("error", ""))


def _unknown_key(path: Path, written: Written) -> str:
    key, known = str(path[-1]), sorted({key for section in sections_at(path[:-1]) for key in keys_of(section)})
    if len(path) == 1:
        known = sorted({*known, *SHORT_SOURCES})
    said = f"unknown key {key!r} in {_section(path[:-1], written)}"
    near = nearest(key, known, count=2, cutoff=0.65) or _begun(key, known)
    elsewhere = [path for path, keys in _plain_sections() if key in keys]
    if elsewhere and not near:
        return f"{said}; it belongs into {' or '.join(f'`{path}`' for path in elsewhere)}"
    return said + (did_you_mean(key, near) or f"; the keys here are {', '.join(known)}")


def _begun(key: str, known: Iterable[str]) -> tuple[str, ...]:
    return tuple(word for word in known if len(key) >= SHORTEST and word.startswith(key))


def _wrong_key(path: Path, error: ErrorDetails, written: Written) -> str:
    known = str(error.get("ctx", {}).get("expected", "")).replace(" or ", ", ").replace("'", "").split(", ")
    key = str(path[-1])
    return f"{_section(path[:-1], written)} takes {', '.join(sorted(known))}, not {key!r}{did_you_mean(key, known)}"


def _plain_sections() -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield the sections that stand once at a fixed place, and their keys."""
    for name, field in Spec.model_fields.items():
        for kind in kinds_of(field.annotation):
            if is_section(kind.type):
                yield name, tuple(keys_of(kind.type))


def _section(path: Path, written: Written) -> str:
    return f"`{written.name(path)}`" if path else "the spec"


def _expected(kinds: Sequence[Kind]) -> str:
    """Return what may stand there: ``one of a, b or a number``."""
    named = choices(kinds)
    forms = [f"one of {', '.join(named)}" if len(named) > 1 else named[0]] if named else []
    forms += [word if word == "true or false" else f"a {word}" for word in words(kinds)]
    return " or ".join([", ".join(forms[:-1]), forms[-1]] if len(forms) > 1 else forms)


def _share(given: Any, kinds: Sequence[Kind]) -> str:
    """Return the word for a percentage where a share is meant."""
    bounds, share = limits(kinds), given / 100
    top = bounds.get("lt", bounds.get("le"))
    fits = top is not None and top <= 1 <= given and bounds.get("gt", bounds.get("ge", 0)) < share <= top
    return f"; did you mean {share:g}?" if fits else ""


def _example(path: Path) -> str:
    field = field_at(path)
    default = None if field is None else field.default
    if isinstance(default, int | float) and not isinstance(default, bool):
        return f", e.g. {number(default)}"
    return f", e.g. {default}" if isinstance(default, str) and len(default) > 1 and not choices(kinds_at(path)) else ""


def _hint(path: Path, kinds: Sequence[Kind], written: Written) -> str:
    given, forms = written.at(path), words(kinds)
    if "text" in forms and isinstance(given, bool | int | float):
        return f"; if that is a name, quote it: '{written.texts.get(path) or _shown(given)}'"
    if isinstance(given, dict) and any("mapping" in form for form in forms):
        return "; did you mean a list of one, [{...}]?"
    if not isinstance(given, str):
        return ""
    for kind in kinds:
        if is_section(kind.type) and kind.type.__name__ in FIRST_KEYS:
            return f"; did you mean {{{FIRST_KEYS[kind.type.__name__]}: {given}}}?"
    near = did_you_mean(given, choices(kinds))
    items = kinds_at((*path, 0))
    fits = given in choices(items) or any(form.startswith("list of text") for form in forms)
    return f"; did you mean [{given}]?" if fits and not near else near


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if value is None:
        return "nothing"
    if isinstance(value, dict):
        return f"a mapping of {len(value)} {'key' if len(value) == 1 else 'keys'}"
    if isinstance(value, list):
        return f"a list of {len(value)} {'item' if len(value) == 1 else 'items'}"
    text = repr(value)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
