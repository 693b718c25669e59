"""Break one engine only, in every rule, every table row and every pair of outcomes: a machine must no longer decide.

The first engine is compiled from a policy with one thing wrong, the second from the policy as it is. What is shown is
what the service does with it: `Decided.referred_by` is R15, whatever either engine said.
"""

import dataclasses
import itertools
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from datetime import date
from functools import cache

import pytest

from decision_service.decision import ENGINES_DIFFER, Decided
from decision_service.language.kinds import BOOLEAN
from decision_service.language.tree import Literal, Not
from decision_service.offline import Engines, decide
from decision_service.outcome import PRECEDENCE, Outcome
from decision_service.policy.needs import fields_read, registers_read
from decision_service.policy.shape import Policy, Row, Table, WorkedCase
from decision_service.readings.compiled.compile import Judge, compile_policy
from decision_service.readings.rete import settling
from decision_service.readings.rete.engine import ReteEngine
from tests.shipped import shelf
from verifiers.identifiers import make_citizen_id

SHELF = shelf()
POLICIES = {policy.matter: policy for policy in SHELF.policies()}
RULES = [(policy.matter, rule.id) for policy in POLICIES.values() for rule in policy.rules]
ROWS = [
    (policy.matter, name, place)
    for policy in POLICIES.values()
    for name, table in policy.tables.items()
    for place, _ in enumerate(table.rows)
]


def decided(policy: Policy, engines: Engines, case: WorkedCase, form: Mapping[str, object] | None = None) -> Decided:
    return decide(policy, SHELF.catalogue, engines, form or case.form, case.facts, case.as_of)


@pytest.fixture(scope="module")
def second() -> Iterator[Callable[[str], ReteEngine]]:
    """The second engine of a matter as it is, made once."""
    with ExitStack() as stack:
        made = cache(lambda matter: stack.enter_context(closing(ReteEngine(POLICIES[matter]))))
        yield made


@cache
def whole(matter: str) -> Judge:
    """The first engine of a matter as it is."""
    return compile_policy(POLICIES[matter]).judge


@pytest.mark.parametrize(("matter", "rule_id"), RULES)
def test_a_rule_broken_in_one_engine_is_seen(matter: str, rule_id: str, second: Callable[[str], ReteEngine]) -> None:
    """A condition turned into its contrary in the generated engine alone: the answer is R15, never that engine's."""
    policy = POLICIES[matter]
    rules = tuple(
        dataclasses.replace(rule, must=Not(rule.must, BOOLEAN)) if rule.id == rule_id else rule for rule in policy.rules
    )
    broken = Engines(compile_policy(dataclasses.replace(policy, rules=rules)).judge, second(matter).judge)
    found = [decided(policy, broken, case) for case in policy.cases]
    seen = [one for one in found if one.referred_by == ENGINES_DIFFER]
    assert seen
    assert all(one.outcome is Outcome.REFERRED for one in seen)


@pytest.mark.parametrize("matter", POLICIES)
def test_of_whole_engines_nothing_is_seen(matter: str, second: Callable[[str], ReteEngine]) -> None:
    policy, engines = POLICIES[matter], Engines(whole(matter), second(matter).judge)
    assert all(decided(policy, engines, case).referred_by is None for case in policy.cases)


def _other(output: Literal) -> Literal:
    """Another value of the same kind."""
    value = output.value
    if isinstance(value, str):
        changed: object = "1901-01" if output.kind.name == "month" else value + "?"
    else:
        changed = value + 1  # type: ignore[operator]  # texts and numbers only
    return dataclasses.replace(output, value=changed)


def _with_row(policy: Policy, table: Table, place: int) -> Policy:
    row = table.rows[place]
    outputs = tuple(_other(output) if isinstance(output, Literal) else output for output in row.outputs)
    rows = tuple(Row(row.tests, outputs) if number == place else one for number, one in enumerate(table.rows))
    return dataclasses.replace(policy, tables={**policy.tables, table.name: dataclasses.replace(table, rows=rows)})


def _identity_numbers(as_of: date) -> list[str]:
    """Made numbers of ages from 16 to 105."""
    ages = (16, 25, 47, 55, 60, 65, 75, 85, 95, 105)
    return [str(make_citizen_id(f"210100{as_of.year - age}0115896")) for age in ages]


