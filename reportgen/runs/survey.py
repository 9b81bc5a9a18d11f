"""What lies in a folder or a project: the source that would read it, proposed from names and contents alone."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.errors import DataError, ReportgenError, SourceError, nearest
from reportgen.runs.collect import read_runs
from reportgen.runs.lookup import glob
from reportgen.runs.paths import Match
from reportgen.runs.readers import FORMATS, is_missing, is_number, read_json, read_table
from reportgen.runs.wandb_api.faults import USUAL, Patience
from reportgen.runs.wandb_api.listing import listed_runs
from reportgen.runs.wandb_api.words import CACHED
from reportgen.spec import loads
from reportgen.spec.model import WandbSource
from reportgen.spec.tree import dump

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

    from reportgen.runs.record import RunRecord
    from reportgen.runs.wandb_api.listed import Listed

LOOKED_AT = 10_000
SAMPLED = 60
SMALL = 20
INDEX = re.compile(r"(unnamed: \d+|index|)$", re.IGNORECASE)
COLUMN_NAMES: Mapping[str, tuple[str, ...]] = {
    "method": ("method", "algorithm", "algo", "agent", "exp_name", "model", "policy", "approach"),
    "task": ("task", "env", "env_id", "env_name", "environment", "game", "level", "dataset", "benchmark"),
    "seed": ("seed", "random_seed", "trial", "replicate"),
    "run": ("run", "run_id", "run_name"),
    "step": ("step", "steps", "env_step", "global_step", "frame", "frames", "timestep", "timesteps", "iteration",
             "epoch", "xs", "_step"),
    "wall_time": ("wall_time", "walltime", "hour", "hours", "seconds", "_runtime", "runtime"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundSource:
    """A source that a folder or a project suggests.

    Parameters
    ----------
    form
        ``wandb``, ``wandb_offline`` or ``files``.
    fields
        The source's fields, in the grammar of the spec.
    doubts
        What the proposal rests on and should be looked at, in words.
    """

    form: str
    fields: Mapping[str, Any]
    doubts: tuple[str, ...] = ()


def survey(folder: Path) -> FoundSource:
    """Propose how the runs in a folder are read.

    Folders of the W&B SDK (`run-*.wandb` at any depth) come first, then score files: of several kinds, the one with
    the most files.

    Raises
    ------
    DataError
        When the folder is not there or holds neither.
    """
    if not folder.is_dir():
        raise DataError(f"{folder}: there is no such folder; give a folder with runs, or ENTITY/PROJECT")
    files = [path for path in sorted(folder.rglob("*"))[:LOOKED_AT] if path.is_file()]
    if any(path.suffix == ".wandb" for path in files):
        return FoundSource(form="wandb_offline", fields={"path": "."})
    groups: dict[tuple[str, int], list[Path]] = {}
    for path in files:
        kind = _kind(path)
        if kind:
            groups.setdefault((kind, len(path.relative_to(folder).parts)), []).append(path)
    if not groups:
        raise DataError(f"{folder}: no run-*.wandb and no {', '.join(FORMATS)} file lies in it")
    proposed, failures = [], []
    for (kind, _), paths in groups.items():
        for alike in _alike(paths, folder):
            try:
                proposed.append((_axes_named(found := _files_source(kind, alike, folder)), len(alike), found))
            except ReportgenError as error:
                failures.append(str(error))
    if not proposed:
        raise DataError(f"{folder}: no file in it looks like scores: {failures[0]}")
    return max(proposed, key=lambda item: item[:2])[2]


def _alike(paths: Sequence[Path], folder: Path) -> list[list[tuple[str, ...]]]:
    """Keep the files of several folders together; files side by side in one folder may be of several kinds."""
    parts = [path.relative_to(folder).parts for path in paths]
    return [parts] if len(parts) > 1 and len(parts[0]) > 1 else [parts, *([part] for part in parts)][: SAMPLED + 1]


def _axes_named(found: FoundSource) -> int:
    columns = found.fields.get("columns", {})
    whole = found.fields.get("layout") in {"map", "marl_eval", "wide"}
    return len(columns) + str(found.fields["path"]).count("{") + 2 * whole


def survey_folder(
    folder: Path, *, pattern: str | None = None, cache: Path | None = None
) -> tuple[FoundSource, tuple[RunRecord, ...]]:
    """Propose how the runs in a folder are read, and read them so.

    Parameters
    ----------
    pattern
        Glob on the display name; others are left out.
    cache
        Folder of the run cache; default: see `cache_folder`.

    Raises
    ------
    DataError
        When the folder holds no run.
    """
    source = survey(folder)
    spec = loads(dump({source.form: dict(source.fields)})).spec
    records = read_runs(spec, folder, cache=cache)
    kept = tuple(record for record in records if pattern is None or glob(pattern)(record.name))
    if not kept:
        names = sorted({record.name for record in records})
        near = ", ".join(nearest(str(pattern), names) or names[:3])
        raise DataError(f"--runs {pattern!r} matches none of the {len(records)} runs; there are e.g. {near}")
    return source, kept


def survey_project(
    where: str, *, pattern: str | None = None, patience: Patience = USUAL
) -> tuple[FoundSource, tuple[Listed, ...]]:
    """Propose how the runs of a W&B project are read, and list them; no history is fetched.

    Parameters
    ----------
    where
        ``ENTITY/PROJECT``.
    pattern
        Glob on the display name; others are left out, here and in what is proposed.

    Raises
    ------
    SourceError
        When the server refuses, or cannot be reached.
    DataError
        When no run matches.
    """
    entity, _, project = where.partition("/")
    fields = {"entity": entity, "project": project} | ({} if pattern is None else {"runs": pattern})
    source = FoundSource(form="wandb", fields=fields)
    entry = loads(dump({"wandb": fields})).spec.sources[0]
    try:
        _, runs = listed_runs(entry.wandb or WandbSource(), Path(), patience)
    except SourceError as error:
        text = str(error).removesuffix(f"; {CACHED}")  # a look is never taken from the cache
        raise SourceError(f"{text} (there is no folder {where!r}, so it was taken for a W&B project)") from error
    return source, runs


def _kind(path: Path) -> str | None:
    name = path.name.lower()
    ending = name.removesuffix(".gz").rpartition(".")[2]
    known = ending in FORMATS and not name.startswith(".")
    return f"{ending}{'.gz' if name.endswith('.gz') else ''}" if known else None


def _files_source(kind: str, parts: Sequence[tuple[str, ...]], folder: Path) -> FoundSource:
    some = [
        Match(path=folder.joinpath(*part), shown="/".join(part), captured={})
        for part in parts[:: 1 + len(parts) // SAMPLED]
    ]
    if kind.startswith("json") and not kind.startswith("jsonl"):
        shaped = _json_shape(read_json(some[0]))
        if shaped:
            return _with_path(shaped, kind, parts)
    tables = [(match.shown, read_table(match)) for match in some]
    first = _long(tables[0][1], tables[0][0])
    return _with_path(_coalesced(first, [_long(table, shown) for shown, table in tables[1:]]), kind, parts)


def _coalesced(first: dict[str, Any], others: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Join files that hold one value column each, under names that differ; refuse files of different kinds."""
    names = dict.fromkeys(name for one in (first, *others) for name in one.get("values", ()))
    if any(one.get("columns") != first.get("columns") for one in others):
        raise DataError(f"its files have different columns, e.g. {first.get('columns')}")
    single = all(len(one.get("values", ())) == 1 for one in (first, *others))
    return first | {"values": {"score": list(names)}} if single and len(names) > 1 else first


