"""The child process as its parent holds it: started, asked, and killed with everything it started."""

from __future__ import annotations

import contextlib
import json
import os
import queue
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

import reportgen

FOLDERS = ("WANDB_DIR", "WANDB_CACHE_DIR", "WANDB_DATA_DIR")
DROPPED = ("WANDB_SERVICE", "WANDB_MODE", "WANDB_RUN_ID", "WANDB_SWEEP_ID", "WANDB_RESUME")
ENDED: dict[str, Any] = {}


class Child:
    """One process that talks to the server; its files lie in a scratch folder of its own.

    Parameters
    ----------
    host
        The server's address, None for the user's own setting.
    program
        The module that it runs.
    """

    def __init__(self, host: str | None = None, *, program: str = "reportgen.runs.wandb_api.worker") -> None:
        self.scratch = Path(tempfile.mkdtemp(prefix="reportgen-"))
        self.answers: queue.Queue[dict[str, Any]] = queue.Queue()
        self._log = (self.scratch / "log.txt").open("w+", encoding="utf-8", errors="replace")
        self._process = subprocess.Popen(  # noqa: S603 - a module of ours
            [sys.executable, "-m", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
            encoding="utf-8",
            env=self._environment(host),
            start_new_session=True,
        )
        threading.Thread(target=self._listen, daemon=True).start()

    def ask(self, request: dict[str, Any]) -> None:
        """Send a request; its answers come by `answers`."""
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):  # it has ended, which `answers` tells
                self._process.stdin.write(json.dumps(request) + "\n")
                self._process.stdin.flush()

    def last_words(self) -> str:
        """Return the end of what the process and the client printed."""
        self._log.flush()
        text = (self.scratch / "log.txt").read_text(encoding="utf-8", errors="replace")
        lines = [line for line in text.splitlines() if line.strip()]
        return lines[-1].strip() if lines else "it said nothing"

    def kill(self) -> None:
        """End the process, everything it started, and its scratch folder."""
        with contextlib.suppress(OSError):
            if hasattr(os, "killpg"):
                os.killpg(self._process.pid, signal.SIGKILL)
            else:
                self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._log):
            with contextlib.suppress(OSError):
                if stream is not None:
                    stream.close()
        shutil.rmtree(self.scratch, ignore_errors=True)

    def _listen(self) -> None:
        with contextlib.suppress(ValueError, OSError):
            for line in self._process.stdout or ():
                self.answers.put(json.loads(line))
        if self._process.stdout is not None:
            self._process.stdout.close()
        self.answers.put(ENDED)

    def _environment(self, host: str | None) -> dict[str, str]:
        """Return the user's environment, with the client's files kept out of the user's folders."""
        kept = {name: value for name, value in os.environ.items() if name not in DROPPED}
        package = str(Path(reportgen.__file__).parents[1])
        folders = {
            name: str(self.scratch / name.lower()) for name in ("WANDB_DIR", "WANDB_CACHE_DIR", "WANDB_DATA_DIR")
        }
        for folder in folders.values():
            Path(folder).mkdir()
        return {
            **kept,
            **folders,
            **({"WANDB_BASE_URL": host} if host else {}),
            "PYTHONPATH": os.pathsep.join([package, *filter(None, [kept.get("PYTHONPATH")])]),
            "REPORTGEN_SCRATCH": str(self.scratch),
            "OPENBLAS_NUM_THREADS": "1",  # it multiplies no matrices, and the threads would spin
            "WANDB_SILENT": "true",
            "WANDB_ERROR_REPORTING": "false",
        }
