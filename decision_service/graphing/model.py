"""What the graph of a policy holds: boxes and the arrows between them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal as OneOfText
from typing import TypeAlias

from decision_service.language.tree import AsOf, Expression, FactRef, FormRef, LetRef, Lookup, children
from decision_service.outcome import APPROVALS, Outcome
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Bilingual, Consequence, Policy, Rule
from decision_service.readings.prose import say
from decision_service.source import Span
from decision_service.wording import Words

_PLACEHOLDER = re.compile(r"\{\w+\}")
Sort: TypeAlias = OneOfText["form", "fact", "day", "let", "table", "rule", "result", "item", "outcome"]


@dataclass(frozen=True, slots=True)
class Node:
    """One box. `name` is as the rule file has it, `label` what people call it (none for a bare name), `hint` the lines
    that hovering tells. `group` is the register of a fact; boxes of a group stay together under its label."""

    key: str
    sort: Sort
    name: str
    label: Bilingual | None
    hint: tuple[str, ...] = ()
    group: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """One arrow, with what hovering tells of it."""

    source: str
    target: str
    hint: tuple[str, ...] = ()


@dataclass(slots=True)
class Graph:
    """Boxes in the order of the file, each once, and arrows from what is read to what reads it. `groups` are the labels
    of the registers."""

    nodes: dict[str, Node] = field(default_factory=dict)
    links: dict[tuple[str, str], Link] = field(default_factory=dict)
    groups: dict[str, Bilingual] = field(default_factory=dict)


def graph_of(policy: Policy, catalogue: Catalogue) -> Graph:
    """The graph of a policy: everything that its rules, results and items read, directly or through names."""
    return _Builder(policy, catalogue).build()


class _Builder:
    def __init__(self, policy: Policy, catalogue: Catalogue) -> None:
        self.policy = policy
        self.words = Words(policy, catalogue)
        self.outcomes = catalogue.outcomes
        self.lets = {let.name: let for let in policy.lets}
        self.graph = Graph()

    def build(self) -> Graph:
        for rule in self.policy.rules:
            self._rule(rule)
        for result in self.policy.results:
            hint = (*self._said(result.value), *(self._said(result.when) if result.when is not None else ()))
            label = self.words.catalogue.results.get(result.name)
            self._add(Node(f"result {result.name}", "result", result.name, label, hint))
            self._read(f"result {result.name}", [part for part in (result.value, result.when) if part is not None])
        for item in self.policy.items:
            self._add(Node(f"item {item.name}", "item", item.name, item.label, self._said(item.amount)))
            self._read(f"item {item.name}", [item.amount])
        for key in [key for key, one in self.graph.nodes.items() if one.sort in ("result", "item")]:
            for outcome in self._granted():
                self._link(key, self._outcome(outcome), ("批准时给出", "given with an approval"))
        return self.graph

    def _granted(self) -> list[Outcome]:
        by_rule = {one.outcome for rule in self.policy.rules for one in rule.alternatives} & APPROVALS
        partly = {Outcome.PARTIALLY_APPROVED} if self.policy.items else set()
        # A matter with a commitment is granted on commitment or not at all.
        return sorted(by_rule | partly | (set() if Outcome.APPROVED_ON_COMMITMENT in by_rule else {Outcome.APPROVED}))

    def _rule(self, rule: Rule) -> None:
        key = f"rule {rule.id}"
        hint = (f"{rule.id}  {rule.label.zh}", rule.label.en, *self._said(rule.must), *self.words.basis_of(rule))
        self._add(Node(key, "rule", rule.id, rule.label, hint))
        whens = [one.when for one in rule.alternatives if one.when is not None]
        self._read(key, [rule.must, *whens, *(told for one in rule.alternatives for _, told in one.told)])
        for one in rule.alternatives:
            self._link(key, self._outcome(one.outcome), tuple(self._follows(one)))
        if rule.item is not None:
            label = next(item.label for item in self.policy.items if item.name == rule.item)
            self._link(key, self._outcome(Outcome.PARTIALLY_APPROVED), (f"只涉及{label.zh}", f"only the {label.en}"))

    def _follows(self, one: Consequence) -> Iterator[str]:
        reason = self.words.catalogue.reasons.get(one.code)
        yield one.code
        if reason is not None:
            yield _PLACEHOLDER.sub("……", reason.zh)
            yield _PLACEHOLDER.sub("…", reason.en)
        if one.when is not None:
            yield f"如果：{say(one.when, self.policy, 'zh')}"
            yield f"if {say(one.when, self.policy, 'en')}"

    def _outcome(self, outcome: Outcome) -> str:
        key = f"outcome {outcome.value}"
        self._add(Node(key, "outcome", outcome.value, self.outcomes[outcome]))
        return key

    def _said(self, node: Expression) -> tuple[str, ...]:
        return (say(node, self.policy, "zh"), say(node, self.policy, "en"))

    def _add(self, node: Node) -> None:
        self.graph.nodes.setdefault(node.key, node)

    def _link(self, source: str, target: str, hint: tuple[str, ...] = ()) -> None:
        known = self.graph.links.get((source, target))
        told = hint if known is None else (*known.hint, *(line for line in hint if line not in known.hint))
        self.graph.links[source, target] = Link(source, target, told)

    def _read(self, reader: str, nodes: Iterable[Expression]) -> None:
        """An arrow to `reader` from everything that these expressions name."""
        waiting = list(nodes)
        while waiting:
            node = waiting.pop()
            source = self._named(node)
            if source is not None:
                self._link(source, reader)
            waiting += children(node)

    def _named(self, node: Expression) -> str | None:
        match node:
            case FormRef():
                field = self.policy.field(node.field_name)
                self._add(
                    Node(f"form {field.name}", "form", field.name, field.label, (field.help.zh, field.help.en), "form")
                )
                self.graph.groups.setdefault("form", Bilingual("表单", "form"))
                return f"form {field.name}"
            case FactRef():
                return self._fact(node)
            case AsOf():
                self._add(Node("day", "day", "as_of", Bilingual("决定之日", "the day of the decision"), (), "day"))
                return "day"
            case LetRef():
                return self._let(node.name)
            case Lookup():
                return self._table(node.table)
            case _:
                return None

    def _fact(self, node: FactRef) -> str:
        register = self.policy.asks[node.register].register
        called = register.called.get(node.field_name)
        key, label = f"fact {register.name}.{node.field_name}", None if called is None else Bilingual(*called)
        self.graph.groups.setdefault(register.name, Bilingual(register.zh, register.en))
        owner = (register.owner_zh, register.owner_en)
        self._add(Node(key, "fact", node.field_name, label, owner, register.name))
        return key

    def _let(self, name: str) -> str:
        key = f"let {name}"
        if key not in self.graph.nodes:
            let = self.lets[name]
            self._add(Node(key, "let", name, None, (*_written(let.span), *self._said(let.value))))
            self._read(key, [let.value])
        return key

    def _table(self, name: str) -> str:
        key = f"table {name}"
        if key not in self.graph.nodes:
            table = self.policy.tables[name]
            basis = tuple(one.text.zh for one in self.policy.basis if one.number in table.basis)
            self._add(Node(key, "table", name, table.label, (f"{len(table.rows)}行 rows", *basis)))
            self._read(key, table.inputs)
        return key


def _written(span: Span | None) -> tuple[str, ...]:
    """What the file says there, on one line."""
    return () if span is None else (" ".join(span.source.text[span.start : span.end].split()),)
