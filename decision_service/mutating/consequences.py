"""Slips in what follows from a rule: another outcome, another reason, a situation forgotten."""

import re
from collections.abc import Iterator
from dataclasses import replace

from decision_service.mutating.mutant import Edit, Slip
from decision_service.outcome import Outcome
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.rules import AUTOMATIC
from decision_service.policy.shape import Consequence, Policy, Rule
from decision_service.source import Span

Changed = tuple[Slip, Rule, tuple[Edit, ...]]

MISTAKEN: dict[Outcome, Outcome] = {
    Outcome.NOT_ACCEPTED: Outcome.REFERRED,
    Outcome.CORRECTION_REQUIRED: Outcome.REFERRED,
    Outcome.REFERRED: Outcome.CORRECTION_REQUIRED,
    Outcome.REJECTED: Outcome.REFERRED,
    Outcome.ACCEPTED_TOLERANT: Outcome.REFERRED,
    Outcome.APPROVED_ON_COMMITMENT: Outcome.REFERRED,
}
"""The outcome that one is taken for; the two approvals that no rule can say are not among them."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


def consequence_slips(rule: Rule, policy: Policy, catalogue: Catalogue) -> Iterator[Changed]:
    """The rule with each slip in what follows from it, and the slip in the file."""
    for place, one in enumerate(rule.alternatives):
        if one.span is None or one.span.text.split()[:1] != [one.outcome.value]:
            continue  # it follows by what the file is about, and is not written in it
        outcome = MISTAKEN[one.outcome]
        other = _with(rule, place, replace(one, outcome=outcome))
        # Where nothing is refused any more, `miaopi check` complains of the `refusal` that is left over.
        if rule.refusal is None or any(left.outcome is Outcome.REJECTED for left in other.alternatives):
            yield Slip.OUTCOME, other, (Edit(one.span, f"{outcome} {one.code}"),)
        code = _other_code(one, policy, catalogue)
        if code is not None:
            changed = replace(one, code=code)
            yield Slip.CODE, _with(rule, place, changed), (Edit(one.span, f"{one.outcome} {code}"),)
        if one.when is not None:
            kept = rule.alternatives[:place] + rule.alternatives[place + 1 :]
            entry = _entry(rule, place)
            yield Slip.ALTERNATIVE_REMOVED, replace(rule, alternatives=kept), (Edit(entry or one.span, ""),)


def _with(rule: Rule, place: int, changed: Consequence) -> Rule:
    return replace(rule, alternatives=(*rule.alternatives[:place], changed, *rule.alternatives[place + 1 :]))


def _other_code(one: Consequence, policy: Policy, catalogue: Catalogue) -> str | None:
    """Another reason, whose sentence is filled with the same: one that the policy has elsewhere, else the first of the
    catalogue. None where there is none; any other would be refused by `miaopi check`."""
    used = [other.code for rule in policy.rules for other in rule.alternatives]
    wanted = _filled(one.code, catalogue)
    others = (code for code in (*used, *catalogue.reasons) if code != one.code)
    return next((code for code in others if _filled(code, catalogue) == wanted), None)


def _filled(code: str, catalogue: Catalogue) -> frozenset[str]:
    text = catalogue.reasons[code]
    return frozenset(_PLACEHOLDER.findall(text.zh + text.en)) - AUTOMATIC


def _entry(rule: Rule, place: int) -> Span | None:
    """The lines of an entry of `else`, from its dash to the next one."""
    begins = [_dash(one) for one in rule.alternatives[place : place + 2]]
    if len(begins) < 2 or begins[0] is None or begins[1] is None:
        return None
    return Span(begins[0].source, begins[0].start, begins[1].start)


def _dash(one: Consequence) -> Span | None:
    """Where the line begins on which an entry begins."""
    first = one.when.span if one.when is not None else one.span
    if first is None:
        return None
    text = first.source.text
    start = text.rfind("\n", 0, first.start) + 1
    return Span(first.source, start, first.start) if text[start : first.start].lstrip().startswith("-") else None
