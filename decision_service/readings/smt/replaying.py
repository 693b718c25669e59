"""What comes out of a model is decided again by the reference: a difference is a fault of the encoding."""

from decimal import Decimal
from typing import TYPE_CHECKING

from decision_service.facts import Fact, FactSheet, Unknown
from decision_service.forms import read_form
from decision_service.language.meaning import same
from decision_service.outcome import Outcome
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Policy
from decision_service.readings.reference import judge
from decision_service.readings.smt.applicants import Applicant
from decision_service.readings.smt.telling import Model
from decision_service.readings.smt.terms import RESULT, Terms
from decision_service.readings.smt.values import Term
from decision_service.sheet import fact_sheet
from decision_service.verdict import Finding, State, Verdict
from verifiers.answers import read_answer
from verifiers.freshness import Moment

if TYPE_CHECKING:
    from decision_service.readings.smt.world import World

_ROUNDED = Decimal("1e-15")
"""Quotients that do not end are exact here and have 28 digits in a decision."""


class UnfaithfulError(AssertionError):
    """The formulas say one thing of an application, the reference another. Nothing that was proved counts."""


def read_again(policy: Policy, catalogue: Catalogue, applicant: Applicant) -> FactSheet:
    """The sheet of facts of an application, read as any is."""
    mine = applicant.under(policy)
    reading = read_form(policy, mine.form, mine.as_of, catalogue.prefectures)
    moment = Moment(mine.as_of)
    evidence = {
        name: read_answer(ask.register, ask.asked_with, mine.facts[name], moment)
        for name, ask in policy.asks.items()
        if name in mine.facts and not reading.stopped
    }
    if reading.other_document:
        evidence = {name: found for name, found in evidence.items() if name == "credit"}
    return fact_sheet(policy, reading, evidence, mine.as_of, catalogue.calendar)


def decided_again(world: "World", applicant: Applicant, model: Model) -> None:
    """Raises UnfaithfulError where any policy of the world decides it otherwise than the model says."""
    for terms in world.terms:
        sheet = read_again(terms.policy, world.catalogue, applicant)
        found = [*sheet_differences(terms, model, sheet), *differences(terms, model, judge(terms.policy, sheet))]
        if found:
            where = f"{terms.policy.matter}/{terms.policy.effective_from}"
            raise UnfaithfulError(f"{where}: {'; '.join(found)}")


def sheet_differences(terms: Terms, model: Model, sheet: FactSheet) -> list[str]:
    """In what the facts of a sheet differ from the model's."""
    found = []
    for name, term in terms.sheet.form.items():
        if isinstance(sheet.form[name], Unknown) != model.true(term.causes.some):
            found.append(f"the form's {name} is known to one alone")
    for name, causes in terms.sheet.causes.items():
        if isinstance(sheet.registers[name], Unknown) != model.true(causes.some):
            found.append(f"{name} is known to one alone")
    for item, applied in terms.sheet.applied.items():
        if (item in sheet.items) != model.true(applied):
            found.append(f"{item} is applied for with one alone")
    return found


def differences(terms: Terms, model: Model, verdict: Verdict) -> list[str]:
    """In what a verdict differs from what the model says of the same sheet."""
    found = []
    foretold = [outcome for outcome in Outcome if model.true(terms.outcome(outcome))]
    if foretold != [verdict.outcome]:
        found.append(f"outcome {foretold} for {verdict.outcome}")
    findings = {one.rule: one for one in verdict.findings}
    for rule in terms.policy.rules:
        state = _state(terms, model, rule.id)
        if state != _told(findings[rule.id]):
            found.append(f"{rule.id} {state} for {_told(findings[rule.id])}")
    if model.true(terms.lacking()) != (RESULT in findings):
        found.append("that a result is not known")
    items = {one.item: one for one in verdict.items}
    for item in terms.policy.items:
        foretold = [outcome for outcome in Outcome if model.true(terms.item_outcome(item.name, outcome))]
        if foretold != ([items[item.name].outcome] if item.name in items else []):
            found.append(f"item {item.name} {foretold}")
        elif item.name in items and items[item.name].amount is not None:
            found += _unlike(item.name, model, terms.amount(item.name), items[item.name].amount)
    return [*found, *_results(terms, model, verdict)]


def _state(terms: Terms, model: Model, rule_id: str) -> tuple[State, int | None]:
    alternatives = next(rule.alternatives for rule in terms.policy.rules if rule.id == rule_id)
    states: list[tuple[State, int | None]] = []
    states += [(State.HOLDS, None)] if model.true(terms.holds(rule_id)) else []
    states += [(State.FAILS, place) for place in range(len(alternatives)) if model.true(terms.fails(rule_id, place))]
    states += [(State.UNKNOWN, None)] if model.true(terms.unknown(rule_id)) else []
    if len(states) > 1:
        raise UnfaithfulError(f"{rule_id} is {states} at once")
    return states[0] if states else (State.SILENT, None)


def _told(finding: Finding) -> tuple[State, int | None]:
    return finding.state, finding.alternative


def _results(terms: Terms, model: Model, verdict: Verdict) -> list[str]:
    found = []
    for result in terms.policy.results:
        granted = model.true(terms.granted(result.name))
        value: Fact = verdict.result.get(result.name)
        if isinstance(value, Unknown):  # a defect of the form keeps it, or its `when`, from being known
            found += [] if model.true(terms.result(result.name).unknown) else [f"result {result.name} is known"]
        elif granted != (result.name in verdict.result):
            found.append(f"result {result.name} is granted by one alone")
        elif granted:
            found += _unlike(result.name, model, terms.result(result.name), value)
    return found


def _unlike(name: str, model: Model, term: Term, value: Fact) -> list[str]:
    if isinstance(value, Unknown) or model.true(term.unknown):
        alike = isinstance(value, Unknown) and model.true(term.unknown)
        return [] if alike else [f"{name} is known to one alone"]
    foretold = model.value(term)
    if isinstance(foretold, Decimal | int) and isinstance(value, Decimal | int) and not isinstance(value, bool):
        near = abs(Decimal(foretold) - Decimal(value)) <= _ROUNDED * max(Decimal(1), abs(Decimal(value)))
        return [] if near else [f"{name} {foretold} for {value}"]
    return [] if same(foretold, value) else [f"{name} {foretold} for {value}"]
