"""The server as tests hold it: start it, put runs in, plan faults, ask what was requested."""

import os
import socket
import threading
from collections import Counter
from contextlib import suppress
from fnmatch import fnmatchcase
from http.server import ThreadingHTTPServer

from wandb_server.api import Context
from wandb_server.faults import Faults
from wandb_server.history import History
from wandb_server.store import Run, Store, now
from wandb_server.web import Handler

API_KEY = "k" * 40


PLACES = ("WANDB_DIR", "WANDB_CACHE_DIR", "WANDB_CONFIG_DIR", "WANDB_DATA_DIR")


RETRIES = {  # few and quick: by default the client comes again for minutes, twenty times for a file
    f"WANDB_X_{what}_RETRY_{how}": value
    for what in ("GRAPHQL", "FILE_TRANSFER")
    for how, value in {"MAX": "1", "WAIT_MIN_SECONDS": "1", "WAIT_MAX_SECONDS": "1"}.items()
}


def client_environment(url, folder):
    """Return the variables that let a wandb client speak to a server and write below one folder only."""
    places = {name: folder / name.lower() for name in PLACES}
    for place in places.values():
        place.mkdir(exist_ok=True)
    return (
        RETRIES
        | {name: str(place) for name, place in places.items()}
        | {
            "WANDB_BASE_URL": url,
            "WANDB_API_KEY": API_KEY,
            "WANDB_ERROR_REPORTING": "false",
            "WANDB_SILENT": "true",
            "WANDB_HTTP_TIMEOUT": "5",
        }
    )


def program_environment(url, folder):
    """Return the whole environment of a program with a client of its own: one that ours has started is not shared."""
    return {name: value for name, value in os.environ.items() if name != "WANDB_SERVICE"} | client_environment(
        url, folder
    )


class Requests(list):
    """The requests that came, in order."""

    def count(self, pattern="*"):
        """Return how many match a pattern of an operation's name or a path."""
        return sum(any(fnmatchcase(name, pattern) for name in request.names) for request in self)

    def names(self):
        """Return how often each operation, or path, was asked for."""
        return dict(Counter(request.names[0] for request in self))


class WandbServer:
    """A W&B service on this machine, for one test.

    Parameters
    ----------
    entity
        The user that its key belongs to, and the default entity.
    api_keys
        The keys it takes; any other is answered 401.
    export_finished
        Whether the history of a run that ends is exported to Parquet files at once.
    features
        The names of the optional features it claims to have.
    """

    def __init__(self, *, entity="tester", api_keys=(API_KEY,), export_finished=True, features=(), port=0):
        self.entity, self.api_keys, self.export_finished = entity, set(api_keys), export_finished
        self.store, self.faults, self.requests, self.mistakes = Store(), Faults(), Requests(), []
        self.closing, self.connections = threading.Event(), set()
        self._http = _Http(("127.0.0.1", port), Handler)
        self._http.service = self
        self.url = f"http://127.0.0.1:{self._http.server_address[1]}"
        self.context = Context(store=self.store, url=self.url, entity=entity, features=tuple(features))
        self._thread = threading.Thread(target=self._http.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)

    def __enter__(self):
        self._thread.start()
        return self

    def __exit__(self, *_):
        self.stop()

    def stop(self):
        """Stop: what hangs ends, and connections that clients hold open are closed."""
        self.closing.set()
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()
        for connection in list(self.connections):
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    @property
    def runs(self):
        """Return every run, in the order they were made."""
        return self.store.runs()

    def add_project(self, entity, project):
        """Make a project, with no run yet."""
        return self.store.project(entity, project, create=True)

    def add_run(self, entity, project, run_id, *, name=None, history=(), exported=None, live=None, files=1,
                heartbeat=None, created_at=None, sweep=None, tags=(), **values):  # fmt: skip
        """Put a run in and return it.

        `history` is a frame, a dict of columns or a list of rows; see `wandb_server.history.History` for `exported`,
        `live` and `files` (how many Parquet files). Further values: `config`, `summary`, `state`, `group`, `job_type`,
        `notes`, `username`, `last_step` (what the server claims, where it lies).
        """
        made_at = created_at or now()
        within = self.add_project(entity, project)
        run = Run(
            project=within,
            name=run_id,
            display_name=name or run_id,
            history=History(history, exported=exported, live=live, files=files),
            tags=list(tags),
            sweep_name=sweep,
            created_at=made_at,
            heartbeat_at=heartbeat or made_at,
            **values,
        )
        if sweep and sweep not in within.sweeps:
            self.add_sweep(entity, project, sweep)
        within.runs[run_id] = run
        return run

    def add_sweep(self, entity, project, name, *, config="method: grid\nparameters: {}\n", state="FINISHED"):
        """Put a sweep in; its configuration is YAML text."""
        within = self.add_project(entity, project)
        runs = within.runs.values()
        within.sweeps[name] = {
            "id": f"sweep-{name}",
            "name": name,
            "displayName": name,
            "method": "grid",
            "state": state,
            "config": config,
            "createdAt": now(),
            "runCount": lambda: sum(run.sweep_name == name for run in runs),
        }

    def remove_run(self, entity, project, run_id):
        """Delete a run, as a user of the service may at any time."""
        del self.store.project(entity, project).runs[run_id]


class _Http(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request, client_address):
        """Say nothing: connections break in these tests on purpose, mistakes are kept by the server."""
