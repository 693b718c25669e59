"""The service as the workbench asks it: only what its paths say, and no more than it can hold."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from decision_service.workbench.service import MOST_BYTES, Service, ServiceError
from tests.workbench.desks import in_a_loop


@asynccontextmanager
async def listening(answer: bytes, asked: list[bytes]) -> AsyncIterator[Service]:
    """A service of these tests, which gives the same answer to whatever it is asked."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        asked.append((await reader.readuntil(b"\r\n\r\n")).split(b"\r\n")[0])
        head = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n" % len(answer)
        writer.write(head + answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    address = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    service = Service(address, address)
    try:
        yield service
    finally:
        await service.close()
        server.close()


NUMBERS = (
    "../../../control/v1/suspensions/S-1/confirm?",
    "..",
    "%2e%2e/confirm",
    "a/../confirm",
    "a?b",
    "a#b",
    "a\\b",
    "",
)


def test_a_number_out_of_an_address_leads_to_no_other_door() -> None:
    """Who opens a link that somebody sent must not confirm with his own key what that somebody wants confirmed."""
    asked: list[bytes] = []

    async def ask() -> None:
        async with listening(b"{}", asked) as service:
            for number in NUMBERS:
                for way in (service.get, service.post):
                    with pytest.raises(ServiceError) as refused:
                        await way("staff", f"/staff/v1/queue/{number}/claim", "key")
                    assert refused.value.status == 404
            await service.post("staff", "/staff/v1/queue/q-1_2.~:3/claim", "key")

    in_a_loop(ask())
    assert asked == [b"POST /staff/v1/queue/q-1_2.~:3/claim HTTP/1.1"]


def test_an_answer_without_end_is_not_read_to_its_end() -> None:
    async def ask() -> None:
        async with listening(b" " * (MOST_BYTES + 1), []) as service:
            await service.get("public", "/metrics", "key")

    with pytest.raises(ServiceError, match="too_large"):
        in_a_loop(ask())


def test_what_no_header_can_carry_is_no_key() -> None:
    async def ask() -> None:
        async with listening(b"{}", []) as service:
            await service.get("staff", "/staff/v1/whoami", "two\nlines")

    with pytest.raises(ServiceError) as refused:
        in_a_loop(ask())
    assert refused.value.status == 401
