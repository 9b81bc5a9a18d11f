"""Code of the spec's owner: named, found, hashed, and run only where that was allowed.

A name is ``module:function``, or an entry point that an installed package declares in the group of its kind.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.machinery
import inspect
import traceback
import types
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from reportgen.errors import DataError, UsageError, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import ModuleType

Code = Literal["refuse", "run", "skip"]
"""What becomes of functions of the spec's owner: an error, run, or left out."""
BESIDE = "reportgen_own_"
"""Begins the names of modules that are files below `root`, so that they hide no installed one."""
Kind = Literal["labels", "metrics", "normalizers", "pages", "statistics"]


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnCode:
    """A function of the spec's owner.

    Parameters
    ----------
    name
        As the spec names it.
    sha256
        Of the file that it stands in.
    origin
        That file's name, or the package, its version and the function that an entry point stands for.
    at
        ``file:line:column: `` of its name in the spec, or empty.
    """

    name: str
    function: Callable[..., Any]
    sha256: str
    origin: str = ""
    at: str = ""

    def call(self, about: str, *arguments: Any) -> Any:
        """Call the function.

        Parameters
        ----------
        about
            What the call is about, for the message: ``run 'a'``.

        Raises
        ------
        DataError
            When it raises anything, with the line of its own file.
        """
        try:
            return self.function(*arguments)
        except Exception as error:
            raise self.fault(f"failed on {about}: {type(error).__name__}: {error}{_line_in(self, error)}") from error

    def fault(self, told: str) -> DataError:
        """Return the error that says what the function did, with its place in the spec."""
        return DataError(f"{self.at}{self.name} {told}")


def own_code(name: str, root: Path, kind: Kind, *, at: str = "") -> OwnCode:
    """Import a function: of a file below `root`, else of an installed module. Importing runs the module.

    Parameters
    ----------
    kind
        What it is for; a name without a colon is an entry point in the group ``reportgen.KIND``.
    at
        As in `OwnCode`.

    Raises
    ------
    DataError
        When the module cannot be imported, has no such function, or no package declares such an entry point.
    """
    value, package = (name, "") if ":" in name else _entry_point(name, f"reportgen.{kind}", at)
    module_name, _, function_name = value.partition(":")
    module = _module(f"{at}{name}", module_name, None if package else root)
    function = getattr(module, function_name, None)
    if not callable(function):
        there = [key for key, found in vars(module).items() if inspect.isfunction(found)]
        raise DataError(f"{at}{name}: the module has no function {function_name!r}{did_you_mean(function_name, there)}")
    content = Path(module.__file__).read_bytes() if module.__file__ else b""
    beside = module.__name__.startswith(BESIDE)
    origin = Path(module.__file__ or "").name if beside else f"{package or _distribution(module_name)}, {value}"
    return OwnCode(name=name, function=function, sha256=hashlib.sha256(content).hexdigest(), origin=origin, at=at)


def refuse(name: str, code: Code, *, at: str = "") -> None:
    """Refuse to run a function that was not allowed.

    Raises
    ------
    UsageError
        Unless code is run, or left out.
    """
    if code == "refuse":
        raise UsageError(f"{at}{name} runs code of yours; allow it by --allow-code")


def _entry_point(name: str, group: str, at: str) -> tuple[str, str]:
    """Return what an entry point stands for, and the package and version that declare it."""
    points = metadata.entry_points(group=group)
    if name not in points.names:
        there = sorted(points.names)
        known = f"; there are {', '.join(there)}" if there else "; no installed package declares any"
        raise DataError(
            f"{at}no entry point {name!r} in the group {group}{did_you_mean(name, there) or known}; a function of a "
            "file beside the spec is named module:function"
        )
    found = points[name]
    package = found.dist
    return found.value, f"{package.name} {package.version}" if package else "a package"


def _distribution(module_name: str) -> str:
    """Return the package and version that an installed module belongs to."""
    packages = metadata.packages_distributions().get(module_name.partition(".")[0], ())
    return f"{packages[0]} {metadata.version(packages[0])}" if packages else "no package"


def _module(name: str, module_name: str, root: Path | None) -> ModuleType:
    """Import a module; `root` None for one that must be installed."""
    path = (root or Path()) / f"{module_name.replace('.', '/')}.py"
    beside = root is not None and path.is_file()
    try:
        return _from_file(module_name, path) if beside else importlib.import_module(module_name)
    except Exception as error:
        where = f"{path.name} below `root`" if beside else f"neither {path.name} below `root` nor installed"
        raise DataError(f"{name}: cannot be imported ({where}): {type(error).__name__}: {error}") from error


def _from_file(module_name: str, path: Path) -> ModuleType:
    loader = importlib.machinery.SourceFileLoader(f"{BESIDE}{module_name}", str(path))
    module = types.ModuleType(loader.name)
    module.__file__ = str(path)
    loader.exec_module(module)
    return module


def _line_in(own: OwnCode, error: Exception) -> str:
    """Return the line of the function's own file at which an error passed through it, in brackets, or nothing."""
    code = getattr(own.function, "__code__", None)
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if code is not None and frame.filename == code.co_filename]
    return f" ({Path(code.co_filename).name}:{lines[-1]})" if code is not None and lines else ""
