"""Loads a spec: YAML, settings, validation, and the effective spec that provenance publishes."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from reportgen.errors import SpecError
from reportgen.spec.effective import effective
from reportgen.spec.forms import SHORT_SOURCES
from reportgen.spec.mapping import written
from reportgen.spec.messages import Written, mistakes, no_source
from reportgen.spec.model import Spec
from reportgen.spec.overrides import apply
from reportgen.spec.presets import under_presets
from reportgen.spec.reading import read_text
from reportgen.spec.tree import Place, Sheet, Tree, dump, excerpt, parse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reportgen.spec.messages import Mistake
    from reportgen.spec.presets import Layered
    from reportgen.spec.tree import Path as Keys


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LoadedSpec:
    """A valid spec and where everything in it stands.

    Parameters
    ----------
    spec
        The typed spec, defaults included.
    path
        The file, as it was given.
    root
        Absolute folder that the spec's paths are relative to.
    text
        The effective spec as YAML, as it is published: an absolute `root` of this machine is not part of it.
    under
        The values of the presets below it, at the places they have in the spec.
    """

    spec: Spec
    path: Path
    root: Path
    text: str
    tree: Tree
    origins: Mapping[Keys, str]
    under: Mapping[Any, Any]

    @property
    def slug(self) -> str:
        """Folder name of the report."""
        plain = unicodedata.normalize("NFKD", self.path.stem).encode("ascii", "ignore").decode().lower()
        stem = re.sub(r"[^a-z0-9_-]+", "-", plain).strip("-_")[:80]
        return self.spec.report.slug or stem or "report"

    @property
    def title(self) -> str:
        """Title of the report."""
        words = re.sub(r"[-_]+", " ", self.path.stem).strip()
        return self.spec.report.title or (words[:1].upper() + words[1:]) or "Report"

    @property
    def sha256(self) -> str:
        """Hash of the published effective spec."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    def effective(self) -> str:
        """Return the effective spec as YAML: defaults, the file and settings together."""
        return dump(effective(self.spec, under=self.under))

    def where(self, *keys: str | int) -> str:
        """Return ``file:line:column`` of a value, or the setting it comes from; of the nearest part that is written."""
        return _where(self.tree, self.origins, keys)

    def excerpt(self, *keys: str | int) -> str:
        """Return the source line of a value with a caret, empty for a value that stands in no line."""
        place = _nearest(self.tree, keys)
        lines = _sheet(place, self.tree).lines
        return excerpt(lines, *place.value) if place and lines else ""


def load(path: Path, *, overrides: Sequence[str] = ()) -> LoadedSpec:
    """Load a spec file.

    Parameters
    ----------
    overrides
        Settings ``a.b=value`` that win over the file; list items by index.

    Raises
    ------
    SpecError
        With every mistake: its place, the source line, and what would have worked.
    """
    return _loaded(read_text(path), path, overrides)


def loads(text: str, name: str = "spec.yaml", *, overrides: Sequence[str] = ()) -> LoadedSpec:
    """Load a spec from text, as if it stood in the file `name` of the current folder."""
    return _loaded(text, Path(name), overrides)


def load_mapping(spec: Mapping[str, Any], *, overrides: Sequence[str] = ()) -> LoadedSpec:
    """Load a spec that Python holds, as if it stood in a file of the current folder.

    Its report is called as it says, else ``report``; places in messages are those of the mapping written as YAML.

    Raises
    ------
    SpecError
        As `load`, and when it holds what no spec can.
    """
    return _loaded(written(spec), Path("report"), overrides)


def _loaded(text: str, path: Path, overrides: Sequence[str]) -> LoadedSpec:
    tree = parse(text, str(path))
    if tree.value is None:
        raise SpecError(f"{path}: the spec is empty; `reportgen init` writes one to start from")
    if not isinstance(tree.value, dict):
        raise SpecError(f"{path}:1:1: a spec is a mapping of keys to values, e.g. `files: {{path: scores.csv}}`")
    tree, short = _spelled_out(tree)
    layered = under_presets(tree, path.parent, overrides)
    value, origins = apply(layered.tree.value, overrides)
    spec = _validated(value, layered, short, origins)
    published = spec.model_copy(update={"root": "."}) if Path(spec.root).is_absolute() else spec
    return LoadedSpec(
        spec=spec,
        path=path,
        root=(path.parent / spec.root).resolve(),
        text=dump(effective(published, under=layered.under)),
        tree=layered.tree,
        origins=origins,
        under=layered.under,
    )


