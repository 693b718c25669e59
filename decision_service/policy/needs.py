"""What an expression reads, through lets and tables: the ground for data minimisation."""

from collections.abc import Iterable, Iterator, Mapping

from decision_service.language.tree import Expression, FactRef, FormRef, LetRef, Lookup, children
from decision_service.policy.shape import Let, Policy, Table


def reads(
    nodes: Iterable[Expression], lets: Mapping[str, Let], tables: Mapping[str, Table]
) -> Iterator[FactRef | FormRef]:
    """Every fact and form field that `nodes` can read."""
    waiting, seen = list(nodes), set[str]()
    while waiting:
        node = waiting.pop()
        match node:
            case FactRef() | FormRef():
                yield node
            case LetRef() if f"let {node.name}" not in seen:
                seen.add(f"let {node.name}")
                waiting.append(lets[node.name].value)
            case Lookup() if f"table {node.table}" not in seen:
                seen.add(f"table {node.table}")
                waiting += tables[node.table].inputs
            case _:
                pass
        waiting += children(node)


def deciding(policy: Policy) -> list[Expression]:
    """Every expression that can move the outcome or what is granted; notes and claims cannot."""
    found: list[Expression] = []
    for rule in policy.rules:
        found.append(rule.must)
        for one in rule.alternatives:
            found += [value for _, value in one.told]
            if one.when is not None:
                found.append(one.when)
    for result in policy.results:
        found.append(result.value)
        if result.when is not None:
            found.append(result.when)
    found += [item.amount for item in policy.items]
    return found


def registers_read(policy: Policy, nodes: Iterable[Expression]) -> frozenset[str]:
    """The registers whose facts `nodes` can read."""
    lets = {let.name: let for let in policy.lets}
    return frozenset(node.register for node in reads(nodes, lets, policy.tables) if isinstance(node, FactRef))


def fields_read(policy: Policy, nodes: Iterable[Expression]) -> frozenset[str]:
    """The form fields that `nodes` can read."""
    lets = {let.name: let for let in policy.lets}
    return frozenset(node.field_name for node in reads(nodes, lets, policy.tables) if isinstance(node, FormRef))
