"""Findings joined as the reference joins them: outcome, items, what is granted, notes, as columns of every row."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import reduce
from operator import add

from decision_service.facts import Why
from decision_service.outcome import APPROVALS, RANK, Outcome
from decision_service.policy.shape import Policy
from decision_service.readings.bulk.cells import (
    BIT,
    Cell,
    both,
    either,
    has,
    highest,
    known,
    lowest,
    negated,
    static,
    union,
    when,
)
from decision_service.readings.bulk.expressions import World, read
from decision_service.readings.bulk.findings import (
    FAILS,
    NOTHING,
    OPEN,
    SILENT,
    UNKNOWN,
    Draft,
    draft,
    gate_fails,
    rank,
    unknown_rank,
)
from decision_service.readings.bulk.forms import FormColumns
from decision_service.readings.bulk.shapes import Term, truth
from decision_service.readings.bulk.staging import Stages

GRANTING = [RANK[outcome] for outcome in sorted(APPROVALS, key=RANK.__getitem__)]
PARTLY = RANK[Outcome.PARTIALLY_APPROVED]
NOT_CHOSEN = -1


@dataclass(frozen=True, slots=True)
class VerdictColumns:
    """A verdict as columns. `outcome` and `items` are ranks (outcome.RANK; NOT_CHOSEN where an item is not applied
    for); `states` and `causes` are as in findings.Draft, by rule; `lacking` are the causes of the finding that
    something to be granted is not known, 0 without it; `granted`: by result, whether it is stated, and its term;
    `amounts` likewise by item; `notes`: whether each note of the policy applies, in order."""

    outcome: Cell
    states: Mapping[str, Cell]
    causes: Mapping[str, Cell]
    lacking: Cell
    items: Mapping[str, Cell]
    granted: Mapping[str, tuple[Cell, Term]]
    amounts: Mapping[str, tuple[Cell, Term]]
    notes: tuple[Cell, ...]


def granting(of: Cell) -> Cell:
    """Whether an outcome grants something."""
    return of in GRANTING if static(of) else either(*(of == one for one in GRANTING))


class Concluder:
    """Concludes one policy's verdict over the columns of `world`."""

    def __init__(self, policy: Policy, world: World, form: FormColumns, stages: Stages) -> None:
        self.policy, self.world, self.form, self.stages = policy, world, form, stages
        self.rules = policy.rules
        self.chosen = {item.name: form.items.get(item.name, False) for item in policy.items}
        self.form_rank = when(form.defective, RANK[Outcome.CORRECTION_REQUIRED], NOTHING)

    def drafts(self) -> Mapping[object, Cell]:
        """The columns of every rule by itself, to be kept before they are joined."""
        found: dict[object, Cell] = {}
        for rule in self.rules:
            one = draft(rule, self.world, True if rule.item is None else self.chosen.get(rule.item, False))
            found |= {("state", rule.id): one.state, ("causes", rule.id): one.causes, ("could", rule.id): one.could}
        for gate in (rule for rule in self.rules if rule.gate):
            found["gate", gate.id] = gate_fails(gate, self.world)
        found["form"] = self.form_rank
        return found

    def conclude(self, kept: Mapping[object, Cell]) -> VerdictColumns:
        """The verdict, from the kept drafts."""
        drafts = {
            rule.id: Draft(kept["state", rule.id], kept["causes", rule.id], kept["could", rule.id])
            for rule in self.rules
        }
        sure = {rule.id: when(drafts[rule.id].state == OPEN, SILENT, drafts[rule.id].state) for rule in self.rules}
        together, items = self._kept_outcomes(sure, drafts, kept["form"], 0)
        states = {rule.id: self._weighed(rule.item, drafts[rule.id], together, items) for rule in self.rules}
        lacking = self.stages.keep_cells({"lacking": self._lacking(together, items)})["lacking"]
        states = self.stages.keep_cells(states)
        together, items = self._kept_outcomes(states, drafts, kept["form"], lacking)
        return self._gated(self._verdict(states, drafts, lacking, together, items), kept)

    def _kept_outcomes(
        self, states: Mapping[str, Cell], drafts: Mapping[str, Draft], form: Cell, lacking: Cell
    ) -> tuple[Cell, Mapping[str, Cell]]:
        """What the findings come to together, and each item, in columns of their own."""
        ranks = {rule.id: rank(rule, states[rule.id], drafts[rule.id].causes) for rule in self.rules}
        without = [ranks[rule.id] for rule in self.rules if rule.item is None]
        lack = when(lacking != 0, unknown_rank(lacking), NOTHING)
        whole = self.stages.keep_cells({"whole": lowest([*without, form, lack])})["whole"]
        items = {
            item.name: lowest([whole, *(ranks[rule.id] for rule in self.rules if rule.item == item.name)])
            for item in self.policy.items
        }
        items = self.stages.keep_cells(items)
        together = self.stages.keep_cells({"together": self._together(whole, items)})["together"]
        return together, items

    def _together(self, whole: Cell, items: Mapping[str, Cell]) -> Cell:
        """settle_items over those applied for."""
        if not items:
            return whole
        chosen = self.chosen
        count = reduce(add, [when(chosen[name], 1, 0) for name in items])
        good = reduce(add, [when(both(chosen[name], granting(of)), 1, 0) for name, of in items.items()])
        strongest = lowest([when(chosen[name], of, NOTHING) for name, of in items.items()])
        mixed = both(good > 0, good < count)
        return when(count == 0, whole, when(mixed, PARTLY, strongest))

    def _weighed(self, item: str | None, one: Draft, together: Cell, items: Mapping[str, Cell]) -> Cell:
        """An open rule is told only if its answer could change the outcome or the reasons of that outcome."""
        if static(one.could) and one.could > NOTHING:
            return one.state
        against = together
        if item is not None:
            against = items[item]
        elif items:
            best = highest([when(self.chosen[name], of, NOT_CHOSEN) for name, of in items.items()])
            some = either(*self.chosen.values())
            against = when(both(some, granting(together)), best, together)
        return when(one.state == OPEN, when(one.could <= against, UNKNOWN, SILENT), one.state)

    def _lacking(self, together: Cell, items: Mapping[str, Cell]) -> Cell:
        """Why something to be granted is not known, where an approval could follow; 0 where the form is to blame."""
        parts, possible = [], 0
        for result in self.policy.results:
            value = read(result.value, self.world)
            possible |= value.possible
            if result.when is None:
                parts.append(value.mask)
                continue
            condition = read(result.when, self.world)
            possible |= condition.possible
            parts.append(when(known(condition.mask), when(truth(condition), value.mask, 0), condition.mask))
        for item in self.policy.items:
            amount = read(item.amount, self.world)
            possible |= amount.possible
            parts.append(when(both(self.chosen[item.name], granting(items[item.name])), amount.mask, 0))
        causes = union(parts)
        if static(causes) and causes == 0:
            return 0
        blamed = BIT[Why.FORM]
        told = when(has(causes, blamed), 0, causes) if possible & blamed else causes
        return when(granting(together), told, 0)

    def _verdict(
        self,
        states: Mapping[str, Cell],
        drafts: Mapping[str, Draft],
        lacking: Cell,
        together: Cell,
        items: Mapping[str, Cell],
    ) -> VerdictColumns:
        grants = granting(together)
        values = self.stages.keep({result.name: read(result.value, self.world) for result in self.policy.results})
        granted = {}
        for result in self.policy.results:
            value, holds, mask = values[result.name], True, values[result.name].mask
            if result.when is not None:
                condition = read(result.when, self.world)
                holds = either(condition.mask != 0, truth(condition))
                mask = when(known(condition.mask), value.mask, condition.mask)
            granted[result.name] = (both(grants, holds), Term(value.shape, mask, value.possible, value.nullable))
        worth = self.stages.keep({item.name: read(item.amount, self.world) for item in self.policy.items})
        amounts = {
            item.name: (both(grants, self.chosen[item.name], granting(items[item.name])), worth[item.name])
            for item in self.policy.items
        }
        notes = tuple(
            self._note(read(note.when, self.world), grants if note.on_approval else True) for note in self.policy.notes
        )
        shown = {name: when(self.chosen[name], of, NOT_CHOSEN) for name, of in items.items()}
        causes = {rule.id: when(states[rule.id] == UNKNOWN, drafts[rule.id].causes, 0) for rule in self.rules}
        return VerdictColumns(together, states, causes, lacking, shown, granted, amounts, notes)

    def _note(self, term: Term, allowed: Cell) -> Cell:
        return both(allowed, known(term.mask), truth(term))

    def _gated(self, found: VerdictColumns, kept: Mapping[object, Cell]) -> VerdictColumns:
        """The first gate that fails is the only finding: nothing else is told or used."""
        gates = [rule for rule in self.rules if rule.gate]
        closed = either(*(kept["gate", gate.id] for gate in gates))
        if closed is False:
            return found
        outcome = found.outcome
        states = {name: when(closed, SILENT, cell) for name, cell in found.states.items()}
        for gate in reversed(gates):
            fails = kept["gate", gate.id]
            outcome = when(fails, RANK[gate.alternatives[0].outcome], outcome)
        earlier: Cell = False
        for gate in gates:
            first = both(kept["gate", gate.id], negated(earlier))
            states[gate.id] = when(first, FAILS, states[gate.id])
            earlier = either(earlier, kept["gate", gate.id])
        clear = negated(closed)
        return VerdictColumns(
            outcome,
            states,
            {name: when(closed, 0, cell) for name, cell in found.causes.items()},
            when(closed, 0, found.lacking),
            {name: when(both(closed, self.chosen[name]), outcome, cell) for name, cell in found.items.items()},
            {name: (both(clear, there), term) for name, (there, term) in found.granted.items()},
            {name: (both(clear, there), term) for name, (there, term) in found.amounts.items()},
            tuple(both(clear, note) for note in found.notes),
        )
