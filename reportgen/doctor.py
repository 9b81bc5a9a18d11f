"""What an installation has and lacks."""

from __future__ import annotations

import os
import platform
import shutil
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution, version
from typing import TYPE_CHECKING, Literal

from reportgen.errors import EnvironmentFault
from reportgen.resources import shipped
from reportgen.runs import cache_folder

if TYPE_CHECKING:
    from pathlib import Path

PACKAGES = ("wandb", "pandas", "numpy", "scipy", "matplotlib", "mkdocs", "mkdocs-material", "pyarrow", "pydantic")
OPTIONAL_PACKAGES = {
    "anywidget": "shows RunSelector in notebooks: pip install 'reportgen-ml[interactive]'",
    "wandb-workspaces": "saves W&B Reports (publish.wandb.report): pip install 'reportgen-ml[wandb-reports]'",
}
PROGRAMS = {
    "pdflatex": "compiles latex/report.tex (TeX Live: texlive-latex-recommended, texlive-science)",
    "git": "pushes sites to a branch (reportgen publish gh-pages)",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked for: ``ok``, ``missing`` (needed) or ``absent`` (not needed)."""

    state: Literal["ok", "missing", "absent"]
    name: str
    told: str


def examine(cache_dir: Path | None) -> tuple[Finding, ...]:
    """Look for everything that reportgen uses."""
    return (
        Finding(state="ok", name="python", told=f"{platform.python_version()} at {sys.executable}"),
        _distribution(),
        *(_package(name) for name in PACKAGES),
        *(_optional_package(name) for name in OPTIONAL_PACKAGES),
        *(_shipped(room) for room in ("templates", "site_config", "configs")),
        _cache(cache_folder(cache_dir)),
        *(_program(name) for name in PROGRAMS),
    )


def _distribution() -> Finding:
    """Find the clash with the unrelated package of the same import name."""
    try:
        distribution("reportgen")
    except PackageNotFoundError:
        return _package("reportgen-ml")
    told = "the unrelated package `reportgen` is installed and hides this one: pip uninstall reportgen"
    return Finding(
        state="missing", name="reportgen-ml", told=f"{told}, then pip install --force-reinstall reportgen-ml"
    )


def _package(name: str) -> Finding:
    try:
        return Finding(state="ok", name=name, told=version(name))
    except PackageNotFoundError:
        return Finding(state="missing", name=name, told=f"pip install {name}")


def _optional_package(name: str) -> Finding:
    try:
        return Finding(state="ok", name=name, told=version(name))
    except PackageNotFoundError:
        return Finding(state="absent", name=name, told=f"not installed; it {OPTIONAL_PACKAGES[name]}")


def _shipped(room: Literal["templates", "site_config", "configs"]) -> Finding:
    try:
        return Finding(state="ok", name=room, told=str(shipped(room)))
    except EnvironmentFault as error:
        return Finding(state="missing", name=room, told=str(error))


def _cache(folder: Path) -> Finding:
    nearest = next(path for path in (folder, *folder.parents) if path.exists())
    usable = nearest.is_dir() and os.access(nearest, os.W_OK)
    told = str(folder) if usable else f"{folder} cannot be written: runs are read anew each time; see --cache-dir"
    return Finding(state="ok" if usable else "absent", name="run cache", told=told)


def _program(name: str) -> Finding:
    found = shutil.which(name)
    return Finding(state="ok" if found else "absent", name=name, told=found or f"not found; it {PROGRAMS[name]}")
