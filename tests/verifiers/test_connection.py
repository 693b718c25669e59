"""One connection, byte by byte without a socket: whatever pieces an answer comes in, and what comes where none may."""

import asyncio
from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.sizes import size
from verifiers.connection import MOST_BESIDE, Connection
from verifiers.delivery import Answered, Delivery, Failed, Late

MOST = 1000
JSON = ("application/json",)
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"
GOOD = HEAD + b"Content-Length: 2\r\n\r\n{}"


class Wire(asyncio.Transport):
    """Takes what is written; notes whether it was cut."""

    def __init__(self) -> None:
        super().__init__()
        self.sent = b""
        self.cut = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.sent += bytes(data)

    def abort(self) -> None:
        self.cut = True


@pytest.fixture(scope="module")
def loop() -> Iterator[asyncio.AbstractEventLoop]:
    made = asyncio.new_event_loop()
    yield made
    made.close()


def opened(loop: asyncio.AbstractEventLoop) -> tuple[Connection, Wire]:
    connection, wire = Connection(loop, MOST), Wire()
    connection.connection_made(wire)
    return connection, wire


def told(asked: asyncio.Future[Delivery]) -> Delivery | None:
    return asked.result() if asked.done() else None


def fed(loop: asyncio.AbstractEventLoop, *pieces: bytes, ends: bool = False) -> tuple[Delivery | None, bool]:
    """What a question answered so comes to, and whether another may be put."""
    connection, _ = opened(loop)
    asked = connection.ask(b"?", JSON)
    for piece in pieces:
        connection.data_received(piece)
    if ends:
        connection.eof_received()
        connection.connection_lost(None)
    return told(asked), connection.reusable


def chunked(body: bytes, sizes: list[int], trailers: bytes) -> bytes:
    pieces, place = [], 0
    for one in sizes:
        if piece := body[place : place + one]:
            pieces.append(b"%x\r\n%s\r\n" % (len(piece), piece))
        place += one
    if rest := body[place:]:
        pieces.append(b"%x\r\n%s\r\n" % (len(rest), rest))
    return HEAD + b"Transfer-Encoding: chunked\r\n\r\n" + b"".join(pieces) + b"0\r\n" + trailers + b"\r\n"


@settings(max_examples=size("connection_pieces", quick=300, full=20_000), deadline=None)
@given(
    body=st.binary(max_size=MOST),
    form=st.sampled_from(["length", "chunks", "end"]),
    sizes=st.lists(st.integers(1, 400), max_size=5),
    interim=st.integers(0, 2),
    trailers=st.sampled_from([b"", b"Miaopi-Signature: x\r\n"]),
    cuts=st.lists(st.integers(0, 1500), max_size=12),
)
def test_an_answer_is_the_same_in_whatever_pieces_it_comes(
    loop: asyncio.AbstractEventLoop,
    body: bytes,
    form: str,
    sizes: list[int],
    interim: int,
    trailers: bytes,
    cuts: list[int],
) -> None:
    match form:
        case "length":
            whole = HEAD + b"X-A: 1\r\nx-a: 2\r\nContent-Length: %d\r\n\r\n" % len(body) + body
        case "chunks":
            whole = chunked(body, sizes, trailers)
        case _:
            whole = HEAD + b"\r\n" + body
    whole = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * interim + whole
    places = sorted({0, len(whole), *(cut for cut in cuts if cut < len(whole))})
    pieces = [whole[start:end] for start, end in pairwise(places)]
    delivery, reusable = fed(loop, *pieces, ends=form == "end")
    assert isinstance(delivery, Answered)
    assert delivery.body == body
    assert delivery.headers[0] == ("content-type", "application/json")
    assert not any(name in ("link", "miaopi-signature") for name, _ in delivery.headers)
    if form == "length":
        assert delivery.headers[1:3] == (("x-a", "1"), ("x-a", "2"))
    assert reusable == (form != "end")


@pytest.mark.parametrize(
    "whole",
    [
        pytest.param(GOOD + b"H", id="a byte more"),
        pytest.param(GOOD + GOOD, id="a second answer"),
        pytest.param(GOOD + b"\x00", id="no answer"),
        pytest.param(HEAD + b"Content-Length: 2\r\nConnection: close\r\n\r\n{}", id="says that it closes"),
        pytest.param(
            b"HTTP/1.0 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}", id="HTTP/1.0"
        ),
    ],
)
def test_after_an_answer_with_more_behind_it_nothing_else_is_asked_there(
    loop: asyncio.AbstractEventLoop, whole: bytes
) -> None:
    delivery, reusable = fed(loop, whole)
    assert isinstance(delivery, Answered)
    assert delivery.body == b"{}"
    assert not reusable


