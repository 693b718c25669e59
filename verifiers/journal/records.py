"""What the journal keeps: a call in two parts (sent, ended), and accesses to what was decided. Never a value asked for.

All instants are whole milliseconds since 1970 (UTC).
"""

import time
from dataclasses import dataclass, field

from verifiers.frozen import quickly_made
from verifiers.nonces import random_block

CANCELLED = "cancelled"
"""The status of a call that nobody waits for any more: a hedge that lost, or one cut off at the deadline."""


@quickly_made
@dataclass(frozen=True, slots=True)
class Sent:
    """A call as it goes out: who asks what of which register, for which application, and why.

    `params` are the names of what is sent, never the values; `subject` is a mark of the person or enterprise asked
    about (Marks), which tells the same from another and nothing else. `reached` names the way it takes, `caller` the
    platform that submitted the application, `instance` the process that asks.
    """

    call_id: str
    register: str
    matter: str
    application_id: str
    purpose: str
    params: tuple[str, ...]
    subject: str = field(repr=False)
    reached: str
    caller: str
    instance: str
    asked_at: int


@quickly_made
@dataclass(frozen=True, slots=True)
class Ended:
    """How a call ended: a status of Evidence, or "cancelled". `digest` is the SHA-256 (hex) of the signed answer."""

    call_id: str
    ended_at: int
    status: str
    fault: str | None = None
    request_id: str | None = None
    data_as_of: str | None = None
    digest: str | None = None
    elapsed_ms: int = 0


@quickly_made
@dataclass(frozen=True, slots=True)
class RawAnswer:
    """The bytes of a signed answer, kept until their retention day and then dropped."""

    call_id: str
    ended_at: int
    body: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Access:
    """One reading of a recorded decision: who, what, why, when (RQ-H2).

    `who` is the platform that called, or "local:" and the user of this machine. `decision_id` and `application_id` are
    None where all decisions on record were read, empty where none was. `purpose` is the route or the command.
    """

    access_id: str
    who: str
    instance: str
    decision_id: str | None
    application_id: str | None
    purpose: str
    at: int


Note = Sent | Ended | RawAnswer | Access


@dataclass(frozen=True, slots=True)
class CallRecord:
    """One call as the journal holds it. `ended` is None where the process ended before the call did."""

    sent: Sent
    ended: Ended | None

    @property
    def status(self) -> str | None:
        """How it ended, if it did."""
        return None if self.ended is None else self.ended.status


def new_number() -> str:
    """A number for a note: 32 hex digits, ordered by the time at which it is made, 80 bits of it random."""
    return f"{time.time_ns() // 1_000_000:012x}{random_block()[:10].hex()}"
