"""Strict YAML: plain values with the place of every key and value, and nothing that surprises.

Only ``true``, ``false``, ``null``, ``~`` and numbers are anything but text when unquoted: ``no``, ``012``, ``1:30`` and
dates stay what was written. Duplicate keys, tags and merge keys are refused, and so is a file that would grow large.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import yaml

from reportgen.errors import SpecError

if TYPE_CHECKING:
    from collections.abc import Mapping

Path = tuple[str | int, ...]
LARGEST = 1_000_000
DEEPEST = 50
MOST_NODES = 10_000
LINE_ENDS = "\x85\u2028\u2029\ufeff"
PLAIN_TAGS = {"tag:yaml.org,2002:str", "tag:yaml.org,2002:seq", "tag:yaml.org,2002:map"}
_INTEGER = re.compile(r"[-+]?(0|[1-9][0-9_]*)")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|(0|[1-9][0-9]*)(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
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
class Place:
    """Line and column, both from 1, of a key (None in a list) and of its value."""

    value: tuple[int, int]
    key: tuple[int, int] | None = None


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
    name: str
    lines: tuple[str, ...]
    places: dict[Path, Place] = field(default_factory=dict)
    nodes: int = 0


def excerpt(lines: tuple[str, ...], line: int, column: int) -> str:
    """Return the source line with a caret under a column."""
    text = lines[line - 1] if line <= len(lines) else ""
    return f"    {text.expandtabs(1)}\n    {' ' * (column - 1)}^"


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
    return float(text) if _FLOAT.fullmatch(text) else text


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
    if len(text.encode()) > LARGEST:
        raise SpecError(f"{name}: larger than {LARGEST:,} bytes; a spec names data, it does not hold it")
    reading = _Reading(name=name, lines=tuple(text.splitlines()))
    try:
        _measure_depth(text, reading)
        node = yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _wrong(reading, mark, _plain(error)) from error
    except yaml.YAMLError as error:
        raise SpecError(f"{name}: {str(error).splitlines()[0]}") from error
    value = None if node is None else _value(node, (), reading)
    return Tree(value=value, places=reading.places, lines=reading.lines, name=name)


def dump(value: Any) -> str:
    """Write plain values as YAML that `parse` reads back as the same values."""
    return yaml.dump(value, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=100)


def _measure_depth(text: str, reading: _Reading) -> None:
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEEPEST:
                raise _wrong(reading, event.start_mark, f"nested deeper than {DEEPEST} levels")
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _plain(error: yaml.MarkedYAMLError) -> str:
    problem = str(error.problem)
    if "'\\t'" in problem:
        return "a tab stands where spaces indent; YAML is indented by spaces only"
    return problem if error.context is None else f"{problem} ({error.context})"


def _wrong(reading: _Reading, mark: Any, message: str) -> SpecError:
    line, column = _at(mark)
    return SpecError(f"{reading.name}:{line}:{column}: {message}\n{excerpt(reading.lines, line, column)}")


def _at(mark: Any) -> tuple[int, int]:
    return mark.line + 1, mark.column + 1


def _value(node: yaml.Node, path: Path, reading: _Reading) -> Any:
    reading.nodes += 1
    if reading.nodes > MOST_NODES:
        raise SpecError(f"{reading.name}: grows to more than {MOST_NODES:,} values; are aliases nested in aliases?")
    reading.places.setdefault(path, Place(value=_at(node.start_mark)))
    if node.tag not in PLAIN_TAGS:
        raise _wrong(reading, node.start_mark, f"tags such as {node.tag!r} are refused; write the value itself")
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, index), reading) for index, item in enumerate(node.value)]
    if isinstance(node, yaml.MappingNode):
        return _mapping(node, path, reading)
    quoted = isinstance(node, yaml.ScalarNode) and node.style is not None
    return node.value if quoted else scalar(node.value)


def _mapping(node: yaml.MappingNode, path: Path, reading: _Reading) -> dict[str, Any]:
    values: dict[str, Any] = {}
    lines: dict[str, int] = {}
    for key_node, value_node in node.value:
        if not isinstance(key_node, yaml.ScalarNode):
            raise _wrong(reading, key_node.start_mark, "a key must be a plain word")
        key = key_node.value
        if key == "<<" and key_node.style is None:
            raise _wrong(reading, key_node.start_mark, "merge keys (<<) are refused; write the keys out")
        if key in values:
            first = lines[key]
            raise _wrong(reading, key_node.start_mark, f"the key {key!r} stands twice, first in line {first}")
        lines[key] = key_node.start_mark.line + 1
        reading.places[*path, key] = Place(key=_at(key_node.start_mark), value=_at(value_node.start_mark))
        values[key] = _value(value_node, (*path, key), reading)
    return values
