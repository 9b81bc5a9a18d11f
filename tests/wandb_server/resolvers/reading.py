"""Answers to what a client reads: who it is, projects, runs and their histories."""

import fnmatch
import json
import math

from wandb_server.filters import compiled, ordered
from wandb_server.history import pick, plain
from wandb_server.resolvers.registry import page, resolves


@resolves("Query.viewer")
def viewer(_, info):
    return info.context.viewer()


@resolves("Query.serverInfo")
def server_info(_, info):
    return {"features": [{"name": name, "isEnabled": True} for name in info.context.features]}


@resolves("Query.entity", "Project.entity")
def entity(source, info, name=None):
    return {"id": f"entity-{name or source.entity_name}", "name": name or source.entity_name}


@resolves("Query.organization")
def organization(_, info, name):
    return {"name": name, "featureFlags": []}


@resolves("Query.models")
def models(_, info, entityName=None, after=None, first=50):  # noqa: N803 - the service's name
    wanted = entityName or info.context.entity
    found = [project for project in info.context.store.projects.values() if project.entity_name == wanted]
    return page(found, after=after, first=first)


@resolves("Query.project", "Query.model")
def project(_, info, name=None, entityName=None):  # noqa: N803 - the service's name
    return info.context.store.project(entityName or info.context.entity, name)


@resolves("Project.isBenchmark", "Project.readOnly", "Run.readOnly")
def no(*_):
    return False


@resolves("Project.runCount")
def run_count(source, info, filters=None):
    return len(_selected(source, filters))


@resolves("Project.runs")
def runs(source, info, filters=None, after=None, first=50, order=None):
    return page(ordered(_selected(source, filters), order), after=after, first=first)


def _selected(source, filters):
    wanted = compiled(filters)
    return [run for run in source.runs.values() if wanted(run)]


@resolves("Project.run", "Project.bucket")
def run(source, info, name, **_):
    return source.runs.get(name)


@resolves("Project.totalSweeps")
def total_sweeps(source, info):
    return len(source.sweeps)


@resolves("Project.sweeps")
def sweeps(source, info, after=None, first=50, filters=None):
    return page(list(source.sweeps.values()), after=after, first=first)


@resolves("Project.sweep")
def sweep(source, info, sweepName):  # noqa: N803 - the service's name
    return source.sweeps.get(sweepName)


@resolves("Run.projectId")
def project_id(source, info):
    return source.project.internal_id


@resolves("Run.user")
def user(source, info):
    return {"id": f"user-{source.username}", "name": source.username, "username": source.username}


@resolves("Run.config")
def config(source, info):
    """Return the configuration wrapped as the service does; NaN is null there."""
    wrapped = {key: {"value": _without_nan(value), "desc": None} for key, value in source.config.items()}
    return json.dumps(wrapped)


def _without_nan(value):
    if isinstance(value, dict):
        return {key: _without_nan(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(inner) for inner in value]
    return None if isinstance(value, float) and value - value != 0 else value


@resolves("Run.wandbConfig")
def wandb_config(source, info, keys=None):
    return json.dumps(source.config.get("_wandb", {}))


@resolves("Run.summaryMetrics")
def summary_metrics(source, info):
    return json.dumps(plain(source.summary))


@resolves("Run.systemMetrics")
def system_metrics(source, info):
    return json.dumps(plain(source.system))


@resolves("Run.historyKeys")
def history_keys(source, info):
    told = source.history.keys()
    return told if source.last_step is None else told | {"lastStep": source.last_step}


@resolves("Run.historyLineCount")
def history_line_count(source, info):
    return len(source.history)


@resolves("Run.eventsLineCount")
def events_line_count(source, info):
    return len(source.events)


@resolves("Run.logLineCount")
def log_line_count(source, info):
    return len(source.logs)


@resolves("Run.historyTail")
def history_tail(source, info):
    return json.dumps([json.dumps(plain(row)) for row in source.history.rows[-1:]])


@resolves("Run.eventsTail")
def events_tail(source, info):
    return json.dumps(source.events[-1:])


@resolves("Run.history")
def history(source, info, minStep=0, maxStep=None, samples=None):  # noqa: N803 - the service's names
    last = math.inf if maxStep is None else maxStep
    return [json.dumps(plain(row)) for row in source.history.between(minStep, last, samples)]


@resolves("Run.events")
def events(source, info, samples=None):
    return source.events[:samples]


@resolves("Run.sampledHistory")
def sampled_history(source, info, specs):
    return [_sampled(source.history, json.loads(spec)) for spec in specs]


def _sampled(history, spec):
    rows = history.between(spec.get("minStep", 0), spec.get("maxStep", math.inf) + 1, None)
    return [plain(row) for row in pick(rows, spec.get("keys"))[: spec.get("samples", 500)]]


@resolves("Run.parquetHistory")
def parquet_history(source, info, liveKeys):  # noqa: N803 - the service's name
    files = source.history.parquet()
    urls = [info.context.store_blob(f"parquet/{source.path}/{index}.parquet", data) for index, data in enumerate(files)]
    return {"parquetUrls": urls, "liveData": [plain(row) for row in source.history.live_rows(liveKeys)]}


@resolves("Run.fileCount")
def file_count(source, info):
    return len(source.files)


@resolves("Run.files")
def files(source, info, names=None, after=None, first=50, pattern=None):
    glob = (pattern or "%").replace("%", "*").replace("_", "?")
    found = [
        info.context.file(name, key)
        for name, key in sorted(source.files.items())
        if (name in names if names else fnmatch.fnmatchcase(name, glob))
    ]
    return page(found, after=after, first=first)


@resolves("File.url")
def url(source, info, *, upload=False):
    return source["uploadUrl" if upload else "directUrl"]
