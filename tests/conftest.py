"""What every room may ask for: golden files, a W&B service, and a real browser that notes whatever leaves it."""

import functools
import http.server
import os
import shutil
import subprocess
import sys
import threading
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("same examples every time, however slow the machine", derandomize=True, deadline=None)
settings.load_profile("same examples every time, however slow the machine")

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
LOCAL = ("file:", "data:", "blob:", "about:")
QUICKSTART = Path(__file__).parents[1] / "configs" / "quickstart" / "wandb"
GOLDEN = Path(__file__).parent / "golden"


def pytest_addoption(parser):
    parser.addoption(
        "--refresh-golden", action="store_true", help="rewrite the files of tests/golden instead of comparing"
    )


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory):
    """Keep builds of tests away from the cache of whoever runs them."""
    before = os.environ.get("REPORTGEN_CACHE_DIR")
    os.environ["REPORTGEN_CACHE_DIR"] = str(tmp_path_factory.mktemp("cache"))
    yield
    os.environ.pop("REPORTGEN_CACHE_DIR")
    if before is not None:
        os.environ["REPORTGEN_CACHE_DIR"] = before


@pytest.fixture
def golden(request):
    """Return a check that a text equals tests/golden/<name>; with --refresh-golden it writes the file."""

    def check(name: str, text: str) -> None:
        path = GOLDEN / name
        if request.config.getoption("--refresh-golden"):
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8", newline="\n")
            return
        assert path.is_file(), f"tests/golden/{name} is missing; write it with pytest --refresh-golden"
        assert text == path.read_text(encoding="utf-8"), f"tests/golden/{name} differs; see pytest --refresh-golden"

    return check


@pytest.fixture(scope="session")
def browser():
    playwright = pytest.importorskip("playwright.sync_api")
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium is installed")
    with playwright.sync_playwright() as running:
        started = running.chromium.launch(executable_path=chromium, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def visit(browser):
    """Open pages; afterwards nothing may have left the machine, failed, been complained about or popped up."""
    contexts, faults = [], []

    def opened(url, *, allowed=LOCAL, patience=10_000, **options):
        context = browser.new_context(**options)
        contexts.append(context)
        context.set_default_timeout(patience)
        page = context.new_page()

        def note_request(request):
            if not request.url.startswith(allowed):
                faults.append(f"request: {request.url}")

        def note_console(message):
            if message.type in {"error", "warning"}:
                faults.append(f"console: {message.text}")

        def note_dialog(dialog):
            faults.append(f"dialog: {dialog.message}")
            dialog.dismiss()

        page.on("request", note_request)
        page.on("requestfailed", lambda request: faults.append(f"failed: {request.url} {request.failure}"))
        page.on("console", note_console)
        page.on("pageerror", lambda error: faults.append(f"error: {error}"))
        page.on("dialog", note_dialog)
        page.goto(url)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert faults == []


@pytest.fixture(scope="session")
def serving():
    """Return a context that serves a folder on this machine and gives its address."""
    return _serving


@contextmanager
def _serving(folder):
    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_):
            return

    handler = functools.partial(Quiet, directory=str(folder))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


@pytest.fixture
def wandb_server():
    """Start an empty W&B service; a request that it could not answer fails the test."""
    from wandb_server import WandbServer  # noqa: PLC0415 - slow to load

    with WandbServer() as server:
        yield server
    assert server.mistakes == []


@pytest.fixture(scope="session")
def quickstart_server(tmp_path_factory):
    """Start a W&B service with the runs of the quickstart, put there once by the real `wandb sync`; only read it."""
    from wandb_server import WandbServer, program_environment  # noqa: PLC0415 - slow to load

    folder = tmp_path_factory.mktemp("synced")
    recorded = shutil.copytree(QUICKSTART, folder / "wandb")  # the program marks what it has synced
    with WandbServer(entity="reportgen") as server:
        command = [sys.executable, "-m", "wandb", "sync", *map(str, sorted(recorded.iterdir()))]
        environment = program_environment(server.url, folder)
        subprocess.run(command, env=environment, cwd=folder, check=True, capture_output=True, timeout=120)
        assert server.mistakes == []  # the program itself ends with 0 whatever it was answered
        yield server


@pytest.fixture
def wandb_client_env(wandb_server, tmp_path, monkeypatch):
    """Point the wandb client of this process at the service, and return the environment for other programs."""
    from wandb_server import client_environment, program_environment  # noqa: PLC0415 - slow to load

    for name, value in client_environment(wandb_server.url, tmp_path).items():
        monkeypatch.setenv(name, value)
    yield program_environment(wandb_server.url, tmp_path)
    os.environ.pop("WANDB_SERVICE", None)  # the client leaves it there, and clients of other programs would share it
