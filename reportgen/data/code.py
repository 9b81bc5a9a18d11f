"""Code of the spec's owner, named `module:function`: found, hashed, and run only where that was allowed."""

from __future__ import annotations

import hashlib
import importlib
import importlib.machinery
import inspect
import types
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.errors import DataError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCode:
    """A function and the SHA-256 of the file that it stands in."""

    name: str
    function: Callable[..., Any]
    sha256: str


def own_code(name: str, root: Path) -> OwnCode:
    """Import ``module:function``: a file below `root`, else an installed module. Importing runs the module.

    Raises
    ------
    DataError
        When the module cannot be imported or has no such function.
    """
    module_name, _, function_name = name.partition(":")
    module = _module(name, module_name, root)
    function = getattr(module, function_name, None)
    if not callable(function):
        there = [key for key, value in vars(module).items() if inspect.isfunction(value)]
        raise DataError(f"{name}: the module has no function {function_name!r}{did_you_mean(function_name, there)}")
    content = Path(module.__file__).read_bytes() if module.__file__ else b""
    return OwnCode(name=name, function=function, sha256=hashlib.sha256(content).hexdigest())


def _module(name: str, module_name: str, root: Path) -> ModuleType:
    path = root / f"{module_name.replace('.', '/')}.py"
    try:
        return _from_file(module_name, path) if path.is_file() else importlib.import_module(module_name)
    except Exception as error:
        where = f"{path.name} below `root`" if path.is_file() else f"neither {path.name} below `root` nor installed"
        raise DataError(f"{name}: cannot be imported ({where}): {type(error).__name__}: {error}") from error


def _from_file(module_name: str, path: Path) -> ModuleType:
    loader = importlib.machinery.SourceFileLoader(f"reportgen_own_{module_name}", str(path))
    module = types.ModuleType(loader.name)
    module.__file__ = str(path)
    loader.exec_module(module)
    return module