def test_what_comes_unasked_ends_the_connection_and_answers_nothing(loop: asyncio.AbstractEventLoop) -> None:
    connection, wire = opened(loop)
    first = connection.ask(b"?", JSON)
    connection.data_received(GOOD)
    assert isinstance(told(first), Answered)
    assert connection.reusable
    connection.data_received(GOOD)
    assert wire.cut
    assert not connection.reusable


def test_a_connection_that_was_hung_up_on_is_not_used_again(loop: asyncio.AbstractEventLoop) -> None:
    connection, _ = opened(loop)
    connection.ask(b"?", JSON)
    connection.data_received(GOOD)
    connection.eof_received()
    assert not connection.reusable


def test_an_answer_to_whoever_went_away_is_nobodys(loop: asyncio.AbstractEventLoop) -> None:
    connection, wire = opened(loop)
    connection.ask(b"?", JSON).cancel()
    connection.data_received(GOOD)
    assert wire.cut
    assert not connection.reusable


@pytest.mark.parametrize(
    ("whole", "ends", "expected"),
    [
        (HEAD + b"Content-Length: 9\r\n\r\n{}", True, Failed("network")),
        (HEAD + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n", True, Failed("network")),
        (HEAD, True, Failed("network")),
        (b"", True, Failed("network")),
        (HEAD + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", False, Failed("network")),
        (HEAD + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", False, Failed("network")),
        (HEAD + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", False, Failed("compressed")),
        (HEAD + b"Content-Encoding: identity\r\nContent-Encoding: br\r\n\r\n", False, Failed("compressed")),
        (HEAD + b"Content-Type: application/json\r\n\r\n", False, Failed("content_type")),
        (b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", False, Failed("content_type")),
        (b"HTTP/1.1 101 On\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n", False, Failed("http_status", 101)),
        (HEAD + b"Content-Length: %d\r\n\r\n" % (MOST + 1) + b"x" * (MOST + 1), False, Failed("too_large")),
        (HEAD + b"X: " + b"y" * (MOST + MOST_BESIDE), False, Failed("too_large")),
        (HEAD + b"Transfer-Encoding: chunked\r\n" * 2 + b"\r\n0\r\n\r\n", False, Failed("compressed")),
    ],
)  # fmt: skip
def test_what_is_no_whole_answer_is_a_failure_and_ends_the_connection(
    loop: asyncio.AbstractEventLoop, whole: bytes, ends: bool, expected: Failed
) -> None:
    assert fed(loop, whole, ends=ends) == (expected, False)


def test_answers_that_only_promise_another_do_not_go_on_for_ever(loop: asyncio.AbstractEventLoop) -> None:
    promise = b"HTTP/1.1 103 Early Hints\r\nX: " + b"y" * 1000 + b"\r\n\r\n"
    many = (MOST + MOST_BESIDE) // len(promise) + 1
    assert fed(loop, *[promise] * (many - 1)) == (None, False)
    assert fed(loop, *[promise] * many) == (Failed("too_large"), False)


@settings(max_examples=size("connection_noise", quick=300, full=20_000), deadline=None)
@given(
    noise=st.lists(st.one_of(st.binary(max_size=60), st.sampled_from([HEAD, GOOD, b"\r\n", b"\r\n\r\n"])), max_size=6)
)
def test_whatever_comes_it_is_an_answer_or_a_failure_in_the_end(
    loop: asyncio.AbstractEventLoop, noise: list[bytes]
) -> None:
    delivery, reusable = fed(loop, *noise, ends=True)
    assert isinstance(delivery, Answered | Failed)
    assert not reusable


def test_late_is_late_even_with_half_of_it_there_and_a_lost_connection_fails(loop: asyncio.AbstractEventLoop) -> None:
    connection, _ = opened(loop)
    asked = connection.ask(b"?", JSON)
    connection.data_received(GOOD[:-1])
    connection.cut()
    connection.data_received(GOOD[-1:])
    assert told(asked) == Late()
    assert not connection.reusable
    connection, wire = opened(loop)
    asked = connection.ask(b"?", JSON)
    connection.connection_lost(ConnectionResetError())
    assert told(asked) == Failed("network")
    assert wire.sent == b"?"
    assert told(connection.ask(b"?", JSON)) == Failed("network")
