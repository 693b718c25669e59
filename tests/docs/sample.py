"""The one application that the examples of the language are about, and what an expression comes to for it."""

from dataclasses import replace
from functools import cache
from pathlib import Path

from decision_service.facts import Fact
from decision_service.interpreter import scope_of
from decision_service.language.check import check
from decision_service.language.meaning import Scope, evaluate
from decision_service.language.vocabulary import Vocabulary
from decision_service.offline import decide, engines_of
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Policy
from decision_service.policy.shelf import read_shelf
from decision_service.source import Problem, Source, Span
from verifiers.kinds import Kind, Value

RULES = Path(__file__).resolve().parents[2] / "rules"
MATTER = "elderly_allowance"
PAYMENT = {"benefit": "elderly_allowance", "city": "210200", "since": "2025-06-01"}
MORE: dict[str, tuple[Kind, Value]] = {
    "cert_no": (Kind("disability_certificate"), "21010019690616964914"),
    "items": (Kind("list", item=Kind("text", values=("living", "care"))), ("care",)),
}
"""Fields of the form that the matter itself does not have."""


@cache
def ground() -> tuple[Policy, Catalogue]:
    """The policy of the sample, and the catalogue."""
    shelf = read_shelf(RULES, only=RULES / MATTER)
    return shelf.versions[MATTER][-1], shelf.catalogue


@cache
def words() -> Vocabulary:
    """Every name that the sample's policy knows."""
    policy, _ = ground()
    return Vocabulary(
        {**{field.name: field.kind for field in policy.fields}, **{name: kind for name, (kind, _) in MORE.items()}},
        {name: ask.register.facts_when_asked_with(ask.asked_with) for name, ask in policy.asks.items()},
        {let.name: let.value.kind for let in policy.lets},
        {one.name: one.value for one in policy.parameters},  # type: ignore[misc]  # constants are literals
        {name: table.kind for name, table in policy.tables.items()},
    )


@cache
def scope() -> Scope:
    """Where the examples are read."""
    policy, catalogue = ground()
    case = policy.cases[0]
    facts = {**case.facts, "benefits": {**case.facts["benefits"], "active": [PAYMENT]}}  # type: ignore[dict-item]  # facts are JSON objects
    with engines_of(policy) as engines:
        sheet = decide(policy, catalogue, engines, case.form, facts, case.as_of).sheet
    return scope_of(policy, replace(sheet, form={**sheet.form, **{name: value for name, (_, value) in MORE.items()}}))


def value_of(text: str) -> Fact:
    """What an expression comes to for the sample; AssertionError where it is wrong."""
    source = Source("page", text)
    node = check(text, lambda start, length: Span(source, start, start + length), words())
    assert not isinstance(node, Problem), f"{text}: {node.en}"
    return evaluate(node, scope())
