"""What must come of an application: what the reference interpreter says on the facts that the registers hold.

The registers' side is the sandbox's own (its people, how it finds them), asked in this process; the rules' side is the
reference. Nothing of the service's way to a decision is in it: neither engine, nor the planner, nor the guard.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, cast

from decision_service.forms import read_form
from decision_service.load.applications import Candidate
from decision_service.offline import Engines, decide, evidence_of, offline_answer
from decision_service.planning import can_ask, question
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.needs import registers_read
from decision_service.policy.shape import Policy
from decision_service.readings.reference import judge
from verifiers.sandbox.answering import Registrars
from verifiers.sandbox.config import Asked

NOT_ASKED = "not_asked"
"""The word for a register that there was no time left to ask."""

Unheard = tuple[tuple[str, str], ...]
"""Registers that gave no answer to an application, each with how: timeout, error or NOT_ASKED; sorted."""


@dataclass(frozen=True, slots=True)
class Expected:
    """What an answer must say: outcome, the codes of its reasons (sorted), of each item its outcome, and what is
    granted (without what follows from a number that is only handed out then)."""

    outcome: str
    reasons: tuple[str, ...]
    items: tuple[tuple[str, str], ...]
    result: Mapping[str, object] = field(repr=False)


def said(answer: Mapping[str, Any], left_out: frozenset[str]) -> Expected:
    """What an answer says, in the shape of what it must say. Raises KeyError, TypeError where it is none."""
    return Expected(
        str(answer["outcome"]),
        tuple(sorted(str(one["code"]) for one in answer["reasons"])),
        tuple(sorted((str(one["item"]), str(one["outcome"])) for one in answer["items"])),
        {name: value for name, value in answer["result"].items() if name not in left_out},
    )


class Truth:
    """What must come of applications, given which registers did not answer. `registrars` hold what registers hold."""

    def __init__(self, catalogue: Catalogue, registrars: Registrars, day: date) -> None:
        self._catalogue = catalogue
        self._registrars = registrars
        self._day = day

    def facts(self, one: Candidate) -> dict[str, dict[str, object]]:
        """What every register that may be asked says of the application's people, as case files write it."""
        reading = read_form(one.policy, one.form, self._day, self._catalogue.prefectures)
        found: dict[str, dict[str, object]] = {}
        for name in one.policy.asks:
            if can_ask(one.policy, name, reading):
                q = question(one.policy, name, reading, "load")
                whom = (name, one.policy.matter, q.application_id, q.purpose, q.subject)
                told = self._registrars.say(Asked("load", *whom, params=q.params, deadline_ms=0, nonce=""))
                found[name] = {**told.data, "status": told.status, "data_as_of": told.data_as_of}
        return found

    def is_held(self, one: Candidate) -> bool:
        """Whether registers say of the application what it was made with, so that it is what it is meant to be."""
        if one.facts is None:
            return True
        policy, facts = one.policy, self.facts(one)
        meant = {name: one.facts[name] for name in facts if name in one.facts}
        theirs = {name: fact for name, fact in facts.items() if name in meant}
        wanted, found = (evidence_of(policy, those, self._day) for those in (meant, theirs))
        allocators = {name for name, ask in policy.asks.items() if ask.register.allocator}
        return all(
            (wanted[name].status, wanted[name].facts) == (found[name].status, found[name].facts)
            for name in found.keys() - allocators
        )

    def expected(self, one: Candidate, facts: Mapping[str, Mapping[str, object]], unheard: Unheard) -> Expected:
        """What must come of it where those registers did not answer; of the others `facts` are known."""
        known: dict[str, object] = {name: fact for name, fact in facts.items() if (name, NOT_ASKED) not in unheard}
        known |= {name: {"status": how} for name, how in unheard if how != NOT_ASKED}

        policy = one.policy
        reference = Engines(lambda sheet: judge(policy, sheet), lambda sheet: judge(policy, sheet))
        decided = decide(policy, self._catalogue, reference, one.form, known, self._day)
        return said(cast("Mapping[str, Any]", offline_answer(decided, one.form, known)), handed_out(policy))


def handed_out(policy: Policy) -> frozenset[str]:
    """Results that follow from a number which a register hands out, so that nobody can know them before."""
    allocators = frozenset(name for name, ask in policy.asks.items() if ask.register.allocator)
    return frozenset(one.name for one in policy.results if registers_read(policy, [one.value]) & allocators)
