"""Each node of the typed tree as a Term, exactly as `language.meaning` says what it means."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import assert_never, cast

from decision_service.facts import Unknown
from decision_service.language.functions import apply
from decision_service.language.tree import (
    And,
    Arithmetic,
    AsOf,
    Call,
    Compare,
    Contains,
    Expression,
    FactRef,
    FieldOf,
    FormRef,
    If,
    LetRef,
    Literal,
    Lookup,
    Not,
    OneOf,
    Or,
    Quantified,
    VarRef,
    Within,
)
from decision_service.readings.smt import numbers, products
from decision_service.readings.smt.calls import Functions, moved
from decision_service.readings.smt.comparing import compared, contained, inside, several
from decision_service.readings.smt.days import Day
from decision_service.readings.smt.formulas import conj, disj, neg
from decision_service.readings.smt.numbers import Number
from decision_service.readings.smt.shapes import SETTLED
from decision_service.readings.smt.symbols import Symbols
from decision_service.readings.smt.values import (
    KNOWN,
    Causes,
    Length,
    Nothing,
    Record,
    Term,
    Truth,
    UnencodableError,
    pick,
    same,
    together,
)

Variables = Mapping[str, Term]
Strict = Not | Compare | Within | OneOf | Contains | FieldOf | Arithmetic | Call


@dataclass
class Expressions:
    """The expressions of one policy over the unknowns of a world."""

    symbols: Symbols
    functions: Functions
    as_of: Term
    form: Mapping[str, Term]
    facts: Mapping[tuple[str, str], Term]
    lets: Mapping[str, Expression]
    tables: Callable[[str, "Expressions"], Term]
    seen: dict[str, Term] = field(default_factory=dict)

    def term(self, node: Expression, variables: Variables | None = None) -> Term:
        """What an expression comes to. Raises UnencodableError."""
        bound = variables or {}
        match node:
            case Literal() | AsOf() | FormRef() | FactRef() | LetRef() | VarRef() | Lookup():
                return self._named(node, bound)
            case And():
                return conjunction([self.term(part, bound) for part in node.items])
            case Or():
                return disjunction([self.term(part, bound) for part in node.items])
            case Quantified():
                return self._quantified(node, bound)
            case If():
                return self._conditional(node, bound)
            case Not() | Compare() | Within() | OneOf() | Contains() | FieldOf() | Arithmetic() | Call():
                return self._strict(node, bound)
            case _:
                assert_never(node)

    def _named(self, node: Literal | AsOf | FormRef | FactRef | LetRef | VarRef | Lookup, bound: Variables) -> Term:
        match node:
            case Literal():
                return self.symbols.known(node.value, node.kind)
            case AsOf():
                return self.as_of
            case FormRef():
                return self.form[node.field_name]
            case FactRef():
                return self.facts[node.register, node.field_name]
            case LetRef():
                return self.let(node.name)
            case VarRef():
                return bound[node.name]
            case Lookup():
                return self.table(node.table)

    def let(self, name: str) -> Term:
        """What a name of the policy stands for; worked out once."""
        if name not in self.seen:
            self.seen[name] = self.term(self.lets[name])
        return self.seen[name]

    def table(self, name: str) -> Term:
        """What a table of the policy comes to; worked out once."""
        key = f"table {name}"
        if key not in self.seen:
            self.seen[key] = self.tables(name, self)
        return self.seen[key]

    def _quantified(self, node: Quantified, bound: Variables) -> Term:
        items = self.term(node.items, bound)
        some = node.quantifier == "some"
        parts = []
        for here, element in several(items).slots:
            present = Truth(conj(neg(items.null), here) if some else disj(items.null, neg(here)))
            condition = self.term(node.condition, {**bound, node.variable: element})
            # An element that is not there counts for nothing: false among `some`, true among `every`.
            parts.append(conjunction([Term(present), condition]) if some else disjunction([Term(present), condition]))
        found = disjunction(parts) if some else conjunction(parts)
        return _unknown_where(items.causes, found)

    def _conditional(self, node: If, bound: Variables) -> Term:
        condition = self.term(node.condition, bound)
        then, otherwise = self.term(node.then, bound), self.term(node.otherwise, bound)
        truth = condition.content.formula if isinstance(condition.content, Truth) else False
        chosen = pick(conj(neg(condition.null), truth), then, otherwise)
        unknown = condition.causes.some
        if unknown is False:
            return chosen
        both = conj(neg(then.causes.some), neg(otherwise.causes.some))
        alike = conj(both, same(then, otherwise)) if both is not False else False
        lacking = together([condition.causes, then.causes, otherwise.causes]).where(conj(unknown, neg(alike)))
        causes = together([chosen.causes.where(neg(unknown)), lacking])
        # Where the condition is unknown and both branches are alike, either of them is the value.
        return Term(chosen.content, chosen.null, causes)

    def _strict(self, node: Strict, bound: Variables) -> Term:
        """The operators that are unknown as soon as a part is."""
        if isinstance(node, Call) and all(isinstance(one, Literal) for one in node.arguments):
            return self._constant(node)
        parts = [self.term(part, bound) for part in _parts(node)]
        causes = together([part.causes for part in parts])
        known = self._known(node, [Term(part.content, part.null) for part in parts])
        return _unknown_where(causes, known)

    def _constant(self, node: Call) -> Term:
        value = apply(
            node.function, [cast("Literal", one).value for one in node.arguments], self.functions.working_days.calendar
        )
        return Term(Nothing(), causes=Causes(other=True)) if isinstance(value, Unknown) else self.symbols.known(value)

    def _known(self, node: Strict, parts: list[Term]) -> Term:
        match node:
            case Not():
                return Term(Truth(neg(parts[0].holds)))
            case Compare():
                return Term(Truth(compared(node.op, parts[0], parts[1])))
            case Within():
                return Term(Truth(inside(node, parts)))
            case OneOf():
                return Term(Truth(disj(*(same(parts[0], option) for option in parts[1:]))))
            case Contains():
                return Term(Truth(contained(parts[0], parts[1])))
            case FieldOf():
                return _field(parts[0], node.field_name)
            case Arithmetic():
                return _arithmetic(node.op, parts[0], parts[1])
            case Call():
                return self._call(node, parts)

    def _call(self, node: Call, parts: list[Term]) -> Term:
        null = disj(*(part.null for part in parts))
        if any(isinstance(part.content, Nothing) for part in parts):
            return Term(Nothing(), True)
        if node.function == "starts_with" and _too_far(node):
            raise UnencodableError("starts_with of a beginning that reaches into the birth date or serial of a number")
        found = self.functions.call(node.function, [part.content for part in parts])
        return Term(found.content, disj(null, found.null), found.causes.where(neg(null)))


def _too_far(node: Call) -> bool:
    text, beginning = node.arguments
    asked = beginning.value if isinstance(beginning, Literal) else ""
    return len(str(asked)) > SETTLED.get(text.kind.name, len(str(asked)))


def _parts(node: Strict) -> tuple[Expression, ...]:
    match node:
        case Not():
            return (node.item,)
        case Compare() | Arithmetic():
            return (node.left, node.right)
        case Within():
            return tuple(part for part in (node.value, node.low, node.high) if part is not None)
        case OneOf():
            return (node.value, *node.options)
        case Contains():
            return (node.value, node.items)
        case FieldOf():
            return (node.record,)
        case Call():
            return node.arguments


def _unknown_where(causes: Causes, term: Term) -> Term:
    """The term, unknown besides where `causes` say so; its own causes count only where they do not."""
    if causes is KNOWN:
        return term
    own = term.causes.where(neg(causes.some))
    return Term(term.content, term.null, together([causes, own]))


def conjunction(parts: list[Term]) -> Term:
    """Kleene's and: false as soon as one is false, else unknown as long as one is unknown."""
    never_false = conj(*(neg(part.fails) for part in parts))
    causes = together([part.causes for part in parts]).where(never_false)
    return Term(Truth(never_false), causes=causes)


