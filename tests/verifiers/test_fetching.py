"""What issuers publish is read under the bounds of register calls: no redirect, no compression, bytes and time."""

import asyncio

import pytest

from tests.verifiers.crooked_register import Asked, Behaviour, crooked_register
from verifiers.credentials.keyset import JWKS_TYPES
from verifiers.deadline import Deadline
from verifiers.delivery import Answered, Delivery, Failed, Late
from verifiers.transport import Transport

MOST = 1000
TYPE = "application/jwk-set+json"


def page(body: bytes, kind: str = TYPE, status: str = "200 OK", more: str = "") -> Behaviour:
    async def behave(_: Asked, writer: asyncio.StreamWriter) -> None:
        head = f"HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n{more}\r\n"
        writer.write(head.encode() + body)

    return behave


async def _dripping(_: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(f"HTTP/1.1 200 OK\r\nContent-Type: {TYPE}\r\nContent-Length: 900\r\n\r\n".encode())
    while True:
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.02)


def read(behave: Behaviour, seconds: float = 20.0) -> tuple[Delivery, list[Asked]]:
    async def story() -> tuple[Delivery, list[Asked]]:
        async with crooked_register(behave) as issuer:
            transport = Transport(max_bytes=MOST)
            try:
                found = await transport.get(f"{issuer.url}/jwks.json", JWKS_TYPES, Deadline.after(seconds))
            finally:
                await transport.close()
            return found, issuer.asked

    return asyncio.run(story())


def test_a_page_comes_as_it_is_and_is_asked_for_once_and_plainly() -> None:
    found, asked = read(page(b"x" * MOST))
    assert isinstance(found, Answered)
    assert found.body == b"x" * MOST
    assert [one.path for one in asked] == ["/jwks.json"]
    headers = {name.lower(): value for name, value in asked[0].headers.items()}
    assert headers["accept-encoding"] == "identity"
    assert headers["accept"] == "application/jwk-set+json, application/json"
    assert "cookie" not in headers


@pytest.mark.parametrize(
    ("behave", "fault"),
    [
        (page(b"{}", status="302 Found", more="Location: http://127.0.0.1:9/\r\n"), "http_status"),
        (page(b"{}", status="404 Not Found"), "http_status"),
        (page(b"{}", more="Content-Encoding: gzip\r\n"), "compressed"),
        (page(b"{}", kind="text/html"), "content_type"),
        (page(b"x" * (MOST + 1)), "too_large"),
    ],
)
def test_anything_else_is_no_page(behave: Behaviour, fault: str) -> None:
    found, asked = read(behave)
    assert isinstance(found, Failed)
    assert found.fault == fault
    assert len(asked) == 1


def test_a_dripping_page_ends_with_the_deadline() -> None:
    assert read(_dripping, 0.2)[0] == Late()


def test_nobody_there_and_no_address_are_failures_and_no_exceptions() -> None:
    async def story() -> list[Delivery]:
        transport = Transport()
        try:
            urls = ("http://127.0.0.1:1/", "no address")
            return [await transport.get(url, JWKS_TYPES, Deadline.after(5)) for url in urls]
        finally:
            await transport.close()

    assert asyncio.run(story()) == [Failed("network")] * 2
