"""Strict YAML: plain values with the place of every key and value, and nothing that surprises.

Only ``true``, ``false``, ``null``, ``~`` and numbers are anything but text when unquoted: ``no``, ``012``, ``1:30`` and
dates stay what was written. Duplicate keys, tags and merge keys are refused, and so is a file that would grow large.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from reportgen.errors import SpecError
from reportgen.spec.faults import Fault, fault_of

if TYPE_CHECKING:
    from collections.abc import Mapping

Path = tuple[str | int, ...]
LARGEST = 1_000_000
DEEPEST = 50
MOST_NODES = 10_000
WIDEST = 100
TOO_LARGE = f"larger than {LARGEST:,} bytes; a spec names data, it does not hold it"
LINE_ENDS = "\x85\u2028\u2029\ufeff"
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9]{0,17})")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_SURROGATE = re.compile("[\ud800-\udfff]")
_CONSTANTS = {"true": True, "false": False, "null": None, "~": None, "": None}


class _Loader(yaml.SafeLoader):
    """PyYAML's parser without its own ideas of what plain scalars mean."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - the name PyYAML reads


class _Dumper(yaml.SafeDumper):
    """PyYAML's writer, which quotes every text that would not be read back as itself."""


def _write_text(dumper: _Dumper, text: str) -> yaml.Node:
    quoted = not isinstance(scalar(text), str) or any(character in text for character in LINE_ENDS)
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"' if quoted else None)


_Dumper.add_representer(str, _write_text)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A file that values stand in: its name and its lines."""

    name: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Line and column, both from 1, of a key (None in a list) and of its value; `text` of an unquoted scalar.

    `sheet` is the file of a value that does not stand in the spec itself.
    """

    value: tuple[int, int]
    key: tuple[int, int] | None = None
    text: str | None = None
    sheet: Sheet | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tree:
    """The values of a YAML file and where they stand.

    Parameters
    ----------
    value
        Nested dicts, lists, texts, numbers, booleans and None.
    places
        Path of keys and indexes to its place.
    lines
        The lines of the source, for excerpts.
    """

    value: Any
    places: Mapping[Path, Place]
    lines: tuple[str, ...]
    name: str


@dataclass(slots=True)
class _Reading:
    places: dict[Path, Place] = field(default_factory=dict)
    nodes: int = 0
    faults: list[Fault] = field(default_factory=list)


