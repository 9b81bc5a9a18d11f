"""The rooms of the house and who may import whom; the architecture page's table, as a test."""

import ast
import subprocess
import sys
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parents[1] / "reportgen"
BASE = {"errors", "artifacts", "parallel", "resources", "text", "redaction", "logs", "phases", "reuse", "standing"}
ALLOWED = {
    "errors": set(),
    "artifacts": {"errors"},
    "parallel": {"errors"},
    "resources": {"errors"},
    "text": {"errors"},
    "redaction": {"errors"},
    "logs": {"errors", "redaction", "text"},
    "phases": {"errors"},
    "reuse": {"errors", "artifacts", "resources"},
    "standing": {"artifacts", "reuse"},
    "spec": BASE,
    "runs": BASE | {"spec"},
    "data": BASE | {"spec", "runs"},
    "stats": {"errors"},
    "results": BASE | {"spec", "data", "stats"},
    "figures": BASE | {"spec", "data", "stats", "results"},
    "tables": BASE | {"spec", "data", "stats", "results"},
    "notebooks": BASE | {"spec", "data", "stats", "results"},
    "pages": BASE | {"spec", "results"},
    "site": BASE | {"spec", "pages"},
    "analyzer": BASE | {"spec", "data", "stats", "figures", "tables"},
    "building": BASE | {"spec", "runs", "data", "stats", "results", "figures", "tables", "notebooks", "pages", "site"},
    "export": BASE,
    "portal": BASE | {"spec", "building"},
    "watch": BASE | {"spec", "building", "site", "portal"},
    "doctor": BASE | {"runs"},
    "publish": BASE | {"spec", "runs", "results", "export"},
    "interactive": BASE | {"spec", "runs", "data", "figures"},
    "cli": BASE | {"spec", "building"},
}
# rooms that one command of the command line is about, imported inside that command
COMMAND_ROOMS = {
    "runs",
    "data",
    "results",
    "site",
    "tables",
    "doctor",
    "export",
    "portal",
    "watch",
    "publish",
    "interactive",
}
THIRD_PARTY_OF_STATS = {"numpy", "scipy"}


def imports(path):
    """Yield (line, module, at top level) for every import of a file; type-checking imports count too."""
    tree = ast.parse(path.read_text())
    inside = {id(node) for f in ast.walk(tree) if isinstance(f, ast.FunctionDef) for node in ast.walk(f)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name, id(node) not in inside
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            if module == "reportgen":
                for alias in node.names:
                    yield node.lineno, f"reportgen.{alias.name}", id(node) not in inside
            else:
                yield node.lineno, module, id(node) not in inside


def type_checking(path):
    """Return the lines of a file that only type checkers read."""
    blocks = (node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.If))
    return {
        line
        for block in blocks
        if isinstance(block.test, ast.Name) and block.test.id == "TYPE_CHECKING"
        for line in range(block.lineno, (block.end_lineno or block.lineno) + 1)
    }


def room_of(module):
    parts = module.split(".")
    return parts[1] if parts[0] == "reportgen" and len(parts) > 1 else None


def modules():
    outside = {PACKAGE / "__init__.py", PACKAGE / "__main__.py"}
    return [path for path in sorted(PACKAGE.rglob("*.py")) if path not in outside]


def test_rooms_import_only_from_their_left():
    offences = []
    for path in modules():
        relative = path.relative_to(PACKAGE)
        room = relative.parts[0].removesuffix(".py")
        assert room in ALLOWED, f"{path}: a room that the architecture does not know"
        for line, module, top in imports(path):
            target = room_of(module)
            if target in {None, room, "__version__"} or target in ALLOWED[room]:
                continue
            if room == "cli" and target in COMMAND_ROOMS and (not top or line in type_checking(path)):
                continue
            offences.append(f"{path}:{line}: {room} must not import {target}")
    assert not offences, "\n".join(offences)


def test_the_statistics_room_needs_numpy_and_scipy_only():
    standard = sys.stdlib_module_names
    offences = [
        f"{path}:{line}: {module}"
        for path in (PACKAGE / "stats").rglob("*.py")
        for line, module, _ in imports(path)
        if module.split(".")[0] not in standard | THIRD_PARTY_OF_STATS | {"reportgen"}
    ]
    assert not offences, "\n".join(offences)


def test_every_room_says_what_it_is_for():
    for room in (path for path in PACKAGE.iterdir() if path.is_dir() and (path / "__init__.py").exists()):
        assert ast.get_docstring(ast.parse((room / "__init__.py").read_text())), f"{room}: no docstring"


HELP = "import reportgen.cli; reportgen.cli.main(['--help'], standalone_mode=False)"

FETCHED = """
import io
import numpy as np
import pyarrow as pa
import reportgen.runs.wandb_api.worker
from reportgen.runs.history import HistoryWriter, to_numpy
writer = HistoryWriter(io.BytesIO(), ["loss"])
writer.append({"loss": np.array([1.0, np.nan])})
writer.close()
to_numpy(pa.Array.from_buffers(pa.float64(), 2, [pa.py_buffer(b"\\1"), pa.py_buffer(np.ones(2))]))
"""


@pytest.mark.parametrize("code", ["import reportgen", HELP, FETCHED])
def test_starting_up_loads_nothing_heavy(code):
    heavy = {"pandas", "matplotlib", "scipy", "wandb", "mkdocs", "nbconvert"}
    check = f"{code}\nimport sys\nprint('LOADED', sorted(set(sys.modules) & {heavy!r}))"
    out = subprocess.run([sys.executable, "-c", check], capture_output=True, text=True, check=True)
    assert out.stdout.splitlines()[-1] == "LOADED []"
