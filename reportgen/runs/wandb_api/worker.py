"""The child process that talks to a W&B server through its client: a request a line in, answers a line out.

The client has no deadline of its own for histories, so it lives where it can be killed. When the line in ends, because
the parent has finished or died, so does this process.
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import sys
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from threading import BoundedSemaphore, Lock, Thread
from typing import TYPE_CHECKING, Any

from reportgen.runs.drafts import Draft
from reportgen.runs.entries import COLUMN
from reportgen.runs.history import HistoryWriter
from reportgen.runs.wandb_api.faults import Fault, fault_of_error
from reportgen.runs.wandb_api.history import BrokenDownload, History, read_history

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

THREADS = 8
PULSE = 1.0
"""Seconds between the signs of life of a job that waits for its turn."""
RUN_FIELDS = (
    "displayName", "state", "group", "jobType", "sweepName", "tags", "createdAt", "heartbeatAt", "historyLineCount",
    "commit",
)  # fmt: skip


class Worker:
    """Answers requests; the client and the runs listed so far are kept."""

    def __init__(self, out: Any) -> None:
        self._out = out
        self._writing = Lock()
        self._turns = BoundedSemaphore(os.cpu_count() or 1)
        self._api: Any = None
        self._runs: dict[str, Any] = {}
        self._secret = os.environ.get("WANDB_API_KEY", "")

    def serve(self, lines: Any) -> None:
        """Answer every request of a stream of lines."""
        with ThreadPoolExecutor(THREADS) as pool:
            for line in lines:
                request = json.loads(line)
                if request["kind"] == "open":  # everything else needs its result
                    self._answer(request)
                else:
                    pool.submit(self._answer, request)
            if scratch := os.environ.get("REPORTGEN_SCRATCH"):
                shutil.rmtree(scratch, ignore_errors=True)  # where the parent was killed nobody else does
            os._exit(0)  # nobody waits for an answer any more

    def _answer(self, request: dict[str, Any]) -> None:
        job = request["job"]
        try:
            answer = getattr(self, f"do_{request['kind']}")(request)
            self._say({"job": job, "done": answer})
        except Exception as error:  # noqa: BLE001 - whatever the client raises is told to the parent
            fault = self._fault(error)
            self._say({"job": job, "fault": {"kind": fault.kind, "text": fault.text, "status": fault.status}})

    def _say(self, message: dict[str, Any]) -> None:
        with self._writing:
            self._out.write(json.dumps(message) + "\n")
            self._out.flush()

    def do_open(self, request: dict[str, Any]) -> dict[str, Any]:
        """Log in, which verifies the key, and say who and where we are."""
        Thread(target=import_module, args=("pyarrow.parquet",), daemon=True).start()  # histories need it next
        import wandb  # noqa: PLC0415 - slow to load, and only here

        setup = wandb.setup(
            settings=wandb.Settings(
                x_graphql_retry_max=request["retries"],
                x_graphql_retry_wait_min_seconds=request["first_wait"],
                x_graphql_retry_wait_max_seconds=request["longest_wait"],
                x_graphql_timeout_seconds=request["silence"],
                x_file_transfer_retry_max=request["retries"],
                x_file_transfer_retry_wait_min_seconds=request["first_wait"],
                x_file_transfer_retry_wait_max_seconds=request["longest_wait"],
                x_file_transfer_timeout_seconds=request["run"],
            )
        )
        self._say({"job": request["job"], "part": {"host": setup.settings.base_url}})
        overrides = {key: request[key] for key in ("entity", "project") if request.get(key)}
        self._api = wandb.Api(overrides=overrides, timeout=request["run"])
        self._secret = self._api.api_key or self._secret
        settings = self._api.settings
        return {
            "host": settings["base_url"],
            "entity": settings["entity"] or self._api.default_entity,
            "project": settings["project"],
            "wandb": wandb.__version__,
        }

    def do_projects(self, request: dict[str, Any]) -> dict[str, Any]:
        """List the names of an entity's projects."""
        return {"names": [project.name for project in self._api.projects(request["entity"])]}

    def do_who(self, _request: dict[str, Any]) -> dict[str, Any]:
        """Say whose key it is."""
        return {"user": self._api.viewer.username}

    def do_list(self, request: dict[str, Any]) -> dict[str, Any]:
        """List runs page by page with everything but their history; `light`: with names only, one page."""
        light = request["light"]
        self._api.flush()  # the client keeps listings, whatever has happened since
        found = self._api.runs(
            f"{request['entity']}/{request['project']}",
            filters=request["filters"],
            order="+created_at",
            per_page=request["page"],
            lazy=light,
        )
        listed = []
        for run in found:
            if not light:
                self._runs[run.id] = run
            listed.append({"id": run.id, "displayName": run.name} if light else _described(run))
            if len(listed) % request["page"] == 0:
                self._say({"job": request["job"], "part": listed})
                listed = []
            if light and len(listed) >= request["most"]:
                break
        return {"rest": listed, "count": len(found)}

    def do_history(self, request: dict[str, Any]) -> dict[str, Any]:
        """Fetch one history and write it as the cache keeps it, where the request wants it, else in its folder."""
        folder = Path(request["folder"])
        folder.mkdir(parents=True, exist_ok=True)
        key = request["run"]
        run = self._runs.get(key) or self._api.run(f"{request['entity']}/{request['project']}/{key}")

        def sign() -> None:
            self._say({"job": request["job"], "sign": True})

        history = read_history(run, request["wanted"], folder, keys=request["keys"], lines=request["lines"], sign=sign)
        live = dict(history.texts)
        with self._turn(sign):
            try:
                written = _written(history, Path(request["into"] or folder), sign)
            except OSError:  # a full or read-only cache costs the cache alone
                history.texts = live
                written = _written(history, folder, sign)
        told = {name: getattr(history, name) for name in ("logged", "last_step", "method", "texts")}
        return {**told, "written": written}

    @contextlib.contextmanager
    def _turn(self, sign: Callable[[], None]) -> Iterator[None]:
        """Wait for a processor: downloads gain by being many at once, what computes loses by it."""
        while not self._turns.acquire(timeout=PULSE):
            sign()
        try:
            yield
        finally:
            self._turns.release()

    def _fault(self, error: BaseException) -> Fault:
        return fault_of_error(error, secret=self._secret, broken=isinstance(error, BrokenDownload))


