"""What a place in an expression calls for, and the problems told where it does not get it."""

from decision_service.language.kinds import WORDS, family
from decision_service.language.tree import Expression
from decision_service.source import Problem, Span, nearest
from verifiers.kinds import Kind


class WrongExpressionError(Exception):
    """The expression, or a part of it, cannot be typed."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.en)
        self.problem = problem


def demand(tree: Expression, wanted: Kind, span: Span) -> None:
    """Raises WrongExpressionError unless the tree's kind fits what its place calls for."""
    fits = tree.kind.name == wanted.name or family(tree.kind) == family(wanted)
    if not fits:
        raise WrongExpressionError(kind_problem(wanted.name, tree.kind, span))
    if tree.kind.nullable and not wanted.nullable:
        raise WrongExpressionError(null_problem(span))


def demand_list(tree: Expression, span: Span) -> Kind:
    """The kind of the elements; raises WrongExpressionError unless the tree is a list that is never null."""
    if tree.kind.name != "list" or tree.kind.item is None:
        raise WrongExpressionError(kind_problem("list", tree.kind, span))
    if tree.kind.nullable:
        raise WrongExpressionError(null_problem(span))
    return tree.kind.item


def _words(name: str) -> tuple[str, str]:
    return WORDS.get(name, (name, name))


_EXAMPLES: dict[str, tuple[str, str]] = {
    "boolean": ("写成比较，如 x >= 80、x = y", "write a comparison such as x >= 80 or x = y"),
    "number": ("数不加引号，如 80", "a number has no quotes: 80"),
    "whole": ("整数不加引号，如 80", "a whole number has no quotes: 80"),
    "text": ('文字放进双引号，如 "normal"', 'a text stands in double quotes: "normal"'),
    "date": ("如 as_of、2026-03-16 或日期字段", "such as as_of, 2026-03-16 or a field that holds a date"),
    "month": ("如 2026-03、month_after(as_of)", "such as 2026-03 or month_after(as_of)"),
    "period": ("如 days(3)、months(1)、years(2)", "such as days(3), months(1) or years(2)"),
    "region": ("用区划代码字段，如 city、population.hukou_code", "use a field with a division code: city"),
    "citizen_id": ("用身份号码字段，如 id_no", "use a field that holds a citizen ID: id_no"),
    "list": ('单个值用 =；几个值写作 in ("a", "b")', 'use = for one value, in ("a", "b") for several'),
}
"""What fits where a kind is called for."""


def kind_problem(wanted: str, found: Kind, span: Span) -> Problem:
    """The problem that another kind is called for."""
    want, have = _words(wanted), _words(found.name)
    return Problem(
        "wrong_kind",
        f"这里应为{want[0]}，却是{have[0]}",
        f"{want[1]} is needed here, this is {have[1]}",
        span,
        *_EXAMPLES.get(wanted, (f"换成{want[0]}", f"put {want[1]} here")),
    )


def null_problem(span: Span) -> Problem:
    """The problem that a value may be null where that is not settled."""
    return Problem(
        "null_not_handled",
        f"`{span.text}` 可能为空",
        f"`{span.text}` may be null",
        span,
        "先排除空值：`x != null and …`、`x = null or …` 或 `if x = null then … else …`",
        "rule null out first: `x != null and …`, `x = null or …`, or `if x = null then … else …`",
    )


def order_problem(found: Kind, span: Span) -> Problem:
    """The problem that values without an order are compared by `<` and the like."""
    zh, en = _words(found.name)
    return Problem(
        "wrong_kind",
        f"{zh}没有大小先后",
        f"{en} has no order",
        span,
        "只有数、日期和年月可以比较大小；相等写作 =，属于写作 in",
        "only numbers, days and months have one; use = for equality and `in` for membership",
    )


def no_such_day(span: Span) -> Problem:
    """The problem that a day is written that no calendar has."""
    return Problem(
        "no_such_date",
        f"没有 {span.text} 这一天",
        f"there is no day {span.text}",
        span,
        "写作 2026-03-01，月份和日子都要存在",
        "write 2026-03-01, a month and a day that exist",
    )


def no_such_month(span: Span) -> Problem:
    """The problem that a month is written that no calendar has."""
    return Problem(
        "no_such_date",
        f"没有 {span.text} 这个月",
        f"there is no month {span.text}",
        span,
        "月份从 01 到 12，如 2026-03",
        "months are 01 to 12, such as 2026-03",
    )


def no_such_value(value: str, values: tuple[str, ...], span: Span) -> Problem:
    """The problem that a closed set of texts never takes this value."""
    meant = nearest(value, values)
    listed = "、".join(values), ", ".join(values)
    hint = (
        (f'是否想写 "{meant}"？', f'did you mean "{meant}"?')
        if meant
        else (f"可取：{listed[0]}", f"it can be {listed[1]}")
    )
    return Problem("unknown_value", f'不会取值 "{value}"', f'it is never "{value}"', span, *hint)
