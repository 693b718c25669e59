"""Data-quality tickets (校核): a register's data were in doubt in a decision, and its owner is to look at them (RQ-E4).

A ticket names facts and fields, never what they held. The owner finds the entry by its own number of the answer.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from decision_service.ledger.entry import Recorded
from decision_service.policy.shape import Bilingual, Policy
from decision_service.publishing import Publication

DOUBTS = ("R03_SOURCES_CONFLICT", "C06_DATA_MISMATCH")
"""Reasons that put a register's data in doubt: two sources differ; what was declared is not what is registered."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """One register's data in doubt in one decision.

    `facts` are the register's fields, none where its answer as a whole is doubted; `others` what they were compared
    with: fields of the form, facts of other registers. `request_id` is the register's own number of its answer,
    `data_as_of` the day or instant of that.
    """

    ticket_id: str
    decision_id: str
    matter: str
    opened_at: str
    register: str
    label: Bilingual
    owner: Bilingual
    codes: tuple[str, ...]
    rules: tuple[str, ...]
    facts: tuple[str, ...]
    others: tuple[str, ...]
    request_id: str | None
    data_as_of: str | None


def ticket_id(decision_id: str, register: str) -> str:
    """The number of a ticket: the same each time that the ledger is read."""
    return f"DQ-{hashlib.sha256(f'{decision_id}/{register}'.encode()).hexdigest()[:12].upper()}"


def tickets_of(recorded: Recorded, publication: Publication) -> Iterator[Ticket]:
    """The tickets that a decision gives rise to: one for each register that answered and is in doubt, since the rule
    reads it or the reason names it."""
    if not any(code.encode() in recorded.entry.answer for code in DOUBTS):
        return
    answer = orjson.loads(recorded.entry.answer)
    doubted = [one for one in (*answer["reasons"], *answer["advice"]) if one["code"] in DOUBTS]
    published = publication.by_digest(recorded.entry.policy_digest)
    policy = None if published is None else published.policy
    for given in answer["verifications"]:
        name = given["register"]
        about = [one for one in doubted if name in _registers(one, policy)]
        if about and given["status"] in ("ok", "no_record"):
            yield _ticket(recorded, given, about, publication)


def _registers(reason: Mapping[str, Any], policy: Policy | None) -> set[str]:
    """The registers that a reason rests on, and those that its sentence names."""
    read = {fact.split(".")[0] for fact in reason["facts"] if "." in fact}
    if policy is None:
        return read
    said = {
        fill.name
        for rule in policy.rules
        if rule.id == reason["rule"]
        for one in rule.alternatives
        if one.code == reason["code"]
        for fill in one.fills.values()
        if fill.source == "register"
    }
    return read | said


def _ticket(
    recorded: Recorded, given: Mapping[str, Any], about: list[dict[str, Any]], publication: Publication
) -> Ticket:
    name = given["register"]
    register = publication.catalogue.registers.get(name)
    named = sorted({fact for one in about for fact in one["facts"]})
    return Ticket(
        ticket_id=ticket_id(recorded.entry.decision_id, name),
        decision_id=recorded.entry.decision_id,
        matter=recorded.entry.matter,
        opened_at=recorded.entry.at,
        register=name,
        # A register that the catalogue has dropped since is known by its bare name.
        label=Bilingual(name, name) if register is None else Bilingual(register.zh, register.en),
        owner=Bilingual("", "") if register is None else Bilingual(register.owner_zh, register.owner_en),
        codes=tuple(sorted({one["code"] for one in about})),
        rules=tuple(sorted({one["rule"] for one in about})),
        facts=tuple(fact for fact in named if fact.startswith(f"{name}.")),
        others=tuple(fact for fact in named if not fact.startswith(f"{name}.")),
        request_id=given["request_id"],
        data_as_of=given["data_as_of"],
    )
