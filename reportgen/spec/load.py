"""Loads a spec: YAML, settings, validation, and the effective spec that provenance publishes."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from reportgen.errors import SpecError, did_you_mean
from reportgen.spec.messages import mistakes
from reportgen.spec.model import Spec
from reportgen.spec.overrides import apply
from reportgen.spec.tree import Place, Tree, dump, excerpt, parse

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from reportgen.spec.messages import Mistake
    from reportgen.spec.tree import Path as Keys

SHORTHANDS = ("files", "wandb")


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
    """

    spec: Spec
    path: Path
    root: Path
    text: str
    tree: Tree
    origins: Mapping[Keys, str]

    @property
    def slug(self) -> str:
        """Folder name of the report."""
        stem = re.sub(r"[^a-z0-9_-]+", "-", self.path.stem.lower()).strip("-_")[:80]
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
        return _dumped(self.spec, self.spec.root)

    def where(self, *keys: str | int) -> str:
        """Return ``file:line:column`` of a value, or the setting it comes from; of the nearest part that is written."""
        return _where(self.tree, self.origins, keys)

    def excerpt(self, *keys: str | int) -> str:
        """Return the source line of a value with a caret, empty for a value that stands in no line."""
        place = _nearest(self.tree, keys)
        return excerpt(self.tree.lines, *place.value) if place and self.tree.lines else ""


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
    return _loaded(_read(path), path, overrides)


def loads(text: str, name: str = "spec.yaml", *, overrides: Sequence[str] = ()) -> LoadedSpec:
    """Load a spec from text, as if it stood in the file `name` of the current folder."""
    return _loaded(text, Path(name), overrides)


def _read(path: Path) -> str:
    if path.is_dir():
        specs = sorted(file.name for file in path.glob("*.y*ml"))
        raise SpecError(f"{path}: a folder; give a spec file{': ' + ', '.join(specs[:5]) if specs else ''}")
    if not path.exists():
        there = [file.name for file in path.parent.glob("*.y*ml")] if path.parent.is_dir() else []
        raise SpecError(f"{path}: no such file{did_you_mean(path.name, there)}")
    try:
        return path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise SpecError(f"{path}: not UTF-8 at byte {error.start}; save it as UTF-8") from error
    except OSError as error:
        raise SpecError(f"{path}: cannot be read: {error.strerror}") from error


def _loaded(text: str, path: Path, overrides: Sequence[str]) -> LoadedSpec:
    tree = parse(text, str(path))
    if tree.value is None:
        raise SpecError(f"{path}: the spec is empty; `reportgen init` writes one to start from")
    if not isinstance(tree.value, dict):
        raise SpecError(f"{path}:1:1: a spec is a mapping of keys to values, e.g. `files: {{path: scores.csv}}`")
    tree = _spelled_out(tree)
    value, origins = apply(tree.value, overrides)
    if not value.get("sources"):
        raise SpecError(f"{path}: no source of runs; write e.g. `files: {{path: scores.csv, values: [score]}}`")
    spec = _validated(value, tree, origins)
    published = "." if Path(spec.root).is_absolute() else spec.root
    return LoadedSpec(
        spec=spec,
        path=path,
        root=(path.resolve().parent / spec.root).resolve(),
        text=_dumped(spec, published),
        tree=tree,
        origins=origins,
    )


def _spelled_out(tree: Tree) -> Tree:
    """Turn a top-level ``files:`` or ``wandb:`` into the list of sources it stands for, places included."""
    short = [name for name in SHORTHANDS if name in tree.value]
    if not short:
        return tree
    name = short[0]
    if len(short) > 1 or "sources" in tree.value:
        line, column = (tree.places[short[-1],].key) or (1, 1)
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
        if path and path[0] == name:
            inside = path[1:] if several else (0, *path[1:])
            places["sources", *inside[:1], *((name,) if inside else ()), *inside[1:]] = place
    return replace(tree, value={"sources": [{name: entry} for entry in entries], **value}, places=places)


def _validated(value: dict[str, Any], tree: Tree, origins: Mapping[Keys, str]) -> Spec:
    try:
        return Spec.model_validate_json(json.dumps(value))
    except ValidationError as error:
        found = mistakes(error.errors(include_url=False), value)
    told = sorted(found, key=lambda mistake: _order(mistake, tree, origins))
    raise SpecError("\n".join(_told(mistake, tree, origins) for mistake in told))


def _order(mistake: Mistake, tree: Tree, origins: Mapping[Keys, str]) -> tuple[bool, tuple[int, int]]:
    place = _nearest(tree, mistake.path)
    return _origin(origins, mistake.path) is not None, place.value if place else (0, 0)


def _told(mistake: Mistake, tree: Tree, origins: Mapping[Keys, str]) -> str:
    setting = _origin(origins, mistake.path)
    if setting:
        return f"{setting}: {mistake.message}"
    place = _nearest(tree, mistake.path)
    line, column = (1, 1) if place is None else ((place.key or place.value) if mistake.at_key else place.value)
    return f"{tree.name}:{line}:{column}: {mistake.message}\n{excerpt(tree.lines, line, column)}"


def _origin(origins: Mapping[Keys, str], keys: Sequence[str | int]) -> str | None:
    behind = [path for path in origins if tuple(keys[: len(path)]) == path]
    return origins[max(behind, key=len)] if behind else None


def _where(tree: Tree, origins: Mapping[Keys, str], keys: Sequence[str | int]) -> str:
    setting = _origin(origins, keys)
    if setting:
        return setting
    place = _nearest(tree, keys)
    line, column = place.value if place else (1, 1)
    return f"{tree.name}:{line}:{column}"


def _nearest(tree: Tree, keys: Sequence[str | int]) -> Place | None:
    """Return the place of the longest part of a path that is written in the file."""
    lengths = range(len(keys), 0, -1)
    return next((tree.places[tuple(keys[:length])] for length in lengths if tuple(keys[:length]) in tree.places), None)


def _dumped(spec: Spec, root: str) -> str:
    """Write a spec as YAML: sections with defaults in full, lists and alternatives as far as they were written."""
    every = spec.model_dump(mode="json", by_alias=True, exclude_none=True)
    written = spec.model_dump(mode="json", by_alias=True, exclude_unset=True)
    for key in ("sources", "methods", "metrics", "normalization"):
        if key in written and key in every:
            every[key] = written[key]
    every["axes"] = {
        name: {key: written["axes"][name][key] for key in form.written}
        for name in written.get("axes", {})
        if (form := getattr(spec.axes, name)) is not None
    }
    every["root"] = root
    kept = {key: value for key, value in every.items() if value not in ({}, [])}
    return dump(kept)
