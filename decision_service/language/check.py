"""Syntax to typed tree: names resolved, kinds checked, null ruled out. Every complaint is a Problem at its place."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import cast

from lark import Token, Tree

from decision_service.language import kinds
from decision_service.language.functions import SIGNATURES, Signature
from decision_service.language.kinds import (
    BOOLEAN,
    DATE,
    DECIMAL,
    MONTH,
    NULL,
    TEXT,
    WHOLE,
    WORDS,
    combined,
    family,
    plain,
)
from decision_service.language.nullness import not_null, path
from decision_service.language.parse import Place, Syntax, parse
from decision_service.language.tree import (
    And,
    Arithmetic,
    AsOf,
    Call,
    Compare,
    Comparison,
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
    Operator,
    Or,
    Quantified,
    VarRef,
    Within,
)
from decision_service.language.vocabulary import Vocabulary
from decision_service.source import Problem, Span, nearest
from verifiers.kinds import Kind


class WrongExpressionError(Exception):
    """The expression, or a part of it, cannot be typed."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.en)
        self.problem = problem


def check(text: str, place: Place, vocabulary: Vocabulary, wanted: Kind | None = None) -> Expression | Problem:
    """The typed tree of an expression; or what is wrong. `wanted` is the kind that its place calls for."""
    syntax = parse(text, place)
    if isinstance(syntax, Problem):
        return syntax
    try:
        tree = Typer(vocabulary, place).typed(syntax, frozenset())
        if wanted is not None:
            demand(tree, wanted, place(0, len(text)))
    except WrongExpressionError as error:
        return error.problem
    return tree


def demand(tree: Expression, wanted: Kind, span: Span) -> None:
    """Raises WrongExpressionError unless the tree's kind fits what its place calls for."""
    fits = tree.kind.name == wanted.name or family(tree.kind) == family(wanted)
    if not fits:
        raise WrongExpressionError(_kind_problem(wanted.name, tree.kind, span))
    if tree.kind.nullable and not wanted.nullable:
        raise WrongExpressionError(_null_problem(span))


def _words(name: str) -> tuple[str, str]:
    return WORDS.get(name, (name, name))


def _kind_problem(wanted: str, found: Kind, span: Span) -> Problem:
    want, have = _words(wanted), _words(found.name)
    return Problem(
        "wrong_kind", f"这里应为{want[0]}，却是{have[0]}", f"{want[1]} is needed here, this is {have[1]}", span
    )


def _null_problem(span: Span) -> Problem:
    return Problem(
        "null_not_handled",
        f"`{span.text}` 可能为空",
        f"`{span.text}` may be null",
        span,
        "先排除空值：`x != null and …`、`x = null or …` 或 `if x = null then … else …`",
        "rule null out first: `x != null and …`, `x = null or …`, or `if x = null then … else …`",
    )


