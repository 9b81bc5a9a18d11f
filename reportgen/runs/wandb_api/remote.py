"""Requests to a server with our own retries and deadlines, whatever the client does with its own."""

from __future__ import annotations

import heapq
import itertools
import queue
import time
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Self

from reportgen.runs.wandb_api.child import ENDED, Child
from reportgen.runs.wandb_api.faults import USUAL, Fault, Patience

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from pathlib import Path

AT_ONCE = 8
TICK = 0.5
GIVEN_UP = "not asked for, because {count} runs in a row had failed"


@dataclass(slots=True, kw_only=True, eq=False)
class Job:
    """A request on its way: how often it was made, when, and what has come so far."""

    number: int
    request: dict[str, Any]
    attempts: int = 0
    started: float = 0.0
    heard: float = 0.0
    size: int = 0
    parts: list[Any] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Answer:
    """What became of a request: its answer, with `parts` that came before, or the fault; and how often it was made."""

    request: dict[str, Any]
    done: dict[str, Any] = field(default_factory=dict)
    parts: tuple[Any, ...] = ()
    fault: Fault | None = None
    attempts: int = 1


class Remote:
    """A server, asked through a child process; use it as a context.

    Parameters
    ----------
    login
        What the child needs to log in: ``host``, ``entity``, ``project``, each of them perhaps None.

    Attributes
    ----------
    host
        The server's address, known once `open` was tried.
    """

    def __init__(self, login: dict[str, str | None], patience: Patience = USUAL) -> None:
        self._login = login
        self._patience = patience
        self._child: Child | None = None
        self._numbers = itertools.count(1)
        self._open: Answer | None = None
        self.host = ""
        self._begun = time.monotonic()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._restart()

    def open(self) -> Answer:
        """Log in, which verifies the key, and say where; a connection that is open already stays as it is."""
        if self._child is not None and self._open is not None:
            return self._open
        for attempt in itertools.count(1):
            answer = self._opened(attempt)
            self._open = None if answer.fault else answer
            if answer.fault is None or not answer.fault.passing or attempt >= self._patience.attempts:
                return answer
            time.sleep(self._patience.wait(attempt))
        raise AssertionError  # the count has no end

    def ask(self, request: dict[str, Any]) -> Answer:
        """Make one request."""
        return next(self.each([request]))

    def each(
        self,
        requests: Iterable[dict[str, Any]],
        *,
        check: Callable[[dict[str, Any], dict[str, Any]], Fault | None] = lambda _request, _done: None,
        in_a_row: int | None = None,
    ) -> Iterator[Answer]:
        """Make several requests at once and yield what became of each, as it is known.

        Parameters
        ----------
        check
            Looks at a request and its answer and says what is wrong with it, None for nothing.
        in_a_row
            After so many failures in a row the rest is not asked for.
        """
        jobs = [Job(number=next(self._numbers), request=request) for request in requests]
        ready, later, active = deque(jobs), list[tuple[float, int, Job]](), dict[int, Job]()
        failures = 0
        while ready or later or active:
            while later and later[0][0] <= time.monotonic():
                ready.appendleft(heapq.heappop(later)[2])
            if in_a_row and failures >= in_a_row:
                yield from self._given_up([*ready, *(job for *_, job in later), *active.values()], failures)
                return
            for job, done, failed in self._round(ready, active, [when for when, *_ in later]):
                fault = failed or check(job.request, done)
                if fault and fault.passing and job.attempts < self._patience.attempts and not self._over():
                    wait = self._patience.wait(job.attempts)
                    heapq.heappush(later, (time.monotonic() + wait, job.number, job))
                    continue
                failures = failures + 1 if fault else 0
                if self._child is not None and not fault:  # the server works on while an answer is looked at
                    self._send(self._child, ready, active, len(later))
                parts = tuple(job.parts)
                yield Answer(request=job.request, done=done, parts=parts, fault=fault, attempts=job.attempts)

    def _send(self, child: Child, ready: deque[Job], active: dict[int, Job], waits: int) -> None:
        """Send what may be sent beside `waits` jobs that wait for another attempt."""
        while ready and len(active) + waits < AT_ONCE:
            job = self._tried(ready.popleft())
            active[job.number] = job
            folder = {"folder": str(child.scratch / f"run-{job.number}-{job.attempts}")}
            child.ask({**job.request, **(folder if job.request["kind"] == "history" else {}), "job": job.number})

    def _round(
        self, ready: deque[Job], active: dict[int, Job], waits: Sequence[float]
    ) -> list[tuple[Job, dict[str, Any], Fault | None]]:
        """Send what may be sent, wait for one message, and return the jobs that came to an end.

        Jobs that wait for another attempt, until the times in `waits`, count as being under way.
        """
        child, fault = self._running()
        if child is None:
            waiting, ready_now = list(active.values()), list(ready)
            active.clear()
            ready.clear()
            return [(self._tried(job), {}, fault) for job in (*waiting, *ready_now)]
        self._send(child, ready, active, len(waits))
        try:
            pause = min(TICK, max(min(waits) - time.monotonic(), 0.01)) if waits else TICK
            message = child.answers.get(timeout=pause)
        except queue.Empty:
            return self._late(active, ready, child)
        if message is ENDED:
            why = Fault(kind="server", text=f"the process that reads from W&B ended: {child.last_words()}")
            ended: list[tuple[Job, dict[str, Any], Fault | None]] = [(job, {}, why) for job in active.values()]
            active.clear()
            self._restart()
            return ended
        heard = active.get(message["job"])
        return [] if heard is None else self._heard(heard, message, active, child)

    def _heard(
        self, job: Job, message: dict[str, Any], active: dict[int, Job], child: Child
    ) -> list[tuple[Job, dict[str, Any], Fault | None]]:
        job.heard = time.monotonic()
        if "part" in message:
            job.parts.append(message["part"])
        if "done" in message:
            del active[job.number]
            folder = str(child.scratch / f"run-{job.number}-{job.attempts}")
            return [(job, {**message["done"], "folder": folder}, None)]
        if "fault" in message:
            del active[job.number]
            return [(job, {}, Fault(**message["fault"]))]
        return []

    def _late(
        self, active: dict[int, Job], ready: deque[Job], child: Child
    ) -> list[tuple[Job, dict[str, Any], Fault | None]]:
        """Give up the jobs whose deadline has passed; the others begin again with a new child."""
        now = time.monotonic()
        for job in active.values():
            size = _size(child.scratch / f"run-{job.number}-{job.attempts}")
            if size > job.size:
                job.size, job.heard = size, now
        late = {job.number: why for job in active.values() if (why := self._too_late(job, now))}
        if not late:
            return []
        self._restart()
        ended: list[tuple[Job, dict[str, Any], Fault | None]] = []
        for job in list(active.values()):
            if job.number in late or now - job.heard > 0.8 * self._patience.silence:
                ended.append((job, {}, late.get(job.number) or Fault(kind="late", text="no answer in time")))
            else:
                job.attempts -= 1
                ready.append(job)
        active.clear()
        return ended

    def _too_late(self, job: Job, now: float) -> Fault | None:
        limits = (
            (now - job.heard, self._patience.silence, "no sign of life"),
            (now - job.started, self._patience.run, "not finished"),
            (now - self._begun, self._patience.whole, "the whole fetch has not finished"),
        )
        return next(
            (Fault(kind="late", text=f"{what} in {limit:g} s") for past, limit, what in limits if past > limit), None
        )

    def _over(self) -> bool:
        return time.monotonic() - self._begun > self._patience.whole

    def _given_up(self, jobs: Iterable[Job], failures: int) -> Iterator[Answer]:
        self._restart()
        fault = Fault(kind="server", text=GIVEN_UP.format(count=failures))
        for job in jobs:
            yield Answer(request=job.request, fault=fault, attempts=job.attempts)

    def _tried(self, job: Job) -> Job:
        job.attempts += 1
        job.started = job.heard = time.monotonic()
        job.size = 0
        job.parts = []
        return job

    def _running(self) -> tuple[Child | None, Fault | None]:
        if self._child is None:
            answer = self._opened(1)
            if answer.fault:
                return None, answer.fault
        return self._child, None

    def _opened(self, attempt: int) -> Answer:
        self._restart()
        child = Child(self._login.get("host"))
        patience = self._patience
        request: dict[str, Any] = {
            "kind": "open",
            "job": 0,
            **self._login,
            "retries": patience.client_retries,
            "first_wait": patience.first_wait,
            "longest_wait": patience.longest_wait,
            "silence": patience.silence / 2,
            "run": patience.run,
        }
        child.ask(request)
        self._child = child
        try:
            message = child.answers.get(timeout=patience.silence)
            if "part" in message:
                self.host = message["part"]["host"]
                message = child.answers.get(timeout=patience.silence)
        except queue.Empty:
            fault = Fault(kind="late", text=f"no answer in {patience.silence:g} s")
        else:
            if "done" in message:
                return Answer(request=request, done=message["done"], attempts=attempt)
            text = f"the process that reads from W&B did not start: {child.last_words()}"
            fault = Fault(**message["fault"]) if "fault" in message else Fault(kind="server", text=text)
        self._restart()
        return Answer(request=request, fault=fault, attempts=attempt)

    def _restart(self) -> None:
        if self._child is not None:
            self._child.kill()
            self._child = None


def _size(folder: Path) -> int:
    try:
        return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
    except OSError:  # a file went away while we looked
        return 0
