"""Finds the folders that are shipped beside the code: templates, site_config and configs."""

from __future__ import annotations

from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from reportgen.errors import EnvironmentFault

Room = Literal["templates", "site_config", "configs"]


def shipped(room: Room) -> Path:
    """Return the folder `room`: inside the installed package, else in the checkout (editable installs).

    Raises
    ------
    EnvironmentFault
        When neither exists: the installation is incomplete.
    """
    package = Path(str(files("reportgen")))
    installed = package / "_data" / room
    if installed.is_dir():
        return installed
    checkout = package.parent
    if (checkout / "pyproject.toml").is_file() and (checkout / room).is_dir():
        return checkout / room
    raise EnvironmentFault(
        f"{installed}: the folder {room!r} of reportgen is missing; "
        "the installation is incomplete, install reportgen-ml again"
    )


def template_folders(kind: Literal["pages", "latex", "notebooks"], own: Path | None) -> tuple[Path, ...]:
    """Return where templates of a kind are looked for: the user's own folder first, then the shipped one."""
    return tuple(folder / kind for folder in (own, shipped("templates")) if folder is not None)


def config_file(path: str | Path) -> Path:
    """Return a config file: the user's, else, of ``configs/NAME`` that is not there, the shipped one of that name."""
    given = Path(path)
    if given.parts[:1] != ("configs",) or given.exists():
        return given
    own = shipped("configs").joinpath(*given.parts[1:])
    return own if own.is_file() else given


def of_bokeh(name: str) -> bytes:
    """Return a script of BokehJS as the installed package brings it, its licence included.

    Raises
    ------
    EnvironmentFault
        When the package or the script is missing.
    """
    found = find_spec("bokeh")  # the package itself need not be loaded
    script = Path(found.origin or "").parent / "server" / "static" / "js" / name if found else None
    if script is None or not script.is_file():
        raise EnvironmentFault(
            f"bokeh: {'no such package' if script is None else f'no {script}'}; figures that readers look closer at "
            "need it, and reportgen-ml requires it: pip install 'bokeh>=3.4,<4'"
        )
    return script.read_bytes()