def _described(run: Any) -> dict[str, Any]:
    attributes = run._attrs  # noqa: SLF001 - the public properties ask the server again for what is null
    described = {name: attributes.get(name) for name in RUN_FIELDS}
    keys = attributes.get("historyKeys") or {}
    counts = {
        name: {str(kind["type"]): kind["count"] for kind in about.get("typeCounts", ())}
        for name, about in (keys.get("keys") or {}).items()
    }
    return {
        "id": run.id,
        **described,
        "url": run.url,
        "config": run.config,
        "summary": dict(run.summary_metrics),
        "keys": counts,
        "lastStep": keys.get("lastStep"),
    }


def _written(history: History, folder: Path, sign: Callable[[], None]) -> dict[str, Any]:
    """Write a history by row groups; only so much of it is in memory."""
    draft = Draft(folder)
    try:
        writer = HistoryWriter(draft, history.names)
        for rows in history.chunks():
            writer.append(rows)
            sign()
        writer.close()
        draft.finish()
    except BaseException:
        draft.discard()
        raise
    columns = [{name: getattr(column, name) for name in COLUMN} for column in writer.columns]
    about = {"path": str(draft.path), "rows": writer.rows, "sha256": draft.sha256, "size": draft.size}
    return {**about, "columns": columns}


def main() -> None:
    """Serve requests from standard input; what the client prints goes to standard error."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    Worker(out).serve(sys.stdin)


if __name__ == "__main__":
    main()
