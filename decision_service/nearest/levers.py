"""What of an application stays as it is, and what its applicant can change."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import cast

import z3

from decision_service.facts import Unknown
from decision_service.forms import MISSING, FormReading, read_form
from decision_service.language.tree import Literal
from decision_service.nearest.found import Sort
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.changes import Change
from decision_service.policy.shape import Field, Policy
from decision_service.readings.smt import numbers
from decision_service.readings.smt.applicants import Applicant
from decision_service.readings.smt.days import Day, before, known_day
from decision_service.readings.smt.formulas import Formula, conj, disj, neg
from decision_service.readings.smt.numbers import Number, constant
from decision_service.readings.smt.values import Text
from decision_service.readings.smt.world import World
from verifiers.answers import read_answer
from verifiers.evidence import Evidence
from verifiers.freshness import Moment
from verifiers.kinds import Value

DAY = "as_of"


@dataclass(frozen=True, slots=True)
class Lever:
    """One value that can be changed. `stays`: that it is as it was. `now` is what it is, None where nothing is there.
    `change` says how a register's fact is changed; of one that rises `monthly` the waiting is the step."""

    sort: Sort
    name: str
    stays: Formula
    now: Value = None
    change: Change | None = None

    @property
    def counts(self) -> bool:
        """Whether changing it is a step of its own."""
        return self.change is None or self.change.manner != "monthly"


@dataclass(frozen=True, slots=True)
class Standing:
    """An application as formulas: `fixed` is what stays, `levers` can be moved."""

    fixed: tuple[Formula, ...]
    levers: tuple[Lever, ...]


def standing(world: World, policy: Policy, catalogue: Catalogue, one: Applicant) -> Standing:
    """Every field and fact of the application, either fixed or as a lever; last, the day, which can only be later."""
    reading = read_form(policy, one.form, one.as_of, catalogue.prefectures)
    fixed: list[Formula] = []
    levers: list[Lever] = []
    for field in policy.fields:
        stays = _field_stays(world, field, reading, one)
        if _can_change(field, reading, catalogue):
            value = reading.values[field.name]
            levers.append(Lever("form", field.name, stays, None if isinstance(value, Unknown) else value))
        else:
            fixed.append(stays)
    for name, ask in policy.asks.items():
        evidence = _evidence(policy, name, one)
        fixed.append(_answered(world, name, evidence))
        if evidence is not None and evidence.status == "ok":
            for fact in ask.register.answers:
                value = evidence.facts[fact]
                stays = world.equals(world.facts[name, fact], value)
                change = catalogue.changes.facts.get((name, fact))
                if change is None:
                    fixed.append(stays)
                else:
                    levers.append(Lever("fact", f"{name}.{fact}", stays, value, change))
    levers = [lever for lever in levers if lever.counts or _is_number(lever.now)]
    fixed += [_monthly(world, lever, one) for lever in levers if not lever.counts]
    fixed += [_named(world, lever, catalogue) for lever in levers if lever.sort == "fact"]
    today = known_day(world.calendar, one.as_of)
    fixed.append(neg(before(world.day_of_decision, today)))
    levers.append(Lever("day", DAY, world.equals(world.as_of, one.as_of), one.as_of))
    return Standing(tuple(fixed), tuple(levers))


def _is_number(value: Value) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _can_change(field: Field, reading: FormReading, catalogue: Catalogue) -> bool:
    """What the catalogue lists; and what is blank and may have to be filled in, but for who applies."""
    changes = catalogue.changes
    if field.name in changes.fields or field.type_name in changes.types:
        return True
    demanded = not (isinstance(field.required, Literal) and field.required.value is not True)
    missing = any(defect.field == field.name and defect.code == MISSING for defect in reading.defects)
    return demanded and not field.common and (missing or reading.values[field.name] is None)


def _field_stays(world: World, field: Field, reading: FormReading, one: Applicant) -> Formula:
    value, term = reading.values[field.name], world.application.values[field.name]
    wrong = world.application.wrong[field.name]
    if not isinstance(value, Unknown):
        return conj(neg(wrong), term.null if value is None else world.equals(term, value))
    if reading.other_document and field.name == "id_no":
        return neg(wrong)
    blank = one.form.get(field.name) is None or not str(one.form[field.name]).strip()
    return conj(neg(wrong), term.null) if blank else wrong


def _evidence(policy: Policy, name: str, one: Applicant) -> Evidence | None:
    if name not in one.facts:
        return None
    ask = policy.asks[name]
    return read_answer(ask.register, ask.asked_with, one.facts[name], Moment(one.as_of))


def _answered(world: World, name: str, evidence: Evidence | None) -> Formula:
    inquiry = world.inquiry(name)
    if evidence is None:
        return inquiry.unasked
    by_status: Mapping[str, Formula] = {"ok": inquiry.answered, "no_record": inquiry.no_record}
    return by_status.get(evidence.status, inquiry.trouble)


def _monthly(world: World, lever: Lever, one: Applicant) -> Formula:
    """That the number rises by no more than the months that begin until the day of decision."""
    number = cast("Number", world.symbols(lever.name).content)
    year, month, _ = cast("Day", world.as_of.content).civil
    waited = numbers.minus(
        numbers.plus(numbers.scaled(year, 12), month), constant(12 * one.as_of.year + one.as_of.month)
    )
    now = constant(cast("int", lever.now))
    risen = conj(numbers.at_most(now, number), numbers.at_most(number, numbers.plus(now, waited)))
    return disj(lever.stays, risen)


def _named(world: World, lever: Lever, catalogue: Catalogue) -> Formula:
    """That a division, where it is another one, lies in a city that the catalogue names."""
    content = world.symbols(lever.name).content
    if not isinstance(content, Text) or content.region is None:
        return True
    province, city, place = content.region
    cities = [
        conj(numbers.equal(province, constant(int(code[:2]))), numbers.equal(city, constant(int(code[2:4]))))
        for code in catalogue.prefectures
    ]
    return disj(lever.stays, conj(numbers.less(constant(0), place), disj(*cities)))


def at_most(levers: tuple[Lever, ...], most: int) -> "z3.BoolRef":
    """That no more than so many of the levers are moved."""
    moved = [neg(lever.stays) for lever in levers if lever.counts]
    known = sum(1 for one in moved if one is True)
    open_ones = [one for one in moved if not isinstance(one, bool)]
    if not open_ones:
        return z3.BoolVal(known <= most)
    return z3.PbLe([(one, 1) for one in open_ones], most - known)
