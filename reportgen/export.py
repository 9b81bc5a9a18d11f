"""Takes parts of a built report out of its folder, in the form that a paper, a spreadsheet or a program wants."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.artifacts import File
from reportgen.errors import DataError, EnvironmentFault, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

ZIP_TIME = (1980, 1, 1, 0, 0, 0)
NAMED = 5  # files that a refusal names
ESTIMATE = ("estimate", "low", "high", "level", "interval", "reason")
COMPARISON = ("a", "b", "estimand", "of", "estimate", "low", "high", "level", "p", "p_adjusted", "verdict", "reason")


def find_report(folder: Path) -> Path:
    """Return the folder of a report: `folder` itself, or the only report below it.

    Raises
    ------
    UsageError
        When there is none, or several to choose from.
    """
    if (folder / "report.json").is_file():
        return folder
    reports = sorted(path.parent for path in (*folder.glob("*/report.json"), *folder.glob("reports/*/report.json")))
    if len(reports) == 1:
        return reports[0]
    if reports:
        raise UsageError(f"{folder} holds {len(reports)} reports; choose one: {', '.join(map(str, reports))}")
    raise UsageError(f"{folder}: no report here; build one first: `reportgen build SPEC`, then give its folder")


def export(form: str, folder: Path, output: Path | None) -> tuple[Path, ...]:
    """Write a part of a built report, and return the paths that were written.

    Parameters
    ----------
    form
        A key of `FORMS`.
    folder
        See `find_report`.
    output
        Folder to write into; default: ``SLUG-FORM`` in the current folder.

    Raises
    ------
    UsageError
        When there is no report, or a file with other content is in the way; nothing is written then.
    DataError
        When `folder` is no whole report.
    EnvironmentFault
        When the disk refuses.
    """
    report = find_report(folder)
    target = output or Path(f"{_slug(report)}-{form}")
    try:
        written = FORMS[form](report)
    except OSError as error:
        raise DataError(f"{error.filename}: {error.strerror}; the report is not whole, build it again") from error
    if not written:
        raise DataError(f"{report}: holds nothing to export as {form}; build it again")
    _refuse_others(written, target)
    try:
        for file in written:
            path = target / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.content)
    except OSError as error:
        raise EnvironmentFault(f"{target}: cannot write: {error.strerror or error}") from error
    return tuple(target / file.path for file in written)


def _refuse_others(files: Sequence[File], target: Path) -> None:
    there = ((file, target / file.path) for file in files)
    taken = [path for file, path in there if path.is_file() and path.read_bytes() != file.content]
    if taken:
        more = f" and {len(taken) - NAMED} more" if len(taken) > NAMED else ""
        listed = ", ".join(map(str, taken[:NAMED])) + more
        raise UsageError(f"other files are there already: {listed}; nothing was written. Give another folder with -o")


def _read(report: Path) -> dict[str, Any]:
    try:
        read = json.loads((report / "report.json").read_text(encoding="utf-8"))
        return dict(read) if read["report"]["slug"] else {}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise DataError(f"{report / 'report.json'}: is no report of reportgen; build it again") from error


def _slug(report: Path) -> str:
    return str(_read(report)["report"]["slug"])


def _below(folder: Path, pattern: str = "**/*", to: str = "") -> tuple[File, ...]:
    """Return the files below a folder that match, their paths relative to it."""
    return tuple(
        File(path=to + path.relative_to(folder).as_posix(), content=path.read_bytes())
        for path in sorted(folder.glob(pattern))
        if path.is_file()
    )


def _latex(report: Path) -> tuple[File, ...]:
    return _below(report / "latex")


def _csv(report: Path) -> tuple[File, ...]:
    assets = report / "docs" / "assets"
    return (
        *_below(report / "data", "*.csv"),
        *_below(assets / "tables", "*.csv", "tables/"),
        *_below(assets / "figures", "*.csv", "figures/"),
    )


def _json(report: Path) -> tuple[File, ...]:
    return tuple(File(path=name, content=(report / name).read_bytes()) for name in ("report.json", "provenance.json"))


def _zip(report: Path) -> tuple[File, ...]:
    """Pack the site as it is served, in one file; the same site gives the same bytes."""
    buffer = io.BytesIO()
    slug = _slug(report)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in _below(report / "site", to=f"{slug}/"):
            entry = zipfile.ZipInfo(file.path, ZIP_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, file.content)
    return (File(path=f"{slug}-site.zip", content=buffer.getvalue()),)


def _parquet(report: Path) -> tuple[File, ...]:
    """Set the numbers of ``report.json`` in typed columns; texts are exact, without a spreadsheet's apostrophes."""
    import pyarrow as pa  # noqa: PLC0415 - slow to load
    from pyarrow import parquet  # noqa: PLC0415 - slow to load

    files = []
    for name, rows in typed_rows(report).items():
        buffer = io.BytesIO()
        parquet.write_table(pa.Table.from_pylist(rows), buffer, compression="zstd", write_page_checksum=True)
        files.append(File(path=f"{name}.parquet", content=buffer.getvalue()))
    return tuple(files)


def typed_rows(report: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of ``scores``, ``aggregates`` and ``comparisons`` of a built report, those that have any.

    Numbers are as in ``report.json``: full precision, None where withheld; texts are exact.
    """
    metrics = _read(report)["metrics"]
    kinds = {"scores": _scores, "aggregates": _aggregates, "comparisons": _comparisons}
    found = {name: [row for metric in metrics for row in rows(metric)] for name, rows in kinds.items()}
    return {name: rows for name, rows in found.items() if rows}


def _scores(metric: dict[str, Any]) -> Iterator[dict[str, Any]]:
    labels = {method["id"]: method["label"] for method in metric["methods"]}
    for score in metric["scores"]:
        shown = {"method_label": labels[score["method"]], "task_label": metric["task_labels"][score["task"]]}
        yield {"metric": metric["id"], **score, **shown}


def _aggregates(metric: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for method in metric["methods"]:
        for name, found in method["aggregates"].items():
            about = {"metric": metric["id"], "method": method["id"], "method_label": method["label"]}
            yield {**about, "aggregate": name, **{key: found[key] for key in ESTIMATE}}


def _comparisons(metric: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for comparison in metric["comparisons"]:
        yield {"metric": metric["id"], **{key: comparison[key] for key in COMPARISON}}


FORMS: dict[str, Callable[[Path], tuple[File, ...]]] = {
    "latex": _latex,
    "csv": _csv,
    "parquet": _parquet,
    "json": _json,
    "zip": _zip,
}
"""``latex``: everything a paper needs; ``csv``: scores, and the numbers of every table and figure; ``parquet``: scores,
aggregates and comparisons; ``json``: report and provenance; ``zip``: the site in one file."""
