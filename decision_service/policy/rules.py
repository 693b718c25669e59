"""Rules as a file writes them: what must hold, what follows otherwise, what is told, how its sentence is filled."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from decision_service.language.check import check
from decision_service.language.kinds import BOOLEAN
from decision_service.language.tree import Expression, Literal
from decision_service.language.vocabulary import Vocabulary
from decision_service.outcome import Outcome
from decision_service.policy.entries import Complaints, Entries, instead
from decision_service.policy.nodes import ListNode, MapNode, Node, TextNode
from decision_service.policy.shape import Bilingual, Consequence, Field, Fill, RefusalGate, Rule
from decision_service.source import Problem, Span
from verifiers.kinds import Kind
from verifiers.registers import Register

AUTOMATIC = frozenset({"rule", "basis", "hint"})
"""Placeholders that fill themselves."""

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_FIELDS = frozenset({"field", "declaration", "material"})
_REGISTERS = frozenset({"source", "a", "b"})
_TEXTS = frozenset({"detail", "cap", "check", "matter"})


@dataclass(frozen=True, slots=True)
class RuleWords:
    """What the rules of a file may refer to."""

    vocabulary: Vocabulary
    fields: Mapping[str, Field]
    registers: Mapping[str, Register]
    reasons: Mapping[str, Bilingual]
    parameters: Mapping[str, Literal]
    items: frozenset[str]
    bases: frozenset[int]


def expression(
    node: Node | None, vocabulary: Vocabulary, complaints: Complaints, wanted: Kind | None = None
) -> Expression | None:
    """The typed tree of an expression that stands as a value; None where it is wrong (and complained of)."""
    if node is None:
        return None
    if not isinstance(node, TextNode):
        complaints.add("wrong_shape", "这里应是表达式", "an expression is needed here", node.span)
        return None
    if node.in_flow:
        complaints.add(
            "expression_in_braces",
            "花括号和方括号里不能写表达式",
            "an expression cannot stand inside {} or []",
            node.span,
            ("改成每行一个键", "put each key on a line of its own"),
        )
        return None
    found = check(node.text, node.place, vocabulary, wanted)
    if isinstance(found, Problem):
        complaints.tell(found)
        return None
    return found


def read_rule(name: str, entries: Entries, words: RuleWords, *, standing: bool = False) -> Rule | None:
    """One rule; None where it can't be read (and complained of)."""
    complaints = entries.complaints
    label = entries.bilingual()
    basis = () if standing else read_basis(entries, words.bases)
    item = entries.text("item", "") or None
    if item is not None and item not in words.items:
        entries.wrong_word(item, sorted(words.items), entries.nodes["item"][1].span)
    must = expression(entries.need("must"), words.vocabulary, complaints, BOOLEAN)
    consequences = _consequences(entries, words)
    refusal_node = entries.get("refusal")
    refusal = _refusal(entries) if refusal_node is not None else None
    gate = entries.yes("gate", default=False) if standing else False
    _check_refusal(name, consequences, refusal, entries)
    entries.done()
    if must is None or not consequences:
        return None
    return Rule(name, label, basis, must, consequences, item, gate, refusal, standing, entries.span)


def read_basis(entries: Entries, known: frozenset[int]) -> tuple[int, ...]:
    """The numbers of the legal basis that a rule or parameter cites; complains where there are none."""
    words = entries.words("basis")
    if not words:
        entries.complaints.add(
            "no_basis",
            f"{entries.what[0]}没有写法律依据",
            f"{entries.what[1]} cites no legal basis",
            entries.span,
            ("加一行 `basis: [1]`，数字是 basis 中的编号", "add `basis: [1]`, numbers of entries under `basis`"),
        )
    numbers = []
    for word in words:
        number = int(word.text) if word.text.isascii() and word.text.isdigit() else -1
        if number not in known:
            listed = ", ".join(str(entry) for entry in sorted(known))
            zh, en = f"法律依据中没有第 {word.text} 项", f"there is no legal basis number {word.text}"
            if number < 0:
                zh, en = f"法律依据写编号，`{word.text}` 不是编号", f"a basis is cited by its number, not `{word.text}`"
            entries.complaints.add(
                "no_basis",
                zh,
                en,
                word.span,
                (f"可写：{listed}", f"one of {listed}"),
            )
        numbers.append(number)
    return tuple(numbers)


