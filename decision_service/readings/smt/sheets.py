"""What one policy is told of an application, as formulas: a sheet of facts, and what of it follows from what else."""

from collections.abc import Mapping
from dataclasses import dataclass

import z3

from decision_service.outcome import PRECEDENCE, Outcome
from decision_service.policy.shape import Ask, Policy
from decision_service.readings.smt.expressions import Expressions
from decision_service.readings.smt.formulas import Formula, conj, disj, iff, neg, raw
from decision_service.readings.smt.symbols import Symbols
from decision_service.readings.smt.values import Causes, Several, Term, same

CREDIT, IDENTITY, DOCUMENT, RESIDENT_CARD = "credit", "id_no", "id_type", "111"


@dataclass(frozen=True, slots=True)
class Inquiry:
    """How the question to one register came out: exactly one is true. `trouble`: late, faulty or stale."""

    answered: Formula
    no_record: Formula
    trouble: Formula
    unasked: Formula

    @staticmethod
    def of(register: str) -> "Inquiry":
        """The unknown of that register."""
        names = ("answered", "has no record", "is in trouble", "is not asked")
        return Inquiry(*(z3.Bool(f"{register} {name}") for name in names))

    def rules(self) -> list[Formula]:
        """That exactly one is true."""
        parts = (self.answered, self.no_record, self.trouble, self.unasked)
        pairs = [neg(conj(one, other)) for place, one in enumerate(parts) for other in parts[:place]]
        return [disj(*parts), *pairs]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of facts of one policy. Its own unknowns say why something is not known (`lacking`, `causes`), which
    items were applied for and what the form's defects come to; values are shared with the other policy of a world."""

    policy: Policy
    form: Mapping[str, Term]
    facts: Mapping[tuple[str, str], Term]
    lacking: Mapping[str, Formula]
    causes: Mapping[str, Causes]
    applied: Mapping[str, Formula]
    form_outcome: Mapping[Outcome, Formula]


class Named:
    """The unknowns of sheets, by what they must be: policies that say the same of one share it, so that all else that
    they have in common comes to the same formulas. `consistent` says what each is."""

    def __init__(self, symbols: Symbols) -> None:
        self.symbols = symbols
        self._made: dict[tuple[str, int], tuple[z3.BoolRef, z3.BoolRef]] = {}
        self._alike: dict[str, int] = {}
        self.consistent: list[Formula] = []

    def called(self, name: str, meaning: Formula) -> "z3.BoolRef":
        """The unknown that is true where `meaning` is."""
        met = raw(meaning)
        key = (name, met.get_id())
        if key not in self._made:
            place = self._alike.get(name, 0)
            self._alike[name] = place + 1
            found = z3.Bool(f"{place} {name}")
            self.consistent.append(iff(found, meaning))
            self._made[key] = (found, met)
        return self._made[key][0]


@dataclass(frozen=True, slots=True)
class Application:
    """The unknowns of an application, before any policy reads it. `wrong`: the field is filled in, but unreadable.
    `resident_card`: that is the document applied with."""

    values: Mapping[str, Term]
    wrong: Mapping[str, Formula]
    inquiries: Mapping[str, Inquiry]
    resident_card: Formula


@dataclass(frozen=True, slots=True)
class FormRead:
    """What a policy finds in the form of an application: `defects`, that a field is unreadable or missing; `other`,
    that another document is applied with than the one whose number is read."""

    defects: Mapping[str, Formula]
    other: Formula


def form_read(policy: Policy, made: Application, outside: Mapping[str, Formula], expressions: Expressions) -> FormRead:
    """The form as a policy reads it. `outside`: the value is none of this policy's kind. `expressions` read what is
    required over the form as it was filled in."""
    other = _other_document(made, outside)
    defects: dict[str, Formula] = {}
    for field in policy.fields:
        unread = other if field.name == IDENTITY else False
        wrong = conj(neg(unread), disj(made.wrong[field.name], outside.get(field.name, False)))
        blank = conj(neg(unread), neg(wrong), made.values[field.name].null)
        missing = False if field.upload else conj(blank, expressions.term(field.required).holds)
        defects[field.name] = disj(wrong, missing)
    return FormRead(defects, other)


