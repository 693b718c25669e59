"""A question to a register, and who can put it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from verifiers.deadline import Deadline
from verifiers.evidence import Evidence
from verifiers.frozen import quickly_made
from verifiers.registers import Register


@dataclass(frozen=True, slots=True)
class Shown:
    """A credential that the applicant shows, to stand for a register (docs/credentials.md).

    `challenge` is what a bound one must be signed over: the platform's number of the application. `by` tells the one
    application for which it is shown from all others, of all callers. None of the three shows in the representation.
    """

    token: str = field(repr=False)
    challenge: str = field(repr=False)
    by: str = field(repr=False)


@quickly_made
@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of one register for one application.

    `subject` is the ID number or credit code that the question is about, `purpose` what the answer is wanted for.
    `params` are JSON-able, `asked_with` the names of those that choose the answer's shape (Register.asked_with or one
    of its alternatives). `credential` is what the applicant shows to spare the question, if anything; it never goes
    over the wire, nor does `caller`, the platform whose application it is. Neither subject nor params nor credential
    show in the representation.
    """

    register: Register
    matter: str
    application_id: str
    purpose: str
    subject: str = field(repr=False)
    params: Mapping[str, object] = field(repr=False)
    asked_with: tuple[str, ...]
    credential: Shown | None = field(default=None, repr=False)
    caller: str = ""


class Verifier(Protocol):
    """Whoever can put a question."""

    async def ask(self, question: Question, deadline: Deadline) -> Evidence:
        """What came of it, at the latest when `deadline` passes. Raises nothing: what goes wrong is evidence too."""
        ...


class Knowing(Verifier, Protocol):
    """A verifier that may have an answer without putting the question: then there is nothing to wait for."""

    def known(self, question: Question) -> Evidence | None:
        """What `ask` would say of it without putting the question, None where it would have to. Raises nothing."""
        ...


def known_of(verifier: Verifier, question: Question) -> Evidence | None:
    """What `verifier` knows without putting the question; None of one that can't say."""
    known = getattr(verifier, "known", None)
    found: Evidence | None = None if known is None else known(question)
    return found
