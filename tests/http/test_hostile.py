"""Anything at all in an envelope or a form: never a server error, and never an approval by it."""

import json

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.http.staging import BY_ID, Stage, application
from tests.sizes import size

ATOMS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=30)
ANYTHING = st.recursive(
    ATOMS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=8,
)
FIELDS = sorted(BY_ID["ELD-1"]["form"])
QUICK = settings(
    max_examples=size("hostile", quick=120, full=20_000),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


@QUICK
@given(body=st.binary(max_size=200) | ANYTHING.map(lambda value: json.dumps(value).encode()))
def test_a_body_of_anything_is_a_problem_of_the_caller(stage: Stage, body: bytes) -> None:
    got = stage.send("POST", "/v1/decisions", body, {"Content-Type": "application/json", "Idempotency-Key": "hostile"})
    assert 400 <= got.status < 500
    assert got.headers["content-type"] == "application/problem+json"


@QUICK
@given(form=st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=12), ANYTHING, min_size=1, max_size=5))
def test_a_form_of_anything_is_decided_and_not_approved(stage: Stage, form: dict) -> None:
    base = BY_ID["ELD-1"]["form"]
    sent = application("ELD-1", **form)
    changed = {
        name for name, value in form.items() if json.dumps(value) != json.dumps(base.get(name, ...), default=str)
    }
    # Blank, these two mean what they mean when they are left out: a resident card, and no officer asked for.
    harmless = {name for name in changed & {"human_review", "id_type"} if not str(form[name] or "").strip()}
    got = stage.decide(sent)
    if got.status == 400:  # a lone surrogate or a number beyond 2^53 is no JSON that is taken
        assert got.json["type"] == "urn:miaopi:problem:json_refused"
        return
    assert got.status == 200, got.body
    assert got.json["outcome"] != "APPROVED" or changed == harmless
    assert got.json["engines"]["agree"] is True
