"""Typing arithmetic and functions: numbers, days and periods, and the arguments that each function takes."""

from decimal import Decimal
from typing import cast

from lark import Token

from decision_service.language import kinds
from decision_service.language.demands import WrongExpressionError, kind_problem, no_such_month, null_problem
from decision_service.language.functions import SIGNATURES, Signature
from decision_service.language.kinds import DATE, DECIMAL, WHOLE, combined, family, is_month, plain
from decision_service.language.parse import Syntax
from decision_service.language.tree import Arithmetic, Call, Expression, Literal, Operator
from decision_service.language.typed import Handler, Sure, Typer, trees
from decision_service.source import Problem
from verifiers.kinds import Kind


def _negative_of(typer: Typer, node: Syntax, sure: Sure) -> Expression:
    inner = trees(node)[0]
    value = typer.operand(inner, sure, ("number",))
    if isinstance(value, Literal):
        return Literal(-cast("Decimal", value.value), value.kind, typer.span(node))
    return Arithmetic("-", Literal(0, WHOLE), value, plain(value.kind), typer.span(node))


def _additive(typer: Typer, node: Syntax, sure: Sure) -> Expression:
    first, *rest = node.children
    total = typer.operand(cast("Syntax", first), sure, ("number", "date"))
    for operator, part in zip(rest[::2], rest[1::2], strict=True):
        op = cast("Operator", str(operator))
        dated = total.kind.name == "date"
        right = typer.operand(cast("Syntax", part), sure, ("period",) if dated else ("number",))
        kind = DATE if dated else _sum_kind(total.kind, right.kind)
        total = Arithmetic(op, total, right, kind, typer.span(node))
    return total


def _multiplicative(typer: Typer, node: Syntax, sure: Sure) -> Expression:
    first, *rest = node.children
    product = typer.operand(cast("Syntax", first), sure, ("number",))
    for operator, part in zip(rest[::2], rest[1::2], strict=True):
        op = cast("Operator", str(operator))
        right = typer.operand(cast("Syntax", part), sure, ("number",))
        if op == "/" and not (isinstance(right, Literal) and right.value):
            raise WrongExpressionError(
                Problem(
                    "divisor",
                    "除数必须是不为零的常数",
                    "a divisor must be a constant other than zero",
                    typer.span(cast("Syntax", part)),
                    "除以变量的比较改写成乘法：`a / b >= 2` 写作 `a >= 2 * b`",
                    "write a comparison as a product: `a >= 2 * b` instead of `a / b >= 2`",
                )
            )
        product = Arithmetic(op, product, right, _product_kind(op, product.kind, right.kind), typer.span(node))
    return product


def _call(typer: Typer, node: Syntax, sure: Sure) -> Expression:
    name = cast("Token", node.children[0])
    signature = SIGNATURES.get(str(name))
    if signature is None:
        raise WrongExpressionError(typer.vocabulary.unknown_function(str(name), typer.span(name)))
    syntaxes = trees(node)
    _count(typer, str(name), signature, syntaxes, node)
    wanted = signature.parameters + signature.parameters[-1:] * (len(syntaxes) - len(signature.parameters))
    arguments = tuple(_argument(typer, part, sure, want) for part, want in zip(syntaxes, wanted, strict=True))
    if signature.result == "same":
        kind = arguments[0].kind
        for argument in arguments[1:]:
            kind = combined(kind, argument.kind) or kind
        kind = plain(kind)
    else:
        kind = Kind(signature.result)
    return Call(str(name), arguments, kind, typer.span(node))


def _count(typer: Typer, name: str, signature: Signature, syntaxes: list[Syntax], node: Syntax) -> None:
    least = len(signature.parameters)
    if len(syntaxes) < least or (len(syntaxes) > least and not signature.variadic):
        raise WrongExpressionError(
            Problem(
                "argument_count",
                f"函数 `{name}` 需要{least}个参数，写了{len(syntaxes)}个",
                f"`{name}` takes {least} arguments, not {len(syntaxes)}",
                typer.span(node),
                signature.zh,
                signature.en,
            )
        )


def _argument(typer: Typer, node: Syntax, sure: Sure, wanted: str) -> Expression:
    tree = typer.typed(node, sure)
    exact = wanted in ("citizen_id", "disability_certificate", "region", "month", "whole")
    text_literal = isinstance(tree, Literal) and wanted in ("region", "month") and tree.kind.name == "text"
    if text_literal and wanted == "month" and not is_month(str(cast("Literal", tree).value)):
        raise WrongExpressionError(no_such_month(typer.span(node)))
    fits = tree.kind.name == wanted or text_literal if exact else family(tree.kind) == family(Kind(wanted))
    if not fits and not (wanted == "number" and family(tree.kind) == "number"):
        raise WrongExpressionError(kind_problem(wanted, tree.kind, typer.span(node)))
    if tree.kind.nullable:
        raise WrongExpressionError(null_problem(typer.span(node)))
    return tree


def _sum_kind(left: Kind, right: Kind) -> Kind:
    names = {left.name, right.name}
    return kinds.MONEY if "money" in names else DECIMAL if "decimal" in names else WHOLE


def _product_kind(op: str, left: Kind, right: Kind) -> Kind:
    if "money" in (left.name, right.name):
        return kinds.MONEY
    return DECIMAL if op == "/" or "decimal" in (left.name, right.name) else WHOLE


ARITHMETIC: dict[str, Handler] = {
    "negative_of": _negative_of,
    "additive": _additive,
    "multiplicative": _multiplicative,
    "call": _call,
}
"""By the name of the syntax (grammar.lark)."""
