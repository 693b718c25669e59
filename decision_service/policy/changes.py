"""What applicants can change, and how: `catalogue/changes.yaml`. It decides nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from decision_service.policy.entries import Entries
from decision_service.policy.formfields import TYPES
from decision_service.policy.parts import Bilingual
from verifiers.registers import Register

NO, YES, MONTHLY = "no", "yes", "monthly"


@dataclass(frozen=True, slots=True)
class Change:
    """How what a register states can be changed, in a sentence; `{value}` in it is the city that it would state.

    `yes`: to any other value. `monthly`: a number that is one more after each month of waiting.
    """

    manner: Literal["yes", "monthly"]
    how: Bilingual


@dataclass(frozen=True, slots=True)
class Changes:
    """What can be changed: form fields by type or by name, and facts by register and field. Nothing else can."""

    types: frozenset[str] = frozenset()
    fields: frozenset[str] = frozenset()
    facts: Mapping[tuple[str, str], Change] = field(default_factory=dict)


def read_changes(entries: Entries, registers: Mapping[str, Register]) -> Changes:
    """The file; complains of types, registers and facts that there are not, and of what can't rise by the month."""
    form, facts = entries.inner("form", needed=True), entries.inner("registers", needed=True)
    types = form.words("types")
    for word in types:
        if word.text not in TYPES:
            form.wrong_word(word.text, TYPES, word.span)
    fields = frozenset(word.text for word in form.words("fields"))
    found: dict[tuple[str, str], Change] = {}
    for name in facts.names():
        if name not in registers:
            facts.wrong_word(name, list(registers), facts.key_span(name))
            continue
        inner = facts.inner(name)
        for fact in inner.names():
            change = _change(fact, inner, registers[name])
            if change is not None:
                found[name, fact] = change
    for part in (form, entries):
        part.done()
    return Changes(frozenset(word.text for word in types), fields, found)


def _change(fact: str, entries: Entries, register: Register) -> Change | None:
    inner = entries.inner(fact)
    if fact not in register.answers:
        entries.wrong_word(fact, list(register.answers), entries.key_span(fact))
        return None
    manners = (NO, YES, MONTHLY) if register.answers[fact].name == "whole" else (NO, YES)
    manner = inner.choice("can_change", manners)
    if manner == NO:
        inner.asked.update(("zh", "en"))
        inner.done()
        return None
    how = inner.bilingual()
    inner.done()
    return Change("monthly" if manner == MONTHLY else "yes", how)
