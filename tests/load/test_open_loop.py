"""A server that stands still half a second in every two: the load sees it, a closed loop does not."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from decision_service.load.plan import Application, Plan
from decision_service.load.report import Sample

PERIOD, STANDS = 2.0, 0.5
SLOW_MS = 100.0
SECONDS, RATE = 8.0, 40.0
ANSWER = json.dumps({"outcome": "APPROVED", "reasons": [], "advice": [], "verifications": []}).encode()

TRUTH = (STANDS - SLOW_MS / 1000) / PERIOD
"""Arrivals that know nothing of the server fall anywhere in the period: this share of them waits for over SLOW_MS."""


class Standing(BaseHTTPRequestHandler):
    """Answers at once, but for the first half second of every two."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        time.sleep(max(0.0, STANDS - time.monotonic() % PERIOD))
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(ANSWER)))
        self.end_headers()
        self.wfile.write(ANSWER)

    def log_message(self, *_: object) -> None:
        """Says nothing."""


@pytest.fixture
def server() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Standing) as found:
        found.daemon_threads = True
        thread = threading.Thread(target=found.serve_forever, daemon=True)
        thread.start()
        yield found
        found.shutdown()
        thread.join(10)


def open_loop(port: int, folder: Path) -> list[Sample]:
    applications = (Application("a", {}, "APPROVED", ()),)
    plan = Plan(f"http://127.0.0.1:{port}", RATE, SECONDS, 1, {"a": 1}, {"a": (1, 2, 3)}, applications)
    (folder / "plan.json").write_bytes(plan.as_json())
    command = [
        sys.executable,
        "-m",
        "decision_service.load.sender",
        str(folder / "plan.json"),
        str(folder / "out.json"),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=120)
    return [Sample(*one) for one in json.loads((folder / "out.json").read_bytes())]


def closed_loop(port: int) -> list[float]:
    """One client that sends the next request when the last is answered, as many load tools do."""
    connection, times = HTTPConnection("127.0.0.1", port, timeout=30), []
    until = time.monotonic() + SECONDS
    while time.monotonic() < until:
        began = time.monotonic()
        connection.request("POST", "/v1/decisions", b"{}")
        connection.getresponse().read()
        times.append((time.monotonic() - began) * 1000)
    connection.close()
    return times


def slow_share(times: list[float]) -> float:
    return sum(one > SLOW_MS for one in times) / len(times)


def test_the_load_sees_the_stalls_that_a_closed_loop_misses(server: ThreadingHTTPServer, tmp_path: Path) -> None:
    port = server.server_address[1]
    samples = open_loop(port, tmp_path)
    assert all(one.verdict == "right" and one.status == 200 for one in samples)
    # 320 arrivals on average: five standard deviations are 90.
    assert abs(len(samples) - RATE * SECONDS) < 90
    # Three standard deviations under the truth; a machine that is busy besides can only add.
    assert slow_share([one.ms for one in samples]) > TRUTH - 0.07
    assert slow_share(closed_loop(port)) < TRUTH / 2


def test_a_request_that_never_comes_back_is_counted(tmp_path: Path) -> None:
    """A port that nobody listens on."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Standing) as found:
        port = found.server_address[1]
    samples = open_loop(port, tmp_path)
    assert samples
    assert all(one.verdict == "error" and one.status == 0 for one in samples)
