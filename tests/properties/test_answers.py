"""What is said: whole sentences in both languages, complete remedies, exact amounts, and the claims of each file."""

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from random import Random
from typing import cast

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from decision_service.facts import Unknown
from decision_service.interpreter import scope_of
from decision_service.language.meaning import evaluate
from decision_service.language.tree import FactRef, FormRef
from decision_service.outcome import REMEDIED
from decision_service.policy.needs import reads
from decision_service.policy.shape import Claim, Policy
from tests.properties.applications import Application, Maker, applications
from tests.properties.constants import constants_of
from tests.properties.deciding import MATTERS, answered, decided, policy_of, shelf, thorough

MONEY = re.compile(r"-?(0|[1-9][0-9]*)\.[0-9]{2}")
CHINESE = re.compile("[\u4e00-\u9fff]")


def leaves(part: object) -> Iterator[object]:
    """Every scalar of an answer."""
    if isinstance(part, Mapping):
        for value in part.values():
            yield from leaves(value)
    elif isinstance(part, list):
        for value in part:
            yield from leaves(value)
    else:
        yield part


def sentences(part: object) -> Iterator[tuple[str, str]]:
    """Every text in both languages, wherever it stands in an answer."""
    if isinstance(part, Mapping):
        if "zh" in part or "en" in part:
            yield part["zh"], part["en"]
        for value in part.values():
            yield from sentences(value)
    elif isinstance(part, list):
        for value in part:
            yield from sentences(value)


def told_in_full(policy: Policy, answer: Mapping[str, object]) -> None:
    """Every sentence is filled, in Chinese and in English, and stands on a reason code that the catalogue has."""
    for zh, en in sentences(answer):
        assert CHINESE.search(zh)
        assert re.search("[A-Za-z]", en)
        assert "{" not in zh + en
        assert "}" not in zh + en
    rules = {rule.id for rule in policy.rules}
    for part in ("reasons", "advice", "notes"):
        for reason in cast("list[dict[str, object]]", answer[part]):
            assert reason["code"] in shelf().catalogue.reasons
            if reason["rule"] in rules:
                assert reason["basis"] or reason["rule"] == "COMMITMENT"
                assert reason["facts"]


def exact(answer: Mapping[str, object]) -> None:
    """No float anywhere: numbers are whole or text."""
    for leaf in leaves(answer):
        assert leaf is None or isinstance(leaf, str | bool | int)


def remedies_complete(answer: Mapping[str, object]) -> None:
    """Where something is refused: body, court, both periods, an online channel, the way to an officer (domain 2.4)."""
    remedies = answer["remedies"]
    if answer["outcome"] not in {outcome.value for outcome in REMEDIED}:
        assert remedies is None
        return
    assert isinstance(remedies, dict)
    assert remedies["reconsideration"]["within_days"] == 60
    assert remedies["lawsuit"]["within_months"] == 6
    assert remedies["reconsideration"]["body"]["zh"] in remedies["reconsideration"]["zh"]
    assert remedies["lawsuit"]["court"]["zh"] in remedies["lawsuit"]["zh"]
    assert remedies["review_channel"] in remedies["reconsideration"]["zh"]
    assert remedies["review_channel"] in remedies["reconsideration"]["en"]
    assert remedies["human_review_key"] in remedies["human_review"]["zh"]
    assert answer["reasons"]


@pytest.mark.parametrize("matter", MATTERS)
def test_answers_are_told_in_full(matter: str) -> None:
    """Sentences, numbers and remedies, for any form and any answers of registers."""
    policy = policy_of(matter)
    kinds = {result.name: result.value.kind.name for result in policy.results}

    @thorough("told", quick=40, full=20_000)
    @given(applications(policy, messy=0.3, unknown=0.1))
    def holds(application: Application) -> None:
        answer = answered(policy, application)
        told_in_full(policy, answer)
        exact(answer)
        remedies_complete(answer)
        result = cast("dict[str, object]", answer["result"])
        for name, value in result.items():
            if kinds.get(name) == "money" or name == "total":
                assert MONEY.fullmatch(str(value))
        assert all(
            MONEY.fullmatch(str(value)) for value in cast("dict[str, object]", result.get("awards", {})).values()
        )
        if answer["outcome"] not in ("APPROVED", "APPROVED_ON_COMMITMENT"):
            assert answer["reasons"]

    holds()


