"""An expression as Python text in the full form: three-valued, total, through the calls of `logic`."""

from collections.abc import Callable
from typing import assert_never

from decision_service.language.tree import (
    And,
    Arithmetic,
    AsOf,
    Call,
    Compare,
    Contains,
    Expression,
    FactRef,
    FieldOf,
    FormRef,
    If,
    LetRef,
    Literal,
    Lookup,
    Not,
    OneOf,
    Or,
    Quantified,
    VarRef,
    Within,
    children,
)
from decision_service.readings.compiled.names import Names

_ORDER = {"=": "equal({0}, {1})", "!=": "unequal({0}, {1})", "<": "less({0}, {1})", "<=": "at_most({0}, {1})",
          ">": "less({1}, {0})", ">=": "at_most({1}, {0})"}  # fmt: skip


def spine(node: Arithmetic) -> tuple[Expression, list[Arithmetic]]:
    """The first operand of a chain of sums, and its links from left to right."""
    links: list[Arithmetic] = []
    left: Expression = node
    while isinstance(left, Arithmetic):
        links.append(left)
        left = left.left
    return left, links[::-1]


Text = Callable[[Expression], str]

_SHALLOW = 3
"""Operands of at most so many levels are written out in place of a call; deeper ones would nest beyond what Python's
parser takes."""


def _is_shallow(node: Expression, levels: int = _SHALLOW) -> bool:
    return levels > 0 and all(_is_shallow(one, levels - 1) for one in children(node))


def _is_given(node: Expression) -> bool:
    """Whether it is neither unknown nor null, whatever the sheet."""
    return isinstance(node, AsOf) or (isinstance(node, Literal) and node.value is not None)


def _unless_unknown(text: str, known: str) -> str:
    """`known`, an expression of `it`, unless the value of `text` is unknown: then that."""
    return f"(it if (it := {text}).__class__ is Unknown else {known})"


def full_text(node: Expression, names: Names, inputs: Callable[[str], tuple[Expression, ...]]) -> str:
    """Source text that gives the node's value or Unknown. `inputs` are the input expressions of a table."""

    def text(one: Expression) -> str:
        return full_text(one, names, inputs)

    match node:
        case Literal():
            return names.constant(node.value)
        case AsOf():
            return "as_of"
        case FormRef():
            return names.local("form", node.field_name)
        case FactRef():
            register = names.local("reg", node.register)
            return f"({register} if {register}.__class__ is Unknown else {register}[{node.field_name!r}])"
        case LetRef():
            return names.local("let", node.name)
        case VarRef():
            return names.local("var", node.name)
        case And() | Or():
            return _joined(node, text)
        case If():
            return f"choose({text(node.condition)}, lambda: {text(node.then)}, lambda: {text(node.otherwise)})"
        case Quantified():
            body = f"lambda {names.local('var', node.variable)}: {text(node.condition)}"
            return f"{node.quantifier}({text(node.items)}, {body})"
        case Lookup():
            return f"look_up({', '.join([names.local('plan', node.table), *map(text, inputs(node.table))])})"
        case _:
            return _strict(node, names, text)


def _strict(
    node: FieldOf | Compare | Within | OneOf | Contains | Not | Arithmetic | Call, names: Names, text: Text
) -> str:
    """The operators that are unknown as soon as a part is."""
    match node:
        case FieldOf():
            return f"part({text(node.record)}, {node.field_name!r})"
        case Compare():
            return _compared(node, text)
        case Within():
            return _within(node, text)
        case OneOf():
            return f"one_of({', '.join(map(text, (node.value, *node.options)))})"
        case Contains():
            return f"contains({text(node.value)}, {text(node.items)})"
        case Not():
            item = text(node.item)
            return _unless_unknown(item, "it is not True") if _is_shallow(node.item) else f"negate({item})"
        case Arithmetic():
            return _reckoned(node, text)
        case Call():
            return _called(node, names, text)
        case _:
            assert_never(node)


def _compared(node: Compare, text: Text) -> str:
    """With a constant on one side, as it nearly always is, no call is needed."""
    left, right = text(node.left), text(node.right)
    equality = node.op in ("=", "!=")
    if isinstance(node.right, Literal) and _is_shallow(node.left) and _is_given(node.right):
        if equality and isinstance(node.right.value, str):
            return _unless_unknown(left, f"it {'==' if node.op == '=' else '!='} {right}")
        if not equality:
            return _unless_unknown(left, f"it is not None and it {node.op} {right}")
    if isinstance(node.left, Literal) and _is_shallow(node.right) and _is_given(node.left) and not equality:
        return _unless_unknown(right, f"it is not None and {left} {node.op} it")
    return _ORDER[node.op].format(left, right)


def _joined(node: And | Or, text: Text) -> str:
    function = "conj" if isinstance(node, And) else "disj"
    if not node.items:
        return repr(isinstance(node, And))
    return f"{function}({text(node.items[0])}{''.join(f', lambda: {text(one)}' for one in node.items[1:])})"


def _within(node: Within, text: Text) -> str:
    value = text(node.value)
    if node.low is None and node.high is None:
        return f"unequal({value}, None)"
    if node.low is None and node.high is not None:
        return _ORDER["<=" if node.high_closed else "<"].format(value, text(node.high))
    if node.high is None and node.low is not None:
        return _ORDER[">=" if node.low_closed else ">"].format(value, text(node.low))
    ends = ("[" if node.low_closed else "(") + ("]" if node.high_closed else ")")
    low, high = (text(bound) for bound in (node.low, node.high) if bound is not None)
    return f"within({value}, {low}, {high}, {ends!r})"


def _reckoned(node: Arithmetic, text: Text) -> str:
    first, links = spine(node)
    parts = [text(first)]
    for link in links:
        step: str = link.op
        if link.left.kind.name == "date":
            step = "later by" if link.op == "+" else "earlier by"
        parts += [repr(step), text(link.right)]
    return f"reckon({', '.join(parts)})"


def _called(node: Call, names: Names, text: Text) -> str:
    arguments = [text(one) for one in node.arguments]
    if node.function == "working_days_after":
        arguments.append("sheet.calendar")
    first, rest = node.arguments[0], node.arguments[1:]
    if _is_shallow(first) and all(map(_is_given, rest)):
        call = f"{names.local('fn', node.function)}({', '.join(['it', *arguments[1:]])})"
        return f"(it if (it := {arguments[0]}).__class__ is Unknown or it is None else {call})"
    return f"apply({', '.join([names.local('fn', node.function), *arguments])})"
