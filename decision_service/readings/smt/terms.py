"""One policy over the unknowns of a world: how each rule stands, what follows, what a table and a result come to."""

from collections.abc import Mapping
from functools import cached_property

import z3

from decision_service.language.tree import Expression, LetRef, Lookup
from decision_service.outcome import APPROVALS, Outcome, ranked
from decision_service.readings.smt.expressions import Expressions
from decision_service.readings.smt.formulas import Formula, conj, disj, neg, raw
from decision_service.readings.smt.lookups import Lines, lines_of
from decision_service.readings.smt.sheets import Sheet
from decision_service.readings.smt.values import (
    KNOWN,
    Causes,
    Nothing,
    Term,
    Truth,
    UnencodableError,
    together,
)
from decision_service.readings.smt.verdicts import Draft, Settlement, draft_of, matters, settlement

RESULT = "result"


class Terms:
    """One policy, three-valued. Terms are made when first asked for, and once."""

    def __init__(self, sheet: Sheet, expressions: Expressions) -> None:
        self.policy = sheet.policy
        self.sheet = sheet
        self.expressions = expressions
        self._made: dict[str, Term] = {}
        self.left_out: dict[str, str] = {}
        """What has no encoding, by what it is part of. Whoever proves anything must end when there is something."""

    # -- what a caller asks for

    def outcome(self, outcome: Outcome) -> "z3.BoolRef":
        """That the whole comes to this outcome."""
        return raw(self.whole_outcome(outcome))

    def item_outcome(self, item: str, outcome: Outcome) -> "z3.BoolRef":
        """That the item was applied for and comes to this outcome."""
        gated = disj(*(conj(fails, self._gate_brings(rule, outcome)) for rule, fails in self._gates.items()))
        settled = self.settled.items[item][outcome]
        return raw(conj(self.sheet.applied[item], disj(gated, conj(neg(self.gated), settled))))

    def holds(self, rule_id: str) -> "z3.BoolRef":
        """That the finding on the rule is HOLDS."""
        return raw(conj(neg(self.gated), self._draft(rule_id).holds))

    def fails(self, rule_id: str, alternative: int | None = None) -> "z3.BoolRef":
        """That the finding is FAILS, and this alternative follows where one is named."""
        fails = self._draft(rule_id).fails
        chosen = disj(*fails) if alternative is None else fails[alternative]
        return raw(conj(self._told(rule_id), chosen))

    def unknown(self, rule_id: str) -> "z3.BoolRef":
        """That the finding is UNKNOWN, and told."""
        draft = self._draft(rule_id)
        return raw(conj(self._told(rule_id), disj(draft.referred, draft.corrected, self._weighed(draft))))

    def silent(self, rule_id: str) -> "z3.BoolRef":
        """That nothing is told of the rule."""
        return raw(neg(disj(self.holds(rule_id), self.fails(rule_id), self.unknown(rule_id))))

    def lacking(self) -> "z3.BoolRef":
        """That an approval would follow, but something it grants is not known."""
        referred, corrected = self._lacking
        return raw(conj(neg(self.gated), disj(referred, corrected)))

    def value(self, expression: Expression) -> Term:
        """What any expression over the policy's names comes to. Raises UnencodableError."""
        return self.expressions.term(expression)

    def let(self, name: str) -> Term:
        """What a name of the policy stands for."""
        return self._guarded(f"let {name}", LetRef(name, self.expressions.lets[name].kind))

    def table(self, name: str) -> Term:
        """What a table comes to."""
        return self._guarded(f"table {name}", Lookup(name, self.policy.tables[name].kind))

    def fits(self, table: str, row: int) -> "z3.BoolRef":
        """That the row (counted from 0) surely fits."""
        return self.lines(table).fits[row].true

    def decides(self, table: str, row: int) -> "z3.BoolRef":
        """That the table's value is known and the row counts towards it: it fits, and no row before it takes its place
        where the hit policy says so."""
        return raw(conj(neg(self.table(table).causes.some), self._counts(table, row)))

    def result(self, name: str) -> Term:
        """What the result of that name would be: null where its `when` does not hold."""
        result = next(one for one in self.policy.results if one.name == name)
        value = self._guarded(f"result {name}", result.value)
        if result.when is None:
            return value
        when = self._guarded(f"result {name} when", result.when)
        causes = together([when.causes, value.causes.where(when.holds)])
        return Term(value.content, disj(when.fails, value.null), causes)

    def granted(self, name: str) -> "z3.BoolRef":
        """That the result is stated: something is granted and its `when` holds."""
        result = next(one for one in self.policy.results if one.name == name)
        when = Term(Truth(True)) if result.when is None else self._guarded(f"result {name} when", result.when)
        return raw(conj(self.approves, when.holds))

    def claim_when(self, place: int) -> Term:
        """The `when` of a claim that names outcomes (counted from 0)."""
        when = self.policy.claims[place].when
        if when is None:
            return Term(Truth(True))
        return self._guarded(f"claim {place}", when)

    def amount(self, item: str) -> Term:
        """What an item is worth."""
        found = next(one for one in self.policy.items if one.name == item)
        return self._guarded(f"item {item}", found.amount)

    def applied(self, item: str) -> "z3.BoolRef":
        """That the item was applied for."""
        return raw(self.sheet.applied[item])

    def complete(self) -> None:
        """Makes every formula there is, so that no text is named, and nothing found left out, later."""
        _ = self.settled
        for name in self.policy.tables:
            self.table(name)
        for result in self.policy.results:
            self.granted(result.name)
            self.result(result.name)
        for let in self.policy.lets:
            self.let(let.name)
        for place in range(len(self.policy.claims)):
            self.claim_when(place)

    # -- how it is made

    def whole_outcome(self, outcome: Outcome) -> Formula:
        """`outcome`, before Z3 has it."""
        gated = disj(*(conj(fails, self._gate_brings(rule, outcome)) for rule, fails in self._gates.items()))
        return disj(gated, conj(neg(self.gated), self.settled.together[outcome]))

    @property
    def approves(self) -> Formula:
        """That something is granted."""
        return disj(*(self.whole_outcome(outcome) for outcome in ranked(APPROVALS)))

    def lines(self, table: str) -> Lines:
        """The rows of a table."""
        return self._lines(table)

    def _lines(self, name: str) -> Lines:
        if name not in self._tables:
            table = self.policy.tables[name]
            self._tables[name] = lines_of(table, self.expressions)
        return self._tables[name]

    @cached_property
    def _tables(self) -> dict[str, Lines]:
        return {}

    def _guarded(self, name: str, expression: Expression) -> Term:
        """The term of a named part, made once; where it has no encoding, one that may be anything, and `left_out` says
        so."""
        if name not in self._made:
            self._made[name] = self._term(name, expression)
        return self._made[name]

    def _term(self, name: str, expression: Expression) -> Term:
        try:
            return self.expressions.term(expression)
        except UnencodableError as error:
            self.left_out[name] = str(error)
            return Term(Nothing(), True, Causes(other=z3.FreshBool("left out")))

    @cached_property
    def drafts(self) -> Mapping[str, Draft]:
        """How each rule stands before open questions are weighed."""
        found = {}
        for rule in self.policy.rules:
            applied: Formula = True if rule.item is None else self.sheet.applied.get(rule.item, False)
            try:
                found[rule.id] = draft_of(rule, self.expressions, applied)
            except UnencodableError as error:
                self.left_out[f"rule {rule.id}"] = str(error)
                fails = tuple(z3.FreshBool("left out") for _ in rule.alternatives)
                found[rule.id] = Draft(rule, z3.FreshBool("left out"), fails, False, False, False, {})
        return found

    def _draft(self, rule_id: str) -> Draft:
        return self.drafts[rule_id]

    @cached_property
    def _gates(self) -> dict[str, Formula]:
        """The gates, each with whether it is the one that ends everything: it is surely false, none before it was."""
        found: dict[str, Formula] = {}
        before: Formula = False
        for rule in self.policy.rules:
            if rule.gate:
                must = self._guarded(f"rule {rule.id}", rule.must)
                false = conj(must.fails, neg(must.null))
                found[rule.id] = conj(neg(before), false)
                before = disj(before, false)
        return found

    @cached_property
    def gated(self) -> Formula:
        """That a gate fails, so that nothing else is told."""
        return disj(*self._gates.values())

    def _gate_brings(self, rule_id: str, outcome: Outcome) -> Formula:
        return self._draft(rule_id).brings(outcome)

    def _told(self, rule_id: str) -> Formula:
        """That the rule may have a finding of its own: no gate fails, or it is the gate that does."""
        return disj(neg(self.gated), self._gates.get(rule_id, False))

    @cached_property
    def _first(self) -> Settlement:
        """What the findings come to without those that only registers not asked keep open."""
        return self._settlement({}, {})

    def _settlement(self, pending: Mapping[str, Formula], more: Mapping[Outcome, Formula]) -> Settlement:
        brought = {}
        for rule_id, draft in self.drafts.items():
            outcomes = {outcome: draft.brings(outcome) for outcome in Outcome}
            referred = outcomes[Outcome.REFERRED]
            outcomes[Outcome.REFERRED] = disj(referred, pending.get(rule_id, False))
            brought[rule_id] = outcomes
        whole = {outcome: disj(form, more.get(outcome, False)) for outcome, form in self.sheet.form_outcome.items()}
        return settlement(self.policy, brought, whole, self.sheet.applied)

    @cached_property
    def _pending(self) -> dict[str, Formula]:
        return {
            rule_id: conj(draft.pending, matters(draft, self._first)) if draft.pending is not False else False
            for rule_id, draft in self.drafts.items()
        }

    def _weighed(self, draft: Draft) -> Formula:
        return self._pending[draft.rule.id]

    @cached_property
    def _lacking(self) -> tuple[Formula, Formula]:
        """Whether something that an approval would grant is not known: (REFERRED, CORRECTION_REQUIRED) follows."""
        causes = [self.result(result.name).causes for result in self.policy.results]
        for item in self.policy.items:
            settled = self._first.items[item.name]
            approved = disj(*(settled[outcome] for outcome in ranked(APPROVALS)))
            causes.append(self.amount(item.name).causes.where(conj(self.sheet.applied[item.name], approved)))
        found = together(causes)
        if found is KNOWN:
            return False, False
        told = conj(self._first.approves, neg(found.form))
        paper = conj(told, found.paper, neg(found.unasked), neg(found.other))
        return conj(told, disj(found.unasked, found.other)), paper

    @cached_property
    def settled(self) -> Settlement:
        """What all findings come to, as long as no gate fails."""
        referred, corrected = self._lacking
        more = {Outcome.REFERRED: referred, Outcome.CORRECTION_REQUIRED: corrected}
        return self._settlement(self._pending, more)

    def _counts(self, name: str, row: int) -> Formula:
        lines = self.lines(name)
        fits = [fit.holds for fit in lines.fits]
        if lines.table.hit == "first":
            return conj(fits[row], *(neg(fit) for fit in fits[:row]))
        if lines.table.hit == "priority":
            earlier = lines.order[: lines.order.index(row)]
            return conj(fits[row], *(neg(fits[place]) for place in earlier))
        return fits[row]
