"""A JupyterLab of our own, with nothing of whoever runs the tests, that serves a folder."""

import json
import os
import subprocess
import sys
import time

import pytest

CONFIG = """
c.ServerApp.ip = "127.0.0.1"
c.ServerApp.port = 0
c.ServerApp.open_browser = False
c.ServerApp.allow_root = True
c.ServerApp.root_dir = {folder!r}
c.IdentityProvider.token = ""
c.LabApp.news_url = None
c.LabApp.check_for_updates_class = "jupyterlab.NeverCheckForUpdate"
"""


@pytest.fixture
def jupyterlab(tmp_path):
    """Start JupyterLab on a folder; gives its address and the folder."""
    folder, home = tmp_path / "notebooks", tmp_path / "home"
    (home / "config").mkdir(parents=True)
    folder.mkdir()
    settings = home / "settings" / "@jupyterlab" / "apputils-extension"
    settings.mkdir(parents=True)
    (settings / "notification.jupyterlab-settings").write_text('{"fetchNews": "false", "checkForUpdates": false}')
    (home / "config" / "jupyter_lab_config.py").write_text(CONFIG.format(folder=str(folder)))
    places = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "JUPYTERLAB_SETTINGS_DIR": "settings",
        "JUPYTERLAB_WORKSPACES_DIR": "workspaces",
        "IPYTHONDIR": "ipython",
    }
    environment = os.environ | {name: str(home / place) for name, place in places.items()}
    with (home / "log").open("wb") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab"], cwd=folder, env=environment, stdout=log, stderr=log
        )
        try:
            yield _address(server, home), folder
        finally:
            server.terminate()
            server.wait(30)


def _address(server, home):
    """Wait for the file in which the server says where it is."""
    told = home / "runtime" / f"jpserver-{server.pid}.json"
    for _ in range(600):
        assert server.poll() is None, (home / "log").read_text()
        if told.exists():
            return json.loads(told.read_text())["url"]
        time.sleep(0.1)
    raise AssertionError((home / "log").read_text())
