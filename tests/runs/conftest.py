"""A source over small files, as a spec would declare it."""

from pathlib import Path

import pytest

from reportgen.runs import read_runs
from reportgen.spec.model import Spec

AXES = {"method": "m", "task": "t", "seed": "s"}


class Folder:
    """A folder that files are written to and read from by `files:` sources."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def write(self, **files):
        """Write files; `__` in a keyword stands for a slash, `_` before the ending for a dot."""
        for keyword, content in files.items():
            stem, _, ending = keyword.replace("__", "/").partition("_")
            self.put(f"{stem}.{ending.replace('_', '.')}", content)
        return self

    def put(self, name, content):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return self

    def read(self, path, **source):
        return read_runs(self.spec({"path": path, "columns": AXES, **source}), self.root)

    def spec(self, *sources):
        return Spec.model_validate({"sources": tuple({"files": source} for source in sources)})


@pytest.fixture
def folder(tmp_path):
    return Folder(tmp_path)
