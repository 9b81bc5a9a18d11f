"""A map over worker processes, handed to statistics and figures as an argument.

The rooms that compute take any ``map``-like callable, so they stay free of this dependency, and the result never
depends on the number of workers.
"""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TypeVar

from reportgen.errors import EnvironmentFault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

T = TypeVar("T")
R = TypeVar("R")


MOST_THREADS = 8
"""More than this many readers only add memory."""


class Map(Protocol):
    """What a room may ask of a map: results in the order of the items."""

    def __call__(self, function: Callable[[T], R], items: Iterable[T], /) -> Iterable[R]:
        """Apply `function` to each item."""


def serial(function: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """Map in this process.

    Examples
    --------
    >>> serial(abs, [-1, 2])
    [1, 2]
    """
    return [function(item) for item in items]


def threads(function: Callable[[T], R], items: Iterable[T]) -> list[R]:
    """Map in threads of this process: for work that reads files and leaves the interpreter alone meanwhile.

    Examples
    --------
    >>> threads(abs, [-1, 2])
    [1, 2]
    """
    with ThreadPoolExecutor(min(os.cpu_count() or 1, MOST_THREADS)) as pool:
        return list(pool.map(function, items))


def workers(jobs: int) -> Map:
    """Return a map over `jobs` processes (1: this process; -1: every core).

    A user's ``joblib.parallel_config`` is honoured, for example `on_dask`; one job stays in this process even then.
    """
    if jobs == 1:
        return serial

    def parallel(function: Callable[[T], R], items: Iterable[T]) -> list[R]:
        from joblib import Parallel, delayed  # noqa: PLC0415 - heavy, and not needed for --help

        results: list[R] = Parallel(n_jobs=jobs)(delayed(function)(item) for item in items)
        return results

    return parallel


@contextmanager
def on_dask(scheduler: str) -> Iterator[None]:
    """Send the work of every map with several workers to a Dask cluster while inside; no result depends on it.

    Parameters
    ----------
    scheduler
        Address of the cluster's scheduler, e.g. ``tcp://host:8786``. Its workers need the same reportgen.

    Raises
    ------
    EnvironmentFault
        When Dask is not installed or nothing answers at the address.
    """
    try:
        from distributed import Client  # noqa: PLC0415 - heavy, and an extra
    except ImportError as error:
        raise EnvironmentFault('work on a cluster needs Dask: pip install "reportgen-ml[dask]"') from error
    import joblib  # noqa: PLC0415 - heavy, and not needed for --help

    try:
        client = Client(scheduler, timeout=10)  # its annotations are partial
    except (OSError, ValueError) as error:
        raise EnvironmentFault(f"no Dask scheduler answers at {scheduler!r}, e.g. tcp://host:8786: {error}") from error
    with client, joblib.parallel_config(backend="dask"):
        yield
