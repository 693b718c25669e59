"""RQ-E2: each register states whose it is, how fresh, what is kept and what failure means; decisions bear it out."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from decision_service.outcome import APPROVALS
from decision_service.policy.shape import Policy
from tests.requirements.deciding import answer, guide, policies, shelf

FAILURES: Mapping[str, dict[str, object]] = {
    "late": {"status": "timeout"},
    "faulty": {"status": "error"},
    "stale": {"data_as_of": "2001-01-01"},
    "no_record": {"status": "no_record"},
}
MAY_BE_KEPT = {"enterprises": (3600, ("uscc",)), "social_security_card": (600, ())}
"""Seconds, and with which parameters: public fields an hour, the state of a card ten minutes, nothing else."""


def registers() -> Iterator[tuple[Policy, Mapping[str, Any]]]:
    for policy in policies():
        for one in guide(policy.matter)["registers"]:
            yield policy, one


def test_each_register_of_a_guide_states_its_terms() -> None:
    seen = 0
    for policy, one in registers():
        register = shelf().catalogue.registers[one["name"]]
        assert one["owner"]["zh"], (policy.matter, one["name"])
        assert one["owner"]["en"], (policy.matter, one["name"])
        assert one["within_ms"] == register.timeout_ms > 0
        assert one["at_most_hours_old"] == register.max_age_hours > 0
        assert one["kept"]["seconds"] == register.cache_seconds
        assert one["kept"]["zh"], one["name"]
        assert one["kept"]["en"], one["name"]
        assert [failure["when"] for failure in one["failures"]] == list(FAILURES)
        seen += 1
    assert seen > 40


def test_what_is_kept_is_what_may_be() -> None:
    kept = {
        register.name: (register.cache_seconds, register.cached_when_asked_with)
        for register in shelf().catalogue.registers.values()
        if register.cache_seconds
    }
    assert kept == MAY_BE_KEPT


def approved(policy: Policy) -> tuple[Mapping[str, object], dict[str, Any], Any]:
    for case in policy.cases:
        if case.expect.get("outcome") in {one.value for one in APPROVALS}:
            return case.form, dict(case.facts), case.as_of
    raise AssertionError(f"{policy.matter} has no approved case")


@pytest.mark.parametrize("matter", [policy.matter for policy in policies()])
def test_what_a_failure_leads_to_is_what_the_guide_says(matter: str) -> None:
    (policy,) = [one for one in policies() if one.matter == matter]
    form, facts, as_of = approved(policy)
    mattered = 0
    for one in guide(matter)["registers"]:
        if one["name"] not in facts:
            continue
        for failure in one["failures"]:
            spoilt = {**facts, one["name"]: {**facts[one["name"]], **FAILURES[failure["when"]]}}
            got = answer(matter, form, spoilt, as_of)
            told = {reason["code"] for reason in got["reasons"]}
            notes = {note["code"] for note in got["notes"]}
            if failure["code"] == "I05_DEFERRED_CHECK":
                assert got["outcome"] in {outcome.value for outcome in APPROVALS}
                assert "I05_DEFERRED_CHECK" in notes
                mattered += 1
                continue
            if got["outcome"] in {outcome.value for outcome in APPROVALS}:
                assert told == set(), (one["name"], failure["when"])
                continue
            mattered += 1
            if failure["code"] is not None:
                assert failure["code"] in told, (one["name"], failure["when"], told)
    assert mattered > 0
