"""What the tests of the exchange share: a key, a register, a question, and one that answers as it should."""

import asyncio
import json
from datetime import UTC, datetime

from tests.verifiers.crooked_register import Asked, Behaviour, answer, crooked_register, http, signed
from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.exchange import Exchange, ExchangeVerifier
from verifiers.kinds import Kind
from verifiers.registers import Register
from verifiers.signing import SigningKey
from verifiers.transport import Transport
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
