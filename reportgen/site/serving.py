"""Shows a built site on this machine."""

from __future__ import annotations

from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from reportgen.errors import EnvironmentFault, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

HOST = "127.0.0.1"
Server = ThreadingHTTPServer


class _Quiet(SimpleHTTPRequestHandler):
    """Serves files and prints nothing per request."""

    def log_message(self, *arguments: Any) -> None:
        """Say nothing."""


def find_site(folder: Path) -> Path:
    """Return the folder of HTML: `folder` itself, its ``site``, or that of the only report below it.

    Raises
    ------
    UsageError
        When there is none, or several to choose from.
    """
    for place in (folder / "site", folder):
        if (place / "index.html").is_file():
            return place
    reports = sorted(path.parent.parent for path in folder.glob("*/site/index.html"))
    if len(reports) == 1:
        return reports[0] / "site"
    if reports:
        raise UsageError(f"{folder} holds {len(reports)} reports; choose one: {', '.join(map(str, reports))}")
    raise UsageError(f"{folder}: no report here; build one first, e.g. `reportgen demo`, then `reportgen serve build`")


def server_of(folder: Path, port: int) -> Server:
    """Return a server of a folder that listens already; the folder may be replaced while it runs.

    Raises
    ------
    EnvironmentFault
        When the port cannot be used.
    """
    try:
        return Server((HOST, port), partial(_Quiet, directory=str(folder)))
    except OSError as error:
        raise EnvironmentFault(f"port {port}: {error.strerror or error}; choose another by --port") from error


def address(server: Server) -> str:
    """Return where a server is found."""
    return f"http://{HOST}:{server.server_port}/"


def serve_site(folder: Path, port: int, *, announce: Callable[[str], object]) -> None:
    """Serve a report until interrupted.

    Raises
    ------
    EnvironmentFault
        When the port cannot be used.
    """
    site = find_site(folder)
    with server_of(site, port) as server:
        announce(f"{site} at {address(server)} (stop with Ctrl+C)")
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            announce("stopped")
