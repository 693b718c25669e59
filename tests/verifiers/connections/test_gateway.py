"""The gateways' form: its signature, its sessions, and how little a refused or broken one costs."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher
from cryptography.hazmat.primitives.ciphers.algorithms import AES
from cryptography.hazmat.primitives.ciphers.modes import CBC

from tests.verifiers.conformance.stands import Answering
from tests.verifiers.connections.gateway_server import Gateway, gateway, token
from tests.verifiers.connections.making import connection, verifier
from tests.verifiers.crooked_register import Asked, http
from verifiers.adapters.gateway import GatewayConnection, gateway_headers
from verifiers.adapters.session import IV, token_cipher
from verifiers.conformance.sample import FACTS, FIRST, QUICK, SECOND, question
from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.signing import SigningKey
from verifiers.verifier import Verifier


@dataclass
class Clock:
    """Seconds that pass when a test says so."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


@asynccontextmanager
async def desk(behind: Answering) -> AsyncIterator[tuple[Gateway, Verifier]]:
    async with gateway(behind) as (server, register):
        one = connection(
            GatewayConnection,
            f'base_url = "{register.url}"\nallow_private = true\napp = "miaopi"\nsecret_env = "A_SECRET"',
        )
        yield server, verifier(one, 'path = "/share/conformance"')
        await one.close()


async def ask(asking: Verifier, subject: str = FIRST, clock: Clock | None = None) -> Evidence:
    return await asking.ask(question(subject), Deadline.after(30, clock) if clock else Deadline.after(30))


def test_the_headers_of_a_published_vector() -> None:
    now = datetime.fromtimestamp(1773590400, UTC)
    assert gateway_headers(SigningKey("demo-app-id", b"demo-app-key"), now) == {
        "gateway_appid": "demo-app-id",
        "gateway_rtime": "1773590400000",
        "gateway_sig": "lYtFcKrDOPNwyZXqsEP5JJeEhEiu7pKUmVJ15p3o1Xs=",
    }


def test_the_key_of_the_token_is_what_sha1prng_yields() -> None:
    """The first 16 bytes of SHA-1 of SHA-1 of "abc", worked out with another tool."""
    expected = Cipher(AES(bytes.fromhex("0d3ced9bec10a777aec23ccc353a8c08")), CBC(IV))
    text = b"sixteen bytes !!"
    ours, theirs = token_cipher(b"abc").encryptor(), expected.encryptor()
    assert ours.update(text) == theirs.update(text)


def test_all_who_come_at_once_share_one_login() -> None:
    async def run() -> None:
        async with desk(Answering("knows")) as (server, asking):
            answers = await asyncio.gather(*(ask(asking, (FIRST, SECOND)[number % 2]) for number in range(20)))
            assert [one.facts for one in answers] == [FACTS[FIRST], FACTS[SECOND]] * 10
            assert (server.logins, server.refused) == (1, 0)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("told", "lasts"), [(100, 90), (None, 540), (5000, 540), (-1, 540), ("soon", 540), (True, 540)]
)
def test_a_session_is_used_until_shortly_before_its_end(told: object, lasts: int) -> None:
    async def run() -> None:
        clock = Clock()
        async with desk(Answering("knows")) as (server, asking):
            server.expires_in = told
            for passes, logins in [(0, 1), (lasts - 1, 1), (1, 2), (lasts - 1, 2)]:
                clock.seconds += passes
                assert (await ask(asking, clock=clock)).status == "ok"
                assert server.logins == logins

    asyncio.run(run())


def test_a_refused_session_is_made_anew_once_for_all() -> None:
    async def run() -> None:
        behind = Answering("knows")
        async with desk(behind) as (server, asking):
            await ask(asking)
            server.live.clear()
            answers = await asyncio.gather(*(ask(asking) for _ in range(10)))
            assert {one.status for one in answers} == {"ok"}
            assert (server.logins, behind.asked) == (2, 11)  # the register saw each question once

    asyncio.run(run())


