"""One call, told as steps, so that the client that waits and the client that awaits are one: what to send and how long
to pause comes out, what came back goes in. Nothing here does I/O or looks at a clock of its own."""

import random
import time
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Literal, TypeVar

import msgspec

from decision_service.client.errors import NoAnswerError, ProblemError, problem_of

MEDIA_TYPE = "application/json"
MAX_BYTES = 32 * 1024 * 1024
"""A longer answer is none: a batch of a hundred with every reason has a tenth of it."""

Why = Literal["connection", "timeout", "mangled"]


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a call may take in all, how long one try, and how retries are spread (full jitter): before the n-th, up
    to `first_pause` × 2ⁿ seconds, `longest_pause` at most, and never before the Retry-After that was asked for."""

    deadline: float = 30.0
    one_try: float = 10.0
    first_pause: float = 0.2
    longest_pause: float = 5.0


@dataclass(frozen=True, slots=True)
class Request:
    """One HTTP request. `key`: its idempotency key, "" where it has none; every request here may be sent again."""

    method: Literal["GET", "POST"]
    path: str
    body: bytes | None = field(default=None, repr=False)
    key: str = ""
    accept: str = MEDIA_TYPE


@dataclass(frozen=True, slots=True)
class Send:
    """Send the request and hand back what comes within `seconds`."""

    request: Request
    seconds: float


@dataclass(frozen=True, slots=True)
class Pause:
    """Wait."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Delivered:
    """A whole answer; header names are in lower case."""

    status: int
    headers: dict[str, str] = field(repr=False)
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Lost:
    """No whole answer. Whether the request arrived is not known."""

    why: Why


T = TypeVar("T")
Steps = Generator[Send | Pause, Delivered | Lost | None, T]


@dataclass(frozen=True, slots=True)
class Exchange:
    """How requests are carried to an answer. `monotonic` and `draw` (0 to 1) are for tests with a time of their own."""

    pace: Pace = Pace()
    monotonic: Callable[[], float] = time.monotonic
    draw: Callable[[], float] = random.random

    def answered(self, request: Request, ends_at: float | None = None) -> Steps[Delivered]:
        """The answer to `request`, a 2xx. Raises ProblemError for a refusal that stands, and NoAnswerError."""
        ends_at = self.ends_at() if ends_at is None else ends_at
        last: ProblemError | Why | None = None
        tries = 0
        while True:
            left = ends_at - self.monotonic()
            if last is not None and left <= 0:
                raise NoAnswerError(request.key, tries, last)
            came = yield Send(request, max(0.001, min(left, self.pace.one_try)))
            tries += 1
            last = _what_is_wrong(came, request.accept)
            if last is None and isinstance(came, Delivered):
                return came
            if isinstance(last, ProblemError) and not may_pass(last):
                raise last
            pause = self.pause(tries, last)
            if self.monotonic() + pause >= ends_at:
                raise NoAnswerError(request.key, tries, last or "connection")
            yield Pause(pause)

    def ends_at(self) -> float:
        """When a call that begins now must have its answer."""
        return self.monotonic() + self.pace.deadline

    def pause(self, tries: int, last: ProblemError | Why | None) -> float:
        """How long to wait after that many tries."""
        most = min(self.pace.longest_pause, self.pace.first_pause * 2.0 ** min(tries - 1, 16))
        spread = most * self.draw()
        asked = last.retry_after if isinstance(last, ProblemError) and last.retry_after is not None else 0.0
        return max(0.0, asked) + spread


def may_pass(problem: ProblemError) -> bool:
    """Whether the same request may succeed a little later."""
    match problem.status:
        case HTTPStatus.REQUEST_TIMEOUT | HTTPStatus.TOO_MANY_REQUESTS | HTTPStatus.INTERNAL_SERVER_ERROR:
            return True
        case HTTPStatus.BAD_GATEWAY | HTTPStatus.SERVICE_UNAVAILABLE | HTTPStatus.GATEWAY_TIMEOUT:
            return True
        case HTTPStatus.CONFLICT:
            return problem.code == "in_work"
        case HTTPStatus.BAD_REQUEST:
            return problem.code == "body_incomplete"
        case _:
            return False


def _what_is_wrong(came: Delivered | Lost | None, accept: str) -> ProblemError | Why | None:
    if not isinstance(came, Delivered):
        return "connection" if came is None else came.why
    if not HTTPStatus.OK <= came.status < HTTPStatus.MULTIPLE_CHOICES:
        return problem_of(came.status, came.body, _retry_after(came.headers))
    kind = came.headers.get("content-type", "").partition(";")[0].strip().lower()
    return None if kind == accept and (accept != MEDIA_TYPE or _is_object(came.body)) else "mangled"


def _is_object(body: bytes) -> bool:
    try:
        msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError):
        return False
    return True


def _retry_after(headers: dict[str, str]) -> float | None:
    """Seconds (RFC 9110 section 10.2.3): a number, or a date against the answer's own, so that no clock here counts."""
    text = headers.get("retry-after", "").strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        then = parsedate_to_datetime(text)
        now = parsedate_to_datetime(headers["date"]) if "date" in headers else datetime.now(UTC)
        return max(0.0, (then - now).total_seconds())
    except (ValueError, TypeError):
        return None
