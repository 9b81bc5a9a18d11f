"""The widget itself: the state that the page in the browser shows, and the page's script and style, kept local."""

from __future__ import annotations

from importlib.resources import files
from typing import Any

import anywidget
import traitlets

_ASSETS = files("reportgen.interactive")


class Panel(anywidget.AnyWidget):
    """What `RunSelector` shows; the traits are JSON, and clicks come as messages ``{"do": ..., ...}``."""

    _esm = _ASSETS.joinpath("selector.js").read_text(encoding="utf-8")
    _css = _ASSETS.joinpath("selector.css").read_text(encoding="utf-8")

    where = traitlets.Unicode().tag(sync=True)
    runs: Any = traitlets.List().tag(sync=True)
    metrics: Any = traitlets.List().tag(sync=True)
    tasks: Any = traitlets.List().tag(sync=True)
    find = traitlets.Unicode().tag(sync=True)
    find_told = traitlets.Unicode().tag(sync=True)
    marks: Any = traitlets.List().tag(sync=True)
    holds: Any = traitlets.Dict().tag(sync=True)
    curve: Any = traitlets.Dict().tag(sync=True)
    settled: Any = traitlets.Dict().tag(sync=True)
    told: Any = traitlets.Dict().tag(sync=True)
    answered = traitlets.Int().tag(sync=True)
