"""Worked cases with one thing changed: near at hand, decided in a moment, most of what a solver would be asked for."""

import copy
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from decision_service.language.functions import add_months
from decision_service.language.tree import Expression, Literal
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Policy, WorkedCase
from decision_service.proving.structure import walk
from verifiers.identifiers import make_citizen_id
from verifiers.kinds import Kind

Application = tuple[date, Mapping[str, object], Mapping[str, object]]
"""The day, the form and the registers' answers, as JSON."""

LIFE = 110
"""Years that nobody is older than, here."""

OTHER_DOCUMENT = "414"
"""A passport: a kind of document that is no resident identity card."""


def variations(policy: Policy, catalogue: Catalogue) -> Iterator[Application]:
    """Each worked case with the cities exchanged, and the first approved one with each closed value changed."""
    cities = sorted(catalogue.prefectures)
    for case in policy.cases:
        here = case.form.get("city")
        if isinstance(here, str):
            made = (case.as_of, case.form, case.facts)
            yield from (exchanged(policy, made, here, city) for city in cities if city != here)
    for case in policy.cases[:1]:
        yield from _one_changed(policy, case)
        yield from _aged(policy, case, cities)


def exchanged(policy: Policy, made: Application, one: str, other: str) -> Application:
    """The application with two cities (six digits) having changed places in every division code that it holds; numbers
    of persons and firms, which carry codes of long ago, stay."""
    as_of, form, facts = made
    swap = {one[:4]: other[:4], other[:4]: one[:4]}
    kinds = {field.name: field.kind for field in policy.fields}
    moved: dict[str, object] = {}
    for name, answer in facts.items():
        if isinstance(answer, Mapping) and name in policy.asks:
            answers = policy.asks[name].register.answers
            moved[name] = {key: _moved(value, answers.get(key), swap) for key, value in answer.items()}
        else:
            moved[name] = answer
    return as_of, {name: _moved(value, kinds.get(name), swap) for name, value in form.items()}, moved


def _moved(value: object, kind: Kind | None, swap: Mapping[str, str]) -> object:
    match value:
        case str() if kind is not None and kind.name == "region":
            return swap.get(value[:4], value[:4]) + value[4:]
        case list():
            return [_moved(one, None if kind is None else kind.item, swap) for one in value]
        case dict():
            return {name: _moved(one, None if kind is None else kind.field(name), swap) for name, one in value.items()}
        case _:
            return value


def _one_changed(policy: Policy, case: WorkedCase) -> Iterator[Application]:
    for field in policy.fields:
        for value in _closed(field.kind, case.form.get(field.name)):
            yield case.as_of, {**case.form, field.name: value}, case.facts
        if field.name in case.form and (field.kind.nullable or field.confirmation or field.upload):
            yield case.as_of, {name: one for name, one in case.form.items() if name != field.name}, case.facts
    yield case.as_of, {**case.form, "id_type": OTHER_DOCUMENT}, case.facts
    for name, ask in policy.asks.items():
        answer = case.facts.get(name)
        if isinstance(answer, Mapping) and answer.get("status") == "ok":
            for fact, kind in ask.register.answers.items():
                for value in _closed(kind, answer.get(fact)):
                    facts = copy.deepcopy(dict(case.facts))
                    facts[name] = {**answer, fact: value}
                    yield case.as_of, case.form, facts


def _aged(policy: Policy, case: WorkedCase, cities: Sequence[str]) -> Iterator[Application]:
    """The case for each city and each number of years that the policy names, and one more and one less."""
    number, here = case.form.get("id_no"), case.form.get("city")
    if not isinstance(number, str):
        return
    for years in sorted(_years(policy)):
        born = add_months(case.as_of, -12 * years)
        aged = {**case.form, "id_no": make_citizen_id(f"{number[:6]}{born:%Y%m%d}{number[14:17]}")}
        if isinstance(here, str):
            yield from (exchanged(policy, (case.as_of, aged, case.facts), here, city) for city in cities)
        else:
            yield case.as_of, aged, case.facts


def _years(policy: Policy) -> set[int]:
    """The whole numbers, no more than the years of a life, that tables and rules compare with; and their neighbours."""
    nodes: list[Expression] = [rule.must for rule in policy.rules] + [let.value for let in policy.lets]
    nodes += [test for table in policy.tables.values() for row in table.rows for test in row.tests if test is not None]
    named = {node.value for node in walk(policy, nodes) if isinstance(node, Literal) and type(node.value) is int}
    return {year + step for year in named for step in (-1, 0, 1) if 0 < year + step <= LIFE}


def _closed(kind: Kind, now: object) -> Iterable[object]:
    """The other values of a kind that has few."""
    options: tuple[object, ...] = (True, False) if kind.name == "boolean" else kind.values
    return [one for one in options if one != now]