def _json_shape(content: Any) -> dict[str, Any] | None:
    """Propose the layout of a JSON file that is no table of rows."""
    if isinstance(content, dict) and content and all(_are_numbers(value) for value in content.values()):
        return {"layout": "map", "values": ["score"]}
    if isinstance(content, dict) and _depth(content) >= 5:  # noqa: PLR2004 - environment/task/algorithm/run/step
        return {"layout": "marl_eval"}
    rows = content if isinstance(content, list) else []
    lists = [key for key, value in rows[0].items() if _are_numbers(value)] if rows and isinstance(rows[0], dict) else []
    if not lists:
        return None
    columns = {axis: name for axis in COLUMN_NAMES if (name := _named(axis, rows[0]))}
    values = [name for name in lists if name not in columns.values()]
    return {"layout": "arrays", "columns": columns, "values": {"score": values[0]} if len(values) == 1 else values}


def _are_numbers(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(item, int | float | None) for item in value)


def _depth(content: Any) -> int:
    return 1 + _depth(next(iter(content.values()))) if isinstance(content, dict) and content else 0


def _long(table: pd.DataFrame, shown: str) -> dict[str, Any]:
    """Propose the columns of a table with a row a point."""
    columns = {axis: name for axis in COLUMN_NAMES if (name := _named(axis, table.columns))}
    if "run" in columns and "seed" not in columns and _is_small_count(table[columns["run"]].tolist()):
        columns["seed"] = columns.pop("run")
    lowered = {str(name).lower(): str(name) for name in table.columns}
    if "metric" in lowered and "value" in lowered:
        return {"columns": columns, "metric": lowered["metric"], "value": lowered["value"]}
    numeric = [
        str(name)
        for name in table.columns
        if name not in columns.values() and not INDEX.match(str(name)) and _is_numeric(table[name])
    ]
    if not numeric:
        raise DataError(f"{shown}: no column of numbers among {', '.join(map(str, table.columns)) or 'none'}")
    if not columns and len(numeric) > 1:
        return {"layout": "wide", "header": "method", "values": ["score"]}
    return {"columns": columns, "values": numeric} | _order(table, columns)


