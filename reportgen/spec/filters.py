"""The conditions by which runs of a W&B project are chosen: which keys there are, and what may stand at each."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import AfterValidator, WithJsonSchema

from reportgen.errors import did_you_mean

PLAIN = ("state", "group", "tags", "job_type", "sweep")
DATES = ("created_after", "created_before")
NESTED = ("config.", "summary.")
STATES = ("finished", "crashed", "failed", "killed", "running", "pending", "preempted", "preempting")
DATE = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d)?)?")


def check_filters(filters: dict[str, Any]) -> dict[str, Any]:
    """Return conditions on runs as they are.

    Raises
    ------
    ValueError
        When there is no such condition, or its value is of a wrong form.
    """
    for key, value in filters.items():
        if key in PLAIN:
            _check_names(key, value)
        elif key in DATES:
            _check_date(key, value)
        elif not key.startswith(NESTED) or key in NESTED:
            known = (*PLAIN, *DATES)
            there = f"; it has {', '.join(known)}, and any 'config.KEY' or 'summary.KEY'"
            raise ValueError(f"`filters` has no key {key!r}{did_you_mean(key, known) or there}")
        elif isinstance(value, dict) or (isinstance(value, list) and any(isinstance(one, dict) for one in value)):
            raise ValueError(f"filters: {key!r} takes a value, or a list of values of which one must hold")
    return filters


def _check_names(key: str, value: Any) -> None:
    names = value if isinstance(value, list) else [value]
    if not names or not all(isinstance(name, str) for name in names):
        raise ValueError(f"filters: {key!r} takes a text or a list of texts, e.g. {{{key}: {_example(key)}}}")
    unknown = next((name for name in names if key == "state" and name not in STATES), None)
    if unknown is not None:
        raise ValueError(f"filters: no run is {unknown!r}{did_you_mean(unknown, STATES)}; states: {', '.join(STATES)}")


def _check_date(key: str, value: Any) -> None:
    if not isinstance(value, str) or not DATE.fullmatch(value):
        raise ValueError(f"filters: {key!r} takes a date in UTC, e.g. {{{key}: 2026-01-31}} or 2026-01-31T12:00")


def _example(key: str) -> str:
    return "[finished, crashed]" if key == "state" else "baseline"


Filters = Annotated[
    dict[str, Any],
    AfterValidator(check_filters),
    WithJsonSchema(
        {
            "type": "object",
            "properties": {
                **{key: {"type": ["string", "array"], "items": {"type": "string"}} for key in PLAIN},
                **{key: {"type": "string"} for key in DATES},
            },
            "patternProperties": {r"^(config|summary)\..": {}},
            "additionalProperties": False,
        }
    ),
]
"""Conditions on runs; all must hold, in a list one value must hold (of tags: every one)."""
