"""What the server holds: projects, their runs, sweeps, artifacts and reports, and the bytes of every file."""

import base64
import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime

from wandb_server.history import History


def now():
    return datetime.now(UTC).isoformat(timespec="seconds")


def storage_id(kind, *parts):
    """Return an opaque id as the service gives them: base64 of what it names."""
    return base64.b64encode(":".join([kind, *map(str, parts)]).encode()).decode()


def named_by(identity):
    """Return the parts that a storage id names."""
    return base64.b64decode(identity).decode().split(":")[1:]


@dataclass(kw_only=True)
class Run:
    """One run; a test may change what it likes, the next request sees it."""

    project: "Project"
    name: str
    display_name: str
    history: History = field(default_factory=History)
    config: dict = field(default_factory=dict)
    summary: dict = field(default_factory=dict)
    system: dict = field(default_factory=dict)
    state: str = "finished"
    tags: list = field(default_factory=list)
    group: str | None = None
    job_type: str | None = None
    sweep_name: str | None = None
    commit: str | None = None
    description: str | None = None
    notes: str | None = None
    username: str = "tester"
    created_at: str = field(default_factory=now)
    heartbeat_at: str | None = None
    last_step: int | None = None
    files: dict = field(default_factory=dict)
    events: list = field(default_factory=list)
    logs: list = field(default_factory=list)
    used: list = field(default_factory=list)
    logged: list = field(default_factory=list)

    @property
    def id(self):
        return storage_id("Run", self.project.entity_name, self.project.name, self.name)

    @property
    def path(self):
        return f"{self.project.entity_name}/{self.project.name}/{self.name}"

    def log(self, rows):
        """Append rows that only the live store has, as a run does while it runs."""
        self.history = History([*self.history.rows, *rows], exported=self.history.exported)
        self.heartbeat_at = now()

    def finish(self, state="finished"):
        """End the run; its history is exported."""
        self.state = state
        self.history.export()


@dataclass(kw_only=True)
class Project:
    """One project of an entity."""

    entity_name: str
    name: str
    internal_id: int
    created_at: str = field(default_factory=now)
    runs: dict = field(default_factory=dict)
    sweeps: dict = field(default_factory=dict)
    collections: dict = field(default_factory=dict)

    @property
    def id(self):
        return storage_id("Project", self.entity_name, self.name)


class Store:
    """Everything, behind one lock."""

    def __init__(self):
        self.lock = threading.RLock()
        self.projects = {}
        self.blobs = {}
        self.artifacts = []
        self.views = {}

    def project(self, entity, name, *, create=False):
        """Return a project, None where there is none; or make it."""
        key = (entity, name)
        if key not in self.projects and create:
            self.projects[key] = Project(entity_name=entity, name=name, internal_id=len(self.projects) + 1)
        return self.projects.get(key)

    def run(self, entity, project, name):
        """Return a run, None where there is none."""
        found = self.project(entity, project)
        return found.runs.get(name) if found else None

    def runs(self):
        """Return every run, in the order they were made."""
        return [run for project in self.projects.values() for run in project.runs.values()]

    def run_of_id(self, identity):
        """Return the run of a storage id, None where there is none."""
        return next((run for run in self.runs() if run.id == identity), None)
