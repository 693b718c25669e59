"""Registers asked over real HTTP: what is sent, and what comes of every way in which an answer can be bad."""

import asyncio
import gzip
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import partial

import pytest

from tests.verifiers.crooked_register import Asked, Behaviour, answer, crooked_register, http, signed
from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.exchange import AddressError, Exchange, ExchangeVerifier
from verifiers.kinds import Kind
from verifiers.nonces import NonceBook
from verifiers.registers import Register
from verifiers.signing import Received, SigningKey, check_request, content_digest
from verifiers.transport import MAX_ANSWER_BYTES, Transport
from verifiers.verifier import Question

KEY = SigningKey("miaopi", b"a secret for tests")
SM3_KEY = SigningKey("miaopi", b"a secret for tests", "hmac-sm3")
NOW = datetime(2026, 3, 16, 4, tzinfo=UTC)
NOW_MS = int(NOW.timestamp() * 1000)
GENEROUS = 20.0
"""Seconds by which an answer that was cut must be there; a register that is never cut hangs for much longer."""
SUBJECT = "210100193505208826"
DEATHS = Register(
    "deaths", "死亡", "Deaths", ("id_no",), {"hit": Kind("boolean"), "date": Kind("date", nullable=True)}, 10_000, 72
)
QUICK = Register("deaths", "死亡", "Deaths", ("id_no",), DEATHS.answers, 300, 72)
ALIVE = {"hit": False, "date": None}


def question(register: Register = DEATHS, **params: object) -> Question:
    return Question(
        register, "elderly_allowance", "SB1", "eligibility", SUBJECT, {"id_no": SUBJECT} | params, ("id_no",)
    )


def verifier(url: str, transport: Transport, key: SigningKey = KEY) -> ExchangeVerifier:
    return ExchangeVerifier(Exchange(url, key), transport, lambda: NOW)


def ask(behave: Behaviour, *, register: Register = DEATHS, seconds: float = 10.0) -> Evidence:
    """One question put to a register that behaves so."""

    async def run() -> Evidence:
        transport = Transport()
        async with crooked_register(behave) as crooked, asyncio.timeout(GENEROUS):
            evidence = await verifier(crooked.url, transport).ask(question(register), Deadline.after(seconds))
            assert len(crooked.asked) <= 1  # nothing is asked twice
        await transport.close()
        return evidence

    return asyncio.run(run())


async def honest(asked: Asked, writer: asyncio.StreamWriter, key: SigningKey = KEY, **changes: object) -> None:
    body = json.dumps(answer(asked, ALIVE, **changes)).encode()
    writer.write(http(body, signed(key, asked, body, NOW_MS)))


def raw_body(make: Callable[[Asked], bytes]) -> Behaviour:
    """Answers with these bytes, correctly signed."""

    async def behave(asked: Asked, writer: asyncio.StreamWriter) -> None:
        body = make(asked)
        writer.write(http(body, signed(KEY, asked, body, NOW_MS)))

    return behave


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
                assert evidence.digest == content_digest(bodies[-1])
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


def test_no_record_is_told() -> None:
    async def behave(asked: Asked, writer: asyncio.StreamWriter) -> None:
        await honest(asked, writer, status="no_record", data_as_of=None, data=None)

    evidence = ask(behave)
    assert (evidence.status, evidence.facts, evidence.request_id) == ("no_record", {}, "r-1")


def test_an_old_answer_is_stale() -> None:
    evidence = ask(partial(honest, data_as_of="2026-03-12"))
    assert (evidence.status, evidence.facts) == ("stale", {})


def test_an_instant_is_compared_with_the_time_of_asking() -> None:
    assert ask(partial(honest, data_as_of="2026-03-16T12:00:00+08:00")).status == "ok"
    assert ask(partial(honest, data_as_of="2026-03-16T12:00:01+08:00")).fault == "date_future"


# --- answers of which no bit may be believed ---


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


@pytest.mark.parametrize("url", ["", "exchange", "ftp://a", "http://", "http://a?b", "http://a#b", "http://me:pw@a"])
def test_an_address_that_cannot_be_used_is_refused_at_once(url: str) -> None:
    with pytest.raises(AddressError):
        Exchange(url, KEY)


def test_a_question_does_not_show_the_person() -> None:
    assert SUBJECT not in repr(question())