def sheet_of(
    policy: Policy, made: Application, facts: Mapping[tuple[str, str], Term], read: FormRead, named: Named
) -> Sheet:
    """The sheet of a policy, as `forms.read_form` and `sheet.fact_sheet` make it of an application."""
    defects, other = read.defects, read.other
    lacking = {
        field.name: named.called(
            f"{field.name} is not known", disj(defects[field.name], other if field.name == IDENTITY else False)
        )
        for field in policy.fields
    }
    form = {
        name: Term(made.values[name].content, made.values[name].null, Causes(form=lacks))
        for name, lacks in lacking.items()
    }
    stopped = disj(*(defects[field.name] for field in policy.fields if field.identifier))
    causes = {}
    for name, ask in policy.asks.items():
        barred = disj(stopped, other if name != CREDIT else False)
        found = _register(lacking, name, ask, made, (barred, defects))
        names = ("form", "paper", "unasked", "other")
        parts = zip(names, found.parts, strict=True)
        causes[name] = Causes(*(named.called(f"{name} {why}", one) for why, one in parts))
    applied = _applied(policy, form, named.symbols)
    return Sheet(
        policy,
        form,
        {key: Term(term.content, term.null, causes[key[0]]) for key, term in facts.items() if key[0] in policy.asks},
        lacking,
        causes,
        {item: named.called(f"applied for {item}", one) for item, one in applied.items()},
        _outcome(defects, named),
    )


def read_as_filled_in(made: Application, outside: Mapping[str, Formula]) -> dict[str, Term]:
    """The form before anything is found missing: what is unreadable or not read is unknown."""
    other = _other_document(made, outside)
    return {
        name: Term(
            term.content,
            term.null,
            Causes(form=disj(made.wrong[name], outside.get(name, False), other if name == IDENTITY else False)),
        )
        for name, term in made.values.items()
    }


def _other_document(made: Application, outside: Mapping[str, Formula]) -> Formula:
    document = made.values.get(DOCUMENT)
    if document is None:
        return False
    wrong = disj(made.wrong[DOCUMENT], outside.get(DOCUMENT, False))
    return conj(neg(wrong), neg(document.null), neg(made.resident_card))


def _outcome(defects: Mapping[str, Formula], named: Named) -> dict[Outcome, Formula]:
    some = disj(*defects.values())
    return {
        outcome: named.called(f"the form comes to {outcome}", some if outcome is Outcome.CORRECTION_REQUIRED else False)
        for outcome in PRECEDENCE
    }


def _register(
    lacking: Mapping[str, Formula], name: str, ask: Ask, made: Application, known: tuple[Formula, Mapping[str, Formula]]
) -> Causes:
    barred, defects = known
    inquiry = made.inquiries[name]
    unaskable = [
        conj(*(disj(defects[field], made.values[field].null) for field in fields))
        for parameter, fields in ask.parameters.items()
        if parameter not in ask.register.optional_parameters
    ]
    blamed = disj(*(defects[field] for fields in ask.parameters.values() for field in fields))
    form = disj(barred, conj(inquiry.unasked, blamed, disj(*unaskable)))
    paper: Formula = False
    silent = inquiry.no_record if ask.register.no_record is None else False
    if ask.fallback is not None:
        blank = conj(neg(lacking[ask.fallback]), made.values[ask.fallback].null)
        paper = conj(silent, blank)
    return Causes(
        form,
        conj(neg(form), paper),
        conj(neg(form), inquiry.unasked),
        conj(neg(form), disj(inquiry.trouble, conj(silent, neg(paper)))),
    )


def _applied(policy: Policy, form: Mapping[str, Term], symbols: Symbols) -> dict[str, Formula]:
    """That an item was applied for, by its name."""
    if policy.items_field is None:
        return {}
    chosen = form[policy.items_field]
    slots = chosen.content.slots if isinstance(chosen.content, Several) else ()
    named = {item.name: symbols.known(item.name) for item in policy.items}
    return {
        item: conj(
            neg(chosen.causes.form), neg(chosen.null), disj(*(conj(there, same(one, known)) for there, one in slots))
        )
        for item, known in named.items()
    }


def answers_agree(
    facts: Mapping[str, Term], inquiry: Inquiry, never_null: frozenset[str], stated: Mapping[str, Term] | None
) -> list[Formula]:
    """That an answer is one: of its kinds where there is one, what "no record" states where that is the answer."""
    rules: list[Formula] = [disj(neg(inquiry.answered), neg(facts[name].null)) for name in sorted(never_null)]
    if stated is not None:
        rules += [disj(neg(inquiry.no_record), same(facts[name], term)) for name, term in stated.items()]
    return rules
