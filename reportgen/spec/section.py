"""What all sections of the spec share: frozen, strict about types, closed to unknown keys; and the forms of names."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema

from reportgen.spec.forms import Pattern, one_or_many

_TEXT_OR_TEXTS = WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]})

Name = Annotated[str, Field(min_length=1)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]{0,79}$")]
Texts = Annotated[tuple[str, ...], one_or_many, _TEXT_OR_TEXTS]
Names = Annotated[tuple[Name, ...], one_or_many, _TEXT_OR_TEXTS]
Patterns = Annotated[tuple[Pattern, ...], one_or_many, _TEXT_OR_TEXTS]


class Section(BaseModel):
    """A mapping of the spec: frozen, strict about types, closed to unknown keys."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, use_attribute_docstrings=True)

    one_choice: ClassVar[bool] = False
    """Its keys together are one choice: a spec that writes it takes nothing of it from a preset."""
