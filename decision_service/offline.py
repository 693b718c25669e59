"""One decision without a server: form and facts out of a file, both engines in this process."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date

import orjson

from decision_service.decision import ENGINES_DIFFER, Decided, Occasion, answer
from decision_service.facts import FactSheet
from decision_service.forms import read_form
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Policy
from decision_service.sheet import fact_sheet
from decision_service.twin import REFERRED, agree, consult, supported
from decision_service.verdict import Verdict
from verifiers.answers import read_answer
from verifiers.evidence import Evidence
from verifiers.freshness import Moment

Judge = Callable[[FactSheet], Verdict]


@dataclass(frozen=True, slots=True)
class Engines:
    """The two roads that must agree."""

    first: Judge
    second: Judge


@contextmanager
def engines_of(policy: Policy) -> Iterator[Engines]:
    """The generated function and the Rete network of one policy, in this process."""
    from decision_service.readings.compiled.compile import compile_policy
    from decision_service.readings.rete.engine import ReteEngine

    second = ReteEngine(policy)
    try:
        yield Engines(compile_policy(policy).judge, second.judge)
    finally:
        second.close()


def evidence_of(policy: Policy, facts: Mapping[str, object], as_of: date) -> dict[str, Evidence]:
    """Facts as a file states them, judged like a register's live answer; registers that the matter lists, no others."""
    moment = Moment(as_of)
    return {
        name: read_answer(ask.register, ask.asked_with, facts[name], moment)
        for name, ask in policy.asks.items()
        if name in facts
    }


def decide(
    policy: Policy,
    catalogue: Catalogue,
    engines: Engines,
    form: Mapping[str, object],
    facts: Mapping[str, object],
    as_of: date,
) -> Decided:
    """Decides one application from given facts."""
    reading = read_form(policy, form, as_of, catalogue.prefectures)
    evidence = {} if reading.stopped else evidence_of(policy, facts, as_of)
    if reading.other_document:
        evidence = {name: found for name, found in evidence.items() if name == "credit"}
    sheet = fact_sheet(policy, reading, evidence, as_of, catalogue.calendar)
    first, second = consult(engines.first, sheet), consult(engines.second, sheet)
    if first is None or second is None or not agree(first, second) or not supported(first, sheet):
        return Decided(policy, catalogue, reading, sheet, evidence, REFERRED, ENGINES_DIFFER)
    return Decided(policy, catalogue, reading, sheet, evidence, first)


def occasion_of(decided: Decided, form: Mapping[str, object], facts: Mapping[str, object]) -> Occasion:
    """The occasion of a decision without a server; identifiers follow from the content, so equal runs are equal."""
    content = orjson.dumps([decided.policy.digest, str(decided.sheet.as_of), form, facts], option=orjson.OPT_SORT_KEYS)
    name = hashlib.sha256(content).hexdigest()
    return Occasion(
        decision_id=f"offline-{name[:24]}",
        application_id=f"offline-{name[24:48]}",
        channel="counter",
        decided_at=f"{decided.sheet.as_of}T00:00:00+08:00",
        human_review_key=f"HR-{name[48:60].upper()}",
    )


def offline_answer(decided: Decided, form: Mapping[str, object], facts: Mapping[str, object]) -> dict[str, object]:
    """The answer in the shape of the decision API."""
    return {**answer(decided, occasion_of(decided, form, facts)), "record": None}
