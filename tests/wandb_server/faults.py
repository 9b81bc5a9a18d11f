"""What may go wrong between a client and the service, each to be put in the way of chosen requests.

`server.faults.add("Runs", faults.status(503), times=2)` lets the next two requests of that operation fail; the first
argument is the pattern (`*` for any text) of an operation's name or of a path, such as `*.parquet`.
"""

import json
import threading
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase

PAGE = b"<!doctype html><html><head><title>Just a moment</title></head><body>Checking your browser</body></html>"


@dataclass(frozen=True, kw_only=True)
class Response:
    """One answer; where `sent` is less than the body, the connection closes before the length it promised."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    sent: int | None = None


class ConnectionLostError(Exception):
    """The connection is to be reset, with no answer."""


def answer(value, status=200, **headers):
    """Return a value as a JSON answer."""
    kind = {"Content-Type": "application/json"}
    return Response(status=status, body=json.dumps(value).encode(), headers=kind | headers)


def errors(message, status=200, **headers):
    """Return an answer that is a GraphQL error."""
    return answer({"errors": [{"message": message}], "data": None}, status, **headers)


def always(response):
    """Answer so, whatever was asked."""
    return lambda *_: response


def status(code, message="the server cannot do this now", retry_after=None):
    """Answer with a status, and with a Retry-After header where seconds are given."""
    headers = {} if retry_after is None else {"Retry-After": str(retry_after)}
    return always(errors(message, code, **headers))


def missing():
    """Answer that a file does not exist, in the words of an object store."""
    body = b'<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>'
    return always(Response(status=404, body=body, headers={"Content-Type": "application/xml"}))


def graphql_error(message):
    """Answer 200, with an error in the body."""
    return always(errors(message))


def rate_limited_in_200():
    """Answer 200, with the words of a rate limit in the body."""
    return graphql_error("rate limit exceeded, please try again later")


def html(code=200):
    """Answer with a web page, as proxies and log-in portals do."""
    return always(Response(status=code, body=PAGE, headers={"Content-Type": "text/html"}))


def reset():
    """Reset the connection before any answer."""

    def lose(normal, closing):
        raise ConnectionLostError

    return lose


def hang(seconds=3600):
    """Answer nothing for so long, then as usual; it ends at once when the server stops."""

    def wait(normal, closing):
        if closing.wait(seconds):
            raise ConnectionLostError
        return normal()

    return wait


def truncated(keep=0.5):
    """Promise the whole answer, send a part of it, and close."""

    def cut(normal, closing):
        whole = normal()
        return replace(whole, sent=int(len(whole.body) * keep))

    return cut


def short_file(keep=0.5):
    """Send a part of the file as if it were whole: what is stored is damaged."""

    def cut(normal, closing):
        whole = normal()
        return replace(whole, body=whole.body[: int(len(whole.body) * keep)])

    return cut


def flipped_bit(at=0.5):
    """Send the file with one bit flipped, at a part of its length."""

    def flip(normal, closing):
        whole = normal()
        body = bytearray(whole.body)
        body[int(len(body) * at)] ^= 1
        return replace(whole, body=bytes(body))

    return flip


@dataclass(kw_only=True)
class _Planned:
    pattern: str
    fault: object
    after: int
    times: int | None


class Faults:
    """The faults that are planned, in the order they were added; the first that matches a request happens to it."""

    def __init__(self):
        self._planned = []
        self._lock = threading.Lock()

    def add(self, pattern, fault, *, times=None, after=0):
        """Plan a fault for the requests that match: let `after` of them pass, then `times` fail (None: all)."""
        with self._lock:
            self._planned.append(_Planned(pattern=pattern, fault=fault, after=after, times=times))

    def clear(self):
        """Plan nothing more."""
        with self._lock:
            self._planned.clear()

    def take(self, names):
        """Return the fault that happens to a request of these names (its operation, its path), None for none."""
        with self._lock:
            for planned in self._planned:
                if planned.times == 0 or not any(fnmatchcase(name, planned.pattern) for name in names):
                    continue
                if planned.after:
                    planned.after -= 1
                    continue
                if planned.times is not None:
                    planned.times -= 1
                return planned.fault
        return None
