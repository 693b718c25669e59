"""Decision tables: which rows fit, which of them counts by the hit policy, and what the table comes to."""

from collections.abc import Callable
from dataclasses import dataclass

from decision_service.language.meaning import same as same_value
from decision_service.policy.shape import Row, Table
from decision_service.readings.smt import numbers
from decision_service.readings.smt.expressions import Expressions, conjunction
from decision_service.readings.smt.formulas import Formula, conj, disj, neg
from decision_service.readings.smt.numbers import Number, constant
from decision_service.readings.smt.values import (
    Causes,
    Nothing,
    Record,
    Several,
    Term,
    UnencodableError,
    count,
    pick,
    same,
    together,
)

_NOTHING = Term(Nothing(), True)


@dataclass(frozen=True, slots=True)
class Lines:
    """A table's rows: whether each fits, three-valued, and what it gives."""

    table: Table
    fits: tuple[Term, ...]
    gives: tuple[Term, ...]

    @property
    def fitting(self) -> list[tuple[Formula, Term]]:
        """What the rows give, each with whether it surely fits."""
        return [(fit.holds, gives) for fit, gives in zip(self.fits, self.gives, strict=True)]

    @property
    def order(self) -> list[int]:
        """The places of the rows, those of the strongest output first, as the table's `order` ranks its first output;
        alike, as they stand."""
        strength = [getattr(one, "value", None) for one in self.table.priority]

        def rank(place: int) -> int:
            value = getattr(self.table.rows[place].outputs[0], "value", None)
            return next((number for number, one in enumerate(strength) if same_value(one, value)), len(strength))

        return sorted(range(len(self.table.rows)), key=rank)


def lines_of(table: Table, expressions: Expressions) -> Lines:
    """The rows of a table."""
    fits = tuple(conjunction([expressions.term(test) for test in row.tests if test is not None]) for row in table.rows)
    return Lines(table, fits, tuple(_output(table, row, expressions) for row in table.rows))


def _output(table: Table, row: Row, expressions: Expressions) -> Term:
    values = [expressions.term(output) for output in row.outputs]
    if any(value.causes.some is not False for value in values):
        raise UnencodableError(f"an output of the table {table.name} that may be unknown")
    if len(values) == 1:
        return values[0]
    return Term(Record({name: value for (name, _), value in zip(table.outputs, values, strict=True)}))


def looked_up(lines: Lines) -> Term:
    """What the table gives: unknown while it is not known of some row whether it fits, or where the hit policy is
    not met."""
    unknown = _open(lines)
    found = _hit(lines)
    gap = found.causes.where(neg(unknown.some))
    return Term(found.content, found.null, together([unknown, gap]))


def _open(lines: Lines) -> Causes:
    """Why it is not known which rows fit; of a `first` table, of the rows down to one that surely fits."""
    if lines.table.hit != "first":
        return together([fit.causes for fit in lines.fits])
    causes: list[Causes] = []
    reached: Formula = True
    doubt: Formula = False
    for fit in lines.fits:
        causes.append(fit.causes.where(reached))
        doubt = disj(doubt, conj(reached, fit.causes.some))
        reached = conj(reached, disj(doubt, neg(fit.holds)))
    return together(causes)


def _hit(lines: Lines) -> Term:
    fitting = lines.fitting
    some = disj(*(fit for fit, _ in fitting))
    match lines.table.hit:
        case "unique":
            return _where(conj(some, neg(_twice([fit for fit, _ in fitting]))), _first(fitting))
        case "any":
            first = _first(fitting)
            alike = [disj(neg(fit), same(first, gives)) for fit, gives in fitting]
            return _where(conj(some, *alike), first)
        case "first":
            return _where(some, _first(fitting))
        case "priority":
            return _where(some, _first(_ranked(lines)))
        case "output order":
            return Term(Several(tuple(_ranked(lines))))
        case "rule order" | "collect":
            return Term(Several(tuple(fitting)))
        case "collect count":
            return Term(count(Several(tuple(fitting))))
        case "collect sum":
            return _where(some, _gathered(fitting, _summed))
        case "collect min":
            return _where(some, _gathered(fitting, lambda one, other: numbers.least([one, other])))
        case "collect max":
            return _where(some, _gathered(fitting, lambda one, other: numbers.greatest([one, other])))


def _summed(one: Number, other: Number) -> Number:
    return numbers.plus(one, other)


def _where(met: Formula, term: Term) -> Term:
    """The term where the hit policy is met, else unknown."""
    return Term(term.content, term.null, together([term.causes, Causes(other=neg(met))]))


def _twice(fits: list[Formula]) -> Formula:
    once: Formula = False
    twice: Formula = False
    for fit in fits:
        twice = disj(twice, conj(once, fit))
        once = disj(once, fit)
    return twice


def _first(fitting: list[tuple[Formula, Term]]) -> Term:
    """What the first that fits gives; where none does, what the last gives."""
    if not fitting:
        return _NOTHING
    found = fitting[-1][1]
    for fit, gives in reversed(fitting[:-1]):
        found = pick(fit, gives, found)
    return found


def _gathered(fitting: list[tuple[Formula, Term]], work: Callable[[Number, Number], Number]) -> Term:
    """The numbers of the rows that fit, put together two by two; any where none fits."""
    total: tuple[Formula, Number] = (False, constant(0))
    for fit, gives in fitting:
        number = gives.content
        if not isinstance(number, Number):
            raise UnencodableError("a sum, least or greatest of what is no number")
        some, so_far = total
        joined = work(so_far, number) if some is not False else number
        with_it = numbers.pick(some, joined, number) if not isinstance(some, bool) else joined
        total = (disj(some, fit), numbers.pick(fit, with_it, so_far))
    return Term(total[1])


def _ranked(lines: Lines) -> list[tuple[Formula, Term]]:
    """What the rows give, strongest output first."""
    fitting = lines.fitting
    return [fitting[place] for place in lines.order]
