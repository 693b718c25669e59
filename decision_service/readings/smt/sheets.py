"""What one policy is told of an application, as formulas: a sheet of facts, and what of it follows from what else."""

from collections.abc import Mapping
from dataclasses import dataclass

import z3

from decision_service.outcome import PRECEDENCE, Outcome
from decision_service.policy.shape import Ask, Policy
from decision_service.readings.smt.expressions import Expressions
from decision_service.readings.smt.formulas import Formula, conj, disj, iff, neg
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


def sheet_of(policy: Policy, tag: str, values: Mapping[str, Term], facts: Mapping[tuple[str, str], Term]) -> Sheet:
    """The sheet of a policy over these values. `tag` tells its own unknowns from those of another policy."""
    lacking: dict[str, Formula] = {field.name: z3.Bool(f"{tag} {field.name} is not known") for field in policy.fields}
    causes = {
        name: Causes(*(z3.Bool(f"{tag} {name} {why}") for why in ("form", "paper", "unasked", "other")))
        for name in policy.asks
    }
    form = {name: Term(values[name].content, values[name].null, Causes(form=lacks)) for name, lacks in lacking.items()}
    return Sheet(
        policy,
        form,
        {key: Term(term.content, term.null, causes[key[0]]) for key, term in facts.items() if key[0] in policy.asks},
        lacking,
        causes,
        {item.name: z3.Bool(f"{tag} applied for {item.name}") for item in policy.items},
        {outcome: z3.Bool(f"{tag} the form comes to {outcome}") for outcome in PRECEDENCE},
    )


@dataclass(frozen=True, slots=True)
class Links:
    """How a sheet follows from an application: `consistent`, whatever the form is; and that it has no `defects`."""

    consistent: list[Formula]
    defects: Mapping[str, Formula]


@dataclass(frozen=True, slots=True)
class Application:
    """The unknowns of an application, before any policy reads it. `wrong`: the field is filled in, but unreadable.
    `resident_card`: that is the document applied with."""

    values: Mapping[str, Term]
    wrong: Mapping[str, Formula]
    inquiries: Mapping[str, Inquiry]
    resident_card: Formula


def links_of(sheet: Sheet, made: Application, outside: Mapping[str, Formula], expressions: Expressions) -> Links:
    """As `forms.read_form` and `sheet.fact_sheet` make a sheet. `outside`: the value is none of this policy's kind.
    `expressions` read what is required over the form as it was filled in."""
    policy = sheet.policy
    other = _other_document(made, outside)
    wrong: dict[str, Formula] = {}
    defects: dict[str, Formula] = {}
    for field in policy.fields:
        unread = other if field.name == IDENTITY else False
        wrong[field.name] = conj(neg(unread), disj(made.wrong[field.name], outside.get(field.name, False)))
        blank = conj(neg(unread), neg(wrong[field.name]), made.values[field.name].null)
        missing = False if field.upload else conj(blank, expressions.term(field.required).holds)
        defects[field.name] = disj(wrong[field.name], missing)
    rules: list[Formula] = [
        iff(sheet.lacking[field.name], disj(defects[field.name], other if field.name == IDENTITY else False))
        for field in policy.fields
    ]
    rules += _outcome(sheet, defects)
    stopped = disj(*(defects[field.name] for field in policy.fields if field.identifier))
    for name, ask in policy.asks.items():
        barred = disj(stopped, other if name != CREDIT else False)
        rules += _register(sheet, name, ask, made, (barred, defects))
    named = {item: expressions.symbols.known(item) for item in sheet.applied}
    return Links([*rules, *_items(sheet, named)], defects)


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


def _outcome(sheet: Sheet, defects: Mapping[str, Formula]) -> list[Formula]:
    some = disj(*defects.values())
    return [
        iff(formula, some if outcome is Outcome.CORRECTION_REQUIRED else False)
        for outcome, formula in sheet.form_outcome.items()
    ]


def _register(
    sheet: Sheet, name: str, ask: Ask, made: Application, known: tuple[Formula, Mapping[str, Formula]]
) -> list[Formula]:
    barred, defects = known
    inquiry, causes = made.inquiries[name], sheet.causes[name]
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
        blank = conj(neg(sheet.lacking[ask.fallback]), made.values[ask.fallback].null)
        paper = conj(silent, blank)
    return [
        iff(causes.form, form),
        iff(causes.paper, conj(neg(form), paper)),
        iff(causes.unasked, conj(neg(form), inquiry.unasked)),
        iff(causes.other, conj(neg(form), disj(inquiry.trouble, conj(silent, neg(paper))))),
    ]


def _items(sheet: Sheet, named: Mapping[str, Term]) -> list[Formula]:
    name = sheet.policy.items_field
    if name is None:
        return []
    chosen, lacks = sheet.form[name], sheet.lacking[name]
    slots = chosen.content.slots if isinstance(chosen.content, Several) else ()
    rules: list[Formula] = []
    for item, applied in sheet.applied.items():
        here = disj(*(conj(there, same(one, named[item])) for there, one in slots))
        rules.append(iff(applied, conj(neg(lacks), neg(chosen.null), here)))
    return rules


def answers_agree(
    facts: Mapping[str, Term], inquiry: Inquiry, never_null: frozenset[str], stated: Mapping[str, Term] | None
) -> list[Formula]:
    """That an answer is one: of its kinds where there is one, what "no record" states where that is the answer."""
    rules: list[Formula] = [disj(neg(inquiry.answered), neg(facts[name].null)) for name in sorted(never_null)]
    if stated is not None:
        rules += [disj(neg(inquiry.no_record), same(facts[name], term)) for name, term in stated.items()]
    return rules