def _spelled_out(tree: Tree) -> tuple[Tree, dict[Keys, str]]:
    """Turn a source at the top level, as ``files:``, into the list of sources it stands for, places included.

    Returns the tree, and for each source that was written short how it was written.
    """
    written = [name for name in SHORT_SOURCES if name in tree.value]
    if not written:
        return tree, {}
    name = written[0]
    if len(written) > 1 or "sources" in tree.value:
        line, column = max(tree.places[key,].key or (1, 1) for key in ("sources", *SHORT_SOURCES) if key in tree.value)
        raise SpecError(
            f"{tree.name}:{line}:{column}: several sources go into one list: "
            "`sources: [{files: ...}, {wandb: ...}]`\n" + excerpt(tree.lines, line, column)
        )
    given = tree.value[name]
    several = isinstance(given, list)
    entries = given if several else [given]
    value = {key: item for key, item in tree.value.items() if key != name}
    places = dict(tree.places)
    for path, place in tree.places.items():
        if path[:1] == (name,):
            inside = path[1:] if several else (0, *path[1:])
            places["sources", *inside[:1], *((name,) if inside else ()), *inside[1:]] = place
    places["sources",] = places[name,]
    short: dict[Keys, str] = {
        ("sources", index, name): f"{name}.{index}" if several else name for index in range(len(entries))
    }
    return replace(tree, value={"sources": [{name: entry} for entry in entries], **value}, places=places), short


def _validated(value: dict[str, Any], layered: Layered, short: dict[Keys, str], origins: Mapping[Keys, str]) -> Spec:
    tree = layered.tree
    found: list[Mistake] = [] if value.get("sources") else [no_source(value)]
    found += layered.mistakes
    try:
        spec = Spec.model_validate_json(json.dumps(value))
    except ValidationError as error:
        texts = {path: place.text for path, place in tree.places.items() if place.text and not _origin(origins, path)}
        others = mistakes(error.errors(include_url=False), Written(value=value, short=short, texts=texts))
        found += [mistake for mistake in others if not (found and mistake.path == ("sources",))]
    if not found:
        return spec
    told = sorted(found, key=lambda mistake: _order(mistake, tree, origins))
    raise SpecError("\n".join(_told(mistake, tree, origins) for mistake in told))


def _order(mistake: Mistake, tree: Tree, origins: Mapping[Keys, str]) -> tuple[bool, bool, str, tuple[int, int]]:
    sheet = _sheet(_nearest(tree, mistake.path), tree)
    setting = _cause(mistake, tree, origins) is not None
    return setting, sheet.name != tree.name, sheet.name, _line_and_column(mistake, tree)


def _told(mistake: Mistake, tree: Tree, origins: Mapping[Keys, str]) -> str:
    setting = _cause(mistake, tree, origins)
    if setting:
        return f"{setting}: {mistake.message}"
    if not mistake.path:
        return f"{tree.name}: {mistake.message}"
    line, column = _line_and_column(mistake, tree)
    sheet = _sheet(_nearest(tree, mistake.path), tree)
    return f"{sheet.name}:{line}:{column}: {mistake.message}\n{excerpt(sheet.lines, line, column)}"


def _line_and_column(mistake: Mistake, tree: Tree) -> tuple[int, int]:
    place = _nearest(tree, mistake.path)
    if place is None:
        return (1, 1) if mistake.path else (0, 0)
    return (place.key or place.value) if mistake.at_key else place.value


def _cause(mistake: Mistake, tree: Tree, origins: Mapping[Keys, str]) -> str | None:
    """Return the setting that made a mistake: at its place or above, else the last one that changed a part of it."""
    above = _origin(origins, mistake.path)
    if above or not mistake.path or (mistake.absent and mistake.path in tree.places):
        return above
    inside = [setting for path, setting in origins.items() if path[: len(mistake.path)] == mistake.path]
    return inside[-1] if inside else None


def _origin(origins: Mapping[Keys, str], keys: Sequence[str | int]) -> str | None:
    above = [path for path in origins if tuple(keys[: len(path)]) == path]
    return origins[max(above, key=len)] if above else None


def _where(tree: Tree, origins: Mapping[Keys, str], keys: Sequence[str | int]) -> str:
    setting = _origin(origins, keys)
    if setting:
        return setting
    place = _nearest(tree, keys)
    line, column = place.value if place else (1, 1)
    return f"{_sheet(place, tree).name}:{line}:{column}"


def _sheet(place: Place | None, tree: Tree) -> Sheet:
    """Return the file that a place is in."""
    return place.sheet if place and place.sheet else Sheet(name=tree.name, lines=tree.lines)


def _nearest(tree: Tree, keys: Sequence[str | int]) -> Place | None:
    """Return the place of the longest part of a path that is written in the file."""
    lengths = range(len(keys), 0, -1)
    return next((tree.places[tuple(keys[:length])] for length in lengths if tuple(keys[:length]) in tree.places), None)
