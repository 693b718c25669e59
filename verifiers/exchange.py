"""Questions to registers through the exchange, as docs/registers.md lays them down: signed, bound, and judged."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import assert_never
from urllib.parse import urlsplit

from verifiers.deadline import Deadline
from verifiers.delivery import Answered, Failed, Late
from verifiers.envelope import judge_body, question_body
from verifiers.evidence import Evidence
from verifiers.freshness import live_moment
from verifiers.frozen import maker
from verifiers.nonces import fresh_nonce
from verifiers.reach import reach
from verifiers.signing import Message, Received, SigningKey, check_answer, sign
from verifiers.transport import Transport
from verifiers.verifier import Question

PATH = "/v1/registers/"
"""The path of a register is this and its name; it is signed as it stands here, whatever `base_url` puts before it."""


_message, _received = maker(Message), maker(Received)


class AddressError(ValueError):
    """A base address that can't be used; the text says what to configure."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """Where the registers are, the key agreed with them, further roots for TLS (PEM).

    Comes from the operator's configuration and nowhere else. Raises AddressError unless `base_url` is http or https
    with a host, and without user, query or fragment.
    """

    base_url: str
    key: SigningKey
    trusted_certificates: bytes | None = None

    def __post_init__(self) -> None:
        if not _is_address(self.base_url):
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
        self._base = exchange.url("")
        self._transport = transport
        self._now = now
        self._judged_at = now if judged_at is None else judged_at

    @property
    def exchange(self) -> Exchange:
        """Where it asks."""
        return self._exchange

    async def ask(self, question: Question, deadline: Deadline) -> Evidence:
        """What the register said, at the latest by `deadline` or the register's own limit, whichever is earlier."""
        started = deadline.clock()
        limit = deadline.at_most(question.register.timeout_ms / 1000)
        name = question.register.name
        nonce, path, sent_ms = fresh_nonce(), PATH + name, _milliseconds(self._now())
        body = question_body(question, nonce, limit)
        if body is None:
            return Evidence(name, "error", fault="unspeakable")
        headers = sign(self._exchange.key, _message("request", "POST", path, sent_ms, nonce, body))
        delivery = await self._transport.post(self._base + path, headers, body, limit)
        elapsed_ms = round((deadline.clock() - started) * 1000)
        match delivery:
            case Answered():
                received = _received("POST", path, delivery.headers, delivery.body, sent_ms + elapsed_ms)
                evidence = self._judge(question, nonce, received)
            case Late():
                evidence = Evidence(name, "timeout")
            case Failed(fault):
                evidence = Evidence(name, "error", fault=fault)
            case _:
                assert_never(delivery)
        return evidence.after(elapsed_ms)

    def _judge(self, question: Question, nonce: str, received: Received) -> Evidence:
        refusal = check_answer(self._exchange.key, nonce, received)
        if refusal is not None:
            return Evidence(question.register.name, "error", fault=f"signature_{refusal.word}")
        return judge_body(question, nonce, received.body, live_moment(self._judged_at()))


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        right_port = parts.port is None or parts.port > 0
    except ValueError:
        return False
    plain = url.isprintable() and " " not in url and not (parts.query or parts.fragment or parts.username)
    host = parts.hostname or ""
    return parts.scheme in ("http", "https") and reach(host) != "never" and right_port and plain


def _milliseconds(instant: datetime) -> int:
    return int(instant.timestamp() * 1000)
