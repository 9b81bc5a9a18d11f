"""What functions of the spec's owner give beyond data: statistics and pages, imported before anything is computed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from reportgen.artifacts import safe_name
from reportgen.data.code import OwnCode, own_code, refuse
from reportgen.errors import DataError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from reportgen.data.code import Code
    from reportgen.spec.model import Spec


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnStatistic:
    """A statistic of the spec's owner and the function that computes it."""

    id: str
    label: str
    direction: Literal["maximize", "minimize", "none"]
    own: OwnCode


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPage:
    """A page of the spec's owner and the function that writes it."""

    title: str
    own: OwnCode


@dataclass(frozen=True, slots=True, kw_only=True)
class Owned:
    """Everything of the kind that a spec names."""

    statistics: tuple[OwnStatistic, ...] = ()
    pages: tuple[OwnPage, ...] = ()

    @property
    def code(self) -> tuple[OwnCode, ...]:
        """The functions."""
        return (*(one.own for one in self.statistics), *(one.own for one in self.pages))


def owned(spec: Spec, root: Path, where: Callable[..., str] | None, code: Code) -> Owned:
    """Import the functions of statistics and pages; nothing where code is left out.

    Raises
    ------
    UsageError
        When code of the spec's owner is refused.
    DataError
        When a function cannot be imported, or a name is given twice.
    """
    statistics, pages = spec.analysis.statistics, spec.pages
    _refuse_twice([one.name for one in statistics], ("analysis", "statistics"), "id", where)
    _refuse_twice([safe_name(one.title) for one in pages], ("pages",), "title", where)
    if code == "skip":
        return Owned()

    def resolved(name: str, kind: Literal["statistics", "pages"], *keys: str | int) -> OwnCode:
        at = f"{where(*keys, 'python')}: " if where else ""
        refuse(name, code, at=f"{at}the {kind[:-1]} ")
        return own_code(name, root, kind, at=at)

    return Owned(
        statistics=tuple(
            OwnStatistic(
                id=one.name,
                label=one.label or one.name,
                direction=one.direction,
                own=resolved(one.python, "statistics", "analysis", "statistics", index),
            )
            for index, one in enumerate(statistics)
        ),
        pages=tuple(
            OwnPage(title=one.title, own=resolved(one.python, "pages", "pages", index))
            for index, one in enumerate(pages)
        ),
    )


def _refuse_twice(names: Sequence[str], keys: tuple[str, ...], word: str, where: Callable[..., str] | None) -> None:
    for index, name in enumerate(names):
        if name in names[:index]:
            at = f"{where(*keys, index)}: " if where else ""
            raise DataError(f"{at}the {word} {name!r} is given twice; give one another `{word}:`")
