"""What is logged, and where to: standard logging, one logger a room, no secret in any line.

Nothing is printed unless the command line asks for it; a program that uses the package configures logging as it likes.
"""

from __future__ import annotations

import logging
import sys
from logging.handlers import MemoryHandler
from typing import TYPE_CHECKING

from reportgen.errors import EnvironmentFault
from reportgen.redaction import redacted
from reportgen.text import LONGEST_PROSE, visible

if TYPE_CHECKING:
    from pathlib import Path

ROOT = "reportgen"
LINE = "%(asctime)s %(levelname)-7s %(name)s: %(message)s"
SHORT_LINE = "%(name)s: %(message)s"
KEPT = 100_000  # lines that wait for their file

logging.getLogger(ROOT).addHandler(logging.NullHandler())


class WithoutSecrets(logging.Formatter):
    """Formats a line, its traceback included, takes secrets out of the whole, and writes out what cannot be seen."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        lines = redacted(super().format(record)).split("\n")
        return "\n".join(visible(line, longest=LONGEST_PROSE) for line in lines)


class _Waiting(MemoryHandler):
    """Keeps lines until it is known which file they belong to."""

    def shouldFlush(self, record: logging.LogRecord) -> bool:  # noqa: ARG002, N802 - the name and signature of logging
        """Wait."""
        return False


def show(level: int) -> None:
    """Print the lines of a level and above on standard error."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setLevel(level)
    handler.setFormatter(WithoutSecrets(SHORT_LINE))
    _add(handler, level)


def keep() -> None:
    """Keep every line until `write_to` says where; from then on they go there."""
    _add(_Waiting(KEPT, flushLevel=logging.CRITICAL + 1, flushOnClose=False), logging.DEBUG)


def write_to(path: Path) -> bool:
    """Write the lines that were kept, and all that follow, into a file; its former content is replaced.

    Returns
    -------
    bool
        Whether anything was waiting for a file; otherwise none is written.

    Raises
    ------
    EnvironmentFault
        When the file cannot be written.
    """
    logger = logging.getLogger(ROOT)
    waiting = next((handler for handler in logger.handlers if isinstance(handler, _Waiting)), None)
    if waiting is None:
        return False
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = logging.FileHandler(path, mode="w", encoding="utf-8")
    except OSError as error:
        raise EnvironmentFault(f"{path}: cannot write the log: {error.strerror or error}") from error
    file.setFormatter(WithoutSecrets(LINE))
    waiting.setTarget(file)
    waiting.flush()
    logger.removeHandler(waiting)
    logger.addHandler(file)
    return True


def stop() -> None:
    """Close whatever `show`, `keep` and `write_to` opened."""
    logger = logging.getLogger(ROOT)
    for handler in [one for one in logger.handlers if not isinstance(one, logging.NullHandler)]:
        logger.removeHandler(handler)
        handler.close()
    logger.setLevel(logging.NOTSET)
    logger.propagate = True


def _add(handler: logging.Handler, level: int) -> None:
    logger = logging.getLogger(ROOT)
    logger.addHandler(handler)
    logger.setLevel(min(level, logger.level or level))
    logger.propagate = False
