"""What comes over a connection and is no request as it is served: told by a problem, and hung up on in time."""

import re
import select
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from decision_service.http.connections import Bounds
from decision_service.http.headers import SECURITY
from tests.http.sockets import DECIDE, HOST, Heard, connect, exchange
from tests.http.staging import Stage
from tests.lateness import Lateness

LIVEZ = b"GET /livez HTTP/1.1\r\n" + HOST
CLOSE = b"Connection: close\r\n\r\n"
MEBIBYTE = 1 << 20

AMBIGUOUS: dict[str, bytes] = {
    "a length and chunks": DECIDE + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks and a length": DECIDE + b"Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
    "two lengths": DECIDE + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "a list of lengths": DECIDE + b"Content-Length: 2, 2\r\n\r\n{}",
    "a length with a sign": DECIDE + b"Content-Length: +2\r\n\r\n{}",
    "a length below nothing": DECIDE + b"Content-Length: -2\r\n\r\n{}",
    "a length in hexadecimal": DECIDE + b"Content-Length: 0x2\r\n\r\n{}",
    "a length beyond 64 bits": DECIDE + b"Content-Length: 99999999999999999999\r\n\r\n{}",
    "a coding that is not served": DECIDE + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "a coding that looks like chunks": DECIDE + b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "chunks twice": DECIDE + b"Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks in HTTP/1.0": DECIDE.replace(b"1.1", b"1.0") + b"Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "a chunk's length with a sign": DECIDE + b"Transfer-Encoding: chunked\r\n\r\n+2\r\n{}\r\n0\r\n\r\n",
    "a chunk longer than it says": DECIDE + b"Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n",
    "no host": b"GET /livez HTTP/1.1\r\n" + CLOSE,
    "two hosts": LIVEZ + HOST + CLOSE,
    "a blank before the colon": b"GET /livez HTTP/1.1\r\nHost : x\r\n" + CLOSE,
    "a folded line": LIVEZ + b"A: b\r\n c\r\n" + CLOSE,
    "lines that end in LF": b"GET /livez HTTP/1.1\nHost: x\n\n",
    "a CR inside a value": LIVEZ + b"A: b\rc\r\n" + CLOSE,
    "a NUL inside a value": LIVEZ + b"A: b\0c\r\n" + CLOSE,
    "a path that is not ASCII": "GET /一 HTTP/1.1\r\n".encode() + HOST + CLOSE,
    "a method in small letters": b"get /livez HTTP/1.1\r\n" + HOST + CLOSE,
    "a version that is none": b"GET /livez HTTP/9.9\r\n" + HOST + CLOSE,
    "HTTP/2 at once": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    "TLS": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
    "a tunnel": b"CONNECT inner:80 HTTP/1.1\r\n" + HOST + CLOSE,
    "nothing but noise": bytes(range(128, 256)),
}

TOO_LARGE: dict[str, tuple[int, str, tuple[bytes, ...]]] = {
    "65 fields": (431, "head_too_large", (LIVEZ, *[b"X-A: b\r\n"] * 65, CLOSE)),
    "10,000 fields": (431, "head_too_large", (LIVEZ + b"X-A: b\r\n" * 10_000 + CLOSE,)),
    "a field without end": (431, "head_too_large", (LIVEZ + b"X-A: ", *[b"x" * 9000] * 3)),
    "an address without end": (431, "head_too_large", (b"GET /", *[b"x" * 9000] * 3)),
    "a body that is announced": (413, "too_large", (DECIDE + b"Content-Length: 1073741824\r\n\r\n",)),
    "a body that is asked for": (
        413,
        "too_large",
        (DECIDE + b"Expect: 100-continue\r\nContent-Length: 5000000\r\n\r\n",),
    ),
    "chunks without end": (
        413,
        "too_large",
        (DECIDE + b"Transfer-Encoding: chunked\r\n\r\n", *[b"10000\r\n" + b"x" * 65536 + b"\r\n"] * 4),
    ),
    "a chunk's extension without end": (
        413,
        "too_large",
        (DECIDE + b"Transfer-Encoding: chunked\r\n\r\n1;", *[b"x" * MEBIBYTE] * 12),
    ),
}

