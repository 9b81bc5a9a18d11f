"""The file stream: how a run sends its history, summary, system metrics, console and its end."""

import json
import re

from wandb_server.store import now

FILE_STREAM = re.compile(r"/files/([^/]+)/([^/]+)/([^/]+)/file_stream")


def take_stream(server, entity, project, run_id, body):
    """Take one request of the stream and return its answer."""
    with server.store.lock:
        run = server.store.run(entity, project, run_id)
        for name, chunk in (body.get("files") or {}).items():
            _take_chunk(run, name, chunk["offset"], chunk["content"])
        run.heartbeat_at = now()
        if body.get("complete"):
            run.state = "finished" if body.get("exitcode") == 0 else "failed"
            if server.export_finished:
                run.history.export()
    return {}


def _take_chunk(run, name, offset, lines):
    if name == "wandb-history.jsonl":
        run.history.write(offset, lines)
    elif name == "wandb-summary.json":
        run.summary = json.loads(lines[-1])
    elif name == "wandb-events.jsonl":
        run.events[offset:] = lines
    elif name == "output.log":
        run.logs[offset:] = lines
