"""An applicant who puts right exactly what a notice of corrections lists, and nothing else."""

import copy
from dataclasses import dataclass, replace
from typing import Any

from decision_service.decision import Decided
from decision_service.facts import Why
from decision_service.language.tree import FactRef, FormRef
from decision_service.outcome import Outcome
from decision_service.policy.needs import reads
from decision_service.policy.shape import Consequence, Field, Policy, Rule
from decision_service.verdict import Finding, State
from tests.properties.applications import Application, Maker

REGISTERED = {
    "C07_ACCOUNT_INACTIVE": ("social_security_card", {"bank_function": "active"}),
    "C08_NAME_CONFLICT": ("business_names", {"conflict": False, "forbidden": False}),
    "C09_FACE_CHECK_FAILED": ("liveness", {"passed": True, "level": "L3"}),
    "C10_TRAINING_DUE": ("transport_certificates", {"education_done": True, "grade": "A"}),
}
"""What is put right outside the form: the register then says so."""


@dataclass(slots=True)
class Corrected:
    """The application after the corrections. `rewritten` are the fields whose value is another one than before and
    that other things hang on: fields that were missing, wrong, or unlike a register."""

    form: dict[str, Any]
    facts: dict[str, Any]
    rewritten: set[str]


def corrected(found: Decided, application: Application, maker: Maker) -> tuple[Application, set[str]]:
    """The application with every correction of its notice made; and the fields rewritten."""
    done = Corrected(copy.deepcopy(dict(application.form)), copy.deepcopy(dict(application.facts)), set())
    fields = {field.name: field for field in found.policy.fields}
    for defect in found.form.defects:
        if defect.field in fields:
            done.form[defect.field] = _right(fields[defect.field], maker)
            done.rewritten.add(defect.field)
    for name in set(done.form) - set(fields):
        del done.form[name]
    rules = {rule.id: rule for rule in found.policy.rules}
    for finding in found.verdict.findings:
        if finding.outcome is Outcome.CORRECTION_REQUIRED:
            _put_right(finding, rules.get(finding.rule), found, done)
    return Application(done.form, done.facts, application.as_of), done.rewritten


def _right(field: Field, maker: Maker) -> object:
    """A value that is there and right."""
    given = replace(field, kind=replace(field.kind, nullable=False))
    return True if field.confirmation else maker.field(given)


def _put_right(finding: Finding, rule: Rule | None, found: Decided, done: Corrected) -> None:
    if finding.state is State.UNKNOWN:
        for cause in finding.causes:
            fallback = found.policy.asks[cause.source].fallback
            assert cause.why is Why.PAPER_OFFERED
            assert fallback is not None
            done.form[fallback] = "paper.pdf"
        return
    assert rule is not None
    assert finding.alternative is not None
    one = rule.alternatives[finding.alternative]
    match one.code:
        case "C04_MATERIAL_NEEDED":
            done.form[one.fills["material"].name] = "paper.pdf"
        case "C05_DECLARATION_MISSING":
            done.form[one.fills["declaration"].name] = True
        case "C06_DATA_MISMATCH":
            _agree(one, found, done)
        case _:
            register, facts = REGISTERED[one.code]
            done.facts[register] = {**done.facts[register], **facts}


def _agree(one: Consequence, found: Decided, done: Corrected) -> None:
    """The field says what the register says; where it can't, the record is corrected instead."""
    name, register = one.fills["field"].name, one.fills["source"].name
    answer = done.facts.get(register, {})
    evidence = found.evidence.get(register)
    known = evidence is not None and evidence.status == "ok"
    done.rewritten.add(name)
    match name:
        case "marital":
            done.form[name] = answer["marital"]
        case "spouse_id" if answer["spouse_id"] is None:
            done.facts[register] = {**answer, "spouse_id": done.form[name]}
        case "spouse_id":
            done.form[name] = answer["spouse_id"]
        case "cert_no":
            stated = f"{answer['category']}{answer['level']}" if known else done.form[name][18:]
            done.form[name] = done.form["id_no"] + stated
        case "service_staff" if answer["valid_certificates"] < 1:
            done.facts[register] = {**answer, "valid_certificates": done.form[name]}
        case "service_staff":
            done.form[name] = answer["valid_certificates"]
        case _:
            raise AssertionError(f"nobody knows how to correct {name}")


def new_corrections(found: Decided) -> list[tuple[str, frozenset[str], bool]]:
    """What a notice asks for: of which rule or field, what that reads of the form, and whether it reads a register."""
    policy = found.policy
    lets = {let.name: let for let in policy.lets}
    asked = []
    for defect in found.form.defects:
        read = list(reads([policy.field(defect.field).required], lets, policy.tables))
        asked.append((defect.field, _fields(read), False))
    for finding in found.verdict.findings:
        if finding.outcome is Outcome.CORRECTION_REQUIRED:
            rule = next(rule for rule in policy.rules if rule.id == finding.rule)
            whens = [one.when for one in rule.alternatives if one.when is not None]
            read = list(reads([rule.must, *whens], lets, policy.tables))
            asked.append((rule.id, _fields(read), any(isinstance(one, FactRef) for one in read)))
    return asked


def _fields(read: list[FactRef | FormRef]) -> frozenset[str]:
    return frozenset(one.field_name for one in read if isinstance(one, FormRef))


def worth_correcting(policy: Policy) -> bool:
    """Whether the matter can ask for corrections by rules of its own."""
    return any(one.outcome is Outcome.CORRECTION_REQUIRED for rule in policy.rules for one in rule.alternatives)
