"""Advice on numbers, places, times, editions and cases."""

import re
from collections.abc import Iterator

from decision_service.editing.advice import Advice, Found, Written, both
from decision_service.editing.edits import Edit
from decision_service.editing.formatting import FormattingError, formatted
from decision_service.editing.ruleadvice import expressions, nodes_in
from decision_service.editing.schema import POLICIES, first_line
from decision_service.language.tree import Arithmetic, Call, Compare, Expression, Literal, Within, children
from decision_service.policy.shape import Policy
from decision_service.source import PolicyProblems, Span
from decision_service.trials import uncovered, worked

LAYOUT = "L602"

_PLAIN_NUMBERS = frozenset({"0", "1", "100"})
"""Numbers that need no name: none, one, a per cent."""


def _magic(written: Written) -> Iterator[Found]:
    for node in [one for whole in expressions(written) for one in nodes_in(whole)]:
        ordered = isinstance(node, Compare) and node.op not in ("=", "!=")
        if not (ordered or isinstance(node, Arithmetic | Within | Call)):
            continue
        for child in children(node):
            if _bare_number(child) and isinstance(child, Literal) and child.span is not None:
                yield Found(
                    both(
                        f"数 {child.span.text} 没有名称和依据",
                        f"the number {child.span.text} has neither name nor legal basis",
                    ),
                    child.span,
                    both("写进 parameters，注明依据", "make it a parameter, with its legal basis"),
                )


def _bare_number(node: Expression) -> bool:
    """A number as it stands, and not the value of a parameter."""
    if not isinstance(node, Literal) or node.span is None or node.kind.name not in ("whole", "decimal", "money"):
        return False
    return node.span.text[:1].isdigit() and node.span.text not in _PLAIN_NUMBERS


def _city(written: Written) -> Iterator[Found]:
    for node in [one for whole in expressions(written) for one in nodes_in(whole)]:
        value = node.value if isinstance(node, Literal) else None
        if isinstance(value, str) and value in written.catalogue.prefectures and node.span is not None:
            if not re.search(r"\d", node.span.text):
                continue
            city = written.catalogue.prefectures[value]
            yield Found(
                both(f"算式里写了{city.zh}", f"the expression names {city.en}"),
                node.span,
                both("因市而异的写进 parameters 的表", "what differs by city belongs in a table under parameters"),
            )


def _hurried(written: Written) -> Iterator[Found]:
    policy = written.policy
    registers = [ask.register for ask in policy.asks.values()]
    for name, promised, place in (
        ("p50", policy.budget.p50, 0),
        ("p95", policy.budget.p95, 0),
        ("deadline", policy.budget.deadline, 1),
    ):
        slowest = max(registers, key=lambda one: one.latency_ms[place])
        needed = slowest.latency_ms[place]
        entry = written.entry("budget", name)
        if promised < needed and entry is not None:
            kind = (
                ("一半的答复", "half of its answers")
                if place == 0
                else ("百分之九十九的答复", "99 in 100 of its answers")
            )
            yield Found(
                both(
                    f"{slowest.zh}{kind[0]}要{needed}毫秒，{name} 只有{promised}毫秒",
                    f"{slowest.en} takes {needed} ms for {kind[1]}; {name} is {promised} ms",
                ),
                entry[1].span,
                both(f"放宽到 {needed} ms 以上", f"allow more than {needed} ms"),
            )


def _edition(written: Written) -> Iterator[Found]:
    newest = _newest([*written.others, written.policy])
    for one in written.policy.basis:
        entry = written.entry("basis", str(one.number), "edition")
        if entry is None:
            continue
        if one.edition == "illustrative" and not written.policy.illustrative:
            yield Found(
                both("依据没有写版本，而这不是示例政策", "the legal basis names no edition, and this is no sample"),
                entry[1].span,
                both("写所依据的版本（年份）", "write the edition (its year) that was read"),
            )
        latest = newest.get(_instrument(one.text.zh), "")
        if one.edition.isdigit() and one.edition < latest:
            yield Found(
                both(f"别处引用的是{latest}年的版本", f"elsewhere the edition of {latest} is cited"),
                entry[1].span,
                both("核对是否已经修订", "see whether it has been amended"),
            )


