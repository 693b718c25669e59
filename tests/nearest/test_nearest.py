"""The nearest change: it works, nothing smaller does, and nothing is suggested that the applicant cannot change. The
oracle tries every small change by hand and knows nothing of Z3."""

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from functools import cache
from pathlib import Path

import pytest
import yaml

from decision_service.language.tree import Literal
from decision_service.nearest.found import Nearest, Way
from decision_service.nearest.seeking import nearest
from decision_service.outcome import APPROVALS, Outcome
from decision_service.policy.shape import Policy
from decision_service.readings.reference import judge
from decision_service.readings.smt.applicants import Applicant
from decision_service.readings.smt.solving import SECOND
from decision_service.testing.edges import seeker_of
from decision_service.testing.ground import Application, Ground, ground_of
from decision_service.testing.places import Place
from tests.sizes import size

RULES = Path(__file__).resolve().parents[2] / "rules"
MATTERS = tuple(sorted(path.name for path in RULES.iterdir() if path.is_dir() and path.name != "catalogue"))
CHANGES = yaml.safe_load((RULES / "catalogue" / "changes.yaml").read_text(encoding="utf-8"))
"""Read by another reader."""
GRANTED = APPROVALS - {Outcome.PARTIALLY_APPROVED}


@cache
def ground(matter: str) -> Ground:
    return ground_of(matter, RULES)


def outcome(of: Ground, one: Application) -> Outcome:
    return judge(of.policy, of.sheet(one)).outcome


@cache
def refused(matter: str) -> tuple[tuple[Application, Outcome, Nearest], ...]:
    """The worked cases that are not wholly granted, with the nearest changes."""
    of = ground(matter)
    found = []
    cases = {repr((case.form, case.facts, case.as_of)): case for case in of.policy.cases}
    for case in cases.values():
        one = Application(case.form, case.facts, case.as_of, case.name)
        came = outcome(of, one)
        if came not in GRANTED:
            applicant = Applicant.of_case(case)
            found.append((one, came, nearest(of.policy, of.catalogue, applicant, came, steps=100 * SECOND)))
    return tuple(found)


def cases(matters: tuple[str, ...]) -> list[object]:
    """Every such case of some matters, as parameters."""
    return [pytest.param(matter, id=matter) for matter in matters]


QUICK = ("elderly_allowance", "housing_fund_rent")
THESE = cases(MATTERS if size("nearest_matters", quick=0, full=1) else QUICK)


def wanted(came: Outcome, way: Way) -> bool:
    return way.outcome in (GRANTED if came is Outcome.PARTIALLY_APPROVED else APPROVALS | {Outcome.ACCEPTED_TOLERANT})


@pytest.mark.parametrize("matter", THESE)
def test_each_way_works_and_changes_what_it_says(matter: str) -> None:
    of = ground(matter)
    assert any(found.ways for _, _, found in refused(matter))
    for one, came, found in refused(matter):
        for way in found.ways:
            changed = Application(way.form, way.facts, way.as_of)
            assert outcome(of, changed) is way.outcome
            assert wanted(came, way), (one.about, way)
            assert set(_differences(one, changed)) == {step.name for step in way.steps}, one.about
            assert way.days == (way.as_of - one.as_of).days >= 0


def _differences(one: Application, other: Application) -> Iterator[str]:
    if one.as_of != other.as_of:
        yield "as_of"
    yield from (name for name in {*one.form, *other.form} if one.form.get(name) != other.form.get(name))
    for register, answer in one.facts.items():
        then = other.facts[register]
        if isinstance(answer, Mapping) and isinstance(then, Mapping):
            yield from (f"{register}.{key}" for key in answer if answer[key] != then.get(key) and key != "data_as_of")


@pytest.mark.parametrize("matter", THESE)
def test_nothing_is_suggested_that_the_applicant_cannot_change(matter: str) -> None:
    of = ground(matter)
    for one, _, found in refused(matter):
        allowed = set(_changeable(of.policy, one))
        for way in found.ways:
            assert {step.name for step in way.steps} <= allowed
            assert not {step.name for step in way.steps} & {"id_no", "id_type", "applicant_name", "deaths.hit"}


def _changeable(policy: Policy, one: Application) -> Iterator[str]:
    yield "as_of"
    for field in policy.fields:
        blank = one.form.get(field.name) in (None, "")
        demanded = not (isinstance(field.required, Literal) and field.required.value is not True)
        listed = field.name in CHANGES["form"]["fields"] or field.type_name in CHANGES["form"]["types"]
        if listed or (blank and demanded and not field.common):
            yield field.name
    for register, facts in CHANGES["registers"].items():
        yield from (f"{register}.{fact}" for fact in facts)


