"""Runs a notebook in a fresh kernel of this interpreter, in a folder that holds its data and nothing else.

The user's own IPython start-up files, Jupyter configuration and kernels take no part, so the outputs depend on the
notebook, its data and the installed packages alone.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from reportgen.notebooks.cells import METADATA

if TYPE_CHECKING:
    from collections.abc import Sequence

    from nbformat import NotebookNode

    from reportgen.artifacts import File

KERNEL = "reportgen"
FOLDER = "notebooks"
ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
SCRATCH = re.compile(r"/\S*?/ipykernel_\d+/\d+\.py")


def execute(notebook: NotebookNode, data: Sequence[File], *, timeout: int) -> str:
    """Run every cell of a notebook, writing the outputs into it.

    Parameters
    ----------
    notebook
        It runs in the folder ``notebooks`` beside `data`.
    data
        The files it may read, by their paths in the report.
    timeout
        Seconds that one cell may take.

    Returns
    -------
    str
        Empty, or why the notebook stopped; it then holds what it did before, and the error.
    """
    with tempfile.TemporaryDirectory(prefix="rg") as scratch:
        folder = Path(scratch)
        for file in data:
            path = folder / "report" / file.path
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(file.content)
        home = folder / "report" / FOLDER
        home.mkdir(parents=True, exist_ok=True)
        failure = _run(notebook, folder, home, timeout)
    _clean(notebook)
    return failure


def _run(notebook: NotebookNode, folder: Path, home: Path, timeout: int) -> str:
    client = NotebookClient(
        notebook,
        km=_manager(folder),
        kernel_name=KERNEL,
        timeout=timeout,
        record_timing=False,
        coalesce_streams=True,  # how a kernel cuts what a cell prints depends on its speed
        resources={"metadata": {"path": str(home)}},
    )
    try:
        with ThreadPoolExecutor(1) as beside:  # the caller, a notebook perhaps, may run an event loop of its own
            work = client.async_execute(cleanup_kc=True, env=_environment(folder))
            beside.submit(asyncio.run, work).result()
    except CellExecutionError as error:
        return _plain(f"{error.ename}: {error.evalue}")
    except CellTimeoutError:
        return f"a cell took longer than {timeout} seconds (notebooks.timeout)"
    except (DeadKernelError, RuntimeError, OSError) as error:
        return _plain(f"the kernel does not answer: {type(error).__name__}")
    return ""


def _manager(folder: Path) -> AsyncKernelManager:
    """Return the manager of a kernel that is this interpreter, known to nobody else."""
    place = folder / "kernels" / KERNEL
    place.mkdir(parents=True)
    command = [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"]
    options = ["--HistoryManager.enabled=False", "--InteractiveShell.xmode=Minimal"]
    spec = {"argv": [*command, *options], "display_name": "Python 3", "language": "python"}
    (place / "kernel.json").write_text(json.dumps(spec), encoding="utf-8")
    specs = KernelSpecManager(kernel_dirs=[str(folder / "kernels")], ensure_native_kernel=False)
    settings: dict[str, Any] = {"kernel_name": KERNEL, "kernel_spec_manager": specs}
    settings["connection_file"] = str(folder / "kernel.json")
    if os.name == "posix":  # pipes in our own folder: no port, and nobody else can connect
        settings |= {"transport": "ipc", "ip": str(folder / "k")}
    return AsyncKernelManager(**settings)


def _environment(folder: Path) -> dict[str, str]:
    private = ("IPYTHONDIR", "JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR")
    return (
        dict(os.environ)
        | {name: str(folder / "settings") for name in private}
        | {"MPLBACKEND": "module://matplotlib_inline.backend_inline", "PYTHONHASHSEED": "0", "TZ": "UTC"}
    )


def _clean(notebook: NotebookNode) -> None:
    """Remove what differs from machine to machine: colours of terminals, scratch paths, versions, transport."""
    for cell in notebook.cells:
        cell.metadata = {}
        for output in cell.get("outputs", []):
            if output.output_type == "error":
                output.evalue = _plain(output.evalue)
                output.traceback = [_plain(line) for line in output.traceback]
            elif output.output_type == "stream":
                output.text = _plain(output.text)
            else:
                output.metadata = {kind: size for kind, size in output.metadata.items() if kind == "image/png"}
    notebook.metadata.clear()
    notebook.metadata.update(METADATA)


def _plain(text: str) -> str:
    return SCRATCH.sub("<cell>", ANSI.sub("", text))