SLOW: dict[str, tuple[list[int], str, tuple[bytes, ...]]] = {
    "nothing": ([], "", ()),
    "blank lines": ([], "", (b"\r\n", b"\r\n")),
    "half a line": ([408], "too_slow", (b"GET /livez HT",)),
    "half a head": ([408], "too_slow", (LIVEZ + b"A: b",)),
    "half a body": ([408], "too_slow", (DECIDE + b"Content-Length: 100\r\n\r\n{",)),
    "half a chunk": ([408], "too_slow", (DECIDE + b"Transfer-Encoding: chunked\r\n\r\nff\r\n{",)),
    "half a second head": ([200, 408], "too_slow", (LIVEZ + b"\r\n", b"GET /li")),
    "blank lines behind a request": ([200], "", (LIVEZ + b"\r\n", b"\r\n")),
    "the body of a request that was answered": ([200], "", (LIVEZ + b"Content-Length: 100\r\n\r\n{",)),
    "a byte at a time": ([408], "too_slow", tuple(bytes([one]) for one in (LIVEZ + CLOSE) * 4)),
}


@pytest.mark.parametrize("name", AMBIGUOUS)
def test_what_two_servers_could_read_differently_is_refused(stage: Stage, name: str) -> None:
    with Lateness().measured() as late:
        heard = exchange(stage.url, AMBIGUOUS[name])
    assert (heard.statuses, heard.ended) == ([400], True)
    assert heard.code == "not_http" or (name.startswith("a chunk") and heard.code == "body_incomplete")
    assert heard.seconds < 2 + late.seconds


@pytest.mark.parametrize("name", TOO_LARGE)
def test_what_is_too_large_is_refused_before_it_is_all_there(stage: Stage, name: str) -> None:
    status, code, parts = TOO_LARGE[name]
    with Lateness().measured() as late:
        heard = exchange(stage.url, *parts, pause=0.001)
    assert heard.raw.startswith(b"HTTP/1.1 ")
    assert (heard.statuses[-1], heard.code) == (status, code)
    assert heard.seconds < 8 + late.seconds


def test_whoever_is_slow_is_hung_up_on_within_five_seconds(stage: Stage) -> None:
    def heard_of(name: str) -> Heard:
        return exchange(stage.url, *SLOW[name][2], pause=0.1, in_turn=name == "half a second head")

    with ThreadPoolExecutor(len(SLOW)) as pool, Lateness().measured() as late:
        heard = dict(zip(SLOW, pool.map(heard_of, SLOW), strict=True))
    for name, (statuses, code, _) in SLOW.items():
        one = heard[name]
        assert (one.statuses, one.code, one.ended) == (statuses, code, True), name
        assert 3.5 < one.seconds <= 5 + late.seconds, name


def test_a_second_request_before_the_first_is_answered_is_not_served(stage: Stage) -> None:
    with Lateness().measured() as late:
        heard = exchange(stage.url, (LIVEZ + b"\r\n") * 3)
    assert (heard.statuses, heard.ended) == ([200], True)
    assert heard.fields["connection"] == "close"
    assert heard.seconds < 2 + late.seconds


def test_what_comes_behind_a_request_does_not_cost_its_answer(stage: Stage) -> None:
    heard = exchange(stage.url, LIVEZ + b"\r\n" + b"noise", half_close=True)
    assert (heard.statuses, heard.ended) == ([200], True)


def test_one_after_the_other_is_served(stage: Stage) -> None:
    heard = exchange(stage.url, LIVEZ + b"\r\n", LIVEZ + b"\r\n", LIVEZ + CLOSE, in_turn=True)
    assert heard.statuses == [200, 200, 200]


def test_whoever_sends_no_more_is_still_answered(stage: Stage) -> None:
    assert exchange(stage.url, LIVEZ + b"\r\n", half_close=True).statuses == [200]
    half = exchange(stage.url, DECIDE + b"Content-Length: 100\r\n\r\n{", half_close=True)
    assert (half.statuses, half.code) == ([400], "body_incomplete")


def test_another_protocol_is_not_taken_up(stage: Stage) -> None:
    for name in (b"websocket", b"h2c"):
        heard = exchange(stage.url, LIVEZ + b"Connection: Upgrade\r\nUpgrade: " + name + b"\r\n\r\n", LIVEZ + b"\r\n")
        assert (heard.statuses, heard.ended) == ([200], True)


