"""Worked cases: written with `like` and `but`, so that each shows only its point; kept as they would arrive."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from decision_service.policy.catalogue import Catalogue
from decision_service.policy.entries import Complaints, Entries, instead
from decision_service.policy.jsontext import as_json
from decision_service.policy.nodes import MapNode, Node, TextNode
from decision_service.policy.shape import Policy, WorkedCase

STATES = {"late": "timeout", "faulty": "error", "no record": "no_record"}
NOT_ASKED = "not asked"
ABSENT = "absent"
EVIDENCE_KEYS = frozenset({"status", "data_as_of"})


@dataclass(slots=True)
class Draft:
    """A case as far as it is read: facts without the day on which they were stated, unless the case states it."""

    as_of: date
    form: dict[str, object]
    facts: dict[str, dict[str, object]]
    stated_day: set[str]


def read_cases(
    entries: Entries, policy: Policy, catalogue: Catalogue, complaints: Complaints, rules: Sequence[str]
) -> tuple[WorkedCase, ...]:
    """The cases of a file, each complete: form with the common fields, every register that the matter may ask. `rules`
    are all that the file names."""
    reader = CaseReader(policy, catalogue, complaints, rules)
    return tuple(found for name in entries.names() if (found := reader.read(name, entries.inner(name))) is not None)


class CaseReader:
    """Reads cases one after the other; `drafts` are those read so far, which `like` may name."""

    def __init__(self, policy: Policy, catalogue: Catalogue, complaints: Complaints, rules: Sequence[str]) -> None:
        self.policy = policy
        self.rules = rules
        self.catalogue = catalogue
        self.complaints = complaints
        self.drafts: dict[str, Draft] = {}
        self.fields = {field.name: field for field in policy.fields}

    def read(self, name: str, entries: Entries) -> WorkedCase | None:
        """One case."""
        entries.what = (f"案例“{name}”", f"the case `{name}`")
        draft = self._start(entries)
        if draft is None:
            return None
        draft.as_of = entries.day("as_of", draft.as_of)
        self._form(entries.inner("form"), draft)
        self._facts(entries.inner("facts"), draft)
        self._but(entries.inner("but"), draft)
        self.drafts[name] = draft
        expect_node = entries.need("expect")
        expect = _expectation(expect_node) if isinstance(expect_node, MapNode) else {}
        alone = entries.text("alone", "") or None
        if alone is not None and alone not in self.rules:
            entries.wrong_word(alone, self.rules, entries.nodes["alone"][1].span)
        entries.done()
        if entries.node is None:
            return None
        return WorkedCase(name, draft.as_of, draft.form, self._dated(draft), expect, alone, entries.span)

    def _start(self, entries: Entries) -> Draft | None:
        like = entries.text("like", "")
        if like:
            if like not in self.drafts:
                entries.wrong_word(like, list(self.drafts), entries.nodes["like"][1].span)
                return None
            return copy.deepcopy(self.drafts[like])
        form: dict[str, object] = {"id_type": "111", "notice_read": True, "human_review": False}
        facts = {
            name: {"status": "ok", **copy.deepcopy(dict(self.catalogue.examples[name]))} for name in self.policy.asks
        }
        return Draft(date(2026, 3, 16), form, facts, set())

    def _dated(self, draft: Draft) -> dict[str, object]:
        dated: dict[str, object] = {}
        for register, answer in draft.facts.items():
            day = {} if answer["status"] != "ok" or register in draft.stated_day else {"data_as_of": str(draft.as_of)}
            dated[register] = {**answer, **day}
        return dated

    def _form(self, entries: Entries, draft: Draft) -> None:
        for name in entries.names():
            node = entries.get(name)
            if node is not None:
                self._set_field(name, node, draft)

    def _set_field(self, name: str, node: Node, draft: Draft) -> None:
        if isinstance(node, TextNode) and node.text == ABSENT and node.style == "plain":
            draft.form.pop(name, None)
            return
        field = self.fields.get(name)
        draft.form[name] = as_json(node, None if field is None else field.kind)

    def _facts(self, entries: Entries, draft: Draft) -> None:
        for register in entries.names():
            node = entries.get(register)
            if register not in self.policy.asks:
                entries.wrong_word(register, list(self.policy.asks), entries.key_span(register))
            elif isinstance(node, MapNode):
                for key, value in node.entries:
                    self._set_fact(register, key, value, draft)
            elif isinstance(node, TextNode):
                self._set_state(register, node, draft, entries)

    def _set_state(self, register: str, node: TextNode, draft: Draft, entries: Entries) -> None:
        if node.text == NOT_ASKED:
            draft.facts.pop(register, None)
        elif node.text in STATES:
            draft.facts[register] = {"status": STATES[node.text]}
        else:
            entries.wrong_word(node.text, [*STATES, NOT_ASKED], node.span)

    def _set_fact(self, register: str, key: TextNode, value: Node, draft: Draft) -> None:
        answer = draft.facts.setdefault(register, {"status": "ok", **dict(self.catalogue.examples[register])})
        if answer["status"] != "ok" and key.text not in EVIDENCE_KEYS:
            example = copy.deepcopy(dict(self.catalogue.examples[register]))
            answer = draft.facts[register] = {**example, "status": "ok"}
        kinds = self.policy.asks[register].register.answers
        if key.text == "data_as_of":
            draft.stated_day.add(register)
        elif key.text not in kinds and key.text not in EVIDENCE_KEYS:
            self.complaints.add(
                "unknown_fact",
                f"登记库 `{register}` 没有字段 `{key.text}`",
                f"the register `{register}` has no field `{key.text}`",
                key.span,
                instead(key.text, sorted(kinds)),
            )
        answer[key.text] = as_json(value, kinds.get(key.text))

    def _but(self, entries: Entries, draft: Draft) -> None:
        for name in entries.names():
            node = entries.get(name)
            register, dot, _ = name.partition(".")
            if node is None:
                continue
            if dot and register in self.policy.asks:
                key = entries.nodes[name][0]
                self._set_fact(register, _tail(key), node, draft)
            elif name in self.policy.asks:
                if isinstance(node, TextNode):
                    self._set_state(name, node, draft, entries)
            elif name in self.fields:
                self._set_field(name, node, draft)
            else:
                facts = [f"{one}.{fact}" for one, ask in self.policy.asks.items() for fact in ask.register.answers]
                options = facts if dot else [*self.policy.asks, *self.fields]
                entries.wrong_word(name, options, entries.key_span(name))


def _tail(key: TextNode) -> TextNode:
    tail = key.text.partition(".")[2]
    return TextNode(tail, key.place(len(key.text) - len(tail), len(tail)))


def _expectation(node: MapNode) -> dict[str, object]:
    return {key.text: as_json(value, None) for key, value in node.entries}
