"""Small forms shared by many options: a text where a list of texts is meant."""

from __future__ import annotations

import re
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator


def _as_tuple(value: object) -> object:
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


one_or_many = BeforeValidator(_as_tuple)
"""Accepts a single text as a list of one."""

SHORT_SOURCES = ("files", "wandb", "wandb_offline")
"""Forms of a source that may stand at the top level, for a list of one."""


def _compiles(pattern: str) -> str:
    try:
        re.compile(pattern)
    except re.error as error:
        place = "" if error.pos is None else f" at character {error.pos + 1}"
        raise ValueError(
            f"{pattern!r} is no regular expression: {error.msg}{place}; a sign that is meant itself takes a backslash"
        ) from error
    return pattern


def _names_a_function(text: str) -> str:
    if not re.fullmatch(r"[A-Za-z_][\w.]*:[A-Za-z_]\w*|[A-Za-z_][\w-]*", text):
        raise ValueError(
            "code of yours is named module:function, e.g. labels:by_date, or by an entry point, e.g. by_date, "
            f"not {text!r}"
        )
    return text


Pattern = Annotated[str, AfterValidator(_compiles)]
"""A regular expression, in Python's dialect."""

Function = Annotated[str, AfterValidator(_names_a_function)]
"""A function of the spec's owner: ``module:function``, or the name of an entry point that a package declares."""
