"""Every application that one policy, or two versions of one matter, could be given, as unknowns of Z3."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import cached_property

import z3

from decision_service.policy.catalogue import Catalogue
from decision_service.policy.shape import Field, Policy
from decision_service.readings.smt import numbers
from decision_service.readings.smt.applicants import Applicant
from decision_service.readings.smt.calls import Functions
from decision_service.readings.smt.days import Calendar, Day, before, known_day
from decision_service.readings.smt.encoded import Encoded, bounds_of, encoded
from decision_service.readings.smt.expressions import Expressions
from decision_service.readings.smt.formulas import Formula, conj, disj, neg, raw
from decision_service.readings.smt.lookups import lines_of, looked_up
from decision_service.readings.smt.numbers import Number
from decision_service.readings.smt.searching import Search
from decision_service.readings.smt.sheets import (
    DOCUMENT,
    RESIDENT_CARD,
    Application,
    FormRead,
    Inquiry,
    Named,
    answers_agree,
    form_read,
    read_as_filled_in,
    sheet_of,
)
from decision_service.readings.smt.solving import SECOND, UndecidedError
from decision_service.readings.smt.symbols import Symbols
from decision_service.readings.smt.terms import Terms
from decision_service.readings.smt.texts import Texts
from decision_service.readings.smt.values import Term, Text, UnencodableError, same
from decision_service.readings.smt.witnesses import longest
from decision_service.readings.smt.workdays import WorkingDays
from verifiers.kinds import Kind, Value

LAST_DAY = date(2060, 12, 31)
"""No later day of decision is looked at."""


class World:
    """Applications as unknowns, shared by the policies (one, or two versions of one matter).

    The day of decision is one from the later `effective_from` on, to the end of 2060. A list has as many elements as
    showing any case takes (witnesses.py), or `longest` if that is more.
    """

    def __init__(self, policies: Sequence[Policy], catalogue: Catalogue, longest_list: int = 0) -> None:
        self.policies = tuple(policies)
        self.catalogue = catalogue
        self.calendar = Calendar()
        self.texts = Texts(self.calendar)
        self._lengths = longest(list(policies), longest_list)
        self._symbols = Symbols(
            self.calendar, self.texts, tuple(catalogue.prefectures), self._lengths.most, max(1, longest_list)
        )
        self.fields = _fields(self.policies)
        self.kinds = _fact_kinds(self.policies)
        self.as_of = Term(self._symbols.day("as_of"))
        self.application = self._application()
        self.facts = {
            (register, name): self._symbols.unknown(f"{register}.{name}", kind)
            for register, kinds in self.kinds.items()
            for name, kind in kinds.items()
        }
        self._named = Named(self._symbols)
        self._forms: list[FormRead] = []
        self._search = Search(self)
        self.terms = tuple(self._terms(policy) for policy in self.policies)

    # -- what a caller asks for

    @cached_property
    def valid(self) -> "z3.BoolRef":
        """Well-formed under each policy: no field is unreadable or missing, no identifier has a wrong check."""
        return raw(conj(*self.formed))

    @cached_property
    def formed(self) -> tuple["z3.BoolRef", ...]:
        """Well-formed under each policy by itself."""
        return tuple(raw(conj(*(neg(defect) for defect in form.defects.values()))) for form in self._forms)

    @cached_property
    def known(self) -> "z3.BoolRef":
        """Every register that any of the policies lists has answered, be it that there is no record where that is an
        answer."""
        found: list[Formula] = []
        for name, inquiry in self.application.inquiries.items():
            stated = any(policy.asks[name].register.no_record is not None for policy in self._asking(name))
            found += [neg(inquiry.trouble), neg(inquiry.unasked), True if stated else neg(inquiry.no_record)]
        return raw(conj(*found))

    def symbols(self, name: str) -> Term:
        """The unknown value of a form field (`city`), of a register's fact (`population.hukou_code`), or `as_of`."""
        if name == "as_of":
            return self.as_of
        register, dot, fact = name.partition(".")
        return self.facts[register, fact] if dot else self.application.values[name]

    def inquiry(self, register: str) -> Inquiry:
        """How the question to a register came out."""
        return self.application.inquiries[register]

    def equals(self, term: Term, value: Value) -> "z3.BoolRef":
        """That a term is known and equal to a constant."""
        return raw(conj(neg(term.causes.some), same(Term(term.content, term.null), self._symbols.known(value))))

    def encoded(self) -> Encoded:
        """What of the policies is in the formulas, and how far the unknowns reach."""
        first = max(policy.effective_from for policy in self.policies)
        return encoded(self.terms, bounds_of(first, LAST_DAY, self._lengths))

    def find(
        self, *conditions: "z3.BoolRef", near: Sequence[Applicant] = (), steps: int = 10 * SECOND
    ) -> Applicant | None:
        """An application under which all conditions hold, decided again and found to be as the formulas say; None
        where it is proved that there is none. Of several, one that differs in few fields from one of `near`.

        Raises UndecidedError where the steps are over or there is no day to look at, UnfaithfulError where the
        formulas prove wrong.
        """
        first = max(policy.effective_from for policy in self.policies)
        if first > LAST_DAY:  # over no day at all anything would be proved
            raise UndecidedError(f"no day of decision after {LAST_DAY} is looked at; it decides from {first} on")
        return self._search.find(conditions, near, steps)

    def rules(self) -> list[Formula]:
        """What is true of every application: kinds, bounds, how sheets follow. Read after all formulas are made."""
        return [
            *self._domain,
            *self._named.consistent,
            *self._symbols.domain,
            *self.calendar.defined,
            *self.texts.rules(),
        ]

    @property
    def extent(self) -> tuple[int, ...]:
        """How much `rules` would say; it only grows."""
        made = (self._symbols.domain, self.calendar.defined, self.texts.symbols, self.texts.asked, self.texts.named)
        return (*(len(one) for one in made), self.texts.months, self.texts.certificates)

    # -- how it is made

    def _asking(self, register: str) -> list[Policy]:
        return [policy for policy in self.policies if register in policy.asks]

    def _application(self) -> Application:
        values = {name: self._symbols.unknown(name, field.kind, field.type_name) for name, field in self.fields.items()}
        wrong: dict[str, Formula] = {name: z3.Bool(f"{name} is wrong") for name in values}
        inquiries = {name: Inquiry.of(name) for name in self.kinds}
        card = same(values[DOCUMENT], self._symbols.known(RESIDENT_CARD)) if DOCUMENT in values else True
        return Application(values, wrong, inquiries, card)

    @cached_property
    def _domain(self) -> list[Formula]:
        """What is true of an application, whatever the policies say of it."""
        first = max(policy.effective_from for policy in self.policies)
        today = self.day_of_decision
        found: list[Formula] = [
            neg(before(today, known_day(self.calendar, first))),
            neg(before(known_day(self.calendar, LAST_DAY), today)),
        ]
        for name, field in self.fields.items():
            if field.identifier:
                found += self._symbols.born_by(self.application.values[name], today)
        for name, inquiry in self.application.inquiries.items():
            found += inquiry.rules()
            facts = {key: term for (register, key), term in self.facts.items() if register == name}
            for policy in self._asking(name):
                ask = policy.asks[name]
                answers = ask.register.answers_when_asked_with(ask.asked_with)
                never = frozenset(key for key, kind in answers.items() if not kind.nullable)
                stated = ask.register.no_record
                known = None if stated is None else {key: self._symbols.known(one) for key, one in stated.items()}
                found += answers_agree(facts, inquiry, never, known)
        return found

    @property
    def day_of_decision(self) -> Day:
        """`as_of` as a day."""
        if not isinstance(self.as_of.content, Day):
            raise TypeError("as_of is a day")
        return self.as_of.content

    def _terms(self, policy: Policy) -> Terms:
        outside = {field.name: self._outside(field) for field in policy.fields}
        filled_in = self._expressions(policy, read_as_filled_in(self.application, outside), self.facts)
        self._forms.append(form_read(policy, self.application, outside, filled_in))
        sheet = sheet_of(policy, self.application, self.facts, self._forms[-1], self._named)
        return Terms(sheet, self._expressions(policy, sheet.form, sheet.facts))

    def _expressions(
        self, policy: Policy, form: Mapping[str, Term], facts: Mapping[tuple[str, str], Term]
    ) -> Expressions:
        functions = Functions(self.texts, WorkingDays(self.catalogue.calendar))
        lets = {let.name: let.value for let in policy.lets}
        return Expressions(
            self._symbols,
            functions,
            self.as_of,
            form,
            facts,
            lets,
            lambda name, one: looked_up(lines_of(policy.tables[name], one)),
        )

    def _outside(self, field: Field) -> Formula:
        """That a value which the other version's form may take is none of this field's kind."""
        shared, term = self.fields[field.name].kind, self.application.values[field.name]
        if shared == field.kind or shared == replace(field.kind, nullable=shared.nullable):
            return False
        found: list[Formula] = []
        match term.content:
            case Number():
                low, high = field.kind.minimum, field.kind.maximum
                found += [] if low is None else [numbers.less(term.content, numbers.constant(low))]
                found += [] if high is None else [numbers.less(numbers.constant(high), term.content)]
            case Text() if field.kind.values:
                found.append(neg(disj(*(same(term, self._symbols.known(one)) for one in field.kind.values))))
            case _:
                raise UnencodableError(f"the field {field.name} is of another kind in the other version")
        return conj(neg(term.null), disj(*found))


