"""The child process that writes into a W&B project: one request in, what came of it out.

The client finishes a run in silence even when uploads were refused. So every artifact is waited for, and afterwards
the run is read back: state, values, and every file with its size.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

from reportgen.publish.wandb_report import save_report
from reportgen.runs.wandb_api.faults import fault_of_error

NAMED = 3  # missing things that a message names


class NotThereError(RuntimeError):
    """Something that was sent is not on the server."""


def upload(request: dict[str, Any]) -> dict[str, Any]:
    """Log in, write, and look whether all of it arrived; return where it is."""
    import wandb  # noqa: PLC0415 - slow to load, and only here

    settings = _settings(request)
    wandb.setup(settings=settings)
    api = wandb.Api(overrides=_given(request, "entity", "project"))  # verifies the key
    run = wandb.init(
        **_given(request, "entity", "project", "name", "group", "tags", "job_type", "config"), settings=settings
    )
    try:
        inputs = [run.use_artifact(_artifact(one, request)) for one in request["inputs"]]
        run.log(_media(request))
        run.summary.update(request["summary"])
        outputs = [run.log_artifact(_artifact(one, request)).wait() for one in request["outputs"]]
    except BaseException:
        run.finish(exit_code=1)
        raise
    files = {path.relative_to(run.dir).as_posix(): path.stat().st_size for path in Path(run.dir).glob("media/**/*.*")}
    run.finish()
    _verify(api.run(run.path), request, files)
    report = save_report(request, run.entity, run.project, run.id) if request["report"] else None
    artifacts = [one.name for one in (*inputs, *outputs)]
    return {"run": run.path, "url": run.url, "artifacts": artifacts, "report": report}


def _settings(request: dict[str, Any]) -> Any:
    """Return settings that retry a little and say nothing of this machine."""
    import wandb  # noqa: PLC0415 - slow to load, and only here

    few = {
        f"x_{what}_retry_{how}": request[value]
        for what in ("graphql", "file_stream", "file_transfer")
        for how, value in {
            "max": "retries",
            "wait_min_seconds": "first_wait",
            "wait_max_seconds": "longest_wait",
        }.items()
    }
    return wandb.Settings(
        **few,
        init_timeout=request["silence"],
        console="off",
        disable_git=True,
        disable_code=True,
        x_disable_meta=True,
        x_disable_stats=True,
        x_disable_machine_info=True,
        x_save_requirements=False,
        silent=True,
    )


def _given(request: dict[str, Any], *names: str) -> dict[str, Any]:
    return {name: request[name] for name in names if request[name]}


def _artifact(described: dict[str, Any], request: dict[str, Any]) -> Any:
    import wandb  # noqa: PLC0415 - slow to load, and only here

    artifact = wandb.Artifact(described["name"], described["type"], metadata=described["metadata"])
    for name, text in described["files"].items():
        if text is None:
            artifact.add_file(str(Path(request["folder"]) / name), name=name)
        else:
            with artifact.new_file(name, encoding="utf-8") as stream:
                stream.write(text)
    return artifact


def _media(request: dict[str, Any]) -> dict[str, Any]:
    import wandb  # noqa: PLC0415 - slow to load, and only here

    tables = {
        name: wandb.Table(columns=table["columns"], data=table["data"], allow_mixed_types=True)
        for name, table in request["tables"].items()
    }
    figures = {
        figure["name"]: wandb.Image(str(Path(request["folder"]) / figure["path"]), caption=figure["caption"])
        for figure in request["figures"]
    }
    return {**tables, **figures}


def _verify(run: Any, request: dict[str, Any], files: dict[str, int]) -> None:
    """Compare what the server has with what was sent."""
    there = {file.name: file.size for file in run.files(per_page=200)}
    wanted = (*request["tables"], *(figure["name"] for figure in request["figures"]), *request["summary"])
    summary = run.summary_metrics
    missing = [name for name, size in files.items() if there.get(name) != size]
    missing += [name for name in wanted if name not in summary]
    if missing:
        more = f" and {len(missing) - NAMED} more" if len(missing) > NAMED else ""
        raise NotThereError(f"not on the server afterwards: {', '.join(missing[:NAMED])}{more}")
    if run.state != "finished":
        raise NotThereError(f"the run is {run.state!r} on the server, not 'finished'")


def main() -> None:
    """Serve one request from standard input; what the client prints goes to standard error."""
    out = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    request = json.loads(sys.stdin.readline())
    try:
        message = {"done": upload(request)}
    except Exception as error:  # noqa: BLE001 - whatever the client raises is told to the parent
        fault = fault_of_error(error, secret=os.environ.get("WANDB_API_KEY", ""))
        message = {"fault": {"kind": fault.kind, "text": fault.text, "status": fault.status}}
    out.write(json.dumps(message) + "\n")
    out.flush()


if __name__ == "__main__":
    main()
