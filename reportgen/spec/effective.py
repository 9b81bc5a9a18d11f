"""The effective spec as plain values: what was written over the defaults, in the order of the model."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from reportgen.spec.identity import AxisForm
from reportgen.spec.section import Section

LARGEST_WHOLE = 1e15
"""Whole numbers below are written without a point, whatever their option holds them as."""
NOTHING: Mapping[Any, Any] = MappingProxyType({})


def effective(section: Section, *, under: Mapping[Any, Any] = NOTHING) -> dict[str, Any]:
    """Return a section as plain values that mean the same, with every default that is something.

    Options that are nothing by default and were left so are not listed; the forms of an axis keep their written order.

    Parameters
    ----------
    under
        Values of presets, by the keys of the section: an option that takes one of them back is listed too.
    """
    if isinstance(section, AxisForm):
        return {key: _plain(getattr(section, key), NOTHING) for key in section.written}
    found = {
        field.alias or name: plain
        for name, field in type(section).model_fields.items()
        if (plain := _plain(value := getattr(section, name), under.get(field.alias or name))) not in (None, {}, [], "")
        or value != field.get_default(call_default_factory=True)
        or (field.alias or name) in under
    }
    return {**found, **{key: _plain(value, NOTHING) for key, value in (section.model_extra or {}).items()}}


def _plain(value: Any, under: Any) -> Any:
    below = under if isinstance(under, Mapping) else NOTHING
    if isinstance(value, Section):
        return effective(value, under=below)
    if isinstance(value, dict):
        return {key: _plain(item, below.get(key)) for key, item in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(item, below.get(index)) for index, item in enumerate(value)]
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < LARGEST_WHOLE else value
