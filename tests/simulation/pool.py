"""The applications that the simulation draws from, each with what the registers truly hold and what that comes to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache

from decision_service.decision import Decided
from decision_service.forms import read_form
from decision_service.offline import Engines, decide, offline_answer
from decision_service.planning import can_ask, question
from decision_service.readings import reference
from decision_service.trials import Case, shared, worked
from tests.http.staging import DAY, ROOT, publication
from tests.simulation.registers import named

KNOWN = {"ok", "no_record"}


@dataclass(frozen=True, slots=True)
class Applicant:
    """A case, its decision if every register answers well (`codes`: everything told), and whom it asks what."""

    case: Case
    outcome: str
    codes: frozenset[str]
    result: Mapping[str, object]
    truth: Mapping[tuple[str, str, str], Mapping[str, object]]


@cache
def pool() -> tuple[Applicant, ...]:
    """Every shared and worked case of the day whose facts are all there."""
    return tuple(applicant for case in _cases() if (applicant := _applicant(case)) is not None)


def _cases() -> Iterator[Case]:
    for file in sorted((ROOT / "fixtures" / "cases").glob("*.json")):
        yield from shared(file)
    for published in publication():
        yield from worked(published.policy)


def _applicant(case: Case) -> Applicant | None:
    published = publication().in_force(case.matter, DAY)
    if case.as_of != DAY or published is None:
        return None
    facts = {name: one for name, one in case.facts.items() if isinstance(one, Mapping)}
    if any(one.get("status", "ok") not in KNOWN for one in facts.values()):
        return None
    truth = _truth(case, facts)
    if truth is None:
        return None
    told = offline_answer(decided(case, DAY), case.form, case.facts)
    codes = {one["code"] for part in (told["reasons"], told["advice"], told["notes"]) for one in part}
    codes |= {one["code"] for item in told["items"] for one in item["reasons"]}
    return Applicant(case, told["outcome"], frozenset(codes), told["result"], truth)


def _truth(case: Case, facts: Mapping[str, Mapping[str, object]]) -> dict | None:
    published = publication().in_force(case.matter, DAY)
    policy = published.policy
    form = read_form(policy, case.form, DAY, publication().catalogue.prefectures)
    truth = {}
    for name in policy.asks:
        if can_ask(policy, name, form):
            if name not in facts:
                return None
            asked = question(policy, name, form, "-")
            truth[name, asked.subject, named(asked.params)] = facts[name]
    return truth


def decided(case: Case, day: date) -> Decided:
    """The case by both engines, offline."""
    found = publication().in_force(case.matter, day)
    engines = Engines(found.judge, lambda sheet: reference.judge(found.policy, sheet))
    return decide(found.policy, publication().catalogue, engines, case.form, case.facts, day)
