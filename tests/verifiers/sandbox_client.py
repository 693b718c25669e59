"""How the sandbox's tests speak to it: bare HTTP, and the real client."""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

import yaml

from tests.verifiers.catalogue import REGISTERS
from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.exchange import Exchange, ExchangeVerifier
from verifiers.nonces import fresh_nonce
from verifiers.sandbox.config import SandboxConfig, built_in_data
from verifiers.signing import Message, SigningKey, sign
from verifiers.transport import Transport
from verifiers.verifier import Question

KEY = SigningKey("miaopi", b"a secret for tests")
TOKEN = "a token for tests"  # noqa: S105 - of a server on loopback, for this test run
NOON = datetime(2026, 3, 16, 4, tzinfo=UTC)
OLD = "210100193505208826"
OLD_NAME = "赵示甲一"
NOBODY = "210100195001010010"
CONFIG = SandboxConfig(REGISTERS, {KEY.app: KEY}, TOKEN, clock=NOON.timestamp)


def wire(register: str, params: Mapping[str, object], **changes: object) -> dict[str, object]:
    """The JSON of a question."""
    return {
        "register": register,
        "matter": "elderly_allowance",
        "application_id": "SB1",
        "purpose": "eligibility",
        "subject": params.get("id_no", OLD),
        "params": dict(params),
        "deadline_ms": 1000,
        "nonce": fresh_nonce(),
    } | changes


def http(
    method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
) -> tuple[int, bytes]:
    """Status and body of whatever comes back."""
    request = urllib.request.Request(url, body, dict(headers or {}), method=method)  # noqa: S310 - the server is of this test, on loopback
    try:
        with urllib.request.urlopen(request, timeout=30) as response:  # noqa: S310 - the server is of this test, on loopback
            return response.status, response.read()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read()


def put(
    url: str, question: Mapping[str, object], *, path: str | None = None, key: SigningKey = KEY
) -> tuple[int, dict]:
    """A question, signed as it should be, and the JSON that came back."""
    path = path or f"/v1/registers/{question['register']}"
    body = json.dumps(question).encode()
    nonce = question.get("nonce")
    signed = sign(
        key,
        Message("request", "POST", path, int(NOON.timestamp() * 1000), nonce if isinstance(nonce, str) else "?", body),
    )
    status, answer = http("POST", url + path, body, signed)
    return status, json.loads(answer)


def control(url: str, method: str, path: str, body: object = None, token: str = TOKEN) -> tuple[int, object]:
    raw = None if body is None else json.dumps(body).encode()
    status, answer = http(method, f"{url}/control/{path}", raw, {"Miaopi-Control": token})
    return status, json.loads(answer) if answer else None


def ask(url: str, register: str, *, application_id: str = "SB1", **params: object) -> Evidence:
    """What the real client makes of the answer: it checks signature, nonce, subject, kinds and date."""

    async def run() -> Evidence:
        transport = Transport()
        described = replace(REGISTERS[register], timeout_ms=20_000)
        asked_with = next(
            names for names in (described.asked_with, *described.alternatives) if set(names) <= params.keys()
        )
        verifier = ExchangeVerifier(Exchange(url, KEY), transport, lambda: NOON)
        subject = str(params.get("id_no", params.get("uscc", OLD)))
        question = Question(described, "elderly_allowance", application_id, "eligibility", subject, params, asked_with)
        evidence = await verifier.ask(question, Deadline.after(20))
        await transport.close()
        return evidence

    return asyncio.run(run())


def everybody() -> list[tuple[str, str, dict[str, str]]]:
    """Section, identifier and entry of everyone in the built-in files, read with another loader than the sandbox's."""
    keys = {"people": "id_no", "organisations": "uscc", "names": "name"}
    found = []
    for file in sorted(built_in_data().glob("*.yaml")):
        for section, entries in yaml.load(file.read_text(), yaml.BaseLoader).items():  # noqa: S506 - BaseLoader makes text only
            if section in keys:
                found += [(section, entry[keys[section]], entry) for entry in entries]
    return found
