"""The parts of both versions that changed, as what their regions can be described with."""

from collections.abc import Iterator

from decision_service.differing.aspects import Aspects
from decision_service.differing.atoms import Collector, Material
from decision_service.language.tree import Expression
from decision_service.policy.shape import Policy, Rule


def material_of(aspects: Aspects, cities: tuple[str, ...]) -> Material:
    """Everything that a changed rule, value, note or obligation looks at, on both sides. `cities` are the codes that a
    field of the type `prefecture` can have."""
    collector = Collector(aspects.policies, aspects.spelled, cities)
    for pair in aspects.pairs:
        for side, rule in enumerate((pair.old, pair.new)):
            for node in () if rule is None or pair.same else _of_rule(rule):
                collector.take(node, side)
    moved = {(one.what, one.name) for one in aspects.all if one.moved}
    for side, policy in enumerate(aspects.policies):
        for what, name, node in _of_grants(policy):
            if (what, name) in moved:
                collector.take(node, side)
    return collector.found


def _of_rule(rule: Rule) -> Iterator[Expression | None]:
    yield rule.must
    for one in rule.alternatives:
        yield one.when
        yield from (value for _, value in one.told)


def _of_grants(policy: Policy) -> Iterator[tuple[str, str, Expression | None]]:
    for result in policy.results:
        yield "result", result.name, result.value
        yield "result", result.name, result.when
    for item in policy.items:
        yield "item", item.name, item.amount
    for note in policy.notes:
        yield "note", note.code, note.when
    for duty in policy.obligations:
        yield "obligation", duty.code, duty.when