def _order(table: pd.DataFrame, columns: Mapping[str, str]) -> dict[str, Any]:
    """Tell runs apart by their order where no column does: several rows of one method, task and step."""
    names = [columns[axis] for axis in ("method", "task", "step") if axis in columns]
    if "seed" in columns or "run" in columns or not names or not table.duplicated(names).any():
        return {}
    return {"seed": {"order_within": names}}


def _named(axis: str, names: Any) -> str | None:
    """Return the column that the usual names of an axis point to, the most usual first."""
    lowered = {str(name).lower(): str(name) for name in names}
    return next((lowered[usual] for usual in COLUMN_NAMES[axis] if usual in lowered), None)


def _is_numeric(column: pd.Series[Any]) -> bool:
    texts = [str(text) for text in column.head(1000).tolist()]
    present = [text for text in texts if not is_missing(text)]
    return bool(present) and all(is_number(text) for text in present)


def _is_small_count(texts: Sequence[str]) -> bool:
    distinct = set(texts)
    return all(text.isdecimal() for text in distinct) and len(distinct) <= SMALL


def _with_path(fields: dict[str, Any], kind: str, parts: Sequence[tuple[str, ...]]) -> FoundSource:
    """Give a proposal its glob: parts of the path that vary name the axes that no column holds."""
    suffix = f".{kind}"
    columns: Mapping[str, str] = fields.get("columns", {})
    wanted = [axis for axis in ("method", "task", "seed") if axis not in columns and axis in _unnamed(fields)]
    rows = [(*part[:-1], _stem(part[-1], suffix)) for part in parts]
    pattern: list[str] = []
    taken: list[str] = []
    varying = [place for place in range(len(rows[0])) if len({row[place] for row in rows}) > 1]
    for place in range(len(rows[0])):
        texts = [row[place] for row in rows]
        if place not in varying:
            pattern.append(re.sub(r"[*?{}]", "?", texts[0]))
            continue
        axis = wanted[len(taken)] if len(taken) < min(len(wanted), len(varying)) else None
        pattern.append(f"{{{axis}}}" if axis else "*")
        taken += [axis] if axis else []
    missing = [axis for axis in ("method", "task") if axis in wanted and axis not in taken]
    constants = {"method": rows[0][-1]} if "method" in missing else {}
    doubts = [f"{axis} is taken from the path" for axis in taken]
    doubts += [f"nothing names the method; it is called {constants['method']!r}"] if constants else []
    written = {"path": "/".join(pattern) + suffix, **fields}
    return FoundSource(
        form="files", fields=written | ({"constants": constants} if constants else {}), doubts=tuple(doubts)
    )


def _unnamed(fields: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the axes that a layout leaves to the path."""
    layouts = {"map": ("method",), "marl_eval": (), "wide": ("task", "seed")}
    return layouts.get(fields.get("layout", ""), ("method", "task", "seed"))


def _stem(name: str, suffix: str) -> str:
    return name[: -len(suffix)] if name.lower().endswith(suffix) else name


def usual(names: Sequence[str], axis: str) -> str | None:
    """Return the name among dotted `names` whose last part is the most usual one of an axis."""
    last = {name: name.rpartition(".")[2].lower() for name in names}
    ranked = Counter({name: -COLUMN_NAMES[axis].index(end) for name, end in last.items() if end in COLUMN_NAMES[axis]})
    return ranked.most_common(1)[0][0] if ranked else None
