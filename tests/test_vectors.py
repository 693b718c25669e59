"""Every worked case of every rule file, and every shared case, through both engines, as `miaopi decide` does it."""

import json
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from decision_service.decision import Decided
from decision_service.offline import Engines, decide, engines_of, offline_answer
from decision_service.policy.shape import Policy
from decision_service.verdict import State
from tests.properties.applications import Application
from tests.properties.deciding import MATTERS, codes, policy_of, shelf

CASES = Path(__file__).parents[1] / "fixtures" / "cases"
KEYS = ("outcome", "reasons", "notes", "advice", "items")


class Vector(NamedTuple):
    """One case: what goes in, what must come out, and the rule that alone decides it, if the file says so."""

    name: str
    application: Application
    expect: Mapping[str, Any]
    alone: str | None


def shared(matter: str) -> list[Vector]:
    """The cases that this project shares with others: codes exactly, notes and advice at least."""
    entries = json.loads((CASES / f"{matter}.json").read_text(encoding="utf-8"))
    return [
        Vector(
            one["id"],
            Application(one["form"], one["facts"], date.fromisoformat(one["as_of"])),
            {"reasons": [], **{key: value for key, value in one["expect"].items() if key != "result"}}
            | one["expect"].get("result", {}),
            None,
        )
        for one in entries
    ]


def worked(policy: Policy) -> list[Vector]:
    """The cases of a rule file."""
    return [
        Vector(case.name, Application(case.form, case.facts, case.as_of), case.expect, case.alone)
        for case in policy.cases
    ]


@pytest.fixture(scope="module", params=MATTERS)
def matter(request: pytest.FixtureRequest) -> Iterator[tuple[Policy, Engines]]:
    """A policy and its two engines."""
    policy = policy_of(request.param)
    with engines_of(policy) as engines:
        yield policy, engines


def by_both(policy: Policy, engines: Engines, application: Application) -> tuple[Decided, dict[str, Any]]:
    """The decision and its answer; the engines agreed."""
    form, facts = application.form, application.facts
    found = decide(policy, shelf().catalogue, engines, form, facts, application.as_of)
    answer = offline_answer(found, form, facts)
    assert answer["engines"] == {"agree": True}
    return found, answer


def as_expected(answer: Mapping[str, Any], expect: Mapping[str, Any]) -> None:
    """Outcome and the codes of reasons exactly; notes and advice at least; every result by name."""
    assert answer["outcome"] == expect["outcome"]
    if "reasons" in expect:
        assert codes(answer) == set(expect["reasons"])
    for part in ("notes", "advice"):
        assert codes(answer, part) >= set(expect.get(part, []))
    for item in expect.get("items", []):
        found = next(one for one in answer["items"] if one["item"] == item["item"])
        assert {**found, "reasons": [one["code"] for one in found["reasons"]]}.items() >= item.items()
    told = {name: value for name, value in expect.items() if name not in KEYS}
    assert {name: _text(answer["result"].get(name)) for name in told} == {n: _text(v) for n, v in told.items()}


def _text(value: Any) -> Any:
    """Values as text: a rule file does not type what it expects."""
    if isinstance(value, dict):
        return {name: _text(part) for name, part in value.items()}
    return [_text(part) for part in value] if isinstance(value, list) else str(value)


def test_every_case_comes_out_as_written(matter: tuple[Policy, Engines]) -> None:
    """All shared and all worked cases of the matter, agreed by both engines."""
    policy, engines = matter
    vectors = [*shared(policy.matter), *worked(policy)]
    assert len(vectors) >= len(policy.rules)
    for vector in vectors:
        _, answer = by_both(policy, engines, vector.application)
        try:
            as_expected(answer, vector.expect)
        except AssertionError as error:
            error.add_note(f"{policy.matter}: {vector.name}")
            raise


def test_where_one_rule_decides_alone_the_others_hold(matter: tuple[Policy, Engines]) -> None:
    """In a case with `alone`, every reason comes from that rule, and every other rule holds, was not asked for, or
    (its item not applied for, its answer of no weight) is silent; and each rule of the file has such a case."""
    policy, engines = matter
    alone = [vector for vector in worked(policy) if vector.alone is not None]
    for vector in alone:
        found, answer = by_both(policy, engines, vector.application)
        failing = {one.rule for one in found.verdict.findings if one.state is State.FAILS}
        assert vector.alone in failing
        assert failing <= {vector.alone, "COMMITMENT"} or vector.name in _hidden(policy)
        assert {one["rule"] for one in answer["reasons"]} == {vector.alone} - {"COMMITMENT"}
        assert not any(one.state is State.UNKNOWN for one in found.verdict.findings)
    own = {rule.id for rule in policy.rules if not rule.standing}
    assert {vector.alone for vector in alone} == own


def _hidden(policy: Policy) -> set[str]:
    """Cases whose file itself says that another finding is hidden behind the rule that decides."""
    return {case.name for case in policy.cases if "advice" in case.expect}
