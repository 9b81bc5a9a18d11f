"""Answers to what a client writes: projects, runs with their files, and reports."""

import json

from wandb_server.resolvers.registry import resolves
from wandb_server.store import Run, now, storage_id

PLAIN = {
    "displayName": "display_name",
    "description": "description",
    "notes": "notes",
    "commit": "commit",
    "groupName": "group",
    "jobType": "job_type",
    "state": "state",
    "sweep": "sweep_name",
    "tags": "tags",
}


@resolves("Mutation.upsertModel")
def upsert_model(_, info, input):  # noqa: A002 - the service's name
    store, entity = info.context.store, input.get("entityName") or info.context.entity
    inserted = store.project(entity, input["name"]) is None
    made = store.project(entity, input["name"], create=True)
    return {"project": made, "model": made, "inserted": inserted}


@resolves("Mutation.upsertBucket")
def upsert_bucket(_, info, input):  # noqa: A002 - the service's name
    run, inserted = _found_or_made(info.context, input)
    for given, name in PLAIN.items():
        if input.get(given) is not None:
            setattr(run, name, input[given])
    if input.get("config") is not None:
        run.config = {key: _unwrapped(value) for key, value in json.loads(input["config"]).items()}
    if input.get("summaryMetrics") is not None:
        run.summary = json.loads(input["summaryMetrics"])
    run.heartbeat_at = now()
    return {"bucket": run, "inserted": inserted}


def _found_or_made(context, given):
    """Return (run, whether it is new); a run is named by its storage id, or by its name within a project."""
    store, entity = context.store, given.get("entityName") or context.entity
    known = store.run_of_id(given["id"]) if given.get("id") else store.run(entity, given["modelName"], given["name"])
    if known:
        return known, False
    project = store.project(entity, given["modelName"], create=True)
    run = Run(project=project, name=given["name"], display_name=given["name"], state="running", username=context.entity)
    project.runs[run.name] = run
    return run, True


def _unwrapped(value):
    return value["value"] if isinstance(value, dict) and "value" in value else value


@resolves("Mutation.updateRunState")
def update_run_state(_, info, input):  # noqa: A002 - the service's name
    info.context.store.run_of_id(input["id"]).state = input["state"]
    return {"success": True}


@resolves("Mutation.deleteRun")
def delete_run(_, info, input):  # noqa: A002 - the service's name
    run = info.context.store.run_of_id(input["id"])
    del run.project.runs[run.name]
    return {"clientMutationId": None}


@resolves("Mutation.createRunFiles")
def create_run_files(_, info, input):  # noqa: A002 - the service's name
    run = info.context.store.run(input["entityName"], input["projectName"], input["runName"])
    for name in input["files"]:
        run.files[name] = f"files/{run.path}/{name}"
    files = [info.context.file(name, run.files[name]) for name in input["files"]]
    return {"runID": run.id, "uploadHeaders": [], "files": files}


@resolves("Mutation.markRunFilesUploaded")
def mark_run_files_uploaded(*_, **__):
    return {"success": True}


@resolves("Query.view")
def view(_, info, id):  # noqa: A002 - the service's name
    return info.context.store.views.get(id)


@resolves("Mutation.upsertView")
def upsert_view(_, info, input):  # noqa: A002 - the service's name
    store = info.context.store
    identity = input.get("id") or storage_id("View", len(store.views) + 1)
    known = store.views.get(identity, {"createdAt": now()})
    project = store.project(input.get("entityName") or info.context.entity, input.get("projectName"))
    store.views[identity] = known | input | {"id": identity, "project": project, "updatedAt": now()}
    return {"view": store.views[identity], "inserted": "id" not in known}


@resolves("Mutation.deleteView")
def delete_view(_, info, input):  # noqa: A002 - the service's name
    return {"success": info.context.store.views.pop(input["id"], None) is not None}
