"""What is not known moves nothing: no favour, no refusal, and nothing that a register not asked could have changed."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, note
from hypothesis import strategies as st

from decision_service.decision import Decided
from decision_service.facts import FactSheet, Why
from decision_service.forms import read_form
from decision_service.offline import evidence_of
from decision_service.outcome import APPROVALS, FAVOURABLE, Outcome
from decision_service.policy.shape import Policy
from decision_service.readings.reference import judge
from decision_service.sheet import askable, fact_sheet
from decision_service.twin import supported
from decision_service.verdict import State, Verdict
from tests.properties.applications import Application, Maker, applications, completed, with_facts
from tests.properties.constants import constants_of
from tests.properties.deciding import MATTERS, answered, codes, decided, policy_of, shelf, thorough

DEFINITE = APPROVALS | {Outcome.ACCEPTED_TOLERANT, Outcome.REJECTED, Outcome.NOT_ACCEPTED}


def knowable(policy: Policy, application: Application) -> list[str]:
    """The registers of which something usable is known."""
    found = evidence_of(policy, application.facts, application.as_of)
    return [name for name, one in found.items() if one.status in ("ok", "no_record")]


def gated(verdict: Verdict, policy: Policy) -> bool:
    """Whether identity failed, after which nothing else is told."""
    gates = {rule.id for rule in policy.rules if rule.gate}
    return any(one.rule in gates and one.state is State.FAILS for one in verdict.findings)


def hidden(application: Application, registers: Iterable[str], how: str) -> Application:
    """The same application with these registers silent."""
    facts = dict(application.facts)
    for name in registers:
        facts.pop(name, None)
        if how != "absent":
            facts[name] = {"status": how}
    return with_facts(application, facts)


def granted(found: Decided) -> dict[str, object]:
    """Each item that is approved with its amount, and all results."""
    items = {one.item: one.amount for one in found.verdict.items if one.outcome in APPROVALS}
    return {**found.verdict.result, **items}


def same_or_more(part: Decided, full: Decided) -> bool:
    """Whether what was granted still is: a part that was referred may have been settled since."""
    kept = granted(part).items() <= granted(full).items()
    if part.outcome is Outcome.PARTIALLY_APPROVED:
        return full.outcome in APPROVALS and kept
    return full.outcome is part.outcome and kept


@pytest.mark.parametrize("matter", MATTERS)
def test_what_is_definite_stays_when_more_is_known(matter: str) -> None:
    """With any registers silent for any cause: an approval, a tolerance or a refusal that comes out is the one that
    comes out with every answer that they could have given. A non-acceptance too, unless identity fails (R05 alone)."""
    policy = policy_of(matter)
    constants = constants_of(policy)

    @thorough("monotone", quick=50, full=20_000)
    @given(
        applications(policy),
        st.lists(st.sampled_from(list(policy.asks)), min_size=1, unique=True),
        st.sampled_from(["timeout", "error", "absent"]),
        st.randoms(use_true_random=False),
    )
    def holds(application: Application, silent: list[str], how: str, random: Random) -> None:
        maker = Maker(random, policy, constants)
        part = decided(policy, hidden(application, silent, how))
        if part.outcome not in DEFINITE:
            return
        note(f"{silent} {how}: {part.outcome}")
        lost = [name for name in silent if name in knowable(policy, application)]
        for full in (application, *(completed(maker, application, lost) for _ in range(3))):
            known = decided(policy, with_facts(full, {**full.facts, **_still_silent(full, silent, lost)}))
            note(f"{full} -> {known.outcome}")
            if part.outcome is Outcome.NOT_ACCEPTED:
                assert known.outcome is Outcome.NOT_ACCEPTED or gated(known.verdict, policy)
            else:
                assert same_or_more(part, known)

    holds()


def _still_silent(full: Application, silent: list[str], lost: list[str]) -> Mapping[str, object]:
    return {name: full.facts[name] for name in silent if name not in lost and name in full.facts}


@pytest.mark.parametrize("matter", MATTERS)
def test_no_favour_rests_on_anything_unknown(matter: str) -> None:
    """Behind an approval or a tolerance no rule that settles it is unknown, the form is whole, identity is known."""
    policy = policy_of(matter)

    @thorough("support", quick=50, full=20_000)
    @given(applications(policy, messy=0.1, unknown=0.08))
    def holds(application: Application) -> None:
        found = decided(policy, application)
        if found.outcome not in FAVOURABLE:
            return
        note(application)
        assert supported(found.verdict, found.sheet)
        assert not found.form.defects
        assert isinstance(found.sheet.registers["population"], Mapping)
        favoured = {one.item for one in found.verdict.items if one.outcome in APPROVALS}
        items = {rule.id: rule.item for rule in policy.rules}
        for one in found.verdict.findings:
            if one.state is State.UNKNOWN:
                assert items[one.rule] is not None
                assert items[one.rule] not in favoured

    holds()


def sheet_of(policy: Policy, application: Application, names: Iterable[str]) -> FactSheet:
    """The sheet when only these registers have answered so far."""
    reading = read_form(policy, application.form, application.as_of, shelf().catalogue.prefectures)
    found = {} if reading.stopped else evidence_of(policy, application.facts, application.as_of)
    kept = {name: one for name, one in found.items() if name in names and not reading.other_document}
    return fact_sheet(policy, reading, kept, application.as_of, shelf().catalogue.calendar)


@pytest.mark.parametrize("matter", MATTERS)
def test_the_order_of_arrival_never_matters(matter: str) -> None:
    """Registers that answer one by one, in any order, lead to one verdict; what is known never becomes unknown."""
    policy = policy_of(matter)

    @thorough("order", quick=20, full=5_000)
    @given(
        applications(policy, messy=0.1, unknown=0.1),
        st.permutations(list(policy.asks)),
        st.permutations(list(policy.asks)),
    )
    def holds(application: Application, first: list[str], second: list[str]) -> None:
        ends = []
        for order in (first, second):
            evidence: list[str] = []
            before: Verdict | None = None
            for name in order:
                evidence.append(name)
                verdict = judge(policy, sheet_of(policy, application, evidence))
                if before is not None and not gated(verdict, policy):
                    _only_learnt(before, verdict)
                before = verdict
            ends.append(before)
        assert ends[0] == ends[1] == judge(policy, sheet_of(policy, application, policy.asks))

    holds()


def _only_learnt(before: Verdict, after: Verdict) -> None:
    """A rule that held or failed still does, in the same way."""
    later = {one.rule: one for one in after.findings}
    for one in before.findings:
        if one.state in (State.HOLDS, State.FAILS):
            assert later[one.rule].state is one.state
            assert later[one.rule].alternative == one.alternative


@pytest.mark.parametrize("matter", MATTERS)
def test_registers_not_asked_could_not_have_mattered(matter: str) -> None:
    """Asking in any order only what a finding still calls for: once nothing is called for, no answer of the registers
    that were never asked changes the outcome, the codes of its reasons or what is granted. Advice may grow."""
    policy = policy_of(matter)
    constants = constants_of(policy)

    @thorough("need_to_know", quick=30, full=20_000)
    @given(applications(policy, unknown=0.05), st.randoms(use_true_random=False))
    def holds(application: Application, random: Random) -> None:
        maker = Maker(random, policy, constants)
        asked = _ask_only_what_matters(policy, application, random)
        left = _idle(policy, application, asked)
        known = with_facts(application, {name: one for name, one in application.facts.items() if name in asked})
        end = answered(policy, known)
        note(f"asked {asked}: {end['outcome']} {codes(end)}")
        if gated(decided(policy, known).verdict, policy):
            return
        for _ in range(3):
            full = completed(maker, known, left)
            note(full)
            more = answered(policy, full)
            if gated(decided(policy, full).verdict, policy):
                assert "population" in left
                assert end["outcome"] in ("NOT_ACCEPTED", "CORRECTION_REQUIRED", "REFERRED")
                continue
            assert (more["outcome"], codes(more)) == (end["outcome"], codes(end))
            assert more["items"] == end["items"]
            assert granted(decided(policy, full)) == granted(decided(policy, known))

    holds()


def _useful(policy: Policy, application: Application, asked: list[str]) -> set[str]:
    verdict = judge(policy, sheet_of(policy, application, asked))
    unknown = [one for one in verdict.findings if one.state is State.UNKNOWN]
    return {cause.source for one in unknown for cause in one.causes if cause.why is Why.NOT_ASKED}


def _idle(policy: Policy, application: Application, asked: list[str]) -> list[str]:
    """The registers that could be asked, were not, and are not called for."""
    reading = read_form(policy, application.form, application.as_of, shelf().catalogue.prefectures)
    called_for = _useful(policy, application, asked)
    open_to_ask = [name for name, ask in policy.asks.items() if askable(name, ask, reading)]
    return [name for name in open_to_ask if name not in asked and name not in called_for]


def _ask_only_what_matters(policy: Policy, application: Application, random: Random) -> list[str]:
    asked: list[str] = []
    while True:
        useful = _useful(policy, application, asked) & set(application.facts) - set(asked)
        if not useful:
            return asked
        asked.append("population" if "population" in useful else random.choice(sorted(useful)))


def test_the_checks_above_can_fail() -> None:
    """A verdict whose approval has an unknown rule behind it is not supported."""
    policy = policy_of("elderly_allowance")
    case = policy.cases[0]
    found = decided(policy, Application(case.form, case.facts, case.as_of))
    assert supported(found.verdict, found.sheet)
    findings = (replace(found.verdict.findings[0], state=State.UNKNOWN), *found.verdict.findings[1:])
    assert not supported(replace(found.verdict, findings=findings), found.sheet)
