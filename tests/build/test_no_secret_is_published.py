"""Twenty secrets in real W&B runs and in the spec: none reaches the report, its archives or its log."""

import html
import io
import json
import subprocess
import sys
import zipfile

import pytest

WORDS = [f"zq{number:02d}" * 5 for number in range(20)]
HEX = [f"{number:02d}ab" * 10 for number in range(20)]
CAPITALS = [f"ZQ{number:02d}" * 4 for number in range(20)]
CORES = {
    "name": WORDS[0],
    "second name": HEX[1],
    "tag": WORDS[2],
    "second tag": CAPITALS[3],
    "notes": WORDS[4],
    "config read as a method": WORDS[5],
    "config of a secret name": WORDS[6],
    "config that nobody names": WORDS[7],
    "metric": WORDS[8],
    "group": WORDS[9],
    "job type": WORDS[10],
    "title": WORDS[11],
    "description": WORDS[12],
    "label of a metric": HEX[13],
    "renamed method": WORDS[14],
    "label column": WORDS[15],
    "summary": WORDS[16],
    "unit": WORDS[17],
    "author": WORDS[18],
    "task": WORDS[19],
}
RECORD = """
import json, os, sys, wandb
cores = json.loads(sys.argv[1])
quiet = wandb.Settings(x_disable_meta=True, x_disable_stats=True, x_disable_machine_info=True, disable_git=True,
                       disable_code=True, console="off", silent=True)
for method in ("ppo", f"dqn hf_{cores['config read as a method']}"):
    for seed in range(3):
        first = seed == 0
        name = f"run{seed} ghp_{cores['name']}" if first else f"run{seed} {cores['second name']}"
        run = wandb.init(
            project="p", dir=".", mode="offline", settings=quiet, name=name, group=f"sk-{cores['group']}",
            tags=[f"key={cores['tag']}", f"AKIA{cores['second tag']}"], notes=f"password: {cores['notes']}",
            job_type=f"token={cores['job type']}",
            config={"algo": method, "seed": seed, "env": f"maze password={cores['task']}",
                    "api_key": cores["config of a secret name"],
                    "other": cores["config that nobody names"]})
        metric = f"return/hf_{cores['metric']}"
        for step in range(3):
            run.log({metric: seed + step + len(method), "step": step})
        run.summary["secret"] = f"eyJhbGciOiJIUzI1NiJ9.{cores['summary']}.c2ln"
        run.finish()
"""


@pytest.fixture(scope="module")
def built_with_secrets(tmp_path_factory, reportgen):
    folder = tmp_path_factory.mktemp("secrets")
    subprocess.run([sys.executable, "-c", RECORD, json.dumps(CORES)], cwd=folder, check=True, capture_output=True)
    spec = {
        "report": {
            "title": f"About hf_{CORES['title']}",
            "description": f"See https://me:{CORES['description']}@example.org",
            "authors": [f"Jane hf_{CORES['author']}"],
        },
        "wandb_offline": {"path": "wandb"},
        "axes": {"method": {"config": "algo"}, "task": {"config": "env"}, "seed": {"config": "seed"}},
        "labels": [{"as": "api_key", "config": "api_key"}, {"as": "login", "pattern": "run0*",
                   "label": f"me:{CORES['label column']}@host.org"}],
        "rename": {"method": {"ppo": f"PPO hf_{CORES['renamed method']}"}},
        "metrics": {
            "primary": [
                {
                    "name": f"return/hf_{CORES['metric']}",
                    "label": f"Return {CORES['label of a metric']}",
                    "direction": "maximize",
                    "unit": f"token={CORES['unit']}",
                }
            ]
        },
        "analysis": {"bootstrap_samples": 100, "curves": {"points": 5}},
    }  # fmt: skip
    (folder / "report.yaml").write_text(json.dumps(spec))
    done = reportgen("build", "report.yaml", "-o", "out", "-vv", "--debug", "--cache-dir", "cache", cwd=folder)
    assert done.returncode == 0, done.stderr
    return folder / "out", done.stdout + done.stderr


def texts_of(name, content):
    """Yield (place, text) of a file as a reader of it finds it; of an archive, of every file in it."""
    if name.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for inner in archive.namelist():
                yield from texts_of(f"{name}/{inner}", archive.read(inner))
    yield name, html.unescape(f"{name}\n{content.decode('utf-8', 'replace')}")


def test_no_secret_is_found_anywhere(built_with_secrets):
    out, printed = built_with_secrets
    assert (out / "report.log").is_file()
    found = {
        (secret, place)
        for path in out.rglob("*")
        if path.is_file()
        for place, text in texts_of(str(path.relative_to(out)), path.read_bytes())
        for secret, core in CORES.items()
        if core.casefold() in text.casefold()
    }
    assert found == set()
    assert [secret for secret, core in CORES.items() if core in printed] == []


def test_names_that_held_a_secret_are_still_told_apart(built_with_secrets):
    out, _ = built_with_secrets
    report = json.loads((out / "report/report.json").read_text())
    methods = [method["label"] for method in report["metrics"][0]["methods"]]
    assert len(set(methods)) == 2
    assert all("[redacted" in label for label in methods)
