"""Every code block of the README and of configs/docs runs: specs load, commands parse and run, Python executes."""

import contextlib
import os
import re
import shlex
import shutil
import subprocess
import sys
import textwrap
import warnings
from pathlib import Path

import click
import pytest
import yaml

from reportgen.cli import main
from reportgen.errors import ReportgenWarning
from reportgen.spec import loads

CHECKOUT = Path(__file__).parents[2]
PAGES = [CHECKOUT / "README.md", *sorted((CHECKOUT / "configs/docs").glob("*.md"))]
BLOCK = re.compile(r"^( *)```(\w+)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
QUICKSTART = CHECKOUT / "configs/quickstart/wandb"
# What a block that shows only a few lines of a spec leaves out.
REST = {
    "files": {"path": "scores.csv", "values": ["reward"]},
    "axes": {"method": {"config": "algorithm"}, "task": {"config": "env"}, "seed": {"config": "seed"}},
    "metrics": {"primary": [{"name": "reward", "direction": "maximize"}]},
}
SOURCES = {"files", "wandb", "wandb_offline", "sources"}


def blocks(page: Path, *languages: str) -> list[str]:
    return [textwrap.dedent(text) for _, name, text in BLOCK.findall(page.read_text()) if name in languages]


def each(*languages: str) -> list:
    return [
        pytest.param(text, id=f"{page.name}-{k}")
        for page in PAGES
        for k, text in enumerate(blocks(page, *languages), start=1)
    ]


def commands(text: str) -> list[list[str]]:
    """The calls of reportgen in a shell block, as words without comments."""
    words = [shlex.split(part, comments=True) for part in re.split(r"\n|&&", text)]
    return [line[1:] for line in words if line and Path(line[0]).name == "reportgen"]


def test_only_languages_that_are_run_here_are_shown():
    shown = {name for page in PAGES for _, name, _ in BLOCK.findall(page.read_text())}
    assert shown <= {"yaml", "sh", "python", "py"}


@pytest.mark.parametrize("text", each("yaml"))
def test_a_spec_that_is_shown_loads(text, tmp_path):
    written = yaml.safe_load(text)
    rest = {key: value for key, value in REST.items() if key not in written and "preset" not in written}
    if SOURCES & set(written):
        rest.pop("files", None)
    text += yaml.safe_dump(rest) if rest else ""
    assert loads(text, tmp_path / "report.yaml").spec is not None


@pytest.mark.parametrize("text", each("sh"))
def test_a_command_that_is_shown_is_one(text, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "report.yaml").touch()
    (tmp_path / "build").mkdir()
    for call in commands(text):
        if call[-1] != "--help":
            parse(main, call)


def parse(command, arguments, parent=None):
    """Parse as click would, following groups, without running anything."""
    context = command.make_context(command.name, list(arguments), parent=parent)
    with context:
        if isinstance(command, click.Group):
            rest = [*context._protected_args, *context.args]
            _, chosen, rest = command.resolve_command(context, rest)
            parse(chosen, rest, context)


def test_a_wrong_command_would_be_noticed():
    with pytest.raises(click.UsageError):
        parse(main, ["build", "report.yaml", "--sett", "a=b"])


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A folder as the README's reader has it: runs that the SDK left in wandb/."""
    folder = tmp_path_factory.mktemp("place")
    for run in sorted(QUICKSTART.iterdir())[:8]:
        shutil.copytree(run, folder / "wandb" / run.name)
    return folder


def in_shell(line: list[str], folder: Path) -> None:
    command = [sys.executable, "-m", "reportgen", *line]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=200, check=False)
    assert done.returncode == 0, f"{line}: {done.stdout}{done.stderr}"


def test_the_first_report_and_its_exports_are_made_as_shown(place):
    first = next(text for text in blocks(PAGES[0], "sh") if "inspect" in text)
    for line in commands(first):
        if line[0] != "serve":  # runs until it is stopped; tests/cli serves
            in_shell(line, place)
    assert (place / "out/report/site/index.html").is_file()
    shutil.copytree(place / "out", place / "build")
    export = next(text for text in blocks(CHECKOUT / "configs/docs/building.md", "sh") if "export" in text)
    for line in commands(export):
        in_shell(line, place)
    assert (place / "report-latex").is_dir()


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """The W&B projects that the blocks name: two algorithms on two tasks, three seeds each."""
    from wandb_server import WandbServer, client_environment  # noqa: PLC0415 - slow to load

    before = dict(os.environ)
    with WandbServer(entity="my-team") as server:
        for project in ("robots", "my-project"):
            server.add_project("my-team", project)
            for algorithm in ("ppo", "dqn"):
                for seed in (1, 2, 3):
                    name = f"sky_{algorithm}_{seed}"
                    rows = [
                        {"_step": k, "eval_nav/success": seed / 10 + k / 100, "eval_nav/rooms": seed / 9 + k / 90,
                         "eval/reward": seed + k, "losses/td_error": 1 / (k + 1)}
                        for k in range(20)
                    ]  # fmt: skip
                    config = {"trainer": {"algorithm": algorithm}, "algorithm": algorithm, "seed": seed, "env_id": "m"}
                    server.add_run("my-team", project, name.replace("_", "-"), name=name, history=rows,
                                   group="baseline", config=config)  # fmt: skip
        os.environ |= client_environment(server.url, tmp_path_factory.mktemp("home"))
        yield server
        assert server.mistakes == []
    os.environ.clear()
    os.environ.update(before)


@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")], ids=lambda page: page.name)
def test_the_python_that_is_shown_runs_from_the_top_of_its_page(page, place, service):
    """Blocks of one page share their names, like the cells of a notebook; a page may go on from a labelled table."""
    names: dict = {"__name__": "__main__"}
    if page.name == "presets.md":
        names |= table_of_runs()
    if page.name == "README.md":
        in_shell(["init", "mine", "--from", "wandb"], place)
        place /= "mine"
    with contextlib.chdir(place), warnings.catch_warnings():
        warnings.simplefilter("ignore", ReportgenWarning)
        for k, text in enumerate(blocks(page, "python"), start=1):
            exec(compile(text, f"{page.name} block {k}", "exec"), names)  # noqa: S102 - our own docs


def table_of_runs() -> dict:
    from reportgen import DataProcessor, WandBDataCollector  # noqa: PLC0415 - slow to load

    runs = WandBDataCollector(entity="my-team", project="robots").fetch_runs(metrics=["eval/reward"])
    return {"df": DataProcessor(runs).to_dataframe()}