def excerpt(lines: tuple[str, ...], line: int, column: int) -> str:
    """Return the source line with a caret under a column; of a long line the part around the caret."""
    written = lines[line - 1] if line <= len(lines) else ""
    text = "".join(letter if letter.isprintable() else " " for letter in written)
    start = max(0, column - 1 - WIDEST * 2 // 3) if len(text) > WIDEST else 0
    before, after = "…" if start else "", "…" if len(text) > start + WIDEST else ""
    caret = " " * (len(before) + column - 1 - start) + "^"
    return f"    {before}{text[start : start + WIDEST].rstrip()}{after}\n    {caret}"


def scalar(text: str) -> Any:
    """Return what an unquoted scalar means.

    Examples
    --------
    >>> [scalar(text) for text in ["1e-3", "7", "no", "012", "1:30", "true", "~", "nan"]]
    [0.001, 7, 'no', '012', '1:30', True, None, 'nan']
    """
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _FLOAT.fullmatch(text) and math.isfinite(number := float(text)):
        return number
    return text


def parse(text: str, name: str) -> Tree:
    """Parse YAML text.

    Parameters
    ----------
    name
        Of the file, for messages.

    Raises
    ------
    SpecError
        When it is not YAML or holds what is refused, with line, column and the source line.
    """
    tree, faults = _read(text, name)
    if faults:
        raise SpecError("\n".join(_told(fault, tree) for fault in faults))
    return tree


def parse_setting(text: str, shown: str) -> Any:
    """Parse the value of a setting; its faults are told by the setting, which has no lines."""
    tree, faults = _read(text, shown)
    if faults:
        raise SpecError("\n".join(f"{shown}: {fault.message}" for fault in faults))
    return tree.value


def dump(value: Any) -> str:
    """Write plain values as YAML that `parse` reads back as the same values."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def _read(text: str, name: str) -> tuple[Tree, tuple[Fault, ...]]:
    """Return the tree, empty where there are faults, and all faults in the order of the file."""
    reading = _Reading()
    value = None
    if len(text.encode(errors="surrogatepass")) > LARGEST:
        return Tree(value=None, places={}, lines=(), name=name), (Fault(message=TOO_LARGE),)
    try:
        _scan(text, reading)
        node = yaml.compose(text, Loader=_Loader)
        value = None if node is None else _value(node, (), reading)
    except yaml.YAMLError as error:
        reading.faults.append(fault_of(error, text))
    except _Stop as stop:
        reading.faults.append(stop.fault)
    tree = Tree(value=value, places=reading.places, lines=tuple(text.splitlines()), name=name)
    return tree, tuple(sorted(dict.fromkeys(reading.faults), key=lambda fault: fault.place or (0, 0)))


class _Stop(Exception):  # noqa: N818 - no error of its own: it carries a fault out of the recursion
    def __init__(self, fault: Fault) -> None:
        super().__init__(fault.message)
        self.fault = fault


def _told(fault: Fault, tree: Tree) -> str:
    if fault.place is None:
        return f"{tree.name}: {fault.message}"
    line, column = fault.place
    return f"{tree.name}:{line}:{column}: {fault.message}\n{excerpt(tree.lines, line, column)}"


def _scan(text: str, reading: _Reading) -> None:
    """Refuse tags, depth and length before anything is built from the text."""
    depth = 0
    for count, event in enumerate(yaml.parse(text, Loader=_Loader)):
        if count > 4 * MOST_NODES:  # a value has at most a key, a begin and an end beside it
            raise _Stop(Fault(message=f"holds more than {MOST_NODES:,} values; a spec names data, it does not hold it"))
        tag = getattr(event, "tag", None)
        if tag is not None:
            message = f"tags such as {tag!r} are refused; write the value itself"
            reading.faults.append(Fault(message=message, place=_at(event.start_mark)))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise _Stop(Fault(message=f"nested deeper than {DEEPEST} levels", place=_at(event.start_mark)))
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _at(mark: Any) -> tuple[int, int]:
    return mark.line + 1, mark.column + 1


def _value(node: yaml.Node, path: Path, reading: _Reading) -> Any:
    reading.nodes += 1
    if reading.nodes > MOST_NODES:
        raise _Stop(Fault(message=f"grows to more than {MOST_NODES:,} values; are aliases nested in aliases?"))
    if len(path) > DEEPEST:
        message = f"nested deeper than {DEEPEST} levels through aliases; does an alias stand inside itself?"
        raise _Stop(Fault(message=message, place=_at(node.start_mark)))
    reading.places.setdefault(path, Place(value=_at(node.start_mark)))
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, index), reading) for index, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, reading)
    return _scalar(node, path, reading)


def _scalar(node: yaml.Node, path: Path, reading: _Reading) -> Any:
    if _SURROGATE.search(node.value):
        message = "half of a surrogate pair is no character; write the character itself"
        reading.faults.append(Fault(message=message, place=_at(node.start_mark)))
    if not isinstance(node, yaml.ScalarNode) or node.style is not None:
        return node.value
    place = reading.places[path]
    reading.places[path] = Place(key=place.key, value=place.value, text=node.value)
    return scalar(node.value)


def _mapping(node: yaml.MappingNode, path: Path, reading: _Reading) -> dict[str, Any]:
    values: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for key_node, value_node in node.value:
        key = key_node.value
        message = _wrong_key(key_node, lines)
        if message:
            reading.faults.append(Fault(message=message, place=_at(key_node.start_mark)))
            continue
        lines[key] = key_node.start_mark.line + 1
        reading.places[*path, key] = Place(key=_at(key_node.start_mark), value=_at(value_node.start_mark))
        values[key] = _value(value_node, (*path, key), reading)
    return values


def _wrong_key(node: yaml.Node, lines: Mapping[str, int]) -> str:
    if not isinstance(node, yaml.ScalarNode):
        return "a key must be a plain word"
    if node.value == "<<" and node.style is None:
        return "merge keys (<<) are refused; write the keys out"
    if _SURROGATE.search(node.value):
        return "half of a surrogate pair is no character; write the character itself"
    if node.value in lines:
        return f"the key {node.value!r} stands twice, first in line {lines[node.value]}"
    return ""
