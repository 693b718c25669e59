"""The registers in memory, in place of the network: they know the truth, and misbehave as planned."""

import asyncio
import json
import random
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import count

from tests.simulation.plan import Plan
from verifiers.deadline import Deadline
from verifiers.delivery import Answered, Delivery, Failed, Late
from verifiers.exchange import PATH
from verifiers.nonces import NonceBook
from verifiers.registers import Register
from verifiers.sandbox.asking import Gate
from verifiers.sandbox.config import Asked
from verifiers.sandbox.latency import Latency
from verifiers.signing import Message, Received, SigningKey, sign

APP = "simulated"
KEY = SigningKey(APP, b"a secret of the simulation")
FOREIGN = SigningKey(APP, b"a secret of somebody else")
URL = "http://registers.test"

Truth = Mapping[tuple[str, str, str], Mapping[str, object]]
"""(register, subject, params as JSON) -> what the register holds: status, data_as_of and fields side by side."""


def named(params: Mapping[str, object]) -> str:
    """Params as a key."""
    return json.dumps(params, sort_keys=True)


@dataclass
class Registers:
    """Stands where the HTTP client does. `put` lists every question that arrived: register and application."""

    plan: Plan
    registers: Mapping[str, Register]
    truth: Truth
    now: Callable[[], datetime]
    clock: Callable[[], float]
    put: list[tuple[str, str]] = field(default_factory=list)
    heard: list[tuple[float, Asked]] = field(default_factory=list)
    """The same with when, and all that was asked."""
    played: list[str] = field(default_factory=list)
    faulty: dict[str, str] = field(default_factory=dict)
    """request_id -> the fault of that answer."""
    numbers: Iterator[int] = field(default_factory=count)
    earlier: dict[str, Answered] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.gate = Gate(self.registers, {APP: KEY}, NonceBook())
        self.latency = Latency(self.registers, self.plan.seed, self.plan.latency)
        self.dice = {name: random.Random(f"{self.plan.seed} {name}") for name in self.registers}

    async def post(self, url: str, headers: Mapping[str, str], body: bytes, deadline: Deadline) -> Delivery:
        """As Transport.post."""
        path = url.removeprefix(URL)
        stamp = int(self.now().timestamp() * 1000)
        asked, _ = self.gate.admit(path.removeprefix(PATH), Received("POST", path, tuple(headers.items()), body, stamp))
        self.put.append((asked.register, asked.application_id))
        self.heard.append((self.clock(), asked))
        fault = self._fault(asked.register)
        if fault is not None:
            self.played.append(fault)
        seconds = self.latency.seconds(asked.register) + {"late": 3600.0, "slow": 0.5}.get(fault or "", 0.0)
        left = deadline.remaining()
        await asyncio.sleep(min(seconds, left))
        if seconds >= left:
            return Late()
        return self._deliver(asked, path, fault)

    def _fault(self, register: str) -> str | None:
        habits = self.plan.habits.get(register, {})
        drawn = self.dice[register].random()  # drawn even in calm times, so that a run does not depend on the clock
        if self.clock() >= self.plan.calm_from:
            return None
        for name, share in habits.items():
            drawn -= share
            if drawn < 0:
                return name
        return None

    def _deliver(self, asked: Asked, path: str, fault: str | None) -> Delivery:
        match fault:
            case "raises":
                raise RuntimeError("a client that breaks its promise")
            case "network":
                return Failed("network")
            case "http_status":
                return Failed("http_status")
            case "replayed":
                return self.earlier.get(asked.register) or Failed("network")
            case _:
                return self._answer(asked, path, fault)

    def _answer(self, asked: Asked, path: str, fault: str | None) -> Answered:
        wire = self._spoiled(self._wire(asked), asked, fault)
        if fault not in (None, "slow") and (fault, wire["status"]) != ("future", "no_record"):
            self.faulty[str(wire["request_id"])] = fault
        text = json.dumps(wire)
        if fault == "cut_off":
            text = text[: len(text) // 2]
        elif fault == "not_json":
            text = "<html>Please log in</html>"
        elif fault == "twice_named":
            text = text[:-1] + ', "status": "ok"}'
        body = text.encode()
        stamp = int(self.now().timestamp() * 1000)
        key = FOREIGN if fault == "wrong_key" else KEY
        signed = sign(key, Message("answer", "POST", path, stamp, asked.nonce, body))
        if fault == "unsigned":
            signed = {}
        if fault == "changed_after_signing":
            body = body.replace(b"false", b"true ") if b"false" in body else body + b" "
        answered = Answered(tuple(signed.items()), body)
        if fault is None:
            self.earlier.setdefault(asked.register, answered)
        return answered

    def _wire(self, asked: Asked) -> dict[str, object]:
        held = dict(self.truth[asked.register, asked.subject, named(asked.params)])
        status, dated = held.pop("status", "ok"), held.pop("data_as_of", None)
        return {
            "status": status,
            "data_as_of": dated,
            "source": asked.register,
            "request_id": f"r-{next(self.numbers)}",
            "subject": asked.subject,
            "nonce": asked.nonce,
            "purpose": asked.purpose,
            "data": held if status == "ok" else None,
        }

    def _spoiled(self, wire: dict[str, object], asked: Asked, fault: str | None) -> dict[str, object]:
        day = self.now().date()
        data = dict(wire["data"]) if isinstance(wire["data"], dict) else {}
        match fault:
            case "other_subject":
                return {**wire, "subject": "nobody of these"}
            case "other_purpose":
                return {**wire, "purpose": "something else"}
            case "other_nonce":
                return {**wire, "nonce": "0" * 32}
            case "stale":
                hours = self.registers[asked.register].max_age_hours
                return {**wire, "status": "ok", "data_as_of": str(day - timedelta(hours=hours, days=2)), "data": data}
            case "future":
                return {**wire, "data_as_of": str(day + timedelta(days=1))}
            case "wrong_kind":
                return {**wire, "status": "ok", "data": {name: {"no": "kind"} for name in self._fields(asked)}}
            case "field_missing":
                return {**wire, "status": "ok", "data": {}}
            case "contradiction":
                return {**wire, "status": "no_record", "data": data or dict.fromkeys(self._fields(asked), 1)}
            case _:
                return wire

    def _fields(self, asked: Asked) -> list[str]:
        return list(self.registers[asked.register].answers)
