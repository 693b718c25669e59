"""What the registers said of every row, as sheet.fact_sheet has it of one: facts, or the cause that there are none."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from decision_service.facts import Why
from decision_service.policy.shape import Ask, Policy
from decision_service.readings.bulk import columns
from decision_service.readings.bulk.cells import BIT, Cell, both, either, negated, when
from decision_service.readings.bulk.constants import shape_of
from decision_service.readings.bulk.fitting import fits, unjudged
from decision_service.readings.bulk.forms import FormColumns
from decision_service.readings.bulk.shapes import NULL, Term, choose, null
from decision_service.sheet import CREDIT

_WHY = {"timeout": Why.LATE, "error": Why.FAULTY, "stale": Why.STALE}


@dataclass(frozen=True, slots=True)
class RegisterColumns:
    """`terms` by register and fact; `wrong` by column: whether a row holds a value that is not of its kind."""

    terms: Mapping[tuple[str, str], Term]
    wrong: Mapping[str, Cell]
    left_out: Cell


@dataclass(frozen=True, slots=True)
class Seen:
    """What a population holds of one register: the status column (None: all are `ok`, or not asked where there are no
    facts), the columns of facts, and the statuses that occur (None: any)."""

    status: Cell | None
    facts: Mapping[str, Cell]
    occurring: Collection[str] | None = None


def read_registers(
    policy: Policy, seen: Mapping[str, Seen], form: FormColumns, needed: Collection[tuple[str, str]]
) -> RegisterColumns:
    """The facts that the policy needs."""
    terms: dict[tuple[str, str], Term] = {}
    wrong: dict[str, Cell] = {}
    left_out = []
    for name, ask in policy.asks.items():
        wanted = [fact for register, fact in needed if register == name]
        if not wanted:
            continue
        found = seen[name]
        mask, possible = _mask(name, ask, found, form)
        if found.status is not None:
            wrong[name] = _wrong_status(found, found.status)
        kinds = ask.register.answers_when_asked_with(ask.asked_with)
        answered = _is(found, "ok")
        for fact in wanted:
            term = _fact(ask, fact, found)
            terms[name, fact] = Term(term.shape, mask, possible, term.nullable)
            if fact in found.facts:
                cell = found.facts[fact]
                wrong[columns.fact_column(name, fact)] = both(answered, negated(fits(cell, kinds[fact])))
                left_out.append(both(answered, unjudged(cell, kinds[fact])))
    return RegisterColumns(terms, wrong, either(*left_out))


def _fact(ask: Ask, fact: str, found: Seen) -> Term:
    kind = ask.register.answers_when_asked_with(ask.asked_with)[fact]
    stated = ask.register.no_record
    if fact not in found.facts and found.status is None:
        return Term(NULL, nullable=True)
    if fact not in found.facts:
        return Term(shape_of(None if stated is None else stated[fact], kind), nullable=True)
    shape, nullable = columns.value(found.facts[fact], kind), kind.nullable
    if stated is None or _is(found, "no_record") is False:
        return Term(shape, nullable=nullable)
    constant = shape_of(stated[fact], kind)
    return Term(choose(_is(found, "no_record"), constant, shape), nullable=nullable or null(constant) is True)


def _is(found: Seen, status: str) -> Cell:
    if found.status is None:
        return status == ("ok" if found.facts else "not_asked")
    if found.occurring is not None:
        if set(found.occurring) == {status}:
            return True
        if status not in found.occurring:
            return False
    return found.status == status


def _wrong_status(found: Seen, status: Cell) -> Cell:
    if found.occurring is not None:
        return not set(found.occurring) <= set(columns.STATUSES) if found.occurring else False
    return both(status.notnull(), negated(status.isin(columns.STATUSES)))


def _mask(name: str, ask: Ask, found: Seen, form: FormColumns) -> tuple[Cell, int]:
    """Why there are no facts of this register, and what may keep them unknown."""
    mask, possible = _not_asked(ask, form), BIT[Why.FORM] | BIT[Why.NOT_ASKED]
    if any(_is(found, status) is True for status in columns.STATUSES if status != "not_asked"):
        mask, possible = 0, 0
    for status, why in _WHY.items():
        if _is(found, status) is not False:
            mask, possible = when(_is(found, status), BIT[why], mask), possible | BIT[why]
    if _is(found, "no_record") is not False:
        paper, papers = _paper(ask, form)
        mask, possible = when(_is(found, "no_record"), paper, mask), possible | papers
    mask = when(_is(found, "ok"), 0, mask)
    stops = form.stopped if name == CREDIT else either(form.stopped, form.other)
    if stops is not False:
        mask, possible = when(stops, BIT[Why.FORM], mask), possible | BIT[Why.FORM]
    return mask, possible


def _paper(ask: Ask, form: FormColumns) -> tuple[Cell, int]:
    if ask.register.no_record is not None:
        return 0, 0
    if ask.fallback is None:
        return BIT[Why.NO_RECORD], BIT[Why.NO_RECORD]
    offered, given = BIT[Why.PAPER_OFFERED], BIT[Why.PAPER_GIVEN]
    fallback = form.terms[ask.fallback]
    return when(both(fallback.mask == 0, null(fallback.shape)), offered, given), offered | given


def _not_asked(ask: Ask, form: FormColumns) -> Cell:
    """The form is to blame where it is why the register could not be asked."""
    fields = [field for names in ask.parameters.values() for field in names]
    blamed = either(*(form.defects[field] != 0 for field in fields if field in form.defects))
    filled = [
        either(*(form.given.get(field, False) for field in names))
        for parameter, names in ask.parameters.items()
        if parameter not in ask.register.optional_parameters
    ]
    return when(both(blamed, negated(both(*filled))), BIT[Why.FORM], BIT[Why.NOT_ASKED])
