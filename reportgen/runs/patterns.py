"""Regular expressions that a spec's author wrote."""

from __future__ import annotations

import re

from reportgen.errors import DataError


def search(pattern: str, text: str) -> re.Match[str] | None:
    """Search a text for a pattern.

    Raises
    ------
    DataError
        When the pattern is no regular expression.
    """
    try:
        return re.search(pattern, text)
    except re.error as error:
        raise DataError(
            f"{pattern!r} is no regular expression: {error}; write e.g. '^eval/(?P<task>.+)$', a backslash before a "
            "sign that is meant itself"
        ) from error
