"""Cells of decision tables: S-FEEL unary tests over an input, and plain output values."""

from datetime import date
from decimal import Decimal
from typing import cast

from lark import Token, Tree

from decision_service.language.demands import WrongExpressionError, demand, no_such_day, no_such_month, no_such_value
from decision_service.language.kinds import BOOLEAN, DATE, DECIMAL, MONTH, NULL, WHOLE, WORDS, family, is_month, plain
from decision_service.language.parse import Place, Syntax, parse
from decision_service.language.tree import Compare, Comparison, Expression, Literal, Not, OneOf, Or, Within
from decision_service.source import Problem, Span
from verifiers.kinds import HINTS, BadValueError, Kind, read


def test_cell(text: str, place: Place, value: Expression) -> Expression | Problem | None:
    """The condition that a cell puts on `value`; None for `-` (any value); or what is wrong with the cell."""
    syntax = parse(text, place, "cell")
    if isinstance(syntax, Problem):
        return syntax
    if syntax.data == "any_value":
        return None
    cell = _Cell(value, place)
    try:
        tests = [cell.test(child) for child in syntax.children if isinstance(child, Tree)]
    except WrongExpressionError as error:
        return error.problem
    either = _merged(value, tests, place(0, len(text)))
    return Not(either, BOOLEAN, place(0, len(text))) if syntax.data == "none_of" else either


def _merged(value: Expression, tests: list[Expression], span: Span) -> Expression:
    """Several equalities are one membership; anything else is a disjunction."""
    if len(tests) == 1:
        return tests[0]
    equal = [test.right for test in tests if isinstance(test, Compare) and test.op == "="]
    if len(equal) == len(tests):
        return OneOf(value, tuple(equal), BOOLEAN, span)
    return Or(tuple(tests), BOOLEAN, span)


class _Cell:
    def __init__(self, value: Expression, place: Place) -> None:
        self.value = value
        self.place = place

    def _span(self, node: Syntax) -> Span:
        return self.place(node.meta.start_pos, node.meta.end_pos - node.meta.start_pos)

    def test(self, node: Syntax) -> Expression:
        """One unary test."""
        inner = [child for child in node.children if isinstance(child, Tree)]
        words = [str(child) for child in node.children if isinstance(child, Token)]
        span = self._span(node)
        if node.data == "compare_cell":
            literal = self.literal(inner[0])
            self._ordered(words[0], literal, span)
            return Compare(cast("Comparison", words[0]), self.value, literal, BOOLEAN, span)
        if node.data == "interval_cell":
            low, high = self.literal(inner[0]), self.literal(inner[1])
            self._ordered("<", low, span)
            self._ordered("<", high, span)
            return Within(self.value, low, words[0] == "[", high, words[1] == "]", BOOLEAN, span)
        return Compare("=", self.value, self.literal(inner[0]), BOOLEAN, span)

    def _ordered(self, op: str, literal: Literal, span: Span) -> None:
        if op in ("=", "!="):
            return
        if family(literal.kind) not in ("number", "date") and literal.kind.name != "month":
            raise WrongExpressionError(
                Problem(
                    "wrong_kind",
                    "这里只能比较数或日期",
                    "only numbers and days have an order",
                    span,
                    '几个值写作 "a", "b"，除外写作 not("a")',
                    'several values are written "a", "b", all others not("a")',
                )
            )
        if self.value.kind.nullable:
            raise WrongExpressionError(
                Problem(
                    "null_not_handled",
                    "这一列可能为空，不能比较大小",
                    "this column may be null and has no order",
                    span,
                    "先用 let 排除空值：`if x = null then … else x`，再作这一列",
                    "rule null out under `let` first: `if x = null then … else x`, and make that the column",
                )
            )

    def literal(self, node: Syntax) -> Literal:
        """A constant of the input's kind: in a column of texts bare words and codes are texts."""
        span = self._span(node)
        text = str(node.children[0]) if node.children else ""
        literal = self._constant(str(node.data), text, span)
        if literal.kind.name == "null":
            return literal
        try:
            demand(literal, plain(self.value.kind, nullable=True), span)
        except WrongExpressionError as error:
            raise WrongExpressionError(error.problem) from None
        values = self.value.kind.values
        if values and literal.value not in values:
            raise WrongExpressionError(no_such_value(str(literal.value), values, span))
        return literal

    def _constant(self, what: str, text: str, span: Span) -> Literal:
        if what == "text":
            return Literal(text[1:-1], Kind("text"), span)
        if family(self.value.kind) == "text" and what in ("number", "code", "month"):
            return Literal(text, Kind(self.value.kind.name), span)
        match what:
            case "number" if "." in text:
                return Literal(Decimal(text), DECIMAL, span)
            case "number":
                return Literal(int(text), WHOLE, span)
            case "negative_number":
                number = text.removeprefix("-")
                return Literal(-Decimal(number) if "." in number else -int(number), WHOLE, span)
            case "true" | "false":
                return Literal(what == "true", BOOLEAN, span)
            case "null":
                return Literal(None, NULL, span)
            case "date":
                return Literal(_day(text, span), DATE, span)
            case "month" if not is_month(text):
                raise WrongExpressionError(no_such_month(span))
            case "month":
                return Literal(text, MONTH, span)
            case _:
                raise WrongExpressionError(
                    Problem(
                        "wrong_kind",
                        f"`{text}` 不是这一列的值",
                        f"`{text}` is no value of this column",
                        span,
                        f"这一列是{_kind_words(self.value.kind)[0]}",
                        f"the column is {_kind_words(self.value.kind)[1]}",
                    )
                )


def _kind_words(kind: Kind) -> tuple[str, str]:
    return WORDS.get(kind.name, (kind.name, kind.name))


def _day(text: str, span: Span) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise WrongExpressionError(no_such_day(span)) from None


_MONEY = (
    "写作 800.00：不写单位，不加千位的逗号，至多两位小数",
    "write 800.00: no unit, no comma between thousands, at most two decimals",
)


def output_cell(text: str, span: Span, kind: Kind) -> Literal | Problem:
    """The value of an output cell, read as its declared kind."""
    raw: object = text.removeprefix('"').removesuffix('"')
    if kind.name == "whole":
        digits = text.removeprefix("-")
        raw = int(text) if digits.isascii() and digits.isdigit() and len(digits) <= 15 else text
    elif kind.name == "boolean":
        raw = {"true": True, "false": False, "yes": True, "no": False}.get(text, text)
    elif text == "null" and kind.nullable:
        raw = None
    try:
        return Literal(read(kind, raw), plain(kind), span)
    except BadValueError as error:
        return Problem(
            "wrong_kind",
            f"`{text}` 不是{_kind_words(kind)[0]}",
            f"`{text}` is not {_kind_words(kind)[1]}",
            span,
            *(_MONEY if kind.name == "money" else HINTS[error.hint]),
        )
