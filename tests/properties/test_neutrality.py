"""What must not count does not: credit that is only recorded, sex, name, channel, the city beyond its parameters."""

import json
from collections.abc import Mapping
from dataclasses import replace
from random import Random

import pytest
from hypothesis import assume, given, note
from hypothesis import strategies as st

from decision_service.decision import Occasion, answer
from decision_service.policy.shape import Policy
from tests.properties.applications import CITIES, Application, Maker, applications, with_facts
from tests.properties.constants import constants_of
from tests.properties.deciding import MATTERS, answered, codes, decided, policy_of, thorough
from verifiers.identifiers.citizen_id import make_citizen_id

RECORDED = tuple(matter for matter in MATTERS if policy_of(matter).credit.policy == "record_only")


def replaced(application: Application, old: str, new: str) -> Application:
    """The same application with one text replaced wherever it stands, also within other texts."""
    form, facts = (json.loads(json.dumps(part).replace(old, new)) for part in (application.form, application.facts))
    return Application(form, facts, application.as_of)


@pytest.mark.parametrize("matter", RECORDED)
def test_credit_that_is_only_recorded_never_counts(matter: str) -> None:
    """With record_only, other credit data, none, late or faulty: same outcome, reasons, advice, items and result."""
    policy = policy_of(matter)
    constants = constants_of(policy)

    @thorough("credit", quick=40, full=10_000)
    @given(applications(policy, messy=0.1, unknown=0.05), st.randoms(use_true_random=False))
    def holds(application: Application, random: Random) -> None:
        first = answered(policy, application)
        maker = Maker(random, policy, constants)
        maker.as_of = application.as_of
        facts: dict[str, object] = {**application.facts, "credit": maker.answer("credit", policy.asks["credit"])}
        if maker.chance(0.4):
            maker.hide(facts, "credit", random.choice(["timeout", "error", "stale", "absent", "future", "no_record"]))
        note(facts.get("credit"))
        second = answered(policy, with_facts(application, facts))
        for part in ("outcome", "reasons", "advice", "items", "result", "obligations"):
            assert second[part] == first[part]

    holds()


def other_sex(number: str) -> str:
    """The number of someone of the other sex: the parity of the 17th digit (GB 11643), with its check character."""
    digit = int(number[16])
    found = make_citizen_id(f"{number[:16]}{digit + 1 if digit % 2 == 0 else digit - 1}")
    assert found is not None
    return found


@pytest.mark.parametrize("matter", MATTERS)
def test_sex_never_counts(matter: str) -> None:
    """Someone of the other sex, all else equal, gets the same outcome for the same reasons, and the same result."""
    policy = policy_of(matter)

    @thorough("sex", quick=40, full=10_000)
    @given(applications(policy, unknown=0.05))
    def holds(application: Application) -> None:
        number = application.form.get("id_no")
        assume(isinstance(number, str))
        other = replaced(application, str(number), other_sex(str(number)))
        first, second = answered(policy, application), answered(policy, other)
        for part in ("outcome", "reasons", "advice", "notes", "items", "result", "obligations"):
            assert second[part] == first[part]

    holds()


@pytest.mark.parametrize("matter", MATTERS)
def test_the_name_never_counts(matter: str) -> None:
    """Another name on which the population register agrees changes nothing."""
    policy = policy_of(matter)
    names = st.text(st.characters(categories=["L"]), min_size=1, max_size=50)

    @thorough("name", quick=25, full=5_000)
    @given(applications(policy, unknown=0.05), names | st.just("买买提·示例"))
    def holds(application: Application, name: str) -> None:
        other = Application({**application.form, "applicant_name": name}, application.facts, application.as_of)
        assume("applicant_name" in application.form)
        first, second = answered(policy, application), answered(policy, other)
        for part in ("outcome", "reasons", "advice", "notes", "items", "result"):
            assert second[part] == first[part]

    holds()


@pytest.mark.parametrize("matter", MATTERS)
def test_the_channel_never_counts(matter: str) -> None:
    """From the counter, a PC, a phone or a machine: one answer, but for the word that names the channel."""
    policy = policy_of(matter)

    @thorough("channel", quick=20, full=3_000)
    @given(applications(policy, messy=0.2, unknown=0.1))
    def holds(application: Application) -> None:
        found = decided(policy, application)
        occasion = Occasion("d", "a", "counter", "2026-03-16T08:00:00+08:00", "HR-1")
        answers = [
            answer(found, replace(occasion, channel=channel)) for channel in ("counter", "pc", "mobile", "self_service")
        ]
        told = [one.pop("channel") for one in answers]
        assert told == ["counter", "pc", "mobile", "self_service"]
        assert all(one == answers[0] for one in answers)

    holds()


def moved(application: Application, city: str, to: str) -> Application:
    """Everything in one city is in the other one and the other way round: divisions, not people's numbers."""
    here, there = city[:4], to[:4]

    def move(part: object) -> object:
        if isinstance(part, str) and len(part) == 6 and part.isdigit() and part[:4] in (here, there):
            return (there if part[:4] == here else here) + part[4:]
        if isinstance(part, Mapping):
            return {name: move(value) for name, value in part.items()}
        return [move(value) for value in part] if isinstance(part, list) else part

    form, facts = move(application.form), move(application.facts)
    assert isinstance(form, dict)
    assert isinstance(facts, dict)
    return Application(form, facts, application.as_of)


@pytest.mark.parametrize(
    "matter",
    [matter for matter in MATTERS if any(f.type_name in ("prefecture", "division") for f in policy_of(matter).fields)],
)
def test_the_city_never_counts(matter: str) -> None:
    """RQ-A1: the same life in another city: the same rules hold and fail with the same outcomes. Only amounts, which
    are declared parameters, and the names of offices differ."""
    policy = policy_of(matter)

    @thorough("city", quick=60, full=20_000)
    @given(applications(policy, unknown=0.05), st.sampled_from(CITIES))
    def holds(application: Application, to: str) -> None:
        city = application.form.get("city", application.form.get("region"))
        assume(isinstance(city, str) and city[:4] != to[:4])
        other = moved(application, str(city), to)
        first, second = decided(policy, application), decided(policy, other)
        note(other)
        stand = [
            [(one.rule, one.state, one.outcome, one.alternative) for one in found.verdict.findings]
            for found in (first, second)
        ]
        assert stand[0] == stand[1]
        assert second.outcome is first.outcome
        assert codes(answered(policy, other)) == codes(answered(policy, application))
        assert [one.outcome for one in second.verdict.items] == [one.outcome for one in first.verdict.items]

    holds()


def test_an_amount_does_differ_by_city() -> None:
    """The property above would say nothing if moving someone changed nothing: a parameter does."""
    policy: Policy = policy_of("elderly_allowance")
    case = policy.cases[0]
    application = Application(case.form, case.facts, case.as_of)
    amounts = {answered(policy, moved(application, "210100", city))["result"]["monthly_amount"] for city in CITIES[1:]}  # type: ignore[index]  # an object of results
    assert len(amounts) > 1