def test_what_stands_behind_a_body_is_no_header(stage: Stage) -> None:
    """A proxy that vouches for headers looks at the head; a trailer would come past it."""
    head = DECIDE.replace(b"Idempotency-Key: wire\r\n", b"") + b"Transfer-Encoding: chunked\r\n" + CLOSE
    heard = exchange(stage.url, head, b"2\r\n{}\r\n0\r\nIdempotency-Key: behind\r\n\r\n")
    assert (heard.statuses, heard.code) == ([400], "key_missing")
    at_once = exchange(stage.url, head + b"2\r\n{}\r\n0\r\nIdempotency-Key: behind\r\n\r\n")
    assert (at_once.statuses, at_once.code) == ([400], "key_missing")


def test_the_whole_address_in_the_request_line_is_read_by_its_path(stage: Stage) -> None:
    assert exchange(stage.url, b"GET http://other.example/livez HTTP/1.1\r\n" + HOST + CLOSE).statuses == [200]
    for target in (b"*", b"//livez", b"/v1/../livez", b"/livez%00", b"/%2e%2e/livez", b"/livez/"):
        method = b"OPTIONS" if target == b"*" else b"GET"
        heard = exchange(stage.url, method + b" " + target + b" HTTP/1.1\r\n" + HOST + CLOSE)
        assert heard.statuses == [404], target


def secured(heard: Heard) -> bool:
    return all(heard.fields.get(name.decode()) == value.decode() for name, value in SECURITY)


def test_every_answer_has_the_security_headers_and_none_tells_the_server(stage: Stage) -> None:
    told = [
        exchange(stage.url, LIVEZ + CLOSE),
        exchange(stage.url, b"GET /nowhere HTTP/1.1\r\n" + HOST + CLOSE),
        exchange(stage.url, b"PUT /livez HTTP/1.1\r\n" + HOST + CLOSE),
        exchange(stage.url, DECIDE + b"Content-Length: 2\r\nConnection: close\r\n\r\n{}"),
        exchange(stage.url, b"GET /openapi.json HTTP/1.1\r\n" + HOST + CLOSE),
        exchange(stage.url, AMBIGUOUS["no host"]),
        exchange(stage.url, *TOO_LARGE["10,000 fields"][2]),
    ]
    assert [one.statuses[0] for one in told] == [200, 404, 405, 422, 200, 400, 431]
    for heard in told:
        assert secured(heard), heard.raw[:200]
        assert "server" not in heard.fields


ANSWERED = re.compile(rb'^miaopi_requests_total\{route="/openapi.json",status="200"\} (\S+)$', re.MULTILINE)


def test_whoever_does_not_take_an_answer_is_not_waited_for(stage: Stage) -> None:
    """One request after the other, each once the one before is answered, until an answer finds no room on the way."""

    def answered() -> float:
        found = ANSWERED.search(stage.send("GET", "/metrics").body)
        return float(found[1]) if found else 0.0

    wire, ended = connect(stage.url), select.poll()
    ended.register(wire, select.POLLRDHUP)
    wire.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    with wire, Lateness().measured() as late:
        while not ended.poll(0):
            before, sent, was_late = answered(), time.monotonic(), late.seconds
            wire.sendall(b"GET /openapi.json HTTP/1.1\r\n" + HOST + b"\r\n")
            while answered() == before and not ended.poll(50):
                assert time.monotonic() - sent < 8 + late.seconds - was_late
    ends = time.monotonic() + 60
    while b'miaopi_unserved_total{why="untaken"}' not in stage.send("GET", "/metrics").body:
        assert time.monotonic() < ends
        time.sleep(0.05)


def test_the_bounds_are_those_that_are_promised() -> None:
    """docs/integrators.md tells them."""
    text = Path("docs/integrators.md").read_text(encoding="utf-8")
    bounds = Bounds()
    assert bounds.seconds + bounds.linger_seconds <= 5
    for words in (f"{bounds.seconds:.0f} seconds", f"{bounds.headers} header fields", "16 KiB", "4 MiB", "64 KiB"):
        assert words in text, words