@pytest.mark.parametrize("matter", THESE)
def test_no_smaller_change_would_do(matter: str) -> None:
    """Each single change, and pairs where three are suggested or none: no other is approved by the reference."""
    of = ground(matter)
    for one, came, found in refused(matter):
        fewest = min((len([s for s in way.steps if not _monthly(s.name)]) for way in found.ways), default=3)
        granted = found.ways[0].outcome in APPROVALS if found.ways else True
        good = (GRANTED if came is Outcome.PARTIALLY_APPROVED else APPROVALS) if granted else frozenset()
        for steps in range(1, min(fewest, 3)):
            for changed in _small(of, one, steps):
                assert outcome(of, changed) not in good, (one.about, changed.about)


def _small(of: Ground, one: Application, steps: int) -> Iterator[Application]:
    """The application with so many values changed, in every way that is worth trying (of pairs, a few ways each)."""
    allowed = {name for name in _changeable(of.policy, one) if not _monthly(name)}
    places = [place for place in seeker_of(of).places if str(place) in allowed and (place.there(one) or not place.name)]
    if steps == 1:
        for place in places:
            yield from _put(of, one, place, 400)
        return
    for first, second in itertools.combinations(places, 2):
        for once in _put(of, one, first, 4):
            yield from _put(of, once, second, 4)


def _put(of: Ground, one: Application, place: Place, most: int) -> Iterator[Application]:
    values = [value for value in seeker_of(of).near.values(place, one) if value != place.of(one)]
    for value in values[:most]:
        changed = place.put(one, value)
        if changed.as_of < one.as_of:
            continue
        wait = changed.as_of - one.as_of
        changed = replace(changed, facts={name: _later(answer, wait) for name, answer in changed.facts.items()})
        yield replace(changed, about=f"{one.about} {place}={value}")


def _later(answer: object, wait: timedelta) -> object:
    """An answer that is as old after the wait as it was before."""
    if not isinstance(answer, Mapping) or "data_as_of" not in answer:
        return answer
    return {**answer, "data_as_of": str(date.fromisoformat(answer["data_as_of"]) + wait)}


def _monthly(name: str) -> bool:
    register, _, fact = name.partition(".")
    return bool(CHANGES["registers"].get(register, {}).get(fact, {}).get("can_change") == "monthly")


@pytest.mark.parametrize("matter", THESE)
def test_every_step_is_needed(matter: str) -> None:
    """Without any one of its steps a way does not lead there."""
    of = ground(matter)
    for one, _, found in refused(matter):
        for way in found.ways:
            for step in way.steps if not any(_monthly(part.name) for part in way.steps) else ():
                assert outcome(of, _without(one, way, step.name)) is not way.outcome, (one.about, step)


def _without(one: Application, way: Way, name: str) -> Application:
    if name == "as_of":
        wait = one.as_of - way.as_of
        return Application(way.form, {key: _later(answer, wait) for key, answer in way.facts.items()}, one.as_of)
    register, dot, fact = name.partition(".")
    if not dot:
        form = {key: value for key, value in way.form.items() if key != name}
        return Application({**form, **({name: one.form[name]} if name in one.form else {})}, way.facts, way.as_of)
    answer, before = way.facts[register], one.facts[register]
    assert isinstance(answer, Mapping)
    assert isinstance(before, Mapping)
    return Application(way.form, {**way.facts, register: {**answer, fact: before[fact]}}, way.as_of)


@pytest.mark.parametrize("matter", THESE)
def test_no_shorter_wait_would_do(matter: str) -> None:
    """Day by day up to the one that is suggested (of long waits, the days before its end)."""
    of = ground(matter)
    for one, _, found in refused(matter):
        for way in (way for way in found.ways if way.days and not any(_monthly(step.name) for step in way.steps)):
            for days in {*range(min(way.days, 120)), *range(max(0, way.days - 40), way.days)}:
                earlier = Application(way.form, way.facts, one.as_of + timedelta(days=days))
                facts = {name: _later(answer, earlier.as_of - way.as_of) for name, answer in way.facts.items()}
                assert outcome(of, replace(earlier, facts=facts)) not in APPROVALS, (one.about, days)


def test_what_is_suggested_by_hand() -> None:
    """Read from the rule files by a person."""
    by_case = {
        one.about: [(way.days, [step.text.zh for step in way.steps]) for way in found.ways]
        for matter in ("elderly_allowance", "housing_fund_rent")
        for one, _, found in refused(matter)
    }
    assert by_case["户籍在鞍山，向沈阳申请"] == [
        (0, ["“发放津贴的市”改为鞍山市"]),
        (0, ["把户口迁到沈阳市"]),
    ]
    assert by_case["社保卡金融功能未激活"] == [(0, ["到银行激活社会保障卡的金融功能"])]
    assert by_case["死亡登记命中在世申请人"] == []
    assert by_case["死亡登记超时"] == []
    assert by_case["上次提取差一天满一个月"][0][0] == 1
    days, steps = by_case["只连续缴存两个月"][0]
    assert days == 16  # the next month begins on the first of April
    assert steps[-1] == "期间继续按月足额缴存"
    assert [len(steps) for _, steps in by_case["填单身，登记为已婚"]] == [3]
