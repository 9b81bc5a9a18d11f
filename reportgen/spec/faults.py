"""What keeps a text from being YAML, in plain words: the parser's own are about tokens and streams."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import yaml


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
    if "flow" in context:
        return f"this {text[mark.index]!r} is never closed"
    return f"the file ends {context}"


def _plain(problem: str, context: str, opened: Any) -> str:
    begins = re.fullmatch(r"found character '(.+)' that cannot start any token", problem)
    alias = re.fullmatch(r"found undefined alias '(.+)'", problem)
    if begins and begins[1] == "\\t":
        return "a tab stands where spaces indent; YAML is indented by spaces only"
    if begins:
        return f"a text that begins with {begins[1]} must stand in quotes"
    if alias:
        return f"*{alias[1]} repeats what is marked &{alias[1]}, and nothing is; a text that begins with * needs quotes"
    if "mapping values are not allowed" in problem:
        return "no ':' may stand here; indent the keys of a section alike, and quote a text that holds ': '"
    if problem.startswith("expected ',' or") and opened is not None:
        return (
            f"{problem.partition(', but')[0]} (opened in line {opened.line + 1}); quote a text that holds ': ' or ','"
        )
    if problem.startswith("expected <block end>"):
        return "the indentation does not fit; the keys of a section start in the same column"
    if problem.startswith("could not find expected ':'"):
        return "a key needs ': ' and a value"
    if "another document" in problem:
        return "a spec is one document; take the rest away"
    return f"{problem} ({context})" if context else problem
