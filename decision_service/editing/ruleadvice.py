"""Advice on rules: what is said twice, at length, or in a roundabout way."""

import re
from collections.abc import Iterator

from decision_service.editing.advice import Advice, Found, Written, both
from decision_service.editing.edits import Edit
from decision_service.language.tree import Compare, Expression, FieldOf, Literal, Not, children
from decision_service.policy.parts import Bilingual
from decision_service.policy.shape import Rule
from decision_service.source import Span

MOST_DEPTH = 6
MOST_CHARACTERS = 240
"""What a reader takes in at once: parts within parts, and characters, of one expression."""

_UNCLEAR = re.compile(
    r"[a-z]|(tmp|temp|foo|bar|baz|flag|data|value|val|test|var|thing|stuff|x|name)\d*|[a-z]+\d{2,}|[a-z]\d+"
)
_POSITIVE = {"=": "!=", "!=": "=", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}


def expressions(written: Written) -> Iterator[Expression]:
    """The expressions that the file itself writes for rules, names and results, each once."""
    policy = written.policy
    found: list[Expression] = [let.value for let in policy.lets]
    for rule in policy.rules:
        found += [rule.must, *(one.when for one in rule.alternatives if one.when is not None)]
    for result in policy.results:
        found += [result.value, *([result.when] if result.when is not None else [])]
    found += [item.amount for item in policy.items]
    for node in found:
        if node.span is not None and node.span.source.name == written.source.name:
            yield node


def nodes_in(expression: Expression) -> Iterator[Expression]:
    """The expression and everything in it."""
    yield expression
    for child in children(expression):
        yield from nodes_in(child)


def _twice(written: Written) -> Iterator[Found]:
    seen: dict[object, Rule] = {}
    for rule in written.policy.rules:
        entry = written.entry("rules", rule.id)
        key = (rule.must, rule.item, tuple((one.outcome, one.code, one.when) for one in rule.alternatives))
        first = seen.setdefault(repr(key), rule)
        if entry is not None and first is not rule:
            yield Found(
                both(
                    f"规则 {rule.id} 与规则 {first.id} 的条件和结果相同",
                    f"rule {rule.id} is the same as rule {first.id}",
                ),
                entry[0].span,
                both("删去其中一条，依据并在一起", "leave one of them out, and cite both legal bases"),
            )


def _depth(node: Expression) -> int:
    return 1 + max((_depth(child) for child in children(node)), default=0)


def _hard(written: Written) -> Iterator[Found]:
    for node in expressions(written):
        span = node.span
        if span is not None and (_depth(node) > MOST_DEPTH or span.end - span.start > MOST_CHARACTERS):
            yield Found(
                both("这个算式太长或者套得太深，读不懂", "this expression is too long, or too deep, to be read"),
                span,
                both("用 let 给其中几部分起名字", "name parts of it under `let`"),
            )


def _unclear(written: Written) -> Iterator[Found]:
    for part in ("let", "parameters", "tables", "form", "result"):
        for key, _ in written.entries(part):
            if _UNCLEAR.fullmatch(key.text):
                yield Found(
                    both(f"`{key.text}` 看不出是什么", f"`{key.text}` does not say what it is"),
                    key.span,
                    both("用英文词写明含义，如 paid_months", "use words that say it, such as paid_months"),
                )


def _roundabout(written: Written) -> Iterator[Found]:
    for node in [one for whole in expressions(written) for one in nodes_in(whole)]:
        match node:
            case Compare(op="=" | "!=", left=left, right=Literal(value=bool() as value)) if left.kind.name == "boolean":
                plain = (node.op == "=") == value
                yield from _shorter(node, left, "" if plain else "not ")
            case Not(item=Compare() as inner) if not (inner.left.kind.nullable or inner.right.kind.nullable):
                yield from _turned(node, inner)
            case _:
                pass


def _shorter(node: Compare, left: Expression, before: str) -> Iterator[Found]:
    if node.span is None or left.span is None or left.kind.nullable:
        return
    simple = re.fullmatch(r"[\w.]+", left.span.text) is not None
    text = before + left.span.text
    yield Found(
        both("和 true、false 比较是多余的", "comparing with true or false says nothing more"),
        node.span,
        both(f"写 `{text}`", f"write `{text}`"),
        (Edit(node.span.start, node.span.end, text),) if simple and _on_one_line(node.span) else (),
    )


def _turned(node: Not, inner: Compare) -> Iterator[Found]:
    left, right = inner.left.span, inner.right.span
    if node.span is None or left is None or right is None or isinstance(inner.left, FieldOf):
        return
    text = f"{left.text} {_POSITIVE[inner.op]} {right.text}"
    whole = inner.span is not None and node.span.text.replace(" ", "") in (
        f"not({inner.span.text})".replace(" ", ""),
        f"非({inner.span.text})".replace(" ", ""),
    )
    yield Found(
        both("否定一个比较，不如直接写相反的比较", "the opposite comparison is plainer than `not` with one"),
        node.span,
        both(f"写 `{text}`", f"write `{text}`"),
        (Edit(node.span.start, node.span.end, text),) if whole and _on_one_line(node.span) else (),
    )


def _on_one_line(span: Span) -> bool:
    return "\n" not in span.text


_ONCE = both("同一件事只写一次，改的时候才不会漏", "what is said once is changed once")
_READ: Bilingual = both(
    "规则要让不写程序的人读懂、复核（RQ-A7）", "rules are read and reviewed by people who do not program (RQ-A7)"
)

ADVICE = (
    Advice("L301", both("重复的规则", "a rule said twice"), _ONCE, _twice),
    Advice("L302", both("难读的算式", "an expression that is hard to read"), _READ, _hard),
    Advice("L303", both("不明白的名称", "an unclear name"), _READ, _unclear),
    Advice("L304", both("绕弯的写法", "a roundabout condition"), _READ, _roundabout, fixes=True),
)
