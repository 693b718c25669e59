"""How the parts of a policy hang together: who reads a table, what an item is, which consequences favour."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from decision_service.language.kinds import BOOLEAN
from decision_service.language.tree import Contains, Expression, FactRef, FormRef, LetRef, Literal, Lookup, children
from decision_service.outcome import APPROVALS, FAVOURABLE
from decision_service.policy.shape import Policy, Rule
from decision_service.proving.conditions import All, Condition, Says, Some, fails, holds, unsure
from verifiers.kinds import Kind


def walk(policy: Policy, nodes: Iterable[Expression], closed: frozenset[str] = frozenset()) -> Iterator[Expression]:
    """Every node that `nodes` are made of, through lets and the inputs and tests of tables; each let and table once.
    Tables named by `closed` are not looked into."""
    lets = {let.name: let.value for let in policy.lets}
    waiting, met = list(nodes), {f"table {name}" for name in closed}
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, LetRef) and f"let {node.name}" not in met:
            met.add(f"let {node.name}")
            waiting.append(lets[node.name])
        if isinstance(node, Lookup) and f"table {node.table}" not in met:
            met.add(f"table {node.table}")
            table = policy.tables[node.table]
            waiting += [*table.inputs, *(test for row in table.rows for test in row.tests if test is not None)]
        waiting += children(node)


def bounded(policy: Policy, node: Expression) -> Kind:
    """The kind of an expression, with the bounds of the field or fact that it is."""
    kind = node.kind
    match node:
        case LetRef():
            return bounded(policy, next(let.value for let in policy.lets if let.name == node.name))
        case FormRef():
            closely = policy.field(node.field_name).kind
        case FactRef():
            closely = policy.asks[node.register].register.answers[node.field_name]
        case _:
            return kind
    return replace(kind, minimum=closely.minimum, maximum=closely.maximum) if closely.name != "text" else kind


def looks_into(policy: Policy, nodes: Iterable[Expression], table: str) -> bool:
    """Whether `nodes` read a table, through lets and other tables."""
    return any(isinstance(node, Lookup) and node.table == table for node in walk(policy, nodes))


def expressions(rule: Rule) -> list[Expression]:
    """Everything that a rule reads to find what follows from it."""
    told = [value for one in rule.alternatives for _, value in one.told]
    return [rule.must, *(one.when for one in rule.alternatives if one.when is not None), *told]


def reached(policy: Policy, table: str) -> Condition:
    """The table's value is used: for a rule, or for what is granted."""
    ways: list[Condition] = []
    for rule in policy.rules:
        if looks_into(policy, expressions(rule), table):
            ways += [holds(rule.id), fails(rule.id), unsure(rule.id)]
    for result in policy.results:
        needed = [result.value] if result.when is None else [result.value, result.when]
        if looks_into(policy, needed, table):
            only = () if result.when is None or looks_into(policy, [result.when], table) else (Says(result.when),)
            ways.append(All((granted(policy), *only)))
    ways += [granted(policy, item.name) for item in policy.items if looks_into(policy, [item.amount], table)]
    asides = [note.when for note in policy.notes]
    asides += [one.when for one in policy.obligations if one.when is not None]
    if looks_into(policy, asides, table):
        ways.append(granted(policy))
    return Some(tuple(ways))


def granted(policy: Policy, item: str | None = None) -> Condition:
    """Nothing stands in the way of a grant but perhaps what the grant itself is worth: of `item`, or of any part."""
    whole = [_passes(rule) for rule in policy.rules if rule.item is None]
    if not policy.items:
        return All(tuple(whole))
    parts = [
        All((applied(policy, one.name), *(_passes(rule) for rule in policy.rules if rule.item == one.name)))
        for one in policy.items
        if item in (None, one.name)
    ]
    return All((*whole, Some(tuple(parts))))


def _passes(rule: Rule) -> Condition:
    return Some((holds(rule.id), *(fails(rule.id, place) for place in favours(rule))))


def applied(policy: Policy, item: str) -> Condition:
    """The item is applied for."""
    name = policy.items_field or ""
    text = Kind("text")
    return Says(Contains(Literal(item, text), FormRef(name, policy.field(name).kind), BOOLEAN))


def favours(rule: Rule) -> tuple[int, ...]:
    """The alternatives of a rule after which something is granted all the same."""
    return tuple(place for place, one in enumerate(rule.alternatives) if one.outcome in APPROVALS)


def demands(rule: Rule) -> bool:
    """Whether failing the rule can stand in somebody's way; a choice of route (commitment) does not."""
    return any(one.outcome not in FAVOURABLE for one in rule.alternatives)


def concerns(rule: Rule, item: str | None) -> bool:
    """Whether a rule has a say in what a rule of `item` (None: of the whole) comes to."""
    return rule.item is None or rule.item == item
