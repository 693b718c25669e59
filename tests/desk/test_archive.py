"""What the archive keeps of an answer comes back as the same answer, whatever a register may say."""

from datetime import date
from decimal import Decimal

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from decision_service.archive import answer_from_json, answer_to_json
from decision_service.inquiry import Answered
from decision_service.ledger.entry import canonical
from decision_service.policy.shape import Ask
from tests.http.staging import publication
from tests.sizes import size
from verifiers.answers import read_answer
from verifiers.freshness import Moment
from verifiers.kinds import Kind

DAY = date(2026, 3, 16)


def raw(kind: Kind) -> st.SearchStrategy[object]:
    """JSON of a kind, as a register writes it."""
    plain: dict[str, st.SearchStrategy[object]] = {
        "boolean": st.booleans(),
        "whole": st.integers(0, 9),
        "money": st.decimals("0", "99999", places=2).map(str) | st.integers(0, 999).map(str),
        "decimal": st.decimals("0", "99", places=3).map(str),
        "text": st.sampled_from(kind.values) if kind.values else st.text("abc中文0-", min_size=1, max_size=8),
        "date": st.dates().map(str),
        "month": st.dates().map(lambda day: str(day)[:7]),
        "region": st.just("210102"),
        "citizen_id": st.just("210100193505208826"),
    }
    if kind.name == "list":
        assert kind.item is not None
        found: st.SearchStrategy[object] = st.lists(raw(kind.item), max_size=3)
    elif kind.name == "record":
        needed = {name: raw(field) for name, field in kind.fields if not field.optional}
        found = st.fixed_dictionaries(needed, optional={n: raw(f) for n, f in kind.fields if f.optional})
    else:
        found = plain[kind.name]
    return st.none() | found if kind.nullable else found


@st.composite
def asks_and_answers(draw: st.DrawFn) -> tuple[Ask, dict[str, object]]:
    policies = [one.policy for one in publication()]
    ask = draw(st.sampled_from([ask for policy in policies for ask in policy.asks.values()]))
    status = draw(st.sampled_from(["ok", "ok", "ok", "no_record", "timeout", "error"]))
    kinds = ask.register.answers_when_asked_with(ask.asked_with)
    facts = draw(st.fixed_dictionaries({name: raw(kind) for name, kind in kinds.items()}))
    return ask, {**facts, "status": status, "data_as_of": str(DAY)}


@settings(max_examples=size("archive", quick=300, full=20_000), deadline=None)
@given(asks_and_answers())
def test_an_answer_comes_back_as_it_was(drawn: tuple[Ask, dict[str, object]]) -> None:
    ask, told = drawn
    evidence = read_answer(ask.register, ask.asked_with, told, Moment(DAY))
    answered = Answered(evidence, {"id_no": "x"}, "2026-03-16T10:00:00.000+08:00")
    kept = orjson.loads(canonical(answer_to_json(ask, answered)))
    again = answer_from_json(ask, kept)
    assert again == answered
    assert _digits(again.evidence.facts) == _digits(evidence.facts), "also the places after the point"


def _digits(value: object) -> object:
    match value:
        case Decimal():
            return value.as_tuple()
        case tuple():
            return tuple(map(_digits, value))
        case dict():
            return {name: _digits(part) for name, part in value.items()}
        case _:
            return value
