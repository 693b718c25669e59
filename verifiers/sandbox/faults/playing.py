"""Faults of answers at the sandbox's seam, and a note of each that was played."""

import hashlib
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from verifiers.registers import Register
from verifiers.sandbox.config import Asked, Seal, Send
from verifiers.sandbox.faults.answers import Reply, Spoiling, spoil
from verifiers.sandbox.faults.plan import FaultPlan
from verifiers.sandbox.faults.table import Layer

_ANSWERS: tuple[Layer, ...] = ("answer",)
_KEPT = 200_000


@dataclass(frozen=True, slots=True)
class Played:
    """One fault that was played: in the answer to which register and application, with what status, and the SHA-256 of
    the body that went out (hex)."""

    register: str
    application_id: str
    fault: str
    variant: str
    status: int
    digest: str


class PlayedLog:
    """The latest 200,000 faults that were played, oldest first."""

    def __init__(self) -> None:
        self._played: deque[Played] = deque(maxlen=_KEPT)
        self._lock = threading.Lock()

    def note(self, played: Played) -> None:
        """Write one down."""
        with self._lock:
            self._played.append(played)

    def of(self, application_id: str | None = None) -> list[Played]:
        """Those of one application, or all."""
        with self._lock:
            return [one for one in self._played if application_id is None or one.application_id == application_id]


class PlannedFaults:
    """Plays what a plan draws for each answer."""

    def __init__(self, registers: Mapping[str, Register], plan: FaultPlan, log: PlayedLog) -> None:
        self._registers = registers
        self._plan = plan
        self._log = log

    async def play(self, asked: Asked, answer: dict[str, object], seal: Seal, send: Send) -> bool:
        """As `Faults` has it."""
        drawn = self._plan.draw(_ANSWERS, asked.register, asked.application_id)
        if drawn is None:
            return False
        fault, variant = drawn.fault.name, drawn.variant.name
        reply = spoil(fault, variant, Spoiling(asked, self._registers[asked.register], answer, seal))
        digest = hashlib.sha256(reply.body).hexdigest()
        self._log.note(Played(asked.register, asked.application_id, fault, variant, reply.status, digest))
        await _send(reply, send)
        return True


async def _send(reply: Reply, send: Send) -> None:
    headers = [(name.lower().encode(), value.encode()) for name, value in reply.headers.items()]
    if reply.content_type is not None:
        headers.append((b"content-type", reply.content_type.encode()))
    if reply.status not in (204, 304):
        headers.append((b"content-length", b"%d" % len(reply.body)))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": reply.body})
