"""Presets: partial specs in the spec's own grammar that lie under it; places are kept, so errors point at the file.

A preset at the top level supplies every section. A preset of a source supplies that source's defaults and its axes.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from reportgen.errors import SpecError, did_you_mean
from reportgen.resources import shipped
from reportgen.spec.forms import SHORT_SOURCES
from reportgen.spec.kinds import sections_at
from reportgen.spec.messages import Mistake
from reportgen.spec.overrides import apply
from reportgen.spec.reading import read_text
from reportgen.spec.tree import Sheet, Tree, parse

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path as Folder

    from reportgen.spec.tree import Path, Place

ENDINGS = (".yaml", ".yml")
ADDED = ("metrics", "directions")
"""Ordered rules of which the first match wins: those of the spec come before the preset's."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Layered:
    """A spec over its presets.

    Parameters
    ----------
    tree
        Values and places of both; what the spec says wins.
    under
        The presets' values alone, at the places they have in the spec; items of lists by index.
    mistakes
        Presets that do not exist.
    """

    tree: Tree
    under: Mapping[Any, Any]
    mistakes: tuple[Mistake, ...] = ()


@dataclass(slots=True)
class _Laying:
    """What is laid so far."""

    value: dict[str, Any]
    places: dict[Path, Place]
    under: dict[Any, Any] = field(default_factory=dict)

    def lay(self, at: Path, preset: Tree, value: Any, inside: Path) -> None:
        """Lay a preset's mapping, which stands in it at `inside`, under the spec's at `at`."""
        here, under = _mapping(self.value, at), _mapping(self.under, at)
        for key, item in value.items():
            path, origin = (*at, key), (*inside, key)
            if key not in here:
                here[key] = deepcopy(item)
                under[key] = deepcopy(item)
                self._place(path, preset, origin)
            elif path == ADDED and isinstance(here[key], list) and isinstance(item, list):
                under[key] = item
                self._append(path, preset, origin, [rule for rule in item if rule not in here[key]])
            elif isinstance(here[key], dict) and isinstance(item, dict) and not _is_one_choice(path):
                self.lay(path, preset, item, origin)
            else:
                under[key] = None

    def _append(self, path: Path, preset: Tree, origin: Path, rules: list[Any]) -> None:
        rest = _mapping(self.value, path[:-1])
        written = _mapping(preset.value, origin[:-1])[origin[-1]]
        before = len(rest[path[-1]])
        rest[path[-1]] = [*rest[path[-1]], *rules]
        for index, rule in enumerate(rules):
            self._place((*path, before + index), preset, (*origin, written.index(rule)))

    def _place(self, path: Path, preset: Tree, origin: Path) -> None:
        sheet = Sheet(name=preset.name, lines=preset.lines)
        for known, place in preset.places.items():
            if known[: len(origin)] == origin:
                self.places[*path, *known[len(origin) :]] = replace(place, sheet=sheet)


def under_presets(tree: Tree, folder: Folder, overrides: Sequence[str]) -> Layered:
    """Lay the presets that a spec names under it.

    Parameters
    ----------
    tree
        The spec, its sources in one list.
    folder
        Of the spec.
    overrides
        Settings of the command line; those that name a preset count here.

    Raises
    ------
    SpecError
        When a preset is no YAML, or names a preset itself.
    """
    named, _ = apply(tree.value, [setting for setting in overrides if _is_about_presets(setting)])
    root = folder / named["root"] if isinstance(named.get("root"), str) else folder
    laying = _Laying(deepcopy(tree.value), dict(tree.places))
    mistakes: list[Mistake] = []

    def read(name: Any, *at: str | int) -> Tree | None:
        if not isinstance(name, str) or not name:
            return None
        try:
            return _read(name, root)
        except _NoPresetError as error:
            mistakes.append(Mistake(path=at, message=str(error)))
            return None

    top = read(named.get("preset"), "preset")
    for index, form, source in _sources(named):
        at = ("sources", index, form)
        own = read(source.get("preset"), *at, "preset")
        given = own or top
        if given is not None and isinstance(given.value.get(form), dict) and _has_source(laying.value, index, form):
            laying.lay(at, given, given.value[form], (form,))
        if own is not None and isinstance(own.value.get("axes"), dict) and _has_source(laying.value, index, form):
            laying.lay(at, own, {"axes": own.value["axes"]}, ())
    if top is not None:
        laying.lay((), top, {key: item for key, item in top.value.items() if key not in SHORT_SOURCES}, ())
    laid = replace(tree, value=laying.value, places=laying.places)
    return Layered(tree=laid, under=laying.under, mistakes=tuple(mistakes))


def preset_directions(name: str, root: Folder) -> tuple[dict[str, str], ...]:
    """Return the direction rules that a preset holds."""
    try:
        metrics = _read(name, root).value.get("metrics") or {}
    except SpecError:
        return ()
    return tuple(metrics.get("directions") or ())


def names() -> tuple[str, ...]:
    """Return the names of the presets that are shipped."""
    return tuple(sorted(path.stem for path in (shipped("configs") / "presets").glob("*.yaml")))


class _NoPresetError(SpecError):
    """There is no preset of that name."""


def _read(name: str, root: Folder) -> Tree:
    own = name.endswith(ENDINGS)
    if not own and name not in names():
        raise _NoPresetError(
            f"there is no preset {name!r}{did_you_mean(name, names())}; there are {', '.join(names())}, "
            "or write the path of a YAML file"
        )
    path = root / name if own else shipped("configs") / "presets" / f"{name}.yaml"
    if own and not path.is_file():
        near = [file.name for ending in ENDINGS for file in root.glob(f"*{ending}")]
        raise _NoPresetError(f"there is no preset file {name!r}; it is relative to `root`{did_you_mean(name, near)}")
    tree = parse(read_text(path), str(path) if own else f"presets/{path.name}")
    if not isinstance(tree.value, dict):
        raise SpecError(f"{tree.name}: a preset is a mapping of a spec's keys, e.g. `score: {{reduce: last}}`")
    for key in ("preset", "sources"):
        if key in tree.value:
            line, column = tree.places[key,].key or (1, 1)
            raise SpecError(f"{tree.name}:{line}:{column}: a preset has no {key!r} of its own")
    return tree


def _sources(value: dict[str, Any]) -> Iterator[tuple[int, str, dict[str, Any]]]:
    """Yield index, form and keys of every source that is a mapping."""
    entries = value.get("sources")
    for index, entry in enumerate(entries if isinstance(entries, list) else []):
        for form, source in entry.items() if isinstance(entry, dict) else ():
            if form in SHORT_SOURCES and isinstance(source, dict):
                yield index, form, source


def _has_source(value: dict[str, Any], index: int, form: str) -> bool:
    """Tell whether a source stands in the spec itself; a setting may have made others."""
    return any((index, form) == known[:2] for known in _sources(value))


def _mapping(value: Any, path: Path) -> Any:
    """Return the mapping at a path; parts that are not there yet are made."""
    for part in path:
        value = value.setdefault(part, {}) if isinstance(value, dict) else value[part]
    return value


def _is_one_choice(path: Path) -> bool:
    return any(section.one_choice for section in sections_at(path))


def _is_about_presets(setting: str) -> bool:
    key = setting.partition("=")[0].strip()
    return key in {"preset", "root"} or key.endswith(".preset")
