"""The values that the condition of a rule had: what it names, in the words of its readers, and what that came to."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from decision_service.decision import Decided
from decision_service.facts import Fact, Unknown, Why
from decision_service.interpreter import scope_of
from decision_service.language.meaning import evaluate
from decision_service.language.tree import Expression, FactRef, FieldOf, FormRef, LetRef, Lookup, VarRef, children
from decision_service.listing import listed
from decision_service.policy.shape import Bilingual, Policy, Rule
from decision_service.readings.prose import say
from decision_service.wording import label

WHYS: Mapping[Why, Bilingual] = {
    Why.NOT_ASKED: Bilingual("没有查询", "was not asked"),
    Why.LATE: Bilingual("没有及时答复", "did not answer in time"),
    Why.FAULTY: Bilingual("答复不可用", "gave no usable answer"),
    Why.STALE: Bilingual("数据过期", "has data too old"),
    Why.NO_RECORD: Bilingual("没有记录", "has no record"),
    Why.PAPER_OFFERED: Bilingual("没有记录，可以补交材料", "has no record; a paper may be handed in"),
    Why.PAPER_GIVEN: Bilingual("没有记录，已交材料", "has no record; a paper was handed in"),
    Why.FORM: Bilingual("没有填写或者有误", "is missing or wrong"),
    Why.CALENDAR: Bilingual("年的工作日尚未公布", "has no published working days yet"),
    Why.TABLE: Bilingual("没有适用的一行，或者不止一行", "has no row that fits, or several"),
}
"""Why something is not known, behind whose it is."""

_NAME = re.compile(r"[a-z][a-z0-9_]*", re.ASCII)
MOST = 160
"""Characters of a value that are shown."""


@dataclass(frozen=True, slots=True)
class Part:
    """What a condition names (as the file writes it, and in words), and its value. `is_unknown`: there is none."""

    text: str
    name: Bilingual
    value: Bilingual
    is_unknown: bool = False


def parts(decided: Decided, rule: Rule) -> list[Part]:
    """What the condition of `rule` names, each once, in its order."""
    policy, scope = decided.policy, scope_of(decided.policy, decided.sheet)
    found: dict[str, Part] = {}
    for node in _named(rule.must):
        text = _written(node)
        if text not in found:
            came = evaluate(node, scope)
            found[text] = Part(text, _name(node, policy), _said(node, came, decided), isinstance(came, Unknown))
    return [*found.values(), *_parameters(rule, policy)]


def _parameters(rule: Rule, policy: Policy) -> Iterator[Part]:
    """Parameters stand in a tree as their values; the file has their names."""
    text = "" if rule.must.span is None else rule.must.span.text
    for name in dict.fromkeys(_NAME.findall(text)):
        one = next((one for one in policy.parameters if one.name == name), None)
        if one is not None:
            value = Bilingual(say(one.value, policy, "zh"), say(one.value, policy, "en"))
            yield Part(name, one.label, value)


def _named(node: Expression) -> Iterator[Expression]:
    """The parts that have a name or ask something, but those inside of `some` and `every` that speak of one element."""
    match node:
        case FormRef() | FactRef() | LetRef() | Lookup():
            yield node
        case FieldOf() if not isinstance(node.record, VarRef):
            yield node
        case _:
            for child in children(node):
                yield from _named(child)


def _written(node: Expression) -> str:
    if isinstance(node, LetRef):
        return node.name
    return "" if node.span is None else " ".join(node.span.text.split())


def _name(node: Expression, policy: Policy) -> Bilingual:
    match node:
        case FormRef():
            return policy.field(node.field_name).label
        case FactRef():
            register = policy.asks[node.register].register
            zh, en = register.called.get(node.field_name, (node.field_name, node.field_name))
            return Bilingual(f"{register.zh}：{zh}", f"{register.en}: {en}")
        case LetRef():
            value = next(one.value for one in policy.lets if one.name == node.name)
            return Bilingual(_shortened(say(value, policy, "zh")), _shortened(say(value, policy, "en")))
        case _:
            return Bilingual(say(node, policy, "zh"), say(node, policy, "en"))


def _said(node: Expression, value: Fact, decided: Decided) -> Bilingual:
    if isinstance(value, Unknown):
        return unknown(value, decided.policy)
    called, path = _words(node, decided.policy)
    if node.kind.name == "region":
        cities = decided.catalogue.prefectures.items()
        called = {**called, **{f"{path}={code}": (city.zh, city.en) for code, city in cities}}
    told = listed(value, called, path)
    return Bilingual(_shortened(told.zh), _shortened(told.en))


def _words(node: Expression, policy: Policy) -> tuple[Mapping[str, tuple[str, str]], str]:
    """What is called how in a value of `node`, and the path that the value has there."""
    match node:
        case FactRef():
            return policy.asks[node.register].register.called, node.field_name
        case FormRef():
            field = policy.field(node.field_name)
            values = {f"{field.name}={value}": (label.zh, label.en) for value, label in field.values.items()}
            return {**field.called, **values}, field.name
        case _:
            return {}, ""


def _shortened(text: str) -> str:
    return text if len(text) <= MOST else f"{text[: MOST - 1]}…"


def unknown(value: Unknown, policy: Policy) -> Bilingual:
    """Why something is not known."""
    told = [_because(cause.why, cause.source, policy) for cause in sorted(value.causes)]
    return Bilingual("未知：" + "；".join(one.zh for one in told), "not known: " + "; ".join(one.en for one in told))


def _because(why: Why, source: str, policy: Policy) -> Bilingual:
    whose = Bilingual(source, source)
    if source in policy.asks:
        whose = label(policy.asks[source].register)
    elif why is Why.FORM:
        whose = next((one.label for one in policy.fields if one.name == source), whose)
    elif why is Why.TABLE and source in policy.tables:
        whose = policy.tables[source].label or whose
    return Bilingual(f"{whose.zh}{WHYS[why].zh}", f"{whose.en} {WHYS[why].en}")
