"""Hundreds of runs from a W&B server whose every name, tag, key and value was chosen to do harm: nothing happens."""

import csv
import json
import os
import re
import subprocess
import sys
from itertools import islice
from types import SimpleNamespace

import numpy as np
import pytest
import yaml
from hostile.texts import hostile_texts

from reportgen.runs.cache import Cache
from reportgen.runs.raw import RawRun
from reportgen.tables.webpage import LONGEST_TEXT
from reportgen.text import LONGEST_LABEL, csv_cell, visible

N_METHODS, N_TASKS, N_SEEDS = 10, 6, 6
METRICS = ("</title><script>window.broken=1</script> {{ 7 }}", "javascript:alert(1)|{: onclick=x }\u202e")
URL = "javascript:window.broken=1"
LINKS = ("file:", "https://squidfunk.github.io/", "data:image/")


def stored(cache, texts):
    """Put runs into the cache as a fetch does; return the texts by what they were used for."""
    methods, tasks = list(islice(texts, N_METHODS)), list(islice(texts, N_TASKS))
    used = {"method": methods, "task": tasks, "run": [], "seed": [], "tag": [], "key": [], "value": []}
    for place in range(N_METHODS * N_TASKS * N_SEEDS):
        cell, nr = divmod(place, N_SEEDS)
        method, task = methods[cell // N_TASKS], tasks[cell % N_TASKS]
        if (method, task) == (methods[-1], tasks[-1]):
            continue
        name, seed, *more = list(islice(texts, 13))
        tags, keys, values = more[:3], more[3:6], more[6:]
        for kind, fresh in (("run", [name]), ("seed", [seed]), ("tag", tags), ("key", keys), ("value", values)):
            used[kind] += fresh
        score = cell % 7 + (nr * 5 + cell) % 6 / 3 + (500 if place == 3 else 0)
        points = np.array([score, np.nan if place == 9 else score + 1])
        free = dict(zip(keys, values, strict=False))
        cache.store(
            f"api.wandb.ai/lab/maze/r{place}",
            {"state": "finished"},
            RawRun(
                entity="lab", project="maze", run_id=f"r{place}", name=name, tags=tuple(tags), group=tags[0],
                state="crashed" if place == 20 else "finished", url=URL, notes=(keys[0],) if place % 50 == 0 else (),
                config={"m": method, "t": task, "s": seed, "note": values[3], **free}, summary=free,
                history={"_step": np.array([1.0, 2.0]), METRICS[0]: points, METRICS[1]: points / 2},
                job_type=values[4],
            ),
        )  # fmt: skip
    return used


@pytest.fixture(scope="session")
def hostile(tmp_path_factory):
    """The folder of the report, the texts in it, and what every command said about them."""
    folder = tmp_path_factory.mktemp("hostile")
    texts = hostile_texts()
    used = stored(Cache(folder / "cache"), texts)
    title, author, label, unit, first, second, missing = islice(texts, 7)
    spec = {
        "report": {
            "title": title,
            "authors": [author],
            "slug": "hostile",
            "description": "\n\n".join(used["tag"][:50]),
        },
        "wandb": {"entity": "lab", "project": "maze"},
        "axes": {"method": {"config": "m"}, "task": {"config": "t"}, "seed": {"config": "s"}},
        "rename": {"method": {used["method"][0]: first}, "task": {used["task"][0]: second}},
        "baseline": first,
        "metrics": {
            "primary": [{"name": METRICS[0], "label": label, "unit": unit, "direction": "maximize"}],
            "secondary": [{"name": METRICS[1], "direction": "minimize"}],
        },
        "optimal_scores": {missing: 3},
        "normalization": {"reference": 0},
        "visualization": {"highlight": [first, missing]},
        "analysis": {"bootstrap_samples": 200, "curves": {"points": 3}},
        "notebooks": {"execute": "never"},
    }
    (folder / "report.yaml").write_text(yaml.safe_dump(spec))
    environment = {**os.environ, "REPORTGEN_CACHE_DIR": str(folder / "cache"), "COLUMNS": "300"}
    environment.pop("WANDB_BASE_URL", None)
    said = ""
    for command in (
        ["build", "report.yaml", "-o", "out", "--offline", "-vv", "--profile"],
        ["check", "report.yaml", "--offline"],
        ["export", "csv", "out/hostile", "-o", "exported"],
        ["cache", "ls"],
        ["cache", "verify"],
    ):
        done = subprocess.run(
            [sys.executable, "-m", "reportgen", *command],
            cwd=folder, env=environment, capture_output=True, text=True, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        said += done.stdout + done.stderr
    used["method"][0], used["task"][0] = first, second
    assert sum(map(len, used.values())) > 3000
    return SimpleNamespace(parent=folder, folder=folder / "out/hostile", said=said, title=title, **used)


def test_the_exact_texts_stand_in_the_files_for_programs(hostile):
    report = json.loads((hostile.folder / "report.json").read_text(encoding="utf-8"))
    assert report["report"]["title"] == hostile.title
    assert {one["label"] for metric in report["metrics"] for one in metric["methods"]} == set(hostile.method)
    with (hostile.folder / "docs/assets/tables/runs.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["run"] for row in rows} == {csv_cell(name) for name in hostile.run}
    assert {csv_cell(seed) for seed in hostile.seed} == {row["seed"] for row in rows}


@pytest.mark.browser
def test_nothing_runs_no_link_leads_away_and_every_text_reads_back(hostile, visit):
    """`visit` fails on any dialog, request, failed request, console message or error."""
    pages = sorted((hostile.folder / "site").rglob("*.html"))
    page, shown = visit(pages[0].as_uri()), set()
    for path in pages:
        page.goto(path.as_uri())
        page.wait_for_selector("h1" if path.name == "overview.html" else "html.js h1")
        found = page.evaluate(
            """() => {
                const all = [...document.querySelectorAll("*")];
                return {
                    broken: window.broken,
                    handlers: all.flatMap(e => e.getAttributeNames()).filter(name => /^on/i.test(name)),
                    links: all.flatMap(e => [e.href, e.src, e.action, e.data]).filter(v => typeof v == "string" && v),
                    inside: document.querySelectorAll(
                        "article :is(script, iframe, object, embed, form), article :is(td, th, h1, h2) :is(b, em, img)"
                    ).length,
                    text: [...document.querySelectorAll("td, th")].map(e => e.textContent),
                };
            }"""
        )
        assert found["broken"] is None, path
        assert found["handlers"] == [], path
        assert [link for link in found["links"] if not link.startswith(LINKS)] == [], path
        assert found["inside"] == 0, path
        shown |= set(found["text"])
    for kind in ("method", "task", "run", "seed"):
        longest = LONGEST_TEXT if kind == "seed" else LONGEST_LABEL
        assert {visible(text, longest=longest) for text in getattr(hostile, kind)} - shown == set(), kind


def test_no_cell_of_a_csv_starts_a_formula(hostile):
    for path in [*hostile.folder.rglob("*.csv"), *(hostile.parent / "exported").rglob("*.csv")]:
        with path.open(encoding="utf-8", newline="") as file:
            for cell in (cell for row in csv.reader(file) for cell in row):
                assert not cell.startswith(("=", "+", "@", "\t", "\r")), (path, cell)
                assert not cell.startswith("-") or float(cell) < 0, (path, cell)


def test_no_file_leaves_the_folder_and_no_name_of_a_file_is_a_strangers(hostile):
    assert sorted(path.name for path in hostile.parent.iterdir()) == ["cache", "exported", "out", "report.yaml"]
    assert [path.name for path in (hostile.parent / "out").iterdir()] == ["hostile"]
    for path in [*hostile.folder.rglob("*"), *(hostile.parent / "cache").rglob("*")]:
        assert not path.is_symlink()
        if "assets/javascripts" not in path.as_posix():
            assert re.fullmatch(r"[A-Za-z0-9._-]{1,120}", path.name), path


def test_nothing_that_any_command_printed_controls_the_terminal(hostile):
    assert {character for character in hostile.said if character != "\n" and not character.isprintable()} == set()
    assert "Traceback" not in hostile.said


@pytest.mark.slow
def test_its_latex_compiles_and_reads_no_file(hostile, tmp_path):
    command = ["pdflatex", "-halt-on-error", "-no-shell-escape", "-interaction=nonstopmode", "-recorder"]
    done = subprocess.run(
        [*command, "-output-directory", tmp_path, "report.tex"],
        cwd=hostile.folder / "latex", capture_output=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:].decode(errors="replace")
    read = (tmp_path / "report.fls").read_text(errors="replace")
    assert "/etc/passwd" not in read
