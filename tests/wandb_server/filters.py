"""Which runs a filter means: the Mongo-style conditions that the client sends verbatim, and the order of a listing."""

import json
import re
from datetime import UTC, datetime

MISSING = object()
PLAIN_FIELDS = {
    "state": "state",
    "group": "group",
    "tags": "tags",
    "jobType": "job_type",
    "display_name": "display_name",
    "displayName": "display_name",
    "name": "name",
    "createdAt": "created_at",
    "created_at": "created_at",
    "heartbeatAt": "heartbeat_at",
    "heartbeat_at": "heartbeat_at",
    "username": "username",
    "sweep": "sweep_name",
}


class FilterError(ValueError):
    """A filter that the server cannot understand; it answers with a GraphQL error."""


def compiled(filters):
    """Return the test of one run that a filter (JSON text, or None) means."""
    conditions = json.loads(filters) if filters else {}
    return lambda run: _all_hold(run, conditions)


def _all_hold(run, conditions):
    return all(_holds(run, key, wanted) for key, wanted in conditions.items())


def _holds(run, key, wanted):
    if key == "$and":
        return all(_all_hold(run, part) for part in wanted)
    if key == "$or":
        return any(_all_hold(run, part) for part in wanted)
    if key == "$nor":
        return not any(_all_hold(run, part) for part in wanted)
    if key == "$not":
        return not _all_hold(run, wanted)
    if key.startswith("$"):
        raise FilterError(f"unknown operator {key}")
    return _compare(field_of(run, key), wanted)


def _compare(value, wanted):
    if not (isinstance(wanted, dict) and any(key.startswith("$") for key in wanted)):
        return _equal(value, wanted)
    return all(_operate(value, operator, operand) for operator, operand in wanted.items())


def _operate(value, operator, operand):
    if operator == "$not":
        return not _compare(value, operand)
    if operator not in OPERATORS:
        raise FilterError(f"unknown operator {operator}")
    return OPERATORS[operator](value, operand)


def _equal(value, wanted):
    """Compare as Mongo does: a list equals its parts too, what is missing equals null, 1 is not true."""
    if value is MISSING:
        return wanted is None
    if isinstance(value, list | tuple) and not isinstance(wanted, list):
        return any(_equal(part, wanted) for part in value)
    if isinstance(value, datetime):
        return value == _moment(wanted)
    return value == wanted and isinstance(value, bool) == isinstance(wanted, bool)


def _ordered(test):
    def compare(value, operand):
        if isinstance(value, datetime):
            operand = _moment(operand)
        numbers = all(isinstance(side, int | float) and not isinstance(side, bool) for side in (value, operand))
        return (numbers or (type(value) is type(operand) and value is not None)) and test(value, operand)

    return compare


def _matches(value, pattern):
    parts = value if isinstance(value, list | tuple) else [value]
    return any(isinstance(part, str) and re.search(pattern, part) for part in parts)


OPERATORS = {
    "$eq": _equal,
    "$ne": lambda value, operand: not _equal(value, operand),
    "$gt": _ordered(lambda value, operand: value > operand),
    "$gte": _ordered(lambda value, operand: value >= operand),
    "$lt": _ordered(lambda value, operand: value < operand),
    "$lte": _ordered(lambda value, operand: value <= operand),
    "$in": lambda value, operand: any(_equal(value, one) for one in operand),
    "$nin": lambda value, operand: not any(_equal(value, one) for one in operand),
    "$exists": lambda value, operand: (value is not MISSING) == bool(operand),
    "$regex": _matches,
}


def field_of(run, path):
    """Return what a run holds at a field of the filter language, MISSING where it holds nothing."""
    head, _, rest = path.partition(".")
    if head == "config" and rest:
        found = _at(run.config, rest)
        return _at(run.config, rest.removesuffix(".value")) if found is MISSING else found
    if head in {"summary_metrics", "summaryMetrics"} and rest:
        return _at(run.summary, rest)
    if path not in PLAIN_FIELDS:
        raise FilterError(f"unknown field {path}")
    value = getattr(run, PLAIN_FIELDS[path])
    if value is None:
        return MISSING
    return _moment(value) if path.lower().replace("_", "").endswith("at") else value


def _at(mapping, path):
    """Follow a dotted path; keys may hold dots themselves, the longest key that fits comes first."""
    if not isinstance(mapping, dict):
        return MISSING
    if path in mapping:
        return mapping[path]
    parts = path.split(".")
    for size in range(len(parts) - 1, 0, -1):
        key = ".".join(parts[:size])
        if key in mapping:
            return _at(mapping[key], ".".join(parts[size:]))
    return MISSING


def _moment(text):
    moment = datetime.fromisoformat(text)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def ordered(runs, order):
    """Sort runs by a field with a sign before it; what is missing comes before all else, equal ones go by their ids."""
    order = order or "+created_at"
    field = order.lstrip("+-")

    def key(run):
        value = field_of(run, field)
        present = value is not MISSING and value is not None
        return (present, isinstance(value, str), value if present else None)

    by_id = sorted(runs, key=lambda run: run.name)
    return sorted(by_id, key=key, reverse=order.startswith("-"))
