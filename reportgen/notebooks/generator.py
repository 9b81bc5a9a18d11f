"""`NotebookGenerator`: analysis notebooks for any long table of runs, from templates that users may replace."""

from __future__ import annotations

import json
import os
import re
from dataclasses import asdict
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.artifacts import File, safe_name
from reportgen.data.roles import Roles, roles_of
from reportgen.errors import DataError, UsageError, did_you_mean
from reportgen.notebooks.cells import from_bytes, from_source, to_bytes
from reportgen.notebooks.execute import FOLDER, execute
from reportgen.notebooks.export import as_html
from reportgen.resources import template_folders

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import pandas as pd

ANALYSES = {
    "iqm": "aggregate_analysis",
    "profiles": "performance_profiles",
    "tasks": "task_analysis",
    "optimality": "optimality_gaps",
}
FIRST, LAST = "overview", "extensions"
NEEDS = {"optimality_gaps": "task_analysis"}
SETTINGS = '"settings.json"'  # as the template of the first section writes it


class NotebookGenerator:
    """Makes notebooks that analyse a table of runs: prose, code that readers can change, and its outputs.

    Parameters
    ----------
    templates
        Folder of your own templates: ``notebooks/NAME.py`` in it takes the place of the shipped section of that name,
        or is a further one, which `analyses` may ask for.
    timeout
        Seconds that one cell may take.
    """

    def __init__(self, *, templates: str | Path | None = None, timeout: int = 600) -> None:
        self._folders = template_folders("notebooks", Path(templates) if templates is not None else None)
        self._timeout = timeout

    def create_analysis_notebook(
        self,
        data: pd.DataFrame,
        analyses: Sequence[str] = tuple(ANALYSES),
        output_path: str | Path = "analysis.ipynb",
        *,
        metric: str | None = None,
        group_by: str | None = None,
        stratify_by: str | None = None,
        minimize: Sequence[str] | None = None,
        optimal_scores: Mapping[str, float] | float | None = None,
        reference_scores: Mapping[str, float] | float | None = None,
        options: Mapping[str, Any] | None = None,
        execute: bool = True,
        html: bool = False,
    ) -> Path:
        """Write a notebook, and beside it the table (Parquet) and the choices (JSON) that it reads.

        The same table and choices give the same bytes. What cannot be computed is said in its cell.

        Parameters
        ----------
        data
            A row a score, or rows of points, as `DataProcessor.to_dataframe` gives them.
        analyses
            Sections between the overview and the functions to extend: ``iqm`` (aggregates and tests), ``profiles``
            (performance profiles, ECDF, violins), ``tasks`` (heatmap, worst cases), ``optimality`` (the same with
            gaps to the optimum), or the name of a template.
        output_path
            The notebook; a file there is replaced.
        metric, group_by, stratify_by, minimize
            Columns, as in `StatisticalAnalyzer`; what is not named is chosen by `roles_of`, and the notebook says why.
        optimal_scores, reference_scores
            As in `StatisticalAnalyzer.normalize`.
        options
            Further arguments of `StatisticalAnalyzer`, e.g. ``{"bootstrap_samples": 2000}``.
        execute
            Run it; else it holds no outputs.
        html
            Write it as a page that needs nothing else, too.

        Returns
        -------
        Path
            Of the notebook.

        Raises
        ------
        UsageError
            When there is no template for an analysis, or the path is no notebook's.
        DataError
            When the table is empty or its columns do not say what to analyse.
        """
        path = Path(output_path)
        if path.suffix != ".ipynb":
            raise UsageError(f"{path}: a notebook's name ends in .ipynb, as {path.stem or 'analysis'}.ipynb")
        sections = self._sections(analyses)
        roles = roles_of(data, metric=metric, group_by=group_by, stratify_by=stratify_by, minimize=minimize)
        bounds = {"optimal_scores": optimal_scores, "reference_scores": reference_scores}
        stem = path.stem if re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}", path.stem) else safe_name(path.stem)
        files = (
            File(path=f"{FOLDER}/{stem}.parquet", content=_parquet(data)),
            File(path=f"{FOLDER}/{stem}.json", content=_settings(f"{stem}.parquet", roles, bounds, options or {})),
        )
        source = "\n".join(sections).replace(SETTINGS, f'"{stem}.json"')
        notebook = self._made(source, files, run=execute)
        written = {path.parent / Path(file.path).name: file.content for file in files} | {path: notebook}
        if html:
            written[path.with_suffix(".html")] = as_html(from_bytes(notebook), title=path.stem)
        for place, content in written.items():
            _write(place, content)
        return path

    def to_html(self, notebook: str | Path, output_path: str | Path | None = None) -> Path:
        """Write a notebook as one HTML file without scripts, which asks nothing of any other host; return its path."""
        path = Path(notebook)
        target = Path(output_path) if output_path is not None else path.with_suffix(".html")
        _write(target, as_html(from_bytes(path.read_bytes()), title=path.stem))
        return target

    def _made(self, source: str, files: Sequence[File], *, run: bool) -> bytes:
        notebook = from_source(source)
        if run:
            execute(notebook, files, timeout=self._timeout)
        return to_bytes(notebook)

    def _sections(self, analyses: Sequence[str]) -> list[str]:
        asked = [analyses] if isinstance(analyses, str) else list(analyses)
        names = [ANALYSES.get(name, name) for name in asked]
        whole = [FIRST, *(one for name in names for one in (NEEDS.get(name), name) if one), LAST]
        return [self._template(name) for name in dict.fromkeys(whole)]

    def _template(self, name: str) -> str:
        found = (folder / f"{name}.py" for folder in self._folders if name.isidentifier())
        path = next((path for path in found if path.is_file()), None)
        if path is None:
            known = {*ANALYSES, *(path.stem for folder in self._folders for path in folder.glob("*.py"))} - {"analysis"}
            raise UsageError(f"there is no analysis {name!r}{did_you_mean(name, known)}; known: {sorted(known)}")
        return path.read_text(encoding="utf-8").rstrip() + "\n"


def _parquet(data: pd.DataFrame) -> bytes:
    """Return a table as Parquet; cells of a column of several types become text."""
    if data.empty:
        raise DataError("the table has no row: there is nothing to analyse")
    table = data.reset_index(drop=all(name is None for name in data.index.names)).infer_objects()
    mixed = [name for name in table.columns if table[name].dtype == object]
    texts = {name: table[name].map(str, na_action="ignore") for name in mixed}
    table, made = table.assign(**texts), BytesIO()
    table.attrs = {}
    table.to_parquet(made, index=False)
    return made.getvalue()


def _settings(table: str, roles: Roles, bounds: Mapping[str, Any], options: Mapping[str, Any]) -> bytes:
    made = {"table": table, **asdict(roles), **bounds, "options": dict(options)}
    try:
        return f"{json.dumps(made, indent=1, sort_keys=True, ensure_ascii=False)}\n".encode()
    except TypeError as error:
        raise UsageError(
            f"options and bounds of a notebook are numbers, texts and mappings of them: {error}"
        ) from error


def _write(path: Path, content: bytes) -> None:
    """Write a file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.{os.getpid()}")
    scratch.write_bytes(content)
    scratch.replace(path)