def test_an_amount_is_floored_to_whole_yuan() -> None:
    """The withdrawal is the whole yuan below months times limit, and never above the balance."""
    policy = policy_of("housing_fund_rent")

    @thorough("floor", quick=150, full=20_000)
    @given(applications(policy))
    def holds(application: Application) -> None:
        answer = answered(policy, application)
        result = cast("dict[str, str]", answer["result"])
        if answer["outcome"] != "APPROVED":
            return
        account = cast("dict[str, dict[str, str]]", application.facts)["housing_fund"]
        product = Decimal(result["monthly_limit"]) * int(result["months_allowed"])
        exact_amount = min(product, Decimal(account["balance"]))
        assert result["amount"].endswith(".00")
        assert Decimal(result["amount"]) <= exact_amount < Decimal(result["amount"]) + 1

    holds()


# Claims of `unchanged_by` compare two applications; tests/proving holds them to trying every one.
CLAIMS = [(matter, claim) for matter in MATTERS for claim in policy_of(matter).claims if claim.unchanged_by is None]


@pytest.mark.parametrize(("matter", "claim"), CLAIMS, ids=[f"{matter}: {claim.label.en}" for matter, claim in CLAIMS])
def test_what_a_file_claims_is_so(matter: str, claim: Claim) -> None:
    """`never`: no such outcome while the condition holds. `nondecreasing`: of two approvals that differ only in what
    the named value is made from, the one with more of it gets no less."""
    policy = policy_of(matter)

    @thorough("claims", quick=30, full=10_000)
    @given(applications(policy, unknown=0.04), st.randoms(use_true_random=False))
    def holds(application: Application, random: Random) -> None:
        if claim.nondecreasing is not None:
            _rises(policy, claim, application, random)
            return
        found = decided(policy, application)
        assert claim.when is not None
        if evaluate(claim.when, scope_of(policy, found.sheet)) is True:
            assert found.outcome not in claim.never

    holds()


def _rises(policy: Policy, claim: Claim, application: Application, random: Random) -> None:
    points = []
    for one in (application, _varied(policy, claim, application, random)):
        found = decided(policy, one)
        let = next(let for let in policy.lets if let.name == claim.in_name)
        value = evaluate(let.value, scope_of(policy, found.sheet))
        result = found.verdict.result.get(claim.nondecreasing or "")
        if result is not None and not isinstance(value, Unknown):
            points.append((value, result))
    note(points)
    if len(points) == 2:
        (low, less), (high, more) = sorted(points, key=lambda point: cast("int", point[0]))
        assert low == high or cast("Decimal", less) <= cast("Decimal", more)


def _varied(policy: Policy, claim: Claim, application: Application, random: Random) -> Application:
    """Other values for exactly what the let reads."""
    lets = {let.name: let for let in policy.lets}
    maker = Maker(random, policy, constants_of(policy))
    maker.as_of = application.as_of
    form, facts = dict(application.form), dict(application.facts)
    for read in reads([lets[claim.in_name or ""].value], lets, policy.tables):
        match read:
            case FormRef():
                form[read.field_name] = maker.person() if read.field_name == "id_no" else maker.value(read.kind)
            case FactRef():
                answer = facts.get(read.register)
                if isinstance(answer, dict) and read.field_name in answer:
                    facts[read.register] = {**answer, read.field_name: maker.value(read.kind)}
    return Application(form, facts, application.as_of)
