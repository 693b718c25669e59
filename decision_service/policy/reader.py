"""A rule file to a checked policy: every problem collected on the way, nothing half-read goes on."""

import dataclasses
from collections.abc import Mapping
from typing import Literal as OneOfText
from typing import cast

from decision_service.language.kinds import BOOLEAN
from decision_service.language.tree import Literal, Not
from decision_service.language.vocabulary import Vocabulary
from decision_service.outcome import Outcome
from decision_service.policy.asks import read_asks
from decision_service.policy.cases import read_cases
from decision_service.policy.catalogue import Catalogue
from decision_service.policy.checks import check_policy
from decision_service.policy.credit import credit_lets, credit_notes, read_credit
from decision_service.policy.digest import digest
from decision_service.policy.entries import Complaints, Entries
from decision_service.policy.formfields import read_fields
from decision_service.policy.grants import read_claims, read_items, read_notes, read_obligations, read_results
from decision_service.policy.names import read_lets, read_parameters
from decision_service.policy.nodes import MapNode
from decision_service.policy.preamble import read_basis_list, read_materials, read_suitability
from decision_service.policy.prefill import Prefills
from decision_service.policy.rules import RuleWords, expression, read_basis, read_rule
from decision_service.policy.shape import (
    Ask,
    Basis,
    Bilingual,
    Budget,
    Commitment,
    Consequence,
    Credit,
    Field,
    Fill,
    Item,
    Let,
    Parameter,
    Policy,
    Rule,
    Table,
)

IDENTITIES = ("real_name", "real_person")
APPLICANTS = ("natural_person", "legal_person_or_individual_business")


def read_policy(node: MapNode, catalogue: Catalogue, complaints: Complaints, source: str) -> Policy | None:
    """The policy written in `node`; None where anything in it is wrong (and complained of)."""
    before = len(complaints.problems)
    policy = _Reader(Entries(node, complaints, ("文件", "the file")), catalogue, source).read()
    if len(complaints.problems) == before:
        places = {key.text: key.span for key, _ in node.entries}
        check_policy(policy, catalogue, complaints, places)
    return policy if len(complaints.problems) == before else None


@dataclasses.dataclass(frozen=True, slots=True)
class _Ground:
    """What conditions stand on: the law, the form, the registers, and every name that they may use."""

    basis: tuple[Basis, ...]
    fields: tuple[Field, ...]
    asks: Mapping[str, Ask]
    credit: Credit
    parameters: tuple[Parameter, ...]
    tables: Mapping[str, Table]
    lets: tuple[Let, ...]
    vocabulary: Vocabulary

    @property
    def bases(self) -> frozenset[int]:
        """The numbers of the legal basis."""
        return frozenset(one.number for one in self.basis)

    @property
    def by_name(self) -> dict[str, Field]:
        """The fields of the form."""
        return {field.name: field for field in self.fields}


