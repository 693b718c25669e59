"""What a condition rules out about null: `x != null and x < as_of` is fine, `x < as_of` alone is not."""

from decision_service.language.tree import (
    And,
    Compare,
    Expression,
    FactRef,
    FieldOf,
    FormRef,
    LetRef,
    Literal,
    Lookup,
    Not,
    Or,
    VarRef,
)


def path(node: Expression) -> str | None:
    """A name for what can be tested against null, or None for anything else."""
    match node:
        case FormRef():
            return f"form {node.field_name}"
        case FactRef():
            return f"fact {node.register}.{node.field_name}"
        case LetRef():
            return f"let {node.name}"
        case VarRef():
            return f"variable {node.name}"
        case Lookup():
            return f"table {node.table}"
        case FieldOf():
            inner = path(node.record)
            return None if inner is None else f"{inner} . {node.field_name}"
        case _:
            return None


def not_null(node: Expression, truth: bool) -> frozenset[str]:
    """What surely is not null when `node` comes out as `truth`."""
    match node:
        case Compare(op="!=") if truth:
            return _tested(node)
        case Compare(op="=") if not truth:
            return _tested(node)
        case And() if truth:
            return frozenset().union(*(not_null(part, truth=True) for part in node.items))
        case Or() if not truth:
            return frozenset().union(*(not_null(part, truth=False) for part in node.items))
        case Not():
            return not_null(node.item, truth=not truth)
        case _:
            return frozenset()


def _tested(node: Compare) -> frozenset[str]:
    for one, other in ((node.left, node.right), (node.right, node.left)):
        if isinstance(other, Literal) and other.value is None:
            name = path(one)
            return frozenset() if name is None else frozenset({name})
    return frozenset()
