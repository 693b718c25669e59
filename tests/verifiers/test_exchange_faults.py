"""Registers asked over real HTTP: every way in which an answer can be bad, and that no bit of it is believed."""

import asyncio
import gzip
import json
from collections.abc import Callable
from functools import partial

import pytest

from tests.verifiers.crooked_register import Asked, Behaviour, answer, http, signed
from tests.verifiers.exchange_desk import (
    ALIVE,
    KEY,
    NOW_MS,
    ask,
    honest,
)
from verifiers.signing import SigningKey
from verifiers.transport import MAX_ANSWER_BYTES


def raw_body(make: Callable[[Asked], bytes]) -> Behaviour:
    """Answers with these bytes, correctly signed."""

    async def behave(asked: Asked, writer: asyncio.StreamWriter) -> None:
        body = make(asked)
        writer.write(http(body, signed(KEY, asked, body, NOW_MS)))

    return behave


def changed(**changes: object) -> Behaviour:
    return partial(honest, **changes)


async def unsigned(asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(http(json.dumps(answer(asked, ALIVE)).encode()))


async def signed_with_another_key(asked: Asked, writer: asyncio.StreamWriter) -> None:
    await honest(asked, writer, SigningKey("miaopi", b"another secret"))


async def signed_for_another_register(asked: Asked, writer: asyncio.StreamWriter) -> None:
    body = json.dumps(answer(asked, ALIVE)).encode()
    writer.write(http(body, signed(KEY, asked, body, NOW_MS, path="/v1/registers/credit")))


async def replayed(asked: Asked, writer: asyncio.StreamWriter) -> None:
    body = json.dumps(answer(asked, ALIVE, nonce="0" * 32)).encode()
    writer.write(http(body, signed(KEY, asked, body, NOW_MS, nonce="0" * 32)))


async def old_signature(asked: Asked, writer: asyncio.StreamWriter) -> None:
    body = json.dumps(answer(asked, ALIVE)).encode()
    writer.write(http(body, signed(KEY, asked, body, NOW_MS - 301_000)))


async def reflected(asked: Asked, writer: asyncio.StreamWriter) -> None:
    names = {name: value for name, value in asked.headers.items() if name.startswith("miaopi-")}
    writer.write(http(asked.body, names))


async def changed_on_the_way(asked: Asked, writer: asyncio.StreamWriter) -> None:
    body = json.dumps(answer(asked, ALIVE)).encode()
    writer.write(http(body.replace(b"false", b"true "), signed(KEY, asked, body, NOW_MS)))


async def redirected(asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(http(b"", {"Location": asked.path}, status="307 Temporary Redirect"))


async def login_page(asked: Asked, writer: asyncio.StreamWriter) -> None:
    body = b"<html>log in</html>"
    writer.write(http(body, {"Content-Type": "text/html"} | signed(KEY, asked, body, NOW_MS)))


async def gzip_bomb(asked: Asked, writer: asyncio.StreamWriter) -> None:
    body = gzip.compress(bytes(50_000_000))
    writer.write(http(body, {"Content-Encoding": "gzip"} | signed(KEY, asked, body, NOW_MS)))


async def huge(asked: Asked, writer: asyncio.StreamWriter) -> None:
    padding = "x" * MAX_ANSWER_BYTES
    await honest(asked, writer, padding=padding)


async def endless(_asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"1000\r\n" + b"x" * 0x1000 + b"\r\n")
        await writer.drain()


async def half_sent(asked: Asked, writer: asyncio.StreamWriter) -> None:
    body = json.dumps(answer(asked, ALIVE)).encode()
    writer.write(http(body[: len(body) // 2], signed(KEY, asked, body, NOW_MS), length=len(body)))
    writer.close()


async def half_sent_without_length(asked: Asked, writer: asyncio.StreamWriter) -> None:
    body = json.dumps(answer(asked, ALIVE)).encode()
    headers = signed(KEY, asked, body, NOW_MS) | {"Content-Type": "application/json", "Connection": "close"}
    lines = [f"{name}: {value}" for name, value in headers.items()]
    writer.write("\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode() + body[:-9])
    writer.close()


async def hung_up(_asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def no_http(_asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(b"SSH-2.0-OpenSSH\r\n")
    writer.close()


def failing(status: str) -> Behaviour:
    async def behave(asked: Asked, writer: asyncio.StreamWriter) -> None:
        body = json.dumps(answer(asked, ALIVE)).encode()
        writer.write(http(body, signed(KEY, asked, body, NOW_MS), status=status))

    return behave


def spoilt(replace: bytes, by: bytes) -> Behaviour:
    """A good answer's text with one passage spoilt before it is signed."""
    return raw_body(lambda asked: json.dumps(answer(asked, ALIVE)).encode().replace(replace, by))


@pytest.mark.parametrize(
    ("behave", "fault"),
    [
        pytest.param(unsigned, "signature_headers", id="unsigned"),
        pytest.param(signed_with_another_key, "signature_signature", id="another key"),
        pytest.param(signed_for_another_register, "signature_signature", id="another register's answer"),
        pytest.param(replayed, "signature_nonce", id="replayed"),
        pytest.param(old_signature, "signature_time", id="signed six minutes ago"),
        pytest.param(reflected, "signature_signature", id="the request played back"),
        pytest.param(changed_on_the_way, "signature_digest", id="changed on the way"),
        pytest.param(changed(nonce="0" * 32), "nonce", id="another nonce inside"),
        pytest.param(changed(nonce=None), "nonce", id="no nonce inside"),
        pytest.param(changed(subject="210100194603168850"), "subject", id="another person"),
        pytest.param(changed(subject=None), "subject", id="nobody"),
        pytest.param(changed(purpose="marketing"), "purpose", id="for another purpose"),
        pytest.param(changed(purpose=None), "purpose", id="for no purpose"),
        pytest.param(changed(status="no_record"), "contradiction", id="no record, and data"),
        pytest.param(changed(status="no_record", data=[0]), "contradiction", id="no record, and a list"),
        pytest.param(changed(status="no_record", data=False), "contradiction", id="no record, and a boolean"),
        pytest.param(changed(status="timeout"), "status", id="a status only case files know"),
        pytest.param(changed(status="stale"), "status", id="a status nobody knows"),
        pytest.param(changed(status=["ok"]), "status", id="a status of the wrong type"),
        pytest.param(changed(request_id=None), "request_id", id="no number"),
        pytest.param(changed(request_id="r" * 129), "request_id", id="an endless number"),
        pytest.param(changed(data_as_of=None), "date_missing", id="undated"),
        pytest.param(changed(data_as_of="16 March"), "date_malformed", id="oddly dated"),
        pytest.param(changed(data_as_of="2026-03-17"), "date_future", id="from the future"),
        pytest.param(changed(data=None), "field_missing", id="no data"),
        pytest.param(changed(data=[ALIVE]), "field_missing", id="data in a list"),
        pytest.param(changed(data={"hit": False}), "field_missing", id="a field left out"),
        pytest.param(changed(data={"hit": "false", "date": None}), "field_wrong", id="text for a boolean"),
        pytest.param(changed(data={"hit": None, "date": None}), "field_wrong", id="null where none may be"),
        pytest.param(changed(data={"status": "ok"}), "field_missing", id="a status among the data"),
        pytest.param(spoilt(b'"hit": false', b'"hit": true, "hit": false'), "json", id="a name twice"),
        pytest.param(spoilt(b"false", b"NaN"), "json", id="NaN"),
        pytest.param(spoilt(b"false", b"\xff"), "json", id="no UTF-8"),
        pytest.param(spoilt(b"false", b"[" * 30_000 + b"]" * 30_000), "json", id="deep nesting"),
        pytest.param(spoilt(b"false", b"9" * 5000), "json", id="a number without end"),
        pytest.param(raw_body(lambda _: b"null"), "json", id="null"),
        pytest.param(raw_body(lambda _: b"{}"), "nonce", id="an empty object"),
        pytest.param(raw_body(lambda _: b""), "json", id="an empty body"),
        pytest.param(redirected, "http_status", id="redirect"),
        pytest.param(failing("500 Internal Server Error"), "http_status", id="500"),
        pytest.param(failing("204 No Content"), "http_status", id="204"),
        pytest.param(failing("404 Not Found"), "http_status", id="404"),
        pytest.param(failing("599 Odd"), "http_status", id="599"),
        pytest.param(login_page, "content_type", id="login page"),
        pytest.param(gzip_bomb, "compressed", id="gzip bomb"),
        pytest.param(huge, "too_large", id="huge"),
        pytest.param(endless, "too_large", id="endless"),
        pytest.param(half_sent, "network", id="half sent"),
        pytest.param(half_sent_without_length, "signature_digest", id="half sent, no length"),
        pytest.param(hung_up, "network", id="hung up"),
        pytest.param(no_http, "network", id="no HTTP"),
    ],
)
def test_a_bad_answer_is_an_error_and_no_fact(behave: Behaviour, fault: str) -> None:
    evidence = ask(behave)
    assert (evidence.status, evidence.fault, evidence.facts) == ("error", fault, {})
