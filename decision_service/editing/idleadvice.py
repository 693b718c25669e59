"""Advice on what nothing uses: what is collected, defined or cited without need."""

import re
from collections import Counter
from collections.abc import Iterator

from decision_service.editing.advice import Advice, Found, Written, both
from decision_service.editing.edits import Edit, without
from decision_service.policy.nodes import ListNode, MapNode, Node, TextNode
from decision_service.policy.parts import Bilingual

_NAME = re.compile(r'"[^"\n]*"|([A-Za-z_][A-Za-z0-9_]*)')
_PROSE = frozenset({"zh", "en", "help_zh", "help_en", "example", "edition", "one_of"})


def _mentions(written: Written) -> Counter[str]:
    """How often each name is written in expressions, tables, fills and wherever else one thing leans on another."""
    found: Counter[str] = Counter()
    for part, node in written.node.entries:
        if part.text not in ("cases", "suitability", "basis", "ask"):
            _count(node, found)
    ask = written.entry("ask")
    if ask is not None:
        _count(ask[1], found)
    return found


def _count(node: Node, found: Counter[str]) -> None:
    match node:
        case TextNode():
            found.update(name for name in _NAME.findall(node.text) if name)
        case ListNode():
            for item in node.items:
                _count(item, found)
        case MapNode():
            for key, value in node.entries:
                if key.text not in _PROSE:
                    _count(value, found)


def _unused(written: Written, part: str, what: Bilingual, *, tables: bool | None = None) -> Iterator[Found]:
    used = _mentions(written)
    for key, value in written.entries(part):
        is_table = isinstance(value, MapNode) and value.get("table") is not None
        if used[key.text] or (tables is not None and is_table != tables):
            continue
        yield Found(
            both(f"{what.zh} `{key.text}` 没有用到", f"{what.en} `{key.text}` is not used"),
            key.span,
            both("删去", "leave it out"),
            _taken_out(written, part, key, value),
        )


def _taken_out(written: Written, part: str, key: TextNode, value: Node) -> tuple[Edit, ...]:
    """The entry gone, or the whole part where it is the only one; nothing where it stands in braces."""
    whole = written.entry(part)
    if whole is not None and len(written.entries(part)) == 1:
        return (without(whole[0], value),)
    return () if value.span.source.text[: key.span.start].rstrip(" ").endswith(("{", ",")) else (without(key, value),)


def _lets(written: Written) -> Iterator[Found]:
    yield from _unused(written, "let", both("名称", "the name"))


def _parameters(written: Written) -> Iterator[Found]:
    yield from _unused(written, "parameters", both("参数", "the parameter"), tables=False)


def _tables(written: Written) -> Iterator[Found]:
    yield from _unused(written, "parameters", both("表", "the table"), tables=True)
    yield from _unused(written, "tables", both("表", "the table"))


def _fields(written: Written) -> Iterator[Found]:
    """Confirmations without a rule are errors already; an upload is asked for by a rule or a paper."""
    used = _mentions(written)
    asked_with = {
        field for ask in written.policy.asks.values() for fields in ask.parameters.values() for field in fields
    }
    for field in written.policy.fields:
        entry = written.entry("form", field.name)
        if entry is None or field.common or field.confirmation or used[field.name] or field.name in asked_with:
            continue
        yield Found(
            both(f"没有规则、登记库或结果用到字段 `{field.name}`", f"nothing reads the field `{field.name}`"),
            entry[0].span,
            both("不用的信息不要收集；删去这个字段", "do not collect what is not used: leave the field out"),
        )


def _basis(written: Written) -> Iterator[Found]:
    policy = written.policy
    cited = {number for rule in policy.rules for number in rule.basis}
    cited |= {number for one in policy.parameters for number in one.basis}
    cited |= {number for table in policy.tables.values() for number in table.basis}
    for key, _ in written.entries("basis"):
        if int(key.text) not in cited:
            yield Found(
                both(f"没有规则或参数引用依据第{key.text}项", f"no rule or parameter cites the legal basis {key.text}"),
                key.span,
                both("引用它，或者删去", "cite it, or leave it out"),
            )


def _due(written: Written) -> Iterator[Found]:
    told = {name for rule in written.policy.rules for one in rule.alternatives for name, _ in one.told}
    known = told | {one.name for one in written.policy.results}
    listed = written.entry("obligations")
    for item in listed[1].items if listed is not None and isinstance(listed[1], ListNode) else ():
        due = item.get("due") if isinstance(item, MapNode) else None
        if isinstance(due, TextNode) and due.text and due.text not in known:
            yield Found(
                both(f"result 和 tell 里没有 `{due.text}`", f"neither `result` nor `tell` has `{due.text}`"),
                due.span,
                both("写其中的一个名称", "name one of their values"),
            )


def _unlabelled(written: Written) -> Iterator[Found]:
    for name in [one.name for one in written.policy.results]:
        entry = written.entry("result", name)
        if entry is not None and name not in written.catalogue.results:
            yield Found(
                both(
                    f"catalogue/results.yaml 没有 `{name}` 的名称", f"catalogue/results.yaml has no label for `{name}`"
                ),
                entry[0].span,
                both("补上中英文名称，通知才读得懂", "add one, so that notices can be read"),
            )


_MINIMAL = both(
    "不用的信息不要收集（个人信息保护法第六条，RQ-H1）", "what is not used is not collected (PIPL art. 6, RQ-H1)"
)
_READABLE = both(
    "文件就是全部规则；没有用的内容误导读者", "the file is the whole rule; what nothing uses misleads its readers"
)

ADVICE = (
    Advice("L201", both("没有用到的名称", "an unused name"), _READABLE, _lets, fixes=True),
    Advice("L202", both("没有用到的参数", "an unused parameter"), _READABLE, _parameters, fixes=True),
    Advice("L203", both("没有用到的表", "an unused table"), _READABLE, _tables, fixes=True),
    Advice("L204", both("没有用到的字段", "a field that nothing reads"), _MINIMAL, _fields),
    Advice("L205", both("没有引用的依据", "a legal basis that nothing cites"), _READABLE, _basis),
    Advice(
        "L206",
        both("期限没有对应的结果", "a due day that is no result"),
        both("期限取自结果；名称写错就没有期限", "a duty is due on a day of the result; a wrong name has none"),
        _due,
    ),
    Advice(
        "L207",
        both("结果没有名称", "a result without a label"),
        both("通知用目录里的名称说明结果（RQ-A7）", "notices call results by the labels of the catalogue"),
        _unlabelled,
    ),
)
