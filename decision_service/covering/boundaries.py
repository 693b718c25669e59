"""Boundaries: wherever numbers or days are compared, a case just below, one at, and one just above."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from decision_service.language.kinds import BOOLEAN, DATE, DECIMAL, PERIOD, WHOLE, family
from decision_service.language.tree import Arithmetic, Compare, Expression, Literal, Within
from decision_service.policy.shape import Bilingual
from decision_service.source import Span
from verifiers.kinds import Period

CENT = Decimal("0.01")
"""The least step of amounts and other decimals."""


@dataclass(frozen=True, slots=True)
class Edge:
    """One side of a boundary, or the boundary itself, as a condition."""

    span: Span
    what: Bilingual
    condition: Expression


def edges(node: Expression) -> Iterator[Edge]:
    """The three goals of each boundary of a comparison; none where `node` compares neither numbers nor days, or tells
    apart two values that are no constants."""
    match node:
        case Compare() if (
            node.op not in ("=", "!=") or isinstance(node.left, Literal) or isinstance(node.right, Literal)
        ):
            if node.span is not None:
                yield from _around(node.left, node.right, node.span)
        case Within():
            for bound in (node.low, node.high):
                if bound is not None and node.span is not None:
                    yield from _around(node.value, bound, bound.span or node.span)
        case _:
            pass


def step_of(left: Expression, right: Expression) -> Literal | None:
    """The least distance of two values that are compared; None where they are neither numbers nor days."""
    families = {family(left.kind), family(right.kind)}
    if families == {"date"}:
        return Literal(Period(0, 1), PERIOD)
    if families != {"number"}:
        return None
    whole = left.kind.name == right.kind.name == "whole"
    return Literal(1, WHOLE) if whole else Literal(CENT, DECIMAL)


def _around(left: Expression, right: Expression, span: Span) -> Iterator[Edge]:
    step = step_of(left, right)
    if step is None:
        return
    value, bound = _written(left), _written(right)
    days = family(left.kind) == "date"
    zh, en = ("早一日", "a day before") if days else (f"少 {step.value}", f"{step.value} below")
    kind = DATE if days else DECIMAL
    below = Compare("=", Arithmetic("+", left, step, kind), right, BOOLEAN)
    yield Edge(span, Bilingual(f"`{value}` 比 `{bound}` {zh}", f"`{value}` is {en} `{bound}`"), below)
    at = Compare("=", left, right, BOOLEAN)
    yield Edge(span, Bilingual(f"`{value}` 正好是 `{bound}`", f"`{value}` is exactly `{bound}`"), at)
    zh, en = ("晚一日", "a day after") if days else (f"多 {step.value}", f"{step.value} above")
    above = Compare("=", left, Arithmetic("+", right, step, kind), BOOLEAN)
    yield Edge(span, Bilingual(f"`{value}` 比 `{bound}` {zh}", f"`{value}` is {en} `{bound}`"), above)


def _written(node: Expression) -> str:
    return " ".join(node.span.text.split()) if node.span is not None else "…"
