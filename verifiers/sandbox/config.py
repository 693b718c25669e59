"""What a sandbox is started with, and the seam at which faults are played."""

import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol

from verifiers.registers import Register
from verifiers.sandbox.faults.plan import FaultPlan
from verifiers.sandbox.proxy.wirelog import InFront
from verifiers.signing import Message, SigningKey, sign

Send = Callable[[dict[str, Any]], Awaitable[None]]
"""How an ASGI application sends one message."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One question, checked: who asked (the name of its key), what, about whom. Times in milliseconds."""

    app: str
    register: str
    matter: str
    application_id: str
    purpose: str
    subject: str = field(repr=False)
    params: Mapping[str, object] = field(repr=False)
    deadline_ms: int
    nonce: str


@dataclass(frozen=True, slots=True)
class Seal:
    """How the answer to the question at hand is signed. A fault of the signature is played with a part replaced."""

    key: SigningKey
    path: str
    nonce: str
    now_ms: int

    def __call__(self, body: bytes) -> dict[str, str]:
        """The signature's headers for a body."""
        return sign(self.key, Message("answer", "POST", self.path, self.now_ms, self.nonce, body))


class Faults(Protocol):
    """Misbehaviour on purpose: what the plan draws (faults/), unless a test hands in its own."""

    async def play(self, asked: Asked, answer: dict[str, object], seal: Seal, send: Send) -> bool:
        """Send something else than `answer` and say True, or send nothing and say False: then it is answered well."""
        ...


def built_in_data() -> Path:
    """The folder of the registers' own people: beside this package when installed, else the checkout's fixtures."""
    installed = Path(__file__).with_name("registers")
    return installed if installed.is_dir() else Path(__file__).parents[2] / "fixtures" / "registers"


@dataclass(frozen=True, slots=True)
class SandboxConfig:
    """How a sandbox is played.

    `registers` are those it plays, as the catalogue describes them; `keys` the applications that may ask, by name.
    `data` is a folder laid over the built-in people, `scenarios` a JSON file of answers per application. `as_of` pins
    the day that answers date from (else: today in China). `latency_scale` times each register's usual latency (0:
    none), drawn from `seed`. Without `control_token` there are no control routes. `clock` gives seconds since 1970.
    `plan` is shared with the fault proxy that stands before the sandbox, if one does, and `front` tells of that proxy;
    without them a plan of the sandbox's own plays the faults of answers. `faults` stands for the plan.
    """

    registers: Mapping[str, Register]
    keys: Mapping[str, SigningKey] = field(repr=False)
    control_token: str | None = field(default=None, repr=False)
    data: Path | None = None
    built_in: Path = field(default_factory=built_in_data)
    scenarios: Path | None = None
    as_of: date | None = None
    seed: int = 0
    latency_scale: float = 0.0
    host: str = "127.0.0.1"
    port: int = 0
    faults: Faults | None = None
    plan: FaultPlan | None = None
    front: InFront | None = None
    clock: Callable[[], float] = time.time
