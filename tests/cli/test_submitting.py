"""What sends applications for `demo` and `drill` asks again where it is turned away for the moment."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from decision_service.demo.submit import Connections


@contextmanager
def answering(*script: tuple[int, dict[str, str]]) -> Iterator[tuple[str, list[str]]]:
    """A server that answers by the script, then with 200, and the keys that it was shown."""
    left, keys = list(script), list[str]()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            keys.append(self.headers["Idempotency-Key"])
            status, headers = left.pop(0) if left else (200, {})
            self.send_response(status)
            for name, value in {**headers, "Content-Length": "2"}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}", keys
        finally:
            server.shutdown()
            thread.join()


def sent(url: str) -> int:
    with Connections() as connections:
        return connections.send("POST", url, "/v1/decisions", {}, {"Idempotency-Key": "k1"})[0]


def test_whoever_is_turned_away_asks_again_under_the_same_key() -> None:
    with answering((503, {"Retry-After": "0"}), (503, {"Retry-After": "0", "Connection": "close"})) as (url, keys):
        assert sent(url) == 200
    assert keys == ["k1"] * 3


def test_what_is_no_invitation_to_come_again_is_told_as_it_is() -> None:
    with answering((503, {}), (422, {"Retry-After": "0"})) as (url, keys):
        assert [sent(url), sent(url)] == [503, 422]
    assert keys == ["k1"] * 2
