"""A proxy before a real service that misbehaves by script, and remembers what passed."""

import http.client
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

PASS = "let it pass"  # noqa: S105 - no password
BEFORE = "hang up before the service hears of it"
AFTER = "hang up once the service has answered"
HALF = "hang up in the middle of the answer"
SILENT = "never answer, though the service did"
DRIP = "a byte now and then, for ever"
PAGE = "a page of some gateway, with status 502"
MANGLED = "status 200 with half of the JSON, said to be whole"
GARBAGE = "status 200 with a page"


@dataclass(frozen=True)
class Say:
    """An answer of the proxy's own."""

    status: int
    code: str = ""
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Passed:
    """One request as it came."""

    method: str
    path: str
    key: str | None
    body: bytes
    at: float
    authorization: str | None = None


Reply = tuple[int, dict[str, str], bytes]
Change = Callable[[Passed, Reply], Reply]


@dataclass
class Unruly:
    """What is played next, and what came so far. Once the script is over, everything passes; `change` makes something
    else of an answer."""

    url: str
    upstream: str
    script: list[str | Say] = field(default_factory=list)
    passed: list[Passed] = field(default_factory=list)
    ever: str | Say | None = None
    change: Change | None = None

    def play(self, *steps: str | Say, ever: str | Say | None = None) -> None:
        """`steps` for the next requests, then `ever`, or pass."""
        self.script, self.ever = list(steps), ever
        self.passed.clear()

    @property
    def keys(self) -> list[str | None]:
        return [one.key for one in self.passed]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    unruly: Unruly

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the name of the base class
        """Silent."""

    def do_GET(self) -> None:
        self._serve(b"")

    def do_DELETE(self) -> None:
        self._serve(b"")

    def do_POST(self) -> None:
        self._serve(self.rfile.read(int(self.headers.get("Content-Length", "0"))))

    def _serve(self, body: bytes) -> None:
        unruly = self.unruly
        headers = self.headers
        unruly.passed.append(
            Passed(
                self.command, self.path, headers.get("Idempotency-Key"), body, time.monotonic(),
                headers.get("Authorization"),
            )
        )  # fmt: skip
        step = unruly.script.pop(0) if unruly.script else unruly.ever or PASS
        if isinstance(step, Say):
            self._say(step)
        elif step == BEFORE:
            self._hang_up()
        elif step == PAGE:
            self._answer(502, {"Content-Type": "text/html"}, b"<h1>Bad Gateway</h1>")
        else:
            reply = self._upstream(body)
            self._forwarded(step, *(unruly.change(unruly.passed[-1], reply) if unruly.change else reply))

    def _forwarded(self, step: str, status: int, headers: dict[str, str], body: bytes) -> None:
        match step:
            case str() if step == PASS:
                self._answer(status, headers, body)
            case str() if step == AFTER:
                self._hang_up()
            case str() if step == HALF:
                self._answer(status, headers, body[: len(body) // 2], length=len(body))
                self._hang_up()
            case str() if step == SILENT:
                time.sleep(1.5)
                self._hang_up()
            case str() if step == DRIP:
                self._drip(status, headers, body)
            case str() if step == MANGLED:
                self._answer(status, headers, body[: len(body) // 2])
            case _:
                self._answer(200, {"Content-Type": "text/html"}, b"<h1>Welcome</h1>")

    def _upstream(self, body: bytes) -> tuple[int, dict[str, str], bytes]:
        address = urlsplit(self.unruly.upstream)
        connection = http.client.HTTPConnection(address.hostname or "", address.port, timeout=30)
        try:
            sent = {name: value for name, value in self.headers.items() if name.lower() not in ("host", "connection")}
            connection.request(self.command, self.path, body or None, sent)
            reply = connection.getresponse()
            return reply.status, dict(reply.getheaders()), reply.read()
        finally:
            connection.close()

    def _say(self, say: Say) -> None:
        body: dict[str, Any] = {"type": f"urn:miaopi:problem:{say.code}", "title": "t", "status": say.status}
        self._answer(say.status, {"Content-Type": "application/problem+json", **say.headers}, json.dumps(body).encode())

    def _answer(self, status: int, headers: dict[str, str], body: bytes, length: int | None = None) -> None:
        self.send_response_only(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "transfer-encoding", "connection"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)
        self.wfile.flush()

    def _drip(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self._answer(status, headers, b"", length=len(body))
        try:
            for place in range(min(len(body), 20)):
                self.wfile.write(body[place : place + 1])
                self.wfile.flush()
                time.sleep(0.1)
        except OSError:
            pass
        self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        with suppress(OSError):
            self.connection.shutdown(2)
        self.connection.close()


@contextmanager
def unruly(upstream: str) -> Iterator[Unruly]:
    """The proxy on a port of its own."""
    handler = type("Handler", (_Handler,), {})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    server.handle_error = lambda *_: None  # type: ignore[method-assign]  # clients that hang up are what it is for
    found = Unruly(f"http://127.0.0.1:{server.server_address[1]}", upstream)
    handler.unruly = found
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()
        thread.join(10)