class _Reader:
    def __init__(self, entries: Entries, catalogue: Catalogue, source: str) -> None:
        self.entries = entries
        self.complaints = entries.complaints
        self.catalogue = catalogue
        self.source = source

    def read(self) -> Policy:
        """Reads the parts in the order in which they lean on each other."""
        policy = self._policy(self._ground())
        rules = list(dict.fromkeys([*(rule.id for rule in policy.rules), *self.entries.inner("rules").names()]))
        cases = read_cases(self.entries.inner("cases"), policy, self.catalogue, self.complaints, rules)
        self.entries.done()
        return dataclasses.replace(policy, cases=cases)

    def _ground(self) -> _Ground:
        entries = self.entries
        basis = read_basis_list(entries.inner("basis", needed=True))
        bases = frozenset(one.number for one in basis)
        fields = self._fields()
        by_name = {field.name: field for field in fields}
        asks = read_asks(entries.inner("ask", needed=True), by_name, self.catalogue.registers)
        credit = read_credit(entries.inner("credit", needed=True))
        parameters, vocabulary = read_parameters(entries, self._vocabulary(by_name, asks), bases)
        fixed = credit_lets(credit, asks, vocabulary)
        lets, tables, vocabulary = read_lets(entries, vocabulary, fixed, bases)
        prefills = Prefills(vocabulary, asks, lets, tables, self.complaints)
        fields = tuple(self._prefilled(self._required(field, vocabulary), prefills) for field in fields)
        return _Ground(basis, fields, asks, credit, parameters, tables, lets, vocabulary)

    def _words(self, ground: _Ground, items: tuple[Item, ...]) -> RuleWords:
        return RuleWords(
            ground.vocabulary,
            ground.by_name,
            {name: ask.register for name, ask in ground.asks.items()},
            self.catalogue.reasons,
            ground.vocabulary.parameters,
            frozenset(item.name for item in items),
            ground.bases,
        )

    def _policy(self, ground: _Ground) -> Policy:
        entries, vocabulary = self.entries, ground.vocabulary
        items_field, items = read_items(entries.inner("items"), vocabulary, self.complaints)
        words = self._words(ground, items)
        commitment, promised = self._commitment(words)
        in_force = entries.day("in_force")
        return Policy(
            matter=entries.text("matter"),
            name=entries.bilingual(),
            effective_from=in_force,
            digest=digest(cast("MapNode", entries.node), self.catalogue.nodes),
            illustrative=entries.yes("illustrative", default=False),
            item_code=entries.text("item"),
            item_type=entries.text("item_type"),
            handle_type=entries.text("handle_type"),
            applicant=entries.choice("applicant", APPLICANTS),
            office=entries.text("office"),
            identity=cast("OneOfText['real_name', 'real_person']", entries.choice("identity", IDENTITIES)),
            credit=ground.credit,
            budget=self._budget(),
            weight=entries.whole("weight", 1),
            suitability=read_suitability(entries.inner("suitability", needed=True), in_force),
            basis=ground.basis,
            fields=ground.fields,
            materials=read_materials(entries, ground.by_name, self.catalogue.registers),
            asks=ground.asks,
            parameters=ground.parameters,
            tables=ground.tables,
            lets=ground.lets,
            rules=(*self._standing(words, ground.asks), *self._rules(words), *promised),
            items_field=items_field,
            items=items,
            results=(results := read_results(entries.inner("result"), vocabulary, self.complaints)),
            notes=(*credit_notes(ground.credit, ground.asks, vocabulary), *read_notes(entries, words)),
            obligations=read_obligations(entries, vocabulary),
            commitment=commitment,
            claims=read_claims(entries, vocabulary, results),
            cases=(),
            source=self.source,
        )

    def _fields(self) -> tuple[Field, ...]:
        own = read_fields(self.entries.inner("form", needed=True), self.complaints, common=False)
        common = {field.name for field in self.catalogue.fields}
        for field in own:
            if field.name in common:
                self.complaints.add(
                    "duplicate_name",
                    f"字段 `{field.name}` 是每个事项共有的，不必再写",
                    f"the field `{field.name}` is common to all matters and need not be written",
                    self.entries.inner("form").key_span(field.name),
                    ("删去这个字段", "leave the field out"),
                )
        return (*self.catalogue.fields, *own)

    def _vocabulary(self, fields: Mapping[str, Field], asks: Mapping[str, Ask]) -> Vocabulary:
        answers = {name: ask.register.facts_when_asked_with(ask.asked_with) for name, ask in asks.items()}
        kinds = {name: field.kind for name, field in fields.items()}
        return Vocabulary(kinds, answers, known_registers=frozenset(self.catalogue.registers))

    def _required(self, field: Field, vocabulary: Vocabulary) -> Field:
        if field.common or field.confirmation or field.upload:
            return field
        form = self.entries.inner("form")
        node = form.inner(field.name).get("required")
        if node is None or (isinstance(field.required, Literal) and field.required.value is True):
            return field
        if getattr(node, "text", "") in ("yes", "no"):
            return field
        only_form = Vocabulary(vocabulary.form, {}, parameters=vocabulary.parameters)
        condition = expression(node, only_form, self.complaints, BOOLEAN)
        return field if condition is None else dataclasses.replace(field, required=condition)

    def _prefilled(self, field: Field, prefills: Prefills) -> Field:
        node = None if field.common else self.entries.inner("form").inner(field.name).get("prefill")
        return field if node is None else prefills.of(field, node)

    def _standing(self, words: RuleWords, asks: Mapping[str, Ask]) -> tuple[Rule, ...]:
        node = self.catalogue.standing.get("rules")
        inner = Entries(node, self.complaints, ("standing.yaml ", "standing.yaml"))
        rules = []
        for name in inner.names():
            if name == "IDENTITY" and "population" not in asks:
                continue
            rule = read_rule(name, inner.inner(name), words, standing=True)
            if rule is not None:
                rules.append(rule)
        return tuple(rules)

    def _rules(self, words: RuleWords) -> tuple[Rule, ...]:
        inner = self.entries.inner("rules", needed=True)
        rules = []
        for name in inner.names():
            one = inner.inner(name)
            one.what = (f"规则 {name} ", f"the rule {name}")
            rule = read_rule(name, one, words)
            if rule is not None:
                rules.append(rule)
        return tuple(rules)

    def _commitment(self, words: RuleWords) -> tuple[Commitment | None, tuple[Rule, ...]]:
        """The commitment route as a rule: where it is chosen, nothing stronger than APPROVED_ON_COMMITMENT is left."""
        node = self.entries.get("commitment")
        if node is None:
            return None, ()
        inner = self.entries.inner("commitment")
        basis = read_basis(inner, words.bases)
        when = expression(inner.need("when"), words.vocabulary, self.complaints, BOOLEAN)
        check_by = expression(inner.need("check_by"), words.vocabulary, self.complaints)
        commitment = Commitment(inner.both("text"), inner.both("consequences"))
        inner.done()
        if when is None or check_by is None:
            return commitment, ()
        consequence = Consequence(
            Outcome.APPROVED_ON_COMMITMENT,
            "I04_POST_CHECK_DUE",
            None,
            (("post_check_by", check_by),),
            {"date": Fill("told", "post_check_by")},
            inner.span,
        )
        label = Bilingual("以告知承诺方式办理", "Decided on a written commitment")
        rule = Rule("COMMITMENT", label, basis, Not(when, BOOLEAN, when.span), (consequence,), span=inner.span)
        return commitment, (rule,)

    def _budget(self) -> Budget:
        inner = self.entries.inner("budget", needed=True)
        budget = Budget(*(inner.whole(name, unit="ms") for name in ("p50", "p95", "deadline")))
        inner.done()
        if all(dataclasses.astuple(budget)) and not budget.p50 <= budget.p95 <= budget.deadline:
            self.complaints.add(
                "wrong_budget",
                "时限应为 p50 ≤ p95 ≤ deadline",
                "a budget needs p50 <= p95 <= deadline",
                inner.span,
                (
                    "如 p50: 600 ms, p95: 1500 ms, deadline: 3000 ms",
                    "such as p50: 600 ms, p95: 1500 ms, deadline: 3000 ms",
                ),
            )
        return budget