class Typer:
    """Types one expression. `sure` are the paths (nullness.path) that cannot be null where a part stands."""

    def __init__(self, vocabulary: Vocabulary, place: Place) -> None:
        self.vocabulary = vocabulary
        self.place = place

    def span(self, node: Syntax | Token) -> Span:
        """Where a piece of syntax stands in the file."""
        if isinstance(node, Token):
            return self.place(node.start_pos or 0, len(node))
        meta = node.meta
        if meta.empty:
            return self.place(0, 1)
        return self.place(meta.start_pos, meta.end_pos - meta.start_pos)

    def typed(self, node: Syntax, sure: frozenset[str]) -> Expression:
        """The typed tree of `node`."""
        handler = cast("Callable[[Syntax, frozenset[str]], Expression]", getattr(self, f"_{node.data}"))
        return handler(node, sure)

    def _group(self, node: Syntax, sure: frozenset[str]) -> Expression:
        return self.typed(_trees(node)[0], sure)

    def _number(self, node: Syntax, _: frozenset[str]) -> Expression:
        text = str(node.children[0])
        number = Decimal(text)
        if "." in text:
            return Literal(number, DECIMAL, self.span(node))
        return Literal(int(text), WHOLE, self.span(node))

    def _text(self, node: Syntax, _: frozenset[str]) -> Expression:
        value = str(node.children[0])[1:-1]
        return Literal(value, Kind("text", values=(value,)), self.span(node))

    def _date(self, node: Syntax, _: frozenset[str]) -> Expression:
        try:
            return Literal(date.fromisoformat(str(node.children[0])), DATE, self.span(node))
        except ValueError:
            raise WrongExpressionError(
                Problem("no_such_date", "没有这一天", "there is no such day", self.span(node))
            ) from None

    def _month(self, node: Syntax, _: frozenset[str]) -> Expression:
        return Literal(str(node.children[0]), MONTH, self.span(node))

    def _true(self, node: Syntax, _: frozenset[str]) -> Expression:
        return Literal(True, BOOLEAN, self.span(node))

    def _false(self, node: Syntax, _: frozenset[str]) -> Expression:
        return Literal(False, BOOLEAN, self.span(node))

    def _null(self, node: Syntax, _: frozenset[str]) -> Expression:
        return Literal(None, NULL, self.span(node))

    def _name(self, node: Syntax, sure: frozenset[str]) -> Expression:
        name, span, words = str(node.children[0]), self.span(node), self.vocabulary
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
            return Lookup(name, words.tables[name], span)
        elif name in words.registers:
            raise WrongExpressionError(_needs_field(name, list(words.registers[name]), span))
        else:
            raise WrongExpressionError(words.unknown_name(name, span))
        return _sure(found, sure)

    def _member(self, node: Syntax, sure: frozenset[str]) -> Expression:
        owner, part = node.children
        name, words = str(part), self.vocabulary
        if isinstance(owner, Tree) and owner.data == "name" and self._is_register(str(owner.children[0])):
            register = str(owner.children[0])
            if register not in words.registers:
                raise WrongExpressionError(words.unknown_register(register, self.span(owner)))
            answers = words.registers[register]
            if name not in answers:
                span = self.span(cast("Token", part))
                raise WrongExpressionError(words.unknown_part(register, name, list(answers), span))
            return _sure(FactRef(register, name, plain(answers[name]), self.span(node)), sure)
        record = self.typed(cast("Syntax", owner), sure)
        field = record.kind.field(name)
        if record.kind.name != "record" or field is None:
            names = [key for key, _ in record.kind.fields]
            whole = self.span(cast("Syntax", owner)).text
            raise WrongExpressionError(words.unknown_part(whole, name, names, self.span(cast("Token", part))))
        return _sure(FieldOf(record, name, plain(field), self.span(node)), sure)

    def _is_register(self, name: str) -> bool:
        words = self.vocabulary
        bound = {*words.variables, *words.lets, *words.form, *words.tables, *words.parameters}
        return name not in bound

    def _either(self, node: Syntax, sure: frozenset[str]) -> Expression:
        return Or(self._chain(node, sure, truth=False), BOOLEAN, self.span(node))

    def _both(self, node: Syntax, sure: frozenset[str]) -> Expression:
        return And(self._chain(node, sure, truth=True), BOOLEAN, self.span(node))

    def _chain(self, node: Syntax, sure: frozenset[str], *, truth: bool) -> tuple[Expression, ...]:
        parts: list[Expression] = []
        for child in _trees(node):
            parts.append(self._boolean(child, sure))
            sure |= not_null(parts[-1], truth)
        return tuple(parts)

    def _boolean(self, node: Syntax, sure: frozenset[str]) -> Expression:
        tree = self.typed(node, sure)
        demand(tree, BOOLEAN, self.span(node))
        return tree

    def _contrary(self, node: Syntax, sure: frozenset[str]) -> Expression:
        return Not(self._boolean(_trees(node)[0], sure), BOOLEAN, self.span(node))

    def _conditional(self, node: Syntax, sure: frozenset[str]) -> Expression:
        condition, then, otherwise = _trees(node)
        test = self._boolean(condition, sure)
        yes = self.typed(then, sure | not_null(test, truth=True))
        no = self.typed(otherwise, sure | not_null(test, truth=False))
        kind = combined(yes.kind, no.kind)
        if kind is None:
            raise WrongExpressionError(_kind_problem(yes.kind.name, no.kind, self.span(otherwise)))
        return If(test, yes, no, kind, self.span(node))

    def _quantified(self, node: Syntax, sure: frozenset[str]) -> Expression:
        quantifier, variable = (str(child) for child in node.children if isinstance(child, Token))
        source, condition = _trees(node)
        items = self.typed(source, sure)
        if items.kind.name != "list" or items.kind.item is None:
            raise WrongExpressionError(_kind_problem("list", items.kind, self.span(source)))
        if items.kind.nullable:
            raise WrongExpressionError(_null_problem(self.span(source)))
        inner = Typer(self.vocabulary.with_variable(variable, items.kind.item), self.place)
        test = inner._boolean(condition, sure)  # noqa: SLF001 - the same class, one more variable
        kind = cast("object", quantifier)
        return Quantified(kind, variable, items, test, BOOLEAN, self.span(node))  # type: ignore[arg-type]  # the grammar admits some and every only

    def _compare(self, node: Syntax, sure: frozenset[str]) -> Expression:
        first, operator, second = node.children
        left, right = self.typed(cast("Syntax", first), sure), self.typed(cast("Syntax", second), sure)
        op = cast("Comparison", str(operator))
        self._comparable(op, left, right, cast("Syntax", first), cast("Syntax", second))
        return Compare(op, left, right, BOOLEAN, self.span(node))

    def _comparable(self, op: str, left: Expression, right: Expression, first: Syntax, second: Syntax) -> None:
        if "null" in (left.kind.name, right.kind.name):
            self._comparable_with_null(op, left, right, first, second)
            return
        if family(left.kind) != family(right.kind):
            raise WrongExpressionError(_kind_problem(family(left.kind), right.kind, self.span(second)))
        if op in ("=", "!="):
            self._closed(left, right, first, second)
            return
        for part, syntax in ((left, first), (right, second)):
            if family(part.kind) not in ("number", "date") and part.kind.name != "month":
                raise WrongExpressionError(_kind_problem("number", part.kind, self.span(syntax)))
            if part.kind.nullable:
                raise WrongExpressionError(_null_problem(self.span(syntax)))

    def _comparable_with_null(
        self, op: str, left: Expression, right: Expression, first: Syntax, second: Syntax
    ) -> None:
        other, syntax = (right, second) if left.kind.name == "null" else (left, first)
        if op not in ("=", "!="):
            raise WrongExpressionError(_null_problem(self.span(syntax)))
        if not other.kind.nullable:
            raise WrongExpressionError(
                Problem(
                    "never_null",
                    f"`{self.span(syntax).text}` 从不为空，这个比较没有意义",
                    f"`{self.span(syntax).text}` is never null, so this says nothing",
                    self.span(syntax),
                    "删去这个条件",
                    "leave this condition out",
                )
            )

    def _closed(self, left: Expression, right: Expression, first: Syntax, second: Syntax) -> None:
        """A text compared with a closed set of texts must be able to equal it."""
        for one, other, syntax in ((left, right, second), (right, left, first)):
            if one.kind.values and isinstance(other, Literal) and isinstance(other.value, str):
                if other.value not in one.kind.values:
                    raise WrongExpressionError(_no_such_value(other.value, one.kind.values, self.span(syntax)))
                return

    def _between(self, node: Syntax, sure: frozenset[str]) -> Expression:
        value, low, high = _trees(node)
        return self._bounded(node, sure, (value, low, high), (True, True))

    def _within(self, node: Syntax, sure: frozenset[str]) -> Expression:
        value, interval = _trees(node)
        low, high = _trees(interval)
        opening, closing = (str(child) for child in interval.children if isinstance(child, Token))
        return self._bounded(node, sure, (value, low, high), (opening == "[", closing == "]"))

    def _bounded(
        self, node: Syntax, sure: frozenset[str], parts: tuple[Syntax, Syntax, Syntax], closed: tuple[bool, bool]
    ) -> Expression:
        value, low, high = (self.typed(part, sure) for part in parts)
        self._comparable("<", value, low, parts[0], parts[1])
        self._comparable("<", value, high, parts[0], parts[2])
        return Within(value, low, closed[0], high, closed[1], BOOLEAN, self.span(node))

    def _one_of(self, node: Syntax, sure: frozenset[str]) -> Expression:
        first, *rest = _trees(node)
        value, options = self.typed(first, sure), [self.typed(part, sure) for part in rest]
        for option, syntax in zip(options, rest, strict=True):
            self._comparable("=", value, option, first, syntax)
        return OneOf(value, tuple(options), BOOLEAN, self.span(node))

    def _contains(self, node: Syntax, sure: frozenset[str]) -> Expression:
        first, second = _trees(node)
        value, items = self.typed(first, sure), self.typed(second, sure)
        if items.kind.name != "list" or items.kind.item is None:
            raise WrongExpressionError(_kind_problem("list", items.kind, self.span(second)))
        if items.kind.nullable:
            raise WrongExpressionError(_null_problem(self.span(second)))
        if family(value.kind) != family(items.kind.item):
            raise WrongExpressionError(_kind_problem(family(items.kind.item), value.kind, self.span(first)))
        values = items.kind.item.values
        if values and isinstance(value, Literal) and value.value not in values:
            raise WrongExpressionError(_no_such_value(str(value.value), values, self.span(first)))
        return Contains(value, items, BOOLEAN, self.span(node))

    def _negative_of(self, node: Syntax, sure: frozenset[str]) -> Expression:
        inner = _trees(node)[0]
        value = self._operand(inner, sure, ("number",))
        if isinstance(value, Literal):
            return Literal(-cast("Decimal", value.value), value.kind, self.span(node))
        return Arithmetic("-", Literal(0, WHOLE), value, plain(value.kind), self.span(node))

    def _operand(self, node: Syntax, sure: frozenset[str], families: tuple[str, ...]) -> Expression:
        tree = self.typed(node, sure)
        if family(tree.kind) not in families:
            raise WrongExpressionError(_kind_problem(families[0], tree.kind, self.span(node)))
        if tree.kind.nullable:
            raise WrongExpressionError(_null_problem(self.span(node)))
        return tree

    def _additive(self, node: Syntax, sure: frozenset[str]) -> Expression:
        first, *rest = node.children
        total = self._operand(cast("Syntax", first), sure, ("number", "date"))
        for operator, part in zip(rest[::2], rest[1::2], strict=True):
            op = cast("Operator", str(operator))
            dated = total.kind.name == "date"
            right = self._operand(cast("Syntax", part), sure, ("period",) if dated else ("number",))
            kind = DATE if dated else _sum_kind(total.kind, right.kind)
            total = Arithmetic(op, total, right, kind, self.span(node))
        return total

    def _multiplicative(self, node: Syntax, sure: frozenset[str]) -> Expression:
        first, *rest = node.children
        product = self._operand(cast("Syntax", first), sure, ("number",))
        for operator, part in zip(rest[::2], rest[1::2], strict=True):
            op = cast("Operator", str(operator))
            right = self._operand(cast("Syntax", part), sure, ("number",))
            if op == "/" and not (isinstance(right, Literal) and right.value):
                raise WrongExpressionError(
                    Problem(
                        "divisor",
                        "除数必须是不为零的常数",
                        "a divisor must be a constant other than zero",
                        self.span(cast("Syntax", part)),
                    )
                )
            product = Arithmetic(op, product, right, _product_kind(op, product.kind, right.kind), self.span(node))
        return product

    def _call(self, node: Syntax, sure: frozenset[str]) -> Expression:
        name = cast("Token", node.children[0])
        signature = SIGNATURES.get(str(name))
        if signature is None:
            raise WrongExpressionError(self.vocabulary.unknown_function(str(name), self.span(name)))
        syntaxes = _trees(node)
        self._count(str(name), signature, syntaxes, node)
        wanted = signature.parameters + signature.parameters[-1:] * (len(syntaxes) - len(signature.parameters))
        arguments = tuple(self._argument(part, sure, want) for part, want in zip(syntaxes, wanted, strict=True))
        if signature.result == "same":
            kind = arguments[0].kind
            for argument in arguments[1:]:
                kind = combined(kind, argument.kind) or kind
            kind = plain(kind)
        else:
            kind = Kind(signature.result)
        return Call(str(name), arguments, kind, self.span(node))

    def _count(self, name: str, signature: Signature, syntaxes: list[Syntax], node: Syntax) -> None:
        least = len(signature.parameters)
        if len(syntaxes) < least or (len(syntaxes) > least and not signature.variadic):
            raise WrongExpressionError(
                Problem(
                    "argument_count",
                    f"函数 `{name}` 需要{least}个参数，写了{len(syntaxes)}个",
                    f"`{name}` takes {least} arguments, {len(syntaxes)} are given",
                    self.span(node),
                    signature.zh,
                    signature.en,
                )
            )

    def _argument(self, node: Syntax, sure: frozenset[str], wanted: str) -> Expression:
        tree = self.typed(node, sure)
        exact = wanted in ("citizen_id", "disability_certificate", "region", "month", "whole")
        text_literal = isinstance(tree, Literal) and wanted in ("region", "month") and tree.kind.name == "text"
        fits = tree.kind.name == wanted or text_literal if exact else family(tree.kind) == family(Kind(wanted))
        if not fits and not (wanted == "number" and family(tree.kind) == "number"):
            raise WrongExpressionError(_kind_problem(wanted, tree.kind, self.span(node)))
        if tree.kind.nullable:
            raise WrongExpressionError(_null_problem(self.span(node)))
        return tree


