"""The reference page and the JSON schema of the spec, both from the model's own declarations.

``python -m reportgen.spec.reference`` writes them anew into a checkout.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, get_origin

from reportgen.resources import shipped
from reportgen.spec.forms import SHORT_SOURCES
from reportgen.spec.kinds import bounds_of, choices, field_of, inside, is_section, keys_of, kinds_in, words
from reportgen.spec.model import SourceEntry, Spec
from reportgen.spec.section import Section

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pydantic.fields import FieldInfo

    from reportgen.spec.kinds import Kind

INTRODUCTION = """# The report spec

One YAML file describes one report. Everything but the source has a default, and every mistake is reported with its
line, its column and the nearest right word. `reportgen check SPEC` reads it and the runs it selects;
`reportgen check SPEC --show` prints it with all defaults; `--set a.b=value` overrides any key, list items by index:
`--set sources.0.files.path=scores.csv`.

```yaml
report: {title: PPO against DQN}
files:                                            # one source; several go into `sources: [{files: ...}, ...]`
  path: "scores/{method}/*.csv"                   # {placeholders} capture axes
  columns: {task: env, seed: seed, step: frame}
  values: [episode_reward]
baseline: DQN
metrics: {primary: [{name: episode_reward, label: Return, direction: maximize}]}
score: {reduce: mean_last, fraction: 0.05}
normalization: {table: bounds.csv, reference: random, optimum: human}
```

The YAML is strict: only `true`, `false`, `null` and numbers are anything but text (`no`, `012` and dates stay text);
duplicate keys, tags and merge keys are errors. Relative paths start at `root`; nothing is taken from the environment.
Names in `baseline`, `optimal_scores` and `highlight` are shown names, after `rename`.
"""


def reference_page() -> str:
    """Return the reference as markdown: a table for each section of the spec, in the order of the model."""
    parts = [INTRODUCTION]
    for title, section in _sections():
        parts += [f"## {title}\n", f"{_first_line(section)}\n", _table(section)]
    return "\n".join(parts)


def json_schema() -> str:
    """Return the JSON schema, for completion and checks in an editor; the short forms of sources included."""
    schema = Spec.model_json_schema(by_alias=True)
    definitions = schema["$defs"]
    for name in SHORT_SOURCES:
        section = next(kind.type for kind in kinds_in(SourceEntry, name))
        one = {"$ref": f"#/$defs/{section.__name__}"}
        schema["properties"][name] = {
            "anyOf": [one, {"type": "array", "items": one}],
            "description": _first_line(section),
        }
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema, "$defs": definitions}
    return json.dumps(schema, indent=1, ensure_ascii=False) + "\n"


def write() -> None:
    """Write both files into the shipped configs of a checkout."""
    configs = shipped("configs")
    (configs / "docs" / "spec-reference.md").write_text(reference_page(), encoding="utf-8")
    (configs / "reportgen.schema.json").write_text(json_schema(), encoding="utf-8")


def _sections() -> Iterator[tuple[str, type[Section]]]:
    """Yield each section once, with the paths it stands at."""
    places: dict[type[Section], list[str]] = {Spec: ["The top level"]}
    queue: list[tuple[str, type[Section]]] = [("", Spec)]
    while queue:
        path, section = queue.pop(0)
        for key in keys_of(section):
            for place, nested in _nested(f"{path}{key}", kinds_in(section, key)):
                fresh = nested not in places
                places.setdefault(nested, []).append(f"`{place}`")
                if fresh:
                    queue.append((f"{place}.", nested))
    for section, found in places.items():
        yield ", ".join(dict.fromkeys(found)), section


def _nested(place: str, kinds: Iterable[Kind]) -> Iterator[tuple[str, type[Section]]]:
    """Yield the sections of an option: its value, the items of a list, or the values of a free mapping."""
    for kind in kinds:
        if is_section(kind.type):
            yield place, kind.type
        else:
            mark = "[]" if get_origin(kind.type) is tuple else ".NAME"
            yield from _nested(f"{place}{mark}", inside(kind, 0))


def _table(section: type[Section]) -> str:
    rows = ["| key | type | default | meaning |", "|---|---|---|---|"]
    for key in keys_of(section):
        field = field_of(section, key)
        if field is not None:
            meaning = " ".join((field.description or "").split())
            cells = (f"`{key}`", _type(tuple(kinds_in(section, key))), _default(field), meaning)
            rows.append("| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |")
    return "\n".join(rows) + "\n"


def _type(kinds: tuple[Kind, ...]) -> str:
    """Return the forms a value may have, in plain words, with the bounds of a number."""
    named = ", ".join(f"`{choice}`" for choice in choices(kinds))
    forms = [*([named] if named else []), *("mapping, below" if word == "mapping" else word for word in words(kinds))]
    return ", ".join([" or ".join(forms), *([bounds] if (bounds := bounds_of(kinds)) else [])])


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    default = field.get_default(call_default_factory=True)
    if default is None or default in ((), {}, "") or isinstance(default, Section):
        return ""
    return f"`{json.dumps(default)}`"


def _first_line(section: type[Section]) -> str:
    return " ".join((section.__doc__ or "").split())


if __name__ == "__main__":
    write()
