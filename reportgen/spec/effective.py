"""The effective spec as plain values: what was written over the defaults, in the order of the model."""

from __future__ import annotations

from typing import Any

from reportgen.spec.model import AxisForm, Section

LARGEST_WHOLE = 1e15
"""Whole numbers below are written without a point, whatever their option holds them as."""


def effective(section: Section) -> dict[str, Any]:
    """Return a section as plain values that mean the same, with every default that is something.

    Options that are nothing by default and were left so are not listed; the forms of an axis keep their written order.
    """
    if isinstance(section, AxisForm):
        return {key: _plain(getattr(section, key)) for key in section.written}
    return {
        field.alias or name: plain
        for name, field in type(section).model_fields.items()
        if (plain := _plain(value := getattr(section, name))) not in (None, {}, [], "")
        or value != field.get_default(call_default_factory=True)
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Section):
        return effective(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST_WHOLE else value