def _trees(node: Syntax) -> list[Syntax]:
    return [child for child in node.children if isinstance(child, Tree)]


def _sure(node: FormRef | FactRef | LetRef | VarRef | FieldOf, sure: frozenset[str]) -> Expression:
    if node.kind.nullable and path(node) in sure:
        from dataclasses import replace

        return replace(node, kind=plain(node.kind, nullable=False))
    return node


def _sum_kind(left: Kind, right: Kind) -> Kind:
    names = {left.name, right.name}
    return kinds.MONEY if "money" in names else DECIMAL if "decimal" in names else WHOLE


def _product_kind(op: str, left: Kind, right: Kind) -> Kind:
    if "money" in (left.name, right.name):
        return kinds.MONEY
    return DECIMAL if op == "/" or "decimal" in (left.name, right.name) else WHOLE


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


def _no_such_value(value: str, values: tuple[str, ...], span: Span) -> Problem:
    meant = nearest(value, values)
    listed = "、".join(values), ", ".join(values)
    hint = (
        (f'是否想写 "{meant}"？', f'did you mean "{meant}"?')
        if meant
        else (f"可取：{listed[0]}", f"it can be {listed[1]}")
    )
    return Problem("unknown_value", f'不会取值 "{value}"', f'it is never "{value}"', span, *hint)
