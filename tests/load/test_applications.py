"""Applications from the rule files: registers hold what they were made with, and the truth is what both engines say."""

from collections import Counter

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from decision_service.load.broken import BROKEN, Request
from decision_service.load.people import Numbers
from decision_service.load.plan import Grounds, Pool, boundaries
from decision_service.load.truth import handed_out, said
from decision_service.offline import decide, engines_of, offline_answer
from decision_service.testing.edges import seeker_of
from decision_service.testing.ground import Ground
from verifiers.sandbox.config import built_in_data
from verifiers.sandbox.loading import load_people


def test_both_sides_of_nearly_every_boundary_are_among_them(pool: Pool, grounds: Grounds) -> None:
    known = sum(
        len({str(one) for one in seeker_of(Ground(policy, grounds.catalogue)).edges.found})
        for policy in grounds.policies.values()
    )
    # The people of names that two businesses wish for can't be told apart.
    assert known - len(list(boundaries(pool))) <= 3
    assert pool.left_out < 20
    sorts = {(known.one.policy.matter, known.one.sort) for known in pool.applications}
    assert sorts == {(matter, sort) for matter in grounds.policies for sort in ("valid", "near", "defective")}


def test_nobody_is_made_up_twice_and_nobody_who_was_there_before(pool: Pool, grounds: Grounds) -> None:
    made = [known for known in pool.applications if known.one.facts is not None]
    people = Counter(str(known.one.form["id_no"]) for known in made if isinstance(known.one.form.get("id_no"), str))
    assert people.most_common(1)[0][1] == 1
    assert not people.keys() & load_people(grounds.catalogue.registers, built_in_data(), None).subjects.keys()
    assert all(number[4:6] == "00" for number in people), "a region that numbers nobody"


def test_the_truth_is_what_both_engines_say_of_the_facts_that_an_application_was_made_with(
    pool: Pool, grounds: Grounds
) -> None:
    """The facts as the rule file's case states them, and the two engines: neither the sandbox nor the reference."""
    outcomes: Counter[str] = Counter()
    for policy in grounds.policies.values():
        own = [known for known in pool.applications if known.one.policy is policy and known.one.facts is not None]
        with engines_of(policy) as engines:
            for known in own[::4]:
                one = known.one
                decided = decide(policy, grounds.catalogue, engines, one.form, one.facts or {}, grounds.day)
                answer = offline_answer(decided, one.form, one.facts or {})
                expected = pool.truth.expected(one, known.facts, ())
                assert said(answer, handed_out(policy)) == expected, one.about
                outcomes[expected.outcome] += 1
                if one.sort == "defective":
                    assert expected.outcome in ("CORRECTION_REQUIRED", "NOT_ACCEPTED", "REFERRED")
    assert len(outcomes) >= 6, "of nearly every outcome"


def test_what_was_not_heard_is_unknown(pool: Pool) -> None:
    """Without the register of deaths nobody is approved, however it was not heard."""
    for known in pool.applications:
        if known.one.sort == "valid" and "deaths" in known.facts:
            for how in ("timeout", "error", "not_asked"):
                assert pool.truth.expected(known.one, known.facts, (("deaths", how),)).outcome not in (
                    "APPROVED",
                    "PARTIALLY_APPROVED",
                )


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_request_differs_from_the_whole_one(kind: str) -> None:
    body = orjson.dumps({"application_id": "a", "matter": "m", "channel": "pc", "form": {"x": 1}})
    whole = Request(body, {"Content-Type": "application/json", "Idempotency-Key": "k"})
    change, status = BROKEN[kind]
    assert change(whole) != whole
    assert 400 <= status < 500


@given(st.sampled_from(["210100193505208826", "21020019460317886X", "92210102DEMX1001X4"]), st.integers(1, 30))
def test_identifiers_are_of_nobody_and_given_out_once(like: str, many: int) -> None:
    free = Numbers({})
    first = [free.another(like) for _ in range(many)]
    taken = {number: None for number in first[::2] if number is not None}
    rest = Numbers(taken)
    again = [rest.another(like) for _ in range(many)]
    for found in (first, again):
        assert None not in found
        assert len(set(found)) == many
        assert {str(one)[6:14] for one in found} == {like[6:14]} or like.startswith("92")
    assert not taken.keys() & set(again)
    assert rest.another("示例") is None