def _varied(policy: Policy, table: Table, case: WorkedCase) -> Iterator[WorkedCase]:
    """The case with every value of what the table reads: cities, ages, and whatever a register can say of it."""
    fields, registers = fields_read(policy, table.inputs), registers_read(policy, table.inputs)
    choices: list[list[tuple[str, object]]] = []
    if "city" in fields:
        choices.append([("city", city) for city in SHELF.catalogue.prefectures])
    if "id_no" in fields:
        choices.append([("id_no", number) for number in _identity_numbers(case.as_of)])
    for register in sorted(registers):
        for name, kind in policy.asks[register].register.answers.items():
            values = kind.values or (range(1, 8) if kind.maximum is not None else ())
            months = (0, 3, 11, 12, 59, 60, 119, 120, 240) if name == "unemployment_months" else ()
            if values or months:
                choices.append([(f"{register}.{name}", value) for value in (*values, *months)])
    for combination in itertools.product(*choices):
        yield _laid_over(case, dict(combination))


def _laid_over(case: WorkedCase, changes: Mapping[str, object]) -> WorkedCase:
    form = dict(case.form)
    facts = {name: dict(fact) if isinstance(fact, dict) else fact for name, fact in case.facts.items()}
    for name, value in changes.items():
        register, dot, part = name.partition(".")
        if dot:
            facts[register][part] = value  # type: ignore[index]  # answers are mappings
        else:
            form[name] = value
            if name == "city":
                facts["population"]["hukou_code"] = f"{str(value)[:4]}02"  # type: ignore[index]  # answers are mappings
    holder = str(form["id_no"])
    if "cert_no" in form and len(str(form["cert_no"])) == 20:
        disability = facts["disability"]
        form["cert_no"] = f"{holder}{disability['category']}{disability['level']}"  # type: ignore[index]  # answers are mappings
    return dataclasses.replace(case, form=form, facts=facts)


@pytest.mark.parametrize(("matter", "name", "place"), ROWS)
def test_a_table_row_broken_in_one_engine_is_seen(
    matter: str, name: str, place: int, second: Callable[[str], ReteEngine]
) -> None:
    """Another value in one row of one table of the generated engine alone: whoever falls on the row gets R15."""
    policy = POLICIES[matter]
    table = policy.tables[name]
    engines = Engines(compile_policy(_with_row(policy, table, place)).judge, second(matter).judge)
    for case in policy.cases:
        for varied in _varied(policy, table, case):
            found = decided(policy, engines, varied)
            if found.referred_by == ENGINES_DIFFER:
                assert found.outcome is Outcome.REFERRED
                return
    pytest.fail(f"nobody falls on row {place} of {name}")


def test_a_settle_row_broken_in_one_engine_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two neighbours of the order of outcomes swapped in the network alone: where both follow, the answer is R15.

    Every pair that can follow together in one of the nine matters is swapped; the pairs are listed so that losing one
    is noticed.
    """
    together = {
        (Outcome.NOT_ACCEPTED, Outcome.CORRECTION_REQUIRED),
        (Outcome.CORRECTION_REQUIRED, Outcome.REFERRED),
        (Outcome.REFERRED, Outcome.REJECTED),
    }
    seen = {pair for pair in itertools.pairwise(PRECEDENCE) if _seen_when_swapped(pair, monkeypatch)}
    assert together <= seen


def _seen_when_swapped(pair: tuple[Outcome, Outcome], monkeypatch: pytest.MonkeyPatch) -> bool:
    swapped = tuple(pair[1] if one is pair[0] else pair[0] if one is pair[1] else one for one in PRECEDENCE)
    with monkeypatch.context() as patch:
        patch.setattr(settling, "PRECEDENCE", swapped)
        patch.setattr(settling, "RANK", {outcome: place for place, outcome in enumerate(swapped)})
        for policy in POLICIES.values():
            with closing(ReteEngine(policy)) as swapped_one:
                engines = Engines(whole(policy.matter), swapped_one.judge)
                asks = [
                    {**case.form, **more}
                    for more in ({}, {"human_review": True}, {"notice_read": False})
                    for case in policy.cases
                ]
                found = [
                    decided(policy, engines, case, form) for case, form in zip(policy.cases * 3, asks, strict=True)
                ]
            if any(one.referred_by == ENGINES_DIFFER for one in found):
                return True
    return False