def _consequences(entries: Entries, words: RuleWords) -> tuple[Consequence, ...]:
    node = entries.need("else")
    if isinstance(node, ListNode):
        entries_of = [Entries(one, entries.complaints, ("`else` 的一项", "an entry of `else`")) for one in node.items]
        found = [_alternative(one, words, last=one is entries_of[-1]) for one in entries_of]
        return tuple(one for one in found if one is not None)
    if node is None:
        return ()
    one = _consequence(node, None, entries, words)
    return () if one is None else (one,)


def _alternative(entries: Entries, words: RuleWords, *, last: bool) -> Consequence | None:
    when_node = entries.get("when")
    when = expression(when_node, words.vocabulary, entries.complaints, BOOLEAN)
    if last == (when_node is not None):
        entries.complaints.add(
            "wrong_alternatives",
            "除最后一项外，`else` 的每一项都要有 `when`，最后一项没有",
            "every entry of `else` has a `when`, but for the last, which has none",
            entries.span,
            ("最后一项不写 when，它适用于其余情形", "leave `when` out of the last: it is for all other situations"),
        )
    one = _consequence(entries.need("then"), when, entries, words)
    entries.done()
    return one


def _consequence(node: Node | None, when: Expression | None, entries: Entries, words: RuleWords) -> Consequence | None:
    complaints = entries.complaints
    if node is None:
        return None
    parts = node.text.split() if isinstance(node, TextNode) else []
    if len(parts) != 2:
        complaints.add(
            "wrong_shape", "应写成“结果 理由代码”", "an outcome and a reason code are needed", node.span,
            ("如 REFERRED R11_PROPOSED_REFUSAL", "such as REFERRED R11_PROPOSED_REFUSAL"),
        )  # fmt: skip
        return None
    if parts[0] not in Outcome.__members__ or parts[0] in ("APPROVED", "PARTIALLY_APPROVED"):
        entries.wrong_word(parts[0], _OUTCOMES, _word(node, 0))
        return None
    if parts[1] not in words.reasons:
        entries.wrong_word(parts[1], sorted(words.reasons), _word(node, 1))
        return None
    told = _told(entries, words)
    fills = read_fills(entries, parts[1], _told_kinds(entries, told), words, node.span)
    return Consequence(Outcome(parts[0]), parts[1], when, told, fills, node.span)


def _word(node: Node, place: int) -> Span:
    """The place of the first or the second word of a text."""
    if not isinstance(node, TextNode):
        return node.span
    words = node.text.split()
    start = 0 if place == 0 else node.text.index(words[1], len(words[0]))
    return node.place(start, len(words[place]))


_OUTCOMES = [one.value for one in Outcome if one not in (Outcome.APPROVED, Outcome.PARTIALLY_APPROVED)]


def _told(entries: Entries, words: RuleWords) -> tuple[tuple[str, Expression], ...]:
    inner = entries.inner("tell")
    told = []
    for name in inner.names():
        value = expression(inner.get(name), words.vocabulary, entries.complaints)
        if value is not None:
            told.append((name, value))
    return tuple(told)


def _told_kinds(entries: Entries, told: tuple[tuple[str, Expression], ...]) -> dict[str, Kind]:
    """The kinds of what is told; one whose expression is wrong counts as a text, since that has been told already."""
    return {name: Kind("text") for name in entries.inner("tell").names()} | {name: one.kind for name, one in told}


