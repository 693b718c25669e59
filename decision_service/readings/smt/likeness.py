"""In what an application may be like a given one: one wish for each field, the last of them given up first."""

from typing import TYPE_CHECKING

from decision_service.facts import Unknown
from decision_service.forms import read_form
from decision_service.readings.smt.applicants import Applicant
from decision_service.readings.smt.formulas import Formula, conj, neg
from decision_service.readings.smt.sheets import Inquiry
from verifiers.answers import read_answer
from verifiers.evidence import Evidence
from verifiers.freshness import Moment
from verifiers.kinds import Value

if TYPE_CHECKING:
    from decision_service.readings.smt.world import World


def alike(world: "World", base: Applicant) -> list[Formula]:
    """The wishes: first the day and who applies, then how each register answers, then every other value."""
    form = _form(world, base)
    wishes: list[Formula] = [world.equals(world.as_of, base.as_of)]
    fields = sorted(world.fields, key=lambda name: not world.fields[name].common)
    wishes += [_field(world, name, form[name]) for name in fields if name in form]
    evidence = _evidence(world, base)
    values: list[Formula] = []
    for name, inquiry in world.application.inquiries.items():
        found = evidence.get(name)
        wishes.append(_answered(inquiry, found))
        if found is not None and found.status == "ok":
            values += [world.equals(world.facts[name, key], value) for key, value in found.facts.items()]
    return [wish for wish in (*wishes, *values) if wish is not False]


def _field(world: "World", name: str, value: Value) -> Formula:
    return conj(neg(world.application.wrong[name]), world.equals(world.application.values[name], value))


def _form(world: "World", base: Applicant) -> dict[str, Value]:
    """The values of the form, of every field that can be read."""
    found: dict[str, Value] = {}
    for policy in world.policies:
        reading = read_form(policy, base.under(policy).form, base.as_of, world.catalogue.prefectures)
        found |= {name: value for name, value in reading.values.items() if not isinstance(value, Unknown)}
    return found


def _evidence(world: "World", base: Applicant) -> dict[str, Evidence]:
    moment = Moment(base.as_of)
    found: dict[str, Evidence] = {}
    for policy in world.policies:
        for name, ask in policy.asks.items():
            if name in base.facts:
                found[name] = read_answer(ask.register, ask.asked_with, base.facts[name], moment)
    return found


def _answered(inquiry: Inquiry, evidence: Evidence | None) -> Formula:
    if evidence is None:
        return inquiry.unasked
    match evidence.status:
        case "ok":
            return inquiry.answered
        case "no_record":
            return inquiry.no_record
        case _:
            return inquiry.trouble
