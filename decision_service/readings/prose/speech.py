"""Expressions as sentences, in Chinese and English: what the published guide says a condition is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Literal as OneOfText
from typing import TypeAlias, assert_never

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
)
from decision_service.policy.shape import Policy
from decision_service.readings.prose.functions import ARITHMETIC, CONTRARY, DAY, NUMBER, PHRASES
from verifiers.kinds import Period, Value

Lang: TypeAlias = OneOfText["zh", "en"]
_Compound: TypeAlias = Not | Compare | And | Or | OneOf | Within | Contains | Quantified | If


def say(expression: Expression, policy: Policy, lang: Lang) -> str:
    """`expression` as a sentence, or, where it is no condition, as the name of a value. Names under `let` and tables
    are named, not spelt out: the guide defines each once."""
    speech = _Speech(policy, 0 if lang == "zh" else 1)
    return speech.condition(expression) if expression.kind.name == "boolean" else speech.value(expression)


@dataclass(frozen=True, slots=True)
class _Speech:
    policy: Policy
    lang: int
    bound: Mapping[str, FactRef | FormRef] = field(default_factory=dict)
    """The lists of the variables around, where a register or the form states them."""

    def both(self, zh: str, en: str) -> str:
        return (zh, en)[self.lang]

    def condition(self, node: Expression, holds: bool = True) -> str:
        """The sentence that `node` is true, or (`holds` false) that it is not."""
        match node:
            case Not() | Compare() | And() | Or() | OneOf() | Within() | Contains() | Quantified() | If():
                return self._compound(node, holds)
            case Literal():
                true = (node.value is True) == holds
                return self.both("总是成立" if true else "从不成立", "always" if true else "never")
            case LetRef():
                name = self.value(node)
                zh = f"{name}{'成立' if holds else '不成立'}"
                return self.both(zh, f"{name} {'holds' if holds else 'does not hold'}")
            case Call():
                return self._contrary(self.value(node), holds)
            case AsOf() | FormRef() | FactRef() | VarRef() | FieldOf() | Arithmetic() | Lookup():
                name = self.value(node)
                return self.both(f"{name}为{'是' if holds else '否'}", f"{name} is {'yes' if holds else 'no'}")
            case _:
                assert_never(node)

    def _compound(self, node: _Compound, holds: bool) -> str:
        match node:
            case Not():
                return self.condition(node.item, not holds)
            case Compare():
                return self._compare(node, holds)
            case And():
                return self._joined(node.items, "，且", ", and ", holds)
            case Or():
                return self._joined(node.items, "，或者", ", or ", holds)
            case OneOf():
                return self._one_of(node, holds)
            case Within():
                return self._within(node, holds)
            case Contains():
                item, items = self.value(node.value), self.value(node.items)
                zh = f"{items}中{'有' if holds else '没有'}{item}"
                return self.both(zh, f"{items} {'contains' if holds else 'does not contain'} {item}")
            case Quantified():
                return self._contrary(self._quantified(node), holds)
            case If():
                return self._contrary(self._if(node), holds)
            case _:
                assert_never(node)

    def value(self, node: Expression) -> str:
        """What `node` is, as a noun."""
        match node:
            case Literal():
                return self.constant(node.value)
            case AsOf():
                return self.both("决定之日", "the day of the decision")
            case FormRef():
                label = self.policy.field(node.field_name).label
                return self.both(f"“{label.zh}”", f"“{label.en}”")
            case FactRef():
                return self._fact(node)
            case LetRef():
                return self.both(f"「{node.name}」", f"[{node.name}]")
            case VarRef():
                return node.name
            case FieldOf() | Arithmetic() | Call() | Lookup():
                return self._made(node)
            case If():
                return self._if(node)
            case Compare() | And() | Or() | Not() | OneOf() | Within() | Contains() | Quantified():
                return self.both(f"“{self.condition(node)}”是否成立", f"whether {self.condition(node)}")
            case _:
                assert_never(node)

    def _fact(self, node: FactRef) -> str:
        register, called = self.policy.asks[node.register].register, self._called(node)
        if called is None:
            return self.both(f"{register.zh}的 {node.field_name}", f"{node.field_name} of {register.en}")
        return self.both(f"{register.zh}的“{called[0]}”", f"“{called[1]}” of {register.en}")

    def _called(self, node: FactRef | FieldOf, value: str = "") -> tuple[str, str] | None:
        """What a register's fact, or a field of an element of a list, or a value of either is called."""
        if isinstance(node, FactRef):
            return self._words(node).get(f"{node.field_name}{value}")
        items = self.bound.get(node.record.name) if isinstance(node.record, VarRef) else None
        return None if items is None else self._words(items).get(f"{items.field_name}[].{node.field_name}{value}")

    def _words(self, node: FactRef | FormRef) -> Mapping[str, tuple[str, str]]:
        if isinstance(node, FormRef):
            return self.policy.field(node.field_name).called
        return self.policy.asks[node.register].register.called

    def _made(self, node: FieldOf | Arithmetic | Call | Lookup) -> str:
        """A value that is taken or worked out from others."""
        match node:
            case FieldOf():
                record = self._table(node.record) if isinstance(node.record, Lookup) else self.value(node.record)
                called = self._called(node)
                if called is None:
                    return self.both(f"{record}的 {node.field_name}", f"{node.field_name} of {record}")
                return self.both(f"{record}的“{called[0]}”", f"“{called[1]}” of {record}")
            case Arithmetic():
                zh, en = ARITHMETIC[node.op]
                left, right = self._operand(node.left), self._operand(node.right)
                return self.both(f"{left}{zh}{right}", f"{left} {en} {right}")
            case Call():
                arguments = [self._operand(one) for one in node.arguments]
                together = self.both("、", ", ").join(arguments)
                return PHRASES[node.function][self.lang].format(*arguments, all=together)
            case Lookup():
                return self.both(f"{self._table(node)}给出的值", f"the value of {self._table(node)}")
            case _:
                assert_never(node)

    def constant(self, value: Value, about: Expression | None = None) -> str:
        """A constant; where it is a choice of a form field, by the label of that choice."""
        if isinstance(about, FormRef) and isinstance(value, str):
            label = self.policy.field(about.field_name).values.get(value)
            if label is not None:
                return self.both(f"“{label.zh}”", f"“{label.en}”")
        called = self._called(about, f"={value}") if isinstance(about, FactRef | FieldOf) else None
        if called is not None:
            return self.both(f"“{called[0]}”", f"“{called[1]}”")
        match value:
            case None:
                return self.both("空", "nothing")
            case bool():
                return self.both("是" if value else "否", "yes" if value else "no")
            case date():
                return self.both(f"{value.year}年{value.month}月{value.day}日", value.isoformat())
            case Period():
                return self._period(value)
            case int():
                return str(value)
            case Decimal():
                return format(value, "f")
            case str():
                return f"“{value}”"
            case tuple():
                return self.both("、", ", ").join(self.constant(one) for one in value)
            case _:
                return self.both("一组值", "a record")

    def _table(self, node: Lookup) -> str:
        label = self.policy.tables[node.table].label
        zh, en = (node.table, node.table) if label is None else (label.zh, label.en)
        return self.both(f"表“{zh}”", f"the table “{en}”")

    def _period(self, value: Period) -> str:
        zh = [f"{value.months}个月"] if value.months else []
        zh += [f"{value.days}日"] if value.days or not value.months else []
        en = [f"{value.months} months"] if value.months else []
        en += [f"{value.days} days"] if value.days or not value.months else []
        return self.both("零".join(zh), " and ".join(en))

    def _against(self, node: Expression, about: Expression) -> str:
        return self.constant(node.value, about) if isinstance(node, Literal) else self.value(node)

    def _compare(self, node: Compare, holds: bool) -> str:
        op = node.op if holds else CONTRARY[node.op]
        for side, other in ((node.right, node.left), (node.left, node.right)):
            if isinstance(side, Literal) and side.value is None:
                return self._given(other, given=op == "!=")
        words = DAY if {node.left.kind.name, node.right.kind.name} & {"date", "month"} else NUMBER
        verb = words[op][self.lang]
        left, right = self._against(node.left, node.right), self._against(node.right, node.left)
        return self.both(f"{left}{verb}{right}", f"{left} {verb} {right}")

    def _given(self, node: Expression, *, given: bool) -> str:
        name = self.value(node)
        if isinstance(node, FormRef):
            return self.both(
                f"{'填写了' if given else '没有填写'}{name}", f"{name} is {'filled in' if given else 'left blank'}"
            )
        return self.both(f"{'有' if given else '没有'}{name}", f"there is {'a' if given else 'no'} {name}")

    def _joined(self, items: Sequence[Expression], zh: str, en: str, holds: bool) -> str:
        parts = [self._part(item) for item in items]
        return self._contrary(self.both(zh, en).join(parts), holds)

    def _part(self, node: Expression) -> str:
        said = self.condition(node)
        compound = isinstance(node, And | Or | If | Quantified)
        return self.both(f"（{said}）", f"({said})") if compound else said

    def _contrary(self, said: str, holds: bool) -> str:
        return said if holds else self.both(f"并非（{said}）", f"it is not so that ({said})")

    def _one_of(self, node: OneOf, holds: bool) -> str:
        options = [self._against(one, node.value) for one in node.options]
        value = self.value(node.value)
        zh = f"{value}{'是' if holds else '不是'}{'、'.join(options)}{'之一' if len(options) > 1 else ''}"
        one_of = "one of " if len(options) > 1 else ""
        return self.both(zh, f"{value} is {'' if holds else 'not '}{one_of}{', '.join(options)}")

    def _within(self, node: Within, holds: bool) -> str:
        zh, en = [], []
        if node.low is not None:
            low = self.value(node.low)
            zh.append(f"不小于{low}" if node.low_closed else f"大于{low}")
            en.append(f"at least {low}" if node.low_closed else f"more than {low}")
        if node.high is not None:
            high = self.value(node.high)
            zh.append(f"不大于{high}" if node.high_closed else f"小于{high}")
            en.append(f"at most {high}" if node.high_closed else f"less than {high}")
        value = self.value(node.value)
        said = self.both(f"{value}{'且'.join(zh)}", f"{value} is {' and '.join(en)}")
        return self._contrary(said, holds)

    def _quantified(self, node: Quantified) -> str:
        items, name = self.value(node.items), node.variable
        inside = self
        if isinstance(node.items, FactRef | FormRef):
            inside = replace(self, bound={**self.bound, name: node.items})
        condition = inside.condition(node.condition)
        if node.quantifier == "some":
            return self.both(
                f"{items}中至少有一项 {name} 满足：{condition}", f"some {name} in {items} satisfies: {condition}"
            )
        return self.both(
            f"{items}中每一项 {name} 都满足：{condition}", f"every {name} in {items} satisfies: {condition}"
        )

    def _if(self, node: If) -> str:
        condition, then, otherwise = (
            self.condition(node.condition),
            self._branch(node.then),
            self._branch(node.otherwise),
        )
        return self.both(
            f"如果{condition}，则为{then}，否则为{otherwise}", f"if {condition}: {then}, otherwise {otherwise}"
        )

    def _branch(self, node: Expression) -> str:
        said = self.value(node)
        return self.both(f"（{said}）", f"({said})") if isinstance(node, If) else said

    def _operand(self, node: Expression) -> str:
        said = self.value(node)
        return self.both(f"（{said}）", f"({said})") if isinstance(node, Arithmetic | If) else said
