"""What a register sends without end costs a bounded number of bytes and never more than the deadline."""

import asyncio
from collections.abc import Callable
from itertools import count

import pytest

from tests.verifiers.crooked_register import Asked, Behaviour, crooked_register
from tests.verifiers.exchange_desk import GENEROUS, question, verifier
from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.transport import Transport

MOST_BYTES = 8 * 1024 * 1024
"""Far more than what lies in the buffers of two sockets, far less than without end."""

START = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"


def without_end(start: bytes, piece: Callable[[int], bytes], sent: list[int]) -> Behaviour:
    """Sends `start` and then piece after piece for as long as anybody reads; counts what was taken."""

    async def behave(_: Asked, writer: asyncio.StreamWriter) -> None:
        writer.write(start)
        for number in count():
            block = piece(number)
            writer.write(block)
            await writer.drain()
            sent[0] += len(block)

    return behave


@pytest.mark.parametrize(
    ("start", "piece"),
    [
        pytest.param(START, lambda number: b"X-%d: y\r\n" % number * 1000, id="header lines"),
        pytest.param(START + b"X: ", lambda _: b"y" * 0x10000, id="one header"),
        pytest.param(b"HTTP/1.1 200 ", lambda _: b"y" * 0x10000, id="reason of the status"),
        pytest.param(
            START + b"Transfer-Encoding: chunked\r\n\r\n5;x=", lambda _: b"y" * 0x10000, id="extension of a chunk"
        ),
        pytest.param(
            START + b"Transfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n",
            lambda number: b"X-%d: y\r\n" % number * 1000,
            id="trailers",
        ),
        pytest.param(START + b"Transfer-Encoding: chunked\r\n\r\n", lambda _: b"1\r\n \r\n" * 1000, id="tiny chunks"),
        pytest.param(
            b"", lambda _: b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * 500, id="promises of an answer"
        ),
    ],
)
def test_what_never_ends_is_cut(start: bytes, piece: Callable[[int], bytes]) -> None:
    evidence, sent = asked(start, piece)
    assert evidence.status == "error"
    assert evidence.facts == {}
    assert sent < MOST_BYTES


def asked(start: bytes, piece: Callable[[int], bytes]) -> tuple[Evidence, int]:
    """What comes of a question to a register that sends so, and how many bytes of it were taken."""
    sent = [0]

    async def run() -> Evidence:
        transport = Transport()
        async with crooked_register(without_end(start, piece, sent)) as crooked, asyncio.timeout(GENEROUS):
            evidence = await verifier(crooked.url, transport).ask(question(), Deadline.after(1.0))
        await transport.close()
        return evidence

    return asyncio.run(run()), sent[0]