def _fields(policies: Sequence[Policy]) -> dict[str, Field]:
    """The fields of all forms; one that is in both takes what either takes."""
    found: dict[str, Field] = {}
    for policy in policies:
        for field in policy.fields:
            known = found.get(field.name)
            found[field.name] = field if known is None else replace(known, kind=_either(known.kind, field.kind))
    return found


def _either(one: Kind, other: Kind) -> Kind:
    """The kind of what is of one or of the other."""
    nullable = one.nullable or other.nullable
    if replace(one, nullable=nullable) == replace(other, nullable=nullable):
        return replace(one, nullable=nullable)
    if one.name != other.name or one.pattern != other.pattern or one.item != other.item or one.name == "list":
        raise UnencodableError("a field of the form is of another kind in the other version")
    if bool(one.values) != bool(other.values):
        raise UnencodableError("a field of the form is a choice in one version only")
    return replace(
        one,
        nullable=nullable,
        values=tuple(dict.fromkeys(one.values + other.values)),
        minimum=_loosest(one.minimum, other.minimum, lowest=True),
        maximum=_loosest(one.maximum, other.maximum, lowest=False),
    )


def _loosest(one: Decimal | None, other: Decimal | None, *, lowest: bool) -> Decimal | None:
    if one is None or other is None:
        return None
    return min(one, other) if lowest else max(one, other)


def _fact_kinds(policies: Sequence[Policy]) -> dict[str, dict[str, Kind]]:
    """What registers may state, by register and field; null where it may be null for one of the policies."""
    found: dict[str, dict[str, Kind]] = {}
    for policy in policies:
        for name, ask in policy.asks.items():
            kinds = ask.register.facts_when_asked_with(ask.asked_with)
            known: Mapping[str, Kind] = found.get(name, {})
            found[name] = {
                key: replace(kind, nullable=kind.nullable or (key in known and known[key].nullable))
                for key, kind in kinds.items()
            }
    return found
