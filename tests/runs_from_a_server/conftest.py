"""A W&B service on this machine, and sources that read from it through the unmodified client."""

import itertools
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest
from runs_from_a_server.rows import history
from wandb_server import API_KEY, WandbServer

from reportgen.runs import Reading
from reportgen.runs.cache import Cache
from reportgen.runs.wandb_api.faults import Patience
from reportgen.runs.wandb_api.remote import Remote
from reportgen.runs.wandb_api.source import ApiSource
from reportgen.runs.wandb_api.want import need_of
from reportgen.spec import loads

HASTY = Patience(silence=30, attempts=2, client_retries=1, first_wait=0.01, longest_wait=0.02)
PROJECTS = itertools.count()


@pytest.fixture(scope="session")
def service(tmp_path_factory):
    """One service for all tests; the environment points at it."""
    home = tmp_path_factory.mktemp("home")
    before = dict(os.environ)
    with WandbServer() as server:
        os.environ |= {
            "WANDB_BASE_URL": server.url,
            "WANDB_API_KEY": API_KEY,
            "HOME": str(home),
            "NETRC": str(home / "n"),
        }
        for name in ("WANDB_ENTITY", "WANDB_PROJECT", "WANDB_MODE"):
            os.environ.pop(name, None)
        yield server
        os.environ.clear()
        os.environ.update(before)


@pytest.fixture(scope="session")
def connection(service):
    """One connection for the tests that do not break it."""
    with Remote({"host": None, "entity": None, "project": None}, HASTY) as remote:
        yield remote


@pytest.fixture
def project(service, connection, tmp_path):
    """An empty project of its own, and a reader of it with a cache of its own."""
    name = f"project-{next(PROJECTS)}"
    service.add_project("tester", name)
    service.faults.clear()
    minutes = itertools.count()

    def add(run_id, *, rows=40, start=0, **values):
        made = (datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=next(minutes))).isoformat()
        return service.add_run("tester", name, run_id, history=history(rows, start=start), created_at=made, **values)

    def source(lines="", *, metrics="[loss]", states=None, remote=connection, cache=tmp_path / "cache", **how):
        text = f"wandb: {{entity: tester, project: {name}, {lines}}}\nmetrics: {{primary: {metrics}}}\n"
        loaded = loads(text, str(tmp_path / "spec.yaml"))
        reading = Reading(cache=cache, patience=how.pop("patience", HASTY), **how)
        form = loaded.spec.sources[0].wandb
        need = need_of(loaded.spec, loaded.spec.handles()[0], loaded.where)
        need = replace(need, states=states or need.states)
        return ApiSource(form, "w", tmp_path, need=need, cache=Cache(cache), reading=reading, remote=remote)

    def read(*given, **how):
        """Read; the source that was read from, with its records and requests."""
        reader = source(*given, **how)
        service.requests.clear()
        records = reader.read()
        return SimpleNamespace(
            records=records,
            by_id={record.id.rpartition("/")[2]: record for record in records},
            told=reader.told,
            codes=[told.code for told in reader.told],
            freshness=reader.freshness,
            requests=service.requests.names(),
        )

    yield SimpleNamespace(name=name, add=add, read=read, source=source, folder=tmp_path, cache=tmp_path / "cache",
                          remove=lambda run_id: service.remove_run("tester", name, run_id))  # fmt: skip
    service.faults.clear()
