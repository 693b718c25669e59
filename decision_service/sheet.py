"""Form and evidence to a sheet of facts: what is known of an application now, and why the rest is not."""

from collections.abc import Mapping
from datetime import date

from decision_service.facts import FactSheet, Unknown, Why
from decision_service.forms import FormReading
from decision_service.outcome import Outcome
from decision_service.policy.derived import Derived
from decision_service.policy.shape import Ask, Policy
from verifiers.evidence import Evidence
from verifiers.kinds import Value

_WHY = {"timeout": Why.LATE, "error": Why.FAULTY, "stale": Why.STALE}

CREDIT = "credit"

_NOT_ASKED: Derived[Policy, dict[str, Unknown]] = Derived(
    lambda policy: {name: Unknown.of(Why.NOT_ASKED, name) for name in policy.asks}
)


def fact_sheet(
    policy: Policy,
    form: FormReading,
    evidence: Mapping[str, Evidence],
    as_of: date,
    calendar: Mapping[int, frozenset[date]],
) -> FactSheet:
    """The sheet for these answers; registers without evidence are not asked."""
    registers: dict[str, Mapping[str, Value] | Unknown] = dict(_NOT_ASKED.of(policy))
    if form.stopped or form.other_document or form.defects:
        for name, ask in policy.asks.items():
            registers[name] = _answer(name, ask, form, evidence.get(name))
    else:
        for name, found in evidence.items():
            if name in registers:
                registers[name] = found.facts if found.status == "ok" else _answer(name, policy.asks[name], form, found)
    outcome = Outcome.CORRECTION_REQUIRED if form.defects else None
    return FactSheet(as_of, form.values, registers, form.items, outcome, calendar)


def askable(name: str, ask: Ask, form: FormReading) -> bool:
    """Whether a question to this register can and may be put at all, given the form."""
    if form.stopped or (form.other_document and name != CREDIT):
        return False
    # In plain loops: this is asked of each register several times a decision.
    for parameter, fields in ask.parameters.items():
        if parameter not in ask.register.optional_parameters:
            for field in fields:
                if form.asked.get(field) is not None:
                    break
            else:
                return False
    return True


def _answer(name: str, ask: Ask, form: FormReading, evidence: Evidence | None) -> Mapping[str, Value] | Unknown:
    if form.stopped or (form.other_document and name != CREDIT):
        return Unknown.of(Why.FORM, name)
    if evidence is None:
        blamed = bool(form.defects) and _blamed(ask, form) and not askable(name, ask, form)
        return Unknown.of(Why.FORM if blamed else Why.NOT_ASKED, name)
    if evidence.status == "ok":
        return evidence.facts
    if evidence.status == "no_record":
        if ask.register.no_record is not None:
            return ask.register.no_record
        return Unknown.of(_paper(ask, form), name)
    return Unknown.of(_WHY[evidence.status], name)


def _blamed(ask: Ask, form: FormReading) -> bool:
    """Whether a field that the question needs is defective."""
    defective = {defect.field for defect in form.defects}
    return any(field in defective for fields in ask.parameters.values() for field in fields)


def _paper(ask: Ask, form: FormReading) -> Why:
    """No record: the guide may offer a paper instead, which may have been handed in already."""
    if ask.fallback is None:
        return Why.NO_RECORD
    return Why.PAPER_OFFERED if form.values[ask.fallback] is None else Why.PAPER_GIVEN
