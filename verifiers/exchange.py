"""Questions to registers through the exchange, as docs/registers.md lays them down: signed, bound, and judged."""

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import assert_never
from urllib.parse import urlsplit

import orjson

from verifiers.answers import read_answer
from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.freshness import live_moment
from verifiers.nonces import fresh_nonce
from verifiers.signing import Message, Received, SigningKey, check_answer, content_digest, sign
from verifiers.transport import Answered, Failed, Late, Transport
from verifiers.verifier import Question

PATH = "/v1/registers/"
"""The path of a register is this and its name; it is signed as it stands here, whatever `base_url` puts before it."""

_MAX_REQUEST_ID = 128


class AddressError(ValueError):
    """A base address that can't be used; the text says what to configure."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """Where the registers are and the key agreed with them. Comes from the operator's configuration and nowhere else.

    Raises AddressError unless `base_url` is http or https with a host, and without user, query or fragment.
    """

    base_url: str
    key: SigningKey

    def __post_init__(self) -> None:
        parts = urlsplit(self.base_url)
        if (
            parts.scheme not in ("http", "https")
            or not parts.hostname
            or parts.query
            or parts.fragment
            or parts.username
        ):
            raise AddressError("exchange: `base_url` must look like https://exchange.example.gov.cn, without a query")

    def url(self, path: str) -> str:
        """The address of `path`."""
        return self.base_url.rstrip("/") + path


class ExchangeVerifier:
    """Puts questions to the exchange. One call a question: nothing is asked twice."""

    def __init__(
        self,
        exchange: Exchange,
        transport: Transport,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        judged_at: Callable[[], datetime] | None = None,
    ) -> None:
        """`now` tells the time, with an offset, for signatures; `judged_at` (else `now`) that of freshness: where the
        service's day is pinned for a trial, signatures still need the real time."""
        self._exchange = exchange
        self._transport = transport
        self._now = now
        self._judged_at = now if judged_at is None else judged_at

    async def ask(self, question: Question, deadline: Deadline) -> Evidence:
        """What the register said, at the latest by `deadline` or the register's own limit, whichever is earlier."""
        started = deadline.clock()
        limit = deadline.at_most(question.register.timeout_ms / 1000)
        evidence = await self._ask(question, limit)
        return replace(evidence, elapsed_ms=round((deadline.clock() - started) * 1000))

    async def _ask(self, question: Question, limit: Deadline) -> Evidence:
        name = question.register.name
        nonce = fresh_nonce()
        path = PATH + name
        body = _request_body(question, nonce, limit)
        if body is None:
            return Evidence(name, "error", fault="unspeakable")
        message = Message("request", "POST", path, _milliseconds(self._now()), nonce, body)
        headers = sign(self._exchange.key, message)
        delivery = await self._transport.post(self._exchange.url(path), headers, body, limit)
        match delivery:
            case Answered():
                return self._judge(question, path, nonce, delivery)
            case Late():
                return Evidence(name, "timeout")
            case Failed(fault):
                return Evidence(name, "error", fault=fault)
            case _:
                assert_never(delivery)

    def _judge(self, question: Question, path: str, nonce: str, answered: Answered) -> Evidence:
        name = question.register.name
        now = self._now()
        received = Received("POST", path, answered.headers, answered.body, _milliseconds(now))
        refusal = check_answer(self._exchange.key, nonce, received)
        if refusal is not None:
            return Evidence(name, "error", fault=f"signature_{refusal.word}")
        answer = _parse(answered.body)
        if answer is None:
            return Evidence(name, "error", fault="json")
        fault = _binding_fault(question, nonce, answer)
        if fault is not None:
            return Evidence(name, "error", fault=fault)
        data = answer.get("data")
        # Last, so that no field of the data can stand for the status or the date of the answer.
        flat = {**(data if isinstance(data, dict) else {}), "status": answer["status"]}
        flat["data_as_of"] = answer.get("data_as_of")
        evidence = read_answer(question.register, question.asked_with, flat, live_moment(self._judged_at()))
        return replace(evidence, request_id=str(answer["request_id"]), digest=content_digest(answered.body))


def _request_body(question: Question, nonce: str, limit: Deadline) -> bytes | None:
    """The JSON of a question, or None when its params are none."""
    wire = {
        "register": question.register.name,
        "matter": question.matter,
        "application_id": question.application_id,
        "purpose": question.purpose,
        "subject": question.subject,
        "params": dict(question.params),
        "deadline_ms": int(limit.remaining() * 1000),
        "nonce": nonce,
    }
    try:
        return orjson.dumps(wire)
    except orjson.JSONEncodeError:
        return None


def _binding_fault(question: Question, nonce: str, answer: dict[str, object]) -> str | None:
    """Whether this is another question's answer, or none at all."""
    if answer.get("nonce") != nonce:
        return "nonce"
    if answer.get("subject") != question.subject:
        return "subject"
    if answer.get("status") not in ("ok", "no_record"):
        return "status"
    request_id = answer.get("request_id")
    if not isinstance(request_id, str) or not 0 < len(request_id) <= _MAX_REQUEST_ID or not request_id.isprintable():
        return "request_id"
    return None


def _parse(body: bytes) -> dict[str, object] | None:
    """The JSON object in `body`; None for anything else, for a name given twice, for NaN, for nesting without end."""
    try:
        parsed = json.loads(body.decode(), object_pairs_hook=_unique, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        return None
    return parsed if isinstance(parsed, dict) else None


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    record = dict(pairs)
    if len(record) != len(pairs):
        raise ValueError("a name is given twice")
    return record


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is no JSON")


def _milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)
