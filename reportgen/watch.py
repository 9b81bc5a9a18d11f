"""Shows a report while it is being written: built again whenever its spec or templates change."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen import site
from reportgen.building import build, folder_of
from reportgen.errors import ReportgenError
from reportgen.portal import build_portal, specs_of
from reportgen.redaction import redacted
from reportgen.spec import load

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

EVERY = 0.5  # seconds between two looks

State = dict[Path, tuple[int, int]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watched:
    """Specs to be built and shown: one, or several as a portal.

    Parameters
    ----------
    paths
        Specs, and folders of specs.
    output
        As for a build.
    how
        What else `build` takes.
    """

    paths: Sequence[Path]
    output: Path | None
    how: Mapping[str, Any]

    @property
    def is_one(self) -> bool:
        """Whether it is a single report."""
        return len(self.paths) == 1 and not self.paths[0].is_dir()

    def build(self) -> Path:
        """Build everything and return the folder to be served."""
        if self.is_one:
            return build(self.paths[0], output=self.output, **self.how).folder / "site"
        portal = build_portal(specs_of(self.paths), output=self.output, **self.how)
        for failed in portal.failures:
            raise failed.error or ReportgenError(str(failed.spec))
        return portal.index.parent

    def former(self) -> Path | None:
        """Return the folder that an earlier build left, if there is one; of a spec with mistakes, by its name."""
        folder = (self.output or Path("build")).resolve()
        if self.is_one:
            try:
                folder = folder_of(load(self.paths[0], overrides=self.how.get("overrides", ())), self.output) / "site"
            except ReportgenError:
                folder = folder / self.paths[0].stem / "site"
        return folder if (folder / "index.html").is_file() else None

    def state(self) -> State:
        """Return every file whose change calls for a build, with its time and size."""
        found: State = {}
        for path in self._files():
            try:
                status = path.stat()
            except OSError:
                continue
            found[path] = (status.st_mtime_ns, status.st_size)
        return found

    def _files(self) -> list[Path]:
        specs = [one for path in self.paths for one in (sorted(path.glob("*.y*ml")) if path.is_dir() else [path])]
        return [*specs, *(file for spec in specs for file in self._around(spec))]

    def _around(self, spec: Path) -> list[Path]:
        """Return the templates and the preset of a spec's owner; none while the spec cannot be read."""
        try:
            loaded = load(spec, overrides=self.how.get("overrides", ()))
        except ReportgenError:
            return []
        templates = loaded.spec.output.templates
        own = [path for path in sorted((loaded.root / templates).rglob("*")) if path.is_file()] if templates else []
        return [*own, loaded.root / loaded.spec.preset] if loaded.spec.preset else own


def watch(watched: Watched, port: int, *, announce: Callable[[str], object], every: float = EVERY) -> None:
    """Build, serve, and build again on every change, until interrupted.

    An error is announced with its text; what is served then is the former report. Where there is none yet, serving
    begins with the first build that succeeds.

    Raises
    ------
    EnvironmentFault
        When the port cannot be used.
    """
    server: site.Server | None = None
    seen: State = {}
    try:
        while True:
            state = watched.state()
            if state != seen:
                seen = state
                folder = _built(watched, announce)
                if server is None and folder is not None:
                    server = site.server_of(folder, port)
                    threading.Thread(target=server.serve_forever, daemon=True).start()
                    announce(f"{folder} at {site.address(server)} (stop with Ctrl+C)")
            time.sleep(every)
    except KeyboardInterrupt:
        announce("stopped")
    finally:
        if server is not None:
            server.shutdown()
            server.server_close()


def _built(watched: Watched, announce: Callable[[str], object]) -> Path | None:
    started = time.monotonic()
    try:
        folder = watched.build()
    except ReportgenError as error:
        former = watched.former()
        rest = "the former report is still shown" if former else "there is no report to show yet"
        announce(f"error: {redacted(str(error))}\n{rest}; waiting for a change")
        return former
    announce(f"built in {time.monotonic() - started:.1f} s; reload the page to see it")
    return folder
