"""A server that stands still half a second in every two: each arrival is charged with what it would have waited.
Compared is each request with the server's own log and with the schedule of arrivals, never with a figure of time."""

import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from decision_service.load.arrivals import Stream
from decision_service.load.running import senders
from decision_service.load.samples import Sample
from tests.load.approval import ANSWER

PERIOD, STANDS = 2.0, 0.5
SECONDS, RATE = 6.0, 40.0
FORMS = 600
"""More than arrivals, so that the form tells which one it was."""


@dataclass
class Log:
    """When each application came and was answered (monotonic), and how many were there at once at most."""

    came: dict[int, float] = field(default_factory=dict)
    answered: dict[int, float] = field(default_factory=dict)
    most: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def come(self, number: int) -> None:
        with self.lock:
            self.came[number] = time.monotonic()
            self.most = max(self.most, len(self.came) - len(self.answered))

    def answer(self, number: int) -> None:
        with self.lock:
            self.answered[number] = time.monotonic()


class Standing(BaseHTTPRequestHandler):
    """Answers at once, but for the first half second of every two."""

    protocol_version = "HTTP/1.1"
    log: Log

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        number = body["form"]["number"]
        self.log.come(number)
        while (standing := STANDS - time.monotonic() % PERIOD) > 0:
            time.sleep(standing)
        self.log.answer(number)
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    Standing.log = Log()
    with ThreadingHTTPServer(("127.0.0.1", 0), Standing) as found:
        found.daemon_threads = True
        thread = threading.Thread(target=found.serve_forever, daemon=True)
        thread.start()
        yield found
        found.shutdown()
        thread.join(10)


POOLS = {"valid": list(range(FORMS))}


def plan(port: int, seconds: float, count: int) -> bytes:
    stage = {"name": "a", "seconds": seconds, "traffic": "mix", "broken": 0.0, "rates": {"a": RATE}}
    whole = {
        "url": f"http://127.0.0.1:{port}",
        "key": "",
        "seed": 1,
        "senders": count,
        "pools": {"a": POOLS},
        "forms": [json.dumps({"number": number}) for number in range(FORMS)],
        "stages": [stage],
    }
    return json.dumps(whole).encode()


class Nobody:
    """Watches nothing."""

    def begun(self, place: int) -> None:
        pass

    def came(self, sample: Sample) -> None:
        pass

    def pulse(self, sent: int, in_flight: int) -> None:
        pass

    def ended(self, place: int) -> None:
        pass


def open_loop(port: int, seconds: float, count: int) -> tuple[float, list[Sample]]:
    with senders(plan(port, seconds, count), count, Nobody()) as found:
        found.await_ready()
        start = found.play(0, seconds)
        return start, sorted(found.samples, key=lambda one: one.number)


@pytest.mark.parametrize("count", [1, 2])
def test_each_arrival_is_charged_from_the_instant_at_which_it_was_due(server: ThreadingHTTPServer, count: int) -> None:
    start, samples = open_loop(server.server_address[1], SECONDS, count)
    log = Standing.log
    scheduled = list(Stream("1/a/a", RATE, SECONDS, POOLS).arrivals())
    assert [(one.number, one.application) for one in samples] == [(one.number, one.application) for one in scheduled]
    assert [one.due for one in samples] == pytest.approx([one.at for one in scheduled], abs=1e-9)
    stood = 0
    for one in samples:
        assert (one.status, one.told is not None) == (200, True)
        due = start + one.due
        # By the server's own log: not sent before it was due, and not answered before it says.
        assert due - 1e-6 <= due + one.lag_ms / 1000 <= log.came[one.application]
        assert due + one.ms / 1000 >= log.answered[one.application]
        # By the schedule alone: whoever was due while the server stood still waits for the rest of that time.
        rest = STANDS - due % PERIOD
        if rest > 0:
            stood += 1
            assert one.ms >= rest * 1000 - 0.01
    assert stood > SECONDS / PERIOD * 2
    assert log.most > 1, "no arrival waits for the answer to another"


def test_a_request_that_never_comes_back_is_counted() -> None:
    """A port that nobody listens on."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Standing) as found:
        port = found.server_address[1]
    _, samples = open_loop(port, 1.0, 1)
    assert samples
    assert all(one.told is None and one.status == 0 for one in samples)
