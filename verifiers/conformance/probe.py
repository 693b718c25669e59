"""One register under test: whom it is asked about, and questions to it, right ones and spoilt ones."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import orjson

from verifiers.conformance.line import Line, Sent
from verifiers.exchange import PATH
from verifiers.nonces import fresh_nonce
from verifiers.registers import Register
from verifiers.signing import Direction, Message, SigningKey, sign
from verifiers.verifier import Question

MATTER = "conformance"
APPLICATION = "CONFORMANCE-0001"
PURPOSE = "eligibility"


@dataclass(frozen=True, slots=True)
class Person:
    """Whom a register is asked about."""

    subject: str = field(repr=False)
    params: Mapping[str, object] = field(repr=False)


@dataclass(frozen=True, slots=True)
class Sample:
    """Somebody whom the register knows and, where there can be one, somebody whom it does not. Test persons only."""

    known: Person
    nobody: Person | None = None

    def values(self) -> tuple[str, ...]:
        """Every personal value of it that is long enough to be told apart in an error text."""
        people = [self.known] if self.nobody is None else [self.known, self.nobody]
        texts = [text for one in people for text in (one.subject, *_texts(one.params))]
        return tuple(text for text in dict.fromkeys(texts) if len(text) >= 4)


@dataclass(frozen=True, slots=True)
class Probe:
    """A register, its sample, and the line to it with the key agreed."""

    register: Register
    sample: Sample
    line: Line
    key: SigningKey

    @property
    def path(self) -> str:
        """The path of the register."""
        return PATH + self.register.name

    def wire(self, **changes: object) -> dict[str, object]:
        """The JSON of a right question, with `changes`; None takes a name out."""
        right: dict[str, object] = {
            "register": self.register.name,
            "matter": MATTER,
            "application_id": APPLICATION,
            "purpose": PURPOSE,
            "subject": self.sample.known.subject,
            "params": dict(self.sample.known.params),
            "deadline_ms": self.register.timeout_ms,
            "nonce": fresh_nonce(),
        }
        return {name: value for name, value in {**right, **changes}.items() if value is not None}

    def signed(self, wire: Mapping[str, object] | bytes, key: SigningKey | None = None, **changes: object) -> Sent:
        """`wire` as it would be signed, but for `changes`: direction, path, at_ms (added to the clock), nonce."""
        body = wire if isinstance(wire, bytes) else orjson.dumps(wire)
        nonce = changes.get("nonce") or (fresh_nonce() if isinstance(wire, bytes) else wire.get("nonce"))
        at_ms = int(time.time() * 1000) + int(str(changes.get("at_ms", 0)))
        direction: Direction = "answer" if changes.get("direction") == "answer" else "request"
        message = Message(direction, "POST", str(changes.get("path", self.path)), at_ms, str(nonce), body)
        return Sent(self.path, sign(key or self.key, message), body)


def question_about(register: Register, person: Person) -> Question:
    """The question about `person` as the service would put it."""
    sets = (register.asked_with, *register.alternatives)
    asked_with = next((names for names in sets if set(names) <= person.params.keys()), register.asked_with)
    return Question(register, MATTER, APPLICATION, PURPOSE, person.subject, person.params, asked_with)


def _texts(params: Mapping[str, object]) -> list[str]:
    found: list[str] = []
    for value in params.values():
        found += [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]
    return found
