"""The form's JSON Schema against the reader of forms: one verdict on every field, but for the differences listed."""

import dataclasses
import unicodedata
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from decision_service.forms import CHECK_CHARACTER, read_form
from decision_service.language.kinds import BOOLEAN
from decision_service.language.tree import And, Compare, Expression, FormRef, Literal, Not, OneOf, Or
from decision_service.policy.entries import Complaints
from decision_service.policy.formschema import check_form_schema, form_schema, sample_of
from decision_service.policy.shape import Policy
from tests.shipped import shelf
from tests.sizes import size
from verifiers.kinds import Kind

ROOT = Path(__file__).resolve().parents[2]
DAY = date(2026, 3, 16)


@cache
def policies() -> tuple[Policy, ...]:
    return tuple(shelf().policies())


def validator(policy: Policy) -> Draft202012Validator:
    schema = form_schema(policy, shelf().catalogue.prefectures)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


def refused_by_schema(policy: Policy, form: Mapping[str, object]) -> set[str]:
    """The fields that the schema complains about."""
    found: set[str] = set()
    for fault in validator(policy).iter_errors(form):
        if fault.absolute_path:
            found.add(str(fault.absolute_path[0]))
        elif fault.validator == "required":
            found |= set(fault.validator_value) - set(form)
        else:
            assert fault.validator == "additionalProperties"
            found |= set(form) - {field.name for field in policy.fields}
    return found


def refused_by_reader(policy: Policy, form: Mapping[str, object]) -> dict[str, str]:
    """The fields that the service sends back, with the code."""
    defects = read_form(policy, form, DAY, shelf().catalogue.prefectures).defects
    names = {field.name for field in policy.fields}
    known = {defect.field: defect.code for defect in defects if defect.field in names}
    unknown = set(form) - names
    assert len(defects) == len(known) + len(unknown)
    return known | dict.fromkeys(unknown, "C02_FIELD_FORMAT")


def justified(policy: Policy, name: str, raw: object, code: str | None) -> bool:
    """The differences that `LEFT_TO_THE_SERVICE` names."""
    field = policy.field(name)
    if code is not None and field.identifier:
        return isinstance(raw, str) and len(raw) in (18, 20)  # check character, birth date
    if code is not None and field.type_name in ("decimal", "money"):
        return isinstance(raw, str)  # bounds
    if isinstance(raw, float):
        return raw.is_integer() and field.type_name == "whole"
    return isinstance(raw, str) and any(unicodedata.category(char) in ("Cn", "Co", "Cf") for char in raw)


def differences(policy: Policy, form: Mapping[str, object]) -> set[str]:
    ours, theirs = refused_by_reader(policy, form), refused_by_schema(policy, form)
    differing = set(ours) ^ theirs
    return {name for name in differing if not justified(policy, name, form.get(name), ours.get(name))}


NASTY = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**54), 2**54),
    st.integers(-3, 20),
    st.floats(allow_nan=False),
    st.text(max_size=20),
    st.text(alphabet=" \t\n\u3000", max_size=3),
    st.text(alphabet="0123456789X.-", max_size=20),
    st.sampled_from(
        ["210100", "210102", "210199", "110101", "2026-02-30", "2026-02-28", "2026-03-16\n", "１２", "45.0"]
    ),
    st.sampled_from(["111", "114", "111\n", "21010019350520882x", "210100193505208826", "a" * 201, "0000-00-00"]),
    st.lists(st.one_of(st.text(max_size=5), st.integers()), max_size=3),
    st.dictionaries(st.text(max_size=4), st.none(), max_size=2),
)


@st.composite
def forms(draw: st.DrawFn, policy: Policy) -> dict[str, Any]:
    """A worked case's form with some fields spoilt, emptied, left out or added."""
    form = dict(draw(st.sampled_from(policy.cases)).form)
    names = [field.name for field in policy.fields]
    for field in policy.fields:
        if field.kind.name == "list" and isinstance(field.example, list) and draw(st.booleans()):
            form[field.name] = [dict(field.example[0]) if isinstance(field.example[0], dict) else field.example[0]]
            form[field.name] *= draw(st.sampled_from([0, 1, 2, 3, 200, 201]))
    for name in draw(st.lists(st.sampled_from(names), max_size=4, unique=True)):
        listed = [st.sampled_from([*policy.field(name).values])] if policy.field(name).values else []
        form[name] = draw(st.one_of(NASTY, st.just(policy.field(name).example), *listed))
    for name in draw(st.lists(st.sampled_from(names), max_size=2)):
        form.pop(name, None)
    if draw(st.integers(0, 9)) == 0:
        form[draw(st.sampled_from(["x", "", "id_no ", "$ref"]))] = draw(NASTY)
    return form


@given(data=st.data(), place=st.integers(0, 99))
@settings(max_examples=size("form_schema", quick=150, full=20_000), deadline=None)
def test_schema_and_reader_agree_on_every_field(data: st.DataObject, place: int) -> None:
    policy = policies()[place % len(policies())]
    form = data.draw(forms(policy))
    assert differences(policy, form) == set()


SIMPLE = ("choice", "boolean", "confirmation", "whole", "prefecture")