def test_a_refusal_that_comes_late_does_not_end_the_new_session() -> None:
    async def run() -> None:
        async with desk(Answering("knows")) as (server, asking):
            await ask(asking)
            server.live.clear()
            server.hold = asyncio.Event()
            late = asyncio.create_task(ask(asking))
            for _ in range(2000):
                if server.refused:
                    break
                await asyncio.sleep(0.005)
            assert (await ask(asking)).status == "ok"
            server.hold.set()
            assert (await late).status == "ok"
            assert server.logins == 2

    asyncio.run(run())


def test_sessions_that_are_refused_for_ever_end_in_an_error() -> None:
    async def run() -> None:
        behind = Answering("knows")
        async with desk(behind) as (server, asking):

            async def useless(asked: Asked, gateway: Gateway) -> bytes:
                answered = gateway.opened(asked)
                gateway.live.clear()
                return answered

            server.login = useless
            evidence = await ask(asking)
            assert (evidence.status, evidence.fault) == ("error", "session_refused")
            assert (server.logins, server.refused, behind.asked) == (2, 2, 0)

    asyncio.run(run())


LOGINS = [
    (http(b"{}", status="401 Unauthorized"), "session_login"),
    (http(b"{}", status="503 Service Unavailable"), "session_network"),
    (http(b"{}"), "session_token"),
    (http(b"[]"), "session_token"),
    (http(json.dumps({"body": None}).encode()), "session_token"),
    (http(json.dumps({"body": {"access_token": 7}}).encode()), "session_token"),
    (http(json.dumps({"body": {"access_token": "no base64!"}}).encode()), "session_token"),
    (http(json.dumps({"body": {"access_token": "AAAA"}}).encode()), "session_token"),
    (http(json.dumps({"body": {"access_token": token("s", "another key")}}).encode()), "session_token"),
    (http(json.dumps({"body": {"access_token": token("")}}).encode()), "session_token"),
]


@pytest.mark.parametrize(("reply", "fault"), LOGINS)
def test_a_login_that_fails_is_an_error_and_the_next_one_may_work(reply: bytes, fault: str) -> None:
    async def run() -> None:
        async with desk(Answering("knows")) as (server, asking):

            async def bad(_: Asked, __: Gateway) -> bytes:
                return reply

            server.login = bad
            evidence = await ask(asking)
            assert (evidence.status, evidence.fault) == ("error", fault)
            server.login = None
            assert (await ask(asking)).status == "ok"

    asyncio.run(run())


def test_one_who_gives_up_does_not_take_the_login_from_the_others() -> None:
    async def run() -> None:
        async with desk(Answering("knows")) as (server, asking):
            slow = asyncio.Event()

            async def waits(asked: Asked, gateway: Gateway) -> bytes:
                await slow.wait()
                return gateway.opened(asked)

            server.login = waits
            first = asyncio.create_task(ask(asking))
            second = asyncio.create_task(ask(asking))
            late = await asking.ask(question(FIRST, QUICK), Deadline.after(30))
            assert late.status == "timeout"
            first.cancel()
            await asyncio.gather(first, return_exceptions=True)
            slow.set()
            assert (await second).status == "ok"
            assert server.logins == 1

    asyncio.run(run())


def test_an_answer_to_another_question_is_none() -> None:
    """Nothing is signed here, so what binds an answer is its body alone."""

    class Replaying(Answering):
        kept: Asked | None = None

        async def __call__(self, asked: Asked, writer: asyncio.StreamWriter) -> None:
            self.kept = self.kept or asked
            await super().__call__(self.kept, writer)

    async def run() -> None:
        async with desk(Replaying("knows")) as (_, asking):
            assert (await ask(asking)).status == "ok"
            assert (await ask(asking)).fault == "nonce"
            other = replace(question(FIRST), purpose="marketing")
            assert (await asking.ask(other, Deadline.after(30))).status == "error"

    asyncio.run(run())