def disjunction(parts: list[Term]) -> Term:
    """Kleene's or: true as soon as one is true, else unknown as long as one is unknown."""
    once_true = disj(*(part.holds for part in parts))
    causes = together([part.causes for part in parts]).where(neg(once_true))
    return Term(Truth(once_true), causes=causes)


def _field(record: Term, name: str) -> Term:
    match record.content:
        case Record():
            inner = record.content.fields[name]
            return Term(inner.content, disj(record.null, inner.null), inner.causes)
        case Nothing():
            return Term(Nothing(), True)
        case _:
            raise UnencodableError("a field of what is no record")


def _arithmetic(op: str, left: Term, right: Term) -> Term:
    null = disj(left.null, right.null)
    match left.content, right.content:
        case (Nothing(), _) | (_, Nothing()):
            return Term(Nothing(), True)
        case Day(), Length():
            return Term(moved(left.content, right.content, 1 if op == "+" else -1), null)
        case Number(), Number():
            return Term(_calculated(op, left.content, right.content), null)
        case _:
            raise UnencodableError(f"`{op}` of values that are no numbers")


def _calculated(op: str, left: Number, right: Number) -> Number:
    match op:
        case "+":
            return numbers.plus(left, right)
        case "-":
            return numbers.minus(left, right)
        case "*":
            return products.times(left, right)
        case _:
            if right.constant is None:
                raise UnencodableError("a quotient by what is no constant")
            return numbers.divided(left, right.constant)
