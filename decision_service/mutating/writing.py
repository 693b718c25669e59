"""Changed conditions and values as a file would write them."""

from datetime import date, timedelta
from decimal import Decimal

from decision_service.covering.boundaries import CENT
from decision_service.language.tree import (
    And,
    Arithmetic,
    Compare,
    Expression,
    If,
    Literal,
    Not,
    OneOf,
    Or,
    Quantified,
    Within,
)


def said(node: Expression) -> str:
    """An expression on one line: as the file has it, or written anew where it is not in the file."""
    match node:
        case _ if node.span is not None:
            return " ".join(node.span.text.split())
        case Literal():
            return value_text(node)
        case Compare():
            return f"{inner(node.left)} {node.op} {inner(node.right)}"
        case Arithmetic():
            return f"{inner(node.left)} {node.op} {inner(node.right)}"
        case And() | Or():
            return (" and " if isinstance(node, And) else " or ").join(inner(item) for item in node.items)
        case Not():
            return f"not ({said(node.item)})"
        case OneOf():
            return f"{inner(node.value)} in ({', '.join(said(option) for option in node.options)})"
        case Within():
            return f"{inner(node.value)} in {_interval(node)}"
        case Quantified():
            return f"{node.quantifier} {node.variable} in {said(node.items)} satisfies {said(node.condition)}"
        case _:
            raise TypeError(f"{type(node).__name__} is never written anew")


def inner(node: Expression) -> str:
    """The same as a part of something else: in brackets where it could fall apart."""
    return f"({said(node)})" if isinstance(node, And | Or | If | Quantified | Compare | Within | OneOf) else said(node)


def _interval(node: Within) -> str:
    low = said(node.low) if node.low is not None else ""
    high = said(node.high) if node.high is not None else ""
    return f"{'[' if node.low_closed else '('}{low}..{high}{']' if node.high_closed else ')'}"


def cell(test: Expression) -> str:
    """A test of a table's cell."""
    match test:
        case Compare(op="="):
            return said(test.right)
        case Compare():
            return f"{test.op} {said(test.right)}"
        case Within():
            return _interval(test)
        case OneOf():
            return ", ".join(said(option) for option in test.options)
        case Or():
            return ", ".join(cell(item) for item in test.items)
        case Not():
            return f"not({cell(test.item)})"
        case _:
            raise TypeError(f"{type(test).__name__} is no test of a cell")


def value_text(literal: Literal) -> str:
    """A number, a day or a text of the language."""
    value = literal.value
    if isinstance(value, bool):
        return "true" if value else "false"
    return f'"{value}"' if isinstance(value, str) else str(value)


def shifted(literal: Literal, steps: int) -> Literal | None:
    """A number or a day so many steps on: a whole number, a cent, a day. None where it is neither, or would be less
    than nothing."""
    value = literal.value
    if isinstance(value, date):
        return Literal(value + timedelta(days=steps), literal.kind)
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return None
    step = 1 if literal.kind.name == "whole" else CENT
    moved = value + steps * step
    return None if moved < 0 else Literal(moved, literal.kind)
