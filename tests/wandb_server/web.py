"""The HTTP side: connections that stay open, ranges of files, uploads, and the faults that were planned."""

import base64
import json
import re
import socket
import struct
import traceback
from dataclasses import dataclass
from email.message import Message
from http.server import BaseHTTPRequestHandler
from urllib.parse import unquote, urlsplit

from wandb_server.api import execute, understood
from wandb_server.faults import ConnectionLostError, Response, answer, errors
from wandb_server.stream import FILE_STREAM, take_stream


@dataclass(frozen=True, kw_only=True)
class Request:
    """One request as it came."""

    method: str
    path: str
    body: bytes
    headers: Message
    operation: str | None = None
    payload: dict | None = None

    @property
    def names(self):
        """Return what it is known by: its operation where it has one, and its path."""
        return [name for name in (self.operation, self.path) if name]


class Handler(BaseHTTPRequestHandler):
    """One connection; `self.server.service` is the server as tests hold it."""

    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    wbufsize = -1

    def setup(self):
        super().setup()
        self.server.service.connections.add(self.connection)

    def finish(self):
        self.server.service.connections.discard(self.connection)
        try:
            super().finish()
        except OSError:
            self.close_connection = True

    def handle(self):
        try:
            super().handle()
        except OSError:  # the other side went away, or the server is stopping
            self.close_connection = True

    def serve(self):
        server = self.server.service
        request = _understand(self.command, unquote(urlsplit(self.path).path), self._body(), self.headers)
        server.requests.append(request)
        fault = server.faults.take(request.names)
        try:
            if fault:
                self._send(fault(lambda: _respond(server, request), server.closing))
            else:
                self._send(_respond(server, request))
        except ConnectionLostError:
            self._reset()

    do_GET = do_HEAD = do_POST = do_PUT = serve  # noqa: N815 - the library's names

    def _body(self):
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            return b"".join(iter(self._chunk, b""))
        return self.rfile.read(int(self.headers.get("Content-Length") or 0))

    def _chunk(self):
        data = self.rfile.read(int(self.rfile.readline().split(b";")[0], 16))
        self.rfile.readline()
        return data

    def _send(self, response):
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.body[: response.sent])
        self.wfile.flush()
        self.close_connection = self.close_connection or response.sent is not None

    def _reset(self):
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()
        self.close_connection = True

    def log_message(self, *_):
        return


def _understand(method, path, body, headers):
    if path != "/graphql":
        return Request(method=method, path=path, body=body, headers=headers)
    payload = json.loads(body)
    operation = payload.get("operationName") or understood(payload.get("query", ""))[1]
    return Request(method=method, path=path, body=body, headers=headers, operation=operation, payload=payload)


def _respond(server, request):
    """Answer as a service in good health does; a mistake of our own is kept for the test and answered 500."""
    try:
        if request.path.startswith("/storage/"):
            return _storage(server, request)
        if not _authorized(server, request):
            return errors("user is not logged in", 401)
        if request.path == "/graphql":
            return _graphql(server, request)
        if match := FILE_STREAM.fullmatch(request.path):
            return answer(take_stream(server, *match.groups(), json.loads(request.body)))
    except Exception:  # noqa: BLE001 - the thread of a request has nobody to tell but the test
        server.mistakes.append(f"{request.names}: {traceback.format_exc()}")
        return errors("a mistake of the test server", 500)
    server.mistakes.append(f"{request.method} {request.path}: no such address")
    return errors("no such address", 404)


def _authorized(server, request):
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    key = base64.b64decode(given).decode().partition(":")[2] if kind == "Basic" else given
    return key in server.api_keys


def _graphql(server, request):
    status, body = execute(request.payload, server.context)
    if status != 200:
        server.mistakes.append(f"{request.operation}: {body['errors']}\n{request.payload.get('query')}")
    return answer(body, status)


def _storage(server, request):
    """Get (whole, or a range) or put the bytes of a key."""
    key, blobs = request.path.removeprefix("/storage/"), server.store.blobs
    if request.method == "PUT":
        blobs[key] = request.body
        return Response(headers={"ETag": f'"{len(request.body)}"'})
    if key not in blobs:
        return errors("no such file", 404)
    kind = {"Content-Type": "application/octet-stream", "Accept-Ranges": "bytes"}
    wanted = re.fullmatch(r"bytes=(\d+)-(\d*)", request.headers.get("Range", ""))
    if not wanted:
        return Response(body=blobs[key], headers=kind)
    size = len(blobs[key])
    first, last = int(wanted[1]), min(int(wanted[2] or size - 1), size - 1)
    if first > last:
        return Response(status=416, headers={"Content-Range": f"bytes */{size}"})
    part = {"Content-Range": f"bytes {first}-{last}/{size}"}
    return Response(status=206, body=blobs[key][first : last + 1], headers=kind | part)
