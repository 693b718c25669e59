"""Equality, order and membership of encoded values that are known."""

from decision_service.language.tree import Within
from decision_service.readings.smt import numbers
from decision_service.readings.smt.days import Day, before
from decision_service.readings.smt.formulas import Formula, conj, disj, neg
from decision_service.readings.smt.numbers import Number
from decision_service.readings.smt.values import Content, Nothing, Several, Term, Text, UnencodableError, same


def several(term: Term) -> Several:
    """The list that a term is; null is none."""
    if isinstance(term.content, Nothing):
        return Several(())
    if isinstance(term.content, Several):
        return term.content
    raise UnencodableError("a list that is none")


def compared(op: str, left: Term, right: Term) -> Formula:
    """`left op right`; an order with null is false."""
    if op == "=":
        return same(left, right)
    if op == "!=":
        return neg(same(left, right))
    return conj(neg(left.null), neg(right.null), _ordered(op, left.content, right.content))


def _ordered(op: str, left: Content, right: Content) -> Formula:
    if isinstance(left, Nothing) or isinstance(right, Nothing):
        return False
    match op:
        case "<":
            return _less(left, right)
        case "<=":
            return neg(_less(right, left))
        case ">":
            return _less(right, left)
        case _:
            return neg(_less(left, right))


def _less(left: Content, right: Content) -> Formula:
    match left, right:
        case Number(), Number():
            return numbers.less(left, right)
        case Day(), Day():
            return before(left, right)
        case Text(), Text():  # months alone are ordered, and their numbers grow with them
            return numbers.less(left.number, right.number)
        case _:
            raise UnencodableError("an order between values that have none")


def inside(node: Within, parts: list[Term]) -> Formula:
    """Whether the first part lies between the bounds that follow."""
    value, *bounds = parts
    found: list[Formula] = [neg(value.null)]
    if node.low is not None:
        found.append(compared(">=" if node.low_closed else ">", value, bounds.pop(0)))
    if node.high is not None:
        found.append(compared("<=" if node.high_closed else "<", value, bounds.pop(0)))
    return conj(*found)


def contained(value: Term, items: Term) -> Formula:
    """Whether some element of the list equals the value."""
    return conj(neg(items.null), disj(*(conj(here, same(value, one)) for here, one in several(items).slots)))
