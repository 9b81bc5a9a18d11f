"""Reports that still stand: nothing that a build read has changed since, and nobody touched what it wrote.

Of each build from the command line a receipt is kept: every file that was opened and every folder that was looked
through while the spec, the runs and their labels were read, each with its state before it was read; the state of every
file that was published; and what the build said. Where code, packages, options and all those states are the same, a
build would make what is there already. What cannot be known for sure has no receipt: runs of a live server, the
owner's own code, and files that changed while they were read.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.artifacts import File
from reportgen.reuse import key_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from reportgen.reuse import Store

KIND = "builds"
RECEIPT = "receipt.json"
READING = ("open", "os.scandir", "os.listdir")
"""Events of Python's audit hooks."""
CODE = (".py", ".pyc", ".so", ".pth")
"""Files of programs: `reuse.key_of` and the installed packages cover them."""
SYSTEM = ("/proc/", "/sys/", "/dev/")
OWN_SETTINGS = ("REPORTGEN_", "WANDB_", "MPL")
RACY = 50_000_000
"""A file that was changed less than so many nanoseconds before its state was taken may change again unseen."""

State = list[int] | dict[str, list[str]] | None
"""A file's size, times and number; a folder's names; None where there is neither."""
_watching: list[Inputs] = []
_here = threading.local()
_installed: list[bool] = []


@dataclass(slots=True, kw_only=True, eq=False)
class Inputs:
    """What was read, with the state that it had before; `certain` is False where that cannot vouch for the result."""

    states: dict[str, State] = field(default_factory=dict)
    certain: bool = True

    def note(self, path: str) -> None:
        """Keep the state of a file or folder, unless it is known."""
        place = os.path.abspath(path)  # noqa: PTH100 - a Path would follow links
        if place not in self.states and not place.endswith(CODE) and not place.startswith(SYSTEM):
            self.states[place] = _state(place)

    def note_below(self, folder: Path) -> None:
        """Keep the state of everything below a folder."""
        for parent, _, names in os.walk(folder):
            for path in (Path(parent), *(Path(parent) / name for name in names)):
                self.note(str(path))

    def leave(self, folder: Path) -> None:
        """Forget what lies below a folder: the report itself, which a build looks at before it replaces it."""
        below = str(folder) + os.sep
        for place in [one for one in self.states if (one + os.sep).startswith(below)]:
            del self.states[place]

    def hold(self, target: Path) -> bool:
        """Tell whether everything is as it was before it was read, and old enough for a change to be seen."""
        now = time.time_ns()
        young = any(isinstance(state, list) and now - max(state[1:3]) < RACY for state in self.states.values())
        return self.certain and not young and _same(self.states, target)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a build said: the headline's table, and its summary."""

    table: str
    summary: Mapping[str, Any]


@contextmanager
def watched() -> Iterator[Inputs]:
    """Note every file that is opened and every folder that is listed inside, in any thread of this process."""
    if not _installed:  # such a hook cannot be taken away, but sleeps while nobody watches
        _installed.append(True)
        sys.addaudithook(_heard)
    inputs = Inputs()
    _watching.append(inputs)
    try:
        yield inputs
    finally:
        _watching.remove(inputs)


def _heard(event: str, arguments: Sequence[Any]) -> None:
    if not _watching or event not in READING or getattr(_here, "looking", False):
        return
    place = "." if arguments[0] is None else arguments[0]
    if isinstance(place, str | bytes):
        _here.looking = True  # what is looked at here is no input
        try:
            for inputs in tuple(_watching):
                inputs.note(os.fsdecode(place))
        finally:
            _here.looking = False


def key_of_build(spec: Path, options: Mapping[str, Any]) -> str:
    """Return the key of builds of a spec with some options by this code, these packages and these settings."""
    settings = {name: value for name, value in sorted(os.environ.items()) if name.startswith(OWN_SETTINGS)}
    given = {name: str(value) for name, value in sorted(options.items())}
    return key_of(str(spec.absolute()), str(Path.cwd()), given, settings, _packages())


def keep(store: Store, key: str, inputs: Inputs, target: Path, said: Said) -> None:
    """Keep the receipt of a build, where what it read vouches for what it made."""
    if inputs.hold(target):
        receipt = {
            "target": str(target),
            "inputs": inputs.states,
            "outputs": _below(target),
            "table": said.table,
            "summary": dict(said.summary),
        }
        store.put(KIND, key, [File(path=RECEIPT, content=json.dumps(receipt).encode())])


def find(store: Store, key: str) -> Said | None:
    """Return what the last such build said, if its report still stands and would be made again as it is."""
    kept = store.get(KIND, key)
    if kept is None:
        return None
    receipt = json.loads(kept[0].content)
    target = Path(receipt["target"])
    if _same(receipt["inputs"], target) and receipt["outputs"] == _below(target):
        return Said(table=receipt["table"], summary=receipt["summary"])
    return None


def _same(states: Mapping[str, State], target: Path) -> bool:
    return all(_plain(_state(place), place, target) == _plain(state, place, target) for place, state in states.items())


def _plain(state: State, place: str, target: Path) -> State:
    """Leave the report itself, and what builds make beside it, out of the names of a folder."""
    if not isinstance(state, dict):
        return state
    own = {target.name, f"{target.name}.log"} if Path(place) == target.parent else set()
    own |= {above.name for above in target.parents if above.parent == Path(place)}
    return {"names": [name for name in state["names"] if name not in own and not name.startswith(f".{target.name}.")]}


def _state(place: str) -> State:
    try:
        if Path(place).is_dir():
            return {"names": sorted(os.listdir(place))}  # noqa: PTH208 - names are wanted
        status = Path(place).stat()
    except OSError:
        return None
    return [status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino]


def _below(folder: Path) -> dict[str, State]:
    """Return the state of every file below a folder; a link has none."""
    found: dict[str, State] = {}
    for parent, folders, names in os.walk(folder):
        for name in (*names, *(one for one in folders if (Path(parent) / one).is_symlink())):
            place = Path(parent) / name
            found[str(place)] = None if place.is_symlink() else _state(str(place))
    return found


def _packages() -> tuple[str, ...]:
    """Return the installed packages with their versions, as their folders are called."""
    folders = [folder for folder in sys.path if Path(folder).is_dir()]
    return tuple(path.name for folder in folders for path in sorted(Path(folder).glob("*.dist-info")))
