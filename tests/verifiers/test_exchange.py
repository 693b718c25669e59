"""Registers asked over real HTTP: what is sent, what comes of a good answer, and of a late one."""

import asyncio
import json
from functools import partial

import pytest

from tests.verifiers.crooked_register import Asked, Behaviour, answer, crooked_register, http, signed
from tests.verifiers.exchange_desk import (
    ALIVE,
    DEATHS,
    GENEROUS,
    KEY,
    NOW_MS,
    QUICK,
    SM3_KEY,
    SUBJECT,
    ask,
    honest,
    question,
    verifier,
)
from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.exchange import AddressError, Exchange
from verifiers.nonces import NonceBook
from verifiers.registers import Register
from verifiers.signing import Received, SigningKey, check_request, content_digest
from verifiers.transport import Transport


@pytest.mark.parametrize("key", [KEY, SM3_KEY])
def test_a_good_answer_is_evidence_with_its_digest_and_number(key: SigningKey) -> None:
    bodies: list[bytes] = []

    async def behave(asked: Asked, writer: asyncio.StreamWriter) -> None:
        bodies.append(json.dumps(answer(asked, ALIVE)).encode())
        writer.write(http(bodies[-1], signed(key, asked, bodies[-1], NOW_MS)))

    async def run() -> None:
        transport = Transport()
        async with crooked_register(behave) as crooked:
            asking = verifier(crooked.url + "/exchange/", transport, key)
            for _ in range(3):
                evidence = await asking.ask(question(), Deadline.after(GENEROUS))
                assert (evidence.status, evidence.facts) == ("ok", ALIVE)
                assert (evidence.request_id, evidence.data_as_of) == ("r-1", "2026-03-16")
                assert (evidence.digest, evidence.wire) == (content_digest(bodies[-1]), bodies[-1])
            assert crooked.connections == 1  # pooled
            assert {asked.path for asked in crooked.asked} == {"/exchange/v1/registers/deaths"}
            assert len({asked.wire["nonce"] for asked in crooked.asked}) == 3
        await transport.close()

    # The path is signed from /v1/ on, so a register behind a prefix signs the same.
    original = behave

    async def behind_a_prefix(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await original(Asked(asked.path.removeprefix("/exchange"), asked.headers, asked.body), writer)

    behave = behind_a_prefix
    asyncio.run(run())


def test_what_is_sent_is_signed_complete_and_keeps_the_person_out_of_the_address() -> None:
    seen: list[Asked] = []

    async def behave(asked: Asked, writer: asyncio.StreamWriter) -> None:
        seen.append(asked)
        await honest(asked, writer)

    assert ask(behave, seconds=5.0).status == "ok"
    (asked,) = seen
    received = Received("POST", asked.path, tuple(asked.headers.items()), asked.body, NOW_MS)
    assert check_request({KEY.app: KEY}, NonceBook(), received) == KEY
    assert asked.path == "/v1/registers/deaths"
    assert asked.headers["accept-encoding"] == "identity"
    assert not any(SUBJECT in value for value in asked.headers.values())
    wire = asked.wire
    deadline_ms = wire.pop("deadline_ms")
    assert isinstance(deadline_ms, int)
    assert 0 < deadline_ms <= 5000  # the whole's deadline, not the register's ten seconds
    assert wire.pop("nonce") == asked.headers["miaopi-nonce"]
    assert wire == {
        "register": "deaths",
        "matter": "elderly_allowance",
        "application_id": "SB1",
        "purpose": "eligibility",
        "subject": SUBJECT,
        "params": {"id_no": SUBJECT},
    }


@pytest.mark.parametrize("data", [None, {}, []])
def test_no_record_is_told(data: object) -> None:
    evidence = ask(partial(honest, status="no_record", data_as_of=None, data=data))
    assert (evidence.status, evidence.facts, evidence.request_id) == ("no_record", {}, "r-1")


def test_an_old_answer_is_stale() -> None:
    evidence = ask(partial(honest, data_as_of="2026-03-12"))
    assert (evidence.status, evidence.facts) == ("stale", {})


def test_an_instant_is_compared_with_the_time_of_asking() -> None:
    assert ask(partial(honest, data_as_of="2026-03-16T12:00:00+08:00")).status == "ok"
    assert ask(partial(honest, data_as_of="2026-03-16T12:00:01+08:00")).fault == "date_future"


# --- late ones ---


async def silent(_asked: Asked, _writer: asyncio.StreamWriter) -> None:
    await asyncio.sleep(3600)


async def dripping_headers(_asked: Asked, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nX-Drip: ")
    while True:
        writer.write(b"x")
        await writer.drain()
        await asyncio.sleep(0.02)


async def dripping_body(asked: Asked, writer: asyncio.StreamWriter) -> None:
    body = json.dumps(answer(asked, ALIVE)).encode()
    message = http(body, signed(KEY, asked, body, NOW_MS))
    writer.write(message[: -len(body)])
    for byte in body:
        writer.write(bytes([byte]))
        await writer.drain()
        await asyncio.sleep(0.2)


@pytest.mark.parametrize("behave", [silent, dripping_headers, dripping_body])
@pytest.mark.parametrize(
    ("register", "seconds"),
    [
        pytest.param(QUICK, GENEROUS * 10, id="the register's limit"),
        pytest.param(DEATHS, 0.3, id="the whole's deadline"),
    ],
)
def test_what_is_late_is_cut_by_the_earlier_limit(behave: Behaviour, register: Register, seconds: float) -> None:
    evidence = ask(behave, register=register, seconds=seconds)
    assert (evidence.status, evidence.fault, evidence.facts) == ("timeout", None, {})
    assert evidence.elapsed_ms > 0


def test_after_the_deadline_nothing_is_sent() -> None:
    async def run() -> None:
        transport = Transport()
        async with crooked_register(honest) as crooked:
            evidence = await verifier(crooked.url, transport).ask(question(), Deadline.after(0))
            assert evidence.status == "timeout"
            assert crooked.connections == 0
        await transport.close()

    asyncio.run(run())


def test_waiting_for_a_free_connection_counts() -> None:
    async def run() -> None:
        transport = Transport(max_connections=1)
        async with crooked_register(silent) as crooked, asyncio.timeout(GENEROUS):
            asking = verifier(crooked.url, transport)
            calls = [asking.ask(question(), Deadline.after(0.3)) for _ in range(3)]
            assert {evidence.status for evidence in await asyncio.gather(*calls)} == {"timeout"}
        await transport.close()

    asyncio.run(run())


def test_nobody_listening_is_an_error() -> None:
    async def run() -> Evidence:
        async with crooked_register(honest) as crooked:
            url = crooked.url
        transport = Transport()
        evidence = await verifier(url, transport).ask(question(), Deadline.after(GENEROUS))
        await transport.close()
        return evidence

    evidence = asyncio.run(run())
    assert (evidence.status, evidence.fault) == ("error", "network")


def test_a_closed_transport_and_params_that_are_no_json_are_errors_too() -> None:
    async def run() -> None:
        transport = Transport()
        async with crooked_register(honest) as crooked:
            asking = verifier(crooked.url, transport)
            unspeakable = await asking.ask(question(odd=object()), Deadline.after(GENEROUS))
            assert (unspeakable.status, unspeakable.fault) == ("error", "unspeakable")
            await transport.close()
            closed = await asking.ask(question(), Deadline.after(GENEROUS))
            assert (closed.status, closed.fault) == ("error", "network")

    asyncio.run(run())


def test_a_proxy_of_the_environment_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert ask(honest).status == "ok"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "exchange",
        "ftp://a",
        "http://",
        "http://a?b",
        "http://a#b",
        "http://me:pw@a",
        "http://[::1",
        "http://a:99999",
        "http://a b",
    ],
)
def test_an_address_that_cannot_be_used_is_refused_at_once(url: str) -> None:
    with pytest.raises(AddressError):
        Exchange(url, KEY)


def test_a_question_does_not_show_the_person() -> None:
    assert SUBJECT not in repr(question())
