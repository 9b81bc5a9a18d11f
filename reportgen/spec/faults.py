"""What keeps a text from being YAML, in plain words: the parser's own are about tokens and streams."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml

IN_PLAIN_WORDS = {
    r"found character '\\t'": "a tab stands where spaces indent; YAML is indented by spaces only",
    r"found character '(.+)' that cannot start any token": "a text that begins with {0} must stand in quotes",
    r"found undefined alias '(.+)'": "*{0} repeats what is marked &{0}, but nothing is; quote a text that begins "
    "with *",
    r"mapping values are not allowed": "no ':' may stand here; indent the keys of a section alike, and quote a text "
    "that holds ': '",
    r"expected ',' or '(.)'": "expected ',' or {0!r}, which closes line {line}; quote a text that holds ': ' or ','",
    r"expected <block end>": "the indentation does not fit; the keys of a section start in the same column",
    r"could not find expected ':'": "a key needs ': ' and a value",
    r"but found another document": "a spec is one document; take the rest away",
    r"expected '<document start>'": "a key and ': ' are expected here",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """A fault of the text, and its line and column from 1 where it has a place."""

    message: str
    place: tuple[int, int] | None = None


def fault_of(error: yaml.YAMLError, text: str) -> Fault:
    """Return an error of the parser in plain words, at the place that must be changed."""
    if isinstance(error, yaml.reader.ReaderError):
        return _character(error, text)
    if not isinstance(error, yaml.MarkedYAMLError):
        return Fault(message=str(error).splitlines()[0])
    problem, context = str(error.problem), str(error.context or "")
    ended = "<stream end>" in problem or "end of stream" in problem
    if ended and error.context_mark is not None:
        return _at(error.context_mark, _unclosed(context, error.context_mark, text))
    return _at(error.problem_mark or error.context_mark, _plain(problem, context, error.context_mark))


def _at(mark: Any, message: str) -> Fault:
    return Fault(message=message, place=None if mark is None else (mark.line + 1, mark.column + 1))


def _character(error: yaml.reader.ReaderError, text: str) -> Fault:
    before = text[: error.position]
    line = len(before.splitlines()) if before and not before.endswith(("\n", "\r")) else len(before.splitlines()) + 1
    column = len(before) - (max(before.rfind("\n"), before.rfind("\r")) + 1) + 1
    code = f"U+{int(error.character):04X}"
    return Fault(message=f"the character {code} is not allowed; write it as an escape in quotes", place=(line, column))


def _unclosed(context: str, mark: Any, text: str) -> str:
    if "quoted scalar" in context:
        return "this quote is never closed"
    opened = text[mark.index : mark.index + 1]
    return f"this {opened!r} is never closed" if opened in {"[", "{"} else "it ends in the middle of a list or mapping"


def _plain(problem: str, context: str, opened: Any) -> str:
    for pattern, words in IN_PLAIN_WORDS.items():
        found = re.match(pattern, problem)
        if found:
            return words.format(*found.groups(), line=opened.line + 1 if opened else "")
    return f"{problem} ({context})" if context else problem
