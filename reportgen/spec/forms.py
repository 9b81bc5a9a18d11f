"""Small forms shared by many options: a text where a list of texts is meant."""

from __future__ import annotations

from pydantic import BeforeValidator


def _as_tuple(value: object) -> object:
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


one_or_many = BeforeValidator(_as_tuple)
"""Accepts a single text as a list of one."""

SHORT_SOURCES = ("files", "wandb", "wandb_offline")
"""Forms of a source that may stand at the top level, for a list of one."""
