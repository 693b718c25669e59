"""Typing names and constants: what a word in an expression stands for."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import cast

from lark import Token, Tree

from decision_service.language.demands import WrongExpressionError, no_such_day, no_such_month
from decision_service.language.kinds import BOOLEAN, DATE, DECIMAL, MONTH, NULL, WHOLE, is_month, plain
from decision_service.language.nullness import path
from decision_service.language.parse import Syntax
from decision_service.language.tree import AsOf, Expression, FactRef, FieldOf, FormRef, LetRef, Literal, Lookup, VarRef
from decision_service.language.typed import Handler, Sure, Typer, trees
from decision_service.source import Problem, Span
from verifiers.kinds import Kind


def _number(typer: Typer, node: Syntax, _: Sure) -> Expression:
    text = str(node.children[0])
    number = Decimal(text)
    if "." in text:
        return Literal(number, DECIMAL, typer.span(node))
    return Literal(int(text), WHOLE, typer.span(node))


def _text(typer: Typer, node: Syntax, _: Sure) -> Expression:
    value = str(node.children[0])[1:-1]
    return Literal(value, Kind("text", values=(value,)), typer.span(node))


def _date(typer: Typer, node: Syntax, _: Sure) -> Expression:
    try:
        return Literal(date.fromisoformat(str(node.children[0])), DATE, typer.span(node))
    except ValueError:
        raise WrongExpressionError(no_such_day(typer.span(node))) from None


def _month(typer: Typer, node: Syntax, _: Sure) -> Expression:
    text, span = str(node.children[0]), typer.span(node)
    if not is_month(text):
        raise WrongExpressionError(no_such_month(span))
    return Literal(text, MONTH, span)


def _true(typer: Typer, node: Syntax, _: Sure) -> Expression:
    return Literal(True, BOOLEAN, typer.span(node))


def _false(typer: Typer, node: Syntax, _: Sure) -> Expression:
    return Literal(False, BOOLEAN, typer.span(node))


def _null(typer: Typer, node: Syntax, _: Sure) -> Expression:
    return Literal(None, NULL, typer.span(node))


def _group(typer: Typer, node: Syntax, sure: Sure) -> Expression:
    return typer.typed(trees(node)[0], sure)


def _name(typer: Typer, node: Syntax, sure: Sure) -> Expression:
    name, span, words = str(node.children[0]), typer.span(node), typer.vocabulary
    found: Expression
    if name in words.variables:
        found = VarRef(name, plain(words.variables[name]), span)
    elif name == "as_of":
        return AsOf(DATE, span)
    elif name in words.lets:
        found = LetRef(name, words.lets[name], span)
    elif name in words.form:
        found = FormRef(name, plain(words.form[name]), span)
    elif name in words.parameters:
        literal = words.parameters[name]
        return Literal(literal.value, literal.kind, span)
    elif name in words.tables:
        found = Lookup(name, words.tables[name], span)
    elif name in words.registers:
        raise WrongExpressionError(_needs_field(name, list(words.registers[name]), span))
    else:
        raise WrongExpressionError(words.unknown_name(name, span))
    return _sure(found, sure)


def _member(typer: Typer, node: Syntax, sure: Sure) -> Expression:
    owner, part = node.children
    name, words = str(part), typer.vocabulary
    if isinstance(owner, Tree) and owner.data == "name" and _is_register(typer, str(owner.children[0])):
        register = str(owner.children[0])
        if register not in words.registers:
            raise WrongExpressionError(words.unknown_register(register, typer.span(owner)))
        answers = words.registers[register]
        if name not in answers:
            span = typer.span(cast("Token", part))
            raise WrongExpressionError(words.unknown_part(register, name, list(answers), span))
        return _sure(FactRef(register, name, plain(answers[name]), typer.span(node)), sure)
    record = typer.typed(cast("Syntax", owner), sure)
    field = record.kind.field(name)
    if record.kind.name != "record" or field is None:
        names = [key for key, _ in record.kind.fields]
        whole = typer.span(cast("Syntax", owner)).text
        raise WrongExpressionError(words.unknown_part(whole, name, names, typer.span(cast("Token", part))))
    return _sure(FieldOf(record, name, plain(field), typer.span(node)), sure)


def _is_register(typer: Typer, name: str) -> bool:
    words = typer.vocabulary
    bound = {*words.variables, *words.lets, *words.form, *words.tables, *words.parameters}
    return name not in bound


def _sure(node: Expression, sure: frozenset[str]) -> Expression:
    if node.kind.nullable and path(node) in sure:
        return replace(node, kind=plain(node.kind, nullable=False))
    return node


def _needs_field(register: str, fields: list[str], span: Span) -> Problem:
    listed = "、".join(fields), ", ".join(fields)
    return Problem(
        "unknown_name",
        f"登记库 `{register}` 后面要写字段",
        f"a field must follow the register `{register}`",
        span,
        f"如 `{register}.{fields[0]}`；有：{listed[0]}",
        f"such as `{register}.{fields[0]}`; it has {listed[1]}",
    )


NAMES: dict[str, Handler] = {
    "number": _number,
    "text": _text,
    "date": _date,
    "month": _month,
    "true": _true,
    "false": _false,
    "null": _null,
    "group": _group,
    "name": _name,
    "member": _member,
}
"""By the name of the syntax (grammar.lark)."""
