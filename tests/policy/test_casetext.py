"""Cases written as text read as the same cases again."""

from dataclasses import replace
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from decision_service.policy.casetext import case_text
from decision_service.policy.entries import Complaints
from decision_service.policy.nodes import MapNode, read_nodes
from decision_service.policy.reader import read_policy
from decision_service.policy.shape import Policy, WorkedCase
from decision_service.source import Source
from tests.properties.applications import Maker
from tests.properties.constants import constants_of
from tests.readings.sheets import RULES, policies, shelf


def read_as(policy: Policy, text: str, wanted: list[WorkedCase]) -> None:
    """Asserts that the text, put at the end of the policy's file, reads as these cases."""
    complaints = Complaints()
    node, _ = read_nodes(Source(policy.source, (RULES / policy.source).read_text(encoding="utf-8") + text))
    assert isinstance(node, MapNode)
    found = read_policy(node, shelf().catalogue, complaints, policy.source)
    assert found is not None, [problem.en for problem in complaints.problems]
    read = {case.name: _told(case) for case in found.cases}
    for case in wanted:
        assert read[case.name] == _told(case), text


def _told(case: WorkedCase) -> WorkedCase:
    """The case without its place; a field left out is as blank as one that says null."""
    return replace(case, span=None, form={name: value for name, value in case.form.items() if value is not None})


def test_every_worked_case_is_written_like_another_of_its_matter() -> None:
    for policy in policies():
        text, wanted = "", []
        for place, case in enumerate(policy.cases):
            like = policy.cases[(place * 7 + 3) % len(policy.cases)]
            expect = {"outcome": "APPROVED", "reasons": ["X1", "X2"], "amount": "12.00"}
            wanted.append(replace(case, name=f"新的案例{place}", alone=None, expect=expect))
            text += case_text(wanted[-1], shelf().catalogue, like)
        read_as(policy, text, wanted)


def test_a_case_that_is_like_none_states_its_form_and_what_is_not_usual() -> None:
    for policy in policies():
        wanted = [replace(case, name=f"whole: {case.name}", alone=None) for case in policy.cases]
        text = "".join(case_text(case, shelf().catalogue) for case in wanted)
        assert "like:" not in text
        read_as(policy, text, wanted)


@settings(max_examples=15)
@given(st.integers(0, 10**6))
def test_any_application_is_written_as_a_case(seed: int) -> None:
    random = Random(seed)
    policy = random.choice(policies())
    maker = Maker(random, policy, constants_of(policy))
    text, wanted = "", []
    for place in range(10):
        made = maker.application()
        like = random.choice((None, *policy.cases))
        wanted.append(WorkedCase(f"案例 {place}", made.as_of, made.form, made.facts, {"outcome": "REFERRED"}))
        text += case_text(wanted[-1], shelf().catalogue, like)
    read_as(policy, text, wanted)