def read_fills(entries: Entries, code: str, told: Mapping[str, Kind], words: RuleWords, span: Span) -> dict[str, Fill]:
    """How the placeholders of a reason's sentence are filled; complains of one left open or not there."""
    wanted = set(_PLACEHOLDER.findall(words.reasons[code].zh + words.reasons[code].en)) - AUTOMATIC
    inner = entries.inner("fill")
    fills: dict[str, Fill] = {}
    for name in inner.names():
        node = inner.get(name)
        if name not in wanted:
            entries.complaints.add(
                "unknown_placeholder",
                f"理由 {code} 的句子里没有 {{{name}}}",
                f"the sentence of {code} has no {{{name}}}",
                inner.key_span(name),
                instead(name, sorted(wanted)),
            )
        elif node is not None:
            fill = _fill(name, node, told, words, inner)
            if fill is not None:
                fills[name] = fill
    for name in sorted(wanted - set(fills)):
        default = _default_fill(name, told)
        if default is not None:
            fills[name] = default
        elif name not in inner.names():
            entries.complaints.add(
                "unfilled",
                f"理由 {code} 的 {{{name}}} 没有填",
                f"{{{name}}} of the reason {code} is not filled",
                span,
                (f"在 `fill` 下写 `{name}: …`", f"add `{name}: …` under `fill`"),
            )
    return fills


def _default_fill(name: str, told: Mapping[str, Kind]) -> Fill | None:
    if name == "office" and "redirect_city" in told:
        return Fill("region", "redirect_city")
    if name == "date":
        for candidate in ("can_apply_from", "due_on", "post_check_by"):
            if candidate in told:
                return Fill("told", candidate)
    return None


def _fill(name: str, node: Node, told: Mapping[str, Kind], words: RuleWords, entries: Entries) -> Fill | None:
    if isinstance(node, MapNode):
        inner = Entries(node, entries.complaints, (f"`{name}` ", f"`{name}`"))
        text = inner.bilingual()
        inner.done()
        return Fill("text", text=text)
    word = node.text if isinstance(node, TextNode) else ""
    makers: list[tuple[bool, Callable[[], Fill]]] = [
        (name in _FIELDS and word in words.fields, lambda: Fill("field", word)),
        (name in _REGISTERS and word in words.registers, lambda: Fill("register", word)),
        (name == "office" and word in told, lambda: Fill("region", word)),
        (word in told, lambda: Fill("told", word)),
        (word in words.parameters, lambda: Fill("text", text=_same(words.parameters[word].value))),
        (word.isascii() and word.isdigit(), lambda: Fill("text", text=_same(word))),
    ]
    for fits, make in makers:
        if fits:
            return make()
    options = (
        words.fields if name in _FIELDS else words.registers if name in _REGISTERS else {**told, **words.parameters}
    )
    entries.wrong_word(word, sorted(options), node.span)
    return None


def _same(value: object) -> Bilingual:
    return Bilingual(str(value), str(value))


def _refusal(entries: Entries) -> RefusalGate:
    inner = entries.inner("refusal")
    gate = RefusalGate(inner.both("no_discretion"), inner.both("apply_again"))
    inner.done()
    return gate


def _check_refusal(
    name: str, consequences: tuple[Consequence, ...], refusal: RefusalGate | None, entries: Entries
) -> None:
    refuses = any(one.outcome is Outcome.REJECTED for one in consequences)
    if refuses and refusal is None:
        entries.complaints.add(
            "refusal_gate",
            f"规则 {name} 会拒绝，却没有写 `refusal`",
            f"the rule {name} refuses but has no `refusal`",
            entries.span,
            (
                "写明无裁量（no_discretion）与如何再申请（apply_again），否则改为 REFERRED R11_PROPOSED_REFUSAL",
                "state no_discretion and apply_again, or make it REFERRED R11_PROPOSED_REFUSAL",
            ),
        )
    if refusal is not None and not refuses:
        entries.complaints.add(
            "refusal_gate",
            f"规则 {name} 不会拒绝，`refusal` 多余",
            f"the rule {name} never refuses: `refusal` is idle",
            entries.span,
            ("删去 `refusal`", "remove `refusal`"),
        )
