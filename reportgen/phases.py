"""Where the time of a build goes: each phase is shown as it starts, logged, and timed."""

from __future__ import annotations

import logging
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

LOG = logging.getLogger("reportgen.building")


@dataclass(frozen=True, slots=True, kw_only=True)
class Phases:
    """Shows and times the phases of a build.

    Parameters
    ----------
    shown
        Called with the name of a phase as it starts.
    taken
        Phase to seconds, in the order in which phases began. Phases in threads beside each other overlap, so the sum
        may exceed the time of the whole.
    """

    shown: Callable[[str], None]
    taken: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def __call__(self, name: str) -> Iterator[None]:
        """Time what is done inside."""
        self.shown(name)
        LOG.debug("%s", name)
        self.taken.setdefault(name, 0.0)
        started = time.perf_counter()
        try:
            yield
        finally:
            took = time.perf_counter() - started
            self.taken[name] += took
            LOG.info("%s: %.2f s", name, took)