def _newest(policies: list[Policy]) -> dict[str, str]:
    """The newest edition of each instrument that any rule file cites."""
    found: dict[str, str] = {}
    for policy in policies:
        for one in policy.basis:
            if one.edition.isdigit():
                name = _instrument(one.text.zh)
                found[name] = max(found.get(name, ""), one.edition)
    return found


def _instrument(text: str) -> str:
    """The law without its articles."""
    return re.split(r"第[一二三四五六七八九十百千\d]+[条章]", text)[0].strip("《》")


def _no_case(written: Written) -> Iterator[Found]:
    for name in uncovered(written.policy, worked(written.policy)):
        entry = written.entry("rules", name)
        if entry is not None:
            yield Found(
                both(f"没有案例表明规则 {name} 单独起作用", f"no case shows that rule {name} decides alone"),
                entry[0].span,
                both(f"加一个案例，写 `alone: {name}`", f"add a case with `alone: {name}`"),
            )


def _no_schema(written: Written) -> Iterator[Found]:
    text = written.source.text
    if not text.startswith("# yaml-language-server:"):
        line = first_line(POLICIES)
        yield Found(
            both("第一行没有指明编辑器用的模式", "the first line names no schema for editors"),
            Span(written.source, 0, 0),
            both(f"第一行写 `{line}`", f"begin with `{line}`"),
            (Edit(0, 0, f"{line}\n"),),
        )


def _layout(written: Written) -> Iterator[Found]:
    try:
        text = formatted(written.source)
    except (FormattingError, PolicyProblems):
        return
    if text == written.source.text:
        return
    lines = zip(text.split("\n"), written.source.text.split("\n"), strict=False)
    first = next((number for number, (new, old) in enumerate(lines) if new != old), 0)
    start = sum(len(line) + 1 for line in written.source.text.split("\n")[:first])
    start = min(start, len(written.source.text))
    yield Found(
        both("格式从这里起不同", "from here on the layout differs"),
        Span(written.source, start, start),
        both("运行 miaopi fmt", "run miaopi fmt"),
        (Edit(0, len(written.source.text), text),),
    )


_LAW = both(
    "市设的数也要有依据（RQ-A5），因市因年而异的只在参数里（RQ-A1）",
    "numbers need a legal basis (RQ-A5), differences are parameters (RQ-A1)",
)

ADVICE = (
    Advice("L401", both("没有名称的数", "a number without a name"), _LAW, _magic),
    Advice("L402", both("算式里写了市", "a city in an expression"), _LAW, _city),
    Advice(
        "L403",
        both("时限比登记库还短", "less time than registers take"),
        both("到期未答就转人工；时限太紧，人人都转人工（RQ-F1）", "what is late goes to an officer (RQ-F1)"),
        _hurried,
    ),
    Advice(
        "L404",
        both("可能过时的依据", "a legal basis that may be outdated"),
        both(
            "依据写明版本，修订后要核对（RQ-A5）",
            "the legal basis names its edition, and amendments are followed (RQ-A5)",
        ),
        _edition,
    ),
    Advice(
        "L501",
        both("没有单独案例的规则", "a rule that no case shows alone"),
        both(
            "每条规则都要看得到它的效果；`miaopi test` 也会说",
            "each rule is to be seen at work; `miaopi test` says so too",
        ),
        _no_case,
    ),
    Advice(
        "L601",
        both("没有指明模式", "no schema for editors"),
        both("编辑器凭它提示和检查", "editors explain and check by it"),
        _no_schema,
        fixes=True,
    ),
    Advice(
        LAYOUT,
        both("格式不一", "another layout"),
        both(
            "同样的内容同样的写法，比较版本时只见改动",
            "the same is written the same way, so that versions show changes alone",
        ),
        _layout,
        fixes=True,
    ),
)