@st.composite
def conditions(draw: st.DrawFn, policy: Policy, depth: int = 0) -> Expression:
    """A condition over the form such as `required` may state."""
    if depth < 3 and draw(st.booleans()):
        inner = conditions(policy, depth + 1)
        match draw(st.integers(0, 2)):
            case 0:
                return Not(draw(inner), BOOLEAN)
            case 1:
                return And((draw(inner), draw(inner)), BOOLEAN)
            case _:
                return Or((draw(inner), draw(inner)), BOOLEAN)
    field = draw(st.sampled_from([one for one in policy.fields if one.type_name in SIMPLE]))
    reference = FormRef(field.name, field.kind)
    if field.type_name in ("boolean", "confirmation") and not field.kind.nullable and draw(st.booleans()):
        return reference
    values: list[object] = [field.example, *field.values, None]
    constants = [Literal(value, Kind("text")) for value in values]  # type: ignore[arg-type]  # examples are JSON scalars
    if draw(st.booleans()):
        options = draw(st.lists(st.sampled_from(constants[:-1]), min_size=1, max_size=3))
        return OneOf(reference, tuple(options), BOOLEAN)
    op = draw(st.sampled_from(["=", "!="]))
    return Compare(op, reference, draw(st.sampled_from(constants)), BOOLEAN)


@given(data=st.data(), place=st.integers(0, 99))
@settings(max_examples=size("form_schema_conditions", quick=150, full=20_000), deadline=None)
def test_conditions_of_required_fields_agree(data: st.DataObject, place: int) -> None:
    original = policies()[place % len(policies())]
    own = [field for field in original.fields if field.type_name == "choice"]
    target = next(iter(own), original.field("applicant_name"))
    condition = data.draw(conditions(original))
    nullable = dataclasses.replace(target, kind=dataclasses.replace(target.kind, nullable=True), required=condition)
    fields = tuple(nullable if field is target else field for field in original.fields)
    policy = dataclasses.replace(original, fields=fields)
    form = data.draw(forms(policy))
    if data.draw(st.booleans()):
        form[target.name] = data.draw(st.sampled_from([None, "", " "]))
    assert differences(policy, form) == set()


@pytest.mark.parametrize("policy", policies(), ids=lambda one: one.matter)
def test_every_worked_form_without_defects_passes(policy: Policy) -> None:
    accepted = [case.form for case in policy.cases if not refused_by_reader(policy, case.form)]
    assert accepted
    assert [refused_by_schema(policy, form) for form in accepted] == [set()] * len(accepted)


def test_each_difference_is_one() -> None:
    """What is said to be left to the service is refused by it and passed by the schema."""
    elderly = shelf().versions["elderly_allowance"][0]
    hygiene = shelf().versions["hygiene_permit"][0]
    for policy, change in [
        (elderly, {"id_no": "210100193505208827"}),
        (elderly, {"id_no": "210100193513208826"}),
        (elderly, {"applicant_name": "甲\u0378"}),
        (hygiene, {"area_m2": "0.5"}),
        (hygiene, {"service_staff": 3.0}),
    ]:
        sample = sample_of(policy)
        assert sample is not None
        form = {**sample.form, **change}
        assert set(refused_by_reader(policy, form)) == set(change)
        assert refused_by_schema(policy, form) == set()
    assert CHECK_CHARACTER in refused_by_reader(elderly, {"id_no": "210100193505208827"}).values()


def test_a_sample_that_the_schema_refuses_is_a_problem_of_the_file() -> None:
    policy = shelf().versions["elderly_allowance"][0]
    case = dataclasses.replace(policy.cases[0], form={**policy.cases[0].form, "city": "999999"})
    for cases, code in [((case,), "wrong_sample"), ((), "no_sample")]:
        complaints = Complaints()
        spoilt = dataclasses.replace(policy, cases=cases)
        check_form_schema(spoilt, shelf().catalogue.prefectures, complaints)
        assert [problem.code for problem in complaints.problems] == [code]


def test_a_schema_that_is_none_is_a_problem_of_the_file() -> None:
    policy = shelf().versions["elderly_allowance"][0]
    name = policy.field("applicant_name")
    broken = dataclasses.replace(name, kind=dataclasses.replace(name.kind, pattern="["))
    fields = tuple(broken if field is name else field for field in policy.fields)
    complaints = Complaints()
    check_form_schema(dataclasses.replace(policy, fields=fields), shelf().catalogue.prefectures, complaints)
    assert [problem.code for problem in complaints.problems] == ["form_schema"]


LISTS = [(one, field.name) for one in policies() for field in one.fields if field.kind.name == "list"]


@pytest.mark.parametrize(("policy", "name"), LISTS, ids=lambda one: getattr(one, "matter", one))
@pytest.mark.parametrize("length", [0, 1, 2, 200, 201])
def test_lists_are_bounded_alike(policy: Policy, name: str, length: int) -> None:
    example = policy.field(name).example
    assert isinstance(example, list)
    form = {**policy.cases[0].form, name: example[:1] * length}
    assert set(refused_by_reader(policy, form)) == refused_by_schema(policy, form)
    assert (length == 1) <= (name not in refused_by_schema(policy, form))
