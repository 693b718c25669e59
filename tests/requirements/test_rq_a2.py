"""RQ-A2: nothing that is not published is ever asked for or used."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from decision_service.facts import Unknown
from decision_service.forms import read_form
from decision_service.offline import evidence_of
from decision_service.policy.shape import Policy, WorkedCase
from decision_service.readings.reference import judge
from decision_service.sheet import fact_sheet
from tests.requirements.deciding import answer_of, engines, guide, policies, policy_of, shelf
from tests.sizes import size


@dataclass
class Watched(Mapping[str, object]):
    """A mapping that notes what is read of it."""

    inner: Mapping[str, object]
    name: str
    read: set[str] = field(default_factory=set)

    def __getitem__(self, key: str) -> object:
        self.read.add(f"{self.name}{key}")
        found = self.inner[key]
        return Watched(found, f"{key}.", self.read) if isinstance(found, dict) else found

    def __iter__(self) -> Iterator[str]:
        return iter(self.inner)

    def __len__(self) -> int:
        return len(self.inner)


def reads_of(policy: Policy, case: WorkedCase, form: Mapping[str, object], day: int) -> set[str]:
    """Everything of form and registers that the reference or the engines touch for one application."""
    as_of = case.as_of + timedelta(days=day)
    reading = read_form(policy, form, as_of, shelf().catalogue.prefectures)
    evidence = {} if reading.stopped else evidence_of(policy, case.facts, as_of)
    sheet = fact_sheet(policy, reading, evidence, as_of, shelf().catalogue.calendar)
    registers = {name: found if isinstance(found, Unknown) else dict(found) for name, found in sheet.registers.items()}
    read: set[str] = set()
    object.__setattr__(sheet, "form", Watched(sheet.form, "form:", read))
    object.__setattr__(sheet, "registers", Watched(registers, "register:", read))
    judge(policy, sheet)
    engines(policy.matter).first(sheet)
    return read


def published(policy: Policy) -> set[str]:
    """What the guide's JSON of this version names."""
    page = guide(policy.matter)
    assert page["policy"]["digest"] == f"sha256:{policy.digest}"
    names = {f"form:{one['name']}" for one in page["fields"]}
    for register in page["registers"]:
        names.add(f"register:{register['name']}")
        names |= {f"{register['name']}.{fact}" for fact in register["facts_used"]}
    credit = shelf().catalogue.registers["credit"]
    return names | {f"credit.{fact}" for fact in credit.answers}  # notes tell of credit, whatever the policy


@given(data=st.data(), place=st.integers(0, 999), day=st.integers(-400, 400))
@settings(max_examples=size("rq_a2", quick=80, full=20_000), deadline=None)
def test_all_that_is_read_is_in_the_published_guide(data: st.DataObject, place: int, day: int) -> None:
    policy = policies()[place % len(policies())]
    case = data.draw(st.sampled_from(policy.cases))
    form = {**case.form}
    for name in data.draw(st.lists(st.sampled_from(sorted(form)), max_size=2)):
        form[name] = data.draw(st.sampled_from([None, True, False, "x", policy.field(name).example]))
    read = reads_of(policy, case, form, day)
    assert read
    assert read <= published(policy)


@pytest.mark.parametrize("policy", policies(), ids=lambda one: one.matter)
def test_a_correction_names_only_published_items(policy: Policy) -> None:
    names = published(policy)
    for case in policy.cases:
        reply = answer_of(policy.matter, case)
        if reply["outcome"] != "CORRECTION_REQUIRED":
            continue
        for reason in reply["reasons"]:
            known = {fact for fact in reason["facts"] if f"form:{fact}" in names or f"register:{fact}" in names}
            assert known | {fact for fact in reason["facts"] if fact in names} == set(reason["facts"]), case.name


@pytest.mark.parametrize("policy", policies(), ids=lambda one: one.matter)
def test_each_paper_that_can_be_asked_for_is_a_published_material(policy: Policy) -> None:
    uploads = {one["upload"] for one in guide(policy.matter)["materials"]}
    assert {one.name for one in policy.fields if one.upload} <= uploads
    assert {ask.fallback for ask in policy.asks.values() if ask.fallback} <= uploads


def test_an_undeclared_input_raises() -> None:
    policy = policy_of("elderly_allowance")
    case = policy.cases[0]
    reading = read_form(policy, case.form, case.as_of, shelf().catalogue.prefectures)
    sheet = fact_sheet(policy, reading, {}, case.as_of, shelf().catalogue.calendar)
    with pytest.raises(KeyError):
        sheet.fact("property", "properties")
    everything = {**case.facts, "property": {"status": "ok", "data_as_of": "2026-03-16", "properties": []}}
    assert "property" not in evidence_of(policy, everything, case.as_of)
